"""A new record, begun from found exams: what is known is written, the rest stands there as comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from neoher.record.exam import EXAM_CLASSES
from neoher.record.gaps.completeness import missing_facts
from neoher.record.lesion import Side
from neoher.record.patient import Sex
from neoher.record.reading.case_file import read_case_text

__all__ = ["FoundExam", "FoundPatient", "starter_case"]


@dataclass(frozen=True, slots=True)
class FoundExam:
    """An exam as its images show it."""

    modality: str
    """DICOM modality."""
    date: dt.date | None
    description: str
    """Study or series description, for the reader who completes the record."""
    images: str
    """Path relative to the case folder."""
    side: Side | None = None
    """Side the images state, where they do."""


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """The patient as the images name them."""

    id: str
    """'' where the images state none."""
    sex: Sex | None = None
    birth_year: int | None = None


_OPENING = """\
# The record of one patient, begun from images. Lines behind a hash sign are not read: where a fact is
# known, remove the sign and correct the example. What is left out is not known; it is never taken as
# zero, negative or normal. `neoher check` says what is wrong and what is missing.
"""

TO_BE_STATED = """\
cancers:
  - id: C1
    side: left
    histology: invasive carcinoma NST
    grade: 3
    stage: {T: "2", N: "1", M: "0"}
    extent: {focality: unifocal, whole_extent_mm: 38, skin: none, nipple: none, chest_wall: none}
lesions:
  - {id: L1, kind: primary, side: left, site: upper outer quadrant, clip: 2025-02-10}
  - {id: N1, kind: node, side: left, site: axilla level I, clip: none}
specimens:
  - id: B1
    kind: core-biopsy
    lesion: L1
    date: 2025-02-03
    er_percent: 60
    pr_percent: 10
    ki67_percent: 35
    her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6, cells: 20}}
treatment:
  - {regimen: TCHP, start: 2025-02-20, cycles: 1, cycles_planned: 6}
heart:
  - {date: 2025-02-12, lvef_percent: 63, method: echo, lower_limit: 55}
baseline_tests: {hepatitis_b: negative, pregnancy: negative}
contraindications: none
adverse_events: none
"""
"""Examples of what images do not say; valid as they stand, and written only as comments."""


def starter_case(patient: FoundPatient, exams: Sequence[FoundExam]) -> str:
    """Text of a case.yaml that holds the found exams and lists everything else as commented fields.

    Exams of a modality that a record does not hold are named in a comment. The text reads back with
    `neoher.record.reading.case_file.read_case_text`.
    """
    known = [exam for exam in sorted(exams, key=_by_date) if exam.modality in EXAM_CLASSES]
    others = [exam for exam in exams if exam.modality not in EXAM_CLASSES]
    stated = "\n".join(["neoher: 1", *_patient_lines(patient), *_exam_lines(known)])
    lines = [_OPENING + stated]
    lines += [f"# not taken over: {_one_line(exam.modality)} {_one_line(exam.images)}" for exam in others]
    lines += ["", "# Not stated yet, with examples:", *(f"# {line}" for line in TO_BE_STATED.splitlines())]
    lines += ["", "# Missing, and why it matters:"]
    lines += [
        f"#   {fact.importance}: {fact.path} ({fact.what}). {fact.why}"
        for fact in missing_facts(read_case_text(stated))
    ]
    return "\n".join(lines) + "\n"


def _by_date(exam: FoundExam) -> tuple[dt.date, str, str]:
    return exam.date or dt.date.max, exam.modality, exam.images


def _patient_lines(patient: FoundPatient) -> list[str]:
    identifier = _one_line(patient.id)[:64]
    lines = ["patient:", f"  id: {_quoted(identifier or 'not stated')}"]
    lines.append(f"  sex: {patient.sex}" if patient.sex else "  # sex: female")
    born = patient.birth_year
    lines.append(f"  birth_year: {born}" if born and born >= 1900 else "  # birth_year: 1976")
    return [*lines, "  # menopause: premenopausal", "  # region: US"]


def _exam_lines(exams: Sequence[FoundExam]) -> list[str]:
    if not exams:
        return ["# exams: none were found"]
    lines = ["exams:"]
    for number, exam in enumerate(exams, start=1):
        described = ", ".join(part for part in (_one_line(exam.description), exam.side or "") if part)
        lines.append(f"  - id: E{number}" + (f"  # {described}" if described else ""))
        lines.append(f"    modality: {exam.modality}")
        lines.append(f"    date: {exam.date}" if exam.date else "    # date: not stated in the images")
        lines.append(f"    images: {_quoted(exam.images)}")
        lines.append("    # visit: T0")
        lines += [f"    # {line}" for line in _ASKED.get(exam.modality, ())]
    return lines


_ASKED = {
    "MR": (
        "contrast_injected_at: 2025-02-08T10:15",
        "lexicon_version: BI-RADS 2013",
        "findings: [{lesion: L1, longest_mm: 38, type: mass, margin: spiculated, kinetics_delayed: washout}]",
        "regions: [{lesion: L1, purpose: voi, box_mm: {from: [-20, -60, -30], to: [40, 0, 30]}}]",
    ),
    "MG": (
        "lexicon_version: BI-RADS 2013",
        "findings: [{lesion: L1, longest_mm: 35, type: mass, shape: irregular, margin: spiculated}]",
    ),
    "US": (
        "lexicon_version: BI-RADS 2013",
        "findings: [{lesion: N1, short_mm: 16, cortex_mm: 6, hilum: absent}]",
    ),
    "PT": (
        "tracer: 18F-FDG",
        "injected_at: 2025-02-08T10:15",
        "injected_mbq: 73.8",
        "findings: [{lesion: L1, suvmax: 8.1}]",
    ),
    "CT": ("purpose: staging", "findings: [{site: chest, metastases: none}]"),
    "NM": ("purpose: staging", "findings: [{site: skeleton, metastases: none}]"),
}


def _one_line(text: str) -> str:
    """The text without line breaks and control characters: what images say is not trusted in a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def _quoted(text: str) -> str:
    """The text as a YAML scalar in double quotes, whatever it holds."""
    escaped = text.encode("utf-8", "replace").decode().replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
