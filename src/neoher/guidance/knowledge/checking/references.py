"""References that lead nowhere: sources, items named by others, subjects, supersession in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.checking.finding import Finding, Severity
from neoher.guidance.knowledge.kinds.item import Entry, Item
from neoher.guidance.knowledge.kinds.limits import CardiacLimits, ToxicityLimits
from neoher.guidance.knowledge.kinds.rule import Rule
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.guidance.knowledge.kinds.terms import Marker, Term
from neoher.guidance.knowledge.kinds.treatment import Drug, Regimen
from neoher.guidance.knowledge.kinds.trial import Trial

__all__ = ["dangling_references"]


def dangling_references(knowledge: Knowledge) -> Iterator[Finding]:
    """Every reference of an item that the knowledge base cannot resolve."""
    subjects = {each.id for each in knowledge.edition.subjects}
    for kind, item in knowledge.items():
        if isinstance(item, Item):
            for source in sorted(_sources(item)):
                if knowledge.find_source(source) is None:
                    yield _finding("dangling-source", kind, item, f"names the source {source}, not held.")
            for what, known, names in _references(knowledge, kind, item):
                for name in names:
                    if name not in known:
                        yield _finding(
                            "dangling-reference", kind, item, f"names the {what} {name}, not held."
                        )
            if _supersedes_itself(knowledge, kind, item):
                message = "supersedes itself, directly or by way of others."
                yield _finding("supersedes-itself", kind, item, message)
        if isinstance(item, Statement) and item.subject not in subjects:
            yield _finding("unknown-subject", kind, item, f"has the subject {item.subject}, not listed.")
    yield from _shared_ids(knowledge)
    yield from _shared_names(knowledge)


def _sources(item: Item) -> set[str]:
    named = set(item.sources)
    if isinstance(item, Trial):
        named |= {source for result in item.results for source in result.sources}
    if isinstance(item, Regimen):
        named |= {source for status in item.status for source in status.sources}
    return named


def _references(
    knowledge: Knowledge, kind: str, item: Item
) -> Iterator[tuple[str, Mapping[str, Entry] | set[str], tuple[str, ...]]]:
    own = {each.id for each in knowledge.contents.of(kind)}
    yield "superseded item", own, item.supersedes
    match item:
        case Statement():
            yield "statement", knowledge.statements, item.differs_from
            yield "trial", knowledge.trials, item.trials
            yield "regimen", knowledge.regimens, item.regimens
            yield "drug", knowledge.drugs, item.drugs
        case Trial():
            yield "regimen", knowledge.regimens, tuple(arm.regimen for arm in item.arms if arm.regimen)
        case Drug():
            yield "drug", knowledge.drugs, item.never_with
        case Regimen():
            yield "drug", knowledge.drugs, tuple(each.drug for each in item.components)
            yield "trial", knowledge.trials, item.trials
        case Rule():
            yield "regimen", knowledge.regimens, (item.regimen,) if item.regimen else ()
            yield "drug", knowledge.drugs, item.gives
            yield "statement", knowledge.statements, item.statements
        case CardiacLimits() | ToxicityLimits():
            yield "drug", knowledge.drugs, (item.drug,)
        case Marker():
            yield "statement", knowledge.statements, item.statements
        case Term() if item.refers_to is not None:
            yield "item", {each.id for _, each in knowledge.items()}, (item.refers_to,)
        case _:
            pass


def _supersedes_itself(knowledge: Knowledge, kind: str, item: Item) -> bool:
    items = {each.id: each for each in knowledge.contents.of(kind) if isinstance(each, Item)}
    reached: set[str] = set()
    ahead = list(item.supersedes)
    while ahead:
        name = ahead.pop()
        if name == item.id:
            return True
        if name not in reached and name in items:
            reached.add(name)
            ahead += items[name].supersedes
    return False


def _shared_ids(knowledge: Knowledge) -> Iterator[Finding]:
    """An id names one item over all kinds, so that rules and answers can name it alone."""
    owner: dict[str, str] = {}
    for kind, item in knowledge.items():
        first = owner.setdefault(item.id, kind)
        if first != kind:
            yield _finding("shared-id", kind, item, f"has the id of an item of {first}.")


def _shared_names(knowledge: Knowledge) -> Iterator[Finding]:
    """A number by which two sources are known would make a citation ambiguous."""
    owner: dict[str, str] = {}
    for source in knowledge.contents.sources:
        # An address may hold several publications; numbers name one.
        for name in (each for each in source.names() if each not in source.urls):
            first = owner.setdefault(name, source.id)
            if first != source.id:
                message = f"is known as {name}, and so is {first}."
                yield _finding("shared-source-name", "sources", source, message)


def _finding(code: str, kind: str, item: Entry, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, kind=kind, item=item.id, message=message)
