"""A result in a terminal: the tables, estimates and tests as aligned text."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from neoher.cohort.output.numbers import cell, estimate_text, number, p_value
from neoher.cohort.result import CohortResult, ResultTable

__all__ = ["result_lines"]

MOST_ROWS = 40
WIDEST_CELL = 48


def result_lines(result: CohortResult, width: int = 100) -> Iterator[str]:
    """The lines of a result for people."""
    yield result.title
    left = f", {len(result.excluded)} left out" if result.excluded else ""
    yield f"n = {result.n}{left}"
    yield from _table(result.main)
    for table in (each for each in result.further if each.in_terminal):
        yield ""
        yield table.title
        yield from _table(table)
    yield from _estimates(result)
    yield from _tests(result)
    yield from _section("Warnings", [f"{each.message} [{each.code}]" for each in result.warnings], width)
    yield from _section("Missing", list(result.missing), width)
    if result.excluded:
        counts = Counter(f"{each.column}: {each.reason}" for each in result.excluded)
        yield from _section(
            "Left out", [f"{count} x {reason}" for reason, count in counts.most_common(12)], width
        )
    yield from _section("Methods", [result.methods_text], width)
    yield ""
    software = f"{result.software.name} {result.software.version}"
    yield f"  {software} · research use, not for diagnosis or management"


def _table(table: ResultTable) -> Iterator[str]:
    rows = [
        [cell(row[column.key], column) if column.key in row else "" for column in table.columns]
        for row in table.rows[:MOST_ROWS]
    ]
    for place, column in enumerate(table.columns):
        for above, row in reversed(list(pairwise(rows))):
            if column.once and above[place] == row[place]:
                row[place] = ""
    heads = [f"{column.heading}{f' ({column.unit})' if column.unit else ''}" for column in table.columns]
    yield ""
    yield from _aligned(heads, rows)
    if len(table.rows) > MOST_ROWS:
        yield f"  ... {len(table.rows) - MOST_ROWS} more rows: --json or --out DIR holds all"
    if table.note:
        yield from textwrap.wrap(table.note, 96, initial_indent="  ", subsequent_indent="  ")


def _estimates(result: CohortResult) -> Iterator[str]:
    if not result.estimates:
        return
    yield ""
    yield "Estimates"
    rows = [
        [each.group or "all", each.name, estimate_text(each), _level(each.level), each.method]
        for each in result.estimates[:MOST_ROWS]
    ]
    yield from _aligned(["group", "estimate", "value (interval)", "level", "method"], rows)
    if len(result.estimates) > MOST_ROWS:
        yield f"  ... {len(result.estimates) - MOST_ROWS} more: --json or --out DIR holds all"


def _tests(result: CohortResult) -> Iterator[str]:
    if not result.tests:
        return
    yield ""
    yield "Tests"
    rows = [
        [
            each.group or "all",
            each.name,
            each.method,
            number(each.statistic),
            number(each.df),
            p_value(each.p),
        ]
        for each in result.tests[:MOST_ROWS]
    ]
    yield from _aligned(["group", "compared", "test", "statistic", "df", "p"], rows)
    if len(result.tests) > MOST_ROWS:
        yield f"  ... {len(result.tests) - MOST_ROWS} more: --json or --out DIR holds all"


def _level(level: float | None) -> str:
    return "" if level is None else f"{100 * level:g} %"


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    used = [position for position, head in enumerate(heads) if head or any(row[position] for row in rows)]
    shown = [[_short(row[position]) for position in used] for row in ([*heads], *rows)]
    widths = [max(len(row[position]) for row in shown) for position in range(len(used))]
    for row in shown:
        yield "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _short(text: str) -> str:
    return text if len(text) <= WIDEST_CELL else f"{text[: WIDEST_CELL - 1]}…"


def _section(title: str, entries: Sequence[str], width: int) -> Iterator[str]:
    if not entries:
        return
    yield ""
    yield title
    for entry in entries:
        yield from textwrap.wrap(
            entry, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        )
