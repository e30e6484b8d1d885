"""For a researcher: formulas and parameters of what was computed, endpoints of trials, and the sources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.kinds.trial import Result, Trial
from neoher.record.calculator import Calculator
from neoher.report.content import LesionTable
from neoher.report.explanation import explained
from neoher.report.numbers import NOT_KNOWN, short_date
from neoher.report.section import Section, Table, TableCell
from neoher.report.sections.advice import advice_of

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["evidence_section", "formulas_section"]


def formulas_section(findings: Findings) -> Section:
    """Each method whose number or class stands in the report: formula, limits, parameters, publications."""
    parts = [_method(findings, name, calculator) for name, calculator in _used(findings)]
    limits = _limits(findings.lesions)
    return Section(
        id="formulas",
        title="Formulas, parameters and limits of change",
        introduction=(
            "What was computed in this report, how, with which parameters, and what it does not do. The "
            "unrounded values stand in report.json.",
        ),
        tables=(limits,) if limits is not None else (),
        parts=tuple(parts),
    )


def evidence_section(findings: Findings) -> Section | None:
    """Endpoints by their definitions and how far every source was read; None where no option rests on any."""
    advice, conclusion = advice_of(findings)
    knowledge = load_knowledge()
    stated = [
        knowledge.statements[line.statement]
        for option in advice.options
        for line in option.evidence
        if line.statement in knowledge.statements
    ]
    names = dict.fromkeys(name for each in stated for name in each.trials)
    trials = [knowledge.trials[name] for name in names if name in knowledge.trials]
    if not trials and not conclusion.sources:
        return None
    return Section(
        id="evidence",
        title="Evidence: endpoints, intervals and sources",
        introduction=(
            "The trials that the statements behind the options name. Rates of two endpoints, or of two "
            "definitions of pCR, are not compared. They are of groups of patients, never of this one.",
        ),
        parts=tuple(_trial(each) for each in trials),
        tables=(_sources(conclusion.sources, knowledge),) if conclusion.sources else (),
    )


def _used(findings: Findings) -> Iterator[tuple[str, Calculator[Any, Any]]]:
    """The methods that gave something in this report, by the name of their command."""
    # Each is imported where it is used: the page of a clinician or a patient needs none of them.
    measured = {result.key[2] for result in findings.results if result.measurement is not None}
    if "ftv" in measured:
        from neoher.measure.ftv import CALCULATOR as FTV

        yield "ftv", FTV
    if "adc" in measured:
        from neoher.measure.adc import CALCULATOR as ADC

        yield "adc", ADC
    if "suv" in measured:
        from neoher.measure.suv import CALCULATOR as SUV

        yield "suv", SUV
    if "length" in measured:
        from neoher.measure.length import CALCULATOR as LENGTH

        yield "length", LENGTH
    if findings.tissue.her2:
        from neoher.pathology.her2.assessment import CALCULATOR as HER2
        from neoher.pathology.receptors import CALCULATOR as RECEPTORS

        yield "her2", HER2
        yield "receptors", RECEPTORS
    if findings.tissue.residual_burden:
        from neoher.pathology.complete_response import CALCULATOR as COMPLETE_RESPONSE
        from neoher.pathology.residual_burden.calculator import CALCULATOR as RESIDUAL_BURDEN

        yield "rcb", RESIDUAL_BURDEN
        yield "pcr", COMPLETE_RESPONSE
    if findings.case.heart:
        from neoher.guidance.cardiac import CALCULATOR as CARDIAC

        yield "cardiac", CARDIAC


def _method(findings: Findings, name: str, calculator: Calculator[Any, Any]) -> Section:
    told = explained(calculator.explanation)
    tables = []
    parameters = tuple(_parameters(findings, name))
    if parameters:
        tables.append(Table("Parameters used", ("Exam", "Method", "Parameters"), parameters))
    if calculator.sources:
        rows = tuple(
            (TableCell(each.citation), TableCell(each.reading), TableCell("", sources=(each.id,)))
            for each in calculator.sources
        )
        tables.append(Table("Publications", ("Publication", "How far it was read", "Id"), rows))
    return Section(
        id=f"formula-{name}",
        title=f"{calculator.name}: {calculator.summary}",
        folded=True,
        introduction=told.paragraphs,
        formulas=told.formulas,
        items=told.items,
        tables=tuple(tables),
    )


def _parameters(findings: Findings, name: str) -> Iterator[tuple[TableCell, ...]]:
    for result in findings.results:
        measurement = result.measurement
        if measurement is None or result.key[2] != name:
            continue
        of = f", {measurement.lesion}" if measurement.lesion else ""
        yield (
            TableCell(f"{measurement.exam}{of}", note=short_date(measurement.date)),
            TableCell(measurement.method),
            TableCell(_listed(measurement.parameters)),
        )


def _listed(parameters: Mapping[str, JsonValue]) -> str:
    return ", ".join(
        f"{name} {'not set' if value is None else json.dumps(value, ensure_ascii=False)}"
        for name, value in parameters.items()
    )


def _limits(tables: Sequence[LesionTable]) -> Table | None:
    """What a change of each quantity must exceed, once per quantity and modality."""
    rows = {
        (row.label, row.modality): (
            TableCell(row.label, note=row.modality),
            TableCell(row.limit, sources=row.limit_sources),
        )
        for table in tables
        for row in table.rows
    }
    if not rows:
        return None
    return Table("What a change must exceed", ("Quantity", "Limit"), tuple(rows.values()))


def _trial(trial: Trial) -> Section:
    header = ("Endpoint and definition", "Arms", "Comparison", "Read")
    rows = tuple(_result(trial, each) for each in trial.results)
    size = f" n = {trial.n}." if trial.n is not None else ""
    maturity = f" {trial.maturity}" if trial.maturity else ""
    return Section(
        id=f"trial-{trial.id}".replace(" ", "-").lower(),
        title=trial.title,
        folded=True,
        introduction=(f"{trial.design}; {trial.population}.{size}{maturity}",),
        tables=(Table("Results as the sources print them", header, rows),) if rows else (),
    )


def _result(trial: Trial, result: Result) -> tuple[TableCell, ...]:
    names = {arm.id: arm for arm in trial.arms}
    level = f"{result.level:g} % interval"
    arms = [
        f"{names[each.arm].name}{f' (n = {names[each.arm].n})' if names[each.arm].n else ''}: {each.value:g} "
        f"{result.unit}{_interval(each.low, each.high, level)}"
        for each in result.values
    ]
    pairs = [
        f"{names[each.arm].name} against {names[each.against].name}: {each.measure}"
        f"{'' if each.value is None else f' {each.value:g}'}{_interval(each.low, each.high, level)}"
        f"{f', p {each.p}' if each.p else ''}"
        for each in result.comparisons
    ]
    of = [part for part in (result.at, result.subgroup) if part]
    notes = [*of, *([f"maturity {result.maturity}"] if result.maturity else [])]
    return (
        TableCell(f"{result.endpoint}: {result.definition}", note="; ".join(notes)),
        TableCell("; ".join(arms) or NOT_KNOWN, known=bool(arms)),
        TableCell("; ".join(pairs) or "none read", known=bool(pairs)),
        TableCell(str(result.verification), sources=result.sources),
    )


def _interval(low: float | None, high: float | None, level: str) -> str:
    return "" if low is None or high is None else f" ({level} {low:g} to {high:g})"


def _sources(names: tuple[str, ...], knowledge: Knowledge) -> Table:
    rows = []
    for name in names:
        source = knowledge.find_source(name)
        if source is None:
            rows.append((TableCell(name), TableCell("not held", known=False), TableCell(""), TableCell("")))
            continue
        rows.append(
            (
                TableCell(source.title, note=source.authors or ""),
                TableCell(str(source.kind), note=str(source.year or "")),
                TableCell(str(source.verification), note=str(source.review)),
                TableCell("", sources=(name,)),
            )
        )
    return Table(
        "Sources of the options, alerts and pitfalls",
        ("Source", "Kind", "How far it was read", "Id"),
        tuple(rows),
        note="'verified': read in the source, its abstract or an excerpt. 'secondary': read in another "
        "publication. 'unverified': from memory. 'design decision': ours.",
    )
