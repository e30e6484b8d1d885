"""What is recorded of the lesions on one HER2 PET, and what is concluded of them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day, Moment

__all__ = [
    "NEGATIVE_TO",
    "OCCUPANCY_DAYS",
    "POSITIVE_FROM",
    "Her2UptakeInputs",
    "Her2UptakeValue",
    "Heterogeneity",
    "LesionReading",
    "LesionUptakeRow",
    "Uptake",
]

POSITIVE_FROM = 1.5
NEGATIVE_TO = 1.0
"""Lesion peak over blood-pool mean: a design decision after ZEPHIR's visual rule (uptake against the
background); no cut-off is published."""
OCCUPANCY_DAYS = 42
"""An antibody or conjugate given this recently can hold the receptors that the tracer seeks: two cycles of
three weeks, a design decision."""

_Amount = Annotated[float | None, Field(ge=0, le=1000, allow_inf_nan=False), Column(unit="g/mL")]
_LeftAmount = Annotated[
    float | None, Field(ge=0, le=1000, allow_inf_nan=False), Column(unit="g/mL", may_be_left_out=True)
]


class Uptake(StrEnum):
    """What the tracer says of a lesion. It is no HER2 class."""

    POSITIVE = "tracer-positive"
    NEGATIVE = "tracer-negative"
    INDETERMINATE = "indeterminate"


class LesionUptakeRow(Row):
    """One lesion on the scan."""

    lesion: str
    """Name of the lesion."""
    site: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Organ or place, such as liver; uptake there may be physiologic."""
    suvpeak: _Amount = None
    """Peak uptake: mean over a sphere of 1 cm3."""
    suvmax: _LeftAmount = None
    """Maximum. A peak is at most that: alone, it can only say tracer-negative."""
    blood_pool_mean: _Amount = None
    """Mean uptake of the blood pool on the same scan."""
    uptake: Annotated[
        Literal["positive", "negative", "indeterminate"] | None, Column(may_be_left_out=True)
    ] = None
    """As a reader stated it, against the background."""


class Her2UptakeInputs(Frozen):
    """The lesions on one HER2 PET, its tracer and times, and the last HER2-directed antibody."""

    rows: Annotated[
        tuple[LesionUptakeRow, ...],
        Option("file", positional=True, rows=LesionUptakeRow, takes="a CSV, columns below"),
    ]
    """A CSV with one lesion a row."""
    tracer: Annotated[str | None, Option("tracer")] = None
    """The tracer, such as 89Zr-pertuzumab."""
    injected_at: Annotated[Moment | None, Option("injected-at", takes="YYYY-MM-DDThh:mm")] = None
    """Date and time of the injection."""
    scanned_at: Annotated[Moment | None, Option("scanned-at", takes="YYYY-MM-DDThh:mm")] = None
    """Date and time of the scan."""
    scanned_on: Annotated[Day | None, Option("scanned-on", takes="a date, YYYY-MM-DD")] = None
    """Day of the scan, where its time is not known."""
    her2_drug: Annotated[str | None, Option("her2-drug")] = None
    """The HER2-directed antibody or conjugate given last before the scan; 'none' where none was."""
    her2_drug_date: Annotated[Day | None, Option("her2-drug-date", takes="a date, YYYY-MM-DD")] = None
    """Day of its last dose before the scan."""
    tracers: Annotated[Path | None, Option("tracers", takes="a path")] = None
    """Own tracers: a TOML file of the form of response/her2_uptake/tracers.toml."""
    positive_from: Annotated[float, Field(gt=0, allow_inf_nan=False), Option("positive-from")] = POSITIVE_FROM
    """Least lesion peak over blood-pool mean of a tracer-positive lesion; 1.5 where not stated (a design
    decision: no cut-off is published)."""
    negative_to: Annotated[float, Field(gt=0, allow_inf_nan=False), Option("negative-to")] = NEGATIVE_TO
    """Most lesion peak over blood-pool mean of a tracer-negative lesion; 1.0 where not stated (a design
    decision)."""

    @property
    def scan_day(self) -> dt.date | None:
        """Day of the scan; None where neither its day nor its time is known."""
        return self.scanned_at.date() if self.scanned_at else self.scanned_on


class LesionReading(Frozen):
    """What the tracer says of one lesion."""

    lesion: str
    result: Uptake | None
    """None where neither a reading nor the numbers are known."""
    definition: str
    """The definition that decided."""
    reasons: tuple[str, ...]
    """Why it is not, or not only, what the definition alone would say."""
    suvpeak: float | None
    suvmax: float | None
    tumour_to_blood: float | None
    reliable: bool
    """False at a site where the tracer gathers without disease."""


class Heterogeneity(Frozen):
    """Uptake over the lesions whose uptake is reliable."""

    lesions: int
    positive: int | None
    """Number of lesions; this and the next two are None where one lesion's result is not known."""
    negative: int | None
    indeterminate: int | None
    highest_over_lowest: float | None
    """Highest peak over lowest; None where fewer than two peaks are known, or the lowest is 0."""
    coefficient_of_variation_percent: float | None
    """Standard deviation (n - 1) over mean of the peaks."""


class Her2UptakeValue(Frozen):
    """The lesions of one scan; never a HER2 class."""

    tracer: str
    hours_after_injection: float | None
    days_after_injection: int | None
    """Calendar days."""
    window: str
    in_window: bool | None
    """None where the times or the window are not known."""
    lesions: tuple[LesionReading, ...]
    heterogeneity: Heterogeneity
    her2_class: None = None
    """Always null: uptake does not tell HER2-positive from HER2-low."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        when = "" if self.days_after_injection is None else f", day {self.days_after_injection}"
        said = "; ".join(f"{one.lesion} {one.result or 'not known'}" for one in self.lesions)
        return f"{self.tracer}{when} (window: {self.window}). {said}. No HER2 class: see the warnings."
