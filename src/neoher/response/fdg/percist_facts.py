"""What PERCIST 1.0 is asked and what it answers."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day
from neoher.response.fdg.scans import FdgRow

__all__ = ["MetabolicResponse", "PercistInputs", "PercistVisit"]


class MetabolicResponse(StrEnum):
    """Class of metabolic response."""

    CMR = "CMR"
    PMR = "PMR"
    SMD = "SMD"
    PMD = "PMD"
    NE = "NE"


class PercistInputs(Frozen):
    """The table of scans, and what is asked of it."""

    rows: Annotated[
        tuple[FdgRow, ...], Option("file", positional=True, rows=FdgRow, takes="a CSV, columns below")
    ]
    """A CSV with one lesion or reference region on one scan a row."""
    blood_pool_form: Annotated[Literal["plus-2-sd", "plain"], Option("blood-pool-form")] = "plus-2-sd"
    """Form of the blood-pool threshold: 2.0 × mean with 2 SD (the stricter) or without."""
    start: Annotated[Day | None, Option("start", takes="a date, YYYY-MM-DD")] = None
    """Start of therapy, from which the weeks to each scan count."""


class PercistVisit(Frozen):
    """A list with one entry per scan after the baseline, in date order."""

    visit: str
    response: MetabolicResponse
    change_percent: float | None
    """Change of SULpeak from the hottest lesion at baseline to the hottest now; null where not known."""
    change_sul: float | None
    """The same change in g/mL."""
    threshold_sul: float | None
    """SULpeak from which a lesion is measurable at baseline, in g/mL."""
    comparable: bool | None
    """Whether every rule of comparable scans is met; null where a fact is not known."""
    hottest: str | None
    """The hottest lesion now."""
    five_hottest_change_percent: float | None
    """Change of the sum over the five hottest lesions of each scan, two per organ at most; null where an
    organ or a number is not known. It does not decide the class."""
    weeks: float | None
    """Weeks from the start of therapy; null where no start is stated."""
    date: dt.date

    def in_words(self) -> str:
        """The scan as one line for a reader."""
        change = "change not known"
        if self.change_sul is not None:
            percent = "" if self.change_percent is None else f"{self.change_percent:+.1f} %, "
            change = f"SULpeak {percent}{self.change_sul:+.2f} g/mL"
        compared = {True: "comparable", False: "not comparable", None: "comparability not known"}
        return f"{self.visit}, {self.date}: {self.response}; {change}, scans {compared[self.comparable]}"
