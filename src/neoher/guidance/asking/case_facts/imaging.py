"""Imaging of the record: sizes at a visit, their change, exams, and imaging against the specimen."""

from __future__ import annotations

import re

from neoher.guidance.asking.case_facts.plainly import comparison_plainly, day_plainly, modality_plainly
from neoher.guidance.asking.case_facts.told import Asked, Told, day
from neoher.record.case import Case, Visit
from neoher.record.exam import Exam, Modality
from neoher.record.finding import Finding, FindingState
from neoher.record.lesion import LesionKind
from neoher.response.diameter_sum import diameter_sums
from neoher.response.specimen.recorded import imaging_against_specimen

__all__ = ["tell_against_specimen", "tell_change", "tell_clip", "tell_exams", "tell_sizes"]

_MODALITIES = (
    (Modality.MR, r"\bmri?\b|magnet"),
    (Modality.MG, r"mammogr|\bmg\b|\bdbt\b|tomosynth"),
    (Modality.US, r"ultraso|sonogra|\bus\b"),
    (Modality.PT, r"\bpet\b|\bsuv"),
    (Modality.CT, r"\bct\b"),
)
_FIRST = (
    r"baseline|at (?:the )?start|first|initial|at diagnosis|\bt0\b|"
    r"(?:before|pre-?) ?(?:therapy|treatment|chemo|nact)"
)
_LAST = r"now|current|latest|last|most recent|before (?:the )?(?:surgery|operation)|preoperative|final"


def tell_sizes(asked: Asked) -> Told:
    """Reported sizes of the lesions, at the visit and by the modality that is asked for, else all."""
    told = Told()
    case = asked.case
    modality = _modality_in(asked.text)
    visits = _visits_in(asked.text, case)
    nodes_only = asked.says("node", "axilla")
    for exam in sorted(case.exams, key=lambda each: (each.date is None, each.date or asked.today)):
        if modality is not None and exam.modality is not modality:
            continue
        if visits is not None and exam.visit not in visits:
            continue
        for finding in exam.findings:
            lesion = case.lesion(finding.lesion) if finding.lesion else None
            if lesion is None or (nodes_only and lesion.kind is not LesionKind.NODE):
                continue
            size = _size(finding, node=lesion.kind is LesionKind.NODE)
            if size:
                what = "lymph node" if lesion.kind is LesionKind.NODE else "tumour"
                scan = f"{modality_plainly(exam.modality, first=True)} of {day_plainly(exam.date)}"
                told.say(
                    f"{lesion.id} on {exam.name}, {day(exam.date)}: {size}",
                    f"exams[{exam.id}].findings",
                    plain=f"{scan}: {what} {lesion.id}, {size}.",
                )
    if not told.lines:
        at = f" at {', '.join(sorted(visits))}" if visits else ""
        by = f" by {modality}" if modality else ""
        told.miss(f"exams[].findings[].longest_mm{at}{by}")
    return told


def _size(finding: Finding, *, node: bool) -> str:
    if finding.finding is FindingState.ABSENT:
        return "no longer seen"
    if finding.finding is FindingState.TOO_SMALL:
        return "too small to measure"
    if finding.finding is FindingState.NOT_EVALUATED:
        return "not evaluated"
    parts = []
    if finding.longest_mm is not None:
        parts.append(f"longest diameter {finding.longest_mm:g} mm")
    if finding.short_mm is not None:
        parts.append(f"short axis {finding.short_mm:g} mm")
    cortex = getattr(finding, "cortex_mm", None) if node else None
    if cortex is not None:
        parts.append(f"cortex {cortex:g} mm")
    flecks = getattr(finding, "calcifications", None)
    if flecks is not None and flecks.extent_mm is not None:
        parts.append(f"calcifications over {flecks.extent_mm:g} mm")
    return ", ".join(parts)


def tell_change(asked: Asked) -> Told:
    """The sum of reported diameters over the visits, with its change from the first."""
    told = Told()
    conclusion = diameter_sums(asked.case)
    for each in conclusion.value or ():
        for at in each.visits:
            if at.sum_mm is None:
                continue
            change = at.change_from_first_percent
            moved = "" if change is None else f", {change:+.1f} % from the first"
            told.say(
                f"Sum of reported diameters on {each.modality.in_words} ({', '.join(each.lesions)}), "
                f"{at.visit}, {day(at.date)}: {at.sum_mm:g} mm{moved}",
                "exams",
                sources=conclusion.sources,
                plain=f"{modality_plainly(each.modality, first=True)} of "
                f"{day_plainly(at.date)}: {at.sum_mm:g} mm in all{_moved_plainly(change)}.",
            )
    if not told.lines:
        told.miss("exams[].findings[].longest_mm at two visits, by MRI or by CT")
    else:
        told.because += conclusion.because
        told.miss(*conclusion.missing)
    return told


def _moved_plainly(percent: float | None) -> str:
    if percent is None or percent == 0:
        return "" if percent is None else ", the same as on the first scan"
    return f", {abs(percent):.0f} % {'smaller' if percent < 0 else 'larger'} than on the first scan"


def tell_against_specimen(asked: Asked) -> Told:
    """Each modality's last exam before surgery against the specimen: over, under, concordant, missed."""
    told = Told()
    wanted = _modality_in(asked.text)
    conclusion = imaging_against_specimen(asked.case)
    modality_of = {exam.id: exam.modality for exam in asked.case.exams}
    for lesion in conclusion.value or ():
        for exam in lesion.exams:
            if wanted is not None and modality_of.get(exam.exam) is not wanted:
                continue
            if exam.comparison is not None:
                told.say(
                    exam.comparison.in_words(),
                    f"exams[{exam.exam}]",
                    "surgery",
                    sources=conclusion.sources,
                    plain=comparison_plainly(exam.comparison, modality_of.get(exam.exam)),
                )
            else:
                told.miss(f"{lesion.lesion} by {exam.name}: {exam.not_compared}")
    told.miss(*conclusion.missing)
    told.because += conclusion.because
    told.warnings += conclusion.warnings
    if not told.lines and not told.missing:
        told.miss("surgery.specimen")
    return told


def tell_exams(asked: Asked) -> Told:
    """The exams of the record with their dates, of the modality that is asked for."""
    told = Told()
    modality = _modality_in(asked.text)
    exams = [each for each in asked.case.exams if modality is None or each.modality is modality]
    if re.search(_LAST, asked.text) and exams:
        exams = [max(exams, key=lambda each: (each.date is not None, each.date or asked.today))]
    for exam in exams:
        told.say(
            f"{exam.name}, {day(exam.date)}{_purpose(exam)}",
            f"exams[{exam.id}]",
            plain=f"{modality_plainly(exam.modality, first=True)}: {day_plainly(exam.date)}.",
        )
    if not told.lines:
        told.miss(f"exams by {modality}" if modality else "exams")
    return told


def _purpose(exam: Exam) -> str:
    return f" ({exam.purpose})" if exam.purpose else ""


def tell_clip(asked: Asked) -> Told:
    """Whether and when a clip was placed in each lesion."""
    told = Told()
    for lesion in asked.case.lesions:
        path = f"lesions[{lesion.id}].clip"
        if lesion.clip is None:
            told.miss(path)
        elif lesion.clip == "none":
            told.say(f"{lesion.id}: no clip, as stated", path, plain="No marker clip was put in.")
        else:
            placed = day_plainly(lesion.clip)
            told.say(
                f"{lesion.id}: clip placed on {lesion.clip}",
                path,
                plain=f"A small marker clip was put in on {placed}.",
            )
    if not told.lines and not told.missing:
        told.miss("lesions")
    return told


def _modality_in(text: str) -> Modality | None:
    return next((modality for modality, pattern in _MODALITIES if re.search(pattern, text)), None)


def _visits_in(text: str, case: Case) -> set[str] | None:
    """The visits that the question names; None where it names none."""
    visits: tuple[Visit, ...] = case.visits()
    named = {each.label for each in visits if re.search(rf"\b{re.escape(each.label.lower())}\b", text)}
    if named:
        return named
    if re.search(r"\bt\d\b", text):
        return set(re.findall(r"\bt\d\b", text.upper().lower()))
    if re.search(_FIRST, text) and visits:
        return {visits[0].label}
    if re.search(_LAST, text) and visits:
        return {visits[-1].label}
    return None
