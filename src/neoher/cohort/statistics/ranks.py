"""Comparisons of numbers between groups by ranks: exact with ties in small samples, else asymptotic."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from neoher.cohort.statistics.outcome import Interval, Test

__all__ = ["EXACT_BELOW", "auc", "exact_mann_whitney", "hodges_lehmann", "kruskal_wallis", "mann_whitney"]

EXACT_BELOW = 50
"""Samples both smaller than this are compared exactly (the limit of R's wilcox.test)."""
MOST_DIFFERENCES = 4_000_000

Numbers = NDArray[np.float64]


def mann_whitney(first: Numbers, second: Numbers, *, corrected: bool = True) -> Test:
    """Mann-Whitney (Wilcoxon rank-sum), asymptotic, two-sided: variance with ties, continuity correction.

    The statistic is U of `first`: pairs in which it is larger, ties a half (R's W).
    """
    n1, n2 = len(first), len(second)
    if not n1 or not n2:
        return Test(None, None, None)
    ranks = stats.rankdata(np.concatenate([first, second]))
    u = float(ranks[:n1].sum()) - n1 * (n1 + 1) / 2
    n = n1 + n2
    _, ties = np.unique(ranks, return_counts=True)
    ties = ties.astype(float)
    variance = n1 * n2 / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    if variance <= 0:
        return Test(u, None, None)
    gap = u - n1 * n2 / 2
    if corrected:
        gap -= math.copysign(0.5, gap) if gap else 0.0
    return Test(u, None, min(1.0, 2 * float(stats.norm.sf(abs(gap) / math.sqrt(variance)))))


def exact_mann_whitney(first: Numbers, second: Numbers) -> Test:
    """Mann-Whitney, exact and two-sided, ties respected: every split of the pooled midranks is as likely.

    p is the chance of a rank sum at least as far from its mean. The distribution is built by the shift
    algorithm of Streitberg and Röhmel 1986 (unverified); without ties it is Wilcoxon's own.
    """
    n1, n2 = len(first), len(second)
    if not n1 or not n2:
        return Test(None, None, None)
    ranks = stats.rankdata(np.concatenate([first, second]))
    doubled = np.rint(2 * ranks).astype(np.int64)
    size = min(n1, n2)
    held = int(doubled[:n1].sum()) if n1 <= n2 else int(doubled[n1:].sum())
    chances = _split_chances(doubled, size)
    sums = np.arange(chances.size)
    mean = size * (n1 + n2 + 1)  # of the doubled rank sum
    p = float(chances[np.abs(sums - mean) >= abs(held - mean)].sum())
    return Test(float(ranks[:n1].sum()) - n1 * (n1 + 1) / 2, None, min(1.0, p))


def _split_chances(scores: NDArray[np.int64], size: int) -> Numbers:
    """The chance of each sum when `size` of the scores are drawn."""
    largest = int(np.sort(scores)[-size:].sum())
    counts = np.zeros((size + 1, largest + 1))
    counts[0, 0] = 1.0
    for drawn, score in enumerate(scores.tolist(), start=1):
        for taken in range(min(drawn, size), 0, -1):
            counts[taken, score:] += counts[taken - 1, : largest + 1 - score]
    return np.asarray(counts[size] / counts[size].sum(), dtype=np.float64)


def kruskal_wallis(groups: Sequence[Numbers]) -> Test:
    """Kruskal-Wallis with the correction for ties."""
    held = [group for group in groups if len(group)]
    if len(held) < 2 or len(np.unique(np.concatenate(held))) < 2:
        return Test(None, None, None)
    statistic, p = stats.kruskal(*held)
    return Test(float(statistic), len(held) - 1, float(p))


def hodges_lehmann(first: Numbers, second: Numbers) -> Interval:
    """Median of all differences first minus second; None where there are more than four million."""
    if not len(first) or not len(second) or len(first) * len(second) > MOST_DIFFERENCES:
        return Interval(None)
    return Interval(float(np.median(np.subtract.outer(first, second))))


def auc(first: Numbers, second: Numbers) -> float | None:
    """Chance that a value of `first` is above one of `second`, ties a half: U over the pairs."""
    u = mann_whitney(first, second).statistic
    return None if u is None else u / (len(first) * len(second))
