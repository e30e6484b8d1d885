"""Timeline: everything dated in a record, in order, and what cannot be true of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from neoher.record.case import Case
from neoher.record.chronology.course import course_problems
from neoher.record.chronology.exams import exam_problems
from neoher.record.chronology.problem import Problem, Severity, entry_path, implausible, impossible
from neoher.record.exam import Exam, NmExam, PtExam
from neoher.record.surgery import LifeStatus, Restaging
from neoher.record.treatment import Dose, Treatment

__all__ = ["Event", "EventKind", "Problem", "Severity", "timeline", "timeline_problems"]

_YOUNGEST, _OLDEST = 15, 110
"""Ages in years outside of which a birth year is pointed out as probably mistyped."""


class EventKind(StrEnum):
    """What kind of thing happened, in the order in which things of one day are listed."""

    DIAGNOSIS = "diagnosis"
    BIOPSY = "biopsy"
    CLIP = "clip"
    TEST = "test"
    HEART = "heart"
    INJECTION = "injection"
    EXAM = "exam"
    TREATMENT_START = "treatment start"
    DOSE = "dose"
    ADVERSE_EVENT = "adverse event"
    TREATMENT_END = "treatment end"
    RESTAGING = "restaging"
    SURGERY = "surgery"
    OUTCOME = "outcome"
    LAST_SEEN = "last seen"
    DEATH = "death"


@dataclass(frozen=True, slots=True)
class Event:
    """One dated fact."""

    date: dt.date
    kind: EventKind
    text: str
    """What happened, for a reader."""
    path: str
    """Where it stands in the record."""


def timeline(case: Case) -> tuple[Event, ...]:
    """Every dated fact of the record, by date; within a day in the order of EventKind."""
    order = list(EventKind)
    return tuple(sorted(_events(case), key=lambda event: (event.date, order.index(event.kind))))


def _events(case: Case) -> Iterator[Event]:
    yield from _tissue_events(case)
    for exam in case.exams:
        yield from _exam_events(exam)
    for position, treatment in enumerate(case.treatment):
        yield from _treatment_events(treatment, f"treatment[{position}]")
    yield from _safety_events(case)
    yield from _later_events(case)


def _tissue_events(case: Case) -> Iterator[Event]:
    for cancer in case.cancers:
        if cancer.diagnosed:
            text = f"Diagnosis of cancer {cancer.id}" + (f", {cancer.side} breast" if cancer.side else "")
            yield Event(cancer.diagnosed, EventKind.DIAGNOSIS, text, f"cancers[{cancer.id}].diagnosed")
    for specimen in case.specimens:
        if specimen.date:
            kind = str(specimen.kind).replace("-", " ") if specimen.kind else "specimen"
            of = f" of {specimen.lesion}" if specimen.lesion else ""
            text = f"{kind[:1].upper()}{kind[1:]} {specimen.id}{of}"
            yield Event(specimen.date, EventKind.BIOPSY, text, f"specimens[{specimen.id}].date")
    for lesion in case.lesions:
        if isinstance(lesion.clip, dt.date):
            yield Event(
                lesion.clip, EventKind.CLIP, f"Clip placed in {lesion.id}", f"lesions[{lesion.id}].clip"
            )


def _exam_events(exam: Exam) -> Iterator[Event]:
    path = f"exams[{exam.id}]"
    if isinstance(exam, PtExam | NmExam) and exam.injected_at and exam.injected_at.date() != exam.date:
        activity = f", {exam.injected_mbq:g} MBq" if exam.injected_mbq is not None else ""
        text = f"{exam.tracer or 'Tracer'} injected{activity}"
        yield Event(exam.injected_at.date(), EventKind.INJECTION, text, f"{path}.injected_at")
    if exam.date:
        purpose = f" ({exam.purpose})" if exam.purpose else ""
        tracer = f", {exam.tracer}" if isinstance(exam, PtExam | NmExam) and exam.tracer else ""
        text = f"{exam.name[:1].upper()}{exam.name[1:]}{tracer}{purpose}"
        yield Event(exam.date, EventKind.EXAM, text, f"{path}.date")


def _treatment_events(treatment: Treatment, path: str) -> Iterator[Event]:
    name = treatment.regimen or ", ".join(treatment.drugs) or "Therapy"
    if treatment.start:
        planned = (
            f", {treatment.cycles_planned} cycles planned" if treatment.cycles_planned is not None else ""
        )
        yield Event(treatment.start, EventKind.TREATMENT_START, f"{name} begins{planned}", f"{path}.start")
    for index, dose in enumerate(treatment.doses):
        if dose.date:
            yield Event(dose.date, EventKind.DOSE, _dose_in_words(dose), f"{path}.doses[{index}].date")
    if treatment.end:
        why = f" ({treatment.ended_because})" if treatment.ended_because else ""
        yield Event(treatment.end, EventKind.TREATMENT_END, f"{name} ends{why}", f"{path}.end")


def _dose_in_words(dose: Dose) -> str:
    amounts = ((dose.mg, "mg"), (dose.mg_per_kg, "mg/kg"), (dose.mg_per_m2, "mg/m2"))
    stated = [f"{amount:g} {unit}" for amount, unit in amounts if amount is not None]
    stated += [f"AUC {dose.auc:g}"] if dose.auc is not None else []
    return " ".join([dose.drug or "Dose of an unstated drug", *stated[:1]])


def _safety_events(case: Case) -> Iterator[Event]:
    for position, heart in enumerate(case.heart):
        if heart.date:
            value = f"{heart.lvef_percent:g} %" if heart.lvef_percent is not None else "not stated"
            method = f" ({heart.method})" if heart.method else ""
            yield Event(heart.date, EventKind.HEART, f"LVEF {value}{method}", f"heart[{position}].date")
    if case.baseline_tests:
        if case.baseline_tests.date:
            yield Event(case.baseline_tests.date, EventKind.TEST, "Baseline tests", "baseline_tests.date")
        for position, test in enumerate(case.baseline_tests.laboratory):
            if test.date:
                text = f"{test.name or 'Laboratory value'} {test.value:g} {test.unit}"
                path = f"baseline_tests.laboratory[{position}].date"
                yield Event(test.date, EventKind.TEST, text, path)
    if isinstance(case.adverse_events, tuple):
        for position, event in enumerate(case.adverse_events):
            if event.date:
                grade = f", grade {event.grade}" if event.grade else ""
                text = f"{event.kind or 'Adverse event'}{grade}"
                yield Event(event.date, EventKind.ADVERSE_EVENT, text, f"adverse_events[{position}].date")


def _later_events(case: Case) -> Iterator[Event]:
    for position, restaging in enumerate(case.restaging):
        if restaging.date:
            path = entry_path(case, "restaging", position, "date")
            yield Event(restaging.date, EventKind.RESTAGING, _restaging_in_words(restaging), path)
    for position, surgery in enumerate(case.surgery):
        if surgery.date:
            path = entry_path(case, "surgery", position, "date")
            yield Event(
                surgery.date, EventKind.SURGERY, f"Surgery: {surgery.procedure or 'not stated'}", path
            )
    if case.outcome is None:
        return
    events = case.outcome.events if isinstance(case.outcome.events, tuple) else ()
    for position, event in enumerate(events):
        if event.date:
            kind = str(event.kind or "event after therapy")
            site = f", {event.site}" if event.site else ""
            text = f"{kind[:1].upper()}{kind[1:]}{site}"
            yield Event(event.date, EventKind.OUTCOME, text, f"outcome.events[{position}].date")
    if case.outcome.last_seen:
        status = f", {case.outcome.status}" if case.outcome.status else ""
        yield Event(case.outcome.last_seen, EventKind.LAST_SEEN, f"Last seen{status}", "outcome.last_seen")
    if case.outcome.died:
        yield Event(case.outcome.died, EventKind.DEATH, "Death", "outcome.died")


def _restaging_in_words(restaging: Restaging) -> str:
    stated = (("ycT", restaging.ycT), ("ycN", restaging.ycN), ("ycM", restaging.ycM))
    categories = " ".join(f"{name}{value}" for name, value in stated if value is not None)
    return f"Restaging: {categories}" if categories else "Restaging"


def timeline_problems(case: Case, today: dt.date | None = None) -> tuple[Problem, ...]:
    """Dates that do not go together; what is impossible first.

    `today`: dates after it are impossible too; without it the future is not looked at.
    """
    found = [*_life(case), *course_problems(case), *exam_problems(case), *_safety(case)]
    if today is not None:
        found += [
            impossible(f"{event.text} is dated {event.date}, which is yet to come.", event.path)
            for event in timeline(case)
            if event.date > today
        ]
    return tuple(
        sorted(dict.fromkeys(found), key=lambda problem: problem.severity is not Severity.IMPOSSIBLE)
    )


def _life(case: Case) -> Iterator[Problem]:
    """Birth, being seen, death: everything else lies between."""
    events = timeline(case)
    born = case.patient.birth_year
    for event in events:
        if born is not None and event.date.year < born:
            message = f"{event.text} on {event.date} lies before the year of birth, {born}."
            yield impossible(message, event.path, "patient.birth_year")
    first = events[0] if events else None
    if born is not None and first and first.date.year >= born:
        age = first.date.year - born
        if not _YOUNGEST <= age <= _OLDEST:
            message = f"the patient would be about {age} years old on {first.date}."
            yield implausible(message, "patient.birth_year", first.path, remedy="Check the year of birth.")
    outcome = case.outcome
    if outcome is None:
        return
    if outcome.died and outcome.status is LifeStatus.ALIVE:
        message = f"the patient is stated as alive, with a date of death, {outcome.died}."
        yield impossible(message, "outcome.status", "outcome.died", remedy="Correct one of them.")
    for event in events:
        if outcome.died and event.date > outcome.died:
            message = f"{event.text} on {event.date} lies after death on {outcome.died}."
            yield impossible(message, event.path, "outcome.died")
        later = event.kind not in {EventKind.LAST_SEEN, EventKind.DEATH}
        if outcome.last_seen and event.date > outcome.last_seen and later:
            message = (
                f"{event.text} on {event.date} lies after the patient was last seen, {outcome.last_seen}."
            )
            if event.kind is EventKind.SURGERY:
                yield impossible(message, event.path, "outcome.last_seen")
            else:
                yield implausible(message, event.path, "outcome.last_seen")


def _safety(case: Case) -> Iterator[Problem]:
    starts = [(treatment.start, at) for at, treatment in enumerate(case.treatment) if treatment.start]
    start, at = min(starts) if starts else (None, 0)
    events = case.adverse_events if isinstance(case.adverse_events, tuple) else ()
    for position, event in enumerate(events):
        path = f"adverse_events[{position}]"
        if event.date and event.resolved and event.resolved < event.date:
            message = f"{event.kind or 'an adverse event'} is resolved on {event.resolved}, before it began."
            yield impossible(message, f"{path}.resolved", f"{path}.date")
        if start and event.date and event.date < start:
            message = (
                f"{event.kind or 'an adverse event'} on {event.date} lies before therapy began on {start}."
            )
            yield implausible(message, f"{path}.date", f"treatment[{at}].start")
    measured: dict[tuple[dt.date, str], float] = {}
    for position, heart in enumerate(case.heart):
        if heart.date is None or heart.lvef_percent is None:
            continue
        same = measured.setdefault((heart.date, str(heart.method)), heart.lvef_percent)
        if same != heart.lvef_percent:
            message = f"LVEF on {heart.date} is stated as {same:g} % and as {heart.lvef_percent:g} %."
            yield implausible(
                message, f"heart[{position}].lvef_percent", remedy="Keep one, or name the methods."
            )
