"""Tables of several groups: Pearson, likelihood ratio, trend, and the exact test (Fisher-Freeman-Halton)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.statistics.laws import chi_squared_tail
from neoher.cohort.statistics.outcome import Test
from neoher.cohort.statistics.two_by_two import TwoByTwo, fisher

__all__ = ["MOST_TABLES", "exact_test", "likelihood_ratio_of", "pearson_of", "smallest_expected", "trend"]

MOST_TABLES = 400_000
"""The exact test lists up to about this many tables; beyond, it is not made and says so."""
MOST_STEPS = 20_000_000
SAME = 1 + 1e-7


def smallest_expected(counts: NDArray[np.int64]) -> float:
    """The smallest expected count under independence."""
    return float((np.outer(counts.sum(1), counts.sum(0)) / counts.sum()).min()) if counts.sum() else 0.0


def pearson_of(counts: NDArray[np.int64]) -> Test:
    """Pearson's chi-squared of groups (rows) by categories (columns), empty rows and columns left out."""
    held = _held(counts)
    if held is None:
        return Test(None, None, None)
    expected = np.outer(held.sum(1), held.sum(0)) / held.sum()
    statistic = float(((held - expected) ** 2 / expected).sum())
    df = (held.shape[0] - 1) * (held.shape[1] - 1)
    return Test(statistic, df, chi_squared_tail(statistic, df))


def likelihood_ratio_of(counts: NDArray[np.int64]) -> Test:
    """The likelihood-ratio (G) test of such a table."""
    held = _held(counts)
    if held is None:
        return Test(None, None, None)
    expected = np.outer(held.sum(1), held.sum(0)) / held.sum()
    some = held > 0
    statistic = max(0.0, 2 * float((held[some] * np.log(held[some] / expected[some])).sum()))
    df = (held.shape[0] - 1) * (held.shape[1] - 1)
    return Test(statistic, df, chi_squared_tail(statistic, df))


def trend(events: NDArray[np.int64], totals: NDArray[np.int64]) -> Test:
    """Cochran-Armitage test of a trend of proportions over ordered groups, scores 1, 2, ...; chi-squared.

    As R's prop.trend.test. Source: Armitage 1955 (doi:10.2307/3001775, unverified).
    """
    scores = np.arange(1, len(events) + 1, dtype=float)
    n, yes = float(totals.sum()), float(events.sum())
    if yes in (0.0, n) or n == 0:
        return Test(None, 1, None)
    share = yes / n
    above = float(scores @ (events - totals * share))
    variance = share * (1 - share) * float(totals @ scores**2 - (totals @ scores) ** 2 / n)
    if variance <= 0:
        return Test(None, 1, None)
    statistic = above**2 / variance
    return Test(statistic, 1, chi_squared_tail(statistic, 1))


def exact_test(counts: NDArray[np.int64]) -> Test:
    """The exact test of independence: the sum of tables of these margins no more likely than the observed.

    p is None where there may be more than MOST_TABLES tables. Source: Freeman and Halton 1951
    (doi:10.1093/biomet/38.1-2.141, unverified).
    """
    held = _held(counts)
    if held is None:
        return Test(None, None, None)
    if held.shape == (2, 2):
        return fisher(TwoByTwo(*map(int, held.ravel())))
    if held.shape[0] < held.shape[1]:
        held = held.T
    rows, columns = tuple(map(int, held.sum(1))), tuple(map(int, held.sum(0)))
    if _most_tables(rows, columns) > MOST_TABLES:
        return Test(None, None, None)
    constant = sum(math.lgamma(m + 1) for m in (*rows, *columns)) - math.lgamma(int(held.sum()) + 1)
    own = constant - float(sum(math.lgamma(int(cell) + 1) for cell in held.ravel()))
    limit = own + math.log(SAME)
    logs = np.fromiter(_log_chances(rows, columns, constant), dtype=np.float64)
    return Test(None, None, min(1.0, float(np.exp(logs[logs <= limit]).sum())))


def _held(counts: NDArray[np.int64]) -> NDArray[np.int64] | None:
    held = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    return held if min(held.shape) > 1 else None


def _most_tables(rows: tuple[int, ...], columns: tuple[int, ...]) -> float:
    """No fewer than the tables of these margins: the ways to fill each column but one, each by itself."""
    ways = 1.0
    for total in sorted(columns)[:-1]:
        counts = np.ones(1)
        for limit in sorted(rows):
            if counts.size * min(limit, total) > MOST_STEPS:
                return math.inf
            counts = np.convolve(counts, np.ones(min(limit, total) + 1))[: total + 1]
        ways *= float(counts[total])
        if ways > MOST_TABLES:
            break
    return ways


def _parts(total: int, limits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every way to give `total` to places with these limits."""
    if len(limits) == 1:
        if total <= limits[0]:
            yield (total,)
        return
    rest = sum(limits[1:])
    for first in range(max(0, total - rest), min(total, limits[0]) + 1):
        for others in _parts(total - first, limits[1:]):
            yield (first, *others)


def _log_chances(rows: tuple[int, ...], columns: tuple[int, ...], constant: float) -> Iterator[float]:
    """The log-probability of every table with these margins."""
    factorials = [math.lgamma(k + 1) for k in range(max(*rows, *columns) + 1)]

    def walk(row: int, left: tuple[int, ...], so_far: float) -> Iterator[float]:
        if row == len(rows) - 1:
            yield so_far - sum(factorials[have] for have in left)
            return
        for part in _parts(rows[row], left):
            rest = tuple(have - used for have, used in zip(left, part, strict=True))
            yield from walk(row + 1, rest, so_far - sum(factorials[used] for used in part))

    yield from walk(0, columns, constant)
