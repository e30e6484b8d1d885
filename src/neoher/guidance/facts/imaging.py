"""Facts of imaging: which exams were done, what they show of response, where they disagree or mislead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.guidance.facts.course import operation_of
from neoher.guidance.facts.fact import Patient, Read, days_between, unknown
from neoher.record.exam import Exam, MgExam, Modality, MrExam
from neoher.record.finding import Calcifications, Finding, FindingState, MrFinding
from neoher.record.lesion import Lesion, LesionKind
from neoher.record.lexicon import CalcificationMorphology, MrFindingType
from neoher.record.treatment import StopReason

__all__ = ["imaging_facts"]

GROWTH_SHARE, GROWTH_MM = 0.20, 5.0
"""RECIST 1.1: 20 % and 5 mm above the smallest so far."""
END_OF_THERAPY_DAYS = 28
"""An exam counts as one at the end from so long before the last dose on (design decision)."""
DISAGREE_MM = 5.0
"""Modalities further apart than this disagree (design decision, after the band of Marinovich 2015)."""
_SECTIONAL = (Modality.MR, Modality.US, Modality.CT)
_SIZED = (Modality.MR, Modality.US, Modality.MG)
_PRIMARY = (LesionKind.PRIMARY, LesionKind.SATELLITE)


def imaging_facts(patient: Patient) -> dict[str, Read]:
    """Exams by visit, response on MRI, growth, calcifications, disagreement, age of the last MRI."""
    facts = {
        f"baseline_{name}": _done(patient, modality, baseline=True)
        for name, modality in (("mri", Modality.MR), ("mammogram", Modality.MG), ("ultrasound", Modality.US))
    }
    facts["ultrasound_under_therapy"] = _done(patient, Modality.US, baseline=False)
    facts["mri_under_therapy"] = _done(patient, Modality.MR, baseline=False)
    facts["others_at_end"] = _others_at_end(patient)
    facts["mri_response"] = _mri_response(patient)
    facts["progression"] = _progression(patient)
    facts["calcifications_before"] = _calcifications(patient, baseline=True)
    facts["calcifications_after"] = _calcifications(patient, baseline=False)
    facts["modalities_disagree"] = _disagree(patient)
    facts["days_since_last_mri"] = _days_since_mri(patient)
    facts["non_mass"] = _non_mass(patient)
    return facts


def _is_before(patient: Patient, exam: Exam) -> bool | None:
    """Whether an exam belongs to the time before therapy; None where that cannot be said."""
    start = patient.first_dose
    if exam.date is not None and start is not None:
        if exam.date > start:
            return False
        # A treatment without its first day may be the one that came first.
        if all(each.start for each in patient.before_surgery):
            return True
    if exam.visit is not None:
        return exam.visit.upper() == "T0"
    return True if not patient.before_surgery else None


def _exams(patient: Patient, *, baseline: bool) -> list[Exam]:
    operation = operation_of(patient)
    operated = operation[1].date if operation else None
    return [
        exam
        for exam in patient.case.exams
        if _is_before(patient, exam) is baseline
        and (operated is None or exam.date is None or exam.date <= operated)
    ]


def _done(patient: Patient, modality: Modality, *, baseline: bool) -> Read:
    done = [exam for exam in _exams(patient, baseline=baseline) if exam.modality is modality]
    if done:
        return Read(True, tuple(f"exams[{exam.id}]" for exam in done))
    unplaced = [e for e in patient.case.exams if e.modality is modality and _is_before(patient, e) is None]
    if unplaced:
        starts = (f"{each.path}.start" for each in patient.before_surgery if each.start is None)
        return unknown(*(f"exams[{exam.id}].date" for exam in unplaced if not exam.date), *starts)
    return Read(False, ("exams",), assumes=("exams",))


def _others_at_end(patient: Patient) -> Read:
    """Whether ultrasound and mammogram were both done at the end of therapy before surgery."""
    last = [each.last_dose for each in patient.before_surgery]
    days = [day for day in last if day is not None]
    if not days or len(days) < len(last):
        return unknown(*(f"{each.path}.end" for each in patient.before_surgery if each.last_dose is None))
    earliest = max(days) - dt.timedelta(days=END_OF_THERAPY_DAYS)
    late = [each for each in patient.case.exams if each.date is not None and each.date >= earliest]
    done = [
        next((each for each in late if each.modality is modality), None)
        for modality in (Modality.US, Modality.MG)
    ]
    paths = tuple(f"exams[{exam.id}]" for exam in done if exam is not None)
    # One that is not recorded, or has no day, may have been done.
    return Read(True, paths) if len(paths) == len(done) else unknown("exams")


def _findings(exam: Exam, lesion: Lesion) -> Iterator[Finding]:
    yield from (finding for finding in exam.findings if finding.lesion == lesion.id)


def _mri_response(patient: Patient) -> Read:
    """complete where the last MRI under therapy states every primary as absent, else residual."""
    exams = [each for each in _exams(patient, baseline=False) if isinstance(each, MrExam) and each.date]
    lesions = patient.lesions(*_PRIMARY)
    if not exams or not lesions:
        return unknown("exams" if lesions else "lesions")
    last = max(exams, key=lambda exam: exam.date or dt.date.min)
    path = f"exams[{last.id}].findings"
    states = []
    for lesion in lesions:
        found = list(_findings(last, lesion))
        if any(
            each.longest_mm or each.finding in {FindingState.MEASURED, FindingState.TOO_SMALL}
            for each in found
        ):
            return Read("residual", (path,))
        states.append(any(each.finding is FindingState.ABSENT for each in found))
    return Read("complete", (path,)) if all(states) else unknown(path)


def _progression(patient: Patient) -> Read:
    """Stated as the reason for an end, or growth of a lesion on one modality by the limits of RECIST."""
    for given in patient.before_surgery:
        if given.treatment.ended_because is StopReason.PROGRESSION:
            return Read(True, (f"{given.path}.ended_because",))
    series = [
        growth
        for lesion in patient.lesions(*_PRIMARY, LesionKind.NODE)
        for growth in _growths(patient, lesion)
    ]
    if any(series):
        return Read(True, ("exams",))
    if not series:
        return unknown("exams")
    return Read(
        False,
        ("exams",),
        assumes=tuple(
            f"{g.path}.ended_because"
            for g in patient.before_surgery
            if g.ended and not g.treatment.ended_because
        ),
    )


def _growths(patient: Patient, lesion: Lesion) -> Iterator[bool]:
    for modality in _SECTIONAL:
        sizes = [
            (exam.date, size)
            for exam in (*_exams(patient, baseline=True), *_exams(patient, baseline=False))
            if exam.modality is modality and exam.date is not None
            for finding in _findings(exam, lesion)
            if (size := _size(finding, lesion)) is not None
        ]
        if len({date for date, _ in sizes}) > 1:
            ordered = [size for _, size in sorted(sizes)]
            smallest = min(ordered[:-1])
            rise = ordered[-1] - smallest
            yield rise >= GROWTH_MM and rise >= GROWTH_SHARE * smallest


def _size(finding: Finding, lesion: Lesion) -> float | None:
    """A node is judged by its short axis, every other lesion by its longest diameter."""
    return finding.short_mm if lesion.kind is LesionKind.NODE else finding.longest_mm


def _calcifications(patient: Patient, *, baseline: bool) -> Read:
    """malignant type, benign type, or unknown: a mammogram that says nothing of them says nothing."""
    exams = [each for each in _exams(patient, baseline=baseline) if isinstance(each, MgExam)]
    stated: list[tuple[str, Calcifications]] = [
        (f"exams[{exam.id}].findings[{position}].calcifications", finding.calcifications)
        for exam in exams
        for position, finding in enumerate(exam.findings)
        if finding.calcifications is not None
    ]
    if not stated:
        return unknown(*(f"exams[{exam.id}].findings" for exam in exams), *(() if exams else ("exams",)))
    forms = [(path, each.morphology) for path, each in stated]
    paths = tuple(path for path, _ in forms)
    if any(form not in {None, CalcificationMorphology.TYPICALLY_BENIGN} for _, form in forms):
        return Read("malignant type", paths)
    if any(form is None for _, form in forms):
        return unknown(*(f"{path}.morphology" for path, form in forms if form is None))
    return Read("benign type", paths)


def _disagree(patient: Patient) -> Read:
    """Whether, at the last visit that measured a primary by two modalities, they lie more than 5 mm apart."""
    exams = [each for each in patient.case.exams if each.modality in _SIZED]
    latest: tuple[dt.date, Read] | None = None
    for visit in {each.visit for each in exams if each.visit}:
        of_visit = [each for each in exams if each.visit == visit]
        days = [each.date for each in of_visit if each.date]
        for lesion in patient.lesions(*_PRIMARY):
            sizes = {
                str(exam.modality): finding.longest_mm
                for exam in of_visit
                for finding in _findings(exam, lesion)
                if finding.longest_mm is not None
            }
            if len(sizes) > 1 and days:
                apart = max(sizes.values()) - min(sizes.values()) > DISAGREE_MM
                read = Read(apart, tuple(f"exams[{exam.id}].findings" for exam in of_visit))
                if latest is None or (min(days), apart) > (latest[0], latest[1].value is True):
                    latest = (min(days), read)
    return latest[1] if latest else unknown("exams")


def _days_since_mri(patient: Patient) -> Read:
    """Days from the last MRI before surgery to the operation, or to today where none was done."""
    dates = [each.date for each in _exams(patient, baseline=False) if isinstance(each, MrExam) and each.date]
    operation = operation_of(patient)
    if operation and operation[1].date is None:
        return unknown("surgery.date")
    until = operation[1].date if operation and operation[1].date else patient.today
    return Read(days_between(max(dates), until), ("exams",)) if dates else unknown("exams")


def _non_mass(patient: Patient) -> Read:
    types = [
        finding.type
        for exam in _exams(patient, baseline=True)
        for finding in exam.findings
        if isinstance(finding, MrFinding) and finding.type is not None
    ]
    return Read(MrFindingType.NON_MASS_ENHANCEMENT in types, ("exams",)) if types else unknown("exams")
