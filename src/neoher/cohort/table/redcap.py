"""A REDCap export with its data dictionary: events and repeats side by side, codes as their labels.

The export is the raw one (codes, not labels) as CSV; the data dictionary is the CSV that REDCap offers. In a
longitudinal project each record has a row for each event: a field that several rows of a record hold becomes
one column for each event (`field@event`), a field that one holds keeps its name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.table.cells import (
    CellProblem,
    Codes,
    NumberReader,
    Reader,
    as_date,
    marks_among,
    translate,
)
from neoher.cohort.table.checks import refuse_cells
from neoher.cohort.table.column_types import typed_values
from neoher.cohort.table.files.raw import RawTable
from neoher.cohort.table.inference import DTYPES, infer_column
from neoher.cohort.table.mapping import DEFAULT_MISSING
from neoher.cohort.table.tidy import Cohort, Kind, Place, Variable
from neoher.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_redcap"]

FIELD, TYPE, LABEL = "Variable / Field Name", "Field Type", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"
VALIDATION = "Text Validation Type OR Show Slider Number"
LOW, HIGH = "Text Validation Min", "Text Validation Max"
EVENT, REPEATED, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
CODED = ("radio", "dropdown")
NUMERIC = ("number", "integer")


def read_redcap(table: RawTable, dictionary: Path) -> Cohort:
    """The cohort of an export, one row a record.

    Raises: TableError where the dictionary is none, records cannot be told apart, or a cell is no code.
    """
    import pandas as pd

    fields = _fields(dictionary)
    record = next(iter(fields))
    if record not in table.cells.columns:
        raise TableError(
            f"there is no column {record!r}, the record's name by the data dictionary.",
            table.label,
            "Export the raw data as CSV, with the record's name.",
        )
    wide, rows = _one_row_a_record(table, record)
    variables: dict[str, Variable] = {}
    columns: dict[str, pd.Series] = {}
    problems: list[CellProblem] = []
    for name in wide.columns:
        variable, values, wrong = _field(name, wide[name], fields, record)
        variables[name], columns[name] = variable, typed_values(variable, values)
        problems += [_in_the_export(problem, rows[name]) for problem in wrong]
    refuse_cells(table, problems, table.cells[record].astype("string"))
    reading = (
        "The REDCap export was read by its data dictionary: codes as their labels, one row a record, a field "
        f"of several events as one column each; empty cells and the marks "
        f"{', '.join(DEFAULT_MISSING)} are missing."
    )
    places = {
        name: Place(table.label, name.partition("@")[0], where.set_axis(wide.index))
        for name, where in rows.items()
        if name in columns
    }
    frame = pd.DataFrame(columns, index=wide.index)
    return Cohort(frame, variables, record, table.path.name, reading=reading, places=places)


def _fields(dictionary: Path) -> dict[str, dict[str, str]]:
    try:
        with dictionary.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"cannot be read: {error}.", str(dictionary)) from None
    if not rows or FIELD not in rows[0] or TYPE not in rows[0]:
        raise TableError(
            f"is no REDCap data dictionary: it has no columns {FIELD!r} and {TYPE!r}.",
            str(dictionary),
            "Download it in REDCap: Project Setup, Data Dictionary.",
        )
    return {row[FIELD].strip(): {key: (row.get(key) or "").strip() for key in row if key} for row in rows}


def _in_the_export(problem: CellProblem, rows: pd.Series) -> CellProblem:
    """The problem by the column and the rows in which the export has its cells."""
    return replace(
        problem,
        column=problem.column.partition("@")[0],
        rows=tuple(int(rows.loc[row]) for row in problem.rows),
    )


def _one_row_a_record(table: RawTable, record: str) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """The export with one row a record, indexed by the record's first row; and where its cells stand."""
    import pandas as pd

    cells = table.cells.astype("string")
    if cells[record].isna().any():
        row = int(cells.index[cells[record].isna()][0])
        raise TableError("the row names no record.", f"{table.label}, row {row}, column {record}")
    place = pd.Series("", cells.index, dtype="string")
    for name in (EVENT, REPEATED, INSTANCE):
        if name in cells:
            place = place.str.cat(cells[name].fillna(""), sep="/")
    twice = pd.DataFrame({"record": cells[record], "place": place}).duplicated(keep=False)
    if twice.any():
        row = int(cells.index[twice][0])
        raise TableError(
            f"the record {cells.loc[row, record]} stands in several rows of one event.",
            f"{table.label}, row {row}",
            "Export the event and the repeat instance too.",
        )
    first = pd.Series(cells.index, cells[record].to_numpy()).groupby(level=0, sort=False).first()
    wide = {record: pd.Series(first.index, pd.Index(first.to_numpy(), name="row"), dtype="string")}
    origin = {record: pd.Series(first.to_numpy(), first.to_numpy())}
    for name in cells.columns:
        if name in (record, EVENT, REPEATED, INSTANCE):
            continue
        held = cells[name].notna()
        places = list(dict.fromkeys(place[held])) or [place.iloc[0]]
        for one in places:
            rows = held & (place == one)
            values = pd.Series(cells.loc[rows, name].to_numpy(), cells.loc[rows, record].to_numpy())
            label = (
                name if len(places) == 1 else f"{name}@{'.'.join(part for part in one.split('/') if part)}"
            )
            wide[label] = values.reindex(first.index).set_axis(wide[record].index).astype("string")
            found = pd.Series(cells.index[rows], cells.loc[rows, record].to_numpy())
            origin[label] = found.reindex(first.index).set_axis(first.to_numpy())
    return pd.DataFrame(wide), origin


def _field(
    name: str, column: pd.Series, fields: dict[str, dict[str, str]], record: str
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    plain = name.partition("@")[0]
    field = fields.get(plain) or fields.get(plain.partition("___")[0], {})
    label, kind = field.get(LABEL, ""), field.get(TYPE, "")
    read: Reader
    if name == record:
        variable = Variable(name, Kind.IDENTIFIER, name, definition=label)
        return _read(variable, column, lambda text: (text, "", ""))
    choices = dict(_choices(field.get(CHOICES, "")))
    if kind in CODED and choices:
        return _chosen(name, column, choices, label)
    if kind in ("yesno", "truefalse", "checkbox") or "___" in plain:
        # In a column's name REDCap writes a code in small letters, and its minus as another underscore.
        named = {code.lower().replace("-", "_"): said for code, said in choices.items()}
        chosen = named.get(plain.partition("___")[2], "")
        words = f"{label}: {chosen}" if chosen else label
        codes = Codes({"0": False, "1": True}).reader()
        return _read(Variable(name, Kind.YES_NO, name, definition=words), column, codes)
    validation = field.get(VALIDATION, "")
    if kind in ("calc", "slider") or validation.startswith(NUMERIC):
        known, _, _ = infer_column(name, column.iloc[:0], DEFAULT_MISSING)
        number = Kind.TIME if known.kind is Kind.TIME else Kind.NUMBER
        limits = (_limit(field.get(LOW, "")), _limit(field.get(HIGH, "")))
        comma = validation.endswith("comma_decimal")
        read = NumberReader(known.unit, decimal_comma=comma, possible=limits)
        variable = Variable(name, number, name, known.unit, definition=label, endpoint=known.endpoint)
        return _read(variable, column, read)
    if validation.startswith("date"):
        return _read(Variable(name, Kind.DATE, name, definition=label), column, as_date())
    return infer_column(name, column, DEFAULT_MISSING)


def _chosen(
    name: str, column: pd.Series, choices: dict[str, str], label: str
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    """A field of choices as its labels; an answer or an event where name and labels say so."""
    # A choice labelled 'Unknown' is a mark of what is not known, as such a cell would be.
    unknown = {code for code, said in choices.items() if marks_among([said], DEFAULT_MISSING)}
    meant = {code: None if code in unknown else said for code, said in choices.items()}
    levels = tuple(dict.fromkeys(said for said in meant.values() if said is not None))
    variable = Variable(name, Kind.CATEGORY, name, levels=levels, definition=label, conversion=_said(choices))
    labelled = _read(variable, column, Codes(dict(meant)).reader())
    if labelled[2]:
        return labelled
    # Labels before codes: '1, No | 0, Yes' means what it says.
    for written in (labelled[1], column if set(choices) <= {"0", "1"} else None):
        if written is not None:
            known, values, problems = infer_column(name, written, DEFAULT_MISSING)
            if known.kind in (Kind.EVENT, Kind.YES_NO) and not problems:
                return replace(known, definition=label, conversion=_said(choices)), values, []
    return labelled


def _choices(stated: str) -> Iterator[tuple[str, str]]:
    """The codes and labels of '1, Positive | 0, Negative'."""
    for choice in stated.split("|"):
        code, comma, label = choice.partition(",")
        if comma and code.strip():
            yield code.strip(), label.strip()


def _said(choices: dict[str, str]) -> str:
    return "codes " + ", ".join(f"{code} = {label}" for code, label in choices.items())


def _limit(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _read(
    variable: Variable, column: pd.Series, read: Reader
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    values, problems = translate(column, variable.name, read, DEFAULT_MISSING, DTYPES[variable.kind])
    return variable, values, problems
