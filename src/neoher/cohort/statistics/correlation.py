"""Correlation of two numbers: Pearson, Spearman, Kendall."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from neoher.cohort.statistics.outcome import Interval, Test

__all__ = ["kendall", "pearson_correlation", "pearson_interval", "spearman"]

Numbers = NDArray[np.float64]


def pearson_correlation(x: Numbers, y: Numbers) -> Test:
    """Pearson's r with the t test; the statistic is r, df is n - 2."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Test(None, None, None)
    r, p = stats.pearsonr(x, y)
    return Test(float(r), len(x) - 2, float(p))


def pearson_interval(r: float, n: int, level: float = 0.95) -> Interval:
    """The interval of r by Fisher's z; none below four pairs."""
    if n < 4 or abs(r) >= 1:
        return Interval(r)
    half = float(stats.norm.isf((1 - level) / 2)) / math.sqrt(n - 3)
    return Interval(r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def spearman(x: Numbers, y: Numbers) -> Test:
    """Spearman's rho (midranks) with the t approximation; the statistic is rho, df is n - 2."""
    return pearson_correlation(stats.rankdata(x), stats.rankdata(y))


def kendall(x: Numbers, y: Numbers) -> Test:
    """Kendall's tau-b with the normal approximation, variance with ties, no continuity correction."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Test(None, None, None)
    tau, p = stats.kendalltau(x, y, variant="b", method="asymptotic")
    return Test(float(tau), None, float(p))
