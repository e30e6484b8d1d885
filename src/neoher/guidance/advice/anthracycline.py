"""Anthracyclines: together with a HER2-directed drug, and how much in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.guidance.advice.content import Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.facts.fact import Patient
from neoher.guidance.facts.treatments import ANTHRACYCLINES, HER2_DRUGS, Given, drug_named
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.record.treatment import Dose

__all__ = ["anthracycline_alerts"]

EPIRUBICIN_AS_DOXORUBICIN = 0.8
"""Ratio of cardiotoxicity of the ESC guideline 2022 (PMID 36017568), as another page quotes its table."""
HEART_FAILURE_DOSE = 400.0
"""mg/m2 of doxorubicin at which heart failure averages 5 % (che:anthracycline-prevention)."""
CYCLE_DAYS = 21
_RATIO = {"doxorubicin": 1.0, "epirubicin": EPIRUBICIN_AS_DOXORUBICIN}
_SOURCES = ("PMID:36017568", "che:anthracycline-prevention")


def anthracycline_alerts(patient: Patient, gathered: Gathered) -> None:
    """Alerts for an anthracycline given with a HER2-directed drug, and the cumulative dose."""
    gathered.alerts.extend(_together(patient))
    _open_dates(patient, gathered)
    _cumulative(patient, gathered)


def _together(patient: Patient) -> Iterator[Alert]:
    for given in patient.given:
        if given.drugs is None or not given.drugs & ANTHRACYCLINES or not given.drugs & HER2_DRUGS:
            continue
        if _same_block(given):
            yield _alert(given.path, "One entry of treatment holds both, and no sequence is stated.", {})
    for first in patient.given:
        for second in patient.given:
            if first is second or first.path == second.path:
                continue
            overlap = _overlap(first, second)
            if overlap is not None:
                yield _alert(
                    f"{first.path} and {second.path}", f"Both were given on {overlap}.", {"on": str(overlap)}
                )
    for one, other in _doses_within_a_cycle(patient):
        numbers = {"anthracycline": str(one), "her2_drug": str(other)}
        yield _alert(
            "doses", f"Doses of {one} and {other} lie within {CYCLE_DAYS} days after the antibody.", numbers
        )


def _same_block(given: Given) -> bool:
    if given.sequence:
        return any(block & ANTHRACYCLINES and block & HER2_DRUGS for block in given.sequence)
    if given.regimen is None:
        return True  # one entry, and no sequence is stated
    blocks = {part.block for part in given.regimen.components if part.drug in ANTHRACYCLINES}
    return any(part.block in blocks for part in given.regimen.components if part.drug in HER2_DRUGS)


def _open_dates(patient: Patient, gathered: Gathered) -> None:
    """Days without which nobody can tell whether both were given together."""
    decides = "whether an anthracycline was given together with a HER2-directed drug"
    for kind, other in ((ANTHRACYCLINES, HER2_DRUGS), (HER2_DRUGS, ANTHRACYCLINES)):
        if not any(each.has(other) for each in patient.given):
            continue
        for given in (each for each in patient.given if each.has(kind)):
            if given.start is None:
                gathered.miss(f"{given.path}.start", "first day", decides)
            if given.ended and given.last_dose is None:
                gathered.miss(f"{given.path}.end", "day of the last dose", decides)
            for position, dose in enumerate(given.treatment.doses):
                for name in ("date", "drug"):
                    if getattr(dose, name) is None:
                        gathered.miss(
                            f"{given.path}.doses[{position}].{name}", f"{name} of the dose", decides
                        )


def _overlap(first: Given, second: Given) -> dt.date | None:
    """The first day on which an anthracycline alone and a HER2-directed drug alone were both being given."""
    if not (first.drugs and second.drugs and first.drugs & ANTHRACYCLINES and second.drugs & HER2_DRUGS):
        return None
    if first.drugs & HER2_DRUGS or first.start is None or second.start is None:
        return None
    if second.drugs & ANTHRACYCLINES:
        return None
    begun = max(first.start, second.start)
    ends = [each.last_dose for each in (first, second) if each.last_dose]
    if ends:
        return begun if begun <= min(ends) else None
    return None if first.ended or second.ended else begun


def _doses_within_a_cycle(patient: Patient) -> Iterator[tuple[dt.date, dt.date]]:
    """Days of an anthracycline dose on, or up to a cycle after, a dose of a HER2-directed drug."""
    doses = [
        (drug_named(dose.drug, patient.knowledge), dose.date)
        for given in patient.given
        for dose in given.treatment.doses
        if dose.date is not None
    ]
    for drug, day in doses:
        if drug not in ANTHRACYCLINES:
            continue
        before = [
            other for name, other in doses if name in HER2_DRUGS and 0 <= (day - other).days < CYCLE_DAYS
        ]
        if before:
            yield day, max(before)
            return


def _alert(where: str, what: str, numbers: dict[str, str]) -> Alert:
    return Alert(
        code="anthracycline-with-her2-drug",
        text=f"An anthracycline and a HER2-directed drug are recorded together ({where}). {what} They are "
        "not given at the same time: the heart.",
        severity=Severity.STOP,
        rule="anthracycline never at the same time as trastuzumab, pertuzumab, T-DM1 or T-DXd (labels, ASCO)",
        numbers=dict(numbers),
        sources=("label:herceptin-us", "doi:10.1200/JCO.20.03399"),
        verification="verified",
    )


def _cumulative(patient: Patient, gathered: Gathered) -> None:
    total, basis, unknown = 0.0, [], []
    for given in patient.given:
        if given.drugs is None:
            for path in given.names:
                gathered.miss(path, "which drugs were given", "cumulative anthracycline")
        if not given.has(ANTHRACYCLINES):
            continue
        found = _of_doses(patient, given, gathered) or _of_regimen(given)
        if found is None:
            gathered.miss(
                f"{given.path}.doses", "doses of the anthracycline, mg/m2", "cumulative anthracycline"
            )
            if given.treatment.cycles is None:
                gathered.miss(f"{given.path}.cycles", "cycles given", "cumulative anthracycline")
            found = None if given.treatment.doses else _of_the_same_drugs(patient, given)
        if found is None:
            unknown.append(given.path)
            continue
        total += found[0]
        basis.append(found[1])
    if unknown:
        gathered.alerts.append(_dose_not_known(unknown))
    if not basis:
        return
    above = total >= HEART_FAILURE_DOSE
    gathered.alerts.append(
        Alert(
            code="anthracycline-cumulative",
            text=f"Cumulative anthracycline {total:g} mg/m2 as doxorubicin ({'; '.join(basis)}). Heart "
            f"failure averages 5 % at {HEART_FAILURE_DOSE:g} mg/m2 and rises steeply above; there may be no "
            "safe dose." + (" That dose is reached." if above else ""),
            severity=Severity.ACT if above else Severity.WATCH,
            rule=f"doxorubicin mg/m2 + {EPIRUBICIN_AS_DOXORUBICIN:g} x epirubicin mg/m2",
            numbers={
                "doxorubicin_equivalent_mg_per_m2": total,
                "heart_failure_dose_mg_per_m2": HEART_FAILURE_DOSE,
            },
            sources=_SOURCES,
            verification="secondary",
        )
    )


def _dose_not_known(paths: list[str]) -> Alert:
    return Alert(
        code="anthracycline-dose-not-known",
        text=f"An anthracycline is recorded ({', '.join(paths)}), its dose in mg/m2 is not: the cumulative "
        "dose is not known, and no further anthracycline is judged against it.",
        severity=Severity.ACT,
        rule="an anthracycline counts towards the cumulative dose whether or not its dose is known",
        numbers={"doxorubicin_equivalent_mg_per_m2": None},
        sources=_SOURCES,
        verification="secondary",
    )


def _of_doses(patient: Patient, given: Given, gathered: Gathered) -> tuple[float, str] | None:
    """The sum of the doses that the record states, each of them with its mg/m2."""
    doses = [
        (position, drug, dose)
        for position, dose in enumerate(given.treatment.doses)
        if (drug := drug_named(dose.drug, patient.knowledge)) in ANTHRACYCLINES
    ]
    if not doses:
        return None
    for position, _, dose in doses:
        if dose.mg_per_m2 is None:
            gathered.miss(
                f"{given.path}.doses[{position}].mg_per_m2", "dose in mg/m2", "cumulative anthracycline"
            )
            return None
    return sum(_equivalent(drug, dose) for _, drug, dose in doses), f"{len(doses)} recorded doses"


def _equivalent(drug: str | None, dose: Dose) -> float:
    return _RATIO[drug or "doxorubicin"] * (dose.mg_per_m2 or 0.0)


def _of_regimen(given: Given) -> tuple[float, str] | None:
    """The doses that the regimen stands for, through the cycles given so far."""
    parts = given.regimen.components if given.regimen else ()
    part = next((each for each in parts if each.drug in ANTHRACYCLINES), None)
    cycles = given.treatment.cycles
    if part is None or cycles is None:
        return None
    amount, planned = (part.dose or "").removesuffix(" mg/m2"), part.cycles or ""
    if not amount.replace(".", "").isdigit() or not planned.isdigit():
        return None
    counted = min(cycles, int(planned))
    return _RATIO[part.drug] * float(
        amount
    ) * counted, f"{part.drug} {amount} mg/m2 x {counted} as the regimen has it"


def _of_the_same_drugs(patient: Patient, given: Given) -> tuple[float, str] | None:
    """The dose that the regimens held here have in a block of the same drugs, where all of them agree.

    AC alone is the first block of AC-THP and of ddAC-THP; both have 60 mg/m2 of doxorubicin.
    """
    cycles = given.treatment.cycles
    if cycles is None or given.drugs is None:
        return None
    parts = [
        part
        for regimen in patient.knowledge.contents.regimens
        for block in {each.block for each in regimen.components}
        if {each.drug for each in regimen.components if each.block == block} == given.drugs
        for part in regimen.components
        if part.block == block and part.drug in ANTHRACYCLINES
    ]
    stated = {(part.drug, (part.dose or "").removesuffix(" mg/m2")) for part in parts}
    if len(stated) != 1:
        return None
    ((drug, amount),) = stated
    if not amount.replace(".", "").isdigit():
        return None
    basis = f"{drug} {amount} mg/m2 x {cycles} as the regimens with these drugs have it"
    return _RATIO[drug] * float(amount) * cycles, basis
