"""Scans, biopsies and drug starts as a table states them, and the forms of what is concluded from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from neoher.pathology.her2.facts import Her2Facts, Her2Status, Spectrum, ThreeClass
from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day

__all__ = [
    "Biopsy",
    "DrugStart",
    "ExclusionReason",
    "Her2PetInputs",
    "Her2PetPairs",
    "Her2PetRow",
    "LesionScan",
    "NotPaired",
    "Pair",
    "PatientPattern",
    "Pattern",
    "TracerCount",
]

WINDOW_DAYS = 61
"""Two months, after Yeh 2025; that they are 61 days is a design choice of this project."""

_Left = Column(may_be_left_out=True)
_Amount = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]


class Her2PetRow(Row):
    """One event of a patient: a lesion on a HER2 PET, a biopsy, or the start of a drug."""

    patient: str
    event: Literal["scan", "biopsy", "drug"]
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    """Day of the scan, of the biopsy, of the drug's first dose."""
    lesion: str | None = None
    """Of a scan or biopsy: the lesion, by the same name in both."""
    tracer: str | None = None
    """Of a scan: the HER2 tracer, such as 89Zr-pertuzumab."""
    suvmax: Annotated[_Amount, Column(unit="g/mL")] = None
    """Of a scan: SUVmax of the lesion, normalised to body weight."""
    her2_text: str | None = None
    """Of a biopsy: HER2 as the report words it."""
    drug: str | None = None
    """Of a drug: its name, a combination or a regimen."""
    uptake: Annotated[Literal["positive", "negative", "indeterminate"] | None, _Left] = None
    """Of a scan: uptake of the HER2 tracer against the background, as read."""
    fdg: Annotated[Literal["positive", "negative"] | None, _Left] = None
    """Of a scan: whether the lesion is FDG-avid, for the patient's pattern."""
    fdg_load_cc: Annotated[_Amount, Column(unit="cc", may_be_left_out=True)] = None
    """Of a scan: FDG-avid volume of the lesion; where one lesion lacks it, lesions are counted instead."""


class Her2PetInputs(Frozen):
    """The table of events, and how far apart scan and biopsy may lie."""

    rows: Annotated[
        tuple[Her2PetRow, ...], Option("file", positional=True, rows=Her2PetRow, takes="a CSV, columns below")
    ]
    """A CSV with one event a row."""
    window: Annotated[int, Field(ge=0, le=3660), Option("window", unit="days")] = WINDOW_DAYS
    """Most days between scan and biopsy, either first; 61 where not stated."""
    keep_treated: Annotated[bool, Option("keep-treated", flag=True)] = False
    """Keep, flagged, the pairs between which a HER2-directed antibody or conjugate was started."""


@dataclass(frozen=True, slots=True)
class LesionScan:
    """One lesion on one HER2 PET."""

    patient: str
    lesion: str | None
    date: dt.date
    tracer: str | None = None
    suvmax: float | None = None
    """g/mL, normalised to body weight."""
    uptake: Literal["positive", "negative", "indeterminate"] | None = None
    fdg: Literal["positive", "negative"] | None = None
    fdg_load_cc: float | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Biopsy:
    """One biopsy with its HER2 findings."""

    patient: str
    lesion: str | None
    date: dt.date
    her2: Her2Facts | None = None
    """None where nothing is stated."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class DrugStart:
    """The first dose of a drug."""

    patient: str
    date: dt.date
    drug: str | None
    line: int | None = None


class Pair(Frozen):
    """A lesion's HER2 PET with a biopsy of the same lesion; null where something is not known."""

    patient: str
    lesion: str
    scan_date: Day
    biopsy_date: Day
    days_apart: int
    tracer: str | None
    suvmax: float | None
    her2_text: str | None
    status: Her2Status | None
    """By ASCO/CAP, of this biopsy."""
    spectrum: Spectrum | None
    three_class: ThreeClass | None
    reclassified_three_class: bool | None
    """Whether a lesion that two classes call negative is low."""
    reclassified_spectrum: bool | None
    """Whether a lesion that two classes call negative is low or ultralow."""
    false_positive_by_two_classes: bool | None
    """Whether the tracer was taken up where two classes call the biopsy negative; null without a reading."""
    flags: tuple[str, ...]
    """What must be known with the pair, as codes."""

    def in_words(self) -> str:
        """The pair as one line for a reader."""
        suv = f", SUVmax {self.suvmax:g}" if self.suvmax is not None else ""
        said = self.spectrum or self.status or "not known"
        flags = f" [{', '.join(self.flags)}]" if self.flags else ""
        return (
            f"{self.patient} {self.lesion}: {self.tracer or 'tracer not known'} {self.scan_date}{suv}; "
            f"biopsy {self.biopsy_date}, {self.days_apart} days apart: HER2 {said}{flags}"
        )


class ExclusionReason(StrEnum):
    """Why an event is in no pair."""

    OUTSIDE_WINDOW = "outside-window"
    DRUG_BETWEEN = "her2-drug-between"
    NO_BIOPSY = "no-biopsy-of-the-lesion"
    NO_SCAN = "no-scan-of-the-lesion"
    LESION_NOT_STATED = "lesion-not-stated"
    PAIRED_WITH_ANOTHER = "paired-with-another"


class NotPaired(Frozen):
    """A scan or biopsy that is in no pair, with the reason."""

    patient: str
    event: Literal["scan", "biopsy"]
    lesion: str | None
    date: Day
    reason: ExclusionReason
    message: str


class Pattern(StrEnum):
    """Share of the FDG-avid load that takes up the HER2 tracer: A all, B most, C less, D none."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class PatientPattern(Frozen):
    """One HER2 PET of one patient as a whole; null where it cannot be said."""

    patient: str
    scan_date: Day
    tracer: str | None
    pattern: Pattern | None
    her2_imaging: Literal["positive", "negative"] | None
    """A and B positive, C and D negative."""
    share: float | None
    """Share of the FDG-avid load that takes up the tracer, 0 to 1."""
    share_of: Literal["volume", "lesions"] | None
    """Whether loads or lesions were counted."""


class TracerCount(Frozen):
    """The paired lesions of one tracer by class of their biopsy."""

    tracer: str | None
    pairs: int
    positive: int
    low: int
    zero: int
    not_known: int


class Her2PetPairs(Frozen):
    """Pairs, what was not paired and why, the patients' patterns and the counts by tracer."""

    pairs: tuple[Pair, ...]
    exclusions: tuple[NotPaired, ...]
    patients: tuple[PatientPattern, ...]
    by_tracer: tuple[TracerCount, ...]

    def in_words(self) -> str:
        """The pairs and what was not paired, one a line, for a reader."""
        said = [pair.in_words() for pair in self.pairs]
        said += [
            f"not paired: {each.patient} {each.lesion or ''} {each.event} {each.date} ({each.message})"
            for each in self.exclusions
        ]
        count = len(self.pairs)
        return "\n".join([f"{count} pair{'s' if count != 1 else ''}", *said])
