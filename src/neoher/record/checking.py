"""Checking a record: what it holds, what cannot be, what is missing and why that matters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from neoher.errors import RecordError
from neoher.record.case import Case
from neoher.record.chronology.timeline import Problem, Severity, timeline, timeline_problems
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.gaps.completeness import missing_facts
from neoher.record.gaps.missing_fact import Importance
from neoher.record.reading.case_file import Places, read_with_places

__all__ = ["CheckedCase", "NotStated", "PointedOut", "check_case", "read_sound_case"]


class PointedOut(Frozen):
    """Dates that hardly go together."""

    message: str
    paths: tuple[str, ...]
    remedy: str


class NotStated(Frozen):
    """A fact that the record does not state."""

    path: str
    what: str
    why: str
    importance: Importance


class CheckedCase(Frozen):
    """What a sound record holds, and what it leaves open."""

    file: str
    patient: str
    cancers: int
    lesions: int
    specimens: int
    exams: int
    visits: tuple[str, ...]
    """Time points by date."""
    exams_with_images: int
    findings: int
    dated_facts: int
    implausible: tuple[PointedOut, ...]
    missing: tuple[NotStated, ...]
    """Essential facts first."""


def check_case(path: Path, today: dt.date | None = None) -> Conclusion[CheckedCase]:
    """Read the record at `path` (case folder or file) and look at its dates and at what it leaves out.

    `today`: dates after it cannot be; without it the future is not looked at.
    Raises: RecordError where the record cannot be read, or holds dates that cannot be.
    """
    case, places = read_with_places(path)
    problems = timeline_problems(case, today)
    impossible = [problem for problem in problems if problem.severity is Severity.IMPOSSIBLE]
    if impossible:
        raise _cannot_be(impossible, places)
    checked = _checked(case, places.file, problems)
    return Conclusion(
        value=checked,
        because=(
            Step(
                step="The record was read.", rule="Form of case.yaml, version 1", inputs={"file": places.file}
            ),
            Step(
                step=f"{checked.dated_facts} dated facts were held against each other.",
                rule="Order of care: biopsy, therapy, restaging, surgery; a day is never before itself",
            ),
            Step(
                step=f"{len(checked.missing)} facts that matter at this stage are not stated.",
                rule="Left out is not known: never zero, negative or normal",
            ),
        ),
        missing=tuple(dict.fromkeys(fact.path for fact in checked.missing)),
        warnings=tuple(
            Caution(code="implausible-dates", message=f"{pointed.message} {pointed.remedy}")
            for pointed in checked.implausible
        ),
    )


def read_sound_case(path: Path) -> Case:
    """The record at `path`, for what is concluded from it as a whole.

    Raises: RecordError where it cannot be read, or holds dates or counts that cannot be; the future is not
    looked at.
    """
    case, places = read_with_places(path)
    impossible = [each for each in timeline_problems(case) if each.severity is Severity.IMPOSSIBLE]
    if impossible:
        raise _cannot_be(impossible, places)
    return case


def _checked(case: Case, file: str, problems: tuple[Problem, ...]) -> CheckedCase:
    return CheckedCase(
        file=file,
        patient=case.patient.id,
        cancers=len(case.cancers),
        lesions=len(case.lesions),
        specimens=len(case.specimens),
        exams=len(case.exams),
        visits=tuple(visit.label for visit in case.visits()),
        exams_with_images=sum(exam.images is not None for exam in case.exams),
        findings=sum(len(exam.findings) for exam in case.exams),
        dated_facts=len(timeline(case)),
        implausible=tuple(
            PointedOut(message=problem.message, paths=problem.paths, remedy=problem.remedy)
            for problem in problems
            if problem.severity is Severity.IMPLAUSIBLE
        ),
        missing=tuple(
            NotStated(path=fact.path, what=fact.what, why=fact.why, importance=fact.importance)
            for fact in missing_facts(case)
        ),
    )


def _cannot_be(problems: list[Problem], places: Places) -> RecordError:
    if len(problems) == 1:
        only = problems[0]
        others = f" See also {', '.join(only.paths[1:])}." if only.paths[1:] else ""
        return RecordError(only.message, places.place(only.paths[0]), f"{only.remedy}{others}")
    listed = [
        f"  {places.place(problem.paths[0])}: {problem.message} {problem.remedy}" for problem in problems
    ]
    what = "\n".join([f"{len(problems)} dates cannot be.", *listed])
    return RecordError(what, places.file, "Nothing was concluded.")
