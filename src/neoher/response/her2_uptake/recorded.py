"""The HER2 PETs of a record, as their reading takes them: measured numbers, reported words, drugs before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import PtExam
from neoher.record.finding import PetFinding
from neoher.record.measurement import Measurement, Measurements
from neoher.record.treatment import Treatment
from neoher.response.her2_uptake.facts import Her2UptakeInputs, Her2UptakeValue, LesionUptakeRow
from neoher.response.her2_uptake.scan import her2_uptake
from neoher.response.her2_uptake.tracers import load_tracers, tracer_named
from neoher.response.her2pet.drugs import DrugKind, kind_of_drug

__all__ = ["her2_uptake_of_exam", "is_her2_pet"]


def is_her2_pet(exam: PtExam, own_tracers: Path | None = None) -> bool:
    """Whether the exam's tracer is one of those held as HER2-directed."""
    return exam.tracer is not None and tracer_named(exam.tracer, load_tracers(own_tracers)) is not None


def her2_uptake_of_exam(
    case: Case, exam: PtExam, measured: Measurements | None = None, own_tracers: Path | None = None
) -> Conclusion[Her2UptakeValue] | None:
    """What the tracer of an exam says of each lesion; None where it is no HER2 PET, or names no lesion.

    Measured numbers come before reported ones; a reader's word on uptake stands beside them. The drug is the
    last HER2-directed antibody or conjugate on or before the day of the scan. Missing facts are named by
    their path in the record.
    """
    if not is_her2_pet(exam, own_tracers):
        return None
    entries = {
        entry.lesion: entry
        for entry in (measured.entries if measured else ())
        if entry.exam == exam.id and entry.method.startswith("suv/") and entry.lesion is not None
    }
    rows = tuple(_rows(case, exam, entries))
    if not rows:
        return None
    drug, dose_day = _last_her2_drug(case.treatment, exam.date)
    conclusion = her2_uptake(
        Her2UptakeInputs(
            rows=rows,
            tracer=exam.tracer,
            injected_at=exam.injected_at,
            scanned_at=_scanned_at(exam, list(entries.values())),
            scanned_on=exam.date,
            her2_drug=drug,
            her2_drug_date=dose_day,
            tracers=own_tracers,
        )
    )
    paths = {
        "injected_at": f"exams.{exam.id}.injected_at",
        "scanned_at": f"exams.{exam.id}.date",
        "her2_drug": "treatment",
        "her2_drug_date": "treatment.doses",
        "suvpeak": f"exams.{exam.id}.regions",
        "blood_pool_mean": f"exams.{exam.id}.regions",
    }
    missing = tuple(dict.fromkeys(paths.get(name, name) for name in conclusion.missing))
    return conclusion.model_copy(update={"missing": missing})


def _rows(case: Case, exam: PtExam, entries: Mapping[str, Measurement]) -> Iterator[LesionUptakeRow]:
    findings = {finding.lesion: finding for finding in exam.findings if finding.lesion is not None}
    sites = {lesion.id: lesion.site for lesion in case.lesions}
    for lesion in dict.fromkeys((*entries, *findings)):
        finding, entry = findings.get(lesion), entries.get(lesion)
        yield LesionUptakeRow(
            lesion=lesion,
            site=sites.get(lesion) or (finding.site if finding else None),
            suvpeak=_quantity(entry, "suvpeak"),
            suvmax=_suvmax(entry, finding),
            blood_pool_mean=_blood_pool(entry),
            uptake=finding.uptake if finding else None,
        )


def _quantity(entry: Measurement | None, name: str) -> float | None:
    found = entry.quantity(name) if entry else None
    return found.value if found else None


def _suvmax(entry: Measurement | None, finding: PetFinding | None) -> float | None:
    measured = _quantity(entry, "suvmax")
    if measured is not None:
        return measured
    return finding.suvmax if finding else None


def _value(entry: Measurement | None) -> Mapping[str, Any]:
    return (entry.conclusion.value if entry else None) or {}


def _blood_pool(entry: Measurement | None) -> float | None:
    """Mean of the blood pool on the same scan, where one was measured."""
    for reference in _value(entry).get("references", ()):
        if reference.get("name") == "blood pool":
            return float(reference["mean"])
    return None


def _scanned_at(exam: PtExam, entries: Sequence[Measurement]) -> dt.datetime | None:
    """The first acquisition, from the stored injection time and the hours after it; None where not stored,
    or where it is not on the exam's day."""
    for entry in entries:
        value = _value(entry)
        injected, hours = value.get("injection_time"), value.get("hours_after_injection")
        if injected is not None and hours is not None:
            moment = dt.datetime.fromisoformat(injected) + dt.timedelta(hours=float(hours))
            return moment if exam.date in {None, moment.date()} else None
    return None


def _last_her2_drug(
    treatments: Sequence[Treatment], scanned: dt.date | None
) -> tuple[str | None, dt.date | None]:
    """The last HER2-directed antibody or conjugate on or before a day, and the day of that dose.

    ('none', None) where treatments are recorded and none before that day is HER2-directed; (None, None) where
    none is recorded, or the scan's day is not known; a drug without a day where its days are not recorded. A
    regimen without single doses counts by its last day, or by the day of the scan while it runs.
    """
    if scanned is None or not treatments:
        return None, None
    given = [
        (day, name) for treatment in treatments for name, day in _given(treatment, scanned) if day <= scanned
    ]
    undated = [name for treatment in treatments if treatment.start is None for name in _named(treatment)]
    if not given:
        return (undated[0] if undated else "none"), None
    day, name = max(given)
    return name, day


def _given(treatment: Treatment, scanned: dt.date) -> Iterator[tuple[str, dt.date]]:
    """(drug or regimen, last day of it up to the scan) of what is HER2-directed."""
    dosed = [dose for dose in treatment.doses if dose.drug and _is_her2_directed(dose.drug)]
    if any(dose.date is not None for dose in dosed):
        yield from ((str(dose.drug), dose.date) for dose in dosed if dose.date is not None)
        return
    names = _named(treatment)
    if names and treatment.start is not None and treatment.start <= scanned:
        yield names[0], min(treatment.end or scanned, scanned)


def _named(treatment: Treatment) -> list[str]:
    """The HER2-directed drugs of a treatment, or its regimen that holds one."""
    names = (*(dose.drug for dose in treatment.doses), *treatment.drugs, treatment.regimen)
    return [name for name in names if name and _is_her2_directed(name)]


def _is_her2_directed(name: str) -> bool:
    """Whether a drug, combination or regimen holds an antibody or conjugate against HER2."""
    return kind_of_drug(name) in {DrugKind.ANTIBODY, DrugKind.CONJUGATE}
