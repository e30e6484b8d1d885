"""The heart in advice: holds, stops, the next echo, and whether a drug may be started."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from neoher.guidance.advice.content import Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.cardiac import assess_heart
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.treatments import HER2_DRUGS
from neoher.guidance.heart.facts import (
    Action,
    CardiacAssessment,
    CardiacDrug,
    CardiacFacts,
    CardiacVerdict,
    RuleSet,
)
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.record.conclusion import Conclusion
from neoher.record.patient import Region
from neoher.record.safety import HeartMeasurement

__all__ = ["StartVerdict", "heart_alerts", "lower_limit", "may_start"]

_DRUGS = {
    "trastuzumab": CardiacDrug.TRASTUZUMAB,
    "pertuzumab": CardiacDrug.PERTUZUMAB,
    "T-DM1": CardiacDrug.T_DM1,
    "T-DXd": CardiacDrug.T_DXD,
}
_REGIONS = {Region.US: RuleSet.US, Region.EU: RuleSet.EU, Region.UK: RuleSet.UK}
CONJUGATE_CYCLES = 14
"""Cycles of T-DM1 or T-DXd after surgery that complete it (KATHERINE, DESTINY-Breast05)."""
_STOPPED_BY_FAILURE = {"T-DM1": ("label:kadcyla-ch",), "T-DXd": ("label:enhertu",)}
"""Drugs that symptoms of heart failure stop, whatever the ejection fraction, with the text that says so."""
_SEVERITY = {Action.STOP: Severity.STOP, Action.HOLD: Severity.STOP, Action.RECHECK: Severity.ACT}


@dataclass(frozen=True, slots=True)
class StartVerdict:
    """Whether the ejection fraction lets a drug be started."""

    forbidden: str = ""
    """Why not, where the applied rules forbid it; where no region is stated, where all do."""
    open_on: tuple[str, ...] = ()
    caution: str = ""
    sources: tuple[str, ...] = ()


def may_start(patient: Patient, sheet: Sheet, drug: str, *, after_anthracycline: bool | None) -> StartVerdict:
    """The limits of a drug at the newest ejection fraction; open where none was measured.

    Heart failure forbids the drugs that it would stop, whatever the ejection fraction.
    """
    verdict = _may_start(patient, sheet, drug, after_anthracycline=after_anthracycline, symptoms=None)
    if verdict.forbidden or sheet["heart_failure"].value is not True:
        return verdict
    failing = _may_start(patient, sheet, drug, after_anthracycline=after_anthracycline, symptoms=True)
    return failing if failing.forbidden else verdict


def _may_start(
    patient: Patient, sheet: Sheet, drug: str, *, after_anthracycline: bool | None, symptoms: bool | None
) -> StartVerdict:
    newest = sheet["lvef"]
    if newest.value is None and symptoms and drug in _STOPPED_BY_FAILURE:
        says = f"symptoms of heart failure, {drug} (it would stop for them)"
        return StartVerdict(says, sources=_STOPPED_BY_FAILURE[drug])
    if drug not in _DRUGS or newest.value is None:
        return StartVerdict()
    facts = CardiacFacts(
        drug=_DRUGS[drug],
        region=_rule_set(patient),
        lvef=(f"{patient.today}={newest.value}",),
        lln=lower_limit(patient),
        symptoms=symptoms,
        after_anthracycline=after_anthracycline,
    )
    conclusion = assess_heart(facts)
    assert conclusion.value is not None  # a drug and a measurement are given
    verdicts = _applied(conclusion.value)
    forbidding = {name: each for name, each in verdicts.items() if each.action is Action.CANNOT_START}
    if len(forbidding) == len(verdicts):
        says = "; ".join(dict.fromkeys(f"{name}: {each.says}" for name, each in forbidding.items()))
        return StartVerdict(f"LVEF {newest.value:g} %, {drug} ({says})", sources=conclusion.sources)
    open_on = [drug for each in verdicts.values() if each.action is None]
    # What another region's text says of the start is no note for this patient.
    cautions = [
        each.message
        for each in conclusion.warnings
        if each.code == "not-studied"
        or (each.code == "caution-at-start" and any(each.message.startswith(f"{name}:") for name in verdicts))
    ]
    cautions += [f"{name}: {each.says}" for name, each in forbidding.items()]
    return StartVerdict("", tuple(dict.fromkeys(open_on)), " ".join(cautions), conclusion.sources)


class _Course(StrEnum):
    """How far HER2-directed therapy is."""

    GOING_ON = "going on"
    BETWEEN = "between two parts"
    """Nothing is being given, and the year or the 14 cycles are not complete: it goes on."""
    COMPLETE = "complete"


def heart_alerts(patient: Patient, sheet: Sheet, gathered: Gathered) -> None:
    """What the ejection fraction says of the drugs that are given or go on later, and when it is due."""
    course, current = _drugs_at_issue(patient, sheet)
    measured = _measured(patient, gathered)
    if not current:
        return
    for given in patient.given:
        if given.start is None and given.has(current):
            gathered.miss(f"{given.path}.start", "first day", "which LVEF is the baseline")
    if not measured:
        gathered.miss("heart", "ejection fraction (LVEF)", "whether HER2-directed drugs may go on")
        gathered.alerts.append(_not_measured(current))
        return
    newest = max(each.date for each in measured if each.date)
    if newest < patient.today:
        gathered.miss(
            "heart", f"LVEF measured after {newest}, if any", "whether HER2-directed drugs may go on"
        )
    for drug in current:
        conclusion = assess_heart(_facts(patient, drug, gathered, course))
        if conclusion.value is None:
            continue
        for name in conclusion.missing:
            path, what = _PATHS[name]
            gathered.miss(path, what, f"LVEF under {drug}")
        if course is not _Course.COMPLETE:
            _bar(gathered, drug, conclusion.value)
        gathered.alerts.extend(_alerts(patient, drug, conclusion.value, conclusion, course))
        gathered.because.extend(conclusion.because)


_WHEN = {
    _Course.GOING_ON: "",
    _Course.BETWEEN: " (not being given now; HER2-directed therapy is to go on)",
    _Course.COMPLETE: " (its course is complete; as if it were being given)",
}
_UNDER = {
    _Course.GOING_ON: "under",
    _Course.BETWEEN: "before HER2-directed therapy goes on, as under",
    _Course.COMPLETE: "after",
}
_PATHS = {
    "lln": ("heart[0].lower_limit", "lower limit of normal of LVEF"),
    "symptoms": ("heart[0].heart_failure_symptoms", "symptoms of heart failure"),
    "region": ("patient.region", "whose labels apply (US, EU, UK)"),
    "after_anthracycline": ("treatment", "whether an anthracycline was given"),
}


def _measured(patient: Patient, gathered: Gathered) -> list[HeartMeasurement]:
    """Measurements with day and value; what is missing of drugs and of the others is gathered."""
    for path in (
        path for each in patient.given if not each.ended and each.drugs is None for path in each.names
    ):
        gathered.miss(path, "which drugs are being given", "LVEF: holds and next echo")
    for position, each in enumerate(patient.case.heart):
        if each.lvef_percent is not None and each.date is None:
            gathered.miss(f"heart[{position}].date", "day of the ejection fraction", "holds and next echo")
        if each.lvef_percent is None:
            gathered.miss(
                f"heart[{position}].lvef_percent", "ejection fraction (LVEF)", "holds and next echo"
            )
    return [each for each in patient.case.heart if each.date and each.lvef_percent is not None]


def _drugs_at_issue(patient: Patient, sheet: Sheet) -> tuple[_Course, list[str]]:
    """HER2-directed drugs that are being given, in the order of their rules.

    Where none is: those given last, which go on after surgery; or, once it is complete, all that were given,
    whose follow-up goes on.
    """
    going_on = frozenset[str]().union(*(each.being_given or frozenset() for each in patient.given))
    if going_on & HER2_DRUGS:
        return _Course.GOING_ON, [drug for drug in _DRUGS if drug in going_on]
    begun = [each.begun & HER2_DRUGS for each in patient.given if each.begun and each.begun & HER2_DRUGS]
    if not begun:
        return _Course.GOING_ON, []
    conjugate = sheet["after_surgery_drug"].value in {"T-DM1", "T-DXd"}
    cycles, left = sheet["conjugate_cycles"].value, sheet["her2_cycles_left"].value
    over = cycles is not None and float(cycles) >= CONJUGATE_CYCLES if conjugate else left == 0.0
    if over:
        return _Course.COMPLETE, [drug for drug in _DRUGS if any(drug in each for each in begun)]
    return _Course.BETWEEN, [drug for drug in _DRUGS if drug in begun[-1]]


def _first_day(patient: Patient, drug: str) -> dt.date | None:
    """The first day of the drug: its baseline is the last measurement up to it."""
    return min((each.start for each in patient.given if each.start and each.has((drug,))), default=None)


def _facts(patient: Patient, drug: str, gathered: Gathered, course: _Course) -> CardiacFacts:
    measured = sorted(
        (each.date, each.lvef_percent)
        for each in patient.case.heart
        if each.date and each.lvef_percent is not None
    )
    first_dose = _first_day(patient, drug)
    before = [date for date, _ in measured if first_dose is None or date <= first_dose]
    baseline = (max(before) if before and first_dose is not None else None) or measured[0][0]
    newest = max(patient.case.heart, key=lambda each: each.date or dt.date.min)
    # Two values of one day: the lower counts, the safer reading.
    lowest: dict[dt.date, float] = {}
    for date, lvef in measured:
        lowest[date] = min(lvef, lowest.get(date, lvef))
    stated = newest.heart_failure_symptoms
    return CardiacFacts(
        drug=_DRUGS[drug],
        region=_rule_set(patient),
        lvef=tuple(f"{date}={lvef}" for date, lvef in lowest.items()),
        baseline=baseline,
        lln=lower_limit(patient),
        symptoms=None if stated is None else stated == "yes",
        after_anthracycline=any(each.has(("doxorubicin", "epirubicin")) for each in patient.given) or None,
        last_dose=_last_dose(patient, gathered, baseline) if course is _Course.COMPLETE else None,
        today=patient.today,
    )


def _last_dose(patient: Patient, gathered: Gathered, baseline: dt.date) -> dt.date | None:
    """The last day of any HER2-directed drug, once all are over."""
    days: list[dt.date] = []
    for given in patient.given:
        if not given.has(HER2_DRUGS):
            continue
        if given.last_dose is None:
            gathered.miss(f"{given.path}.end", "day of the last dose", "when LVEF is due after therapy")
        else:
            days.append(given.last_dose)
    last = max(days, default=None)
    return last if last is not None and last >= baseline else None


def _bar(gathered: Gathered, drug: str, value: CardiacAssessment) -> None:
    """A hold or a stop by an applied rule set; a stop where all of the applied ones say so."""
    verdicts = _applied(value)
    against = {name: each for name, each in verdicts.items() if each.action in {Action.HOLD, Action.STOP}}
    if against:
        stops = [each for each in against.values() if each.action is Action.STOP]
        why = "; ".join(f"{name}: {each.says}" for name, each in against.items())
        gathered.bar(drug, f"LVEF {value.latest_percent:g} %, {why}", for_good=len(stops) == len(verdicts))


def lower_limit(patient: Patient) -> float | None:
    """The laboratory's lower limit of normal, as last stated."""
    stated = [each.lower_limit for each in patient.case.heart if each.lower_limit is not None]
    return stated[-1] if stated else None


def _rule_set(patient: Patient) -> RuleSet | None:
    region = patient.case.patient.region
    return None if region is None else _REGIONS.get(region)


def _applied(value: CardiacAssessment) -> dict[RuleSet, CardiacVerdict]:
    """The applied rule set alone; all of them where none is applied."""
    if value.applied is None:
        return dict(value.by_rule_set)
    return {value.applied: value.by_rule_set[value.applied]}


def _alerts(
    patient: Patient,
    drug: str,
    value: CardiacAssessment,
    conclusion: Conclusion[CardiacAssessment],
    course: _Course,
) -> Iterator[Alert]:
    numbers = {
        "baseline_percent": value.baseline_percent,
        "latest_percent": value.latest_percent,
        "fall_points": value.fall_points,
    }
    beside = "; ".join(
        f"{name}: {each.action or 'cannot be said'}" for name, each in value.by_rule_set.items()
    )
    for name, verdict in _applied(value).items():
        common = {
            "rule": f"{name}: {verdict.says or 'undecided'}",
            "sources": conclusion.sources,
            "verification": verdict.verification,
        }
        if verdict.action in _SEVERITY:
            words = {
                Action.HOLD: "hold it",
                Action.STOP: "stop it",
                Action.RECHECK: "go on and repeat LVEF early",
            }
            text = (
                f"{drug}{_WHEN[course]}, {name} rules: {words[verdict.action]}. "
                f"LVEF {value.baseline_percent:g} to {value.latest_percent:g} % "
                f"(fall {value.fall_points:g} points): {verdict.says}. {beside}."
            )
            code = f"lvef-{verdict.action}"
            yield Alert(
                code=code, text=text, severity=_SEVERITY[verdict.action], numbers=dict(numbers), **common
            )
        if verdict.action is None:
            needed = ", ".join(conclusion.missing)
            text = f"{drug}{_WHEN[course]}, {name} rules: whether it is held cannot be said without {needed}."
            yield Alert(
                code="lvef-undecided", text=text, severity=Severity.ACT, numbers=dict(numbers), **common
            )
        if verdict.next_echo is not None:
            overdue = verdict.next_echo < patient.today
            text = f"Next LVEF {_UNDER[course]} {drug} by {name} rules: {verdict.next_echo}" + (
                ", overdue." if overdue else "."
            )
            severity = Severity.ACT if overdue else Severity.WATCH
            code = "lvef-overdue" if overdue else "lvef-next"
            due = {"next_echo": verdict.next_echo.isoformat(), "today": patient.today.isoformat()}
            yield Alert(code=code, text=text, severity=severity, numbers=due, **common)


def _not_measured(current: list[str]) -> Alert:
    return Alert(
        code="lvef-not-measured",
        text=f"No LVEF is recorded under {', '.join(current)}.",
        severity=Severity.ACT,
        rule="LVEF before HER2-directed drugs and every 3 months under them",
        numbers={},
        sources=("label:herceptin-us", "label:herceptin-eu"),
        verification="verified",
    )
