"""RawTable: the cells of a file as they are written, before anything is taken from them."""

from __future__ import annotations

import codecs
import csv
import hashlib
import math
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neoher.cohort.result import DataFile
from neoher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["RawTable", "data_file", "raw_of_frame", "read_raw"]

SUFFIXES = ".csv, .tsv, .txt, .xlsx, .parquet"
DELIMITERS = ",;\t"


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
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as arrow_csv  # type: ignore[import-untyped]

    _refuse_other_encodings(path)
    delimiter = _delimiter(path)
    odd: list[tuple[int, int, str]] = []
    """Rows without as many cells as the header: number, cells, text."""

    def keep_odd(row: Any) -> str:
        odd.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            # One thread: only so are rows numbered.
            read_options=arrow_csv.ReadOptions(autogenerate_column_names=True, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_odd,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={f"f{place}": pa.string() for place in range(_columns(path, delimiter))},
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
            f"Cells are separated by {delimiter!r}.",
        )
    columns = [_of_arrow(column.combine_chunks()) for column in table.columns]
    rows = [row for row in range(1, table.num_rows + len(blank) + 1) if row not in blank]
    return _table(path, "", columns, rows, decimal_comma=delimiter == ";")


def _refuse_other_encodings(path: Path) -> None:
    """Raise TableError where the file is not text in UTF-8; the reader behind would drop such rows unseen."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    except UnicodeDecodeError:
        raise TableError("is not text in UTF-8.", str(path), "Save it again as CSV in UTF-8.") from None


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


def _delimiter(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            first = file.readline(1 << 20)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    if path.suffix.lower() == ".tsv":
        return "\t"
    if not first.strip(" \t\r\n,;"):
        raise TableError("is empty in its first line.", str(path), "The first line names the columns.")
    try:
        # A delimiter inside quotes is part of a name.
        counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in DELIMITERS}
    except csv.Error as error:
        raise TableError(f"is not a table: {error}.", str(path)) from None
    return max(DELIMITERS, key=lambda mark: counts[mark])


def _columns(path: Path, delimiter: str) -> int:
    """How many cells the header has."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return len(next(csv.reader(file, delimiter=delimiter)))


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
            columns = [_as_text(sheet[place]) for place in sheet.columns]
            rows = list(range(1, len(sheet) + 1))
            found.append(_table(path, str(name), columns, rows, tolerant=len(sheets) > 1))
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
    except (ValueError, NotImplementedError) as error:  # what pyarrow's own errors are
        raise TableError(f"is not Parquet that can be read ({error}).", str(path)) from None
    return raw_of_frame(frame, path)


def raw_of_frame(frame: pd.DataFrame, path: Path) -> RawTable:
    """The cells of a data frame, its rows counted from 2 as behind a header."""
    import pandas as pd

    names = [str(name).strip() for name in frame.columns]
    _check_names(path, "", names)
    index = pd.RangeIndex(2, len(frame) + 2, name="row")
    columns = {name: _as_text(frame.iloc[:, place]) for place, name in enumerate(names)}
    return RawTable(path, "", pd.DataFrame(columns, index=index))


def _as_text(column: pd.Series) -> pd.Categorical:
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


def _table(
    path: Path,
    sheet: str,
    columns: Sequence[pd.Categorical],
    rows: Sequence[int],
    *,
    decimal_comma: bool = False,
    tolerant: bool = False,
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
            raise TableError(f"column {place + 1} has cells but no name.", f"{path}, row {row}")
        if name:
            # A sheet that is no table may repeat names.
            seen[name] += 1
            keep[name if seen[name] == 1 else f"{name} ({seen[name]})"] = body
    if not tolerant:
        _check_names(path, sheet, [name for name in header if name])
        if not len(index):
            raise TableError("has a header and no rows.", str(path))
    return RawTable(path, sheet, pd.DataFrame(keep, index=index), decimal_comma)


def _check_names(path: Path, sheet: str, names: Iterable[str]) -> None:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        where = f"{path}, sheet {sheet}" if sheet else str(path)
        raise TableError(f"two columns are called {' and '.join(map(repr, twice))}.", where)
