"""Course of the record: stage, therapy, heart, safety, who she is, what came after."""

from __future__ import annotations

import datetime as dt
import re

from neoher.errors import InputError
from neoher.guidance.advice import advise
from neoher.guidance.advice.content import AdviceOption
from neoher.guidance.asking.case_facts.plainly import day_plainly
from neoher.guidance.asking.case_facts.told import Asked, Told, day, entry_of
from neoher.guidance.cardiac import assess_heart
from neoher.guidance.facts.treatments import treatments_of
from neoher.guidance.heart.facts import CardiacDrug, CardiacFacts, RuleSet
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Topic
from neoher.record.conclusion import Caution

__all__ = [
    "tell_alerts",
    "tell_heart",
    "tell_missing",
    "tell_next_echo",
    "tell_next_steps",
    "tell_outcome",
    "tell_person",
    "tell_safety",
    "tell_stage",
    "tell_therapy",
]

_DRUGS = {
    "trastuzumab": CardiacDrug.TRASTUZUMAB,
    "pertuzumab": CardiacDrug.PERTUZUMAB,
    "T-DM1": CardiacDrug.T_DM1,
    "T-DXd": CardiacDrug.T_DXD,
}


def tell_stage(asked: Asked) -> Told:
    """The clinical categories before therapy, and those of restaging where stated."""
    told = Told()
    for cancer in asked.case.cancers:
        stage = cancer.stage
        stated = (("cT", stage.T), ("cN", stage.N), ("cM", stage.M)) if stage else ()
        parts = [f"{name}{value}" for name, value in stated if value is not None]
        if parts:
            told.say(
                f"Clinical stage of cancer {cancer.id}: {' '.join(parts)}",
                f"cancers[{cancer.id}].stage",
                plain=f"Before treatment the cancer was classed as {' '.join(parts)} (tumour, lymph nodes, spread).",
            )
        else:
            told.miss(f"cancers[{cancer.id}].stage")
    for position, restaging in enumerate(asked.case.restaging):
        found = [
            f"{name}{value}"
            for name, value in (("ycT", restaging.ycT), ("ycN", restaging.ycN))
            if value is not None
        ]
        if found:
            told.say(f"Restaged on {day(restaging.date)}: {' '.join(found)}", entry_of("restaging", position))
    if not told.lines and not told.missing:
        told.miss("cancers[].stage")
    return told


def tell_therapy(asked: Asked) -> Told:
    """Every treatment: regimen or drugs, dates, cycles given and planned, why it ended."""
    told = Told()
    for position, each in enumerate(asked.case.treatment):
        parts = [each.regimen or ", ".join(each.drugs) or "drugs not stated"]
        if each.setting:
            parts.append(str(each.setting))
        parts.append(f"from {day(each.start)}" + (f" to {day(each.end)}" if each.end else ""))
        if each.cycles is not None:
            planned = f" of {each.cycles_planned} planned" if each.cycles_planned is not None else ""
            parts.append(f"{each.cycles} cycles given{planned}")
        else:
            told.miss(f"{entry_of('treatment', position)}.cycles")
        if each.ended_because:
            parts.append(f"ended: {each.ended_because}")
        told.say(
            "Therapy: " + "; ".join(parts),
            entry_of("treatment", position),
            plain=f"Treatment: {parts[0]}, begun on {day_plainly(each.start)}"
            + (f", ended on {day_plainly(each.end)}" if each.end else "")
            + (f"; {each.cycles} rounds given" if each.cycles is not None else "")
            + (f" of {each.cycles_planned} planned" if each.cycles_planned is not None else "")
            + ".",
        )
    if not told.lines:
        told.miss("treatment")
    return told


def tell_next_steps(asked: Asked) -> Told:
    """The options of `neoher advise` on this day, as they stand, never an order; of imaging alone where that
    is asked for."""
    told = Told()
    conclusion = advise(asked.case, asked.knowledge, asked.today)
    advice = conclusion.value
    imaging_only = bool(re.search(r"\b(?:mri|mr|scans?|imaging|mammogra\w*|ultrasound|pet)\b", asked.text))
    for option in advice.options if advice else ():
        if imaging_only and option.topic is not Topic.IMAGING:
            continue
        not_before = f"; not before: {', '.join(option.not_before)}" if option.not_before else ""
        told.say(
            f"Option, {option.strength}: {option.text}{not_before}",
            "advise",
            sources=tuple(option.sources),
            plain=_option_plainly(option, asked.knowledge),
        )
    if imaging_only and advice and not told.lines:
        told.say("No option of `neoher advise` names an examination on this day", "advise")
    told.miss(*conclusion.missing)
    for message in advice.out_of_scope if advice else ():
        told.warnings.append(Caution(code="out-of-scope", message=message))
    for alert in advice.alerts if advice else ():
        told.warnings.append(Caution(code=alert.code, message=alert.text))
    if not told.lines and not told.missing and not told.warnings:
        told.miss("what decides the next step: `neoher advise` lists it")
    return told


def tell_missing(asked: Asked) -> Told:
    """What `neoher advise` does not find in the record, and what hangs on it."""
    told = Told()
    advice = advise(asked.case, asked.knowledge, asked.today).value
    for each in advice.missing_facts if advice else ():
        decides = f"; it decides: {', '.join(each.decides)}" if each.decides else ""
        told.say(
            f"Missing: {each.what} ({each.path}){decides}", each.path, plain=f"Not written down: {each.what}."
        )
    if not told.lines:
        told.say("Nothing is missing that `neoher advise` would need on this day", "advise")
    return told


def tell_alerts(asked: Asked) -> Told:
    """The alerts of `neoher advise` on this day."""
    told = Told()
    conclusion = advise(asked.case, asked.knowledge, asked.today)
    for alert in conclusion.value.alerts if conclusion.value else ():
        told.say(f"Alert, {alert.severity}: {alert.text}", "advise", sources=tuple(alert.sources))
    if not told.lines:
        told.say("No alert of `neoher advise` on this day", "advise", plain="No safety alert on this day.")
    told.miss(*conclusion.missing)
    return told


def tell_heart(asked: Asked) -> Told:
    """The ejection fractions as measured, the newest first."""
    told = Told()
    measured = (
        sorted(
            enumerate(asked.case.heart),
            key=lambda pair: (pair[1].date is not None, pair[1].date),
            reverse=True,
        )
        if all(each.date for each in asked.case.heart)
        else list(enumerate(asked.case.heart))
    )
    newest_alone = bool(re.search(r"\b(?:last|latest|newest|current|now|most recent)\b", asked.text))
    for position, each in measured[: 1 if newest_alone else None]:
        value = f"{each.lvef_percent:g} %" if each.lvef_percent is not None else "value not stated"
        method = f", {each.method}" if each.method else ""
        limit = f" (lower limit {each.lower_limit:g} %)" if each.lower_limit is not None else ""
        told.say(
            f"LVEF {value}{method}, {day(each.date)}{limit}",
            entry_of("heart", position),
            plain=f"Heart check of {day_plainly(each.date)}: the pumping value was {value}"
            + (
                f"; at this laboratory {each.lower_limit:g} % or more is normal." if each.lower_limit else "."
            ),
        )
    if not told.lines:
        told.miss("heart")
    return told


def tell_next_echo(asked: Asked) -> Told:
    """What the rule sets say after the newest ejection fraction, and when the next is due."""
    told = Told()
    drugs = _drugs_given(asked)
    dated = [
        (each.date, each.lvef_percent)
        for each in asked.case.heart
        if each.date is not None and each.lvef_percent is not None
    ]
    if not dated:
        told.miss("heart[].lvef_percent")
    if not drugs:
        told.miss("treatment[].drugs")
    if told.missing:
        return told
    newest = max(
        (each for each in asked.case.heart if each.date and each.lvef_percent is not None),
        key=lambda each: str(each.date),
    )
    region = asked.case.patient.region
    for drug in drugs:
        try:
            facts = CardiacFacts(
                drug=_DRUGS[drug],
                region=RuleSet(str(region)) if region and str(region) in set(RuleSet) else None,
                lvef=tuple(f"{date.isoformat()}={value:g}" for date, value in dated),
                lln=newest.lower_limit,
                symptoms=_yes_or_no(newest.heart_failure_symptoms),
                today=asked.today,
            )
            conclusion = assess_heart(facts)
        except InputError as error:
            told.contradict(f"Heart under {drug}", "heart", error)
            continue
        told.because += conclusion.because
        told.warnings += [each for each in conclusion.warnings if each not in told.warnings]
        told.miss(*conclusion.missing)
        if conclusion.value is None:
            continue
        for name, verdict in conclusion.value.by_rule_set.items():
            applied = " (applied)" if name == conclusion.value.applied else ""
            due = f"next echo {verdict.next_echo}" if verdict.next_echo else "no fixed day for the next echo"
            late = ", overdue" if verdict.overdue else ""
            says = verdict.action or "cannot be said"
            told.say(
                f"{drug[0].upper()}{drug[1:]}, {name} rules{applied}: {says}; {due}{late} "
                f"({verdict.says}; {verdict.verification})",
                "heart",
                "treatment",
                sources=conclusion.sources,
                plain=_echo_plainly(drug, str(name), verdict.next_echo, overdue=bool(verdict.overdue)),
            )
    return told


def _option_plainly(option: AdviceOption, knowledge: Knowledge) -> str:
    """The option with the patient's wording of the statement behind it, where there is one."""
    behind = (knowledge.statements.get(each.statement) for each in option.evidence)
    explained = next((each.patient for each in behind if each is not None), "")
    if not explained:
        return f"Something to talk about with your team: {option.text}"
    return f"Something to talk about with your team: {explained} (For your doctors: {option.text})"


def _echo_plainly(drug: str, rules: str, due: dt.date | None, *, overdue: bool) -> str:
    if due is None:
        return f"For {drug} the {rules} rules give no fixed day for the next heart check. Ask your team."
    late = ". That day is past: ask your team" if overdue else ""
    return f"By the {rules} rules for {drug} the next heart check is due on {day_plainly(due)}{late}."


def _yes_or_no(stated: object) -> bool | None:
    return None if stated is None else str(stated) == "yes"


def _drugs_given(asked: Asked) -> list[str]:
    """HER2-directed drugs of the last treatment that holds one; that of the question first."""
    given = treatments_of(asked.case, asked.knowledge, asked.case.surgery)
    named = [drug for drug in _DRUGS if drug.lower() in asked.text]
    if named:
        return named
    for each in reversed(given):
        found = [drug for drug in _DRUGS if each.drugs and drug in each.drugs]
        if found:
            return found
    return []


def tell_safety(asked: Asked) -> Told:
    """Tests before therapy, adverse events, contraindications: those that are asked for."""
    told = Told()
    tests = asked.case.baseline_tests
    for words, label, value, path in (
        (("hepatitis", "hep b", "hbv", "hbsag"), "Hepatitis B", tests and tests.hepatitis_b, "hepatitis_b"),
        (("pregnan",), "Pregnancy test", tests and tests.pregnancy, "pregnancy"),
    ):
        if asked.says(*words):
            if value is None:
                told.miss(f"baseline_tests.{path}")
            else:
                told.say(f"{label}: {value}", f"baseline_tests.{path}")
    if asked.says("adverse", "side effect", "toxicit", "ild", "pneumonitis", "diarrh", "neuropath"):
        _tell_events(asked, told)
    if asked.says("contraindic", "allerg", "pacemaker"):
        stated = asked.case.contraindications
        if stated is None:
            told.miss("contraindications")
        elif isinstance(stated, tuple):
            for position, reason in enumerate(stated):
                against = f" against {reason.against}" if reason.against else ""
                told.say(
                    f"Contraindication: {reason.kind or 'kind not stated'}{against}",
                    entry_of("contraindications", position),
                )
        else:
            told.say("Contraindications: none, as stated", "contraindications")
    return told


def _tell_events(asked: Asked, told: Told) -> None:
    stated = asked.case.adverse_events
    if stated is None:
        told.miss("adverse_events")
    elif isinstance(stated, tuple):
        for position, event in enumerate(stated):
            grade = f", grade {event.grade}" if event.grade is not None else ""
            drug = f", {event.drug}" if event.drug else ""
            told.say(
                f"Adverse event: {event.kind or 'kind not stated'}{grade}{drug}, {day(event.date)}",
                entry_of("adverse_events", position),
                plain=f"Side effect: {event.kind or 'kind not written down'}{grade}{drug}, "
                f"{day_plainly(event.date)}.",
            )
    else:
        told.say(
            "Adverse events: none, as stated", "adverse_events", plain="Side effects: none, as written down."
        )


def tell_person(asked: Asked) -> Told:
    """Year of birth, menopause, sex, region: what is asked for."""
    told = Told()
    person = asked.case.patient
    for words, label, value, path in (
        (("old", "age", "born", "birth"), "Born", person.birth_year, "birth_year"),
        (("menopaus",), "Menopause", person.menopause, "menopause"),
        (("region", "country"), "Region", person.region, "region"),
    ):
        if asked.says(*words):
            if value is None:
                told.miss(f"patient.{path}")
            else:
                told.say(f"{label}: {value}", f"patient.{path}")
    return told


def tell_outcome(asked: Asked) -> Told:
    """When she was last seen, how, and what came after therapy."""
    told = Told()
    outcome = asked.case.outcome
    if outcome is None:
        told.miss("outcome")
        return told
    if outcome.last_seen or outcome.status:
        told.say(f"Last seen {day(outcome.last_seen)}: {outcome.status or 'status not stated'}", "outcome")
    if outcome.events is None:
        told.miss("outcome.events")
    elif isinstance(outcome.events, tuple):
        for position, event in enumerate(outcome.events):
            told.say(
                f"{event.kind or 'event'}, {day(event.date)}" + (f", {event.site}" if event.site else ""),
                entry_of("outcome.events", position),
            )
    else:
        told.say("Events after therapy: none, as stated", "outcome.events")
    if outcome.last_seen and (asked.today - outcome.last_seen).days > _LONG_AGO_DAYS:
        told.warnings.append(
            Caution(
                code="last-seen-long-ago", message=f"Last seen {day(outcome.last_seen)}, over a year ago."
            )
        )
    return told


_LONG_AGO_DAYS = 366
