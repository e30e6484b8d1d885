"""Sheets of a workbook (XLSX) as raw tables, below the titles that may stand above their columns."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.table.files.raw import FileForm, RawTable, as_text, table_of
from neoher.errors import TableError
from neoher.record.conclusion import Caution

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_workbook"]


def read_workbook(path: Path, form: FileForm) -> tuple[RawTable, ...]:
    """The sheets that have rows, or the one that is named.

    Raises: TableError where it is no workbook, or has no such sheet.
    """
    sheets = _sheets(path)
    if form.sheet is not None:
        if form.sheet not in sheets:
            raise TableError(
                f"has no sheet {form.sheet!r}.", str(path), f"Its sheets are {', '.join(map(str, sheets))}."
            )
        sheets = {form.sheet: sheets[form.sheet]}
    found = []
    for name, sheet in sheets.items():
        header, notes = _header(sheet, name, form)
        body = sheet.iloc[header - 1 :]
        if len(body) > 1:
            columns = [as_text(body[place]) for place in body.columns]
            rows = list(range(header, len(sheet) + 1))
            several = len(sheets) > 1
            found.append(table_of(path, name, columns, rows, tolerant=several, notes=notes))
    if not found:
        raise TableError("holds no sheet with rows.", str(path))
    return tuple(found)


def _sheets(path: Path) -> dict[str, pd.DataFrame]:
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
    return {str(name): sheet for name, sheet in sheets.items()}


def _header(sheet: pd.DataFrame, name: str, form: FileForm) -> tuple[int, tuple[Caution, ...]]:
    """The row that names the columns, from 1: as stated, else the first below rows of one cell (titles)."""
    if form.header is not None:
        return form.header, ()
    filled = (sheet.map(lambda cell: bool(str(cell).strip())) & sheet.notna()).sum(axis=1).tolist()
    above = next((place for place, count in enumerate(filled) if count > 1), 0)
    if above == 0:
        return 1, ()
    message = (
        f"sheet {name}: the columns are named in row {above + 1}; what stands above was taken as a title."
    )
    return above + 1, (Caution(code="title-above-the-columns", message=message),)
