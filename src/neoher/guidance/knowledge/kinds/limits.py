"""Limits of safety: ejection fraction by drug and rule set; organ limits and dose changes by drug."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, Passage
from neoher.record.conclusion import Frozen

__all__ = [
    "CardiacLimits",
    "DiseaseSetting",
    "DoseAction",
    "EchoSchedule",
    "LvefAction",
    "LvefRow",
    "Range",
    "StartingLimit",
    "ToxicityLimits",
    "ToxicityRow",
]


class DiseaseSetting(StrEnum):
    """Early or metastatic disease: their tables differ."""

    EARLY = "early"
    METASTATIC = "metastatic"


class Range(Frozen):
    """A range of a number; each limit says whether it belongs to it."""

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if (self.at_least is not None and self.above is not None) or (
            self.at_most is not None and self.below is not None
        ):
            raise ValueError("a range has one lower and one upper limit at most")
        low = self.at_least if self.at_least is not None else self.above
        high = self.at_most if self.at_most is not None else self.below
        if low is None and high is None:
            raise ValueError("a range has at least one limit")
        if low is not None and high is not None and low > high:
            raise ValueError(f"the range from {low} to {high} is empty")
        return self

    def holds(self, number: float) -> bool:
        """Whether a number lies in the range."""
        return not (
            (self.at_least is not None and number < self.at_least)
            or (self.above is not None and number <= self.above)
            or (self.at_most is not None and number > self.at_most)
            or (self.below is not None and number >= self.below)
        )


class LvefAction(StrEnum):
    """What a rule set says after a measurement. `cannot-start` is said of a baseline alone."""

    CONTINUE = "continue"
    RESUME = "resume"
    HOLD = "hold"
    RECHECK = "recheck"
    CONSIDER_STOP = "consider-stop"
    STOP = "stop"
    CAUTION = "caution"
    CANNOT_START = "cannot-start"


class LvefRow(Frozen):
    """A row of a table of decisions: it applies where every condition that it states holds.

    Rows are read in order; the first that applies decides. A condition on a fact that is not known leaves the
    row undecided: it is neither met nor failed.
    """

    lvef_percent: Range | None = None
    """Left ventricular ejection fraction, %."""
    fall_points: Range | None = None
    """Baseline minus now, in percentage points."""
    below_lower_limit: bool | None = None
    """Whether it lies below the laboratory's lower limit of normal."""
    symptoms: bool | None = None
    """Whether there is symptomatic heart failure."""
    weeks_held: Range | None = None
    """Weeks since the drug was held."""
    suspensions: Range | None = None
    """How often it has been held for the heart so far."""
    improved: bool | None = None
    """Whether the ejection fraction rose since the drug was held."""
    action: LvefAction
    recheck_weeks: float | None = None
    says: Line
    """The row in words."""


class StartingLimit(Frozen):
    """Ejection fraction needed to begin."""

    lvef_percent: Range
    after_anthracycline: bool | None = None
    """Whether the limit is for patients after an anthracycline; None: for all."""
    otherwise: LvefAction
    """What the rule set says where it is not reached: cannot-start, or caution."""
    says: Line


class EchoSchedule(Frozen):
    """When the ejection fraction is measured."""

    baseline: bool
    months_during: float | None = None
    """Interval under therapy, months; None: in weeks, or at intervals that the source does not fix."""
    weeks_during: float | None = None
    """The same in weeks, where the source counts in weeks."""
    at_end: bool | None = None
    weeks_while_held: float | None = None
    months_after: float | None = None
    """Interval after the last dose, months."""
    months_after_until: float | None = None
    """For how long after the last dose, months."""
    says: Passage


class CardiacLimits(Item):
    """The cardiac rules of one drug in one rule set.

    Where every row is decided and none applies, the rule set says nothing against going on with the drug.
    Where a row cannot be decided for want of a fact, nothing can be said before that fact is known.
    """

    drug: ItemId
    rule_sets: tuple[Line, ...] = Field(min_length=1)
    """US, EU, UK: the rule sets that it stands for. Where a rule set has none, its text was not read."""
    setting: DiseaseSetting
    schedule: EchoSchedule
    start: tuple[StartingLimit, ...] = ()
    rows: tuple[LvefRow, ...] = ()
    """Under therapy."""
    after_hold: tuple[LvefRow, ...] = ()
    """At the measurement that follows a hold."""
    hold_weeks_at_least: float | None = None
    note: Passage | None = None


class DoseAction(StrEnum):
    """What is done with the drug."""

    CONTINUE = "continue"
    HOLD = "hold"
    STOP = "stop"


class ToxicityRow(Frozen):
    """A row of a table of dose changes: where every stated condition holds."""

    value: Range | None = None
    """The quantity, in the unit of the table."""
    grade: Range | None = None
    """CTCAE grade."""
    second_quantity: Line | None = None
    second_value: Range | None = None
    """A second quantity that must hold as well, such as bilirubin in multiples of its upper limit."""
    repeated_at_least: int | None = None
    """How often it happened."""
    action: DoseAction
    until: Line | None = None
    """What must be reached before the next dose."""
    then: Line | None = None
    """The dose after it: 'same dose', 'one level less'."""
    treat: Line | None = None
    says: Line


class ToxicityLimits(Item):
    """Dose changes of one drug for one laboratory value or adverse event."""

    drug: ItemId
    setting: DiseaseSetting | None = None
    """None: both."""
    event: Line
    """Such as ALT, AST, bilirubin, platelets, neutrophils, ILD."""
    unit: Line
    """Unit of `value`: 'x ULN', '10^9/L', 'CTCAE grade'."""
    rows: tuple[ToxicityRow, ...] = Field(min_length=1)
    note: Passage | None = None
