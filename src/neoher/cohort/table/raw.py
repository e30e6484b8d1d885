"""RawTable: the cells of a file as they are written, before anything is taken from them."""

from __future__ import annotations

import csv
import hashlib
import math
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.result import DataFile
from neoher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RawTable", "data_file", "raw_of_frame", "read_raw"]

SUFFIXES = ".csv, .tsv, .txt, .xlsx, .parquet"
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet of a file, its columns by their trimmed names.

    `cells` is indexed by the row as a spreadsheet counts it (the header is row 1). Every cell is text without
    spaces at its ends; an empty one is missing.
    """

    path: Path
    sheet: str
    cells: pd.DataFrame
    decimal_comma: bool = False
    """Whether cells are separated by semicolons, as where a comma marks decimals."""

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


def read_raw(path: Path) -> tuple[RawTable, ...]:
    """The tables of a file: one of a CSV or Parquet, one for each sheet of a workbook that has rows.

    Raises: TableError where the file cannot be read as what its name says.
    """
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return (_read_text(path),)
        case ".xlsx" | ".xlsm":
            return _read_workbook(path)
        case ".parquet" | ".pq":
            return (_read_parquet(path),)
    remedy = f"Tables are {SUFFIXES}; a folder holds cases (case.yaml)."
    raise TableError("is not a table that is read here.", str(path), remedy)


def _read_text(path: Path) -> RawTable:
    import pandas as pd

    delimiter = _delimiter(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path,
                sep=delimiter,
                header=None,
                dtype="string",
                keep_default_na=False,
                skip_blank_lines=False,
                encoding="utf-8-sig",
                encoding_errors="strict",
                low_memory=False,
            )
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    except UnicodeDecodeError:
        raise TableError("is not text in UTF-8.", str(path), "Save it again as CSV in UTF-8.") from None
    except pd.errors.EmptyDataError:
        raise TableError("is empty.", str(path), "The first line names the columns.") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise TableError(
            f"is not a table of equal rows: {reason}.", str(path), f"Cells are separated by {delimiter!r}."
        ) from None
    blank = (frame.fillna("") == "").all(axis="columns")
    short = frame.isna().any(axis="columns") & ~blank
    if short.any():
        row = int(short.idxmax()) + 1
        given = int(frame.loc[row - 1].notna().sum())
        raise TableError(f"the row has {given} cells, the header has {frame.shape[1]}.", f"{path}, row {row}")
    return _table(path, "", frame, decimal_comma=delimiter == ";")


def _delimiter(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            first = file.readline(1 << 20)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    if path.suffix.lower() == ".tsv":
        return "\t"
    # A delimiter inside quotes is part of a name.
    counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: counts[mark])


def _read_workbook(path: Path) -> tuple[RawTable, ...]:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of extensions that openpyxl does not read
            sheets = pd.read_excel(
                path, sheet_name=None, header=None, dtype=object, keep_default_na=False, engine="openpyxl"
            )
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    except Exception as error:
        raise TableError(
            f"is not a workbook that can be read ({type(error).__name__}).", str(path), "Save it again."
        ) from None
    found = []
    for name, sheet in sheets.items():
        if sheet.shape[0] > 1:
            text = sheet.map(_cell_text).astype("string")
            found.append(_table(path, str(name), text, tolerant=len(sheets) > 1))
    if not found:
        raise TableError("holds no sheet with rows.", str(path))
    return tuple(found)


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
    except ValueError as error:  # pyarrow's own errors are ValueErrors
        raise TableError(f"is not Parquet that can be read ({error}).", str(path)) from None
    return raw_of_frame(frame, path)


def raw_of_frame(frame: pd.DataFrame, path: Path) -> RawTable:
    """The cells of a data frame, its rows counted from 2 as behind a header."""
    import pandas as pd

    names = [str(name).strip() for name in frame.columns]
    _check_names(path, "", names)
    columns = [_as_text(frame.iloc[:, place]) for place in range(len(names))]
    cells = pd.DataFrame({name: column.to_numpy() for name, column in zip(names, columns, strict=True)})
    cells = cells.astype("string")
    cells.index = pd.RangeIndex(2, len(cells) + 2, name="row")
    return RawTable(path, "", cells)


def _as_text(column: pd.Series) -> pd.Series:
    """A typed column as its text, each distinct value once; numbers keep every digit."""
    import pandas as pd

    codes, values = pd.factorize(column)
    text = pd.array([_cell_text(value) for value in values.tolist()], dtype="string")
    return _trimmed(pd.Series(text.take(codes, allow_fill=True), column.index, name=column.name))


def _table(
    path: Path, sheet: str, cells: pd.DataFrame, *, decimal_comma: bool = False, tolerant: bool = False
) -> RawTable:
    """The table whose first row is the header; empty rows are left out, empty nameless columns too."""
    import pandas as pd

    header = [str(name).strip() if isinstance(name, str) else "" for name in cells.iloc[0]]
    body = cells.iloc[1:].copy()
    body.index = pd.Index(range(2, len(body) + 2), name="row")
    body.columns = pd.RangeIndex(len(header))
    for place in range(len(header)):
        body[place] = _trimmed(body[place])
    body = body[body.notna().any(axis="columns")]
    keep = []
    for position, name in enumerate(header):
        if name:
            keep.append(position)
        elif not tolerant and body[position].notna().any():
            row = int(body.index[body[position].notna()][0])
            raise TableError(f"column {position + 1} has cells but no name.", f"{path}, row {row}")
    body = body[keep]
    names = [header[position] for position in keep]
    if not tolerant:
        _check_names(path, sheet, names)
        if body.empty:
            raise TableError("has a header and no rows.", str(path))
    body.columns = pd.Index(_unique(names))
    return RawTable(path, sheet, body, decimal_comma)


def _trimmed(column: pd.Series) -> pd.Series:
    """Text without spaces at its ends; what is empty is missing."""
    import pandas as pd

    # One look at each distinct text, not at each cell.
    codes, texts = pd.factorize(column.astype("string"))
    trimmed = pd.array([text.strip() or None for text in texts], dtype="string")
    return pd.Series(trimmed.take(codes, allow_fill=True), column.index, name=column.name)


def _check_names(path: Path, sheet: str, names: Iterable[str]) -> None:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        where = f"{path}, sheet {sheet}" if sheet else str(path)
        raise TableError(f"two columns are called {' and '.join(map(repr, twice))}.", where)


def _unique(names: list[str]) -> list[str]:
    """Names with a number behind repeats: a sheet that is no table may repeat them."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
