"""What a change at a visit foretells of the outcome: areas under the curve and cut-offs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pandas as pd

from neoher.cohort.change.course import Course
from neoher.cohort.change.cut_off import CutOff, cross_validated_cut
from neoher.cohort.change.roc import AreaUnderCurve, FloatArray, area_under_curve, compare_areas
from neoher.cohort.parts import Parts, group_label
from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["Direction", "Validation", "predict_outcome"]


class Direction(StrEnum):
    """Which change is taken to go with the outcome."""

    FALL = "fall"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class Validation:
    """How a cut-off is validated."""

    folds: int = 5
    repeats: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """Changes and outcomes of the patients who have both."""

    score: FloatArray
    """Higher goes with the outcome."""
    case: np.ndarray[tuple[int], np.dtype[np.bool_]]


def predict_outcome(
    cohort: Cohort,
    course: Course,
    outcome: pd.Series,
    strata: tuple[str, ...],
    direction: Direction,
    validation: Validation,
    level: float,
    parts: Parts,
) -> list[dict[str, str | float | int | None]]:
    """Add areas, tests and cut-offs of every visit, in all patients and in strata; return the rows.

    `outcome`: 'boolean', NA where not known.
    """
    rows = []
    for visit in course.visits[1:]:
        everyone = _known(course, visit, outcome, outcome.notna(), direction)
        rows.append(_row(visit, None, everyone, direction, validation, level, parts))
        for column in strata:
            groups = cohort.groups(column, "--by")
            areas = []
            for name in groups.cat.categories:
                label = group_label(column, str(name))
                mine = _known(course, visit, outcome, (groups == name) & outcome.notna(), direction)
                rows.append(_row(visit, label, mine, direction, validation, level, parts))
                area = _area(mine, level)
                if isinstance(area, AreaUnderCurve) and area.std_error > 0:
                    areas.append(area)
            _add_heterogeneity(visit, column, areas, parts)
    _compare_visits(course, outcome, direction, parts)
    return rows


def _known(course: Course, visit: str, outcome: pd.Series, chosen: pd.Series, direction: Direction) -> _Known:
    change = course.change[visit]
    kept = (chosen & change.notna()).fillna(False).to_numpy(dtype=bool)
    sign = -1.0 if direction is Direction.FALL else 1.0
    return _Known(sign * change.to_numpy(dtype=np.float64)[kept], outcome[kept].to_numpy(dtype=bool))


def _area(known: _Known, level: float) -> AreaUnderCurve | str:
    try:
        return area_under_curve(known.score, known.case, level=level)
    except InputError as error:
        return error.what


def _row(
    visit: str,
    label: str | None,
    known: _Known,
    direction: Direction,
    validation: Validation,
    level: float,
    parts: Parts,
) -> dict[str, str | float | int | None]:
    sign = -1.0 if direction is Direction.FALL else 1.0
    row: dict[str, str | float | int | None] = {"visit": visit, "group": label or "all"}
    row |= {"n": known.case.size, "cases": int(known.case.sum())}
    for name, mine in (("median_cases", known.case), ("median_controls", ~known.case)):
        row[name] = float(np.median(sign * known.score[mine])) if mine.any() else None
    area = _area(known, level)
    name = f"AUC of percent change at {visit}"
    if isinstance(area, str):
        parts.estimates.append(Estimate(name=name, value=None, method=area, group=label, n=known.case.size))
        return row
    row |= {"auc": area.value, "auc_low": area.low, "auc_high": area.high}
    parts.estimates.append(
        Estimate(
            name=name,
            value=area.value,
            low=area.low,
            high=area.high,
            level=level,
            method=f"DeLong, {direction.value} goes with the outcome",
            group=label,
            n=known.case.size,
        )
    )
    try:
        cut = cross_validated_cut(
            known.score, known.case, validation.folds, validation.repeats, validation.seed
        )
    except InputError as error:
        parts.warnings.append(
            Caution(code="no-cut-off", message=f"{visit}, {label or 'all'}: no cut-off: {error.what}")
        )
        return row
    row |= {"cut": sign * cut.cut, "sensitivity": cut.sensitivity, "specificity": cut.specificity}
    _add_cut(visit, label, cut, sign, known.case.size, parts)
    return row


def _add_cut(visit: str, label: str | None, cut: CutOff, sign: float, n: int, parts: Parts) -> None:
    ends = sorted((sign * cut.lowest_cut, sign * cut.highest_cut))
    folds = f"{cut.folds}-fold cross-validation, {cut.repeats} repeats, seed {cut.seed}"
    for name, value, low, high, method, unit in (
        (
            "cut-off",
            sign * cut.cut,
            ends[0],
            ends[1],
            f"largest Youden index; from and to: range over {folds}, no confidence interval",
            "%",
        ),
        ("sensitivity on patients left out", cut.sensitivity, None, None, folds, ""),
        ("specificity on patients left out", cut.specificity, None, None, folds, ""),
        ("sensitivity, apparent", cut.apparent_sensitivity, None, None, "same patients: too high", ""),
        ("specificity, apparent", cut.apparent_specificity, None, None, "same patients: too high", ""),
    ):
        parts.estimates.append(
            Estimate(
                name=f"{name} at {visit}",
                value=value,
                low=low,
                high=high,
                method=method,
                group=label,
                n=n,
                unit=unit,
            )
        )


def _add_heterogeneity(visit: str, column: str, areas: list[AreaUnderCurve], parts: Parts) -> None:
    """Whether the areas of the strata differ: Cochran's Q with DeLong's variances."""
    from scipy.stats import chi2

    if len(areas) < 2:
        return
    weights = np.array([1 / area.std_error**2 for area in areas])
    values = np.array([area.value for area in areas])
    pooled = float(weights @ values / weights.sum())
    statistic = float(weights @ (values - pooled) ** 2)
    parts.tests.append(
        TestResult(
            name=f"equal AUC at {visit}",
            statistic=statistic,
            df=len(areas) - 1,
            p=float(chi2.sf(statistic, len(areas) - 1)),
            method=f"Cochran's Q over the groups of {column}, DeLong's variances",
            convention="chi-square; groups are independent patients",
            group=column,
        )
    )


def _compare_visits(course: Course, outcome: pd.Series, direction: Direction, parts: Parts) -> None:
    later = course.visits[1:]
    sign = -1.0 if direction is Direction.FALL else 1.0
    for first, second in pairwise(later):
        both = outcome.notna() & course.change[first].notna() & course.change[second].notna()
        kept = both.to_numpy(dtype=bool)
        name, method = f"AUC at {first} less AUC at {second}", "DeLong's test of correlated areas"
        try:
            test = compare_areas(
                sign * course.at(first)[kept],
                sign * course.at(second)[kept],
                outcome[kept].to_numpy(dtype=bool),
            )
        except InputError as error:
            parts.tests.append(
                TestResult(name=name, statistic=None, p=None, method=method, convention=error.what)
            )
            continue
        known = not math.isnan(test.z)
        parts.tests.append(
            TestResult(
                name=name,
                statistic=test.z if known else None,
                p=test.p if known else None,
                method=method,
                convention=f"two-sided, {int(kept.sum())} patients with both visits",
            )
        )
