"""Composing: a stored item as a line of an answer, in the wording for who asks."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.asking.answer import AnswerLine, CitedSource, Related
from neoher.guidance.asking.finding.library import Entry, Library
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.source import Source
from neoher.guidance.knowledge.kinds.statement import Audience, Statement

__all__ = ["cited", "line_of", "related_to"]

_KINDS = {
    "statement": "statements",
    "term": "terms",
    "trial": "trials",
    "drug": "drugs",
    "regimen": "regimens",
}


def line_of(
    library: Library,
    entry: Entry,
    audience: Audience,
    today: dt.date,
    *,
    corrects: str | None = None,
    differs: bool = False,
) -> AnswerLine:
    """The item's stored text for this reader with sources, grade, review and dates. Nothing is composed."""
    item, knowledge = entry.item, library.knowledge
    sources = tuple(cited(knowledge, name) for name in item.sources)
    statement = item if isinstance(item, Statement) else None
    expires = knowledge.expires(_KINDS[entry.kind], item)
    return AnswerLine(
        text=entry.wording(audience),
        sources=tuple(source.id for source in sources),
        item=item.id,
        kind=entry.kind,
        title=item.title,
        sort=str(statement.kind) if statement else None,
        grade=statement.grade if statement else None,
        verification=str(item.verification),
        review=str(item.review),
        since=item.since,
        checked=item.checked,
        expired=expires is not None and expires < today,
        regions=tuple(str(region) for region in item.regions),
        corrects=corrects,
        differs=differs,
        superseded_by=entry.superseded_by,
        cited=sources,
    )


def cited(knowledge: Knowledge, name: str) -> CitedSource:
    """A source as it is shown; one that is not held is named by its id alone."""
    source = knowledge.find_source(name)
    if source is None:
        return CitedSource(id=name, citation=name, kind="publication", reading="not in the knowledge base")
    return CitedSource(
        id=source.id,
        citation=source.citation(),
        kind=str(source.kind),
        grade=source.grade,
        reading=source.reading,
        address=_address(source),
    )


def _address(source: Source) -> str | None:
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/"
    if source.pmcid:
        return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{source.pmcid}/"
    return source.id if source.id.startswith("https://") else None


def related_to(entry: Entry) -> Related:
    """The item as something that can be asked next: its title, which leads to it."""
    return Related(question=entry.item.title, item=entry.id)
