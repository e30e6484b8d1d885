"""Area under the ROC curve with DeLong's interval, also where lesions cluster in patients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.survival.kaplan_meier import normal_quantile
from neoher.errors import InputError

__all__ = ["AreaComparison", "AreaUnderCurve", "RocPoint", "area_under_curve", "compare_areas", "roc_points"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AreaUnderCurve:
    """Probability that a case scores higher than a control, ties counting half."""

    value: float
    std_error: float
    low: float
    high: float
    cases: int
    controls: int
    clusters: int | None
    """Patients, where several of their lesions were counted; None where each entry stands alone."""


@dataclass(frozen=True, slots=True)
class AreaComparison:
    """Two scores of the same patients."""

    difference: float
    std_error: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class RocPoint:
    """Calling 'case' from `cut` on (score >= cut)."""

    cut: float
    sensitivity: float
    specificity: float


def area_under_curve(
    score: FloatArray, case: BoolArray, cluster: NDArray[np.int64] | None = None, level: float = 0.95
) -> AreaUnderCurve:
    """The area, its standard error and a normal interval cut to 0 .. 1.

    Parameters: `score`, `case`: shape (n,). `cluster`: shape (n,), the patient of each lesion; without it
    every entry counts as independent.
    Raises: InputError unless there are two cases and two controls at least.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; with clusters Obuchowski, Biometrics
    1997;53:567 (unverified).
    """
    of_cases, of_controls = _components(score, case)
    area = float(of_cases.mean())
    groups = np.arange(score.size) if cluster is None else cluster
    variance = _clustered_variance(of_cases - area, of_controls - area, groups[case], groups[~case])
    error = math.sqrt(max(variance, 0.0))
    reach = normal_quantile(level) * error
    clusters = None if cluster is None else int(np.unique(cluster).size)
    return AreaUnderCurve(
        area, error, max(area - reach, 0.0), min(area + reach, 1.0), of_cases.size, of_controls.size, clusters
    )


def compare_areas(first: FloatArray, second: FloatArray, case: BoolArray) -> AreaComparison:
    """DeLong's test of two correlated areas: two scores of the same patients, shape (n,)."""
    from scipy.stats import norm

    one, two = _components(first, case), _components(second, case)
    difference = float(one[0].mean() - two[0].mean())
    variance = sum(float(np.var(a - b, ddof=1)) / a.size for a, b in zip(one, two, strict=True))
    if variance <= 0:
        return AreaComparison(difference, 0.0, math.nan, math.nan)
    z = difference / math.sqrt(variance)
    return AreaComparison(difference, math.sqrt(variance), z, 2 * float(norm.sf(abs(z))))


def roc_points(score: FloatArray, case: BoolArray) -> tuple[RocPoint, ...]:
    """Sensitivity and specificity at each distinct score, from the highest cut to the lowest."""
    cuts = np.unique(score)[::-1]
    cases, controls = np.sort(score[case]), np.sort(score[~case])
    found = []
    for cut in cuts.tolist():
        hit = cases.size - int(np.searchsorted(cases, cut, side="left"))
        spared = int(np.searchsorted(controls, cut, side="left"))
        found.append(RocPoint(cut, hit / cases.size, spared / controls.size))
    return tuple(found)


def _components(score: FloatArray, case: BoolArray) -> tuple[FloatArray, FloatArray]:
    """For each case the share of controls below it, for each control the share of cases above it."""
    from scipy.stats import rankdata

    cases, controls = score[case], score[~case]
    if cases.size < 2 or controls.size < 2:
        raise InputError(
            f"{cases.size} cases and {controls.size} controls: an area with an interval needs two of each.",
            "ROC",
        )
    every = rankdata(score)
    of_cases: FloatArray = (every[case] - rankdata(cases)) / controls.size
    of_controls: FloatArray = 1 - (every[~case] - rankdata(controls)) / cases.size
    return of_cases, of_controls


def _clustered_variance(
    of_cases: FloatArray,
    of_controls: FloatArray,
    case_cluster: NDArray[np.int64],
    control_cluster: NDArray[np.int64],
) -> float:
    """Variance from the sums of centred components within clusters."""
    clusters = np.union1d(case_cluster, control_cluster)
    sums = np.zeros((2, clusters.size))
    np.add.at(sums[0], np.searchsorted(clusters, case_cluster), of_cases)
    np.add.at(sums[1], np.searchsorted(clusters, control_cluster), of_controls)
    with_cases, with_controls = np.unique(case_cluster).size, np.unique(control_cluster).size
    if min(with_cases, with_controls) < 2:
        raise InputError("all cases, or all controls, are of one patient.", "ROC")
    variance = with_cases / (with_cases - 1) * float(sums[0] @ sums[0]) / of_cases.size**2
    variance += with_controls / (with_controls - 1) * float(sums[1] @ sums[1]) / of_controls.size**2
    both = clusters.size / (clusters.size - 1) * float(sums[0] @ sums[1])
    return variance + 2 * both / (of_cases.size * of_controls.size)
