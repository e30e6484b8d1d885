"""Therapy and follow-up of one cancer: regimen, dates, and the endpoints, each with its own beginning.

Endpoints by STEEP 2.0 (doi:10.1200/JCO.20.03613, given from memory and not opened: unverified): event-free
survival counts from the start of neoadjuvant therapy, invasive disease-free survival from surgery. They are
never mixed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from neoher.record.case import Case
from neoher.record.column_kind import Kind
from neoher.record.lesion import Cancer
from neoher.record.surgery import LifeStatus, OutcomeEvent
from neoher.record.treatment import Setting, StopReason, Treatment
from neoher.response.case_columns.declared import Cell, Declared
from neoher.response.case_columns.tissue import surgery_of

__all__ = ["COLUMNS", "follow_up_cells", "neoadjuvant"]

_START, _SURGERY = "start of neoadjuvant therapy", "surgery"

COLUMNS = {
    "age_years": Declared(
        Kind.NUMBER, "year of the first therapy less year of birth: one above the age for some", "years"
    ),
    "menopause": Declared(
        Kind.CATEGORY,
        "menopausal status before therapy",
        levels=("premenopausal", "perimenopausal", "postmenopausal"),
    ),
    "regimen": Declared(Kind.CATEGORY, "neoadjuvant regimens in their order, as stated"),
    "neoadjuvant_start": Declared(Kind.DATE, "first day of neoadjuvant therapy"),
    "surgery_date": Declared(Kind.DATE, "day of the operation"),
    "os_days": Declared(
        Kind.TIME,
        "to death of any cause or the day last seen",
        "d",
        endpoint="OS",
        origin=_START,
        event="os_event",
    ),
    "os_event": Declared(Kind.EVENT, "death of any cause", levels=("censored", "dead"), endpoint="OS"),
    "efs_days": Declared(
        Kind.TIME,
        "to progression before surgery, recurrence, second primary, death or the day last seen",
        "d",
        endpoint="EFS",
        origin=_START,
        event="efs_event",
    ),
    "efs_event": Declared(
        Kind.EVENT,
        "progression, recurrence, second primary or death",
        levels=("censored", "event"),
        endpoint="EFS",
    ),
    "idfs_days": Declared(
        Kind.TIME,
        "to recurrence, second primary, death or the day last seen",
        "d",
        endpoint="iDFS",
        origin=_SURGERY,
        event="idfs_event",
    ),
    "idfs_event": Declared(
        Kind.EVENT, "recurrence, second primary or death", levels=("censored", "event"), endpoint="iDFS"
    ),
}


def follow_up_cells(case: Case, cancer: Cancer | None) -> dict[str, Cell]:
    """The cells of therapy and follow-up; an endpoint without beginning, end or events is not known."""
    surgery = surgery_of(case, cancer)
    operated = surgery.date if surgery else None
    before = list(neoadjuvant(case, cancer))
    start = min((each.start for each in before if each.start is not None), default=None)
    names = dict.fromkeys(each.regimen or " + ".join(each.drugs) for each in before)
    cells: dict[str, Cell] = {
        "menopause": str(case.patient.menopause) if case.patient.menopause else None,
        "regimen": " then ".join(name for name in names if name) or None,
        "neoadjuvant_start": start,
        "surgery_date": operated,
    }
    if case.patient.birth_year is not None and start is not None:
        cells["age_years"] = float(start.year - case.patient.birth_year)
    progressed = [each.end for each in before if each.ended_because is StopReason.PROGRESSION]
    cells |= _endpoint("os", case, start, [])
    if (events := _events(case)) is not None:
        cells |= _endpoint("efs", case, start, [*progressed, *(event.date for event in events)])
        cells |= _endpoint("idfs", case, operated, [event.date for event in events])
    return cells


def neoadjuvant(case: Case, cancer: Cancer | None) -> Iterator[Treatment]:
    """Treatment before surgery: stated as neoadjuvant, or begun before the operation of this cancer."""
    surgery = surgery_of(case, cancer)
    operated = surgery.date if surgery else None
    for each in sorted(case.treatment, key=lambda treatment: str(treatment.start or "9999")):
        if each.setting is Setting.NEOADJUVANT or (
            each.setting is None and (operated is None or (each.start is not None and each.start < operated))
        ):
            yield each


def _events(case: Case) -> tuple[OutcomeEvent, ...] | None:
    """The events after therapy; none where that is stated; None where it is not known."""
    if case.outcome is None or case.outcome.events is None:
        return None
    return () if isinstance(case.outcome.events, str) else case.outcome.events


def _endpoint(
    name: str, case: Case, origin: dt.date | None, events: Iterable[dt.date | None]
) -> dict[str, Cell]:
    """Time and event of one endpoint; nothing where a date that decides it is not known."""
    outcome = case.outcome
    dates = list(events)
    if outcome is None or origin is None or None in dates:
        return {}
    died = outcome.died
    if outcome.status is LifeStatus.DEAD and died is None:
        return {}
    ends = [date for date in (*dates, died) if date is not None]
    if not ends and outcome.status is None:
        return {}
    end = min(ends, default=outcome.last_seen)
    if end is None:
        return {}
    return {f"{name}_days": float((end - origin).days), f"{name}_event": int(bool(ends))}
