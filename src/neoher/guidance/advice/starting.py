"""Starting a HER2-directed drug: what forbids it, what it waits for, how firm an option with it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from neoher.guidance.advice.content import Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.advice.heart import StartVerdict, lower_limit, may_start
from neoher.guidance.facts.course import BEFORE_THERAPY
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.treatments import ANTHRACYCLINES, HER2_DRUGS
from neoher.guidance.knowledge.kinds.rule import Severity

__all__ = ["Starts", "start_alerts", "starts_of"]

TRASTUZUMAB_FLOOR = 50.0
"""LVEF in % below which an option that begins trastuzumab is not shown: ours, a design decision. The labels
that were read set no limit to start; 50 % is the start of T-DM1 and the EU limit of a hold."""
_FACTS = {"trastuzumab": "trastuzumab", "pertuzumab": "pertuzumab", "T-DM1": "tdm1", "T-DXd": "tdxd"}
_PLANNED = ("trastuzumab", "pertuzumab")
"""The drugs of every therapy before surgery: their limit is said even where no option could be read."""


@dataclass(frozen=True, slots=True)
class Starts:
    """What the heart says of the HER2-directed drugs that an option would begin."""

    forbidden: str = ""
    waits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    individual: bool = False
    """No more than an individual decision, whatever the strength of its rule."""


def starts_of(
    patient: Patient, sheet: Sheet, drugs: tuple[str, ...], decides: str, gathered: Gathered
) -> Starts:
    """The heart before the first dose of the drugs in `drugs` that were not begun yet.

    A drug below its limit is gathered as refused. An LVEF below the laboratory's lower limit, heart failure
    or a disease of the heart muscle leaves the option marked and individual (design decision).
    """
    directed = [drug for drug in drugs if drug in HER2_DRUGS]
    begun = [drug for drug in directed if not _had(sheet, drug)]
    waits: list[str] = []
    if directed and sheet["lvef"].value is None:
        waits.append("LVEF")
        gathered.miss_fact("lvef", sheet["lvef"], decides)
    if not begun:
        return Starts(waits=tuple(waits))
    after = _after_anthracycline(sheet, drugs)
    verdicts = {drug: _verdict(patient, sheet, drug, after) for drug in begun}
    forbidden = {drug: each for drug, each in verdicts.items() if each.forbidden}
    cautions = any(each.caution for each in verdicts.values())
    if (forbidden or cautions) and sheet["region"].value is None:
        gathered.miss_fact("region", sheet["region"], decides)
    if forbidden:
        gathered.below_start |= forbidden
        return Starts(forbidden="; ".join(each.forbidden for each in forbidden.values()))
    for drug, verdict in verdicts.items():
        if verdict.open_on:
            waits.append(f"the limit of LVEF to start {drug}")
            gathered.miss_fact("had_anthracycline", sheet["had_anthracycline"], decides)
    _name_what_is_open(patient, sheet, decides, gathered)
    heart = list(_waits_for_the_heart(patient, sheet))
    notes = dict.fromkeys(each.caution for each in verdicts.values() if each.caution)
    return Starts(waits=(*waits, *heart), notes=tuple(notes), individual=bool(heart))


def start_alerts(patient: Patient, sheet: Sheet, gathered: Gathered) -> Iterator[Alert]:
    """An alert for each drug that the newest ejection fraction does not let the patient begin.

    Before therapy for trastuzumab and pertuzumab in any case; else for the drugs of options not shown.
    """
    refused = dict(gathered.below_start)
    if sheet["phase"].value == BEFORE_THERAPY:
        planned = {drug: _verdict(patient, sheet, drug, after_anthracycline=False) for drug in _PLANNED}
        refused = {drug: each for drug, each in planned.items() if each.forbidden} | refused
        if sheet["lvef"].value is not None:
            _name_the_lower_limit(patient, sheet, "whether LVEF is normal before the first dose", gathered)
        yield from _below_normal(patient, sheet)
    for drug, verdict in refused.items():
        yield Alert(
            code="lvef-below-start",
            text=f"{verdict.forbidden}. Options that would begin it are not shown.",
            severity=Severity.STOP,
            rule="limit of the ejection fraction to start, by drug and region",
            numbers={"lvef_percent": sheet["lvef"].value},
            sources=verdict.sources,
            verification=_verification(drug, verdict),
        )


def _verdict(patient: Patient, sheet: Sheet, drug: str, after_anthracycline: bool | None) -> StartVerdict:
    verdict = may_start(patient, sheet, drug, after_anthracycline=after_anthracycline)
    lvef = sheet["lvef"].value
    if verdict.forbidden or drug != "trastuzumab" or not isinstance(lvef, float) or lvef >= TRASTUZUMAB_FLOOR:
        return verdict
    limit = f"below {TRASTUZUMAB_FLOOR:g} % a cardiologist first; our limit, a design decision"
    return replace(
        verdict,
        forbidden=f"LVEF {lvef:g} %, trastuzumab ({limit})",
        sources=(*verdict.sources, "neoher:design"),
    )


def _verification(drug: str, verdict: StartVerdict) -> str:
    if "neoher:design" in verdict.sources:
        return "design decision"
    return "unverified" if drug == "pertuzumab" else "verified"


def _had(sheet: Sheet, drug: str) -> bool:
    """Whether the drug was begun before: its limit to start is passed."""
    name = _FACTS[drug]
    return sheet[f"had_{name}"].value is True or sheet[f"now_{name}"].value is True


def _after_anthracycline(sheet: Sheet, drugs: tuple[str, ...]) -> bool | None:
    """Whether the antibodies of the regimen come after an anthracycline, of the regimen or before it."""
    if ANTHRACYCLINES & set(drugs):
        return True
    had = sheet["had_anthracycline"].value
    return None if had is None else had is True


def _name_what_is_open(patient: Patient, sheet: Sheet, decides: str, gathered: Gathered) -> None:
    if sheet["heart_failure"].value is None:
        gathered.miss_fact("heart_failure", sheet["heart_failure"], decides)
    if sheet["lvef"].value is not None:
        _name_the_lower_limit(patient, sheet, decides, gathered)


def _name_the_lower_limit(patient: Patient, sheet: Sheet, decides: str, gathered: Gathered) -> None:
    if lower_limit(patient) is None:
        newest = sheet["lvef"].paths[0].rpartition(".")[0]
        for path in dict.fromkeys((newest, "heart[0]")):
            gathered.miss(f"{path}.lower_limit", "lower limit of normal of LVEF", decides)


def _waits_for_the_heart(patient: Patient, sheet: Sheet) -> Iterator[str]:
    lvef, limit = sheet["lvef"].value, lower_limit(patient)
    if sheet["heart_failure"].value is True:
        yield "a cardiologist's opinion: symptoms of heart failure are stated"
    elif sheet["heart_disease"].value is True:
        yield "a cardiologist's opinion: a disease of the heart muscle is stated"
    if not isinstance(lvef, float):
        return
    if limit is not None and lvef < limit:
        yield f"a cardiologist's opinion: LVEF {lvef:g} % is below the lower limit of {limit:g} %"
    elif lvef < TRASTUZUMAB_FLOOR:
        yield f"a cardiologist's opinion: LVEF {lvef:g} % is below {TRASTUZUMAB_FLOOR:g} %"


def _below_normal(patient: Patient, sheet: Sheet) -> Iterator[Alert]:
    lvef, limit = sheet["lvef"].value, lower_limit(patient)
    if not isinstance(lvef, float) or limit is None or lvef >= limit:
        return
    yield Alert(
        code="lvef-below-normal",
        text=f"LVEF {lvef:g} % lies below the laboratory's lower limit of {limit:g} %: options that begin a "
        "HER2-directed drug wait for a cardiologist's opinion.",
        severity=Severity.ACT,
        rule="LVEF below the lower limit of normal before the first dose (design decision)",
        numbers={"lvef_percent": lvef, "lower_limit_percent": limit},
        sources=("label:herceptin-us", "neoher:design"),
        verification="design decision",
    )
