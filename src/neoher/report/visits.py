"""Visits as the report shows them: every exam stands in one, also where no visit was stated."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from neoher.record.case import Case
from neoher.record.exam import Exam
from neoher.report.numbers import NOT_KNOWN, date_range, short_date

__all__ = ["ReportVisit", "visits_of"]


@dataclass(frozen=True, slots=True)
class ReportVisit:
    """All exams of one time point."""

    label: str
    """The stated visit; the date, or the exam's id, where none was stated."""
    dates: str
    date: dt.date | None
    """The earliest stated date of its exams."""
    exams: tuple[Exam, ...]


def visits_of(case: Case) -> tuple[ReportVisit, ...]:
    """The visits of a record by date, those without a date last.

    Exams without a visit stand together by their day: which time point they belong to is not guessed.
    """
    stated = [
        ReportVisit(
            visit.label,
            date_range([exam.date for exam in visit.exams if exam.date]),
            visit.date,
            tuple(sorted(visit.exams, key=_by_date)),
        )
        for visit in case.visits()
    ]
    unstated = sorted((exam for exam in case.exams if exam.visit is None), key=_by_date)
    by_day = [
        ReportVisit(short_date(day), "visit not stated", day, tuple(exams))
        for day, exams in groupby(unstated, key=lambda exam: exam.date)
        if day is not None
    ]
    undated = [
        ReportVisit(exam.id, f"visit and date {NOT_KNOWN}", None, (exam,))
        for exam in unstated
        if exam.date is None
    ]
    return tuple(sorted([*stated, *by_day, *undated], key=lambda visit: visit.date or dt.date.max))


def _by_date(exam: Exam) -> dt.date:
    return exam.date or dt.date.max
