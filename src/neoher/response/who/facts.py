"""What a reader records of each lesion for the WHO criteria, and their classes."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.response.recist.facts import RecistRow

__all__ = ["WhoInputs", "WhoResponse", "WhoVisit"]


class WhoInputs(Frozen):
    """The table of lesions."""

    rows: Annotated[
        tuple[RecistRow, ...], Option("file", positional=True, rows=RecistRow, takes="a CSV, columns below")
    ]
    """A CSV with one lesion at one visit a row, as for `neoher recist`; each target needs both diameters."""


class WhoResponse(StrEnum):
    """Class of response."""

    CR = "CR"
    PR = "PR"
    NC = "NC"
    PD = "PD"
    NE = "NE"


class WhoVisit(Frozen):
    """A list with one entry per visit after the baseline, in date order."""

    visit: str
    sum_mm2: float | None
    """Sum of the targets' products in mm2; null where one is not known."""
    change_from_baseline_percent: float | None
    change_from_nadir_percent: float | None
    """Change from the smallest complete sum of the earlier visits; null where that is 0."""
    progressed_lesions: tuple[str, ...]
    """The lesions 25 % or more above their own smallest product."""
    target: WhoResponse | None
    """Null where there are no targets."""
    nontarget: WhoResponse | None
    """Null where there are no non-target lesions."""
    new: bool | None
    """Whether a new lesion is there; null where one is recorded but not evaluated."""
    overall: WhoResponse
    confirmed: bool | None
    """Of CR and PR: whether it holds 28 days later or more; null where no visit says so yet."""
    date: dt.date

    def in_words(self) -> str:
        """The visit as one line for a reader."""
        parts = []
        if self.target is not None:
            size = "sum not known" if self.sum_mm2 is None else f"sum {self.sum_mm2:g} mm2"
            change = self.change_from_baseline_percent
            parts.append(size if change is None else f"{size} ({change:+.1f} % from baseline)")
            parts.append(f"target {self.target}")
        parts += [f"non-target {self.nontarget}"] if self.nontarget is not None else []
        parts += ["new lesion"] if self.new else []
        parts += ["confirmed"] if self.confirmed else []
        return f"{self.visit}, {self.date}: {self.overall}; {', '.join(parts)}".rstrip("; ")
