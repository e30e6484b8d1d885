"""Dose limits of T-DM1 and T-DXd: lung, liver, blood; each alert with its row, its numbers, its source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neoher.guidance.advice.content import Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.facts.conditions import is_lung_disease
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.safety import laboratory
from neoher.guidance.facts.treatments import drug_named
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.limits import DiseaseSetting, DoseAction, ToxicityLimits, ToxicityRow
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.record.safety import AdverseEvent, LaboratoryValue

__all__ = ["toxicity_alerts"]

CONJUGATES = {"T-DM1": "now_tdm1", "T-DXd": "now_tdxd"}
_NAMES = {
    "ALT": ("ALT", "ALAT", "GPT", "SGPT", "alanine aminotransferase"),
    "AST": ("AST", "ASAT", "GOT", "SGOT", "aspartate aminotransferase"),
    "bilirubin": ("bilirubin", "total bilirubin", "bilirubin total", "TBIL"),
    "platelets": ("platelets", "platelet count", "PLT", "thrombocytes"),
    "platelets grade 4": ("platelets", "platelet count", "PLT", "thrombocytes"),
    "neutrophils": ("neutrophils", "ANC", "neutrophil count", "absolute neutrophil count"),
    "neutropenia grade 4 or febrile neutropenia": ("neutrophils", "ANC", "neutrophil count"),
}
_PER_LITRE = {
    "10*9/l": 1.0,
    "10^9/l": 1.0,
    "x10^9/l": 1.0,
    "g/l": 1.0,
    "10*3/ul": 1.0,
    "10^3/ul": 1.0,
    "k/ul": 1.0,
    "/ul": 0.001,
    "1/ul": 0.001,
    "/mm3": 0.001,
    "10*6/l": 0.001,
}
"""Counts in 10^9 per litre; `G/L` is giga per litre."""
_ULN_UNITS = {"xuln", "uln", "[uln]", "x[uln]"}
_SEVERITY = {DoseAction.STOP: Severity.STOP, DoseAction.HOLD: Severity.STOP}
_SAME_DOSE_DAYS = 28


def toxicity_alerts(patient: Patient, sheet: Sheet, knowledge: Knowledge, gathered: Gathered) -> None:
    """Alerts of the tables for early disease, for the conjugate that is being given."""
    for drug, fact in CONJUGATES.items():
        tables = [
            each
            for each in knowledge.contents.toxicity_limits
            if each.drug == drug and each.setting is not DiseaseSetting.METASTATIC
        ]
        given = sheet[fact].value is True
        for table in tables:
            if table.event in _NAMES:
                if given:
                    gathered.alerts.extend(_of_laboratory(patient, table, gathered))
            else:
                gathered.alerts.extend(_of_events(patient, table, gathered, given=given))


def _of_laboratory(patient: Patient, table: ToxicityLimits, gathered: Gathered) -> Iterator[Alert]:
    names = _NAMES[table.event]
    decides = f"dose of {table.drug} ({table.event.lower() if table.event == 'Bilirubin' else table.event})"
    found = laboratory(patient, *names)
    if found is None:
        gathered.miss("baseline_tests.laboratory", f"{names[0]} on the day of treatment", decides)
        return
    position, value = found
    path = f"baseline_tests.laboratory[{position}]"
    if value.date != patient.today:
        gathered.miss("baseline_tests.laboratory", f"{names[0]} on the day of treatment", decides)
    number = _in_unit(value, table.unit)
    if number is None:
        wanted = "upper_limit" if table.unit == "x ULN" else "unit"
        gathered.miss(f"{path}.{wanted}", f"{names[0]}: {wanted.replace('_', ' ')}", decides)
        return
    row = next(
        (each for each in table.rows if _row_holds(each, number, _times(patient, each, names, table))), None
    )
    if row is not None:
        _bar(gathered, table, row, f"{names[0]} {number:.3g} {table.unit}")
        yield _alert(
            table,
            row,
            {f"{names[0]} ({table.unit})": round(number, 4)},
            f"{names[0]} {number:.3g} {table.unit}",
        )


def _row_holds(row: ToxicityRow, number: float, times: int) -> bool:
    return (
        row.value is not None
        and row.value.holds(number)
        and (row.repeated_at_least is None or times >= row.repeated_at_least)
    )


def _times(patient: Patient, row: ToxicityRow, names: tuple[str, ...], table: ToxicityLimits) -> int:
    """How many recorded values lie in the row's range."""
    tests = patient.case.baseline_tests
    wanted = {name.lower() for name in names}
    values = [
        _in_unit(each, table.unit)
        for each in (tests.laboratory if tests else ())
        if each.name and each.name.lower() in wanted
    ]
    return sum(1 for each in values if each is not None and row.value is not None and row.value.holds(each))


def _in_unit(value: LaboratoryValue, unit: str) -> float | None:
    stated = re.sub(r"\s", "", value.unit).lower().replace("µ", "u").replace("μ", "u")
    if unit == "x ULN":
        if stated in _ULN_UNITS:
            return value.value
        return value.value / value.upper_limit if value.upper_limit else None
    factor = _PER_LITRE.get(stated)
    return None if factor is None else value.value * factor


def _of_events(
    patient: Patient, table: ToxicityLimits, gathered: Gathered, *, given: bool
) -> Iterator[Alert]:
    events = patient.case.adverse_events
    for position, event in enumerate(events if isinstance(events, tuple) else ()):
        if not _is_event(event, table.event) or not _concerns(patient, event, table.drug, given=given):
            continue
        if event.grade is None and any(row.grade is not None for row in table.rows):
            path = f"adverse_events[{position}].grade"
            gathered.miss(path, f"grade of {event.kind}", f"whether {table.drug} is held or stopped")
            gathered.bar(table.drug, f"{event.kind} of a grade that is not stated", for_good=False)
            yield _ungraded(table, event)
            continue
        for row in table.rows:
            if row.second_quantity is not None:
                continue  # what treatment did to it is not in the record
            if row.grade is None or (event.grade is not None and row.grade.holds(float(event.grade))):
                over = event.resolved is not None and event.resolved <= patient.today
                if row.action is DoseAction.HOLD and over:
                    yield _resumable(table, row, event)
                    break
                if row.action is DoseAction.HOLD:
                    path = f"adverse_events[{position}].resolved"
                    gathered.miss(path, f"when {event.kind} was over", f"when {table.drug} may be resumed")
                _bar(gathered, table, row, f"{event.kind} grade {event.grade or 'not stated'}")
                yield _alert(
                    table,
                    row,
                    {"grade": event.grade},
                    f"{event.kind} grade {event.grade or 'not stated'}",
                    event,
                )
                break


def _is_event(event: AdverseEvent, named: str) -> bool:
    if named == "ILD":
        return is_lung_disease(event.kind)
    return bool(event.kind) and named.lower() in (event.kind or "").lower()


def _concerns(patient: Patient, event: AdverseEvent, drug: str, *, given: bool) -> bool:
    """Whether an event is attributed to the drug, or came while it is given and names no drug."""
    if event.drug is None:
        return given
    return drug_named(event.drug, patient.knowledge) == drug


def _alert(
    table: ToxicityLimits,
    row: ToxicityRow,
    numbers: dict[str, float | int | None],
    what: str,
    event: AdverseEvent | None = None,
) -> Alert:
    words = {DoseAction.STOP: "stop for good", DoseAction.HOLD: "hold", DoseAction.CONTINUE: "go on"}
    parts = [f"{table.drug}, {what}: {words[row.action]}"]
    if row.until:
        parts.append(f"until {row.until}")
    then = _then(row, event)
    if then:
        parts.append(f"then {then}")
    if row.treat:
        parts.append(row.treat)
    return Alert(
        code=f"{_slug(table.event)}-{row.action}",
        text=", ".join(parts).replace(">=", "≥").replace("<=", "≤") + ".",
        severity=_SEVERITY.get(row.action, Severity.WATCH),
        rule=f"{table.title}: {row.says}",
        numbers=dict(numbers),
        sources=table.sources,
        verification=str(table.verification),
    )


def _bar(gathered: Gathered, table: ToxicityLimits, row: ToxicityRow, what: str) -> None:
    if row.action in {DoseAction.HOLD, DoseAction.STOP}:
        gathered.bar(table.drug, what, for_good=row.action is DoseAction.STOP)


def _resumable(table: ToxicityLimits, row: ToxicityRow, event: AdverseEvent) -> Alert:
    """An event that held the drug and is over."""
    return Alert(
        code=f"{_slug(table.event)}-resume",
        text=f"{table.drug}, {event.kind} grade {event.grade} is over since {event.resolved}: "
        f"the drug may be resumed, {_then(row, event) or 'by its table'}.",
        severity=Severity.ACT,
        rule=f"{table.title}: {row.says}",
        numbers={"grade": event.grade},
        sources=table.sources,
        verification=str(table.verification),
    )


def _then(row: ToxicityRow, event: AdverseEvent | None) -> str | None:
    """The next dose; after grade 1 ILD by the days it took to resolve, where both days are stated."""
    if row.then and "28 days" in row.then and event and event.date and event.resolved:
        days = (event.resolved - event.date).days
        return f"{'same dose' if days <= _SAME_DOSE_DAYS else 'one level less'} (resolved after {days} days)"
    return row.then


def _ungraded(table: ToxicityLimits, event: AdverseEvent) -> Alert:
    return Alert(
        code=f"{_slug(table.event)}-hold",
        text=f"{table.drug}, {event.kind} of a grade that is not stated: hold until graded; from grade 2 "
        "on ILD stops T-DXd for good, and any grade stops T-DM1."
        if table.event == "ILD"
        else f"{table.drug}, {event.kind} of a grade that is not stated: grade it before the next dose.",
        severity=Severity.STOP,
        rule=f"{table.title}: {'; '.join(row.says for row in table.rows)}",
        numbers={"grade": None},
        sources=table.sources,
        verification=str(table.verification),
    )


def _slug(event: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", event.lower()).strip("-")
