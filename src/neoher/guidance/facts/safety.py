"""Facts of safety: heart, lung, tests before therapy, contraindications, and who the patient is."""

from __future__ import annotations

import re

from neoher.guidance.facts.conditions import Condition, condition_of, is_lung_disease
from neoher.guidance.facts.fact import Patient, Read, days_between, unknown
from neoher.record.patient import Menopause, Sex
from neoher.record.safety import AdverseEvent, LaboratoryValue, TestResult

__all__ = ["laboratory", "safety_facts"]

_CHILDHOOD_ENDS = 18
_MRI = re.compile(r"\bmri?\b|magnetic resonance|gadolinium", re.IGNORECASE)


def safety_facts(patient: Patient) -> dict[str, Read]:
    """LVEF, reasons against drugs, ILD, hepatitis B, pregnancy, kidney, age, sex, menopause, region."""
    case = patient.case
    person = case.patient
    tests = case.baseline_tests
    facts = _heart(patient)
    facts["heart_disease"] = _heart_disease(patient)
    facts["against_mri"] = _against_mri(patient)
    facts["given_against"] = _given_against(patient)
    facts["ild"] = _lung(patient)
    facts["ild_resumable"] = _lung_resumable(patient)
    facts["hepatitis_b"] = _result(tests.hepatitis_b if tests else None, "baseline_tests.hepatitis_b")
    facts["childbearing"] = _childbearing(patient)
    facts["pregnancy"] = _pregnancy(patient, facts["childbearing"])
    facts["sex"] = Read(str(person.sex), ("patient.sex",)) if person.sex else unknown("patient.sex")
    facts["menopause"] = _menopause(patient)
    facts["region"] = (
        Read(str(person.region), ("patient.region",)) if person.region else unknown("patient.region")
    )
    facts["child"] = _child(patient)
    facts["renal_clearance"] = _clearance(patient)
    return facts


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
    for stated in (_stated(patient, Condition.HEART_FAILURE), _event(patient, Condition.HEART_FAILURE)):
        failure = stated if stated.value else failure
    if not measured:
        return {"lvef": unknown("heart"), "days_since_lvef": unknown("heart"), "heart_failure": failure}
    date, lvef, position = max(measured)
    path = (f"heart[{position}].lvef_percent",)
    return {
        "lvef": Read(float(lvef), path),
        "days_since_lvef": Read(days_between(date, patient.today), path),
        "heart_failure": failure,
    }


def _stated(patient: Patient, *conditions: Condition) -> Read:
    """Whether a contraindication names one of these conditions by its kind."""
    reasons = patient.reasons
    if reasons is None:
        return unknown("contraindications")
    found = [each for each in reasons if each.condition in conditions]
    if found:
        return Read(True, tuple(f"{each.path}.kind" for each in found))
    kinds = tuple(path for each in reasons for path in each.open_fields if path.endswith(".kind"))
    return unknown(*kinds) if kinds else Read(False, ("contraindications",))


def _event(patient: Patient, *conditions: Condition, over: bool = False) -> Read:
    """Whether one of these conditions is recorded as an adverse event; one that is over only where asked."""
    events = patient.case.adverse_events
    for position, each in enumerate(events if isinstance(events, tuple) else ()):
        gone = each.resolved is not None and each.resolved <= patient.today
        if condition_of(each.kind or "") in conditions and (over or not gone):
            path = f"adverse_events[{position}]"
            return Read(
                True, (f"{path}.kind",), assumes=() if over or each.resolved else (f"{path}.resolved",)
            )
    return Read(False, ("adverse_events",))


def _heart_disease(patient: Patient) -> Read:
    """Heart failure, now or over, or a disease of the heart muscle: as a contraindication or as an event."""
    conditions = (Condition.HEART_DISEASE, Condition.HEART_FAILURE)
    event = _event(patient, *conditions, over=True)
    return event if event.value else _stated(patient, *conditions)


def _against_mri(patient: Patient) -> Read:
    """Whether a reason against MRI or its contrast medium is stated, by its kind or by what it is against."""
    stated = patient.case.contraindications
    for position, each in enumerate(stated if isinstance(stated, tuple) else ()):
        if each.against and _MRI.search(each.against):
            return Read(True, (f"contraindications[{position}].against",))
    return _stated(patient, Condition.MRI)


def _given_against(patient: Patient) -> Read:
    """Whether a drug of a therapy that goes on is one that a contraindication rules out."""
    going_on = [each for each in patient.given if not each.ended and each.drugs]
    if not going_on:
        return Read(False, ("treatment",))
    if patient.reasons is None:
        return unknown("contraindications")
    for reason in patient.reasons:
        if any(reason.rules_out(each.drugs or ()) for each in going_on):
            return Read(True, (reason.path, *(each.path for each in going_on)))
    open_fields = tuple(path for each in patient.reasons for path in each.open_fields)
    return unknown(*open_fields) if open_fields else Read(False, ("contraindications",))


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
    as_reason = _stated(patient, Condition.PREGNANCY)
    if as_reason.value:
        return Read(str(TestResult.POSITIVE), as_reason.paths)
    if stated is None and childbearing.value is False:
        return Read(str(TestResult.NOT_APPLICABLE), childbearing.paths)
    return _result(stated, "baseline_tests.pregnancy")


def _menopause(patient: Patient) -> Read:
    """Menopausal status; `man` where the question does not arise."""
    person = patient.case.patient
    if person.sex is Sex.MALE:
        return Read("man", ("patient.sex",))
    if person.menopause is None:
        return unknown("patient.menopause")
    return Read(str(person.menopause), ("patient.menopause",))


def _child(patient: Patient) -> Read:
    """Whether the patient is under 18; open in the year of the 18th birthday, whose day is not recorded."""
    born = patient.case.patient.birth_year
    if born is None:
        return unknown("patient.birth_year")
    age = patient.today.year - born
    if age == _CHILDHOOD_ENDS:
        return unknown(
            "patient.birth_year", asks="whether the patient has turned 18: these rules are for adults"
        )
    return Read(age < _CHILDHOOD_ENDS, ("patient.birth_year",))


def _clearance(patient: Patient) -> Read:
    """Creatinine clearance or estimated filtration rate, mL/min (or per 1.73 m2)."""
    found = laboratory(patient, "creatinine clearance", "CrCl", "eGFR", "GFR")
    if found is None or not found[1].unit.startswith("mL/min"):
        return unknown("baseline_tests.laboratory")
    return Read(float(found[1].value), (f"baseline_tests.laboratory[{found[0]}]",))
