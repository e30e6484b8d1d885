"""Outlook: published rates of complete response for patients like her, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN
from neoher.report.section import Section, Table, TableCell
from neoher.response.outlook.calculator import outlook
from neoher.response.outlook.facts import Definition, Outlook, OutlookFacts, Rate
from neoher.response.outlook.recorded import outlook_facts

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["outlook_section"]

_FACTS = {
    "her2": "HER2 before therapy",
    "hr": "hormone receptors",
    "regimen": "regimen",
    "imaging": "MRI before surgery",
    "pik3ca": "PIK3CA",
}
_IMAGING = {"complete": "complete response on imaging", "residual": "something left"}
_CAPTIONS = {
    Definition.BREAST_AND_NODES: "Breast and nodes: no invasive cancer in either (ypT0/is ypN0)",
    Definition.BREAST: "Breast alone (ypT0/is): not comparable with breast and nodes",
    Definition.NOT_HELD: "Definition of complete response not held here: not comparable",
}


def outlook_section(findings: Findings) -> Section | None:
    """Published rates beside what is known of her; None once she was operated on, or where no rate fits."""
    if any(each.specimen is not None for each in findings.case.surgery):
        return None
    facts = outlook_facts(findings.case)
    conclusion = outlook(facts)
    value = conclusion.value
    if value is None:
        return None
    return Section(
        id="outlook",
        title="Outlook: what others like her showed",
        introduction=tuple(each.message for each in conclusion.warnings),
        facts=_facts(facts),
        tables=tuple(_tables(value)),
        closing=("The rates that share most facts with her come first in each table.",),
    )


def _facts(facts: OutlookFacts) -> tuple[Fact, ...]:
    return tuple(
        Fact(label, _IMAGING.get(str(stated), str(stated)).replace("_", "-"))
        if (stated := getattr(facts, name)) is not None
        else Fact(label, NOT_KNOWN, known=False)
        for name, label in _FACTS.items()
        if name != "pik3ca" or getattr(facts, name) is not None
    )


def _tables(value: Outlook) -> list[Table]:
    tables = []
    for definition, caption in _CAPTIONS.items():
        rates = [rate for rate in value.rates if rate.definition is definition]
        if rates:
            rows = tuple(_row(rate) for rate in rates)
            tables.append(Table(caption, ("Study", "Whom", "Complete response", "Patients", "Source"), rows))
    return tables


def _row(rate: Rate) -> tuple[TableCell, ...]:
    interval = ""
    if rate.low is not None and rate.high is not None:
        interval = f"95 % interval {rate.low:g} to {rate.high:g}"
    elif rate.events is not None and rate.n is not None:
        interval = f"{rate.events} of {rate.n}"
    return (
        TableCell(rate.study),
        TableCell(rate.group, note=rate.note),
        TableCell(f"{rate.percent:g} %", note=interval),
        TableCell(rate.n_words),
        TableCell(str(rate.verification), sources=(rate.source,)),
    )
