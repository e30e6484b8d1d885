"""What a reader records of each lesion at each visit, and the classes of RECIST 1.1."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day

__all__ = ["BestResponse", "RecistInputs", "RecistRow", "Response", "VisitResponse"]

_Length = Annotated[float | None, Field(ge=0, lt=1000, allow_inf_nan=False), Column(unit="mm")]
_Left = Column(may_be_left_out=True)


class RecistRow(Row):
    """One lesion at one visit."""

    lesion: str
    """Name of the lesion, the same at every visit."""
    role: Literal["target", "nontarget", "new"]
    """Its part in the assessment; a lesion keeps it."""
    kind: Literal["node", "other"] | None = None
    """A node is measured by its short axis, any other lesion by its longest diameter."""
    organ: str | None = None
    """Organ of a target that is no node, for the limit of two per organ; both breasts are one organ."""
    visit: str
    """Name of the visit; the first by date is the baseline."""
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    """Date of the examination."""
    longest_mm: _Length = None
    """Longest diameter; 0 where the lesion is gone."""
    short_mm: _Length = None
    """Short axis, at a right angle to the longest diameter; needed of nodes."""
    finding: Annotated[Literal["measured", "too-small", "absent", "not-evaluated"] | None, _Left] = None
    """Of a target. too-small: seen but too small to measure, counted as 5 mm unless a diameter is given."""
    status: Literal["present", "absent", "progressed", "not-evaluated"] | None = None
    """Of a non-target or new lesion."""
    modality: Annotated[str | None, _Left] = None
    """How it was measured (MRI, CT, clinical, …); a target keeps one modality."""
    slice_mm: Annotated[
        float | None,
        Field(gt=0, lt=100, allow_inf_nan=False),
        Column(unit="mm", may_be_left_out=True),
    ] = None
    """Slice thickness; above 5 mm a target must measure twice as much at baseline."""
    parent: Annotated[str | None, _Left] = None
    """Lesion of which this is a fragment after a split; of a baseline target without a diameter: the lesion
    with which it has merged."""


class RecistInputs(Frozen):
    """The table of lesions, and what is asked of it."""

    rows: Annotated[
        tuple[RecistRow, ...], Option("file", positional=True, rows=RecistRow, takes="a CSV, columns below")
    ]
    """A CSV with one lesion at one visit a row."""
    best: Annotated[bool, Option("best", flag=True)] = False
    """Give the best overall response instead of the list of visits."""
    confirm: Annotated[int | None, Field(ge=1, le=366), Option("confirm", unit="days")] = None
    """Least interval (usually 28) after which CR and PR must be confirmed; left out: without confirmation."""
    stable_from: Annotated[int, Field(ge=0, le=366), Option("stable-from", unit="days")] = 42
    """Least time after the start at which SD counts in the best overall response; 42 where not stated."""
    start: Annotated[Day | None, Option("start", takes="a date, YYYY-MM-DD")] = None
    """Start of therapy; left out: times count from the baseline examination."""


class Response(StrEnum):
    """Class of response."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NON_CR_NON_PD = "NON-CR/NON-PD"


class VisitResponse(Frozen):
    """A list with one entry per visit after the baseline, in date order."""

    visit: str
    sum_mm: float | None
    """Sum of the targets: longest diameters, of nodes short axes; null where a target is not evaluated."""
    nadir_mm: float | None
    """Smallest complete sum of the earlier visits, the baseline among them."""
    change_from_baseline_percent: float | None
    change_from_nadir_percent: float | None
    """Null where the nadir is 0."""
    target: Response | None
    """Null where there are no targets."""
    nontarget: Response | None
    """Null where there are no non-target lesions."""
    new: bool | None
    """Whether a new lesion is there; null where one is recorded but not established."""
    overall: Response
    date: Day
    """First date of the visit."""

    def in_words(self) -> str:
        """The visit as one line for a reader."""
        change = self.change_from_baseline_percent
        size = "sum not known" if self.sum_mm is None else f"sum {self.sum_mm:g} mm"
        if change is not None:
            size += f" ({change:+.1f} % from baseline)"
        parts = [size] if self.target is not None else []
        parts += [f"target {self.target}"] if self.target is not None else []
        parts += [f"non-target {self.nontarget}"] if self.nontarget is not None else []
        parts += ["new lesion"] if self.new else ["new lesion not established"] if self.new is None else []
        return f"{self.visit}, {self.date}: {self.overall}; {', '.join(parts)}".rstrip("; ")


class BestResponse(Frozen):
    """With --best: the best overall response."""

    best: Response
    visit: str | None
    """The first visit that has it; null where it follows from no single visit."""

    def in_words(self) -> str:
        """The best response as one line for a reader."""
        return f"Best overall response {self.best}" + (f", first at {self.visit}" if self.visit else "")
