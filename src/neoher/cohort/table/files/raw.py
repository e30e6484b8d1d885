"""RawTable: the cells of a file as they are written, before anything is taken from them."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neoher.cohort.result import DataFile
from neoher.errors import TableError
from neoher.record.conclusion import Caution

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["FileForm", "RawTable", "as_text", "data_file", "raw_of_frame", "read_raw", "table_of"]

WORKBOOKS = (".xlsx", ".xlsm")
SUFFIXES = ".csv, .tsv, .txt, .xlsx, .parquet"


@dataclass(frozen=True, slots=True)
class FileForm:
    """What somebody states of a file's form; None: found out, or refused."""

    encoding: str | None = None
    """Of a text file, such as windows-1252."""
    header: int | None = None
    """Row that names the columns, counted from 1."""
    sheet: str | None = None
    """The one sheet of a workbook to read."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet of a file, its columns by their trimmed names.

    `cells` is indexed by the row as a spreadsheet counts it (the header is row 1). Every column is a
    Categorical of the texts that occur, without spaces at their ends; an empty cell is missing.
    """

    path: Path
    sheet: str
    cells: pd.DataFrame
    decimal_comma: bool = False
    """Whether cells are separated by semicolons, as where a comma marks decimals."""
    notes: tuple[Caution, ...] = ()
    """What was assumed of the file's form."""

    @property
    def label(self) -> str:
        """The file, and the sheet where there are several."""
        return f"{self.path}, sheet {self.sheet}" if self.sheet else str(self.path)


def data_file(path: Path, role: str = "data") -> DataFile:
    """The file by name and SHA-256.

    Raises: TableError where it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    return DataFile(path=str(path), sha256=digest.hexdigest(), role=role)


def read_raw(path: Path, form: FileForm | None = None) -> tuple[RawTable, ...]:
    """The tables of a file: one of a CSV or Parquet, one for each sheet of a workbook that has rows.

    Raises: TableError where the file cannot be read as what its name says.
    """
    from neoher.cohort.table.files.text_file import read_text_file
    from neoher.cohort.table.files.workbook import read_workbook

    stated = form or FileForm()
    if stated.sheet is not None and path.suffix.lower() not in WORKBOOKS:
        raise TableError("is no workbook, so it has no sheets.", str(path), "Leave out --sheet.")
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return (read_text_file(path, stated),)
        case ".xlsx" | ".xlsm":
            return read_workbook(path, stated)
        case ".parquet" | ".pq":
            return (_read_parquet(path),)
    remedy = f"Tables are {SUFFIXES}; a folder holds cases (case.yaml)."
    raise TableError("is not a table that is read here.", str(path), remedy)


def _cell_text(value: object) -> str:
    """A cell of a workbook as text; whole numbers without decimals, dates as ISO 8601."""
    import datetime as dt

    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            if math.isnan(value):
                return ""
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
    return str(value)


def _read_parquet(path: Path) -> RawTable:
    import pandas as pd

    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror or error}.", str(path)) from None
    except (ValueError, NotImplementedError) as error:  # what pyarrow's own errors are
        raise TableError(f"is not Parquet that can be read ({error}).", str(path)) from None
    return raw_of_frame(frame, path)


def raw_of_frame(frame: pd.DataFrame, path: Path) -> RawTable:
    """The cells of a data frame, its rows counted from 2 as behind a header."""
    import pandas as pd

    names = [str(name).strip() for name in frame.columns]
    _check_names(path, "", names)
    index = pd.RangeIndex(2, len(frame) + 2, name="row")
    columns = {name: as_text(frame.iloc[:, place]) for place, name in enumerate(names)}
    return RawTable(path, "", pd.DataFrame(columns, index=index))


def as_text(column: pd.Series) -> pd.Categorical:
    """A typed column as its text, each distinct value once; numbers keep every digit."""
    import pandas as pd

    codes, values = pd.factorize(column)
    return _trimmed(codes, [_cell_text(value) for value in values.tolist()])


def _trimmed(codes: NDArray[Any], texts: Sequence[str]) -> pd.Categorical:
    """Codes of texts as a Categorical of the texts without spaces at their ends; an empty one is missing."""
    import numpy as np
    import pandas as pd

    places: dict[str, int] = {}
    moved = np.full(len(texts) + 1, -1, dtype=np.int64)  # the last: what was missing already
    for place, text in enumerate(texts):
        trimmed = text.strip()
        if trimmed:
            moved[place] = places.setdefault(trimmed, len(places))
    return pd.Categorical.from_codes(moved[codes], pd.Index(list(places), dtype=object))


def table_of(
    path: Path,
    sheet: str,
    columns: Sequence[pd.Categorical],
    rows: Sequence[int],
    *,
    decimal_comma: bool = False,
    tolerant: bool = False,
    notes: tuple[Caution, ...] = (),
) -> RawTable:
    """The table whose first row is the header; empty rows are left out, empty nameless columns too."""
    import numpy as np
    import pandas as pd

    header = ["" if column.codes[0] < 0 else str(column.categories[column.codes[0]]) for column in columns]
    held = np.zeros(len(rows), dtype=bool)
    for column in columns:
        held |= column.codes >= 0
    held[0] = False
    index = pd.Index(np.asarray(rows)[held], name="row")
    keep: dict[str, pd.Categorical] = {}
    seen: Counter[str] = Counter()
    for place, (name, column) in enumerate(zip(header, columns, strict=True)):
        body = column[held].remove_unused_categories()
        if not name and not tolerant and (body.codes >= 0).any():
            row = int(index[body.codes >= 0][0])
            raise TableError(
                f"column {place + 1} has cells but no name.",
                f"{path}, row {row}",
                f"Row {rows[0]} was taken to name the columns; another one: `header: ROW` in a mapping.",
            )
        if name:
            # A sheet that is no table may repeat names.
            seen[name] += 1
            keep[name if seen[name] == 1 else f"{name} ({seen[name]})"] = body
    if not tolerant:
        _check_names(path, sheet, [name for name in header if name])
        if not len(index):
            raise TableError("has a header and no rows.", str(path))
    return RawTable(path, sheet, pd.DataFrame(keep, index=index), decimal_comma, notes)


def _check_names(path: Path, sheet: str, names: Iterable[str]) -> None:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        where = f"{path}, sheet {sheet}" if sheet else str(path)
        raise TableError(f"two columns are called {' and '.join(map(repr, twice))}.", where)
