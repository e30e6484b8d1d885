"""What comes next, as questions to ask the team; what is urgent stands first on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from neoher.guidance.advice import Advice, AdviceOption, Alert
from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.kinds.rule import RuleKind, Severity, Strength, Topic
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.guidance.knowledge.kinds.treatment import RegimenSetting
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.report.patient.alerts import alert_in_words
from neoher.report.patient.words import listed
from neoher.report.section import Section
from neoher.report.sections.advice import advice_of

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["next_section", "urgent_section"]

_HEADINGS = {
    Topic.BEFORE_THERAPY: "Before treatment starts",
    Topic.IMAGING: "Scans",
    Topic.SYSTEMIC_BEFORE_SURGERY: "Medicines before the operation",
    Topic.UNDER_THERAPY: "During treatment",
    Topic.SURGERY: "The operation",
    Topic.AXILLA: "Lymph nodes under the arm",
    Topic.AFTER_SURGERY: "Medicines after the operation",
    Topic.RADIOTHERAPY: "Radiotherapy",
    Topic.ENDOCRINE: "Tablets against hormones",
    Topic.SAFETY: "Safety",
    Topic.SCOPE: "What this page is for",
}
_QUESTIONS = {
    Topic.BEFORE_THERAPY: "Ask: “Has this been done for me, or when will it be done?”",
    Topic.IMAGING: "Ask: “Which of these scans do I need now, and when?”",
    Topic.SYSTEMIC_BEFORE_SURGERY: "Ask: “Which of these treatments fits me, and why? What side effects "
    "should I know?”",
    Topic.UNDER_THERAPY: "Ask: “Is the treatment working? What is the plan from here?”",
    Topic.SURGERY: "Ask: “When is the operation? Which operation is possible for me, and why?”",
    Topic.AXILLA: "Ask: “How many lymph nodes will be removed, and why?”",
    Topic.AFTER_SURGERY: "Ask: “Which treatment comes after the operation, for how long, and why?”",
    Topic.RADIOTHERAPY: "Ask: “Do I need radiotherapy? Where, and when?”",
    Topic.ENDOCRINE: "Ask: “Which tablets are right for me, and for how long?”",
    Topic.SAFETY: "Ask: “What do I have to watch?”",
    Topic.SCOPE: "Ask: “What applies to me?”",
}
_STRENGTH = {
    Strength.STANDARD: "Usual",
    Strength.ALTERNATIVE: "Another choice",
    Strength.INDIVIDUAL: "For some people",
    Strength.TRIAL: "Only in a study",
}
_TESTS = {
    "LVEF": "a heart check",
    "hepatitis B test": "a test for hepatitis B",
    "pregnancy test": "a pregnancy test",
}


def urgent_section(findings: Findings) -> Section | None:
    """What must not wait: alerts that stop something first; None where there is none."""
    advice, _ = advice_of(findings)
    knowledge = load_knowledge()
    now = [alert_in_words(each, knowledge) for each in advice.alerts if each.severity is Severity.STOP]
    soon = [alert_in_words(each, knowledge) for each in _one_heart_check(advice.alerts)]
    if not now and not soon:
        return None
    return Section(
        id="soon",
        title="Talk to your team about this now" if now else "Talk to your team about this soon",
        cautions=tuple(dict.fromkeys(now)),
        items=tuple(each for each in dict.fromkeys(soon) if each not in now),
    )


def _one_heart_check(alerts: Sequence[Alert]) -> list[Alert]:
    """What calls for an act; of heart checks that are overdue by several drugs the earliest alone."""
    acts = [each for each in alerts if each.severity is Severity.ACT]
    overdue = [each for each in acts if each.code == "lvef-overdue"]
    earliest = min(overdue, key=lambda each: str(each.numbers["next_echo"]), default=None)
    return [each for each in acts if each.code != "lvef-overdue" or each is earliest]


def next_section(findings: Findings) -> Section:
    """Options in plain words below the question to ask; never an order, and none chosen."""
    advice, conclusion = advice_of(findings)
    knowledge = load_knowledge()
    scope = tuple(_out_of_scope(conclusion, knowledge))
    parts = [*_by_topic(findings.case, advice, knowledge)]
    known = tuple(_good_to_know(advice, knowledge))
    if known:
        parts.append(Section(id="good-to-know", title="Good to know", items=known))
    if not parts:
        told = scope or ("No next step follows from what is recorded.",)
        return Section(
            id="next",
            title="What comes next",
            introduction=(*told, "Ask your team: “What comes next for me?”"),
        )
    differ = (
        ("Experts and countries do not agree on every point. Ask which rules your hospital follows.",)
        if advice.differences
        else ()
    )
    return Section(
        id="next",
        title="What comes next: questions for your team",
        introduction=(
            *scope,
            "These are choices that doctors talk about for someone with your record. None of them is an "
            "order. Not every one is right for you. Take the questions to your next visit.",
            *differ,
        ),
        parts=tuple(parts),
    )


def _by_topic(case: Case, advice: Advice, knowledge: Knowledge) -> Iterator[Section]:
    for topic, group in groupby(advice.options, key=lambda each: each.topic):
        options = list(group)
        waits = dict.fromkeys(
            _TESTS.get(name, "a heart check")
            for each in options
            for name in each.not_before
            if not name.startswith("the hold of ")
        )
        first = (f"Before the first dose comes: {listed(waits)}.",) if waits else ()
        yield Section(
            id=f"next-{str(topic).replace(' ', '-')}",
            title=_HEADINGS[topic],
            introduction=(_QUESTIONS[topic], *first),
            items=tuple(dict.fromkeys(_option(case, each, knowledge) for each in options)),
        )


def _option(case: Case, option: AdviceOption, knowledge: Knowledge) -> str:
    cancer = next((each for each in case.cancers if each.id == option.cancer), None)
    of = f", for the cancer in your {cancer.side} breast" if cancer and cancer.side else ""
    strength = "Paused now, so for later" if option.on_hold else _STRENGTH[option.strength]
    return f"{strength}{of}: {_named(option, knowledge)}{_worded(option, knowledge)}"


def _named(option: AdviceOption, knowledge: Knowledge) -> str:
    """'TCHP. ': the name by which the team knows a treatment before surgery."""
    regimen = knowledge.regimens.get(option.regimen) if option.regimen else None
    if regimen is None or not regimen.names or RegimenSetting.NEOADJUVANT not in regimen.settings:
        return ""
    return f"{regimen.names[0]}. "


def _worded(option: AdviceOption, knowledge: Knowledge) -> str:
    rule = knowledge.rules.get(option.rule)
    if rule is not None and rule.patient:
        return rule.patient
    if option.regimen and option.regimen in knowledge.regimens:
        return knowledge.regimens[option.regimen].patient
    stated = [
        knowledge.statements[each.statement]
        for each in option.evidence
        if each.statement in knowledge.statements
    ]
    return stated[0].wording(Audience.PATIENT) if stated else "A choice that your team can explain to you."


def _good_to_know(advice: Advice, knowledge: Knowledge) -> Iterator[str]:
    told = (knowledge.rules.get(each.rule) for each in advice.pitfalls)
    yield from dict.fromkeys(rule.patient for rule in told if rule is not None and rule.patient)


def _out_of_scope(conclusion: Conclusion[Advice], knowledge: Knowledge) -> Iterator[str]:
    for step in conclusion.because:
        rule = knowledge.rules.get(step.rule.partition(" ")[0])
        if rule is not None and rule.kind is RuleKind.SCOPE:
            yield rule.patient or "This page does not cover your situation. Ask your team."
