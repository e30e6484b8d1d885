"""`neoher knowledge show`: one item with its sources, or a source for a reference manager."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.guidance.knowledge import Knowledge
    from neoher.guidance.knowledge.kinds.item import Entry
    from neoher.guidance.knowledge.kinds.source import Source
    from neoher.guidance.knowledge.listing import ShownItem

__all__ = ["show"]

WIDTH = 100
_SAID_ABOVE = frozenset({"id", "title", "verification", "review", "since", "regions", "sources"})


def show(
    item: str,
    *,
    format: Literal["bibtex", "ris"] | None = None,  # noqa: A002 - the option's name in the contract
    overlay: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """One item with its sources; a source as BibTeX or RIS.

    Parameters
    ----------
    item
        Id of an item, or a name by which it is known: residual.high-risk-tdxd, TCHP, Kadcyla, PMID:41130363.
    format
        Print the source, or the sources of the item, for a reference manager.
    overlay
        A hospital's own folder of knowledge files, laid over ours.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_json
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.listing import show_item
    from neoher.record.conclusion import Conclusion

    knowledge = load_knowledge(overlay)
    found = knowledge.found(item) or knowledge.named(item)
    if not found:
        knowledge.item(item)  # refuses, with the nearest ids
    if format is not None:
        _print_citations(knowledge, [each for _, each in found], format, as_json=json)
        return
    shown = tuple(show_item(knowledge, kind, each) for kind, each in found)
    if json:
        sources = tuple(dict.fromkeys(name for each in shown for name in each.citations))
        print_json(
            Conclusion[Any](value=[each.model_dump(mode="json") for each in shown], sources=sources).as_json()
        )
        return
    for each in shown:
        for line in _lines(each):
            print(line)


def _print_citations(knowledge: Knowledge, items: list[Entry], form: str, *, as_json: bool) -> None:
    from neoher.cli.printing import print_json
    from neoher.guidance.knowledge.citation import bibtex, ris
    from neoher.guidance.knowledge.kinds.item import Item
    from neoher.guidance.knowledge.kinds.source import Source
    from neoher.record.conclusion import Conclusion

    sources: dict[str, Source] = {}
    for item in items:
        if isinstance(item, Source):
            sources[item.id] = item
        elif isinstance(item, Item):
            sources |= {source.id: source for source in map(knowledge.source, item.sources)}
    write = bibtex if form == "bibtex" else ris
    text = "\n\n".join(write(source) for source in sources.values())
    if as_json:
        print_json(Conclusion[Any](value={"format": form, "text": text}, sources=tuple(sources)).as_json())
    else:
        print(text)


def _lines(shown: ShownItem) -> Iterator[str]:
    yield f"{shown.title}  ({shown.kind}: {shown.id})"
    since = [f"since {shown.since}"] if shown.since else []
    expires = [f"to be looked at again by {shown.expires}"] if shown.expires else []
    origin = [f"from {shown.origin}"] if shown.origin != "neoher" else []
    marks = [shown.verification, shown.review, *since, *(shown.regions or ()), *expires, *origin]
    yield f"  {'; '.join(marks)}"
    if shown.superseded_by:
        yield f"  superseded by {', '.join(shown.superseded_by)}"
    for name, value in shown.content.items():
        if name not in _SAID_ABOVE:
            yield from _field(name.replace("_", " "), value)
    for name, citation in shown.citations.items():
        yield from _wrapped(f"source {name}: ", citation)
    yield ""


def _field(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield f"  {name}:"
        for each in value:
            yield from _wrapped("    - ", _plain(each))
        return
    yield from _wrapped(f"{name}: ", _plain(value))


def _wrapped(head: str, text: str) -> Iterator[str]:
    indent = head if head.startswith(" ") else f"  {head}"
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent="      ", break_long_words=False
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
