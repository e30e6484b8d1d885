"""Checks of a cohort: what no statistic may be made of, and what is odd but usable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from neoher.cohort.table.known import endpoint_of, known_column
from neoher.cohort.table.mapping import Mapping
from neoher.cohort.table.tidy import Cohort, Kind, Variable
from neoher.cohort.table.units import factor
from neoher.errors import InputError, TableError
from neoher.record.conclusion import Caution

if TYPE_CHECKING:
    import pandas as pd

    from neoher.cohort.table.cells import CellProblem
    from neoher.cohort.table.files.raw import RawTable

__all__ = [
    "check_cohort",
    "check_endpoint",
    "check_follow_up",
    "event_column_of",
    "odd_values",
    "refuse_cells",
    "unsaid_events",
]

MOST_NAMED = 8
ROWS_NAMED = 5
AFTER_DEATH = ("rfs", "dfs", "idfs", "efs", "pfs", "ddfs", "drfs", "rfi", "drfi")
"""Endpoints that end with death at the latest, so that none can be longer than survival."""


def refuse_cells(table: RawTable, problems: Sequence[CellProblem], patients: pd.Series | None = None) -> None:
    """Raise one TableError that names row and column of every cell that cannot be."""
    if not problems:
        return
    lines = []
    for problem in problems[:MOST_NAMED]:
        rows = ", ".join(map(str, problem.rows[:ROWS_NAMED]))
        more = f" and {len(problem.rows) - ROWS_NAMED} more" if len(problem.rows) > ROWS_NAMED else ""
        who = f" (patient {patients.loc[problem.rows[0]]})" if patients is not None else ""
        plural = "s" if len(problem.rows) > 1 else ""
        lines.append(
            f"row{plural} {rows}{more}, column {problem.column}{who}: {problem.text!r} {problem.what}."
        )
    if len(problems) > MOST_NAMED:
        lines.append(f"... and {len(problems) - MOST_NAMED} further entries.")
    remedies = dict.fromkeys(problem.remedy for problem in problems if problem.remedy)
    raise TableError(
        "no statistic is made of this table.\n  " + "\n  ".join(lines),
        table.label,
        " ".join(list(remedies)[:3]),
    )


def check_cohort(cohort: Cohort, mapping: Mapping | None = None) -> Cohort:
    """The cohort with its warnings.

    Raises: TableError where a follow-up time is negative or an event has no time.
    """
    warnings = list(cohort.warnings)
    times = [name for name, variable in cohort.variables.items() if variable.kind is Kind.TIME]
    for time in times:
        _refuse_negative(cohort, time)
        event = event_column_of(cohort, time)
        if event is not None:
            _refuse_event_without_time(cohort, time, event)
    if mapping is None:
        warnings += _plausible_by_name(cohort)
        warnings += _later_than_survival(cohort, times)
    else:
        for rule in mapping.orders:
            if all(name in cohort.variables for name in rule.not_after):
                warnings += _later(cohort, *rule.not_after, rule.code, rule.why)
    warnings += _response_against_burden(cohort)
    warnings += _repeated_patients(cohort)
    return replace(cohort, warnings=tuple(warnings))


def event_column_of(cohort: Cohort, time: str) -> str | None:
    """The event that belongs to a time: as the mapping states, else the one event of the same endpoint."""
    variable = cohort.variables[time]
    if variable.event:
        return variable.event
    endpoint = variable.endpoint.casefold()
    events = [
        name
        for name, other in cohort.variables.items()
        if other.kind is Kind.EVENT and endpoint and other.endpoint.casefold() == endpoint
    ]
    return events[0] if len(events) == 1 else None


def check_endpoint(cohort: Cohort, time: str, event: str) -> None:
    """Refuse a time and an event of two endpoints, such as RFS with the deaths of OS.

    Raises: InputError naming both.
    """
    first, second = cohort.variable(time, "--time"), cohort.variable(event, "--event")
    if first.event and first.event != event:
        raise InputError(
            f"the event of {time} is {first.event}, not {event}.", "--event", f"Give --event {first.event}."
        )
    ours, theirs = (
        variable.endpoint.casefold() or endpoint_of(variable.name) for variable in (first, second)
    )
    if ours and theirs and ours != theirs:
        raise InputError(
            f"{time} is a time of {ours.upper()} and {event} an event of {theirs.upper()}: two endpoints.",
            "--event",
            "Give the time and the event of one endpoint.",
        )


def _refuse_negative(cohort: Cohort, time: str) -> None:
    values = cohort.frame[time]
    negative = values.index[values < 0]
    if len(negative):
        _refuse(cohort, negative, time, lambda row: f"the time {values.loc[row]:g} is negative")


def check_follow_up(cohort: Cohort, time: str, event: str, causes: pd.Series) -> None:
    """Refuse a negative time, and an event without a time, in whatever columns hold them.

    Parameters: `causes`, row by row: 0 where the follow-up ended without an event.
    Raises: TableError naming row and column.
    """
    _refuse_negative(cohort, time)
    _refuse_rows_without_time(cohort, time, event, (causes > 0).fillna(False))


def unsaid_events(codes: pd.Series) -> bool:
    """Whether codes of events hold 2 and never 0: several programs write 1 for censored and 2 for dead."""
    found = set(codes.dropna().unique())
    return 2 in found and 0 not in found


def _refuse_event_without_time(cohort: Cohort, time: str, event: str) -> None:
    frame = cohort.frame
    if not cohort.variables[event].levels and unsaid_events(frame[event]):
        # Which of them is the event is asked for where it is needed.
        return
    _refuse_rows_without_time(cohort, time, event, (frame[event] > 0).fillna(False))


def _refuse_rows_without_time(cohort: Cohort, time: str, event: str, happened: pd.Series) -> None:
    rows = cohort.frame.index[happened & cohort.frame[time].isna()]
    if len(rows):
        _refuse(cohort, rows, time, lambda _: f"there is an event ({event}) and no time")


def _refuse(cohort: Cohort, rows: pd.Index, column: str, what: object) -> None:
    patients = cohort.patients()
    named = cohort.patient is not None
    listed = [
        f"{_cell(cohort, row, column)}{f' (patient {patients.loc[row]})' if named else ''}: {what(row)}."  # type: ignore[operator]
        for row in rows[:ROWS_NAMED]
    ]
    if len(rows) > ROWS_NAMED:
        listed.append(f"... and {len(rows) - ROWS_NAMED} more rows.")
    where = cohort.files[0].path if cohort.files else cohort.name
    if column in cohort.places:
        where = cohort.places[column].table
    raise TableError(
        "no statistic is made of this table.\n  " + "\n  ".join(listed),
        where,
        "Correct the cells, or mark them as missing together with their event.",
    )


def _cell(cohort: Cohort, row: int, column: str) -> str:
    """The cell where it stands; of one that is not there, the row that the cohort counts."""
    place = cohort.places.get(column)
    if place is None:
        return f"row {row}, column {column}"
    there = place.rows.dropna().get(row, row)
    return f"row {int(there)}, column {place.column}"


def _later_than_survival(cohort: Cohort, times: Iterable[str]) -> list[Caution]:
    by_endpoint = {cohort.variables[name].endpoint.casefold(): name for name in times}
    if "os" not in by_endpoint:
        return []
    found = []
    for endpoint in AFTER_DEATH:
        if endpoint in by_endpoint:
            found += _later(
                cohort,
                by_endpoint[endpoint],
                by_endpoint["os"],
                f"{endpoint}-after-os",
                f"{endpoint.upper()} cannot be longer than survival",
            )
    return found


def _later(cohort: Cohort, first: str, second: str, code: str, why: str) -> list[Caution]:
    one, other = cohort.variables[first], cohort.variables[second]
    scale = factor(one.unit, other.unit) if one.unit and other.unit else 1.0
    earlier, later = cohort.frame[first], cohort.frame[second]
    if one.kind is Kind.TIME:
        if scale is None:
            return []
        earlier = earlier * scale
    odd = cohort.frame.index[earlier > later]
    if not len(odd):
        return []
    pairs = cohort.frame.loc[odd[:ROWS_NAMED], [first, second]]
    shown = "; ".join(
        f"row {row}: {_shown(one, before)} after {_shown(other, after)}"
        for row, before, after in pairs.itertuples(name=None)
    )
    more = f" and {len(odd) - ROWS_NAMED} more" if len(odd) > ROWS_NAMED else ""
    message = f"{first} is later than {second} in {len(odd)} rows, used as they stand ({why}): {shown}{more}."
    return [Caution(code=code, message=message)]


def _shown(variable: Variable, value: object) -> str:
    return f"{value:g}" if variable.kind is Kind.TIME else str(value)[:10]


def odd_values(name: str, values: pd.Series, plausible: tuple[float | None, float | None]) -> list[Caution]:
    """A warning that names the values outside of what is plausible; they are used all the same."""
    low, high = plausible
    too_low = values < low if low is not None else values.isna() & False
    too_high = values > high if high is not None else values.isna() & False
    rows = values.index[too_low | too_high]
    if not len(rows):
        return []
    limits = " to ".join(("no limit" if limit is None else f"{limit:g}") for limit in plausible)
    listed = ", ".join(f"row {row}: {values.loc[row]:g}" for row in rows[:ROWS_NAMED])
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    message = f"column {name}: {len(rows)} values are outside {limits}, used as they stand: {listed}{more}."
    return [Caution(code="implausible-value", message=message)]


def _plausible_by_name(cohort: Cohort) -> list[Caution]:
    found = []
    for name, variable in cohort.variables.items():
        known = known_column(name)
        if known is not None and variable.kind is Kind.NUMBER and known.plausible != (None, None):
            found += odd_values(name, cohort.frame[name], known.plausible)
    return found


def _response_against_burden(cohort: Cohort) -> list[Caution]:
    """Rows in which a complete response stands beside residual burden, or the other way round."""
    kinds = {name: cohort.variables[name].kind for name in ("pcr", "rcb_class") if name in cohort.variables}
    if kinds != {"pcr": Kind.YES_NO, "rcb_class": Kind.CATEGORY}:
        return []
    response, burden = cohort.frame["pcr"], cohort.frame["rcb_class"]
    known = response.notna() & burden.notna()
    odd = cohort.frame.index[known & (response.fillna(False) != (burden == "0"))]
    if not len(odd):
        return []
    rows = ", ".join(map(str, odd[:ROWS_NAMED])) + (" and more" if len(odd) > ROWS_NAMED else "")
    message = f"in {len(odd)} rows pcr and rcb_class contradict each other, used as they stand: rows {rows}."
    return [Caution(code="pcr-against-rcb", message=message)]


def _repeated_patients(cohort: Cohort) -> list[Caution]:
    if cohort.patient is None:
        return []
    own = cohort.frame[cohort.patient]
    twice = own[own.duplicated(keep=False) & own.notna()]
    if twice.empty:
        return []
    rows = ", ".join(map(str, twice.index[twice == twice.iloc[0]][:ROWS_NAMED]))
    return [
        Caution(
            code="patient-repeated",
            message=f"{twice.nunique()} patients stand in more than one row, the first ({twice.iloc[0]}) in "
            f"rows {rows}: statistics count rows.",
        )
    ]
