"""Findings, lesions and treatment in words: what was stated, and nothing that was not."""

from __future__ import annotations

from typing import Any

import pytest

from neoher.record.exam import EXAM_CLASSES
from neoher.record.reading.case_file import read_case_text
from neoher.report.words import exam_title, finding_sentence, lesion_title, treatment_sentences


def sentence(modality: str, **finding: Any) -> str:
    exam = EXAM_CLASSES[modality].model_validate({"id": "E1", "modality": modality, "findings": [finding]})
    return finding_sentence(exam.findings[0]).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("modality", "finding", "words"),
    [
        (
            "MR",
            {"type": "mass", "longest_mm": 38, "margin": "spiculated", "kinetics_delayed": "washout"},
            "L1: mass, longest diameter 38 mm, spiculated margin, delayed washout.",
        ),
        (
            "MR",
            {"type": "non-mass enhancement", "distribution": "segmental", "internal_enhancement": "clumped"},
            "L1: non-mass enhancement, segmental distribution, clumped internal enhancement.",
        ),
        ("MR", {"finding": "absent"}, "L1: not seen, as reported."),
        ("MR", {"finding": "too-small"}, "L1: too small to measure, as reported."),
        ("MR", {"finding": "not-evaluated"}, "L1: not evaluated, as reported."),
        (
            "MG",
            {
                "type": "calcifications",
                "calcifications": {"morphology": "amorphous", "distribution": "grouped", "extent_mm": 12},
            },
            "L1: amorphous calcifications in grouped distribution over 12 mm.",
        ),
        ("MG", {"asymmetry": "focal"}, "L1: focal asymmetry."),
        (
            "US",
            {"short_mm": 16, "cortex_mm": 6, "hilum": "absent", "vascularity": "absent"},
            "L1: short axis 16 mm, thickness of the cortex 6 mm, no vessels, fatty hilum absent.",
        ),
        (
            "US",
            {"posterior_features": "none", "calcifications": "none"},
            "L1: no posterior features, no calcifications.",
        ),
        (
            "PT",
            {"suvmax": 12.7, "uptake": "positive"},
            "L1: SUVmax (body weight) 12.7 g/mL, uptake positive.",
        ),
        ("MR", {}, "L1: no structured finding is stated."),
    ],
)
def test_a_finding_is_told_in_the_words_of_its_modality(
    modality: str, finding: dict[str, Any], words: str
) -> None:
    assert sentence(modality, lesion="L1", **finding) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("none", "no metastases seen"),
        ("suspected", "metastases suspected"),
        ("present", "metastases present"),
    ],
)
def test_distant_disease_is_told_as_stated(state: str, words: str) -> None:
    assert sentence("CT", site="chest", metastases=state) == f"Chest: {words}."


def test_every_descriptor_of_a_finding_appears_in_its_sentence() -> None:
    finding: dict[str, Any] = {
        "lesion": "L1",
        "type": "mass",
        "shape": "irregular",
        "margin": "spiculated",
        "internal_enhancement": "rim",
        "kinetics_initial": "fast",
        "kinetics_delayed": "plateau",
    }
    words = sentence("MR", **finding)
    assert all(str(value) in words for value in finding.values())


RECORD = """\
neoher: 1
patient: {id: P1}
cancers: [{id: C1, side: right}]
lesions:
  - {id: L1, kind: primary, site: upper outer quadrant, clock: "10:30", from_nipple_mm: 40}
  - {id: N1, kind: node, site: axilla level I}
  - {id: M1, kind: metastasis, site: liver}
  - {id: X}
treatment:
  - {regimen: TCHP, setting: neoadjuvant, start: 2025-02-20, cycles: 2, cycles_planned: 6}
  - {drugs: [trastuzumab, pertuzumab], cycles: 3}
  - {regimen: T-DM1, setting: adjuvant, ended_because: toxicity}
surgery: [{date: 2025-07-10, procedure: lumpectomy, axilla: none}, {}]
"""


def test_a_lesion_is_named_with_side_and_place() -> None:
    case = read_case_text(RECORD)
    assert [lesion_title(case, lesion).replace("\u202f", " ") for lesion in case.lesions] == [
        "L1, primary tumour, right breast, upper outer quadrant, 10:30 o’clock, 40 mm from the nipple",
        "N1, lymph node, right axilla level I",
        "M1, metastasis, liver",
        "X",
    ]


def test_treatment_says_what_is_not_known() -> None:
    assert list(treatment_sentences(read_case_text(RECORD))) == [
        "TCHP, neoadjuvant, from 20 February 2025; 2 of 6 planned cycles given.",
        "trastuzumab, pertuzumab; 3 cycles given.",
        "T-DM1, adjuvant; number of cycles not known; ended: toxicity.",
        "Lumpectomy, no surgery of the axilla, 10 July 2025.",
        "Operation of unstated kind, date not known.",
    ]


def test_an_exam_is_titled_with_purpose_and_date() -> None:
    exam = EXAM_CLASSES["MR"].model_validate({"id": "E1", "modality": "MR", "purpose": "before surgery"})
    assert exam_title(exam) == "MRI before surgery · E1 · date not known"
