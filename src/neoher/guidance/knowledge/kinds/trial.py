"""Trial: arms, endpoints with their definitions, results with interval, p and maturity."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, Passage, PcrDefinition, Verification
from neoher.record.conclusion import Frozen

__all__ = ["Arm", "ArmValue", "Comparison", "Measure", "Result", "Trial", "TrialSetting"]


class TrialSetting(StrEnum):
    """Before or after surgery, or in metastatic disease."""

    NEOADJUVANT = "neoadjuvant"
    POST_NEOADJUVANT = "post-neoadjuvant"
    ADJUVANT = "adjuvant"
    METASTATIC = "metastatic"
    DIAGNOSTIC = "diagnostic"


class Measure(StrEnum):
    """How two arms are compared."""

    HAZARD_RATIO = "hazard ratio"
    ODDS_RATIO = "odds ratio"
    DIFFERENCE = "difference"
    P_ONLY = "p value alone"


class Arm(Frozen):
    """One arm of a trial, or one stratum of a single-arm study."""

    id: ItemId
    name: Line
    regimen: ItemId | None = None
    """The regimen of the knowledge base that it is."""
    n: int | None = Field(default=None, ge=1)


class ArmValue(Frozen):
    """What one arm reached."""

    arm: ItemId
    value: float
    low: float | None = None
    """Lower limit of the interval, in the unit of `value`."""
    high: float | None = None

    @model_validator(mode="after")
    def _interval_holds_the_value(self) -> Self:
        _refuse_outside(self.value, self.low, self.high)
        return self


class Comparison(Frozen):
    """One arm against another."""

    arm: ItemId
    against: ItemId
    measure: Measure
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: Line | None = None
    """As printed: '0.003', '<0.001'."""

    @model_validator(mode="after")
    def _interval_holds_the_value(self) -> Self:
        if (self.value is None) is not (self.measure is Measure.P_ONLY):
            raise ValueError("a comparison has a value, or is a p value alone")
        if self.value is not None:
            _refuse_outside(self.value, self.low, self.high)
        return self


def _refuse_outside(value: float, low: float | None, high: float | None) -> None:
    if (low is not None and low > value) or (high is not None and high < value):
        raise ValueError(f"the interval {low} to {high} does not hold the value {value}")


class Result(Frozen):
    """One endpoint of a trial in all its arms, by one definition."""

    id: ItemId
    endpoint: Line
    """Such as pCR, iDFS, EFS, OS."""
    definition: Line
    """What was counted and from when; for pCR one of PcrDefinition."""
    unit: Line = "%"
    at: Line | None = None
    """Time point, such as '3 years'."""
    subgroup: Line | None = None
    values: tuple[ArmValue, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    maturity: Line | None = None
    level: float = 95
    """Level of the intervals, in %."""
    verification: Verification
    sources: tuple[ItemId, ...] = Field(min_length=1)
    note: Passage | None = None

    @model_validator(mode="after")
    def _pcr_is_defined(self) -> Self:
        if "pcr" in self.endpoint.lower() and self.definition not in set(PcrDefinition):
            raise ValueError(f"the definition of a pCR is one of {', '.join(PcrDefinition)}")
        return self


class Trial(Item):
    """A trial or study."""

    aliases: tuple[Line, ...] = ()
    setting: TrialSetting
    design: Line
    """Such as 'randomised, phase 3'."""
    population: Passage
    n: int | None = Field(default=None, ge=1)
    """Patients randomised or analysed, as the source counts them."""
    arms: tuple[Arm, ...] = Field(min_length=1)
    results: tuple[Result, ...] = ()
    maturity: Passage | None = None
    """How far its outcome is known."""
    note: Passage | None = None

    @model_validator(mode="after")
    def _arms_are_known(self) -> Self:
        known = {arm.id for arm in self.arms}
        for result in self.results:
            named = {value.arm for value in result.values}
            named |= {each for pair in result.comparisons for each in (pair.arm, pair.against)}
            if strange := named - known:
                raise ValueError(f"{result.id}: there is no arm {', '.join(sorted(strange))}")
        return self
