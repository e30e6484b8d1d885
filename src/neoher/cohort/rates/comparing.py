"""Two groups of one stratum compared: estimates with intervals, and the family of usual tests."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.statistics import two_by_two
from neoher.cohort.statistics.outcome import Interval, Test
from neoher.cohort.statistics.two_by_two import TwoByTwo

__all__ = ["TESTS", "as_estimate", "as_test", "compare", "family_of_tests"]

NO_INTERVAL = "; an empty cell leaves no normal interval"
NOT_ESTIMABLE = "; cannot be estimated: a cell it divides by is empty"
EMPTY_MARGIN = "cannot be made: a margin is empty"

TESTS = {
    "pearson": ("Pearson chi-squared", "no continuity correction"),
    "yates": (
        "Pearson chi-squared with Yates's correction",
        "correction no larger than the difference itself",
    ),
    "likelihood-ratio": ("likelihood-ratio chi-squared (G)", "no continuity correction"),
    "fisher": ("Fisher's exact test", "two-sided: sum of the tables no more likely than the observed"),
    "fisher-doubled": ("Fisher's exact test, doubled", "two-sided: twice the smaller tail"),
    "mid-p": ("mid-p exact test", "two-sided: Fisher's p less half of the observed table's probability"),
    "mid-p-doubled": ("mid-p exact test, doubled", "two-sided: twice the smaller mid-p tail"),
    "wald": ("z test of the difference", "unpooled variances"),
}
"""The family of usual tests of two proportions: method and convention."""


def family_of_tests(table: TwoByTwo) -> dict[str, Test]:
    """Every test of TESTS on one table."""
    return {
        "pearson": two_by_two.pearson(table),
        "yates": two_by_two.pearson(table, corrected=True),
        "likelihood-ratio": two_by_two.likelihood_ratio(table),
        "fisher": two_by_two.fisher(table),
        "fisher-doubled": two_by_two.fisher(table, two_sided="doubled"),
        "mid-p": two_by_two.mid_p(table),
        "mid-p-doubled": two_by_two.mid_p(table, two_sided="doubled"),
        "wald": two_by_two.unpooled_z(table),
    }


def compare(
    table: TwoByTwo, name: str, group: str | None, level: float
) -> tuple[list[Estimate], list[TestResult]]:
    """Estimates and tests of one table; `name` says what is compared, `group` in which stratum."""
    return list(_estimates(table, name, group, level)), list(_tests(table, name, group))


def _estimates(table: TwoByTwo, name: str, group: str | None, level: float) -> Iterator[Estimate]:
    found: tuple[tuple[str, str, Interval], ...] = (
        (
            "risk difference",
            "difference of proportions; interval of Newcombe (method 10, from two Wilson intervals)",
            two_by_two.risk_difference_newcombe(table, level),
        ),
        (
            "risk difference",
            "difference of proportions; Wald interval, unpooled variances",
            two_by_two.risk_difference_wald(table, level),
        ),
        (
            "risk ratio",
            "ratio of proportions; log-normal interval (Katz)",
            two_by_two.risk_ratio(table, level),
        ),
        ("odds ratio", "sample odds ratio; log-normal interval (Woolf)", two_by_two.odds_ratio(table, level)),
    )
    for kind, method, interval in found:
        yield as_estimate(f"{kind}, {name}", interval, method, group, level, table.n)
    exact = two_by_two.conditional_odds_ratio(table, level)
    method = "conditional maximum-likelihood odds ratio; exact interval"
    if table.informative and exact.value is None:
        method += "; the estimate is infinite"
    elif table.informative and exact.high is None:
        method += "; no upper limit"
    yield Estimate(
        name=f"odds ratio (conditional), {name}",
        value=exact.value,
        low=exact.low,
        high=exact.high,
        level=level,
        method=method if table.informative else f"{method}; {EMPTY_MARGIN}",
        group=group,
        n=table.n,
    )


def as_estimate(
    name: str, interval: Interval, method: str, group: str | None, level: float, n: int
) -> Estimate:
    """An estimate as the contract has it; what cannot be estimated says why."""
    if interval.value is None:
        method += NOT_ESTIMABLE
    elif interval.low is None:
        method += NO_INTERVAL
    return Estimate(
        name=name,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        level=None if interval.low is None and interval.high is None else level,
        method=method,
        group=group,
        n=n,
    )


def _tests(table: TwoByTwo, name: str, group: str | None) -> Iterator[TestResult]:
    for key, test in family_of_tests(table).items():
        method, convention = TESTS[key]
        yield as_test(name, test, method, convention, group)


def as_test(name: str, test: Test, method: str, convention: str, group: str | None) -> TestResult:
    """A test as the contract has it; one that cannot be made says so."""
    if test.p is None:
        convention = f"{convention}; {EMPTY_MARGIN}"
    return TestResult(
        name=name,
        statistic=test.statistic,
        df=test.df,
        p=test.p,
        method=method,
        convention=convention,
        group=group,
    )
