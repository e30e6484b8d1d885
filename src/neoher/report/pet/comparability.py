"""Whether two FDG scans may be compared, from what was measured and recorded: PERCIST's rules in a table."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from neoher.errors import InputError
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN
from neoher.report.pet.scans import PetScan
from neoher.report.section import Table, TableCell
from neoher.response.fdg.comparability import (
    ComparedRule,
    Reference,
    compared_rules,
    reference_of,
    stricter_uptake_rule_met,
)
from neoher.response.fdg.scans import FdgRow, Scan, scans_of
from neoher.response.fdg.sources import PERCIST_1_0

__all__ = ["comparability_table", "percist_threshold"]

_RULES = {
    "uptake-time": "time from injection to scan",
    "reference-region": "uptake of the reference region",
    "sul-formula": "formula of the lean body mass",
    "glucose": "blood glucose",
    "injected-activity": "injected activity",
    "scanner": "scanner",
}
_REFERENCES = {"liver": "liver", "blood pool": "blood-pool"}
"""Reference regions of a measurement, as the criteria call them."""


def comparability_table(first: PetScan, later: PetScan) -> Table:
    """Each rule of comparable FDG scans with what was found on both, and whether it is met."""
    caption = f"May {first.name} and {later.name} be compared? Rules of PERCIST 1.0"
    header = ("Rule", "Found", "Met", "Where it is not met")
    pair = _scans(first, later)
    if isinstance(pair, str) or len(pair) < 2:
        why = pair if isinstance(pair, str) else "a scan has no date, or nothing was measured on it"
        cells = (TableCell(f"cannot be said: {why}", known=False), *(TableCell("") for _ in header[1:]))
        return Table(caption, header, (cells,))
    baseline, now = pair
    rules = compared_rules(baseline, now, _reference(baseline), _reference(now))
    return Table(
        caption=caption,
        header=header,
        rows=(*(_row(rule) for rule in rules), _stricter(baseline, now)),
        note=f"Limits are included. First {baseline.name}, then {now.name}.",
    )


def percist_threshold(scan: PetScan) -> Fact:
    """SULpeak from which PERCIST 1.0 measures a lesion on this scan."""
    label = "measurable by PERCIST"
    held = _scans(scan)
    if isinstance(held, str) or not held:
        return Fact(label, NOT_KNOWN, known=False)
    reference = _reference(held[0])
    if reference.threshold is None:
        return Fact(label, f"{NOT_KNOWN} without {', '.join(reference.missing)}", known=False)
    tissue = "1.5 × liver + 2 SD" if reference.kind == "liver" else "2 × blood pool + 2 SD"
    return Fact(label, f"SULpeak of {float(reference.threshold):.2f} g/mL and more ({tissue})")


def _scans(*scans: PetScan) -> tuple[Scan, ...] | str:
    """The scans as the criteria take them, in date order; why not, where they do not take them."""
    try:
        return scans_of([row for scan in scans for row in _rows(scan)])
    except InputError as error:
        return error.what
    except ValidationError as error:
        return str(error.errors(include_url=False)[0]["msg"])


def _reference(scan: Scan) -> Reference:
    return reference_of(scan, blood_pool_sd=True)


def _row(rule: ComparedRule) -> tuple[TableCell, ...]:
    consequence = "not assessable by PERCIST" if rule.decisive else "a warning"
    return (
        TableCell(_RULES.get(rule.name, rule.name), sources=(PERCIST_1_0.id,) if rule.decisive else ()),
        TableCell(rule.words),
        _met(rule.met, rule.missing),
        TableCell(consequence),
    )


def _stricter(baseline: Scan, now: Scan) -> tuple[TableCell, ...]:
    met = stricter_uptake_rule_met(baseline, now)
    return (
        TableCell("time from injection to scan, stricter", "QIBA 1.14 and EANM 2.0, as quoted elsewhere"),
        TableCell("55 to 75 min on each, 10 min apart at most"),
        _met(met, ()),
        TableCell("for information"),
    )


def _met(met: bool | None, missing: tuple[str, ...]) -> TableCell:
    if met is None:
        return TableCell("cannot be said", ", ".join(missing), known=False)
    return TableCell("yes" if met else "no", emphasis=not met)


def _rows(scan: PetScan) -> Iterator[FdgRow]:
    """The scan as rows of the criteria; none where it has no date or nothing was measured on it.

    Raises: ValidationError where a fact lies outside what the criteria take.
    """
    value, exam, lean = scan.value, scan.exam, scan.sul_over_suv
    if value is None or exam.date is None:
        return
    hours = value.hours_after_injection
    shared = {
        "visit": exam.id,
        "date": exam.date,
        "sul_formula": "janmahasatian" if lean is not None else None,
        "uptake_min": None if hours is None else hours * 60.0,
        "injected_mbq": value.activity_mbq,
        "glucose_mg_dl": exam.glucose_mg_dl,
        "scanner": exam.scanner,
    }
    for one in scan.lesions:
        name = one.lesion or "region"
        yield FdgRow.model_validate(
            shared | {"kind": "lesion", "lesion": name, "sulpeak": one.quantity("sulpeak")}
        )
    for reference in value.references:
        if lean is not None and reference.name in _REFERENCES:
            yield FdgRow.model_validate(
                shared
                | {
                    "kind": _REFERENCES[reference.name],
                    "sul_mean": reference.mean * lean,
                    "sul_sd": None if reference.sd is None else reference.sd * lean,
                }
            )
