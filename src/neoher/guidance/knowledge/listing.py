"""Listing the knowledge base: what is held, on a day, in a region."""

from __future__ import annotations

import datetime as dt

from neoher.errors import InputError
from neoher.guidance.knowledge.base import Contents, Knowledge
from neoher.guidance.knowledge.kinds.item import Entry, Item, Place
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.values.dates import Day

__all__ = ["ListedItem", "Listing", "ShownItem", "list_knowledge", "show_item"]


class ListedItem(Frozen):
    """One item, in short."""

    kind: str
    id: str
    title: str
    subject: str | None
    verification: str
    review: str
    since: str | None
    regions: tuple[str, ...]
    superseded_by: tuple[str, ...]
    origin: str
    """Whose item it is: neoher, or the overlay that brought it."""


class Listing(Frozen):
    """What is held."""

    version: str
    date: Day
    fingerprint: str
    items: tuple[ListedItem, ...]


class ShownItem(ListedItem):
    """One item with everything that is held of it."""

    expires: Day | None
    content: dict[str, object]
    """The item itself."""
    citations: dict[str, str]
    """Its sources, each as one line with how far it was read."""


def list_knowledge(
    knowledge: Knowledge,
    *,
    kind: str | None = None,
    subject: str | None = None,
    region: str | None = None,
    today: dt.date | None = None,
) -> Conclusion[Listing]:
    """The items held; with `region` or `today`, those that apply there or were known then.

    Raises: InputError for a kind or a subject that there is not.
    """
    if kind is not None and kind not in Contents.kinds():
        raise InputError(f"there is no kind {kind!r}.", "--kind", f"Kinds: {', '.join(Contents.kinds())}.")
    if subject is not None:
        if kind not in {None, "statements"}:
            raise InputError(f"{kind} have no subject.", "--subject", "Only statements have one.")
        knowledge.statements_about(subject)
    if today is not None or region is not None:
        knowledge = knowledge.as_of(today or dt.date.max, None if region is None else Place(region))
    items = tuple(
        _listed(knowledge, held, item)
        for held, item in knowledge.items()
        if (kind is None or held == kind)
        and (subject is None or (isinstance(item, Statement) and item.subject == subject))
    )
    edition = knowledge.edition
    listing = Listing(
        version=edition.version, date=edition.date, fingerprint=edition.fingerprint, items=items
    )
    return Conclusion[Listing](value=listing)


def show_item(knowledge: Knowledge, kind: str, item: Entry) -> ShownItem:
    """Everything that is held of one item."""
    sources = item.sources if isinstance(item, Item) else ()
    citations = {}
    for name in sources:
        source = knowledge.find_source(name)
        citations[name] = "not held" if source is None else f"{source.citation()} [{source.reading}]"
    return ShownItem(
        **_listed(knowledge, kind, item).model_dump(),
        expires=knowledge.expires(kind, item),
        content=item.model_dump(mode="json", exclude_defaults=True),
        citations=citations,
    )


def _listed(knowledge: Knowledge, kind: str, item: Entry) -> ListedItem:
    held = isinstance(item, Item)
    return ListedItem(
        kind=kind,
        id=item.id,
        title=item.title,
        subject=item.subject if isinstance(item, Statement) else None,
        verification=item.verification,
        review=item.review,
        since=item.since if isinstance(item, Item) else None,
        regions=tuple(item.regions) if isinstance(item, Item) else (),
        superseded_by=tuple(each.id for each in knowledge.superseding(item.id)) if held else (),
        origin=knowledge.origin(kind, item.id),
    )
