"""Rows of a CSV as typed facts: one model declares the columns, what each takes and its unit.

The declaration feeds the reader below, the JSON Schema and the reference page. An empty cell is not known,
never 0: it leaves the field at its default.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo

from neoher.errors import InputError
from neoher.record.conclusion import Frozen
from neoher.record.values.allowed import allowed_values, objection

__all__ = ["Column", "Row", "columns_of", "read_cells", "read_rows"]


@dataclass(frozen=True, slots=True)
class Column:
    """What the type of a row's field does not say about its column."""

    unit: str = ""
    takes: str = ""
    """What it takes, in words, where the field's type does not say it."""
    may_be_left_out: bool = False
    """Whether the table may have no such column; its cells may be empty where the field has a default."""


class Row(Frozen):
    """One row of a table; each field but `line` is the column of its name."""

    line: int | None = Field(default=None, exclude=True)
    """Line of the file on which the row ends, for messages; the header is line 1."""


R = TypeVar("R", bound=Row)


def columns_of(row: type[Row]) -> dict[str, tuple[FieldInfo, Column]]:
    """Every column with its field, in the order of declaration."""
    return {name: (field, _column(field)) for name, field in row.model_fields.items() if name != "line"}


def read_rows(table: Path, row: type[R]) -> tuple[R, ...]:
    """The rows of a CSV in UTF-8; columns in any order, further ones are not read.

    Raises: InputError where the file cannot be read, a column is absent, or a cell is not what it takes; it
    names the line and the column.
    """
    header, lines = read_cells(table)
    columns = columns_of(row)
    remedy = f"The columns are {', '.join(columns)}."
    if twice := [name for name, count in Counter(header).items() if count > 1 and name]:
        raise InputError(f"two columns are called {' and '.join(map(repr, twice))}.", str(table), remedy)
    needed = [name for name, (_, column) in columns.items() if not column.may_be_left_out]
    if absent := [name for name in needed if name not in header]:
        hint = " It looks separated by semicolons, not commas." if any(";" in name for name in header) else ""
        raise InputError(f"there is no column {', '.join(absent)}.{hint}", str(table), remedy)
    return tuple(_row(table, row, header, line, cells) for line, cells in lines)


def read_cells(table: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header of a CSV in UTF-8, and its rows with their line numbers; empty lines are left out.

    Raises: InputError where the file cannot be read, is no CSV, or is empty.
    """
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", str(table)) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8.", str(table), "Save it again as CSV in UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(f"line {reader.line_num} is not CSV: {error}.", str(table)) from None
    if not lines:
        raise InputError("is empty.", str(table), "The first line names the columns.")
    return [name.strip() for name in lines[0][1]], lines[1:]


def _column(field: FieldInfo) -> Column:
    return next((entry for entry in field.metadata if isinstance(entry, Column)), Column())


def _row(table: Path, row: type[R], header: Sequence[str], line: int, cells: Sequence[str]) -> R:
    where = f"{table}, line {line}"
    # Spreadsheets often end a line with commas: empty cells beyond the header say nothing.
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(f"the row has {len(cells)} cells, the header has {len(header)}.", where)
    columns = columns_of(row)
    stated: Mapping[str, str] = {
        name: cell.strip()
        for name, cell in zip(header, cells, strict=False)
        if name in columns and cell.strip()
    }
    try:
        return row.model_validate({**stated, "line": line})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        name = str(detail["loc"][0]) if detail["loc"] else ""
        what = "the cell is empty." if detail["type"] == "missing" else objection(detail)
        remedy = f"It takes {allowed_values(*columns[name])}." if name in columns else ""
        raise InputError(what, f"{where}, {name}" if name else where, remedy) from None
