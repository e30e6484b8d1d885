"""The analysis of rates: counts to a table, estimates, tests, figures and a methods text."""

from __future__ import annotations

from neoher.cohort.holm import holm
from neoher.cohort.output.numbers import number
from neoher.cohort.rates.comparing import as_test, compare
from neoher.cohort.rates.counting import ALL, RateCounts, count_rates
from neoher.cohort.rates.figures import rate_figures
from neoher.cohort.rates.methods import methods_text
from neoher.cohort.rates.pooling import adjusted_effects, pooled_effects
from neoher.cohort.rates.question import RateQuestion, as_percent, rate_lines
from neoher.cohort.rates.subgroups import compare_subgroups
from neoher.cohort.result import CohortResult, Estimate, Heading, ResultTable, TestResult
from neoher.cohort.statistics import exact_tables
from neoher.cohort.statistics.proportions import exact_interval, wilson_interval
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

__all__ = ["RateQuestion", "analyse_rates"]


def analyse_rates(cohort: Cohort, question: RateQuestion, *, drawn: bool = True) -> CohortResult:
    """Rates with Wilson and exact intervals; groups compared, in strata and adjusted where asked.

    Figures are made where `drawn`.

    Raises: InputError where a column is none, is not what its place takes, or nobody is left.
    """
    counts = count_rates(
        cohort,
        question.outcome,
        yes=question.yes,
        by=question.by,
        strata=question.strata,
        adjust=question.adjust,
    )
    reference = _reference(counts, question)
    estimates = _rates(counts, question)
    tests: list[TestResult] = []
    if question.by is not None and len(counts.groups) > 1:
        more, tests = _comparisons(counts, question, reference)
        estimates += more
    figures = list(rate_figures(counts, question, reference)) if drawn else []
    further: tuple[ResultTable, ...] = ()
    if question.subgroups and question.by is None:
        raise InputError("subgroups compare groups, and none are named.", "--subgroups", "Give --by COLUMN.")
    if question.subgroups:
        name = counts.groups[reference]
        table, more_tests, drawings = compare_subgroups(
            cohort, question, question.subgroups, name, drawn=drawn
        )
        further = (table,)
        tests += more_tests
        figures += drawings
    return CohortResult(
        title=_title(question),
        n=counts.n,
        excluded=counts.excluded,
        main=_table(counts, question),
        further=further,
        estimates=tuple(estimates),
        tests=tuple(tests),
        methods_text=methods_text(cohort, question, counts, counts.groups[reference]),
        warnings=cohort.warnings,
        figures=tuple(figures),
    )


def _title(question: RateQuestion) -> str:
    by = f" by {question.by}" if question.by else ""
    within = f" within {question.strata}" if question.strata else ""
    return f"Rates of {question.outcome}{by}{within}"


def _reference(counts: RateCounts, question: RateQuestion) -> int:
    if question.reference is None:
        return 0
    if question.reference not in counts.groups:
        raise InputError(
            f"{question.by} has no group {question.reference!r}.",
            "--reference",
            f"Its groups are {', '.join(counts.groups)}.",
        )
    return counts.groups.index(question.reference)


def _table(counts: RateCounts, question: RateQuestion) -> ResultTable:
    rows = []
    for stratum, group, events, n in rate_lines(counts, question):
        wilson, exact = wilson_interval(events, n, question.level), exact_interval(events, n, question.level)
        rows.append(
            {
                "stratum": stratum,
                "group": group,
                "n": n,
                "events": events,
                "rate_percent": as_percent(wilson.value),
                "wilson_low_percent": as_percent(wilson.low),
                "wilson_high_percent": as_percent(wilson.high),
                "exact_low_percent": as_percent(exact.low),
                "exact_high_percent": as_percent(exact.high),
            }
        )
    headings = [
        Heading(key="group", heading=question.by or "group"),
        Heading(key="n", heading="n"),
        Heading(key="events", heading=question.outcome),
        Heading(key="rate_percent", heading="rate", unit="%", digits=1),
        Heading(key="wilson_low_percent", heading="Wilson from", unit="%", digits=1),
        Heading(key="wilson_high_percent", heading="to", unit="%", digits=1),
        Heading(key="exact_low_percent", heading="exact from", unit="%", digits=1),
        Heading(key="exact_high_percent", heading="to", unit="%", digits=1),
    ]
    if question.strata:
        headings.insert(0, Heading(key="stratum", heading=question.strata, once=True))
    level = f"{100 * question.level:g}"
    title = (
        f"{question.outcome} by group with {level} % intervals of Wilson and of Clopper and Pearson (exact)"
    )
    return ResultTable(name="rates", title=title, columns=tuple(headings), rows=tuple(rows))


def _rates(counts: RateCounts, question: RateQuestion) -> list[Estimate]:
    found = []
    for stratum, group, events, n in rate_lines(counts, question):
        parts = [f"{question.strata}={stratum}"] if question.strata and stratum != ALL else []
        parts += [f"{question.by}={group}"] if question.by and group != ALL else []
        label = ", ".join(parts) or None
        for method, interval in (
            (
                "proportion; Wilson interval, no continuity correction",
                wilson_interval(events, n, question.level),
            ),
            ("proportion; exact interval of Clopper and Pearson", exact_interval(events, n, question.level)),
        ):
            found.append(
                Estimate(
                    name=f"{question.outcome} rate",
                    value=interval.value,
                    low=interval.low,
                    high=interval.high,
                    level=None if interval.value is None else question.level,
                    method=method if n else f"{method}; nobody is in this group",
                    group=label,
                    n=n,
                )
            )
    return found


def _comparisons(
    counts: RateCounts, question: RateQuestion, reference: int
) -> tuple[list[Estimate], list[TestResult]]:
    assert question.by is not None
    estimates: list[Estimate] = []
    tests: list[TestResult] = []
    strata: list[tuple[int | None, str | None]] = [(None, None)]
    if question.strata:
        strata += [(place, f"{question.strata}={name}") for place, name in enumerate(counts.strata)]
    for stratum, label in strata:
        if len(counts.groups) > 2:
            tests += _overall(counts, question.by, stratum, label)
        for group, name in enumerate(counts.groups):
            if group == reference:
                continue
            table = counts.table(group, reference, stratum)
            words = f"{name} v {counts.groups[reference]}"
            more, further = compare(table, words, label, question.level)
            estimates += more
            tests += further
    if len(counts.groups) > 2:
        tests += holm([test for test in tests if test.method == "Fisher's exact test" and test.group is None])
    if question.strata:
        more, further = pooled_effects(counts, reference, question.by, question.strata, question.level)
        estimates += more
        tests += further
    if question.strata or question.adjust:
        more, further = adjusted_effects(counts, reference, question.by, question.strata, question.level)
        estimates += more
        tests += further
    return estimates, tests


def _overall(counts: RateCounts, by: str, stratum: int | None, label: str | None) -> list[TestResult]:
    grid = counts.grid(stratum)
    smallest = f"smallest expected count {number(exact_tables.smallest_expected(grid))}"
    exact = exact_tables.exact_test(grid)
    convention = "sum of the tables no more likely than the observed"
    if exact.p is None:
        convention += f"; not made beyond {exact_tables.MOST_TABLES} tables, or a margin is empty"
    return [
        as_test(by, exact_tables.pearson_of(grid), "Pearson chi-squared", f"all groups; {smallest}", label),
        as_test(
            by,
            exact_tables.likelihood_ratio_of(grid),
            "likelihood-ratio chi-squared (G)",
            "all groups",
            label,
        ),
        TestResult(
            name=by,
            statistic=None,
            df=None,
            p=exact.p,
            method="Fisher-Freeman-Halton exact test",
            convention=convention,
            group=label,
        ),
        as_test(
            by,
            exact_tables.trend(grid[:, 0], grid.sum(1)),
            "Cochran-Armitage trend, chi-squared",
            f"scores 1, 2, ... in the order {', '.join(counts.groups)}",
            label,
        ),
    ]
