"""Reading a folder of cases into a cohort; a case that cannot be read is a row left out, with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from neoher.cohort.result import DataFile, Excluded
from neoher.cohort.table.column_types import typed_values
from neoher.cohort.table.level_order import level_order
from neoher.cohort.table.tidy import Cohort, Kind, Variable
from neoher.errors import InputError, TableError
from neoher.record.case import Case
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import CASE_FILE, read_case
from neoher.record.storing import MEASUREMENTS_FILE, read_measurements
from neoher.response.case_columns.declared import Cell, Declared
from neoher.response.case_columns.row import COLUMNS, declaration, rows_of

__all__ = ["read_cases"]

_FOLDER = Declared(Kind.TEXT, "folder of the case")
_DTYPES = {
    Kind.NUMBER: "Float64",
    Kind.TIME: "Float64",
    Kind.YES_NO: "boolean",
    Kind.EVENT: "Int64",
    Kind.DATE: "datetime64[ns]",
}


def read_cases(folder: Path) -> Cohort:
    """The cohort of all cases below a folder, one row a cancer; rows are counted in the order of folders.

    Raises: TableError where there is no case, or none can be read.
    """
    found = sorted(folder.rglob(CASE_FILE))
    if not found:
        raise TableError(
            f"there is no {CASE_FILE} below this folder.", str(folder), "Name a folder of cases."
        )
    rows: list[dict[str, Cell]] = []
    left_out: list[Excluded] = []
    for place, file in enumerate(found, start=1):
        try:
            case, measured = read_case(file), read_measurements(file.parent)
        except InputError as error:
            reason = f"{error.where}: {error.what}" if error.where else error.what
            left_out.append(Excluded(row=place, column=str(file.relative_to(folder)), reason=reason))
            continue
        rows += _rows(case, measured, str(file.parent.relative_to(folder)))
    if not rows:
        raise TableError(f"none of the {len(found)} cases can be read. {left_out[0].reason}", str(folder))
    variables, frame = _typed(rows)
    reading = (
        f"{len(found)} cases were read, one row a cancer; {len(left_out)} could not be read. What a record "
        "does not state is not known; where specimens differ, the column is not known."
    )
    files = (_hash(folder, found),)
    return Cohort(
        frame, variables, "patient", str(folder), files=files, reading=reading, left_out=tuple(left_out)
    )


def _rows(case: Case, measured: Measurements, folder: str) -> Iterator[dict[str, Cell]]:
    for row in rows_of(case, measured):
        yield {**row.cells, "case_folder": folder}


def _typed(rows: list[dict[str, Cell]]) -> tuple[dict[str, Variable], pd.DataFrame]:
    identity = {"patient": COLUMNS["patient"], "cancer": COLUMNS["cancer"], "case_folder": _FOLDER}
    declared = {**identity, **COLUMNS}
    for name in sorted({name for row in rows for name in row} - declared.keys()):
        held = declaration(name)
        assert held is not None  # a row holds declared columns only
        declared[name] = held
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    variables, columns = {}, {}
    for name, each in declared.items():
        cells = [row.get(name) for row in rows]
        levels = each.levels
        if each.kind is Kind.CATEGORY and not levels:
            levels = level_order({str(cell) for cell in cells if cell is not None})
        variables[name] = Variable(
            name, each.kind, "", each.unit, levels, each.definition, each.endpoint, each.origin, each.event
        )
        values = pd.Series(pd.array(cells, dtype=_DTYPES.get(each.kind, "string")), index)  # type: ignore[call-overload]
        columns[name] = typed_values(variables[name], values)
    return variables, pd.DataFrame(columns, index=index)


def _hash(folder: Path, files: list[Path]) -> DataFile:
    """One hash over the records and measurements of all cases, by their places in the folder."""
    digest = hashlib.sha256()
    for file in files:
        for part in (file, file.with_name(MEASUREMENTS_FILE)):
            if part.is_file():
                digest.update(f"{part.relative_to(folder)}\0".encode())
                digest.update(hashlib.sha256(part.read_bytes()).digest())
    return DataFile(path=str(folder), sha256=digest.hexdigest(), role="cases")
