"""Next steps of the record: what `neoher advise` gives as options and alerts, and what it lacks."""

from __future__ import annotations

import re

from neoher.guidance.advice import advise
from neoher.guidance.advice.content import AdviceOption
from neoher.guidance.asking.case_facts.told import Asked, Told
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Topic
from neoher.record.conclusion import Caution

__all__ = ["tell_alerts", "tell_missing", "tell_next_steps"]


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


def _option_plainly(option: AdviceOption, knowledge: Knowledge) -> str:
    """The option with the patient's wording of the statement behind it, where there is one."""
    behind = (knowledge.statements.get(each.statement) for each in option.evidence)
    explained = next((each.patient for each in behind if each is not None), "")
    if not explained:
        return f"Something to talk about with your team: {option.text}"
    return f"Something to talk about with your team: {explained} (For your doctors: {option.text})"
