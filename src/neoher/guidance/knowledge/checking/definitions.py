"""Complete responses without their definition: the breast alone is not breast and nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.checking.finding import Finding, Severity
from neoher.guidance.knowledge.checking.quantities import stated_numbers
from neoher.guidance.knowledge.kinds.item import Entry, PcrDefinition
from neoher.guidance.knowledge.kinds.statement import Statement

__all__ = ["missing_definitions"]

_PCR = re.compile(r"(?<![\w-])[bt]?pCR\b")
"""Not the end of a trial's name such as CompassHER2-pCR."""
_SAID = {
    PcrDefinition.TOTAL: "ypT0/is ypN0",
    PcrDefinition.STRICT: "ypT0 ypN0",
    PcrDefinition.BREAST: "ypT0/is",
    PcrDefinition.NOT_STATED: "definition not stated",
}
_DEFINED = {PcrDefinition.TOTAL, PcrDefinition.BREAST, PcrDefinition.STRICT}


def missing_definitions(knowledge: Knowledge) -> Iterator[Finding]:
    """Statements and facts that give a pCR without saying which, or with another than their sources."""
    for source in knowledge.contents.sources:
        for fact in source.facts:
            if _gives_rate(fact.fact) and fact.pcr is None:
                message = f"gives a pCR without its definition: {fact.fact}"
                yield _finding("pcr-without-definition", "sources", source, message)
    for statement in knowledge.contents.statements:
        yield from _of_statement(knowledge, statement)


def _of_statement(knowledge: Knowledge, statement: Statement) -> Iterator[Finding]:
    texts = (statement.clinician, statement.researcher)
    if not any(map(_gives_rate, texts)):
        return
    if statement.pcr is None:
        message = "gives a pCR without `pcr`, its definition."
        yield _finding("pcr-without-definition", "statements", statement, message)
        return
    said = _SAID[statement.pcr]
    for text in texts:
        if _gives_rate(text) and said not in text:
            message = f"gives a pCR without its definition in the wording: {text}"
            yield _finding("pcr-without-definition", "statements", statement, message)
    sources = filter(None, map(knowledge.find_source, statement.sources))
    defined = {fact.pcr for source in sources for fact in source.facts}
    if statement.pcr in _DEFINED and statement.pcr not in defined:
        message = f"says {statement.pcr}, which no fact of its sources does."
        yield _finding("pcr-definition-differs", "statements", statement, message)


def _gives_rate(text: str) -> bool:
    return bool(_PCR.search(text)) and "%" in text and bool(stated_numbers(text))


def _finding(code: str, kind: str, item: Entry, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, kind=kind, item=item.id, message=message)
