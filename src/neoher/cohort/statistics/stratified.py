"""Two groups and a yes/no outcome in strata: common effects, Cochran-Mantel-Haenszel, homogeneity."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from neoher.cohort.statistics.laws import chi_squared_tail, interval_z
from neoher.cohort.statistics.outcome import Interval, Test
from neoher.cohort.statistics.two_by_two import TwoByTwo

__all__ = [
    "breslow_day",
    "cochran_mantel_haenszel",
    "common_odds_ratio",
    "common_risk_difference",
    "common_risk_ratio",
    "difference_heterogeneity",
    "generalised_cmh",
]


def _informative(strata: Sequence[TwoByTwo]) -> list[TwoByTwo]:
    """Strata that hold both groups; without both there is nothing to compare."""
    return [each for each in strata if each.a + each.b > 0 and each.c + each.d > 0]


def cochran_mantel_haenszel(strata: Sequence[TwoByTwo], *, corrected: bool) -> Test:
    """The Cochran-Mantel-Haenszel test, with or without its continuity correction (as in R).

    Source: Mantel and Haenszel 1959 (PMID:13655060, unverified).
    """
    gap, variance = 0.0, 0.0
    for each in _informative(strata):
        if each.n < 2:
            continue
        n1, n2, yes, no = each.a + each.b, each.c + each.d, each.a + each.c, each.b + each.d
        gap += each.a - n1 * yes / each.n
        variance += n1 * n2 * yes * no / (each.n**2 * (each.n - 1))
    if variance == 0:
        return Test(None, 1, None)
    gap = abs(gap)
    if corrected and gap >= 0.5:
        # R corrects where the correction is no larger than the difference, and else not at all.
        gap -= 0.5
    statistic = gap**2 / variance
    return Test(statistic, 1, chi_squared_tail(statistic, 1))


def common_odds_ratio(strata: Sequence[TwoByTwo], level: float = 0.95) -> Interval:
    """Mantel-Haenszel odds ratio, interval by the variance of Robins, Breslow and Greenland.

    Source: Robins et al. 1986 (PMID:3741973, unverified).
    """
    held = _informative(strata)
    r = np.array([each.a * each.d / each.n for each in held])
    s = np.array([each.b * each.c / each.n for each in held])
    if not held or not s.sum():
        return Interval(None)
    ratio = float(r.sum() / s.sum())
    if not r.sum():
        return Interval(ratio)
    p = np.array([(each.a + each.d) / each.n for each in held])
    q = 1 - p
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    half = interval_z(level) * math.sqrt(float(variance))
    return Interval(ratio, ratio * math.exp(-half), ratio * math.exp(half))


def common_risk_ratio(strata: Sequence[TwoByTwo], level: float = 0.95) -> Interval:
    """Mantel-Haenszel risk ratio, interval by Greenland and Robins 1985 (PMID:4027319, unverified)."""
    held = _informative(strata)
    above = sum(each.a * (each.c + each.d) / each.n for each in held)
    below = sum(each.c * (each.a + each.b) / each.n for each in held)
    if not below:
        return Interval(None)
    ratio = above / below
    if not above:
        return Interval(ratio)
    variance = sum(
        ((each.a + each.b) * (each.c + each.d) * (each.a + each.c) - each.a * each.c * each.n) / each.n**2
        for each in held
    ) / (above * below)
    half = interval_z(level) * math.sqrt(variance)
    return Interval(ratio, ratio * math.exp(-half), ratio * math.exp(half))


def common_risk_difference(strata: Sequence[TwoByTwo], level: float = 0.95) -> Interval:
    """Mantel-Haenszel risk difference, interval by Greenland and Robins 1985 (PMID:4027319, unverified)."""
    held = _informative(strata)
    weights = np.array([(each.a + each.b) * (each.c + each.d) / each.n for each in held])
    if not len(weights) or not weights.sum():
        return Interval(None)
    shares = np.array([[each.a / (each.a + each.b), each.c / (each.c + each.d)] for each in held])
    difference = float(weights @ (shares[:, 0] - shares[:, 1]) / weights.sum())
    variance = 0.0
    for each in held:
        n1, n2 = each.a + each.b, each.c + each.d
        variance += (each.a * each.b * n2**3 + each.c * each.d * n1**3) / (n1 * n2 * each.n**2)
    half = interval_z(level) * math.sqrt(variance) / float(weights.sum())
    return Interval(difference, difference - half, difference + half)


def breslow_day(strata: Sequence[TwoByTwo], *, tarone: bool) -> Test:
    """Homogeneity of the odds ratios over strata: Breslow and Day, with or without Tarone's correction.

    Source: Breslow and Day 1980, IARC 32; Tarone 1985 (doi:10.1093/biomet/72.1.91, unverified).
    """
    held = [each for each in _informative(strata) if each.informative]
    common = common_odds_ratio(strata).value
    if len(held) < 2 or not common:
        return Test(None, None, None)
    gaps, variances = [], []
    for each in held:
        expected = _expected(each, common)
        n1, n2, yes = each.a + each.b, each.c + each.d, each.a + each.c
        parts = (expected, n1 - expected, yes - expected, n2 - yes + expected)
        variances.append(1 / sum(1 / part for part in parts))
        gaps.append(each.a - expected)
    gap, variance = np.array(gaps), np.array(variances)
    statistic = float((gap**2 / variance).sum())
    if tarone:
        statistic -= float(gap.sum() ** 2 / variance.sum())
    df = len(held) - 1
    return Test(statistic, df, chi_squared_tail(statistic, df))


def _expected(table: TwoByTwo, ratio: float) -> float:
    """The count `a` that has this odds ratio with the table's margins."""
    n1, n2, yes = table.a + table.b, table.c + table.d, table.a + table.c
    low, high = max(0.0, yes - n2), float(min(yes, n1))

    def gap(a: float) -> float:
        return a * (n2 - yes + a) - ratio * (n1 - a) * (yes - a)

    return float(optimize.brentq(gap, low, high, xtol=1e-13, rtol=1e-14, maxiter=500))


def difference_heterogeneity(strata: Sequence[TwoByTwo]) -> Test:
    """Homogeneity of the risk differences over strata: Cochran's Q with inverse-variance weights.

    Not made where a stratum has no variance (a rate of 0 or 1 in both groups).
    """
    differences, weights = [], []
    for each in _informative(strata):
        n1, n2 = each.a + each.b, each.c + each.d
        variance = each.a * each.b / n1**3 + each.c * each.d / n2**3
        if variance == 0:
            return Test(None, None, None)
        differences.append(each.a / n1 - each.c / n2)
        weights.append(1 / variance)
    if len(weights) < 2:
        return Test(None, None, None)
    d, w = np.array(differences), np.array(weights)
    statistic = float((w * (d - (w @ d) / w.sum()) ** 2).sum())
    return Test(statistic, len(w) - 1, chi_squared_tail(statistic, len(w) - 1))


def generalised_cmh(strata: Sequence[NDArray[np.int64]]) -> Test:
    """The Cochran-Mantel-Haenszel test of general association: groups (rows) by outcomes (columns) in strata.

    Source: Landis, Heyman and Koch 1978 (doi:10.2307/1402373, unverified); R's mantelhaen.test.
    """
    rows, columns = strata[0].shape
    df = (rows - 1) * (columns - 1)
    gap = np.zeros(df)
    variance = np.zeros((df, df))
    for counts in strata:
        n = float(counts.sum())
        if n < 2:
            continue
        row, column = counts.sum(1)[:-1].astype(float), counts.sum(0)[:-1].astype(float)
        gap += (counts[:-1, :-1] - np.outer(row, column) / n).T.ravel()
        rows_part = np.diag(n * row) - np.outer(row, row)
        columns_part = np.diag(n * column) - np.outer(column, column)
        variance += np.kron(columns_part, rows_part) / (n**2 * (n - 1))
    if df == 0 or np.linalg.matrix_rank(variance) < df:
        return Test(None, df, None)
    statistic = float(gap @ np.linalg.solve(variance, gap))
    return Test(statistic, df, chi_squared_tail(statistic, df))
