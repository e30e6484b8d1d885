"""Table 1 of a cohort: the lines of every column, its tests, standardised differences and a methods text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from pydantic import JsonValue

from neoher.cohort.describe.comparing import compare_column
from neoher.cohort.describe.correlating import correlate
from neoher.cohort.describe.dictionary import dictionary_table
from neoher.cohort.describe.methods import methods_text
from neoher.cohort.describe.rows import ALL, Groups, column_lines
from neoher.cohort.exclusions import excluded_rows
from neoher.cohort.output.drawing import INK, QUIET, SHADES, as_figure, draw
from neoher.cohort.result import CohortResult, Estimate, Figure, Heading, ResultTable, TestResult
from neoher.cohort.statistics.summaries import QUANTILE_TYPES
from neoher.cohort.table.tidy import MOST_GROUPS, Cohort, Kind
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["DescribeQuestion", "describe_cohort"]

LARGE_DIFFERENCE = 0.1
"""Line of the figure: a standardised difference that is usually called notable (a convention, no test)."""


@dataclass(frozen=True, slots=True)
class DescribeQuestion:
    """What is described."""

    by: str | None = None
    columns: tuple[str, ...] = ()
    """The columns to describe; none: all but identifiers and free text."""
    correlate: tuple[str, ...] = ()
    quantile_type: int = 7
    level: float = 0.95


def describe_cohort(cohort: Cohort, question: DescribeQuestion, *, drawn: bool = True) -> CohortResult:
    """Table 1: counts, medians and quartiles by group, tests and standardised differences.

    Raises: InputError where a column is none, is no grouping, or holds no numbers.
    """
    if question.quantile_type not in QUANTILE_TYPES:
        listed = ", ".join(map(str, QUANTILE_TYPES))
        raise InputError(
            f"{question.quantile_type} is no quantile type here.", "--quantile-type", f"One of {listed}."
        )
    names, too_many = _columns(cohort, question)
    grouping = cohort.groups(question.by, "--by") if question.by else None
    analysed = cohort if grouping is None else cohort.where(grouping.notna())
    if len(analysed) == 0:
        raise InputError(f"{question.by} is known in no row.", "--by", "Nothing was computed.")
    groups = _groups(analysed, question.by)
    rows, tests, differences = _table(analysed, names, groups, question)
    estimates = [
        Estimate(
            name=f"standardised difference, {name}",
            value=value,
            method="largest of the pairs of groups" if len(groups) > 3 else "between the two groups",
        )
        for name, value in differences.items()
    ]
    if question.correlate:
        more, further = correlate(analysed, question.correlate, question.level)
        estimates += more
        tests += further
    dictionary = dictionary_table(cohort, [*([question.by] if question.by else []), *names])
    left_out = excluded_rows(cohort, {question.by: grouping}) if question.by and grouping is not None else ()
    return CohortResult(
        title=f"Table 1{f' by {question.by}' if question.by else ''}",
        n=len(analysed),
        excluded=left_out,
        main=ResultTable(
            name="table1",
            title="Counts (percent of the known) and medians (quartiles)",
            columns=_headings(groups),
            rows=tuple(rows),
        ),
        further=(dictionary,),
        estimates=tuple(estimates),
        tests=tuple(tests),
        methods_text=methods_text(cohort, question, len(analysed), len(groups) - 1),
        warnings=(*cohort.warnings, *_left_out(too_many)),
        figures=(_differences_figure(differences),) if drawn and _any_known(differences) else (),
    )


def _columns(cohort: Cohort, question: DescribeQuestion) -> tuple[list[str], list[str]]:
    """The columns to describe, and those of too many groups where none were named."""
    if question.columns:
        return [cohort.variable(name, "--columns").name for name in question.columns], []
    held: list[str] = []
    too_many: list[str] = []
    for name, variable in cohort.variables.items():
        if name in (question.by, cohort.patient) or variable.kind in (Kind.IDENTIFIER, Kind.TEXT):
            continue
        many = variable.kind is Kind.CATEGORY and cohort.frame[name].nunique() > MOST_GROUPS
        (too_many if many else held).append(name)
    return held, too_many


def _left_out(names: Sequence[str]) -> tuple[Caution, ...]:
    if not names:
        return ()
    message = (
        f"not described, for they have more than {MOST_GROUPS} groups: {', '.join(names)}. Put groups "
        "together in a mapping (codes, cases)."
    )
    return (Caution(code="column-of-too-many-groups", message=message),)


def _groups(cohort: Cohort, by: str | None) -> Groups:
    groups: Groups = {ALL: pd.Series(True, cohort.frame.index)}
    if by is not None:
        column = cohort.groups(by, "--by")
        groups |= {f"{by}={level}": column == level for level in column.cat.categories}
    return groups


def _table(
    cohort: Cohort, names: Sequence[str], groups: Groups, question: DescribeQuestion
) -> tuple[list[dict[str, JsonValue]], list[TestResult], dict[str, float | None]]:
    rows: list[dict[str, JsonValue]] = [
        {
            "variable": "rows",
            "level": "n",
            **{key: {"count": int(held.sum())} for key, held in groups.items()},
        }
    ]
    tests: list[TestResult] = []
    differences: dict[str, float | None] = {}
    for name in names:
        lines = list(column_lines(cohort, name, groups, question.quantile_type))
        if lines and len(groups) > 2:
            compared = compare_column(cohort, name, list(groups.values())[1:])
            chosen = compared.tests[0] if compared.tests else None
            lines[0] |= {
                "p": chosen.p if chosen else None,
                "test": chosen.method if chosen else None,
                "standardised_difference": compared.difference,
            }
            tests += compared.tests
            differences[name] = compared.difference
        rows += lines
    return rows, tests, differences


def _headings(groups: Groups) -> tuple[Heading, ...]:
    found = [Heading(key="variable", heading="variable", once=True), Heading(key="level", heading="")]
    found += [Heading(key=key, heading=key) for key in groups]
    if len(groups) > 2:
        found += [
            Heading(key="p", heading="p"),
            Heading(key="standardised_difference", heading="std. difference", digits=2),
            Heading(key="test", heading="test"),
        ]
    return tuple(found)


def _any_known(differences: dict[str, float | None]) -> bool:
    return any(value is not None for value in differences.values())


def _differences_figure(differences: dict[str, float | None]) -> Figure:
    known = {name: abs(value) for name, value in differences.items() if value is not None}
    names = sorted(known, key=lambda name: known[name], reverse=True)[:40]
    with draw(150, 22 + 5.2 * len(names)) as (canvas, axes):
        axes.axvline(LARGE_DIFFERENCE, color=QUIET, linewidth=0.7, linestyle=(0, (4, 3)))
        axes.hlines(range(len(names)), 0, [known[name] for name in names], color="#dcd8d0", linewidth=0.8)
        axes.plot([known[name] for name in names], range(len(names)), "o", color=SHADES[0], markersize=4.5)
        axes.set_yticks(range(len(names)), names, color=INK)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0, max(0.2, *known.values()) * 1.08)
        axes.set_xlabel("standardised difference between the groups (largest pair)")
        return as_figure(
            canvas,
            "standardised-differences",
            "Standardised differences",
            f"Dashed: {LARGE_DIFFERENCE}, by convention a notable difference. It is no test and does not "
            "depend on the number of patients.",
        )
