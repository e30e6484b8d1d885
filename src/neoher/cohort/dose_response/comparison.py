"""Two curves against each other: ratios of IC50, difference of areas, one curve for both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from neoher.cohort.dose_response.curve import fit_curve
from neoher.cohort.dose_response.estimation import (
    Estimated,
    MeasuredCurve,
    estimated_area,
    estimated_log_dose,
)
from neoher.cohort.dose_response.facts import Comparison
from neoher.cohort.dose_response.units import log_scale

__all__ = ["compare_curves"]


def compare_curves(
    curves: Sequence[MeasuredCurve], half: float, level: float
) -> tuple[tuple[Comparison, ...], list[tuple[str, str]]]:
    """Every pair of curves of one cell line, and the pairs whose units cannot be compared.

    Intervals of ratios are made on the log scale, with Welch's degrees of freedom: each curve has its own
    scatter.
    """
    found, apart = [], []
    for first, second in combinations(curves, 2):
        if first.row.cell_line != second.row.cell_line:
            continue
        scale = log_scale(second.row.dose_unit, first.row.dose_unit)
        if scale is None:
            apart.append((first.name, second.name))
            continue
        found.append(_compare(first, second, scale, half, level))
    return _with_holm(found), apart


def _compare(
    first: MeasuredCurve, second: MeasuredCurve, scale: float, half: float, level: float
) -> Comparison:
    arms = {first.row.arm, second.row.arm}
    relative = _difference(estimated_log_dose(first, None), estimated_log_dose(second, None), level, scale)
    absolute = _difference(estimated_log_dose(first, half), estimated_log_dose(second, half), level, scale)
    statistic, degrees, same = _same_curve(first, second, scale)
    area = _area(first, second, scale, half, level)
    ratios = [
        [None if value is None else math.exp(value) for value in each[:3]] for each in (relative, absolute)
    ]
    return Comparison(
        first=first.name,
        second=second.name,
        cell_line=first.row.cell_line,
        kind="single against dual" if arms == {"single", "dual"} else "drugs",
        dose_unit=first.row.dose_unit,
        ec50_ratio=ratios[0][0],
        ec50_ratio_low=ratios[0][1],
        ec50_ratio_high=ratios[0][2],
        ec50_p=relative[3],
        ic50_absolute_ratio=ratios[1][0],
        ic50_absolute_ratio_low=ratios[1][1],
        ic50_absolute_ratio_high=ratios[1][2],
        ic50_absolute_p=absolute[3],
        auc_difference=area[0],
        auc_difference_low=area[1],
        auc_difference_high=area[2],
        auc_p=area[3],
        f=statistic,
        f_df=degrees,
        p_same_curve=same,
        p_same_curve_holm=None,
    )


_Difference = tuple[float | None, float | None, float | None, float | None]


def _difference(
    one: Estimated | None, other: Estimated | None, level: float, scale: float = 0.0
) -> _Difference:
    """Second less first with its limits and p (Welch)."""
    from scipy.stats import t

    if one is None or other is None:
        return None, None, None, None
    difference = other.value + scale - one.value
    if one.std_error is None or other.std_error is None:
        return difference, None, None, None
    variances = one.std_error**2, other.std_error**2
    if sum(variances) == 0:
        return difference, None, None, None
    df = sum(variances) ** 2 / (variances[0] ** 2 / one.df + variances[1] ** 2 / other.df)
    error = math.sqrt(sum(variances))
    reach = float(t.ppf((1 + level) / 2, df)) * error
    return difference, difference - reach, difference + reach, 2 * float(t.sf(abs(difference) / error, df))


def _area(
    first: MeasuredCurve, second: MeasuredCurve, scale: float, half: float, level: float
) -> _Difference:
    """Difference of areas over the doses that both were tested at."""
    if first.range is None or second.range is None:
        return None, None, None, None
    factor = math.exp(scale)
    low = max(first.range[0], second.range[0] * factor)
    high = min(first.range[1], second.range[1] * factor)
    if low >= high:
        return None, None, None, None
    one = estimated_area(first, low, high, half)
    other = estimated_area(second, low / factor, high / factor, half)
    return _difference(one, other, level)


def _same_curve(
    first: MeasuredCurve, second: MeasuredCurve, scale: float
) -> tuple[float | None, tuple[int, int] | None, float | None]:
    """Extra sum of squares F test of one curve for both, the scatter taken as equal."""
    from scipy.stats import f

    if first.fit is None or second.fit is None:
        return None, None, None
    dose = np.concatenate((first.dose, second.dose * math.exp(scale)))
    joint = fit_curve(dose, np.concatenate((first.response, second.response)))
    apart, df = first.fit.residual + second.fit.residual, first.fit.df + second.fit.df
    if joint is None or df < 1 or apart == 0:
        return None, None, None
    statistic = max(joint.residual - apart, 0.0) / 4 / (apart / df)
    return statistic, (4, df), float(f.sf(statistic, 4, df))


def _with_holm(found: list[Comparison]) -> tuple[Comparison, ...]:
    known = sorted(
        (index for index, each in enumerate(found) if each.p_same_curve is not None),
        key=lambda index: found[index].p_same_curve or 0.0,
    )
    largest = 0.0
    for rank, index in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * (found[index].p_same_curve or 0.0)))
        found[index] = found[index].model_copy(update={"p_same_curve_holm": largest})
    return tuple(found)
