"""The analysis of rates: counts to a table, estimates, tests, figures and a methods text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neoher.cohort.holm import holm
from neoher.cohort.output.numbers import number
from neoher.cohort.rates.comparing import as_test, compare
from neoher.cohort.rates.counting import ALL, RateCounts, count_rates
from neoher.cohort.rates.forest import ForestRow, forest
from neoher.cohort.rates.methods import methods_text
from neoher.cohort.rates.pooling import adjusted_effects, pooled_effects
from neoher.cohort.result import CohortResult, Estimate, Figure, Heading, ResultTable, TestResult
from neoher.cohort.statistics import exact_tables
from neoher.cohort.statistics.proportions import exact_interval, wilson_interval
from neoher.cohort.statistics.stratified import common_risk_difference
from neoher.cohort.statistics.two_by_two import risk_difference_newcombe
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

__all__ = ["RateQuestion", "analyse_rates"]


@dataclass(frozen=True, slots=True)
class RateQuestion:
    """What is asked of a cohort."""

    outcome: str
    yes: str | None = None
    """Level of the outcome that counts, where it holds more than yes and no."""
    by: str | None = None
    strata: str | None = None
    adjust: tuple[str, ...] = ()
    reference: str | None = None
    """Group that the others are compared with; None: the first in the order of the column."""
    level: float = 0.95


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
    if counts.n == 0:
        named = [question.outcome, question.by, question.strata, *question.adjust]
        raise InputError(
            f"no row is known in all of {', '.join(filter(None, named))}.",
            cohort.name,
            "Nothing was computed.",
        )
    reference = _reference(counts, question)
    estimates = _rates(counts, question)
    tests: list[TestResult] = []
    if question.by is not None and len(counts.groups) > 1:
        more, tests = _comparisons(counts, question, reference)
        estimates += more
    return CohortResult(
        title=_title(question),
        n=counts.n,
        excluded=counts.excluded,
        main=_table(counts, question),
        estimates=tuple(estimates),
        tests=tuple(tests),
        methods_text=methods_text(cohort, question, counts, counts.groups[reference]),
        warnings=cohort.warnings,
        figures=_figures(counts, question, reference) if drawn else (),
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


def _cells(counts: RateCounts, question: RateQuestion) -> list[tuple[str, str, int, int]]:
    """Stratum, group, yes and all of every line: all strata together first."""
    cells = []
    strata: list[tuple[str, int | None]] = [(ALL, None)]
    if question.strata:
        strata += [(name, place) for place, name in enumerate(counts.strata)]
    for name, place in strata:
        grid = counts.grid(place)
        if question.by:
            cells += [
                (name, group, int(row[0]), int(row.sum()))
                for group, row in zip(counts.groups, grid, strict=True)
            ]
        cells.append((name, ALL, int(grid[:, 0].sum()), int(grid.sum())))
    return cells


def _table(counts: RateCounts, question: RateQuestion) -> ResultTable:
    rows = []
    for stratum, group, events, n in _cells(counts, question):
        wilson, exact = wilson_interval(events, n, question.level), exact_interval(events, n, question.level)
        rows.append(
            {
                "stratum": stratum,
                "group": group,
                "n": n,
                "events": events,
                "rate_percent": _percent(wilson.value),
                "wilson_low_percent": _percent(wilson.low),
                "wilson_high_percent": _percent(wilson.high),
                "exact_low_percent": _percent(exact.low),
                "exact_high_percent": _percent(exact.high),
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


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _rates(counts: RateCounts, question: RateQuestion) -> list[Estimate]:
    found = []
    for stratum, group, events, n in _cells(counts, question):
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


def _figures(counts: RateCounts, question: RateQuestion, reference: int) -> tuple[Figure, ...]:
    level = f"{100 * question.level:g} %"
    rows: list[ForestRow] = []
    before = None
    for stratum, group, events, n in _cells(counts, question):
        if question.strata and stratum != before:
            heading = "all strata" if stratum == ALL else f"{question.strata}: {stratum}"
            rows.append(ForestRow(heading, "", heading=True))
            before = stratum
        interval = wilson_interval(events, n, question.level)
        share = "–" if interval.value is None else f"{100 * interval.value:.1f} %"
        shade = counts.groups.index(group) if group in counts.groups else 5
        rows.append(
            ForestRow(
                group,
                f"{events}/{n}  {share}",
                _percent(interval.value),
                _percent(interval.low),
                _percent(interval.high),
                n / counts.n,
                pooled=group == ALL,
                shade=shade,
            )
        )
    figures = [
        forest(
            rows,
            "rates-forest",
            f"Rate of {question.outcome}",
            f"Squares: rates, their size by the number of patients; lines: {level} Wilson intervals; "
            "diamonds: all groups together.",
            f"rate of {question.outcome} (%)",
        )
    ]
    if question.by and len(counts.groups) > 1:
        figures.append(_differences(counts, question, reference))
    return tuple(figures)


def _differences(counts: RateCounts, question: RateQuestion, reference: int) -> Figure:
    rows = []
    for group, name in enumerate(counts.groups):
        if group == reference:
            continue
        words = f"{name} v {counts.groups[reference]}"
        strata: Sequence[int | None] = [*range(len(counts.strata))] if question.strata else [None]
        for stratum in strata:
            table = counts.table(group, reference, stratum)
            found = risk_difference_newcombe(table, question.level)
            label = words if stratum is None else f"{words}, {question.strata} {counts.strata[stratum]}"
            rows.append(_difference_row(label, found.value, found.low, found.high, table.n / counts.n, group))
        if question.strata:
            tables = [counts.table(group, reference, place) for place in range(len(counts.strata))]
            found = common_risk_difference(tables, question.level)
            rows.append(
                _difference_row(
                    f"{words}, common", found.value, found.low, found.high, 1.0, group, pooled=True
                )
            )
    common = " Diamonds: the Mantel-Haenszel difference over the strata." if question.strata else ""
    return forest(
        rows,
        "differences-forest",
        f"Differences in the rate of {question.outcome}",
        f"Percentage points against {question.by} = {counts.groups[reference]}; lines: "
        f"{100 * question.level:g} % intervals of Newcombe.{common}",
        "difference (percentage points)",
        null=0,
    )


def _difference_row(
    label: str,
    value: float | None,
    low: float | None,
    high: float | None,
    weight: float,
    shade: int,
    *,
    pooled: bool = False,
) -> ForestRow:
    text = "–"
    if value is not None and low is not None and high is not None:
        text = f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})".replace("-", "−")
    return ForestRow(
        label,
        text,
        _percent(value),
        _percent(low),
        _percent(high),
        min(weight, 1.0),
        pooled=pooled,
        shade=shade,
    )
