"""Correlations of numbers in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from neoher.cohort.rates.comparing import as_test
from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.statistics import correlation
from neoher.cohort.table.tidy import Cohort

__all__ = ["correlate"]


def correlate(cohort: Cohort, names: Sequence[str], level: float) -> tuple[list[Estimate], list[TestResult]]:
    """Pearson, Spearman and Kendall of every pair, over rows in which both are known.

    Raises: InputError where a column holds no numbers.
    """
    columns = {name: cohort.numbers(name, "--correlate") for name in names}
    estimates: list[Estimate] = []
    tests: list[TestResult] = []
    for first, second in combinations(names, 2):
        known = columns[first].notna() & columns[second].notna()
        x = np.asarray(columns[first][known], dtype=np.float64)
        y = np.asarray(columns[second][known], dtype=np.float64)
        pair = f"{first} and {second}"
        for method, convention, test in (
            ("Pearson correlation", "t test", correlation.pearson_correlation(x, y)),
            ("Spearman correlation", "midranks; t approximation", correlation.spearman(x, y)),
            ("Kendall tau-b", "normal approximation, ties in the variance", correlation.kendall(x, y)),
        ):
            interval = None
            if method == "Pearson correlation" and test.statistic is not None:
                interval = correlation.pearson_interval(test.statistic, len(x), level)
            low = interval.low if interval else None
            estimates.append(
                Estimate(
                    name=f"{method}, {pair}",
                    value=test.statistic,
                    low=low,
                    high=interval.high if interval else None,
                    level=level if low is not None else None,
                    method=f"{method}{'; interval by Fisher z' if low is not None else ''}",
                    n=len(x),
                )
            )
            tests.append(as_test(pair, test, method, convention, None))
    return estimates, tests
