"""Summaries of one number or category in groups, and standardised differences between groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from neoher.cohort.statistics.outcome import Test

__all__ = [
    "QUANTILE_TYPES",
    "Summary",
    "anova",
    "standardised_difference",
    "standardised_difference_of_shares",
    "summarise",
    "welch",
]

Numbers = NDArray[np.float64]
QUANTILE_TYPES = {2: "averaged_inverted_cdf", 6: "weibull", 7: "linear"}
"""Types of Hyndman and Fan (doi:10.1080/00031305.1996.10473566, unverified): 2 SAS, 6 SPSS, 7 R."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A sample in numbers; None where it is empty (or has one value, for the deviation)."""

    n: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    least: float | None
    most: float | None


def summarise(values: Numbers, quantile_type: int = 7) -> Summary:
    """The summary of a sample without missing values."""
    if not len(values):
        return Summary(0, None, None, None, None, None, None, None)
    method = QUANTILE_TYPES[quantile_type]
    q1, median, q3 = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75], method=method))  # type: ignore[call-overload]
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Summary(
        len(values), float(values.mean()), sd, median, q1, q3, float(values.min()), float(values.max())
    )


def standardised_difference(first: Numbers, second: Numbers) -> float | None:
    """Difference of means over the root of the mean of the two variances; None where there is no spread."""
    if len(first) < 2 or len(second) < 2:
        return None
    spread = math.sqrt((float(np.var(first, ddof=1)) + float(np.var(second, ddof=1))) / 2)
    return (float(first.mean()) - float(second.mean())) / spread if spread else None


def standardised_difference_of_shares(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Mahalanobis distance of two groups' category shares, the first category left out.

    Source: Yang and Dalton, SAS Global Forum 2012, paper 335 (unverified). None where it is not defined.
    """
    n1, n2 = sum(first), sum(second)
    if not n1 or not n2:
        return None
    held = [place for place in range(len(first)) if first[place] + second[place]]
    if len(held) < 2:
        return 0.0
    p = np.array([first[place] / n1 for place in held[1:]])
    q = np.array([second[place] / n2 for place in held[1:]])
    spread = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    if np.linalg.matrix_rank(spread) < len(p):
        return None
    gap = p - q
    return math.sqrt(float(gap @ np.linalg.solve(spread, gap)))


def welch(first: Numbers, second: Numbers) -> Test:
    """Welch's t test of two means, unequal variances."""
    if len(first) < 2 or len(second) < 2 or (np.ptp(first) == 0 and np.ptp(second) == 0):
        return Test(None, None, None)
    found = stats.ttest_ind(first, second, equal_var=False)
    return Test(float(found.statistic), float(found.df), float(found.pvalue))


def anova(groups: Sequence[Numbers]) -> Test:
    """One-way analysis of variance with equal variances; df is that between groups."""
    held = [group for group in groups if len(group)]
    if len(held) < 2 or sum(map(len, held)) <= len(held) or all(np.ptp(group) == 0 for group in held):
        return Test(None, None, None)
    statistic, p = stats.f_oneway(*held)
    return Test(float(statistic), len(held) - 1, float(p))
