"""A calculator over a CSV table: one case a row; the table comes back with the results beside it.

An empty cell is 'not known', never 0. A row that cannot be computed stays in the table, with its reason in
the column `missing`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neoher.errors import InputError
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Caution
from neoher.record.rows import read_cells
from neoher.record.storing import replace_atomically

__all__ = ["RowResult", "TableResult", "compute_table"]

SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    line: int
    """Line of the file on which the row ends; the header is line 1."""
    identifier: str
    results: tuple[str, ...]
    """Cells of the result columns; the last says what is missing, or why the row could not be read."""
    warnings: tuple[Caution, ...]

    @property
    def computed(self) -> bool:
        """Whether the row has a value."""
        return any(self.results[:-1])


@dataclass(frozen=True, slots=True)
class TableResult:
    """What became of a table."""

    out: Path
    rows: tuple[RowResult, ...]

    def as_json(self) -> dict[str, Any]:
        """A summary as plain JSON values."""
        return {
            "out": str(self.out),
            "rows": len(self.rows),
            "computed": sum(row.computed for row in self.rows),
            "not_computed": [
                {"line": row.line, "row": row.identifier, "reason": row.results[-1]}
                for row in self.rows
                if not row.computed
            ],
            "warnings": [
                {"line": row.line, "row": row.identifier, "code": each.code, "message": each.message}
                for row in self.rows
                for each in row.warnings
            ],
        }


def compute_table(calculator: Calculator[Any, Any], table: Path, out: Path) -> TableResult:
    """Compute every row of `table` and write it with its results to `out`, whole or not at all.

    Raises: InputError where the file is not a CSV in UTF-8 with the calculator's columns, or `out` is it.
    """
    if table.exists() and out.exists() and out.samefile(table):
        raise InputError("the table would be overwritten with its results.", "--out", "Name another file.")
    header, lines = read_cells(table)
    _check_header(calculator, header, table)
    rows = tuple(_compute_row(calculator, header, line, cells) for line, cells in lines)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*header, *calculator.result_columns()])
    for (_, cells), row in zip(lines, rows, strict=True):
        copied = [*cells, *[""] * len(header)][: len(header)]
        writer.writerow([*copied, *row.results])
    replace_atomically(out, text.getvalue().encode())
    return TableResult(out, rows)


def _check_header(calculator: Calculator[Any, Any], header: Sequence[str], table: Path) -> None:
    wanted = calculator.columns()
    remedy = f"The columns are {', '.join(wanted)}; further ones are copied."
    if twice := [name for name, count in Counter(header).items() if count > 1]:
        raise InputError(f"two columns are called {' and '.join(map(repr, twice))}.", str(table), remedy)
    if absent := [name for name in wanted if name not in header]:
        hint = " It looks separated by semicolons, not commas." if any(";" in name for name in header) else ""
        raise InputError(f"there is no column {', '.join(absent)}.{hint}", str(table), remedy)
    if taken := [name for name in calculator.result_columns() if name in header]:
        what = f"there already is a column {', '.join(taken)}, where the results would go."
        raise InputError(what, str(table), "Rename it or leave it out.")


def _compute_row(
    calculator: Calculator[Any, Any], header: Sequence[str], line: int, cells: Sequence[str]
) -> RowResult:
    by_column = dict(zip(header, cells, strict=False))
    identifier = by_column.get(calculator.columns()[0], "").strip()
    values, reason, warnings = _results_of(calculator, header, cells, by_column)
    return RowResult(line, identifier, (*values, reason), warnings)


def _results_of(
    calculator: Calculator[Any, Any],
    header: Sequence[str],
    cells: Sequence[str],
    by_column: Mapping[str, str],
) -> tuple[tuple[str, ...], str, tuple[Caution, ...]]:
    """The cells of the results, what is missing or why there are none, and the warnings."""
    no_results = ("",) * (len(calculator.result_columns()) - 1)
    # Spreadsheets often end a line with commas: empty cells beyond the header say nothing.
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        return no_results, f"the row has {len(cells)} cells, the header has {len(header)}", ()
    columns = {name: option.columns for name, (_, option) in calculator.options().items() if option.columns}
    stated = {name: _stated([by_column[each] for each in places]) for name, places in columns.items()}
    try:
        conclusion = calculator.compute(calculator.read(stated))
    except InputError as error:
        return no_results, _with_columns(error, columns), ()
    missing = SEPARATOR.join(_empty_columns(conclusion.missing, columns, by_column))
    if conclusion.value is None:
        reason = missing or " ".join(each.message for each in conclusion.warnings)
        return no_results, reason, conclusion.warnings
    value = conclusion.as_json()["value"]
    results = calculator.table.results if calculator.table else ()
    return tuple(_as_cell(value[name]) for name in results), missing, conclusion.warnings


def _stated(cells: Sequence[str]) -> str | tuple[str, ...] | None:
    """One cell as it stands, or a pair; None where one of them is empty."""
    if not all(cell.strip() for cell in cells):
        return None
    return cells[0] if len(cells) == 1 else tuple(cells)


def _empty_columns(
    missing: Sequence[str], columns: Mapping[str, Sequence[str]], by_column: Mapping[str, str]
) -> Iterator[str]:
    """What is missing, by the names of the table's columns."""
    for fact in missing:
        if fact in columns:
            yield from (each for each in columns[fact] if not by_column[each].strip())
        else:
            yield fact


def _with_columns(error: InputError, columns: Mapping[str, Sequence[str]]) -> str:
    """The message of a refusal, its fields named as the table names them."""
    fields = error.where.split(", ")
    where = ", ".join(each for name in fields for each in columns.get(name, (name,)))
    return f"{where}: {error.what}" if where else error.what


def _as_cell(value: object) -> str:
    return "" if value is None else str(value)
