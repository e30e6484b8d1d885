"""Words: findings, exams and treatment of a record as sentences; nothing is added to what was stated."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.exam import Exam, ExamPurpose
from neoher.record.finding import Calcifications, Finding, Metastases, MgFinding
from neoher.record.lesion import Lesion, LesionKind
from neoher.record.lexicon import MgFindingType
from neoher.record.surgery import AxillarySurgery, Surgery
from neoher.record.treatment import Treatment
from neoher.report.numbers import long_date, with_unit
from neoher.report.reported import reported_numbers, state_in_words

__all__ = ["capitalised", "finding_sentence", "lesion_title", "treatment_sentences"]

_DESCRIPTORS = {
    "shape": "{} shape",
    "margin": "{} margin",
    "density": "{} density",
    "orientation": "{} to the skin",
    "echo_pattern": "{} echo pattern",
    "posterior_features": "posterior {}",
    "calcifications": "calcifications {}",
    "vascularity": "{} vascularity",
    "elasticity": "{} on elastography",
    "distribution": "{} distribution",
    "internal_enhancement": "{} internal enhancement",
    "kinetics_initial": "initial rise {}",
    "kinetics_delayed": "delayed {}",
    "hilum": "fatty hilum {}",
    "uptake": "uptake {}",
    "architectural_distortion": "architectural distortion {}",
}
_DESCRIPTOR_VALUES = {
    ("posterior_features", "none"): "no posterior features",
    ("posterior_features", "combined"): "combined posterior features",
    ("calcifications", "none"): "no calcifications",
    ("calcifications", "intraductal"): "intraductal calcifications",
    ("vascularity", "absent"): "no vessels",
    ("orientation", "parallel"): "parallel to the skin",
    ("asymmetry", "asymmetry"): "asymmetry",
    ("internal_enhancement", "dark internal septations"): "dark internal septations",
    ("kinetics_delayed", "persistent"): "delayed persistent enhancement",
}
_METASTASES = {
    Metastases.NONE: "no metastases seen",
    Metastases.SUSPECTED: "metastases suspected",
    Metastases.PRESENT: "metastases present",
}
_KINDS = {
    LesionKind.PRIMARY: "primary tumour",
    LesionKind.SATELLITE: "satellite",
    LesionKind.NODE: "lymph node",
    LesionKind.METASTASIS: "metastasis",
    LesionKind.INDETERMINATE: "indeterminate lesion",
}


def lesion_title(case: Case, lesion: Lesion) -> str:
    """'L1, primary tumour, left breast, upper outer quadrant'; only what is stated."""
    side = case.side_of(lesion)
    node = lesion.kind is LesionKind.NODE
    place = [lesion.site] if lesion.site else []
    if side:
        in_breast = lesion.kind in {LesionKind.PRIMARY, LesionKind.SATELLITE}
        place.insert(0, f"{side} breast" if in_breast else str(side))
    if node and side and lesion.site:
        place = [f"{side} {lesion.site}"]
    clock = [f"{lesion.clock} o’clock"] if lesion.clock else []
    nipple = [f"{with_unit(lesion.from_nipple_mm, 'mm')} from the nipple"] if lesion.from_nipple_mm else []
    kind = [_KINDS[lesion.kind]] if lesion.kind else []
    return ", ".join([lesion.id, *kind, *place, *clock, *nipple])


def finding_sentence(finding: Finding) -> str:
    """One finding as a sentence: where, what, how large, how it looks."""
    where = finding.lesion or finding.site or "Finding"
    parts = [*_what(finding), *_numbers(finding), *_looks(finding)]
    if finding.metastases:
        parts.append(_METASTASES[finding.metastases])
    if finding.lesion and finding.site:
        parts.append(f"at {finding.site}")
    if not parts:
        return f"{capitalised(where)}: no structured finding is stated."
    return f"{capitalised(where)}: {', '.join(parts)}."


def treatment_sentences(case: Case) -> Iterator[str]:
    """One sentence per regimen, then one per operation."""
    for treatment in case.treatment:
        yield _treatment_sentence(treatment)
    for surgery in case.surgery:
        yield _surgery_sentence(surgery)


def capitalised(text: str) -> str:
    """The text with its first letter large; the rest as it is."""
    return text[:1].upper() + text[1:]


def _what(finding: Finding) -> Iterator[str]:
    state = state_in_words(finding)
    if state:
        yield state
    kind = getattr(finding, "type", None)
    described = isinstance(finding, MgFinding) and finding.calcifications is not None
    if kind is not None and not (described and kind is MgFindingType.CALCIFICATIONS):
        yield str(kind)


def _numbers(finding: Finding) -> Iterator[str]:
    for number in reported_numbers(finding):
        if number.value is not None and number.quantity != "calcification_extent":
            yield f"{number.label} {with_unit(number.value, number.unit)}"


def _looks(finding: Finding) -> Iterator[str]:
    for name, value in finding.descriptors():
        if name == "type" or "." in name:
            continue
        if name == "asymmetry" and value != "asymmetry":
            yield f"{value} asymmetry"
            continue
        fixed = _DESCRIPTOR_VALUES.get((name, value))
        yield fixed or _DESCRIPTORS.get(name, "{}").format(value)
    if isinstance(finding, MgFinding) and finding.calcifications is not None:
        yield _calcifications(finding.calcifications)


def _calcifications(stated: Calcifications) -> str:
    form = f"{stated.morphology} calcifications" if stated.morphology else "calcifications"
    arranged = f" in {stated.distribution} distribution" if stated.distribution else ""
    extent = f" over {with_unit(stated.extent_mm, 'mm')}" if stated.extent_mm is not None else ""
    return f"{form}{arranged}{extent}"


def _treatment_sentence(treatment: Treatment) -> str:
    name = treatment.regimen or ", ".join(treatment.drugs) or "Treatment of unstated name"
    drugs = f" ({', '.join(treatment.drugs)})" if treatment.regimen and treatment.drugs else ""
    start = f"from {long_date(treatment.start)}" if treatment.start else ""
    end = f"to {long_date(treatment.end)}" if treatment.end else ""
    parts = [f"{name}{drugs}", str(treatment.setting or ""), f"{start} {end}".strip()]
    return f"{', '.join(part for part in parts if part)}; {cycles_in_words(treatment)}{_ended(treatment)}."


def cycles_in_words(treatment: Treatment) -> str:
    """'4 of 6 cycles given', with what is not known said."""
    given, planned = treatment.cycles, treatment.cycles_planned
    if given is not None and planned is not None:
        return f"{given} of {planned} planned cycles given"
    if given is not None:
        return f"{given} cycles given"
    if planned is not None:
        return f"{planned} cycles planned, number given not known"
    return "number of cycles not known"


def _ended(treatment: Treatment) -> str:
    return f"; ended: {treatment.ended_because}" if treatment.ended_because else ""


def _surgery_sentence(surgery: Surgery) -> str:
    side = f", {surgery.side}" if surgery.side else ""
    axilla = ""
    if surgery.axilla is AxillarySurgery.NONE:
        axilla = ", no surgery of the axilla"
    elif surgery.axilla:
        axilla = f", axilla: {surgery.axilla}"
    what = capitalised(surgery.procedure) if surgery.procedure else "Operation of unstated kind"
    return f"{what}{side}{axilla}, {long_date(surgery.date)}."


def exam_title(exam: Exam) -> str:
    """'MRI, E1, 8 February 2025'."""
    name = exam.modality.in_words if exam.modality else "exam of unstated modality"
    purpose = ""
    if exam.purpose:
        purpose = f" {exam.purpose}" if exam.purpose is ExamPurpose.BEFORE_SURGERY else f" for {exam.purpose}"
    return f"{capitalised(name)}{purpose} · {exam.id} · {long_date(exam.date)}"
