"""What each scan is for: every one on record, and those that are to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoher.guidance.facts import cancers_of, facts_of
from neoher.guidance.facts.course import AFTER_SURGERY, BEFORE_SURGERY, BEFORE_THERAPY, UNDER_THERAPY
from neoher.guidance.facts.treatments import treatments_of
from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.kinds.imaging import Need, ScheduledExam
from neoher.record.case import Case
from neoher.record.exam import Exam, ExamPurpose, Modality
from neoher.record.lesion import LesionKind
from neoher.report.numbers import long_date, short_date
from neoher.report.patient.heart import next_heart_check
from neoher.report.patient.words import exam_in_words
from neoher.report.section import Section, Table, TableCell
from neoher.report.sections.advice import advice_of
from neoher.report.words import capitalised

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["purpose_of", "scans_section"]

EARLY_DAYS = 35
"""An MRI up to five weeks after the first dose is the early one (our limit; the schedule says 3 weeks)."""
_START, _EARLY, _MID, _END, _AFTER = "T0", "T1", "mid", "preop", "postop"
_STAGING = {Modality.CT, Modality.NM, Modality.PT, Modality.DX}
_TERMS = {
    Modality.MR: "term.MRI",
    Modality.MG: "term.MG",
    Modality.US: "term.US",
    Modality.PT: "term.FDG-PET",
}
_NEEDS = {
    Need.MANDATORY: "needed",
    Need.USUAL: "usual",
    Need.OPTIONAL: "sometimes",
    Need.IF_SUSPECTED: "only if there is a reason",
}
_WHEN = {
    "T0": "before treatment starts",
    "mid": "during treatment",
    "pre-operative": "before the operation",
    "post-operative": "after the operation",
}
_TO_COME = {
    BEFORE_THERAPY: ("T0", "mid", "pre-operative"),
    UNDER_THERAPY: ("mid", "pre-operative"),
    BEFORE_SURGERY: ("pre-operative",),
    AFTER_SURGERY: (),
}
_NAMES = {
    "MG": "Mammogram",
    "US": "Ultrasound of breast and armpit",
    "MR": "MRI",
    "clip-primary": "Marker in the tumour",
    "clip-node": "Marker in the lymph node",
    "staging": "Scans of the whole body",
}


@dataclass(frozen=True, slots=True)
class _Course:
    """The days that divide the course; None where they are not recorded."""

    started: dt.date | None
    ended: dt.date | None
    operated: dt.date | None


def scans_section(findings: Findings) -> Section:
    """Both tables; where no scan is recorded, that is said."""
    knowledge = load_knowledge()
    exams = sorted(findings.case.exams, key=lambda each: each.date or dt.date.max)
    to_come = tuple(_to_come(findings, knowledge))
    tables = [_done(findings.case, exams, knowledge)] if exams else []
    if to_come:
        tables.append(Table("Checks to come", ("What", "When", "What it is for"), to_come))
    none = ("No scan is recorded.",) if not exams else ()
    later = () if to_come else ("No further check follows from the record. Ask your team what comes next.",)
    return Section(
        id="scans",
        title="Your scans, and what each is for",
        introduction=(*none, *later),
        tables=tuple(tables),
    )


def _done(case: Case, exams: Sequence[Exam], knowledge: Knowledge) -> Table:
    rows = tuple(
        (
            TableCell(short_date(each.date)),
            TableCell(capitalised(exam_in_words(each))),
            TableCell(purpose_of(case, each, knowledge)),
        )
        for each in exams
    )
    return Table("Scans on record", ("Day", "Scan", "What it was for"), rows)


def purpose_of(case: Case, exam: Exam, knowledge: Knowledge) -> str:
    """What a scan is for, in the words of the schedule; else what such a scan shows; else whom to ask."""
    scheduled = knowledge.schedule.get(_scheduled(case, exam, knowledge))
    if scheduled is not None:
        return scheduled.patient
    term = knowledge.terms.get(_TERMS.get(Modality(exam.modality), "") if exam.modality else "")
    return term.patient if term else "Ask your team what this scan was for."


def _scheduled(case: Case, exam: Exam, knowledge: Knowledge) -> str:
    """The id of the scheduled examination that it is; empty where the schedule has none."""
    if exam.modality is None or (exam.date is None and exam.purpose is None):
        return ""
    if exam_in_words(exam).startswith("HER2"):
        return "exam.T0.HER2-PET"
    modality = Modality(exam.modality)
    time = _time(_course(case, knowledge), exam)
    if modality in _STAGING:
        staging = time == _START or exam.purpose is ExamPurpose.STAGING
        return "exam.T0.staging" if staging else ""
    if time == _EARLY and modality is not Modality.MR:
        time = _MID
    return f"exam.{time}.{modality}"


def _course(case: Case, knowledge: Knowledge) -> _Course:
    before = [each for each in treatments_of(case, knowledge, case.surgery) if each.before_surgery]
    ends = [each.last_dose for each in before if each.last_dose]
    return _Course(
        started=min((each.start for each in before if each.start), default=None),
        ended=max(ends) if len(ends) == len(before) and ends else None,
        operated=min((each.date for each in case.surgery if each.date), default=None),
    )


def _time(course: _Course, exam: Exam) -> str:
    """Which part of the course an exam lies in, by its stated purpose, else by its day."""
    if exam.purpose is ExamPurpose.BEFORE_SURGERY:
        return _END
    if exam.date is None or (course.started is None and course.operated is None):
        return _START
    if course.operated is not None and exam.date >= course.operated:
        return _AFTER
    if course.started is None or exam.date <= course.started:
        return _START
    if course.ended is not None and exam.date >= course.ended:
        return _END
    return _EARLY if (exam.date - course.started).days <= EARLY_DAYS else _MID


def _to_come(findings: Findings, knowledge: Knowledge) -> Iterator[tuple[TableCell, ...]]:
    """What the schedule has for the rest of her course and the record does not have yet."""
    advice, _ = advice_of(findings)
    if not advice.out_of_scope:
        phase = facts_of(cancers_of(findings.case, knowledge, findings.today)[0])["phase"].value
        done = {_scheduled(findings.case, each, knowledge) for each in findings.case.exams}
        done |= set(_clips(findings.case))
        for each in knowledge.contents.schedule:
            if each.visit in _TO_COME.get(str(phase), ()) and each.id not in done and each.need in _NEEDS:
                yield _scheduled_row(each)
    due = next_heart_check(findings)
    if due is not None:
        date, past = due
        yield (
            TableCell("Heart check"),
            TableCell(f"{long_date(date)}", note="this day is past: ask for a new one" if past else ""),
            TableCell("It shows whether the heart still pumps well under treatment."),
        )


def _clips(case: Case) -> Iterator[str]:
    for lesion in case.lesions:
        if isinstance(lesion.clip, dt.date):
            if lesion.kind is LesionKind.PRIMARY:
                yield "exam.T0.clip-primary"
            if lesion.kind is LesionKind.NODE:
                yield "exam.T0.clip-node"


def _scheduled_row(each: ScheduledExam) -> tuple[TableCell, ...]:
    name = _NAMES.get(each.id.rpartition(".")[2], each.exam)
    return (
        TableCell(name),
        TableCell(_WHEN.get(each.visit, each.visit), note=_NEEDS[each.need]),
        TableCell(each.patient),
    )
