"""`neoher knowledge list`: what is held."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.guidance.knowledge import Knowledge
    from neoher.guidance.knowledge.listing import Listing

__all__ = ["list_items"]


def list_items(
    *,
    kind: str | None = None,
    subject: str | None = None,
    region: Literal["US", "EU", "UK", "CH"] | None = None,
    today: dt.date | None = None,
    overlay: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """What is held, by kind and subject; on a date, in a region.

    Parameters
    ----------
    kind
        One kind: sources, trials, drugs, regimens, statements, cardiac_limits, toxicity_limits,
        appropriateness, schedule, markers, terms.
    subject
        Statements of one subject, such as residual.
    region
        What applies there; with it, or with a date, what was superseded is left out.
    today
        What was known on this day.
    overlay
        A hospital's own folder of knowledge files, laid over ours.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_conclusion
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.listing import list_knowledge

    knowledge = load_knowledge(overlay)
    conclusion = list_knowledge(knowledge, kind=kind, subject=subject, region=region, today=today)
    if json or conclusion.value is None:
        print_conclusion(conclusion, as_json=json)
        return
    _print_for_people(knowledge, conclusion.value)


def _print_for_people(knowledge: Knowledge, listing: Listing) -> None:
    edition = knowledge.edition
    print(f"Knowledge {edition.version}, {edition.date}: {len(listing.items)} items.")
    kind = ""
    width = max((len(item.id) for item in listing.items), default=0)
    for item in listing.items:
        if item.kind != kind:
            kind = item.kind
            print(f"\n{kind}")
        marks = [item.verification, item.review, *item.regions]
        marks += [f"superseded by {', '.join(item.superseded_by)}"] if item.superseded_by else []
        print(f"  {item.id:<{min(width, 44)}}  {item.title}  [{'; '.join(marks)}]")
