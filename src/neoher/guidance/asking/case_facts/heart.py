"""Heart of the record: ejection fractions as measured, and when the next is due by the rule sets."""

from __future__ import annotations

import datetime as dt
import re

from neoher.errors import InputError
from neoher.guidance.asking.case_facts.plainly import day_plainly
from neoher.guidance.asking.case_facts.told import Asked, Told, day, entry_of
from neoher.guidance.cardiac import assess_heart
from neoher.guidance.facts.treatments import treatments_of
from neoher.guidance.heart.facts import CardiacDrug, CardiacFacts, RuleSet

__all__ = ["tell_heart", "tell_next_echo"]

_DRUGS = {
    "trastuzumab": CardiacDrug.TRASTUZUMAB,
    "pertuzumab": CardiacDrug.PERTUZUMAB,
    "T-DM1": CardiacDrug.T_DM1,
    "T-DXd": CardiacDrug.T_DXD,
}


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
