"""Cautions: what a reader must know before using an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neoher.guidance.asking.answer import AnswerLine
from neoher.guidance.asking.finding.library import Library
from neoher.record.conclusion import Caution

__all__ = ["GENERAL", "cautions_of", "numbers_not_held"]

GENERAL = Caution(
    code="general-answer",
    message="A general statement, not judged for this patient: `neoher advise` looks at the whole record.",
)
"""Where a case was given and the question is answered from the knowledge base."""
_NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)\s*(%|percent|cycles?|months?|weeks?|years?|mm|cm|points?|doses?)", re.I
)


def cautions_of(lines: Sequence[AnswerLine]) -> list[Caution]:
    """What must be said of the lines of an answer."""
    first = lines[0]
    found = []
    if first.verification in {"unverified", "secondary"}:
        how = "from memory" if first.verification == "unverified" else "as another publication quotes it"
        found.append(
            Caution(code="source-not-opened", message=f"The first line is {how}; its source was not opened.")
        )
    if first.verification == "design decision":
        found.append(
            Caution(
                code="design-decision", message="The first line is a decision of neoher, without evidence."
            )
        )
    for line in lines:
        if line.superseded_by:
            message = f"{line.item} is history: {', '.join(line.superseded_by)} has taken its place."
            found.append(Caution(code="superseded", message=message))
    if any(line.expired for line in lines):
        found.append(
            Caution(code="review-expired", message="A line is past its date of review: check it before use.")
        )
    if first.corrects:
        found.append(
            Caution(code="premise-corrected", message=f"Often believed, and corrected here: {first.corrects}")
        )
    if any(line.differs for line in lines):
        found.append(
            Caution(code="bodies-differ", message="Bodies or studies differ: they stand side by side.")
        )
    return found


def numbers_not_held(question: str, lines: Sequence[AnswerLine], library: Library) -> list[Caution]:
    """Numbers with a unit in the question that none of the statements given has."""
    texts = " ".join(
        entry.text
        for line in lines
        if (entry := library.by_id.get((line.kind or "", line.item or ""))) is not None
    )
    held = set(re.findall(r"\d+(?:\.\d+)?", texts.replace(",", "")))
    strange = [f"{number} {unit}" for number, unit in _NUMBER.findall(question) if number not in held]
    if not strange:
        return []
    message = f"The question names {', '.join(strange)}; what is answered does not hold that number."
    return [Caution(code="number-not-in-answer", message=message)]
