"""Dates of exams: injection before scan, visits in their order, clips before surgery."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

from neoher.record.case import Case, Visit
from neoher.record.chronology.problem import Problem, entry_path, implausible, impossible
from neoher.record.exam import Exam, MgExam, MrExam, NmExam, PtExam
from neoher.record.lesion import LesionKind

__all__ = ["exam_problems"]

_SHORT_LIVED = re.compile(r"\b(18-?F|F-?18|68-?Ga|Ga-?68|11-?C|C-?11)\b|18F|68Ga|11C", re.IGNORECASE)
_LONGEST_UPTAKE_DAYS = 14
"""More than four half-lives of 89Zr (78.41 h): 5 % of the activity is left."""


def exam_problems(case: Case) -> Iterator[Problem]:
    """Dates of exams, injections and clips that do not go together."""
    for exam in case.exams:
        yield from _injections(exam)
    yield from _visits(case)
    yield from _baseline(case)
    yield from _after_surgery(case)


def _injections(exam: Exam) -> Iterator[Problem]:
    path = f"exams[{exam.id}]"
    if isinstance(exam, PtExam | NmExam) and exam.injected_at is not None:
        if exam.residual_at is not None and exam.residual_at < exam.injected_at:
            message = f"the syringe's residual of {exam.id} is timed before the injection."
            yield impossible(message, f"{path}.residual_at", f"{path}.injected_at")
        if exam.date is not None:
            yield from _uptake(exam, (exam.date - exam.injected_at.date()).days, path)
    if isinstance(exam, MrExam | MgExam) and exam.contrast_injected_at is not None and exam.date is not None:
        apart = abs((exam.contrast_injected_at.date() - exam.date).days)
        day = exam.contrast_injected_at.date()
        message = f"contrast for {exam.name} was injected on {day}, not on {exam.date}."
        if apart > 1:
            yield impossible(message, f"{path}.contrast_injected_at", f"{path}.date")
        elif apart == 1:
            yield implausible(message, f"{path}.contrast_injected_at", f"{path}.date")


def _uptake(exam: PtExam | NmExam, days: int, path: str) -> Iterator[Problem]:
    where = (f"{path}.date", f"{path}.injected_at")
    if days < 0:
        yield impossible(f"{exam.name} on {exam.date} lies before its tracer was injected.", *where)
    elif days > _LONGEST_UPTAKE_DAYS or (days > 1 and exam.tracer and _SHORT_LIVED.search(exam.tracer)):
        tracer = exam.tracer or "the tracer"
        yield implausible(f"{exam.name} was taken {days} days after {tracer} was injected.", *where)


def _numbered(case: Case) -> list[Visit]:
    """Dated visits T0, T1 … in the order of their numbers."""
    counted = []
    for visit in case.visits():
        number = re.fullmatch(r"T([0-9]{1,3})", visit.label)
        if number and visit.date:
            counted.append((int(number[1]), visit))
    return [visit for _, visit in sorted(counted, key=lambda pair: pair[0])]


def _visits(case: Case) -> Iterator[Problem]:
    numbered = _numbered(case)
    for earlier, later in pairwise(numbered):
        last, first = _dated(earlier)[-1], _dated(later)[0]
        if earlier.date is None or later.date is None or last.date is None or last.date <= later.date:
            continue
        paths = (f"exams[{last.id}].date", f"exams[{first.id}].date")
        remedy = "Correct the visit or the date."
        if later.date < earlier.date:
            message = f"visit {later.label} begins on {later.date}, before {earlier.label} on {earlier.date}."
            yield impossible(message, *paths, remedy=remedy)
        else:
            message = f"{last.name} on {last.date} lies after visit {later.label} began on {later.date}."
            yield implausible(message, *paths, remedy=remedy)


def _dated(visit: Visit) -> list[Exam]:
    return sorted((exam for exam in visit.exams if exam.date), key=lambda exam: exam.date or dt.date.min)


def _baseline(case: Case) -> Iterator[Problem]:
    starts = [(treatment.start, at) for at, treatment in enumerate(case.treatment) if treatment.start]
    if not starts:
        return
    start, at = min(starts)
    for exam in case.exams:
        if exam.visit == "T0" and exam.date and exam.date > start:
            message = f"{exam.name} on {exam.date} is called baseline, and therapy began on {start}."
            yield implausible(message, f"exams[{exam.id}].date", f"treatment[{at}].start")


def _after_surgery(case: Case) -> Iterator[Problem]:
    """What cannot be marked or measured any more once it was taken out."""
    local = {LesionKind.PRIMARY, LesionKind.SATELLITE}
    for lesion in case.lesions:
        if lesion.kind not in local:
            continue
        cancer = case.cancer_of(lesion)
        operations = [
            (surgery.date, at)
            for at, surgery in enumerate(case.surgery)
            if surgery.date and case.cancer_of(surgery) is cancer
        ]
        if not operations:
            continue
        last, at = max(operations)
        surgery_path = entry_path(case, "surgery", at, "date")
        if isinstance(lesion.clip, dt.date) and lesion.clip > last:
            message = f"the clip of {lesion.id} is dated {lesion.clip}, after surgery on {last}."
            yield impossible(message, f"lesions[{lesion.id}].clip", surgery_path)
        for exam, finding in case.findings_of(lesion.id):
            if exam.date and exam.date > last and finding.longest_mm is not None:
                message = f"{lesion.id} is measured on {exam.date} ({exam.name}), after surgery on {last}."
                yield implausible(message, f"exams[{exam.id}].date", surgery_path)
