"""The tests of one column between groups: which is chosen, by which rule, and the standardised difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neoher.cohort.rates.comparing import as_test
from neoher.cohort.result import TestResult
from neoher.cohort.statistics import exact_tables, ranks, summaries
from neoher.cohort.table.tidy import Cohort, Kind

__all__ = ["Tested", "compare_column"]

SMALL_EXPECTED = 5
"""Below this expected count the exact test is chosen (Cochran's rule, doi:10.2307/3001616, unverified)."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tested:
    """The tests of one column, the chosen one first, and the largest standardised difference."""

    tests: tuple[TestResult, ...]
    difference: float | None


def compare_column(cohort: Cohort, name: str, groups: Sequence[pd.Series[bool]]) -> Tested:
    """Tests of a column between groups, missing values left out.

    Categories: Pearson, or the exact test where an expected count is below 5. Numbers: Mann-Whitney (exact
    where both groups hold fewer than 50) or Kruskal-Wallis; means are compared beside it.
    """
    variable = cohort.variables[name]
    if variable.kind in (Kind.NUMBER, Kind.TIME):
        column = cohort.frame[name]
        samples = [np.asarray(column[rows].dropna(), dtype=np.float64) for rows in groups]
        return Tested(tuple(_of_numbers(name, samples)), _difference_of_numbers(samples))
    if variable.kind in (Kind.CATEGORY, Kind.YES_NO, Kind.EVENT):
        levels = cohort.groups(name)
        counts = np.array(
            [levels[rows].value_counts(sort=False).to_numpy() for rows in groups], dtype=np.int64
        )
        return Tested(tuple(_of_counts(name, counts)), _difference_of_counts(counts))
    return Tested((), None)


def _of_counts(name: str, counts: NDArray[np.int64]) -> list[TestResult]:
    held = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    if min(held.shape, default=0) < 2:
        return []
    pearson = as_test(
        name, exact_tables.pearson_of(held), "Pearson chi-squared", "no continuity correction", None
    )
    if exact_tables.smallest_expected(held) >= SMALL_EXPECTED:
        return [pearson]
    exact = exact_tables.exact_test(held)
    if exact.p is None:
        words = f"an expected count is below {SMALL_EXPECTED}; more than {exact_tables.MOST_TABLES} tables"
        return [pearson.model_copy(update={"convention": f"{pearson.convention}; {words}: no exact test"})]
    method = "Fisher's exact test" if held.shape == (2, 2) else "Fisher-Freeman-Halton exact test"
    convention = f"sum of the tables no more likely; chosen: an expected count is below {SMALL_EXPECTED}"
    return [as_test(name, exact, method, convention, None), pearson]


def _of_numbers(name: str, samples: Sequence[Numbers]) -> list[TestResult]:
    held = [sample for sample in samples if len(sample)]
    if len(held) < 2:
        return []
    if len(samples) == 2:
        first, second = held
        tests = [
            as_test(
                name,
                ranks.mann_whitney(first, second),
                "Mann-Whitney test",
                "normal approximation, ties in the variance, continuity correction",
                None,
            )
        ]
        if max(len(first), len(second)) < ranks.EXACT_BELOW:
            exact = ranks.exact_mann_whitney(first, second)
            convention = f"exact, ties respected; chosen: both groups hold fewer than {ranks.EXACT_BELOW}"
            tests.insert(0, as_test(name, exact, "Mann-Whitney test", convention, None))
        welch = summaries.welch(first, second)
        return [*tests, as_test(name, welch, "Welch's t test", "unequal variances", None)]
    return [
        as_test(name, ranks.kruskal_wallis(held), "Kruskal-Wallis test", "corrected for ties", None),
        as_test(name, summaries.anova(held), "analysis of variance", "F of means, equal variances", None),
    ]


def _difference_of_numbers(samples: Sequence[Numbers]) -> float | None:
    found = [summaries.standardised_difference(*pair) for pair in combinations(samples, 2)]
    return _largest(found)


def _difference_of_counts(counts: NDArray[np.int64]) -> float | None:
    pairs = combinations(counts.tolist(), 2)
    return _largest([summaries.standardised_difference_of_shares(*pair) for pair in pairs])


def _largest(found: Sequence[float | None]) -> float | None:
    """The largest in size; unknown where a pair of groups has none."""
    sizes = [abs(each) for each in found if each is not None]
    return max(sizes) if sizes and len(sizes) == len(found) else None
