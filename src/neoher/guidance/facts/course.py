"""Facts of the course: the place in it, what was given, what is being given, how much is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from neoher.guidance.facts.fact import Patient, Read, days_between, unknown
from neoher.guidance.facts.treatments import ANTHRACYCLINES, HER2_DRUGS, TAXANES, Given
from neoher.record.surgery import Surgery
from neoher.record.treatment import StopReason

__all__ = ["BEFORE_THERAPY", "course_facts", "operation_of"]

BEFORE_THERAPY = "before therapy"
UNDER_THERAPY = "under therapy before surgery"
BEFORE_SURGERY = "therapy done, before surgery"
AFTER_SURGERY = "after surgery"
SURGERY_FIRST = "after surgery without therapy before it"

YEAR_CYCLES = 18
"""Three-weekly cycles of HER2-directed therapy that make the year (APHINITY)."""
CONJUGATES = ("T-DM1", "T-DXd")


def course_facts(patient: Patient) -> dict[str, Read]:
    """Phase, drugs before and after surgery, cycles, days since the last dose."""
    phase = _phase(patient)
    facts = {"phase": phase, "days_since_last_dose": _since_last_dose(patient)}
    for name, drugs in {
        "trastuzumab": ("trastuzumab",),
        "pertuzumab": ("pertuzumab",),
        "tdxd": ("T-DXd",),
        "tdm1": ("T-DM1",),
        "taxane": TAXANES,
        "anthracycline": ANTHRACYCLINES,
    }.items():
        facts[f"had_{name}"] = _had(patient.before_surgery, drugs)
        facts[f"now_{name}"] = _now(patient, drugs)
    facts["after_surgery_drug"] = _after_surgery_drug(patient)
    facts["conjugate_stopped_for_toxicity"] = _stopped_for_toxicity(patient)
    facts["conjugate_cycles"] = _conjugate_cycles(patient)
    facts |= _year(patient)
    facts["plan_has_her2_drug"] = _planned(patient, HER2_DRUGS)
    facts["ever_anthracycline"] = _had(patient.given, ANTHRACYCLINES)
    # Filled in by the advice once its options are known.
    facts["tdxd_offered"] = Read(False)
    facts["awaits_thp"] = _awaits_thp(patient)
    facts["cycles_given"] = _cycles_given(patient)
    facts["days_since_her2_drug"] = _since_drug(patient, HER2_DRUGS)
    facts["days_since_tdxd"] = _since_drug(patient, ("T-DXd",))
    return facts


def operation_of(patient: Patient) -> tuple[int, Surgery] | None:
    """The operation on this cancer that has a specimen, else the first that was done."""
    done = [(position, each) for position, each in enumerate(patient.case.surgery) if patient.owns(each)]
    with_specimen = [pair for pair in done if pair[1].specimen is not None]
    return next(iter(with_specimen or done), None)


def _phase(patient: Patient) -> Read:
    read = _stage_of_the_course(patient)
    return replace(read, assumes=(*read.assumes, *_settings_in_doubt(patient)))


def _settings_in_doubt(patient: Patient) -> tuple[str, ...]:
    """Settings that are not stated of therapies that began before any biopsy: were they for this cancer?"""
    biopsied = min((each.date for each in patient.case.specimens if each.date), default=None)
    return tuple(
        f"{each.path}.setting"
        for each in patient.before_surgery
        if each.treatment.setting is None and biopsied and each.start and each.start < biopsied
    )


def _stage_of_the_course(patient: Patient) -> Read:
    before = patient.before_surgery
    if operation_of(patient) is not None:
        if before:
            return Read(AFTER_SURGERY, ("surgery",))
        return Read(SURGERY_FIRST, ("surgery",), assumes=("treatment",))
    if not before:
        return Read(BEFORE_THERAPY, ("treatment",), assumes=("treatment", "surgery"))
    restaged = any(patient.owns(each) for each in patient.case.restaging)
    if restaged or all(each.ended for each in before):
        return Read(BEFORE_SURGERY, ("treatment",), assumes=("surgery",))
    going_on = [each for each in before if not each.ended]
    ends = [
        f"{each.path}.{name}"
        for each in going_on
        for name in ("end", "cycles", "cycles_planned", "ended_because")
        if getattr(each.treatment, name) is None
    ]
    return Read(UNDER_THERAPY, ("treatment",), assumes=(*ends, "restaging", "surgery"))


def _had(given: tuple[Given, ...], drugs: Iterable[str]) -> Read:
    if not given:
        return Read(False, ("treatment",), assumes=("treatment",))
    answers = [each.has(drugs) for each in given]
    if True in answers:
        return Read(True, ("treatment",))
    if None in answers:
        return unknown(*(path for each in given if each.drugs is None for path in each.names))
    return Read(False, ("treatment",))


def _planned(patient: Patient, drugs: Iterable[str]) -> Read:
    """Whether the therapy before surgery holds one of these drugs, begun or still to come in its sequence."""
    wanted = frozenset(drugs)
    if any(each.drugs and each.drugs & wanted for each in patient.before_surgery):
        return Read(True, ("treatment",))
    return _had(patient.before_surgery, drugs)


def _now(patient: Patient, drugs: Iterable[str]) -> Read:
    going_on = tuple(each for each in patient.given if not each.ended)
    if not going_on:
        return Read(False, ("treatment",), assumes=() if patient.given else ("treatment",))
    if any(each.being_given and each.being_given & frozenset(drugs) for each in going_on):
        return Read(True, ("treatment",))
    if any(each.being_given is None for each in going_on):
        return unknown(*(path for each in going_on if each.being_given is None for path in each.names))
    return Read(False, ("treatment",))


def _since_last_dose(patient: Patient) -> Read:
    before = patient.before_surgery
    dates = [each.last_dose for each in before if each.last_dose]
    if not before or not dates or any(each.last_dose is None for each in before[-1:]):
        return unknown(f"{before[-1].path}.end" if before else "treatment")
    return Read(days_between(max(dates), patient.today), tuple(f"{each.path}.end" for each in before))


def _since_drug(patient: Patient, drugs: Iterable[str]) -> Read:
    """Days since the last dose of these drugs: 0 while one goes on; 'never given' where none was."""
    wanted = frozenset(drugs)
    having = [each for each in patient.given if each.has(wanted)]
    if any(each.being_given is None or each.being_given & wanted for each in having):
        return Read(0.0, ("treatment",))
    if not having:
        unclear = [path for each in patient.given if each.begun is None for path in each.names]
        return unknown(*unclear) if unclear else Read("never given", ("treatment",), assumes=("treatment",))
    last = having[-1]
    if last.last_dose is None:
        return unknown(f"{last.path}.end")
    return Read(days_between(last.last_dose, patient.today), (f"{last.path}.end",))


def _after_surgery_drug(patient: Patient) -> Read:
    """What HER2-directed therapy was begun after surgery: none so far, T-DM1, T-DXd, antibodies."""
    if operation_of(patient) is None:
        return Read("none", ("treatment",))
    after = patient.after_surgery
    if not after:
        return Read("none", ("treatment",), assumes=("treatment",))
    last = after[-1]
    if last.drugs is None:
        return unknown(*last.names)
    for conjugate in CONJUGATES:
        if conjugate in last.drugs:
            return Read(conjugate, (f"{last.path}.regimen",))
    if "trastuzumab" in last.drugs:
        return Read("antibodies", (f"{last.path}.regimen",))
    return Read("none", (f"{last.path}.regimen",))


def _stopped_for_toxicity(patient: Patient) -> Read:
    with_conjugate = [each for each in patient.after_surgery if each.has(CONJUGATES)]
    if not with_conjugate:
        return Read(False, ("treatment",))
    last = with_conjugate[-1]
    path = f"{last.path}.ended_because"
    if last.treatment.ended_because is None:
        # While it goes on it was not stopped; that it does is what nothing else says.
        going_on = Read(False, (path,), assumes=(path, f"{last.path}.end"))
        return going_on if not last.ended else unknown(path)
    return Read(last.treatment.ended_because is StopReason.TOXICITY, (path,))


def _conjugate_cycles(patient: Patient) -> Read:
    with_conjugate = [each for each in patient.after_surgery if each.has(CONJUGATES)]
    if not with_conjugate:
        return Read(0.0, ("treatment",))
    cycles = [each.treatment.cycles for each in with_conjugate]
    unstated = [f"{each.path}.cycles" for each in with_conjugate if each.treatment.cycles is None]
    return unknown(*unstated) if unstated else Read(float(sum(each or 0 for each in cycles)), ("treatment",))


def _year(patient: Patient) -> dict[str, Read]:
    """HER2-directed cycles so far, and how many of 18 are left."""
    relevant = [each for each in patient.given if each.drugs is None or each.drugs & HER2_DRUGS]
    unstated = [each for each in relevant if each.her2_cycles() is None]
    if unstated:
        paths = [
            path for each in unstated for path in (each.names if each.drugs is None else (_uncounted(each),))
        ]
        return {"her2_cycles": unknown(*paths), "her2_cycles_left": unknown(*paths)}
    total = float(sum(each.her2_cycles() or 0 for each in relevant))
    paths_read = tuple(f"{each.path}.cycles" for each in relevant) or ("treatment",)
    return {
        "her2_cycles": Read(total, paths_read),
        "her2_cycles_left": Read(max(0.0, YEAR_CYCLES - total), paths_read),
    }


def _uncounted(given: Given) -> str:
    """What would tell its cycles with a HER2-directed drug: their number, or, in a sequence, its doses."""
    return f"{given.path}.{'cycles' if given.treatment.cycles is None else 'doses'}"


def _awaits_thp(patient: Patient) -> Read:
    """Whether T-DXd was given before surgery and the antibodies with taxane that follow it are due."""
    tdxd, pertuzumab = _had(patient.before_surgery, ("T-DXd",)), _had(patient.before_surgery, ("pertuzumab",))
    if tdxd.value is None or pertuzumab.value is None:
        return unknown(*tdxd.paths, *pertuzumab.paths)
    # In a sequence under one name it is due once its cycles of T-DXd are given.
    due = not any(each.within_block for each in patient.before_surgery if each.has(("T-DXd",)))
    return Read(bool(tdxd.value) and not pertuzumab.value and due, ("treatment",))


def _cycles_given(patient: Patient) -> Read:
    before = patient.before_surgery
    unstated = [f"{each.path}.cycles" for each in before if each.treatment.cycles is None]
    if not before or unstated:
        return unknown(*(unstated or ["treatment"]))
    return Read(
        float(sum(each.treatment.cycles or 0 for each in before)), tuple(f"{e.path}.cycles" for e in before)
    )
