"""Reading a cohort: a table, a workbook, several of them joined, or a folder of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.result import DataFile
from neoher.cohort.table.cells import CellProblem
from neoher.cohort.table.checks import check_cohort, refuse_cells
from neoher.cohort.table.column_types import typed_values
from neoher.cohort.table.files.raw import FileForm, RawTable, data_file, raw_of_frame, read_raw
from neoher.cohort.table.inference import infer_column
from neoher.cohort.table.mapped import build_mapped, find_parts
from neoher.cohort.table.mapping import DEFAULT_MISSING, Mapping, read_mapping, shipped_mappings
from neoher.cohort.table.tidy import Cohort, Kind, Variable
from neoher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_cohort", "read_cohort"]


def read_cohort(
    table: Path,
    *,
    mapping: str | None = None,
    also: Sequence[Path] = (),
    redcap_dictionary: Path | None = None,
    sheet: str | None = None,
) -> Cohort:
    """The cohort of a table (CSV, XLSX, Parquet), a REDCap export, or a folder of cases.

    `mapping` is a mapping file or the name of a shipped one; without it a table that has the columns of a
    shipped mapping is read by that one, and any other by its column names and cells. `also` are further files
    of the same patients, joined by the mapping's identifiers. `redcap_dictionary` is the data dictionary of
    a REDCap project, by which `table`, its export, is read. `sheet` names the one sheet of a workbook.
    Raises: TableError naming row and column of what cannot be.
    """
    if table.is_dir():
        from neoher.cohort.cases.reading import read_cases

        return check_cohort(read_cases(table))
    if mapping is not None and redcap_dictionary is not None:
        raise TableError(
            "a REDCap dictionary and a mapping are two descriptions of one table.",
            "--mapping",
            "Give one of them.",
        )
    stated = read_mapping(mapping) if mapping is not None else None
    form = FileForm(stated[0].encoding, stated[0].header, sheet) if stated else FileForm(sheet=sheet)
    raw = [read for path in (table, *also) for read in read_raw(path, form)]
    files = [data_file(path) for path in (table, *also)]
    if redcap_dictionary is not None:
        from neoher.cohort.table.redcap import read_redcap

        files.append(data_file(redcap_dictionary, "data dictionary"))
        return _checked(read_redcap(raw[0], redcap_dictionary), raw, files)
    described = stated or _recognised(raw)
    if described is None:
        return _checked(_unmapped(raw), raw, files)
    mapped, path = described
    files.append(data_file(path, "mapping"))
    cohort = build_mapped(mapped, raw)
    if stated is None:
        note = f" The table was recognised by its columns as {mapped.name}."
        cohort = replace(cohort, reading=cohort.reading + note)
    return _checked(cohort, raw, files, mapped)


def _checked(
    cohort: Cohort, raw: Sequence[RawTable], files: Sequence[DataFile], mapping: Mapping | None = None
) -> Cohort:
    """The cohort with its files, what was assumed of their form, and the warnings of its checks."""
    notes = tuple(note for table in raw for note in table.notes)
    known = replace(cohort, files=tuple(files), warnings=(*notes, *cohort.warnings))
    return check_cohort(known, mapping)


def as_cohort(frame: pd.DataFrame, name: str = "table") -> Cohort:
    """A data frame as a cohort, typed as a file without a mapping is; for programs."""
    return check_cohort(_unmapped([raw_of_frame(frame, Path(name))]))


def _recognised(raw: Sequence[RawTable]) -> tuple[Mapping, Path] | None:
    for name in shipped_mappings():
        described, path = read_mapping(name)
        if find_parts(described, raw).keys() >= {part.name for part in described.parts if not part.optional}:
            return described, path
    return None


def _unmapped(raw: Sequence[RawTable]) -> Cohort:
    import pandas as pd

    if len(raw) > 1:
        listed = "; ".join(each.label for each in raw)
        raise TableError(
            f"there are several tables ({listed}) and no mapping that joins them.",
            str(raw[0].path),
            "Name one of its sheets (--sheet NAME), or describe the parts in a mapping: --mapping FILE.",
        )
    (source,) = raw
    variables: dict[str, Variable] = {}
    columns: dict[str, pd.Series] = {}
    problems: list[CellProblem] = []
    for name in source.cells.columns:
        variable, values, wrong = infer_column(
            name, source.cells[name], DEFAULT_MISSING, decimal_comma=source.decimal_comma
        )
        variables[name] = variable
        columns[name] = typed_values(variable, values)
        problems += wrong
    identifiers = [name for name, variable in variables.items() if variable.kind is Kind.IDENTIFIER]
    patient = identifiers[0] if identifiers else None
    refuse_cells(source, problems, source.cells[patient] if patient else None)
    reading = (
        "Columns were typed by their names and cells, without a mapping; empty cells and the marks "
        f"{', '.join(DEFAULT_MISSING)} count as missing."
    )
    frame = pd.DataFrame(columns, index=source.cells.index)
    return Cohort(frame, variables, patient, str(source.path.name), reading=reading)
