"""Tissue assessed specimen by specimen, from recorded facts alone."""

from __future__ import annotations

import pytest

from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import assess_tissue


def test_each_specimen_has_its_own_her2(course: Case) -> None:
    first, second = assess_tissue(course).her2
    assert first.title == "HER2, core biopsy B1 of L1, 3 Feb 2025"
    assert first.headline.startswith("HER2-positive · IHC 2+ · ISH group 1")
    assert second.headline == "not known"
    assert second.conclusion.missing == ("specimens[B2].her2",)


def test_the_residual_burden_is_that_of_the_calculator(course: Case) -> None:
    """Bed 12 x 9 mm, cellularity 5 %, no node: 1.4 (0.05 sqrt(108))^0.17 = 1.2525, class I (Symmans 2007)."""
    (burden,) = assess_tissue(course).residual_burden
    assert burden.conclusion.value is not None
    assert burden.conclusion.value.score == pytest.approx(1.4 * (0.05 * 108**0.5) ** 0.17)
    assert burden.headline.startswith("RCB-I, score 1.25")


def test_what_is_missing_is_named_by_its_path_in_the_record() -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\n"
        "surgery: [{specimen: {bed_mm: [12, 9]}}, {procedure: axillary dissection}]\n"
        'specimens: [{id: B1, her2: {ihc: "2+"}}]'
    )
    tissue = assess_tissue(case)
    assert tissue.residual_burden[0].conclusion.missing[0] == "surgery[0].specimen.cellularity_percent"
    assert len(tissue.residual_burden) == 1
    assert tissue.her2[0].conclusion.missing == ("specimens[B1].her2.ish",)


def test_a_specimen_without_carcinoma_has_no_her2_to_ask_for() -> None:
    case = read_case_text("neoher: 1\npatient: {id: P1}\nspecimens: [{id: B1, malignant: no}]")
    assert assess_tissue(case).her2 == ()


def test_a_retest_at_surgery_stands_beside_the_biopsy() -> None:
    case = read_case_text(
        'neoher: 1\npatient: {id: P1}\nspecimens: [{id: B1, her2: {ihc: "3+"}}]\n'
        'surgery: {date: 2025-07-10, specimen: {her2: {ihc: "1+", text: "IHC 1+, no amplification"}}}'
    )
    before, after = assess_tissue(case).her2
    assert before.headline.startswith("HER2-positive")
    assert after.headline.startswith("HER2-negative")
    assert after.title == "HER2 after therapy, surgical specimen, 10 Jul 2025"
    assert after.notes == ("Report: “IHC 1+, no amplification”",)


def test_a_wording_alone_is_read_and_shown_as_understood() -> None:
    case = read_case_text(
        'neoher: 1\npatient: {id: P1}\nspecimens:\n- {id: B1, her2: {text: "HER2 2+, FISH amplified, tba"}}\n'
    )
    (assessment,) = assess_tissue(case).her2
    assert assessment.headline.startswith("HER2-positive")
    assert assessment.notes == (
        "Report: “HER2 2+, FISH amplified, tba”",
        "Understood from the wording: ihc 2+ (“2+”); ish_result positive (“amplified”)",
    )
    assert any("tba" in warning.message for warning in assessment.conclusion.warnings)
    assert not any("not known" in fact.text for fact in assessment.facts if "HER2" in fact.label)
