"""The PET exams of a record with what was measured on them, gathered per scan from stored measurements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from neoher.measure.case import ExamResult, ResultKey
from neoher.measure.suv import SuvValue
from neoher.record.case import Case
from neoher.record.exam import PtExam
from neoher.response.her2_uptake.tracers import load_tracers, tracer_named

__all__ = ["LesionUptake", "PetScan", "TracerFamily", "family_of", "pet_scans"]

_HER2_WORDS = ("trastuzumab", "pertuzumab", "affibody", "her2")
"""Words in a tracer's name that say what it is directed at, where the tracer itself is not held."""


class TracerFamily(StrEnum):
    """What a tracer shows, as far as its name tells. Values of two tracers are never compared."""

    FDG = "FDG"
    HER2 = "HER2"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LesionUptake:
    """One lesion on one scan."""

    lesion: str | None
    result: ExamResult
    value: SuvValue | None
    """None where it was not measured, or stored by another version."""
    provenance: str | None

    def quantity(self, name: str) -> float | None:
        """A stored quantity; None where it is not known."""
        stored = self.result.measurement.quantity(name) if self.result.measurement else None
        return stored.value if stored else None

    @property
    def unknown(self) -> str:
        """Why there is no number."""
        if self.result.problem is not None:
            return f"not measured: {self.result.problem.what}"
        measurement = self.result.measurement
        missing = measurement.conclusion.missing if measurement else ()
        return f"cannot be said without {', '.join(missing)}" if missing else "not measured"


@dataclass(frozen=True, slots=True)
class PetScan:
    """One scan."""

    exam: PtExam
    family: TracerFamily
    lesions: tuple[LesionUptake, ...]

    @property
    def value(self) -> SuvValue | None:
        """What is the same for all lesions of the scan: times, activity, references."""
        return next((one.value for one in self.lesions if one.value is not None), None)

    @property
    def sul_over_suv(self) -> float | None:
        """Factor from SUV by body weight to SUL of this patient on this day."""
        for one in self.lesions:
            lean, plain = one.quantity("sulpeak"), one.quantity("suvpeak")
            if lean is not None and plain:
                return lean / plain
        return None

    @property
    def name(self) -> str:
        """For a reader: the visit, else the exam's id."""
        return self.exam.visit or self.exam.id


def family_of(tracer: str | None) -> TracerFamily:
    """The family of a tracer by its name; a name that is not known is of neither."""
    if tracer is not None and tracer_named(tracer, load_tracers()) is not None:
        return TracerFamily.HER2
    name = (tracer or "").casefold()
    if "fdg" in name or "fluorodeoxyglucose" in name or "fludeoxyglucose" in name:
        return TracerFamily.FDG
    return TracerFamily.HER2 if any(word in name for word in _HER2_WORDS) else TracerFamily.OTHER


def pet_scans(
    case: Case, results: Sequence[ExamResult], provenance: dict[ResultKey, str]
) -> tuple[PetScan, ...]:
    """The PET exams with images, in date order; exams without a date last.

    Parameters: `provenance`: id of the provenance row of each result.
    """
    scans = []
    for exam in case.exams:
        own = [result for result in results if result.exam.id == exam.id and result.key[2] == "suv"]
        if isinstance(exam, PtExam) and own:
            lesions = tuple(
                LesionUptake(result.lesion, result, _value(result), provenance.get(result.key))
                for result in own
            )
            scans.append(PetScan(exam, family_of(exam.tracer), lesions))
    return tuple(sorted(scans, key=lambda scan: (scan.exam.date is None, scan.exam.date or dt.date.max)))


def _value(result: ExamResult) -> SuvValue | None:
    stored = result.measurement.conclusion.value if result.measurement else None
    if stored is None:
        return None
    try:
        return SuvValue.model_validate(stored)
    except ValidationError:
        return None
