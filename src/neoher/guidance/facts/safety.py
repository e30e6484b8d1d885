"""Facts of safety: heart, lung, tests before therapy, contraindications, and who the patient is."""

from __future__ import annotations

import re

from neoher.guidance.facts.fact import Patient, Read, days_between, unknown
from neoher.record.patient import Menopause, Sex
from neoher.record.safety import AdverseEvent, LaboratoryValue, TestResult

__all__ = ["is_lung_disease", "laboratory", "safety_facts"]

_LUNG = re.compile(r"\bild\b|interstitial|pneumonitis|lung fibrosis|pulmonary fibrosis", re.IGNORECASE)
_RADIATION = re.compile(r"radiation", re.IGNORECASE)
_CHILDHOOD_ENDS = 18


def safety_facts(patient: Patient) -> dict[str, Read]:
    """LVEF, ILD, hepatitis B, pregnancy, kidney, age, sex, menopause, region."""
    case = patient.case
    person = case.patient
    tests = case.baseline_tests
    facts = _heart(patient)
    facts["ild"] = _lung(patient)
    facts["ild_resumable"] = _lung_resumable(patient)
    facts["hepatitis_b"] = _result(tests.hepatitis_b if tests else None, "baseline_tests.hepatitis_b")
    facts["childbearing"] = _childbearing(patient)
    facts["pregnancy"] = _pregnancy(patient, facts["childbearing"])
    facts["sex"] = Read(str(person.sex), ("patient.sex",)) if person.sex else unknown("patient.sex")
    facts["menopause"] = (
        Read(str(person.menopause), ("patient.menopause",))
        if person.menopause
        else unknown("patient.menopause")
    )
    facts["region"] = (
        Read(str(person.region), ("patient.region",)) if person.region else unknown("patient.region")
    )
    facts["child"] = (
        Read(patient.today.year - person.birth_year < _CHILDHOOD_ENDS, ("patient.birth_year",))
        if person.birth_year
        else unknown("patient.birth_year")
    )
    facts["renal_clearance"] = _clearance(patient)
    return facts


def is_lung_disease(kind: str | None) -> bool:
    """Whether an event or a reason is ILD or pneumonitis; radiation pneumonitis is another thing."""
    return bool(kind and _LUNG.search(kind) and not _RADIATION.search(kind))


def laboratory(patient: Patient, *names: str) -> tuple[int, LaboratoryValue] | None:
    """The newest value of a laboratory test by one of its names, with its place in the list."""
    tests = patient.case.baseline_tests
    wanted = {_folded(name) for name in names}
    found = [
        (position, each)
        for position, each in enumerate(tests.laboratory if tests else ())
        if each.name and _folded(each.name) in wanted and (each.date is None or each.date <= patient.today)
    ]
    return max(
        found, key=lambda pair: (pair[1].date is not None, pair[1].date or patient.today), default=None
    )


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _heart(patient: Patient) -> dict[str, Read]:
    measured = [
        (each.date, each.lvef_percent, position)
        for position, each in enumerate(patient.case.heart)
        if each.date is not None and each.lvef_percent is not None
    ]
    symptoms = [each.heart_failure_symptoms for each in patient.case.heart if each.heart_failure_symptoms]
    failure = Read("yes" in symptoms, ("heart",)) if symptoms else unknown("heart[0].heart_failure_symptoms")
    if not measured:
        return {"lvef": unknown("heart"), "days_since_lvef": unknown("heart"), "heart_failure": failure}
    date, lvef, position = max(measured)
    path = (f"heart[{position}].lvef_percent",)
    return {
        "lvef": Read(float(lvef), path),
        "days_since_lvef": Read(days_between(date, patient.today), path),
        "heart_failure": failure,
    }


def _lung(patient: Patient) -> Read:
    """Whether ILD or pneumonitis is stated, as an event or as a reason against a drug."""
    events, reasons = patient.case.adverse_events, patient.case.contraindications
    open_paths: list[str] = []
    if events is None:
        open_paths.append("adverse_events")
    elif isinstance(events, tuple):
        if any(is_lung_disease(each.kind) for each in events):
            return Read(True, ("adverse_events",))
        open_paths += [
            _kind_path(position, each) for position, each in enumerate(events) if each.kind is None
        ]
    if reasons is None:
        open_paths.append("contraindications")
    elif isinstance(reasons, tuple):
        if any(is_lung_disease(each.kind) for each in reasons):
            return Read(True, ("contraindications",))
        open_paths += [f"contraindications[{p}].kind" for p, each in enumerate(reasons) if each.kind is None]
    return unknown(*open_paths) if open_paths else Read(False, ("adverse_events", "contraindications"))


def _lung_resumable(patient: Patient) -> Read:
    """Whether every event of ILD was of grade 1 and is over: then the drug that it came under may be resumed.

    What is not stated of an event does not make it so: it is false, and what would settle it is assumed.
    """
    events, reasons = patient.case.adverse_events, patient.case.contraindications
    stated = any(is_lung_disease(each.kind) for each in reasons) if isinstance(reasons, tuple) else False
    lung = [
        (position, each)
        for position, each in enumerate(events if isinstance(events, tuple) else ())
        if is_lung_disease(each.kind)
    ]
    if stated or not lung:
        return Read(False, ("adverse_events",))
    paths = tuple(
        f"adverse_events[{position}].{name}" for position, _ in lung for name in ("grade", "resolved")
    )
    over = all(
        each.grade == 1 and each.resolved is not None and each.resolved <= patient.today for _, each in lung
    )
    return Read(over, paths)


def _kind_path(position: int, _: AdverseEvent) -> str:
    return f"adverse_events[{position}].kind"


def _result(stated: TestResult | None, path: str) -> Read:
    return unknown(path) if stated is None else Read(str(stated), (path,))


def _childbearing(patient: Patient) -> Read:
    person = patient.case.patient
    if person.sex is Sex.MALE or person.menopause is Menopause.POSTMENOPAUSAL:
        return Read(False, ("patient.menopause",))
    if person.menopause is None:
        return unknown("patient.menopause")
    return unknown("patient.sex") if person.sex is None else Read(True, ("patient.menopause",))


def _pregnancy(patient: Patient, childbearing: Read) -> Read:
    tests = patient.case.baseline_tests
    stated = tests.pregnancy if tests else None
    if stated is None and childbearing.value is False:
        return Read(str(TestResult.NOT_APPLICABLE), childbearing.paths)
    return _result(stated, "baseline_tests.pregnancy")


def _clearance(patient: Patient) -> Read:
    """Creatinine clearance or estimated filtration rate, mL/min (or per 1.73 m2)."""
    found = laboratory(patient, "creatinine clearance", "CrCl", "eGFR", "GFR")
    if found is None or not found[1].unit.startswith("mL/min"):
        return unknown("baseline_tests.laboratory")
    return Read(float(found[1].value), (f"baseline_tests.laboratory[{found[0]}]",))
