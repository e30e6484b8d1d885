"""Why: for every option the rule that fired, the facts it rested on, where they stand, its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.guidance.advice import Advice, AdviceOption, Alert
from neoher.guidance.advice.content import EvidenceLine, FactUsed
from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.conclusion import Conclusion
from neoher.report.numbers import NOT_KNOWN
from neoher.report.section import Section, Table, TableCell
from neoher.report.sections.advice import advice_of, wording_for
from neoher.report.words import capitalised

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["why_section"]

NOT_SHOWN = "not shown: "
"""How the steps of advice begin that say why an option is not there."""


def why_section(findings: Findings) -> Section | None:
    """The basis of the options and alerts; None where there are none."""
    advice, conclusion = advice_of(findings)
    withheld = tuple(_withheld(conclusion))
    if not (advice.options or advice.alerts or withheld):
        return None
    parts = [_of_option(option, findings.audience) for option in advice.options]
    parts += [_of_alerts(advice.alerts)] if advice.alerts else []
    parts += [_not_shown(withheld)] if withheld else []
    return Section(
        id="why",
        title="Why",
        introduction=(
            "Each option opens to the rule that gave it, the facts of the record that met the rule, each "
            "with its place in the record, and the evidence with the kind and grade of its source.",
        ),
        parts=tuple(parts),
        closing=(_reviewed(advice),),
    )


def _of_option(option: AdviceOption, audience: Audience) -> Section:
    of = f"{option.cancer}: " if option.cancer else ""
    tables = [_facts(option.facts)] if option.facts else []
    tables += [_evidence(option.evidence, audience)] if option.evidence else []
    return Section(
        id=f"why-{option.rule}{f'-{option.cancer}' if option.cancer else ''}".lower(),
        title=f"{of}{option.title} ({option.strength})",
        folded=True,
        introduction=(
            f"Rule {option.rule} holds because: {option.row or 'no condition'}. In force since "
            f"{option.since}; {option.verification}; {option.review}.",
        ),
        tables=tuple(tables),
    )


def _facts(facts: tuple[FactUsed, ...]) -> Table:
    return Table(
        caption="What it rests on in the record",
        header=("Fact", "As read", "Where it stands"),
        rows=tuple(
            (
                TableCell(capitalised(each.what)),
                TableCell(_value(each.value)),
                TableCell(
                    ", ".join(each.where) or NOT_KNOWN,
                    note=f"nothing stated at {', '.join(each.assumed)}: taken as not so far"
                    if each.assumed
                    else "",
                ),
            )
            for each in facts
        ),
    )


def _evidence(lines: tuple[EvidenceLine, ...], audience: Audience) -> Table:
    return Table(
        caption="Evidence",
        header=("Statement", "Kind and grade", "Source"),
        rows=tuple(
            (
                TableCell(wording_for(each.statement, audience)),
                TableCell(each.kind, note=f"grade {each.grade}" if each.grade else "no grade printed"),
                TableCell(
                    "; ".join(dict.fromkeys(each.source_kinds)),
                    note=f"{_titles(each.sources)}; {each.since}; {each.verification}",
                    sources=each.sources,
                ),
            )
            for each in lines
        ),
    )


def _titles(sources: tuple[str, ...]) -> str:
    knowledge = load_knowledge()
    found = (knowledge.find_source(name) for name in sources)
    return "; ".join(source.title for source in found if source is not None)


def _of_alerts(alerts: tuple[Alert, ...]) -> Section:
    rows = tuple(
        (
            TableCell(each.code.replace("-", " "), note=str(each.severity)),
            TableCell(each.rule),
            TableCell(_numbers(each), known=bool(each.numbers)),
            TableCell(each.verification, sources=each.sources),
        )
        for each in alerts
    )
    header = ("Alert", "Rule", "What it compared", "Basis")
    table = Table("The rule of each alert and what it compared", header, rows)
    return Section(id="why-alerts", title="Alerts of safety", folded=True, tables=(table,))


def _numbers(alert: Alert) -> str:
    if not alert.numbers:
        return "no number: the rule rests on what is or is not stated"
    return "; ".join(
        f"{name.replace('_', ' ')} {NOT_KNOWN if value is None else _value(value)}"
        for name, value in alert.numbers.items()
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _withheld(conclusion: Conclusion[Advice]) -> Iterator[tuple[str, str]]:
    """Options that a fact of the record forbids, each with the fact."""
    for step in conclusion.because:
        if step.step.startswith(NOT_SHOWN):
            yield step.step.removeprefix(NOT_SHOWN), step.rule


def _not_shown(withheld: tuple[tuple[str, str], ...]) -> Section:
    rows = tuple((TableCell(title), TableCell(reason)) for title, reason in withheld)
    table = Table("Options that a fact of the record forbids", ("Option", "Why it is not shown"), rows)
    return Section(id="why-not", title="What is not shown", folded=True, tables=(table,))


def _reviewed(advice: Advice) -> str:
    return (
        f"Rules and statements of knowledge {advice.knowledge_version}, {advice.knowledge_date}. "
        "'unverified': from memory, the source was not opened; 'secondary': read in a publication that "
        "quotes the source; 'design decision': ours, without evidence behind it."
    )
