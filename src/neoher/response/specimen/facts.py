"""One exam beside the specimen: the row of a table, and what the comparison gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Caution, Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day

__all__ = ["Agreement", "ExamAgainstSpecimen", "SpecimenInputs", "SpecimenRow"]

_Length = Annotated[float | None, Field(ge=0, lt=1000, allow_inf_nan=False), Column(unit="mm")]
_Date = Annotated[Day | None, Column(takes="a date, YYYY-MM-DD")]


class SpecimenRow(Row):
    """One lesion on one exam, with the specimen of its operation."""

    patient: str | None = None
    """Name of the patient; copied, never interpreted."""
    lesion: str | None = None
    """Name of the lesion, the same on every exam."""
    modality: str | None = None
    """How it was imaged: MRI, US, MG, DBT, CEM, clinical, … or MR, PT, CT as DICOM names them."""
    exam_date: _Date = None
    """Day of the exam."""
    imaging_mm: _Length = None
    """Longest diameter on the exam; 0 where the exam was read and nothing was seen."""
    surgery_date: _Date = None
    """Day of the operation."""
    invasive_mm: _Length = None
    """Largest focus of invasive cancer in the specimen; 0 where there is none."""
    invasive_and_in_situ_mm: _Length = None
    """Extent of invasive and in situ cancer together in the specimen; 0 where there is neither."""
    finding: Annotated[Literal["mass", "non-mass", "calcifications"] | None, Column(may_be_left_out=True)] = (
        None
    )
    """What was measured. The extent of calcifications is no size of the cancer: it is neither over, under nor
    false positive."""


class SpecimenInputs(Frozen):
    """The table of exams, and the band within which a size agrees."""

    rows: Annotated[
        tuple[SpecimenRow, ...],
        Option("file", positional=True, rows=SpecimenRow, takes="a CSV, columns below"),
    ]
    """A CSV with one lesion on one exam a row."""
    band_mm: Annotated[float, Field(ge=0, lt=1000, allow_inf_nan=False), Option("band", unit="mm")] = 5.0
    """Errors up to this size, either way, are concordant; 5 where not stated."""


class Agreement(StrEnum):
    """How a size on imaging stands to a size in the specimen."""

    OVER = "over"
    UNDER = "under"
    CONCORDANT = "concordant"


class ExamAgainstSpecimen(Frozen):
    """A list with one entry per row, in the order of the rows."""

    patient: str | None
    lesion: str | None
    modality: str | None
    false_negative: bool | None
    """Nothing seen, and the specimen holds invasive cancer; null where one of the two is not known."""
    false_positive: bool | None
    """Something seen, and the specimen holds no invasive cancer."""
    false_negative_invasive_and_in_situ: bool | None
    """Nothing seen, and the specimen holds invasive or in situ cancer."""
    false_positive_invasive_and_in_situ: bool | None
    """Something seen, and the specimen holds neither invasive nor in situ cancer."""
    error_invasive_mm: float | None
    """Imaging less invasive size, in mm: above 0 is too large."""
    agreement_invasive: Agreement | None
    """Over or under beyond the band. A false positive is over and a false negative under, whatever its
    size."""
    error_invasive_and_in_situ_mm: float | None
    """Imaging less the extent of invasive and in situ cancer, in mm."""
    agreement_invasive_and_in_situ: Agreement | None
    days_before_surgery: int | None
    """Days from the exam to the operation."""
    warnings: tuple[Caution, ...]
    """What a reader must know of this row; the conclusion lists them all."""

    @property
    def name(self) -> str:
        """Patient, lesion and modality, as far as stated."""
        return ", ".join(part for part in (self.patient, self.lesion, self.modality) if part) or "exam"

    def in_words(self) -> str:
        """The comparison as one line for a reader, errors that hurt most first."""
        flags = []
        if self.false_negative:
            flags.append("FALSE NEGATIVE for invasive cancer")
        elif self.false_negative_invasive_and_in_situ:
            flags.append("FALSE NEGATIVE for in situ cancer")
        if self.false_positive_invasive_and_in_situ:
            flags.append("FALSE POSITIVE")
        elif self.false_positive:
            flags.append("FALSE POSITIVE for invasive cancer")
        against = (
            ("invasive", self.error_invasive_mm, self.agreement_invasive),
            (
                "invasive and in situ",
                self.error_invasive_and_in_situ_mm,
                self.agreement_invasive_and_in_situ,
            ),
        )
        for name, error, agreement in against:
            said = "not known" if error is None else f"{error:+g} mm"
            flags.append(f"{name} {said}" + (f", {agreement}" if agreement else ""))
        days = self.days_before_surgery
        if days is not None:
            flags.append("on the day of surgery" if days == 0 else f"{days} days before surgery")
        return f"{self.name}: {'; '.join(flags)}"
