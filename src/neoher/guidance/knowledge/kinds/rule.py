"""Rule: one row of advice as data: when it holds, what it says, on what it rests."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, Passage
from neoher.guidance.knowledge.kinds.limits import Range
from neoher.record.conclusion import Frozen

__all__ = ["Cell", "Excluded", "Rule", "RuleKind", "Severity", "Strength", "Topic", "row_in_words"]

# Strict: a bare 1 in a file is a category that lost its quotes, never 'true'.
Plain = Annotated[bool, Field(strict=True)] | str


class Excluded(Frozen):
    """Every value but these."""

    not_in: tuple[Plain, ...] = Field(min_length=1)


Cell = Plain | tuple[Plain, ...] | Range | Excluded
"""What a fact must be: one value, one of several, a range of a number, or none of several."""


class RuleKind(StrEnum):
    """What a rule that holds gives."""

    OPTION = "option"
    """Something that can be done; never an order."""
    ALERT = "alert"
    """A matter of safety."""
    PITFALL = "pitfall"
    """What misleads in a patient like this one."""
    SCOPE = "scope"
    """The patient is outside what the rules are for: no option is given."""
    DIFFERENCE = "difference"
    """Bodies or labels differ; its statements are shown side by side."""


class Strength(StrEnum):
    """How firmly an option stands; our words (design decision), the source's own grade stands beside it."""

    STANDARD = "standard"
    """Guidelines or labels agree on it."""
    ALTERNATIVE = "alternative"
    """A label or a randomised trial supports it beside the standard."""
    INDIVIDUAL = "individual"
    """Evidence is thin, indirect or outside the trial's population: a multidisciplinary decision."""
    TRIAL = "in a trial"
    """Outside a trial it is not done."""

    @property
    def rank(self) -> int:
        """Larger is firmer."""
        return _RANKS[self]


_RANKS = {Strength.TRIAL: 0, Strength.INDIVIDUAL: 1, Strength.ALTERNATIVE: 2, Strength.STANDARD: 3}


class Severity(StrEnum):
    """How an alert is to be taken."""

    STOP = "stop"
    ACT = "act"
    WATCH = "watch"


class Topic(StrEnum):
    """The part of the course that an entry of advice belongs to, in the order of the course."""

    SCOPE = "scope"
    BEFORE_THERAPY = "before therapy"
    IMAGING = "imaging"
    SYSTEMIC_BEFORE_SURGERY = "systemic therapy before surgery"
    UNDER_THERAPY = "under therapy"
    SURGERY = "surgery"
    AXILLA = "axilla"
    AFTER_SURGERY = "systemic therapy after surgery"
    RADIOTHERAPY = "radiotherapy"
    ENDOCRINE = "endocrine therapy"
    SAFETY = "safety"


class Rule(Item):
    """A decision table of one conclusion, read with three-valued logic.

    It holds where every cell of one row of `when` is true and no row of `unless` is. Where that hangs on a
    fact that is not known, a row of `when` leaves it undecided; a row of `unless` does not block it, and the
    fact is named as missing.
    """

    kind: RuleKind
    topic: Topic
    when: tuple[Mapping[str, Cell], ...] = Field(min_length=1)
    """Rows of cells by the name of the fact; one row is enough."""
    unless: tuple[Mapping[str, Cell], ...] = ()
    text: Passage
    """What it says; a fact's name in braces is filled in."""
    patient: Passage | None = None
    """What it says to the patient, in plain words; None: her page shows its first statement's wording."""
    strength: Strength | None = None
    severity: Severity | None = None
    regimen: ItemId | None = None
    """The regimen that an option is about."""
    gives: tuple[ItemId, ...] = ()
    """Drugs that an option would give, where it names no regimen."""
    goes_on: bool = False
    """Whether an option goes on with what is being given: a hold or a stop of it concerns the option."""
    statements: tuple[ItemId, ...] = ()
    """The evidence, shown as lines."""
    would_change: tuple[Line, ...] = ()
    """What would make the option another one."""

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if (self.kind is RuleKind.OPTION) is not (self.strength is not None):
            raise ValueError("an option has a strength, and nothing else has")
        if (self.kind is RuleKind.ALERT) is not (self.severity is not None):
            raise ValueError("an alert has a severity, and nothing else has")
        if self.kind is RuleKind.OPTION and not self.would_change:
            raise ValueError("an option says what would change it")
        if self.kind is RuleKind.DIFFERENCE and len(self.statements) < 2:
            raise ValueError("a difference has two statements at least")
        return self

    def facts(self) -> tuple[str, ...]:
        """The names of the facts that it reads, each once."""
        return tuple(dict.fromkeys(name for row in (*self.when, *self.unless) for name in row))


def row_in_words(row: Mapping[str, Cell]) -> str:
    """'her2 is positive and cn is 1, 2 or 3': a row as a reviewer reads it."""
    return " and ".join(f"{name.replace('_', ' ')} {_cell_in_words(cell)}" for name, cell in row.items())


def _cell_in_words(cell: Cell) -> str:
    match cell:
        case Range():
            limits = (("≥", cell.at_least), (">", cell.above), ("≤", cell.at_most), ("<", cell.below))
            return " and ".join(f"{sign} {number:g}" for sign, number in limits if number is not None)
        case Excluded():
            return f"is not {_listed(cell.not_in)}"
        case tuple():
            return f"is {_listed(cell)}"
        case bool():
            return "is so" if cell else "is not so"
    return f"is {cell}"


def _listed(values: tuple[Plain, ...]) -> str:
    texts = [str(each) for each in values]
    return " or ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
