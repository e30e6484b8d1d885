"""Two groups and a yes/no outcome: differences, ratios and the family of usual tests.

A table is (a, b, c, d): outcome yes and no in the compared group (a, b) and in the reference group (c, d).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from neoher.cohort.statistics.laws import chi_squared_tail, interval_z, log_hypergeometric, normal_two_sided
from neoher.cohort.statistics.outcome import Interval, Test
from neoher.cohort.statistics.proportions import wilson_interval

__all__ = [
    "TwoByTwo",
    "conditional_odds_ratio",
    "fisher",
    "likelihood_ratio",
    "mid_p",
    "odds_ratio",
    "pearson",
    "risk_difference_newcombe",
    "risk_difference_wald",
    "risk_ratio",
    "unpooled_z",
]

Numbers = NDArray[np.float64]

SAME = 1 + 1e-7
"""Two tables count as equally likely within this factor (the rule of R's fisher.test)."""
MANY, FAR = 5_000, 60
"""Beyond so many possible tables, those farther than so many standard deviations carry no weight."""


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """Counts: yes and no in the compared group, yes and no in the reference group."""

    a: int
    b: int
    c: int
    d: int

    @property
    def n(self) -> int:
        """All."""
        return self.a + self.b + self.c + self.d

    @property
    def informative(self) -> bool:
        """Whether no margin is empty: else nothing can be compared."""
        return min(self.a + self.b, self.c + self.d, self.a + self.c, self.b + self.d) > 0


def risk_difference_newcombe(table: TwoByTwo, level: float = 0.95) -> Interval:
    """Difference of two proportions, interval from the two Wilson intervals.

    Source: Newcombe 1998, method 10 (PMID:9595617, unverified).
    """
    first = wilson_interval(table.a, table.a + table.b, level)
    second = wilson_interval(table.c, table.c + table.d, level)
    if first.value is None or first.low is None or first.high is None:
        return Interval(None)
    if second.value is None or second.low is None or second.high is None:
        return Interval(None)
    difference = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, difference - down, difference + up)


def risk_difference_wald(table: TwoByTwo, level: float = 0.95) -> Interval:
    """Difference of two proportions with the normal interval of unpooled variances."""
    n1, n2 = table.a + table.b, table.c + table.d
    if not n1 or not n2:
        return Interval(None)
    p1, p2 = table.a / n1, table.c / n2
    half = interval_z(level) * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return Interval(p1 - p2, p1 - p2 - half, p1 - p2 + half)


def risk_ratio(table: TwoByTwo, level: float = 0.95) -> Interval:
    """Ratio of two proportions with the normal interval of its logarithm (Katz); no interval at a zero."""
    n1, n2 = table.a + table.b, table.c + table.d
    if not n1 or not n2 or not table.c:
        return Interval(None)
    ratio = (table.a / n1) / (table.c / n2)
    if not table.a:
        return Interval(ratio)
    half = interval_z(level) * math.sqrt(1 / table.a - 1 / n1 + 1 / table.c - 1 / n2)
    return Interval(ratio, ratio * math.exp(-half), ratio * math.exp(half))


def odds_ratio(table: TwoByTwo, level: float = 0.95) -> Interval:
    """Odds ratio with the normal interval of its logarithm (Woolf); no interval where a cell is 0."""
    if not table.b or not table.c:
        return Interval(None)
    ratio = table.a * table.d / (table.b * table.c)
    if not table.a or not table.d:
        return Interval(ratio)
    half = interval_z(level) * math.sqrt(1 / table.a + 1 / table.b + 1 / table.c + 1 / table.d)
    return Interval(ratio, ratio * math.exp(-half), ratio * math.exp(half))


def conditional_odds_ratio(table: TwoByTwo, level: float = 0.95) -> Interval:
    """Conditional maximum-likelihood odds ratio with the exact interval of the noncentral hypergeometric law.

    The definition of R's fisher.test, solved to machine precision. None stands for an unbounded limit or,
    as the estimate, for infinity.
    """
    if not table.informative:
        return Interval(None)
    support, weights = _support(table)
    low_end, high_end = int(support[0]), int(support[-1])
    tail = (1 - level) / 2
    if len(support) > MANY:
        # Far from the observed count nothing is left of the law at the odds ratios that are solved for.
        spread = 1 / math.sqrt(sum(1 / (cell + 0.5) for cell in (table.a, table.b, table.c, table.d)))
        near = np.abs(support - table.a) <= FAR * spread
        support, weights = support[near], weights[near]

    def probabilities(log_odds: float) -> Numbers:
        logs = weights + support * log_odds
        return _chances(logs)

    def mean(log_odds: float) -> float:
        return float(probabilities(log_odds) @ support) - table.a

    def upper_tail(log_odds: float) -> float:
        return float(probabilities(log_odds)[support >= table.a].sum()) - tail

    def lower_tail(log_odds: float) -> float:
        return float(probabilities(log_odds)[support <= table.a].sum()) - tail

    at_low, at_high = table.a == low_end, table.a == high_end
    value = 0.0 if at_low else None if at_high else math.exp(_root(mean))
    low = 0.0 if at_low else math.exp(_root(upper_tail))
    high = None if at_high else math.exp(_root(lower_tail))
    return Interval(value, low, high)


def pearson(table: TwoByTwo, *, corrected: bool = False) -> Test:
    """Pearson's chi-squared, or with Yates's correction (never beyond the difference itself, as in R)."""
    if not table.informative:
        return Test(None, 1, None)
    a, b, c, d = table.a, table.b, table.c, table.d
    expected = np.outer([a + b, c + d], [a + c, b + d]) / table.n
    gap = np.abs(np.array([[a, b], [c, d]]) - expected)
    if corrected:
        gap = gap - min(0.5, float(gap.min()))
    statistic = float((gap**2 / expected).sum())
    return Test(statistic, 1, chi_squared_tail(statistic, 1))


def likelihood_ratio(table: TwoByTwo) -> Test:
    """The likelihood-ratio (G) test."""
    if not table.informative:
        return Test(None, 1, None)
    counts = np.array([[table.a, table.b], [table.c, table.d]], dtype=float)
    expected = np.outer(counts.sum(1), counts.sum(0)) / table.n
    held = counts > 0
    statistic = max(0.0, 2 * float((counts[held] * np.log(counts[held] / expected[held])).sum()))
    return Test(statistic, 1, chi_squared_tail(statistic, 1))


def unpooled_z(table: TwoByTwo) -> Test:
    """Wald's z test of the difference of two proportions with unpooled variances."""
    n1, n2 = table.a + table.b, table.c + table.d
    if not n1 or not n2:
        return Test(None, None, None)
    p1, p2 = table.a / n1, table.c / n2
    error = math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    if not error:
        return Test(None, None, None)
    z = (p1 - p2) / error
    return Test(z, None, normal_two_sided(z))


def fisher(table: TwoByTwo, *, two_sided: str = "minimum-likelihood") -> Test:
    """Fisher's exact test: the sum of tables no more likely, or `doubled`: twice the smaller tail."""
    if not table.informative:
        return Test(None, None, None)
    support, weights = _support(table)
    chances = _chances(weights)
    own = chances[support == table.a][0]
    if two_sided == "doubled":
        below, above = chances[support <= table.a].sum(), chances[support >= table.a].sum()
        return Test(None, None, min(1.0, 2 * float(min(below, above))))
    return Test(None, None, min(1.0, float(chances[chances <= own * SAME].sum())))


def mid_p(table: TwoByTwo, *, two_sided: str = "minimum-likelihood") -> Test:
    """Fisher's test with half of the observed table's probability; `doubled`: twice the smaller tail."""
    if not table.informative:
        return Test(None, None, None)
    support, weights = _support(table)
    chances = _chances(weights)
    own = float(chances[support == table.a][0])
    if two_sided == "doubled":
        below = float(chances[support < table.a].sum()) + own / 2
        return Test(None, None, 2 * min(below, 1 - below))
    return Test(None, None, float(chances[chances <= own * SAME].sum()) - own / 2)


@lru_cache(maxsize=16)
def _support(
    table: TwoByTwo,
) -> tuple[NDArray[np.int64], Numbers]:
    """The values that `a` can take with these margins, and the log-probability of each (up to a constant)."""
    yes, n1, n2 = table.a + table.c, table.a + table.b, table.c + table.d
    support = np.arange(max(0, yes - n2), min(yes, n1) + 1)
    return support, log_hypergeometric(support, table.n, yes, n1)


def _chances(
    weights: Numbers,
) -> Numbers:
    raw = np.exp(weights - weights.max())
    return np.asarray(raw / raw.sum(), dtype=np.float64)


def _root(function: Callable[[float], float]) -> float:
    """Where a monotone function of the log odds ratio is 0."""
    reach = 1.0
    while function(-reach) * function(reach) > 0 and reach < 1e4:
        reach *= 2
    return float(optimize.brentq(function, -reach, reach, xtol=1e-14, rtol=1e-14, maxiter=500))
