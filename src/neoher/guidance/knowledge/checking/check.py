"""The check: every question asked of every item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.guidance.knowledge.base import Contents, Knowledge
from neoher.guidance.knowledge.checking.contradictions import contradictions
from neoher.guidance.knowledge.checking.definitions import missing_definitions
from neoher.guidance.knowledge.checking.finding import CheckedKnowledge, Finding, Severity
from neoher.guidance.knowledge.checking.numbers import unheld_numbers
from neoher.guidance.knowledge.checking.readability import hard_wordings
from neoher.guidance.knowledge.checking.references import dangling_references
from neoher.record.conclusion import Conclusion, Step

__all__ = ["check_knowledge"]

EXPIRED = "expired"


def check_knowledge(knowledge: Knowledge, today: dt.date) -> Conclusion[CheckedKnowledge]:
    """Everything found wrong or worth a look in the knowledge base, as of `today`.

    Errors: references that lead nowhere, numbers that no cited source holds, items said to be better read
    than their sources, a pCR without its definition, statements that contradict one another. Warnings: items
    past their date of review, patient wordings that are hard to read.
    """
    findings = (
        *dangling_references(knowledge),
        *unheld_numbers(knowledge),
        *missing_definitions(knowledge),
        *contradictions(knowledge),
        *_expired(knowledge, today),
        *hard_wordings(knowledge),
    )
    errors = sum(each.severity is Severity.ERROR for each in findings)
    checked = CheckedKnowledge(
        version=knowledge.edition.version,
        date=knowledge.edition.date,
        checked_on=today,
        counts={kind: len(knowledge.contents.of(kind)) for kind in Contents.kinds()},
        errors=errors,
        warnings=len(findings) - errors,
        findings=findings,
    )
    step = Step(
        step=checked.in_words(),
        rule="references, numbers against the facts of the cited sources, definitions of pCR, "
        "contradictions, dates of review, readability",
        inputs={"today": today.isoformat(), "version": knowledge.edition.version},
    )
    return Conclusion[CheckedKnowledge](value=checked, because=(step,))


def _expired(knowledge: Knowledge, today: dt.date) -> Iterator[Finding]:
    for kind, item in knowledge.items():
        expires = knowledge.expires(kind, item)
        if expires is not None and expires < today:
            message = f"was last checked on {item.checked} and should have been looked at again by {expires}."
            yield Finding(severity=Severity.WARNING, code=EXPIRED, kind=kind, item=item.id, message=message)
