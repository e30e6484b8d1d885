"""What the last exam of each modality before surgery says of a lesion, as recorded and as measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from neoher.record.case import Case
from neoher.record.exam import Exam, MgExam, Modality, PlaneExam, PtExam
from neoher.record.finding import Finding, FindingState, MgFinding
from neoher.record.lexicon import MgFindingType
from neoher.record.measurement import Measurement, Measurements
from neoher.response.specimen.comparison import Seen
from neoher.response.specimen.modalities import ImagingKind

__all__ = ["RecordedSight", "last_sights"]

_KINDS = {
    Modality.MR: ImagingKind.MRI,
    Modality.US: ImagingKind.ULTRASOUND,
    Modality.MG: ImagingKind.MAMMOGRAPHY,
    Modality.PT: ImagingKind.PET,
    Modality.CT: ImagingKind.CT,
}
_MEASURED = " (measured)"
_MEASURED_LENGTH = "largest_component_longest_diameter_3d"


@dataclass(frozen=True, slots=True)
class RecordedSight:
    """One modality's last word on a lesion before surgery."""

    name: str
    """For a reader: MRI, mammography, calcifications on mammography, MRI (measured), PET 18F-FDG."""
    kind: ImagingKind | None
    exam: str
    visit: str | None
    seen: Seen
    measured: bool
    """By this software; else as people reported."""


def last_sights(
    case: Case, lesion: str, before: dt.date | None, measurements: Measurements
) -> tuple[RecordedSight, ...]:
    """The last exam of each modality that says something of the lesion, on or before a day.

    In the order of the kinds of imaging. Reported and measured stand side by side, as do a mass and its
    calcifications on mammography; a length between callipers stands in where its report is silent. An exam
    without a date cannot be placed before surgery and is left out. Does not look whether an exam came before
    therapy.
    """
    last: dict[str, RecordedSight] = {}
    said: set[tuple[str, str]] = set()
    for exam, finding in case.findings_of(lesion):
        if exam.date is not None and (before is None or exam.date <= before):
            for sight in _of_finding(exam, finding):
                last[sight.name] = sight
                said.add((sight.exam, f"{sight.name}{_MEASURED}"))
    for entry in sorted(measurements.entries, key=lambda one: one.date or dt.date.min):
        of_lesion = entry.lesion == lesion and entry.date is not None
        if of_lesion and entry.date and (before is None or entry.date <= before):
            for sight in (*_of_measurement(entry), *_of_callipers(case.exam(entry.exam), entry)):
                if (sight.exam, sight.name) not in said or sight.kind is ImagingKind.MRI:
                    last[sight.name] = sight
    kinds = list(ImagingKind)
    return tuple(sorted(last.values(), key=lambda one: kinds.index(one.kind) if one.kind else len(kinds)))


def _of_finding(exam: Exam, finding: Finding) -> Iterator[RecordedSight]:
    kind = _kind(exam)
    name = _name(exam, kind)
    flecks_only = isinstance(finding, MgFinding) and finding.type is MgFindingType.CALCIFICATIONS
    seen = None if flecks_only else _seen(exam, finding)
    if seen is not None:
        yield RecordedSight(name, kind, exam.id, exam.visit, seen, measured=False)
    if isinstance(finding, MgFinding) and (flecks_only or finding.calcifications is not None):
        flecks = _calcifications(exam, finding, flecks_only=flecks_only)
        yield RecordedSight(f"calcifications on {name}", kind, exam.id, exam.visit, flecks, measured=False)


def _seen(exam: Exam, finding: Finding) -> Seen | None:
    """What a finding says of the lesion itself; None where it says neither a size nor whether it is there."""
    if finding.finding is FindingState.NOT_EVALUATED:
        return None
    if finding.finding is FindingState.ABSENT:
        return Seen(0.0, False, exam.date)
    if finding.longest_mm is not None:
        return Seen(finding.longest_mm, True, exam.date)
    if finding.finding in {FindingState.TOO_SMALL, FindingState.MEASURED}:
        return Seen(None, True, exam.date)
    return None


def _calcifications(exam: Exam, finding: MgFinding, *, flecks_only: bool) -> Seen:
    extent = finding.calcifications.extent_mm if finding.calcifications else None
    if flecks_only and finding.finding is FindingState.ABSENT:
        return Seen(0.0, False, exam.date, calcifications=True)
    if extent is None and flecks_only:
        # The longest diameter of a finding that is calcifications is their extent, no size of the cancer.
        extent = finding.longest_mm
    return Seen(extent, True, exam.date, calcifications=True)


def _of_measurement(entry: Measurement) -> Iterator[RecordedSight]:
    components, length = entry.quantity("components"), entry.quantity(_MEASURED_LENGTH)
    if components is None or components.value is None or length is None:
        return
    if components.value == 0:
        # No voxel reaches the thresholds: by this measure nothing is seen.
        seen = Seen(0.0, False, entry.date)
    elif length.value is not None:
        seen = Seen(length.value, True, entry.date)
    else:
        return
    yield RecordedSight(f"MRI{_MEASURED}", ImagingKind.MRI, entry.exam, entry.visit, seen, measured=True)


def _of_callipers(exam: Exam | None, entry: Measurement) -> Iterator[RecordedSight]:
    """A length on the detector is longer than in the body: it is no size to hold against a specimen."""
    if exam is None or not isinstance(exam, PlaneExam) or "detector" in str(entry.parameters.get("plane")):
        return
    kind = _kind(exam)
    name = _name(exam, kind)
    for quantity, flecks in (("longest_diameter", False), ("calcification_extent", True)):
        size = entry.quantity(quantity)
        if size is not None and size.value is not None:
            seen = Seen(size.value, True, entry.date, calcifications=flecks)
            of = f"calcifications on {name}" if flecks else name
            yield RecordedSight(f"{of}{_MEASURED}", kind, entry.exam, entry.visit, seen, measured=True)


def _kind(exam: Exam) -> ImagingKind | None:
    if isinstance(exam, MgExam):
        if "contrast-enhanced" in exam.technique:
            return ImagingKind.CONTRAST_MAMMOGRAPHY
        if "tomosynthesis" in exam.technique:
            return ImagingKind.TOMOSYNTHESIS
    return None if exam.modality is None else _KINDS.get(exam.modality)


def _name(exam: Exam, kind: ImagingKind | None) -> str:
    if isinstance(exam, PtExam):
        return f"PET {exam.tracer}" if exam.tracer else "PET, tracer not stated"
    if kind is not None:
        return str(kind)
    return exam.modality.in_words if exam.modality else "exam of unstated modality"
