"""The forest plots of an analysis of rates."""

from __future__ import annotations

from neoher.cohort.rates.counting import ALL, RateCounts
from neoher.cohort.rates.forest import ForestRow, forest
from neoher.cohort.rates.question import RateQuestion, as_percent, rate_lines
from neoher.cohort.result import Figure
from neoher.cohort.statistics.outcome import Interval
from neoher.cohort.statistics.proportions import wilson_interval
from neoher.cohort.statistics.stratified import common_risk_difference
from neoher.cohort.statistics.two_by_two import risk_difference_newcombe

__all__ = ["difference_row", "rate_figures"]


def rate_figures(counts: RateCounts, question: RateQuestion, reference: int) -> tuple[Figure, ...]:
    """The forest of the rates, and of the differences where groups are compared."""
    level = f"{100 * question.level:g} %"
    rows: list[ForestRow] = []
    before = None
    for stratum, group, events, n in rate_lines(counts, question):
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
                as_percent(interval.value),
                as_percent(interval.low),
                as_percent(interval.high),
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
    rows: list[ForestRow] = []
    for group, name in enumerate(counts.groups):
        if group == reference:
            continue
        if not question.strata:
            table = counts.table(group, reference)
            found = risk_difference_newcombe(table, question.level)
            rows.append(difference_row(name, found, table.n / counts.n, group))
            continue
        rows.append(ForestRow(name, "", heading=True))
        tables = [counts.table(group, reference, place) for place in range(len(counts.strata))]
        for stratum, table in zip(counts.strata, tables, strict=True):
            found = risk_difference_newcombe(table, question.level)
            rows.append(difference_row(f"{question.strata}: {stratum}", found, table.n / counts.n, group))
        common = common_risk_difference(tables, question.level)
        rows.append(difference_row("common", common, 1.0, group, pooled=True))
    words = " Diamonds: the Mantel-Haenszel difference over the strata." if question.strata else ""
    return forest(
        rows,
        "differences-forest",
        f"Differences in the rate of {question.outcome}",
        f"Percentage points against {question.by} = {counts.groups[reference]}; lines: "
        f"{100 * question.level:g} % intervals of Newcombe.{words}",
        "difference (percentage points)",
        null=0,
    )


def difference_row(
    label: str, found: Interval, weight: float, shade: int, *, pooled: bool = False
) -> ForestRow:
    """A line of a forest of differences, in percentage points."""
    text = "–"
    if found.value is not None and found.low is not None and found.high is not None:
        limits = f"({100 * found.low:+.1f} to {100 * found.high:+.1f})"
        text = f"{100 * found.value:+.1f} {limits}".replace("-", "−")
    return ForestRow(
        label,
        text,
        as_percent(found.value),
        as_percent(found.low),
        as_percent(found.high),
        min(weight, 1.0),
        pooled=pooled,
        shade=shade,
    )
