"""Reported numbers: what an exam's report states of a lesion in figures, each with its quantity and unit."""

from __future__ import annotations

from dataclasses import dataclass

from neoher.record.exam import Exam, Modality, NmExam, PtExam
from neoher.record.finding import Finding, FindingState, MgFinding

__all__ = ["ReportedNumber", "modality_of", "reported_numbers", "state_in_words"]

_FIELDS = (
    # field of the finding, quantity, label, UCUM unit
    ("functional_tumour_volume_cc", "functional_tumour_volume", "functional tumour volume", "cm3"),
    ("longest_mm", "longest_diameter_reported", "longest diameter", "mm"),
    ("short_mm", "short_axis", "short axis", "mm"),
    ("cortex_mm", "cortex", "thickness of the cortex", "mm"),
    ("adc_mean_1e6_mm2_per_s", "adc_mean", "mean apparent diffusion coefficient", "10*-6.mm2/s"),
    ("suvmax", "suvmax", "SUVmax (body weight)", "g/mL"),
    ("sulpeak", "sulpeak", "SULpeak (lean body mass)", "g/mL"),
    ("tlg", "tlg", "total lesion glycolysis", "g"),
)
_STATES = {
    FindingState.ABSENT: "not seen, as reported",
    FindingState.TOO_SMALL: "too small to measure, as reported",
    FindingState.NOT_EVALUATED: "not evaluated, as reported",
}


@dataclass(frozen=True, slots=True)
class ReportedNumber:
    """One number that a report states of a lesion."""

    quantity: str
    label: str
    unit: str
    value: float | None
    """None where the report states in words that there is none to give."""
    state: str
    """Those words; empty where there is a number."""
    gone: bool = False
    """Those words say that there is nothing to measure, as against that nobody looked."""


def reported_numbers(finding: Finding) -> tuple[ReportedNumber, ...]:
    """The numbers of a finding in the order of the lesion table.

    A finding without a size that states why (not seen, too small, not evaluated) gives that in place of its
    longest diameter: a lesion that is gone has no length of 0 mm.
    """
    numbers = [
        ReportedNumber(quantity, label, unit, float(value), "")
        for field, quantity, label, unit in _FIELDS
        if (value := getattr(finding, field, None)) is not None
    ]
    state = state_in_words(finding)
    if state and finding.longest_mm is None and finding.short_mm is None:
        gone = finding.finding is not FindingState.NOT_EVALUATED
        numbers += [
            ReportedNumber(quantity, label, unit, None, state, gone)
            for field, quantity, label, unit in _FIELDS
            if field in {"longest_mm", "short_mm"}
        ]
    if isinstance(finding, MgFinding) and finding.calcifications and finding.calcifications.extent_mm:
        extent = finding.calcifications.extent_mm
        numbers.append(ReportedNumber("calcification_extent", "extent of calcifications", "mm", extent, ""))
    return tuple(numbers)


def state_in_words(finding: Finding) -> str:
    """Why a lesion has no size, as the report states it; empty where it says nothing of the kind."""
    return _STATES.get(finding.finding, "") if finding.finding else ""


def modality_of(exam: Exam) -> str:
    """Modality by DICOM's name; with the tracer, since values of two tracers are never compared."""
    modality = exam.modality.value if exam.modality else "modality not stated"
    if isinstance(exam, PtExam | NmExam):
        return f"{modality} {exam.tracer or 'tracer not stated'}"
    return modality


def modality_in_words(exam: Exam) -> str:
    """MRI, ultrasound …"""
    return Modality(exam.modality).in_words if exam.modality else "exam of unstated modality"
