"""Safety: heart, laboratory, baseline tests, adverse events, contraindications. Unknown unless stated."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, Tag

from neoher.record.values.dates import Day
from neoher.record.values.fact import NONE_OR_ENTRIES, Fact, NoneStated
from neoher.record.values.text import FreeText, Text, WholeNumber, YesNo
from neoher.record.values.units import EjectionFraction, Percent, StatedQuantity

__all__ = [
    "AdverseEvent",
    "AdverseEvents",
    "BaselineTests",
    "Contraindication",
    "Contraindications",
    "HeartMeasurement",
    "LaboratoryValue",
    "LvefMethod",
    "TestResult",
]


class LvefMethod(StrEnum):
    """How the left ventricular ejection fraction was measured."""

    ECHO = "echo"
    MUGA = "MUGA"
    CMR = "CMR"


class HeartMeasurement(Fact):
    """Left ventricular ejection fraction on one day."""

    date: Day | None = None
    lvef_percent: EjectionFraction | None = None
    """Left ventricular ejection fraction in %."""
    method: LvefMethod | None = None
    lower_limit: Percent | None = None
    """Lower limit of normal of this laboratory, in %."""
    heart_failure_symptoms: YesNo | None = None


class TestResult(StrEnum):
    """Result of a test that answers yes or no."""

    __test__ = False  # the name begins like a pytest class

    NEGATIVE = "negative"
    POSITIVE = "positive"
    PENDING = "pending"
    NOT_APPLICABLE = "not applicable"


class LaboratoryValue(StatedQuantity, Fact):
    """One laboratory value with its unit."""

    name: Text | None = None
    date: Day | None = None
    upper_limit: Annotated[float, Field(strict=True, ge=0)] | None = None
    """Upper limit of normal, in the same unit."""


class BaselineTests(Fact):
    """Tests that therapy waits for."""

    hepatitis_b: TestResult | None = None
    pregnancy: TestResult | None = None
    date: Day | None = None
    laboratory: tuple[LaboratoryValue, ...] = ()


class AdverseEvent(Fact):
    """One adverse event."""

    kind: Text | None = None
    """Such as ILD, diarrhoea, neuropathy, neutropenia."""
    grade: Annotated[Literal[1, 2, 3, 4, 5], WholeNumber] | None = None
    """CTCAE grade."""
    date: Day | None = None
    """First day."""
    resolved: Day | None = None
    drug: Text | None = None
    """The drug it is attributed to."""
    text: FreeText | None = None


class Contraindication(Fact):
    """One reason against a drug or a procedure."""

    kind: Text | None = None
    """Such as pregnancy, ILD, heart failure, pacemaker, contrast allergy."""
    against: Text | None = None
    """The drug or procedure it speaks against."""
    text: FreeText | None = None


AdverseEvents = Annotated[
    NoneStated | Annotated[tuple[AdverseEvent, ...], Field(min_length=1), Tag("entries")], NONE_OR_ENTRIES
]
"""`none`, stated; or the events. Left out: not known."""
Contraindications = Annotated[
    NoneStated | Annotated[tuple[Contraindication, ...], Field(min_length=1), Tag("entries")], NONE_OR_ENTRIES
]
"""`none`, stated; or the reasons. Left out: not known."""
