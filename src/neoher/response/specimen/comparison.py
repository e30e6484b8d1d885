"""One exam against one specimen: error, over, under or concordant, false negative, false positive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from neoher.errors import InputError
from neoher.record.conclusion import Caution
from neoher.response.specimen.facts import Agreement, ExamAgainstSpecimen

__all__ = [
    "BAND_MM",
    "CALCIFICATIONS_NOTE",
    "OLDEST_EXAM_DAYS",
    "Comparison",
    "Seen",
    "SpecimenSize",
    "compare",
    "exact",
]

BAND_MM = 5.0
"""Errors up to this size are concordant; a design decision, no evidence behind it."""
OLDEST_EXAM_DAYS = 28
"""An exam before surgery older than this brings a warning; a design decision, no evidence behind it."""
CALCIFICATIONS_NOTE = (
    "Calcifications do not follow the response of the cancer: of those that remained after therapy 55 % were "
    "malignant (29 patients). Their extent is no size of the cancer and never counts as non-response. Those "
    "of a malignant type are excised unless a multidisciplinary team or a trial decides otherwise; a "
    "complete response on imaging does not change that."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an exam says of a lesion."""

    size_mm: float | None
    """Longest diameter; 0 where it was looked for and not seen; None where it has no number."""
    visible: bool | None
    """Whether anything was seen; None where nobody says."""
    date: dt.date | None
    calcifications: bool = False
    """The size is the extent of calcifications."""

    @classmethod
    def of_size(cls, size_mm: float | None, date: dt.date | None, *, calcifications: bool = False) -> Seen:
        """From a number alone: 0 is nothing seen."""
        return cls(size_mm, None if size_mm is None else size_mm > 0, date, calcifications)


@dataclass(frozen=True, slots=True)
class SpecimenSize:
    """Sizes in the specimen, in mm; 0 where there is none of it; None where not known."""

    invasive_mm: float | None
    invasive_and_in_situ_mm: float | None
    date: dt.date | None
    """Day of the operation."""
    holds_in_situ: bool | None = None
    """Whether there is in situ cancer, where that is known without a size."""

    @property
    def invasive(self) -> float | None:
        """The invasive size; 0 also where there is neither invasive nor in situ cancer.

        Raises: InputError where the invasive focus is larger than the whole that holds it.
        """
        whole = self.invasive_and_in_situ_mm
        if whole is not None and self.invasive_mm is not None and self.invasive_mm > whole:
            raise InputError(
                f"the invasive focus of {self.invasive_mm:g} mm is larger than invasive and in situ cancer "
                f"together, {whole:g} mm.",
                "invasive_and_in_situ_mm",
                "The extent of both together holds the invasive focus: correct one of them.",
            )
        return 0.0 if self.invasive_mm is None and whole == 0 else self.invasive_mm

    @property
    def holds_any(self) -> bool | None:
        """Whether the specimen holds invasive or in situ cancer; one of the two is enough to know."""
        if self.invasive_mm or (self.holds_in_situ and self.invasive_and_in_situ_mm is None):
            return True
        return None if self.invasive_and_in_situ_mm is None else self.invasive_and_in_situ_mm > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """An exam against the two sizes of a specimen."""

    false_negative: bool | None
    false_positive: bool | None
    false_negative_whole: bool | None
    false_positive_whole: bool | None
    error_invasive_mm: float | None
    agreement_invasive: Agreement | None
    error_whole_mm: float | None
    agreement_whole: Agreement | None
    days: int | None
    cautions: tuple[Caution, ...]

    def named(self, patient: str | None, lesion: str | None, modality: str | None) -> ExamAgainstSpecimen:
        """The comparison as the list shows it."""
        return ExamAgainstSpecimen(
            patient=patient,
            lesion=lesion,
            modality=modality,
            false_negative=self.false_negative,
            false_positive=self.false_positive,
            false_negative_invasive_and_in_situ=self.false_negative_whole,
            false_positive_invasive_and_in_situ=self.false_positive_whole,
            error_invasive_mm=self.error_invasive_mm,
            agreement_invasive=self.agreement_invasive,
            error_invasive_and_in_situ_mm=self.error_whole_mm,
            agreement_invasive_and_in_situ=self.agreement_whole,
            days_before_surgery=self.days,
            warnings=self.cautions,
        )


def exact(size_mm: float) -> Fraction:
    """A size as it was written: 14.1 is 141/10, not its binary neighbour."""
    return Fraction(repr(float(size_mm)))


def compare(seen: Seen, specimen: SpecimenSize, band_mm: float = BAND_MM) -> Comparison:
    """Errors in mm of an exam against the specimen, and what they are called.

    `band_mm`: errors up to this size, either way, are concordant. Nothing seen where there is cancer is a
    false negative and under, something seen where there is none a false positive and over, whatever the size:
    the two flags win over the band.
    Raises: InputError where the exam is later than the operation, or the invasive size exceeds the whole.
    Source: definition of the design after Marinovich 2015 (doi:10.1186/s12885-015-1664-4); the band and the
    28 days are design decisions.
    """
    invasive, whole = specimen.invasive, specimen.invasive_and_in_situ_mm
    days = _days(seen.date, specimen.date)
    cautions = list(_cautions_of_time(days))
    if seen.calcifications:
        cautions.append(Caution(code="calcifications-not-response", message=CALCIFICATIONS_NOTE))
        # Where cancer remains the error is told as a distance; it is no verdict on the cancer's response.
        return Comparison(
            None,
            None,
            None,
            None,
            _error(seen, invasive),
            None,
            _error(seen, whole),
            None,
            days,
            tuple(cautions),
        )
    holds_invasive = None if invasive is None else invasive > 0
    missed, invented = _flags(seen.visible, holds_invasive)
    missed_whole, invented_whole = _flags(seen.visible, specimen.holds_any)
    cautions += _cautions_of_flags(seen, specimen, missed, invented)
    return Comparison(
        missed,
        invented,
        missed_whole,
        invented_whole,
        _error(seen, invasive),
        _agreement(_exact_error(seen, invasive), missed, invented, band_mm),
        _error(seen, whole),
        _agreement(_exact_error(seen, whole), missed_whole, invented_whole, band_mm),
        days,
        tuple(cautions),
    )


def _flags(visible: bool | None, cancer: bool | None) -> tuple[bool | None, bool | None]:
    """False negative, false positive; None while one side is not known and could decide."""
    missed = False if visible or cancer is False else None
    invented = False if visible is False or cancer else None
    if visible is None or cancer is None:
        return missed, invented
    return (not visible and cancer), (visible and not cancer)


def _agreement(
    error: Fraction | None, missed: bool | None, invented: bool | None, band_mm: float
) -> Agreement | None:
    if missed:
        return Agreement.UNDER
    if invented:
        return Agreement.OVER
    if error is None:
        return None
    band = exact(band_mm)
    if error > band:
        return Agreement.OVER
    return Agreement.UNDER if error < -band else Agreement.CONCORDANT


def _exact_error(seen: Seen, size_mm: float | None) -> Fraction | None:
    if seen.size_mm is None or size_mm is None:
        return None
    return exact(seen.size_mm) - exact(size_mm)


def _error(seen: Seen, size_mm: float | None) -> float | None:
    error = _exact_error(seen, size_mm)
    return None if error is None else float(error)


def _days(exam: dt.date | None, surgery: dt.date | None) -> int | None:
    if exam is None or surgery is None:
        return None
    days = (surgery - exam).days
    if days < 0:
        raise InputError(
            f"the exam of {exam} is later than the operation of {surgery}.",
            "exam_date",
            "What is imaged after surgery is not what the specimen held: correct a date.",
        )
    return days


def _cautions_of_time(days: int | None) -> tuple[Caution, ...]:
    if days is None or days <= OLDEST_EXAM_DAYS:
        return ()
    message = (
        f"The exam is {days} days older than the operation, more than {OLDEST_EXAM_DAYS} (a design "
        "decision): the lesion may have changed between them."
    )
    return (Caution(code="exam-too-old", message=message),)


def _cautions_of_flags(
    seen: Seen, specimen: SpecimenSize, missed: bool | None, invented: bool | None
) -> tuple[Caution, ...]:
    invasive, whole = specimen.invasive, specimen.invasive_and_in_situ_mm
    if missed and invasive is not None:
        message = f"Nothing was seen, and the specimen holds {invasive:g} mm of invasive cancer."
        return (Caution(code="false-negative", message=message),)
    if invented and whole:
        message = (
            f"Something was seen, and the specimen holds no invasive but {whole:g} mm of in situ cancer: "
            "false positive for invasive cancer, not for in situ cancer."
        )
        return (Caution(code="in-situ-only", message=message),)
    if invented and whole == 0:
        message = "Something was seen, and the specimen holds neither invasive nor in situ cancer."
        return (Caution(code="false-positive", message=message),)
    if invented and specimen.holds_any:
        message = (
            "Something was seen, and the specimen holds no invasive but in situ cancer of unknown extent: "
            "false positive for invasive cancer, not for in situ cancer."
        )
        return (Caution(code="in-situ-only", message=message),)
    if invented:
        message = (
            "Something was seen, and the specimen holds no invasive cancer; whether it holds in situ cancer "
            "is not stated."
        )
        return (Caution(code="false-positive", message=message),)
    if seen.visible is False and invasive == 0 and specimen.holds_any:
        extent = f"{whole:g} mm of in situ cancer" if whole else "in situ cancer of unknown extent"
        message = f"Nothing was seen, and the specimen holds {extent}."
        return (Caution(code="in-situ-not-seen", message=message),)
    return ()
