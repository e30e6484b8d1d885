"""Imaging against the specimen from a record: a patient whose modalities disagree by design is explained."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.response.specimen.recorded import imaging_against_specimen

# MRI sees nothing, mammography 48 mm of calcifications; the specimen holds 3 mm invasive, 40 mm with in situ.
DISAGREEING = """\
neoher: 1
patient: {id: P7}
cancers: [{id: C1, side: left}]
lesions:
  - {id: L1, cancer: C1, kind: primary}
  - {id: N1, cancer: C1, kind: node, site: axilla level I}
specimens: [{id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10}]
exams:
  - {id: M0, modality: MR, visit: T0, date: 2025-02-08, findings:
      [{lesion: L1, longest_mm: 38, type: non-mass enhancement, distribution: segmental}]}
  - {id: G0, modality: MG, visit: T0, date: 2025-02-05, findings:
      [{lesion: L1, calcifications: {morphology: fine pleomorphic, extent_mm: 48}}]}
  - {id: U0, modality: US, visit: T0, date: 2025-02-07, findings: [{lesion: L1, longest_mm: 30}]}
  - {id: M3, modality: MR, visit: T3, date: 2025-06-24, findings: [{lesion: L1, finding: absent}]}
  - {id: G3, modality: MG, visit: T3, date: 2025-06-20, findings:
      [{lesion: L1, calcifications: {morphology: fine pleomorphic, extent_mm: 48}}]}
treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]
surgery: {date: 2025-07-10, specimen: {ypT: "1a", invasive_mm: 3, invasive_and_in_situ_mm: 40}}
"""


def case(*pairs: tuple[str, str]) -> Case:
    text = DISAGREEING
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return read_case_text(text)


def only(of: Case, measurements: Measurements | None = None) -> Any:
    conclusion = imaging_against_specimen(of, measurements)
    assert conclusion.value is not None
    (lesion,) = conclusion.value
    return lesion


def exam(lesion: Any, name: str) -> Any:
    return next(each for each in lesion.exams if each.name == name)


def reasons(found: Any) -> set[str]:
    return {reason.code for reason in found.reasons}


def codes(conclusion: Conclusion[Any]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


# The patient whose modalities disagree --------------------------------------------------------------------


def test_mri_is_a_false_negative_and_the_record_says_why() -> None:
    mri = exam(only(case()), "MRI")
    assert (mri.exam, mri.imaging_mm, mri.visible) == ("M3", 0, False)
    found = mri.comparison
    assert (found.false_negative, found.error_invasive_mm, found.error_invasive_and_in_situ_mm) == (
        True,
        -3,
        -40,
    )
    assert found.days_before_surgery == 16
    assert reasons(mri) == {
        "in-situ-share",
        "non-mass-enhancement",
        "hormone-receptors",
        "anti-vascular-effect",
    }
    words = {reason.code: reason.words for reason in mri.reasons}
    assert words["in-situ-share"].startswith("of 40 mm with in situ cancer 3 mm are invasive")
    assert words["anti-vascular-effect"].startswith(
        "docetaxel, trastuzumab, pertuzumab may lower enhancement"
    )


def test_calcifications_are_told_as_a_distance_and_never_as_non_response() -> None:
    conclusion = imaging_against_specimen(case())
    assert conclusion.value is not None
    flecks = exam(conclusion.value[0], "calcifications on mammography")
    found = flecks.comparison
    assert flecks.calcifications is True
    assert (found.error_invasive_mm, found.error_invasive_and_in_situ_mm) == (45, 8)
    assert (found.agreement_invasive, found.agreement_invasive_and_in_situ) == (None, None)
    assert (found.false_positive, found.false_negative) == (None, None)
    assert reasons(flecks) == {"in-situ-share", "calcifications"}
    assert "calcifications-not-response" in codes(conclusion)


def test_what_the_two_modalities_show_is_said_plainly() -> None:
    conclusion = imaging_against_specimen(case())
    assert conclusion.value is not None
    (words,) = conclusion.value[0].disagreements
    assert words.startswith("MRI shows nothing, mammography shows 48 mm of calcifications")
    assert "no sign of non-response" in words
    assert "calcifications-beyond-lesion" in codes(conclusion)


def test_an_exam_before_therapy_is_no_error_of_imaging() -> None:
    conclusion = imaging_against_specimen(case())
    assert conclusion.value is not None
    ultrasound = exam(conclusion.value[0], "ultrasound")
    assert (ultrasound.comparison, ultrasound.not_compared) == (
        None,
        "only before therapy: its size is no error",
    )
    assert "an exam of L1 by ultrasound after the start of therapy" in conclusion.missing


def test_the_published_agreement_is_that_for_her_receptors_with_source_and_reading() -> None:
    mri = exam(only(case()), "MRI")
    said = {each.agreement for each in mri.published}
    assert "of complete responses on MRI up to nine cycles 53 % were pathological ones" in said
    assert not any("87 %" in each for each in said)
    assert any("0.74 to 0.85" in each for each in said)
    assert all(each.source and each.reading for each in mri.published)
    # What was found without therapy before surgery comes last.
    settings = ["surgery first" in each.population for each in mri.published]
    assert settings == sorted(settings)
    unknown = exam(only(case(("er_percent: 60, pr_percent: 10", "grade: 3"))), "MRI")
    both = {each.agreement for each in unknown.published}
    assert any("87 %" in each for each in both)
    assert any("53 %" in each for each in both)


# The same patient, otherwise ------------------------------------------------------------------------------


def test_without_receptors_therapy_or_non_mass_the_reasons_are_not_invented() -> None:
    plain = case(
        ("er_percent: 60, pr_percent: 10", "er_percent: 0, pr_percent: 0"),
        ("type: non-mass enhancement, distribution: segmental", "type: mass"),
        ("regimen: TCHP", "drugs: [capecitabine]"),
    )
    assert reasons(exam(only(plain), "MRI")) == {"in-situ-share"}


@pytest.mark.parametrize(
    ("treatment", "named"),
    [
        ("drugs: [bevacizumab, carboplatin]", "bevacizumab may"),
        ("regimen: ddAC-THP", "a taxane, trastuzumab, pertuzumab may"),
        ("doses: [{drug: Paclitaxel, date: 2025-02-20}]", "paclitaxel may"),
    ],
)
def test_anti_vascular_drugs_are_found_by_name_regimen_and_dose(treatment: str, named: str) -> None:
    mri = exam(only(case(("regimen: TCHP", treatment))), "MRI")
    words = next(each.words for each in mri.reasons if each.code == "anti-vascular-effect")
    assert words.startswith(named)


def test_a_size_that_agrees_needs_no_reason() -> None:
    seen = case(("{lesion: L1, finding: absent}", "{lesion: L1, longest_mm: 42, type: non-mass enhancement}"))
    alike = case(
        ("{lesion: L1, finding: absent}", "{lesion: L1, longest_mm: 5, type: non-mass enhancement}"),
        ("invasive_mm: 3, invasive_and_in_situ_mm: 40", "invasive_mm: 3, invasive_and_in_situ_mm: 6"),
    )
    assert reasons(exam(only(alike), "MRI")) == set()
    over = exam(only(seen), "MRI")
    assert (over.comparison.agreement_invasive, over.comparison.agreement_invasive_and_in_situ) == (
        "over",
        "concordant",
    )
    assert reasons(over) == {"in-situ-share", "non-mass-enhancement"}


def test_a_finding_that_is_calcifications_gives_their_extent_not_a_size() -> None:
    typed = case(
        (
            "visit: T3, date: 2025-06-20, findings:\n"
            "      [{lesion: L1, calcifications: {morphology: fine pleomorphic, extent_mm: 48}}]",
            "visit: T3, date: 2025-06-20, findings: [{lesion: L1, type: calcifications, longest_mm: 44}]",
        )
    )
    lesion = only(typed)
    assert {each.name for each in lesion.exams} == {"MRI", "ultrasound", "calcifications on mammography"}
    flecks = exam(lesion, "calcifications on mammography")
    assert (flecks.imaging_mm, flecks.comparison.agreement_invasive) == (44, None)


def test_a_mass_and_its_calcifications_stand_side_by_side() -> None:
    both = case(
        (
            "date: 2025-06-20, findings:\n      [{lesion: L1, calcifications",
            "date: 2025-06-20, findings:\n      [{lesion: L1, finding: absent, calcifications",
        )
    )
    lesion = only(both)
    assert exam(lesion, "mammography").comparison.false_negative is True
    assert exam(lesion, "calcifications on mammography").imaging_mm == 48


def test_too_small_to_measure_is_seen_without_a_size() -> None:
    small = exam(only(case(("finding: absent", "finding: too-small"))), "MRI")
    assert (small.imaging_mm, small.visible) == (None, True)
    assert (small.comparison.false_negative, small.comparison.error_invasive_mm) == (False, None)


def test_not_evaluated_says_nothing_and_the_exam_before_it_counts() -> None:
    mri = exam(only(case(("finding: absent", "finding: not-evaluated"))), "MRI")
    assert (mri.exam, mri.not_compared) == ("M0", "only before therapy: its size is no error")


def test_a_diameter_over_all_parts_is_too_large() -> None:
    split = case(
        (
            "  - {id: N1",
            "  - {id: L1a, kind: primary, parent: L1}\n  - {id: L1b, kind: primary, parent: L1}\n  - {id: N1",
        ),
        ("{lesion: L1, finding: absent}", "{lesion: L1, longest_mm: 55}"),
    )
    mri = exam(only(split), "MRI")
    reason = next(each for each in mri.reasons if each.code == "fragmentation")
    assert reason.words == "the lesion is in parts, and a diameter over all of them is too large"
    assert reason.found_in == "lesions L1a, L1b, which split from L1"


# The specimen ---------------------------------------------------------------------------------------------


def test_yp_t0_says_that_neither_is_there_and_yp_tis_that_in_situ_cancer_is() -> None:
    sizes = "invasive_mm: 3, invasive_and_in_situ_mm: 40"
    nothing = only(case((f'ypT: "1a", {sizes}', 'ypT: "0"')))
    assert (nothing.invasive_mm, nothing.invasive_and_in_situ_mm) == (0, 0)
    assert exam(nothing, "MRI").comparison.agreement_invasive == "concordant"
    in_situ = only(case((f'ypT: "1a", {sizes}', 'ypT: "is"')))
    assert (in_situ.invasive_mm, in_situ.invasive_and_in_situ_mm) == (0, None)
    found = exam(in_situ, "MRI").comparison
    assert (found.false_negative, found.false_negative_invasive_and_in_situ) == (False, True)


@pytest.mark.parametrize("name", ["invasive_mm: 3, ", ", invasive_and_in_situ_mm: 40"])
def test_a_size_that_is_not_stated_is_missing_never_zero(name: str) -> None:
    conclusion = imaging_against_specimen(case((name, "")))
    assert any(path.endswith(name.strip(", ").split(":")[0]) for path in conclusion.missing)
    assert conclusion.value is not None
    found = exam(conclusion.value[0], "MRI").comparison
    assert None in {found.error_invasive_mm, found.error_invasive_and_in_situ_mm}
    assert found.false_positive is False


def test_sizes_that_contradict_each_other_conclude_nothing() -> None:
    conclusion = imaging_against_specimen(case(("invasive_and_in_situ_mm: 40", "invasive_and_in_situ_mm: 2")))
    assert "contradictory-facts" in codes(conclusion)
    assert conclusion.value is not None
    assert exam(conclusion.value[0], "MRI").comparison.error_invasive_mm is None


def test_before_surgery_the_modalities_are_held_against_each_other_and_calcifications_flagged() -> None:
    text = DISAGREEING[: DISAGREEING.index("surgery:")]
    conclusion = imaging_against_specimen(read_case_text(text))
    assert conclusion.value is not None
    assert exam(conclusion.value[0], "MRI").not_compared == "no specimen yet"
    assert conclusion.value[0].disagreements
    assert "calcifications-to-be-excised" in codes(conclusion)
    assert "surgery.specimen" in conclusion.missing


def test_two_lesions_in_one_specimen_get_no_size_by_guess() -> None:
    two = case(
        ("  - {id: N1", "  - {id: L2, cancer: C1, kind: primary}\n  - {id: N1"),
        (
            "findings: [{lesion: L1, finding: absent}]",
            "findings: [{lesion: L1, finding: absent}, {lesion: L2, longest_mm: 9}]",
        ),
    )
    conclusion = imaging_against_specimen(two)
    assert conclusion.value is not None
    assert [lesion.invasive_mm for lesion in conclusion.value] == [None, None]
    assert "the size of L1 in the specimen, which holds 2 lesions" in conclusion.missing


def test_an_operation_of_another_cancer_is_not_hers() -> None:
    bilateral = case(
        ("cancers: [{id: C1, side: left}]", "cancers: [{id: C1, side: left}, {id: C2, side: right}]"),
        ("surgery: {date", "surgery: {cancer: C2, date"),
    )
    conclusion = imaging_against_specimen(bilateral)
    assert conclusion.value is not None
    assert conclusion.value[0].invasive_mm is None


# Measured -------------------------------------------------------------------------------------------------


def measured(length: float | None, components: float, **more: float) -> Measurements:
    objects = InputObjects(description="phases", count=3, sha256="a" * 64)
    quantities = {"components": components, "largest_component_longest_diameter_3d": length, **more}
    entry = Measurement(
        exam="M3",
        visit="T3",
        date="2025-06-24",
        modality="MR",
        lesion="L1",
        method="ftv/2",
        parameters={},
        images=objects,
        region=objects,
        quantities=tuple(Quantity(name=name, value=value, unit="mm") for name, value in quantities.items()),
        conclusion=Conclusion[dict[str, Any]](value={}),
    )
    return Measurements(entries=(entry,))


def test_measured_and_reported_stand_side_by_side() -> None:
    lesion = only(case(), measured(22.5, 3, fragments=2))
    assert exam(lesion, "MRI").imaging_mm == 0
    ours = exam(lesion, "MRI (measured)")
    assert (ours.measured, ours.imaging_mm, ours.comparison.agreement_invasive) == (True, 22.5, "over")
    words = {reason.code: reason.words for reason in ours.reasons}
    # Too small against the whole of 40 mm.
    assert words["fragmentation"].endswith("only the largest was measured")
    assert any("MRI shows nothing, MRI (measured) shows 22.5 mm" in words for words in lesion.disagreements)


def test_no_voxel_above_the_thresholds_is_nothing_seen() -> None:
    ours = exam(only(case(), measured(None, 0)), "MRI (measured)")
    assert (ours.imaging_mm, ours.visible, ours.comparison.false_negative) == (0, False, True)


def test_a_record_without_a_primary_lesion_says_so() -> None:
    conclusion = imaging_against_specimen(read_case_text("neoher: 1\npatient: {id: P1}\n"))
    assert conclusion.value is None
    assert conclusion.missing == ("lesions of kind primary",)


def callipers(exam_id: str, plane: str, **sizes: float) -> Measurements:
    """A stored measurement between callipers."""
    objects = InputObjects(description="1 image", count=1, sha256="a" * 64)
    stored = Measurement(
        exam=exam_id,
        visit="T3",
        date=dt.date(2025, 6, 20),
        modality="MG",
        lesion="L1",
        method="length/1",
        parameters={"plane": plane},
        images=objects,
        region=objects,
        quantities=tuple(Quantity(name=name, value=size, unit="mm") for name, size in sizes.items()),
        conclusion=Conclusion[dict[str, Any]](value={}),
    )
    return Measurements(entries=(stored,))


def test_a_length_between_callipers_stands_in_where_the_report_is_silent() -> None:
    found = only(case(), callipers("G3", "body", longest_diameter=9.0, calcification_extent=47.0))
    mass = exam(found, "mammography (measured)")
    assert (mass.measured, mass.imaging_mm, mass.calcifications) == (True, 9.0, False)
    assert mass.comparison.error_invasive_mm == 6.0
    # The report states the calcifications' extent itself: 48 mm.
    assert exam(found, "calcifications on mammography").imaging_mm == 48.0
    assert not any(one.name == "calcifications on mammography (measured)" for one in found.exams)


def test_a_length_on_the_detector_is_held_against_no_specimen() -> None:
    found = only(case(), callipers("G3", "detector", longest_diameter=9.0))
    assert not any(one.measured for one in found.exams)
