"""Advising: a record, a day and that day's knowledge to options, alerts, pitfalls and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from neoher.errors import InputError
from neoher.guidance.advice.anthracycline import anthracycline_alerts
from neoher.guidance.advice.content import Advice, Alert, Difference, Pitfall, Position
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.advice.heart import heart_alerts
from neoher.guidance.advice.leading import one_systemic_therapy
from neoher.guidance.advice.options import drugs_of, filled, option_of, rule_sources
from neoher.guidance.advice.reasons import reason_alerts
from neoher.guidance.advice.starting import start_alerts
from neoher.guidance.advice.toxicity import toxicity_alerts
from neoher.guidance.facts.course import BEFORE_THERAPY, UNDER_THERAPY
from neoher.guidance.facts.fact import Patient, Read, Sheet
from neoher.guidance.facts.known import known_on
from neoher.guidance.facts.reading import cancers_of, facts_of
from neoher.guidance.facts.tissue import her2_cautions
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Rule, RuleKind, Severity, Topic
from neoher.guidance.rules.logic import Decision, decide
from neoher.record.case import Case
from neoher.record.chronology.timeline import Severity as ProblemSeverity
from neoher.record.chronology.timeline import timeline_problems
from neoher.record.conclusion import Caution, Conclusion, Step

__all__ = ["advise"]

_TOPICS = list(Topic)
_SEVERITIES = list(Severity)
LATEST_YEAR = 2200
_FIRST = {RuleKind.SCOPE, RuleKind.OPTION}
_FOR_THOSE_INSIDE = {RuleKind.OPTION, RuleKind.PITFALL, RuleKind.DIFFERENCE}
_BASELINE_TESTS = ("hepatitis_b", "pregnancy")


def advise(case: Case, knowledge: Knowledge, today: dt.date) -> Conclusion[Advice]:
    """Options, alerts, pitfalls and differences for a record, by what was known on `today`.

    Facts dated after `today` are left out, with a warning. Each cancer is judged by itself; of several that
    are HER2-positive the one of higher risk leads the systemic therapy. Options are for a
    multidisciplinary meeting, never orders; what is absent from the record is missing, never negative.
    Raises: InputError for a day before the patient's birth, or so late that it must be mistyped.
    """
    _refuse_day(case, today)
    known, left_out = known_on(case, today)
    as_of = _as_of(knowledge, today)
    gathered = Gathered()
    if left_out:
        message = f"Dated after {today} and left out: {', '.join(left_out)}."
        gathered.warnings.append(Caution(code="facts-after-today", message=message))
    gathered.warnings += [
        Caution(code="implausible-dates", message=f"{each.message} {each.remedy}")
        for each in timeline_problems(known)
        if each.severity is ProblemSeverity.IMPLAUSIBLE
    ]
    gathered.warnings += _before_the_rules(knowledge, as_of, today)
    patients = cancers_of(known, knowledge, today)
    sheets = [facts_of(patient) for patient in patients]
    # The same for every cancer of the patient; what is held or stopped bears on the options.
    first, sheet = patients[0], sheets[0]
    heart_alerts(first, sheet, gathered)
    toxicity_alerts(first, sheet, as_of, gathered)
    anthracycline_alerts(first, gathered)
    for patient, facts in zip(patients, sheets, strict=True):
        _advise_cancer(patient, facts, as_of, gathered)
    one_systemic_therapy(patients, sheets, gathered)
    gathered.alerts.extend(start_alerts(first, sheet, gathered))
    reason_alerts(first, gathered)
    _baseline_tests(sheet, gathered)
    return _concluded(gathered, as_of, today)


def _refuse_day(case: Case, today: dt.date) -> None:
    born = case.patient.birth_year
    if born is not None and today.year < born:
        raise InputError(
            f"{today} lies before the patient's birth ({born}).",
            "today",
            "Give the day on which it is asked.",
        )
    if today.year > LATEST_YEAR:
        raise InputError(f"{today} lies too far ahead.", "today", f"Give a day up to {LATEST_YEAR}.")


def _before_the_rules(knowledge: Knowledge, as_of: Knowledge, today: dt.date) -> list[Caution]:
    """One warning for a day before the rules held here are complete: what they say nothing of."""
    complete = knowledge.edition.rules_from
    if complete is None or today >= complete:
        return []
    then = _as_of(knowledge, complete).contents.rules
    held = {rule.topic for rule in as_of.contents.rules}
    silent = [str(topic) for topic in _TOPICS if topic in {rule.topic for rule in then} - held]
    later = sum(rule.id not in as_of.rules for rule in then)
    message = (
        f"The rules held here are complete from {complete} on; asked about {today}, {later} of the "
        f"{len(then)} rules of that day begin later and say nothing"
        + (f"; nothing at all is held on {', '.join(silent)}" if silent else "")
        + ". What was known then and is not held here is missing."
    )
    return [Caution(code="rules-begin-later", message=message)]


@lru_cache(maxsize=8)
def _as_of(knowledge: Knowledge, today: dt.date) -> Knowledge:
    return knowledge.as_of(today)


def _advise_cancer(patient: Patient, sheet: Sheet, as_of: Knowledge, gathered: Gathered) -> None:
    # Where the patient stands was read from what is not there: said even where nothing else can be decided.
    gathered.miss_assumed([("phase", sheet["phase"])], "where the patient stands in the course")
    gathered.warnings.extend(each for each in her2_cautions(patient) if each not in gathered.warnings)
    rules = as_of.contents.rules
    scope = any(rule.kind is RuleKind.SCOPE and decide(rule, sheet).holds for rule in rules)
    before = len(gathered.options)
    _decide_rules(
        patient, sheet, as_of, [each for each in rules if each.kind in _FIRST], gathered, outside=scope
    )
    # Some alerts belong to what is offered: they are read once the options are known.
    found = gathered.options[before:]
    offered = any("T-DXd" in drugs_of(each.regimen, patient.knowledge) for each in found)
    sheet = {**sheet, "tdxd_offered": Read(offered, sheet["phase"].paths)}
    rest = [each for each in rules if each.kind not in _FIRST]
    _decide_rules(patient, sheet, as_of, rest, gathered, outside=scope)


def _decide_rules(
    patient: Patient,
    sheet: Sheet,
    as_of: Knowledge,
    rules: Sequence[Rule],
    gathered: Gathered,
    *,
    outside: bool,
) -> None:
    for decision in (decide(rule, sheet) for rule in rules):
        silent = outside and decision.rule.kind in _FOR_THOSE_INSIDE
        if silent or decision.holds is False:
            continue
        for name in decision.unknown:
            gathered.miss_fact(name, sheet[name], decision.rule.title)
        if decision.holds:
            gathered.miss_assumed(decision.used.items(), decision.rule.title)
            _take(patient, sheet, as_of, decision, gathered)


def _take(patient: Patient, sheet: Sheet, as_of: Knowledge, decision: Decision, gathered: Gathered) -> None:
    rule = decision.rule
    several = len(patient.case.cancers) > 1 and patient.cancer is not None
    cancer = patient.cancer.id if several and patient.cancer else None
    numbers = {name: read.value for name, read in decision.used.items()}
    sources = rule_sources(rule, as_of, patient.today)
    verification = str(rule.verification)
    match rule.kind:
        case RuleKind.OPTION:
            option = option_of(patient, sheet, as_of, decision, gathered)
            if option is None:
                return
            gathered.options.append(option)
        case RuleKind.ALERT:
            text = filled(rule, sheet, gathered)
            alert = Alert(
                code=rule.id,
                text=text,
                severity=rule.severity or Severity.ACT,
                rule=rule.title,
                numbers=numbers,
                sources=sources,
                verification=verification,
                # Safety is the patient's: it is said once, however many cancers there are.
                cancer=None if rule.topic is Topic.SAFETY else cancer,
            )
            if alert not in gathered.alerts:
                gathered.alerts.append(alert)
        case RuleKind.PITFALL:
            text = filled(rule, sheet, gathered)
            gathered.pitfalls.append(
                Pitfall(rule=rule.id, text=text, sources=sources, verification=verification, cancer=cancer)
            )
        case RuleKind.SCOPE:
            gathered.out_of_scope.append(f"{cancer}: {rule.text}" if cancer else rule.text)
        case RuleKind.DIFFERENCE:
            positions = _positions(decision, as_of)
            if len(positions) < 2:
                return
            difference = Difference(rule=rule.id, text=rule.text, positions=positions)
            if difference not in gathered.differences:
                gathered.differences.append(difference)
    gathered.because.append(
        Step(step=f"{rule.kind}: {rule.title}", rule=f"{rule.id} ({', '.join(rule.sources)})", inputs=numbers)
    )


def _positions(decision: Decision, as_of: Knowledge) -> tuple[Position, ...]:
    known = [as_of.statements[name] for name in decision.rule.statements if name in as_of.statements]
    return tuple(
        Position(
            statement=each.id,
            who=each.title,
            says=each.clinician,
            since=each.since,
            sources=each.sources,
            verification=str(each.verification),
        )
        for each in sorted(known, key=lambda each: each.since)
    )


def _baseline_tests(sheet: Sheet, gathered: Gathered) -> None:
    """An alert that names the tests that are not there before or under therapy."""
    if sheet["phase"].value not in {BEFORE_THERAPY, UNDER_THERAPY}:
        return
    words = {"hepatitis_b": "hepatitis B", "pregnancy": "pregnancy test", "lvef": "LVEF"}
    absent = [name for name in ("lvef", *_BASELINE_TESTS) if sheet[name].value in {None, "pending"}]
    for name in absent:
        gathered.miss_fact(name, sheet[name], "tests before the first dose")
    if absent:
        listed = ", ".join(words[name] for name in absent)
        gathered.alerts.append(
            Alert(
                code="baseline-test-missing",
                text=f"Not recorded before therapy: {listed}.",
                severity=Severity.ACT,
                rule="LVEF, hepatitis B and, where it applies, a pregnancy test come before the first dose",
                numbers={name: sheet[name].value for name in absent},
                sources=("label:herceptin-us", "doi:10.1200/JCO.20.01757"),
                verification="unverified" if "hepatitis_b" in absent else "verified",
            )
        )


def _concluded(gathered: Gathered, as_of: Knowledge, today: dt.date) -> Conclusion[Advice]:
    missing = gathered.missing_facts()
    paths = tuple(each.path for each in missing)
    alerts = sorted(gathered.alerts, key=lambda each: _SEVERITIES.index(each.severity))
    options = sorted(gathered.options, key=lambda each: (_TOPICS.index(each.topic), -each.strength.rank))
    advice = Advice(
        options=tuple(options),
        alerts=tuple(alerts),
        missing=paths,
        pitfalls=tuple(gathered.pitfalls),
        differences=tuple(gathered.differences),
        missing_facts=missing,
        out_of_scope=tuple(dict.fromkeys(gathered.out_of_scope)),
        today=today,
        knowledge_version=as_of.edition.version,
        knowledge_date=as_of.edition.date,
    )
    named = [source for each in options for source in each.sources]
    named += [source for each in alerts for source in each.sources]
    named += [source for each in gathered.pitfalls for source in each.sources]
    return Conclusion[Advice](
        value=advice,
        because=tuple(gathered.because),
        missing=paths,
        warnings=tuple(gathered.warnings),
        sources=tuple(dict.fromkeys(named)),
    )
