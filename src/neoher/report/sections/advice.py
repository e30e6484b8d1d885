"""Next steps, safety, and what is missing for advice: what the rules say of this record, with their basis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from neoher.guidance.advice import Advice, AdviceOption, Alert, MissingForAdvice, advise
from neoher.guidance.advice.content import Difference
from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.report.section import Section, Table, TableCell

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["advice_of", "missing_for_advice_section", "next_steps_section", "safety_section", "wording_for"]

NON_BREAKING_HYPHEN = "\N{NON-BREAKING HYPHEN}"
EVIDENCE_SHOWN = 2
REASONS_SHOWN = 3
_URGENCY = {Severity.STOP: "stop or settle now", Severity.ACT: "act", Severity.WATCH: "watch"}


def next_steps_section(findings: Findings) -> Section | None:
    """Options by the part of the course, pitfalls, and where guidelines differ; None where there is none."""
    advice, conclusion = advice_of(findings)
    if not (advice.options or advice.out_of_scope or advice.pitfalls):
        return None
    return Section(
        id="next-steps",
        title="Next steps",
        introduction=(
            "Options for a multidisciplinary meeting, never orders: what guidelines, labels and trials "
            f"support for what is recorded, as known on {advice.today}. How firmly an option stands is in "
            "our words.",
        ),
        cautions=(*advice.out_of_scope, *(each.message for each in conclusion.warnings)),
        tables=tuple(_options(advice, findings.audience)),
        parts=tuple(_further(advice, findings.audience)),
        closing=(_edition(advice),),
    )


def safety_section(findings: Findings) -> Section | None:
    """Alerts with their rule, numbers and source; None where nothing was recorded that could give one."""
    advice, _ = advice_of(findings)
    introduction: tuple[str, ...] = ()
    if not advice.alerts:
        introduction = ("No alert follows from what is recorded. What is not recorded can hide one.",)
    return Section(
        id="safety-alerts",
        title="Safety",
        introduction=introduction,
        cautions=tuple(each.text for each in advice.alerts if each.severity is Severity.STOP),
        tables=(_alerts(advice.alerts),) if advice.alerts else (),
    )


def missing_for_advice_section(findings: Findings) -> Section | None:
    """The facts on which an option or an alert hangs; None where none is missing."""
    advice, _ = advice_of(findings)
    if not advice.missing_facts:
        return None
    rows = tuple(_missing(each) for each in advice.missing_facts if not each.assumed)
    assumed = [each.path for each in advice.missing_facts if each.assumed]
    table = Table("Facts that the record does not state", ("What", "Where it would stand", "For"), rows)
    return Section(
        id="missing-for-advice",
        title="What is missing for advice",
        introduction=(
            "Each of these decides something above. What is not recorded was taken as not known, never as "
            "negative or normal.",
        ),
        tables=(table,) if rows else (),
        closing=(
            f"Nothing is stated at these places, and it was taken as 'not so far': {', '.join(assumed)}.",
        )
        if assumed
        else (),
    )


def advice_of(findings: Findings) -> tuple[Advice, Conclusion[Advice]]:
    """The advice for the record on the day of the report, and the conclusion that holds it."""
    conclusion = _advised(findings.case, findings.today)
    assert conclusion.value is not None  # advice always has a value; it may be empty
    return conclusion.value, conclusion


@lru_cache(maxsize=4)
def _advised(case: Case, today: dt.date) -> Conclusion[Advice]:
    """Several sections ask for the same advice of one report."""
    return advise(case, load_knowledge(), today)


def wording_for(statement: str, audience: Audience) -> str:
    """A statement's text as this reader is told it."""
    return load_knowledge().statements[statement].wording(audience)


def _options(advice: Advice, audience: Audience) -> Iterator[Table]:
    header = ("Option", "How firmly", "Evidence", "What would change it")
    for topic, options in groupby(advice.options, key=lambda each: each.topic):
        words = str(topic)
        yield Table(words[0].upper() + words[1:], header, tuple(_option(each, audience) for each in options))


def _option(option: AdviceOption, audience: Audience) -> tuple[TableCell, ...]:
    of = f"Cancer {option.cancer}: " if option.cancer else ""
    waits = f"Not before: {', '.join(option.not_before)}." if option.not_before else ""
    evidence = [wording_for(each.statement, audience) for each in option.evidence[:EVIDENCE_SHOWN]]
    read = "" if option.verification == "verified" else f"{option.verification}; "
    return (
        TableCell(f"{of}{option.text}", note=" ".join([waits, *option.notes]).strip()),
        TableCell(str(option.strength), note=f"{read}{option.review}"),
        TableCell(" ".join(evidence) or "None held.", sources=option.sources, known=bool(evidence)),
        TableCell("; ".join(option.would_change)),
    )


def _further(advice: Advice, audience: Audience) -> Iterator[Section]:
    if advice.pitfalls:
        rows = tuple(
            (TableCell(each.text), TableCell(each.verification, sources=each.sources))
            for each in advice.pitfalls
        )
        table = Table("What can mislead in this patient", ("Pitfall", "Basis"), rows)
        yield Section(id="pitfalls", title="Pitfalls", tables=(table,))
    if advice.differences:
        yield Section(
            id="differences",
            title="Where guidelines and labels differ",
            tables=tuple(_difference(each, audience) for each in advice.differences),
        )


def _difference(difference: Difference, audience: Audience) -> Table:
    rows = tuple(
        (
            TableCell(each.since.replace("-", NON_BREAKING_HYPHEN)),
            TableCell(wording_for(each.statement, audience)),
            TableCell(each.verification, sources=each.sources),
        )
        for each in difference.positions
    )
    return Table(difference.text, ("Since", "Says", "Basis"), rows)


def _alerts(alerts: tuple[Alert, ...]) -> Table:
    rows = tuple(
        (
            TableCell(each.text, emphasis=each.severity is Severity.STOP),
            TableCell(_URGENCY[each.severity]),
            TableCell(each.rule, note=each.verification, sources=each.sources),
        )
        for each in alerts
    )
    return Table("Alerts, the gravest first", ("Alert", "Urgency", "Rule and source"), rows)


def _missing(fact: MissingForAdvice) -> tuple[TableCell, ...]:
    reasons = "; ".join(fact.decides[:REASONS_SHOWN])
    more = len(fact.decides) - REASONS_SHOWN
    return (
        TableCell(fact.what[0].upper() + fact.what[1:]),
        TableCell(fact.path),
        TableCell(reasons, note=f"and {more} more" if more > 0 else ""),
    )


def _edition(advice: Advice) -> str:
    return (
        f"Knowledge {advice.knowledge_version} of {advice.knowledge_date}, applied as of {advice.today}. "
        "'submitted' means that no clinician has approved the rule yet."
    )
