"""A cohort by its mapping: parts found and joined, columns typed, further columns derived."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from neoher.cohort.table.cells import CellProblem, Codes, NumberReader, Reader, as_date, translate
from neoher.cohort.table.checks import odd_values, refuse_cells
from neoher.cohort.table.files.raw import RawTable
from neoher.cohort.table.inference import DTYPES
from neoher.cohort.table.level_order import level_order
from neoher.cohort.table.mapping import ColumnSpec, Condition, Mapping, Part
from neoher.cohort.table.tidy import Cohort, Kind, Place, Variable, case_of
from neoher.cohort.table.units import factor
from neoher.errors import TableError
from neoher.record.conclusion import Caution

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_mapped", "find_parts"]

PATIENT = "patient"
SHOWN = 5


def find_parts(mapping: Mapping, raw: Sequence[RawTable]) -> dict[str, RawTable]:
    """The table of each part: the first that has all of the part's columns."""
    found = {}
    for part in mapping.parts:
        needed = mapping.source_columns(part)
        for table in raw:
            if all(_named(table, name) is not None for name in needed):
                found[part.name] = table
                break
    return found


def build_mapped(mapping: Mapping, raw: Sequence[RawTable]) -> Cohort:
    """The cohort that a mapping describes.

    Raises: TableError where a part is not found, patients stand twice, or cells cannot be what they should.
    """
    import pandas as pd

    parts = find_parts(mapping, raw)
    for part in mapping.parts:
        if part.name not in parts and not part.optional:
            _refuse_absent(mapping, part, raw)
    base = mapping.parts[0]
    index = parts[base.name].cells.index
    warnings: list[Caution] = []
    placed = {base.name: None, **_placements(mapping, parts, warnings)}
    columns: dict[str, pd.Series] = {}
    variables: dict[str, Variable] = {}
    places: dict[str, Place] = {}
    for name, spec in mapping.columns.items():
        part_name = spec.part or base.name
        if spec.source is None or part_name not in parts:
            continue
        table = parts[part_name]
        source = table.cells[_named(table, spec.source)]
        values, problems = _typed(name, spec, source, mapping, decimal_comma=mapping.decimal == ",")
        refuse_cells(table, problems, table.cells[_named(table, _part(mapping, part_name).identifier)])
        rows = placed[part_name]
        if rows is not None:
            places[name] = Place(table.label, str(_named(table, spec.source)), rows.set_axis(index))
            values = values.reindex(rows).set_axis(index)
        columns[name] = _categorical(spec, values)
        variables[name] = _variable(name, spec, columns[name])
    for name, spec in mapping.columns.items():
        if spec.source is None and all(other in columns for other in _inputs(spec)):
            columns[name] = _derived(spec, columns, index)
            variables[name] = _variable(name, spec, columns[name])
    patient = next((name for name, spec in mapping.columns.items() if spec.kind is Kind.IDENTIFIER), None)
    ordered = [name for name in mapping.columns if name in columns]
    frame = pd.DataFrame({name: columns[name] for name in ordered}, index=index)
    warnings += _implausible(mapping, frame)
    return Cohort(
        frame,
        {name: variables[name] for name in ordered},
        patient,
        mapping.name,
        tuple(warnings),
        reading=_reading(mapping, parts),
        places=places,
    )


def _named(table: RawTable, name: str) -> str | None:
    """The table's own name of a column: exactly, or but for case and spaces."""
    if name in table.cells.columns:
        return name
    alike = [own for own in table.cells.columns if case_of(own) == case_of(name)]
    return alike[0] if len(alike) == 1 else None


def _part(mapping: Mapping, name: str) -> Part:
    return next(part for part in mapping.parts if part.name == name)


def _refuse_absent(mapping: Mapping, part: Part, raw: Sequence[RawTable]) -> None:
    needed = mapping.source_columns(part)

    def absent(table: RawTable) -> list[str]:
        return [name for name in needed if _named(table, name) is None]

    nearest = min(raw, key=lambda table: len(absent(table)))
    raise TableError(
        f"there is no column {', '.join(map(repr, absent(nearest)))}, which the part {part.name!r} of the "
        f"mapping {mapping.name} needs.",
        nearest.label,
        f"Its columns are {', '.join(map(str, list(nearest.cells.columns)[:40]))}.",
    )


def _placements(
    mapping: Mapping, parts: dict[str, RawTable], warnings: list[Caution]
) -> dict[str, pd.Series]:
    """For each further part: its row that belongs to each row of the base, missing where there is none."""
    import pandas as pd

    base = mapping.parts[0]
    identifiers = {name: _identifiers(_part(mapping, name), table) for name, table in parts.items()}
    first = identifiers[base.name]
    placed = {}
    for name, own in identifiers.items():
        if name == base.name:
            continue
        rows = pd.Series(own.index, index=own.to_numpy())
        if len(rows.index) != rows.index.nunique():
            twice = own[own.duplicated(keep=False)]
            listed = ", ".join(map(str, twice.index[twice == twice.iloc[0]]))
            raise TableError(
                f"the patient {twice.iloc[0]} stands in rows {listed}.",
                f"{parts[name].label}, column {own.name}",
                "One row a patient: the rows cannot be joined otherwise.",
            )
        placed[name] = rows.reindex(first.to_numpy())
        lone = own[~own.isin(first)]
        if len(lone):
            shown = ", ".join(f"{patient} (row {row})" for row, patient in list(lone.items())[:SHOWN])
            warnings.append(
                Caution(
                    code="patient-not-in-base",
                    message=f"{len(lone)} patients of the part {name} are not in {base.name}, and left out: "
                    f"{shown}.",
                )
            )
    if len(parts) > 1 and first.duplicated().any():
        twice = first[first.duplicated(keep=False)]
        raise TableError(
            f"the patient {twice.iloc[0]} stands in several rows.",
            f"{parts[base.name].label}, column {first.name}",
            "One row a patient: the rows cannot be joined otherwise.",
        )
    return placed


def _identifiers(part: Part, table: RawTable) -> pd.Series:
    own = table.cells[_named(table, part.identifier)].astype("string")
    if own.isna().any():
        row = int(own.index[own.isna()][0])
        raise TableError("the row names no patient.", f"{table.label}, row {row}, column {part.identifier}")
    return own


def _typed(
    name: str, spec: ColumnSpec, source: pd.Series, mapping: Mapping, *, decimal_comma: bool
) -> tuple[pd.Series, list[CellProblem]]:
    reader = _reader(spec, decimal_comma=decimal_comma)
    kind = Kind.NUMBER if spec.cut else spec.kind
    marks = (*mapping.marks, *spec.missing)
    values, problems = translate(source, name, reader, marks, DTYPES[kind])
    if kind in (Kind.NUMBER, Kind.TIME):
        values = values.astype("float64")
        if spec.to_unit:
            values = values * (factor(spec.unit, spec.to_unit) or 1.0)
    return values, problems


def _reader(spec: ColumnSpec, *, decimal_comma: bool) -> Reader:
    if spec.codes:
        values: dict[str, Any] = dict(spec.codes)
        if spec.kind in (Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER):
            values = {code: None if value is None else _level(value) for code, value in values.items()}
        return Codes(values).reader()
    match spec.kind:
        case Kind.DATE:
            return as_date(spec.date_form)
        case Kind.YES_NO:
            return Codes(
                {"0": False, "1": True, "no": False, "yes": True, "false": False, "true": True}
            ).reader()
        case Kind.EVENT:
            return Codes({"0": 0, "1": 1, "no": 0, "yes": 1}).reader()
        case Kind.NUMBER | Kind.TIME:
            return NumberReader(spec.unit, decimal_comma=decimal_comma, possible=spec.possible)
    if spec.cut:
        return NumberReader(spec.unit, decimal_comma=decimal_comma, possible=spec.possible)
    if spec.levels:
        return Codes({level: level for level in spec.levels}).reader()
    return lambda text: (text, "", "")


def _level(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _categorical(spec: ColumnSpec, values: pd.Series) -> pd.Series:
    import numpy as np
    import pandas as pd

    if spec.kind is not Kind.CATEGORY:
        return values
    if spec.cut:
        limits = [-np.inf, *spec.cut, np.inf]
        return pd.Series(pd.cut(values, limits, right=False, labels=list(_cut_names(spec.cut))), values.index)
    coded = (_level(value) for value in spec.codes.values() if value is not None)
    levels = list(spec.levels) or list(dict.fromkeys(coded)) or level_order(values.dropna().unique())
    return pd.Series(pd.Categorical(values.astype(object), levels, ordered=True), values.index)


def _cut_names(limits: Sequence[float]) -> tuple[str, ...]:
    between = (f"{low:g} to <{high:g}" for low, high in pairwise(limits))
    return (f"<{limits[0]:g}", *between, f">={limits[-1]:g}")


def _inputs(spec: ColumnSpec) -> tuple[str, ...]:
    return tuple(spec.between or (key for case in spec.cases for key in case.when))


def _derived(spec: ColumnSpec, columns: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    import pandas as pd

    if spec.between is not None:
        start, end = (columns[name] for name in spec.between)
        return (end - start).dt.days.astype("float64")
    values = pd.Series(pd.NA, index, dtype="string")
    undecided = pd.Series(True, index)
    for case in spec.cases:
        holds, known = _case(case, columns, index)
        values = values.where(~(undecided & holds & known), case.level)
        # A case that cannot be decided leaves the row without a level: a later case could be wrong.
        undecided &= known & ~holds
    return _categorical(
        spec.model_copy(update={"levels": spec.levels or tuple(c.level for c in spec.cases)}), values
    )


def _case(case: Condition, columns: dict[str, pd.Series], index: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Whether a case holds, and whether that is known (also where one false condition decides it)."""
    import pandas as pd

    holds, known, refuted = (pd.Series(start, index) for start in (True, True, False))
    for name, stated in case.when.items():
        wanted = {_level(each) for each in (stated if isinstance(stated, tuple) else (stated,))}
        text = columns[name].map(_level, na_action="ignore").astype(object)
        met = text.isin(wanted)
        holds &= met
        known &= text.notna()
        refuted |= text.notna() & ~met
    return holds & ~refuted, known | refuted


def _variable(name: str, spec: ColumnSpec, values: pd.Series) -> Variable:
    import pandas as pd

    levels = spec.levels
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels = tuple(map(str, values.cat.categories))
    steps = []
    if spec.codes:
        steps.append("codes " + ", ".join(f"{code} = {_said(value)}" for code, value in spec.codes.items()))
    if spec.to_unit:
        steps.append(f"{spec.unit} x {factor(spec.unit, spec.to_unit):g} = {spec.to_unit}")
    if spec.cut:
        steps.append(
            "cut at " + ", ".join(f"{limit:g}" for limit in spec.cut) + ", each limit in the upper group"
        )
    if spec.between:
        steps.append(f"days from {spec.between[0]} to {spec.between[1]}")
    if spec.cases:
        steps.append("derived from " + ", ".join(dict.fromkeys(_inputs(spec))))
    unit = "d" if spec.between else spec.to_unit or spec.unit
    return Variable(
        name,
        spec.kind,
        spec.source or "",
        unit,
        levels,
        spec.definition,
        spec.endpoint,
        spec.origin,
        spec.event,
        "; ".join(steps),
    )


def _said(value: object) -> str:
    return "not known" if value is None else _level(value)


def _implausible(mapping: Mapping, frame: pd.DataFrame) -> list[Caution]:
    found = []
    for name, spec in mapping.columns.items():
        if name in frame and spec.plausible != (None, None):
            found += odd_values(name, frame[name], spec.plausible)
    return found


def _reading(mapping: Mapping, parts: dict[str, RawTable]) -> str:
    marks = ", ".join(mapping.marks) or "none"
    absent = [part.name for part in mapping.parts if part.name not in parts]
    left = f" The part {', '.join(absent)} was not given." if absent else ""
    return (
        f"Columns were read by the mapping {mapping.name}; empty cells and the marks {marks} count as "
        f"missing.{left}"
    )
