"""Groups compared inside every level of several columns, each with its test of interaction."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from neoher.cohort.output.numbers import p_value
from neoher.cohort.rates.counting import RateCounts, count_rates
from neoher.cohort.rates.figures import difference_row
from neoher.cohort.rates.forest import ForestRow, forest
from neoher.cohort.rates.pooling import adjusted_effects
from neoher.cohort.rates.question import RateQuestion, as_percent
from neoher.cohort.result import Figure, Heading, ResultTable, TestResult
from neoher.cohort.statistics.two_by_two import odds_ratio, risk_difference_newcombe
from neoher.cohort.table.tidy import Cohort

__all__ = ["compare_subgroups"]


def compare_subgroups(
    cohort: Cohort, question: RateQuestion, columns: Sequence[str], reference: str, *, drawn: bool
) -> tuple[ResultTable, tuple[TestResult, ...], tuple[Figure, ...]]:
    """Differences and odds ratios inside each level of each column, and the interaction with the column.

    Raises: InputError where a column is no grouping.
    """
    assert question.by is not None
    rows: list[dict[str, JsonValue]] = []
    tests: list[TestResult] = []
    lines: list[ForestRow] = []
    for column in columns:
        counts = count_rates(cohort, question.outcome, yes=question.yes, by=question.by, strata=column)
        if reference not in counts.groups:
            # Nobody of the reference is known in this column: there is nothing to compare with.
            continue
        place = counts.groups.index(reference)
        _, found = adjusted_effects(counts, place, question.by, column, question.level)
        interaction = [test for test in found if "interaction" in test.method]
        tests += interaction
        p = interaction[0].p if interaction else None
        said = f"interaction p {p_value(p)}" if p is not None else ""
        lines.append(ForestRow(column, said, heading=True))
        for group in range(len(counts.groups)):
            if group != place:
                rows += _rows(counts, question, column, group, place, p)
                lines += _lines(counts, question, group, place)
    figures = (_figure(lines, question, reference),) if drawn and lines else ()
    return _table(rows, question), tuple(tests), figures


def _figure(lines: Sequence[ForestRow], question: RateQuestion, reference: str) -> Figure:
    return forest(
        lines,
        "subgroups-forest",
        f"Differences in the rate of {question.outcome} in subgroups",
        f"Percentage points against {question.by} = {reference}; lines: {100 * question.level:g} % intervals "
        "of Newcombe. Subgroups overlap and their tests are not adjusted for their number.",
        "difference (percentage points)",
        null=0,
    )


def _rows(
    counts: RateCounts, question: RateQuestion, column: str, group: int, reference: int, p: float | None
) -> list[dict[str, JsonValue]]:
    rows: list[dict[str, JsonValue]] = []
    for stratum, level in enumerate(counts.strata):
        table = counts.table(group, reference, stratum)
        difference = risk_difference_newcombe(table, question.level)
        odds = odds_ratio(table, question.level)
        rows.append(
            {
                "subgroup": column,
                "level": level,
                "compared": f"{counts.groups[group]} v {counts.groups[reference]}",
                "events": table.a,
                "n": table.a + table.b,
                "events_reference": table.c,
                "n_reference": table.c + table.d,
                "difference_percent": as_percent(difference.value),
                "difference_low_percent": as_percent(difference.low),
                "difference_high_percent": as_percent(difference.high),
                "odds_ratio": odds.value,
                "odds_ratio_low": odds.low,
                "odds_ratio_high": odds.high,
                "interaction_p": p,
            }
        )
    return rows


def _lines(counts: RateCounts, question: RateQuestion, group: int, reference: int) -> list[ForestRow]:
    found = []
    for stratum, level in enumerate(counts.strata):
        table = counts.table(group, reference, stratum)
        label = level if len(counts.groups) == 2 else f"{level}: {counts.groups[group]}"
        interval = risk_difference_newcombe(table, question.level)
        found.append(difference_row(label, interval, table.n / counts.n, group))
    return found


def _table(rows: list[dict[str, JsonValue]], question: RateQuestion) -> ResultTable:
    headings = (
        Heading(key="subgroup", heading="subgroup", once=True),
        Heading(key="level", heading="level"),
        Heading(key="compared", heading="compared"),
        Heading(key="events", heading=question.outcome),
        Heading(key="n", heading="n"),
        Heading(key="events_reference", heading=f"{question.outcome}, reference"),
        Heading(key="n_reference", heading="n, reference"),
        Heading(key="difference_percent", heading="difference", unit="%", digits=1),
        Heading(key="difference_low_percent", heading="from", unit="%", digits=1),
        Heading(key="difference_high_percent", heading="to", unit="%", digits=1),
        Heading(key="odds_ratio", heading="odds ratio"),
        Heading(key="odds_ratio_low", heading="from"),
        Heading(key="odds_ratio_high", heading="to"),
        Heading(key="interaction_p", heading="interaction p"),
    )
    return ResultTable(name="subgroups", title="Subgroups", columns=headings, rows=tuple(rows))
