"""Uptake of two classes of lesions compared: as published, by patient, and within tracers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.change.roc import AreaUnderCurve, area_under_curve
from neoher.cohort.her2pet.lesions import Her2Class, PairedLesion, Study
from neoher.cohort.her2pet.rank_sum import RankSum, clustered_rank_sum, exact_rank_sum
from neoher.cohort.her2pet.shift import Shift, hodges_lehmann
from neoher.errors import InputError

__all__ = ["QUESTIONS", "ClassComparison", "compare_classes"]

QUESTIONS = (
    ("positive", (Her2Class.POSITIVE,), "low", (Her2Class.LOW,)),
    ("expressing (positive + low)", (Her2Class.POSITIVE, Her2Class.LOW), "HER2-0", (Her2Class.ZERO,)),
)
"""The two comparisons of the study."""


@dataclass(frozen=True, slots=True)
class ClassComparison:
    """First class less second; None where there are too few lesions for it."""

    first: str
    second: str
    n_first: int
    n_second: int
    patients: int
    clustered: bool
    """Whether a patient has more than one of the lesions."""
    lesions: RankSum
    """Lesions taken as independent."""
    by_patient: RankSum
    """Patients exchanged."""
    within_tracers: RankSum | None
    """Patients exchanged within tracers; None where there is one tracer."""
    shift: Shift
    area: AreaUnderCurve | None
    """Of the first class having the higher value, with patients as clusters."""


def compare_classes(
    study: Study,
    first: tuple[str, tuple[Her2Class, ...]],
    second: tuple[str, tuple[Her2Class, ...]],
    level: float = 0.95,
) -> ClassComparison | None:
    """The comparison of two sets of classes; None where one of them has no lesion."""
    used = [each for each in study.lesions if each.her2 in (*first[1], *second[1])]
    part = study.among(used)
    member = np.array([each.her2 in first[1] for each in used], dtype=bool)
    if member.all() or not member.any():
        return None
    values, patient, tracer = part.values(), part.patient_codes(), part.tracer_codes()
    several = np.unique(tracer).size > 1
    return ClassComparison(
        first[0],
        second[0],
        int(member.sum()),
        int((~member).sum()),
        int(np.unique(patient).size),
        _clustered(used),
        exact_rank_sum(values[member], values[~member]),
        clustered_rank_sum(values, member, patient),
        clustered_rank_sum(values, member, patient, tracer) if several else None,
        hodges_lehmann(values[member], values[~member], level),
        _area(values, member, patient, level),
    )


def _clustered(lesions: list[PairedLesion]) -> bool:
    return len({each.patient for each in lesions}) < len(lesions)


def _area(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    member: np.ndarray[tuple[int], np.dtype[np.bool_]],
    patient: np.ndarray[tuple[int], np.dtype[np.int64]],
    level: float,
) -> AreaUnderCurve | None:
    try:
        return area_under_curve(values, member, patient, level)
    except InputError:
        return None
