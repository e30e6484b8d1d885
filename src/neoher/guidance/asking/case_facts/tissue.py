"""Tissue of the record: HER2, receptors, residual burden, complete response, the specimen."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.errors import InputError
from neoher.guidance.asking.case_facts.plainly import (
    burden_plainly,
    complete_response_plainly,
    day_plainly,
    her2_plainly,
    receptors_plainly,
)
from neoher.guidance.asking.case_facts.told import Asked, Told, day, entry_of
from neoher.pathology.complete_response import CALCULATOR as COMPLETE_RESPONSE
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.receptors import ReceptorFacts, receptors
from neoher.pathology.recorded import her2_facts, residual_burden_facts
from neoher.pathology.residual_burden.calculator import CALCULATOR as RESIDUAL_BURDEN
from neoher.record.case import Case
from neoher.record.specimen import TissueFacts
from neoher.record.surgery import Surgery, SurgicalSpecimen

__all__ = [
    "tell_biology",
    "tell_bioscore",
    "tell_her2",
    "tell_operation",
    "tell_receptors",
    "tell_residual",
    "tell_response",
]

_AFTER = ("after", "residual", "surgical", "surgery", "retest", "specimen")
_CHANGE = ("loss", "lost", "lose", "change", "convert", "discordan")
_BEFORE = ("before", "baseline", "biops", "initial", "first", "diagnosis", "core")


def tell_her2(asked: Asked) -> Told:
    """HER2 of every specimen of the record; of biopsies or of surgery alone where that is asked."""
    told = Told()
    change = asked.says(*_CHANGE)
    after, before = change or asked.says(*_AFTER), change or asked.says(*_BEFORE)
    for about, plain, path, tissue, surgical in _tissues(asked.case):
        if after != before and surgical is before:
            continue
        if tissue.her2 is None:
            if after if surgical else True:
                told.miss(f"{path}.her2")
            continue
        try:
            told.conclude(f"HER2, {about}", path, HER2.compute(her2_facts(tissue.her2)), her2_plainly, plain)
        except InputError as error:
            told.contradict(f"HER2, {about}", path, error)
    if not told.lines and not told.missing:
        told.miss("surgery.specimen.her2" if after else "specimens")
    return told


def tell_receptors(asked: Asked) -> Told:
    """Hormone receptors of every specimen."""
    told = Told()
    for about, plain, path, tissue, surgical in _tissues(asked.case):
        if tissue.er_percent is None and tissue.pr_percent is None:
            if not surgical:
                told.miss(f"{path}.er_percent", f"{path}.pr_percent")
            continue
        facts = ReceptorFacts(er_percent=tissue.er_percent, pr_percent=tissue.pr_percent)
        told.conclude(f"Hormone receptors, {about}", path, receptors(facts), receptors_plainly, plain)
    if not told.lines and not told.missing:
        told.miss("specimens")
    return told


def tell_biology(asked: Asked) -> Told:
    """Ki67, grade, histology, TILs, PIK3CA and HER2DX as stated: those that are asked for."""
    told = Told()
    wanted = [
        (name, label, unit)
        for name, label, unit, *words in (
            ("ki67_percent", "Ki67", " %", "ki67", "ki-67", "ki 67", "prolif"),
            ("grade", "grade", "", "grade"),
            ("histology", "histology", "", "histolog", "type of cancer", "subtype"),
            ("tils_percent", "stromal lymphocytes (TILs)", " %", "til", "lymphocyte"),
            ("pik3ca", "PIK3CA", "", "pik3ca", "pi3k"),
            ("her2dx_pcr_score", "HER2DX pCR score as reported", "", "her2dx"),
        )
        if asked.says(*words)
    ]
    for name, label, unit in wanted:
        found = False
        for about, plain, path, tissue, _ in _tissues(asked.case):
            value = getattr(tissue, name, None)
            if value is not None:
                shown = f"{value:g}" if isinstance(value, float) else str(value)
                told.say(
                    f"{label}, {about}: {shown}{unit}",
                    f"{path}.{name}",
                    plain=f"{plain}{label}: {shown}{unit}.",
                )
                found = True
        if name in {"grade", "histology"}:
            for cancer in asked.case.cancers:
                value = getattr(cancer, name)
                if value is not None:
                    told.say(f"{label} of cancer {cancer.id}: {value}", f"cancers[{cancer.id}].{name}")
                    found = True
        if not found:
            told.miss(f"specimens[].{name}")
    return told


def tell_bioscore(asked: Asked) -> Told:
    """What CPS+EG and Neo-Bioscore would take: the nuclear grade is in no record, so neither is computed."""
    told = Told()
    told.miss("nuclear grade of the biopsy before therapy (`neoher bioscore --nuclear-grade`)")
    told.miss(*(f"cancers[{each.id}].stage" for each in asked.case.cancers if each.stage is None))
    if not any(specimen.ypT and specimen.ypN for _, specimen, _ in _operations(asked.case)):
        told.miss("surgery.specimen.ypT", "surgery.specimen.ypN")
    return told


def tell_residual(asked: Asked) -> Told:
    """Residual cancer burden of every operation."""
    told = Told()
    for surgery, specimen, path in _operations(asked.case):
        about = f"Residual cancer burden, {surgery.procedure or 'operation'} of {day(surgery.date)}"
        try:
            facts = residual_burden_facts(specimen)
            told.conclude(about, path, RESIDUAL_BURDEN.compute(facts), burden_plainly)
        except InputError as error:
            told.contradict(about, path, error)
    if not told.lines and not told.missing and not told.warnings:
        told.miss("surgery.specimen")
    return told


def tell_response(asked: Asked) -> Told:
    """Whether the response was pathologically complete, by each definition."""
    told = Told()
    for surgery, specimen, path in _operations(asked.case):
        about = f"{surgery.procedure or 'Operation'} of {day(surgery.date)}"
        facts = {
            "ypt": specimen.ypT,
            "ypn": specimen.ypN,
            "lymphovascular_only": residual_burden_facts(specimen).lymphovascular_only,
        }
        try:
            conclusion = COMPLETE_RESPONSE.compute(COMPLETE_RESPONSE.read(facts))
            told.conclude(about, path, conclusion, complete_response_plainly)
        except InputError as error:
            told.contradict(about, path, error)
    if not told.lines and not told.missing and not told.warnings:
        told.miss("surgery.specimen.ypT", "surgery.specimen.ypN")
    return told


def tell_operation(asked: Asked) -> Told:
    """Every operation as stated: date, procedure, categories, nodes, margins, sizes."""
    told = Told()
    for position, surgery in enumerate(asked.case.surgery):
        path = entry_of("surgery", position)
        parts = [surgery.procedure or "operation", day(surgery.date)]
        if surgery.axilla:
            parts.append(f"axilla: {surgery.axilla}")
        specimen = surgery.specimen
        if specimen is not None:
            parts += _specimen_parts(specimen)
        told.say("Surgery: " + "; ".join(parts), path, plain=_operation_plainly(surgery))
        if asked.says("margin") and (specimen is None or specimen.margins is None):
            told.miss(f"{path}.specimen.margins")
        if asked.says("node") and (specimen is None or specimen.nodes_positive is None):
            told.miss(f"{path}.specimen.nodes_positive")
    if not told.lines:
        told.miss("surgery")
    return told


def _operation_plainly(surgery: Surgery) -> str:
    said = [
        f"Your operation ({surgery.procedure or 'kind not written down'}) was on {day_plainly(surgery.date)}."
    ]
    specimen = surgery.specimen
    if specimen is not None and specimen.invasive_mm is not None:
        said.append(
            f"The largest piece of invasive cancer that was found measured {specimen.invasive_mm:g} mm."
        )
    if specimen is not None and specimen.nodes_positive is not None:
        said.append(f"Lymph nodes with cancer: {specimen.nodes_positive}.")
    if specimen is not None and specimen.margins is not None:
        said.append(f"Edges of what was removed: {specimen.margins}.")
    return " ".join(said)


def _specimen_parts(specimen: SurgicalSpecimen) -> Iterator[str]:
    if specimen.ypT is not None:
        yield f"ypT{specimen.ypT}"
    if specimen.ypN is not None:
        yield f"ypN{specimen.ypN}"
    if specimen.nodes_positive is not None:
        examined = specimen.nodes_examined
        yield f"{specimen.nodes_positive} positive nodes" + (
            f" of {examined}" if examined is not None else ""
        )
    for label, value in (
        ("invasive focus", specimen.invasive_mm),
        ("invasive and in situ extent", specimen.invasive_and_in_situ_mm),
        ("largest nodal metastasis", specimen.largest_met_mm),
    ):
        if value is not None:
            yield f"{label} {value:g} mm"
    if specimen.margins is not None:
        yield f"margins: {specimen.margins}"
    if specimen.lymphovascular_invasion is not None:
        yield f"lymphovascular invasion: {specimen.lymphovascular_invasion}"


def _tissues(case: Case) -> Iterator[tuple[str, str, str, TissueFacts, bool]]:
    """Every tissue: its name, how a line for the patient begins, its place in the record, the tissue, and
    whether it is a surgical specimen."""
    for specimen in case.specimens:
        if specimen.malignant != "no":
            kind = str(specimen.kind).replace("-", " ") if specimen.kind else "specimen"
            about = f"{kind} {specimen.id}, {day(specimen.date)}"
            plain = f"Sample of {day_plainly(specimen.date)}: "
            yield about, plain, f"specimens[{specimen.id}]", specimen, False
    for surgery, removed, path in _operations(case):
        plain = f"From the operation of {day_plainly(surgery.date)}: "
        yield f"surgical specimen, {day(surgery.date)}", plain, path, removed, True


def _operations(case: Case) -> Iterator[tuple[Surgery, SurgicalSpecimen, str]]:
    for position, surgery in enumerate(case.surgery):
        if surgery.specimen is not None:
            yield surgery, surgery.specimen, f"{entry_of('surgery', position)}.specimen"
