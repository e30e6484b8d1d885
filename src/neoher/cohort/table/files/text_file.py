"""Text files (CSV, TSV) as raw tables: encoding, delimiter, rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neoher.cohort.table.files.encoding import encoding_of
from neoher.cohort.table.files.raw import FileForm, RawTable, table_of
from neoher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_text_file"]

DELIMITERS = ",;\t"


def read_text_file(path: Path, form: FileForm) -> RawTable:
    """The table of a text file.

    Raises: TableError where it is none, or a row has not as many cells as the header.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as arrow_csv  # type: ignore[import-untyped]

    above = (form.header or 1) - 1
    encoding = encoding_of(path, form.encoding)
    first = _header_line(path, encoding.name, above)
    delimiter, names = _delimiter(path, first)
    odd: list[tuple[int, int, str]] = []
    """Rows without as many cells as the header: number, cells, text."""

    def keep_odd(row: Any) -> str:
        odd.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            # One thread: only so are rows numbered.
            read_options=arrow_csv.ReadOptions(
                autogenerate_column_names=True,
                use_threads=False,
                encoding=encoding.name,
                skip_rows=above,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_odd,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={f"f{place}": pa.string() for place in range(names)},
                strings_can_be_null=False,
            ),
        )
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror or error}.", str(path)) from None
    except (ValueError, NotImplementedError) as error:  # what pyarrow's own errors are
        raise TableError(f"is not a table: {error}.", str(path)) from None
    blank = {number for number, _, text in odd if not text.strip()}
    if wrong := [row for row in odd if row[2].strip()]:
        number, cells, _ = wrong[0]
        raise TableError(
            f"the row has {cells} cells, the header has {table.num_columns}.",
            f"{path}, row {number}",
            f"Cells are separated by {delimiter!r}. Where titles stand above the names of the columns, say "
            "which row holds these: `header: ROW` in a mapping.",
        )
    columns = [_of_arrow(column.combine_chunks()) for column in table.columns]
    last = above + table.num_rows + len(blank)
    rows = [row for row in range(above + 1, last + 1) if row not in blank]
    return table_of(
        path, "", columns, rows, decimal_comma=delimiter == ";", notes=encoding.notes(path, delimiter)
    )


def _header_line(path: Path, encoding: str, above: int) -> str:
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            for _ in range(above):
                file.readline(1 << 20)
            return file.readline(1 << 20)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None


def _delimiter(path: Path, first: str) -> tuple[str, int]:
    """What separates the cells of the header, and how many there are."""
    marks = "\t" if path.suffix.lower() == ".tsv" else DELIMITERS
    if not first.strip(" \t\r\n,;"):
        raise TableError("is empty in its first line.", str(path), "The first line names the columns.")
    try:
        # A delimiter inside quotes is part of a name.
        counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in marks}
    except csv.Error as error:
        raise TableError(f"is not a table: {error}.", str(path)) from None
    most = max(marks, key=lambda mark: counts[mark])
    return most, counts[most]


def _of_arrow(column: Any) -> pd.Categorical:
    """A column of text as trimmed codes: each distinct text once."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as arrow_compute  # type: ignore[import-untyped]

    if column.type != pa.string():
        # Only where the header was read otherwise than by us: a quote inside of it.
        column = column.cast(pa.string())
    encoded = arrow_compute.utf8_trim_whitespace(column).dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.int64)
    texts = encoded.dictionary.to_pylist()
    if "" in texts:
        empty = texts.index("")
        codes[codes == empty] = -1
        codes[codes > empty] -= 1
        del texts[empty]
    return pd.Categorical.from_codes(codes, pd.Index(texts, dtype=object))
