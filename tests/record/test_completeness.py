"""What a record leaves open, at its stage of the course."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from neoher.record.case import Case
from neoher.record.gaps.completeness import Importance, missing_facts
from neoher.record.reading.case_file import read_case_text
from neoher.record.reading.yaml_nodes import parse_yaml

Changed = Callable[..., str]


def record(**stated: object) -> Case:
    return Case.model_validate({"neoher": 1, "patient": {"id": "P"}, **stated})


def essential(case: Case) -> set[str]:
    return {fact.path for fact in missing_facts(case) if fact.importance is Importance.ESSENTIAL}


def useful(case: Case) -> set[str]:
    return {fact.path for fact in missing_facts(case) if fact.importance is Importance.USEFUL}


def test_an_empty_record_asks_for_what_therapy_waits_for() -> None:
    asked = essential(record())
    assert {"cancers", "specimens", "exams", "heart", "contraindications"} <= asked
    assert {"baseline_tests.hepatitis_b", "baseline_tests.pregnancy"} <= asked


def test_nothing_of_surgery_is_asked_before_surgery() -> None:
    paths = {fact.path for fact in missing_facts(record(treatment=[{"start": "2025-02-20"}]))}
    assert not any(path.startswith(("surgery", "outcome", "restaging")) for path in paths)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (", ish: {probe: dual, ratio: 2.4, copies: 5.6}", "", "specimens[B1].her2.ish"),
        ("ratio: 2.4, ", "", "specimens[B1].her2.ish.ratio"),
        (", copies: 5.6", "", "specimens[B1].her2.ish.copies"),
        ('ihc: "2+", ', "", "specimens[B1].her2.ihc"),
        ("er_percent: 60, ", "", "specimens[B1].er_percent"),
        ("pr_percent: 10, ", "", "specimens[B1].pr_percent"),
        ('T: "2", ', "", "cancers[C1].stage.T"),
        (', M: "0"', "", "cancers[C1].stage.M"),
        ("id: C1, side: left", "id: C1", "cancers[C1].side"),
        ("modality: MR, visit: T0", "modality: CT, visit: T0", "exams"),
        ("heart: [{date", "#", "heart"),
        ("tracer: 89Zr-pertuzumab,", "", "exams[E3].tracer"),
        ("injected_at: 2025-02-08T10:15, ", "", "exams[E3].injected_at"),
        ("modality: CT, ", "", "exams[E4].modality"),
        (", date: 2025-02-12, purpose", ", purpose", "exams[E4].date"),
        ("start: 2025-02-20, ", "", "treatment[0].start"),
        ("regimen: TCHP, ", "", "treatment[0].regimen"),
        ("surgery: {date: 2025-07-10, ", "surgery: {", "surgery.date"),
        ("bed_mm: [12, 9], ", "", "surgery.specimen.bed_mm"),
        ("cellularity_percent: 5, ", "", "surgery.specimen.cellularity_percent"),
        ("cis_percent: 0, ", "", "surgery.specimen.cis_percent"),
        ("nodes_positive: 0, ", "", "surgery.specimen.nodes_positive"),
        ('ypT: "1a", ', "", "surgery.specimen.ypT"),
        (', ypN: "0"', "", "surgery.specimen.ypN"),
    ],
)
def test_what_is_taken_out_is_missed_and_only_that(
    changed: Changed, case: Case, old: str, new: str, path: str
) -> None:
    if path.startswith("exams[E1]") or path == "exams":
        text = changed((old, new), (", type: mass, margin: spiculated, kinetics_delayed: washout", ""))
    else:
        text = changed((old, new))
    missed = essential(read_case_text(text)) - essential(case)
    assert path in missed
    assert len(missed) == 1


@pytest.mark.parametrize("category", ["0", "is"])
def test_with_a_clear_breast_no_bed_is_asked_for(changed: Changed, category: str) -> None:
    bed = ("bed_mm: [12, 9], cellularity_percent: 5, cis_percent: 0, ", "")
    case = read_case_text(changed(bed, ('ypT: "1a"', f'ypT: "{category}"')))
    assert not any(path.startswith("surgery") for path in essential(case))


def test_without_positive_nodes_no_metastasis_size_is_asked_for(changed: Changed) -> None:
    clear = read_case_text(changed((", largest_met_mm: 0", "")))
    positive = read_case_text(changed(("nodes_positive: 0, largest_met_mm: 0", "nodes_positive: 1")))
    assert "surgery.specimen.largest_met_mm" not in essential(clear)
    assert "surgery.specimen.largest_met_mm" in essential(positive)


def _before_surgery(sketch: str, **changes: object) -> Case:
    plain, _ = parse_yaml(sketch, "case.yaml")
    assert isinstance(plain, dict)
    for name in ("surgery", "outcome", "restaging"):
        del plain[name]
    return read_case_text(yaml.safe_dump({**plain, **changes}))


def test_left_out_safety_facts_are_missed_and_stated_ones_are_not(sketch: str) -> None:
    before = _before_surgery(sketch)
    assert "contraindications" in essential(before)
    assert "adverse_events" not in essential(before)
    assert "contraindications" not in essential(_before_surgery(sketch, contraindications="none"))
    assert "adverse_events" in essential(_before_surgery(sketch, adverse_events=None))


def test_restaging_is_asked_for_when_the_planned_cycles_are_given(sketch: str) -> None:
    assert "restaging" in essential(_before_surgery(sketch))
    under_way = [{"regimen": "TCHP", "start": "2025-02-20", "cycles": 3, "cycles_planned": 6}]
    assert "restaging" not in essential(_before_surgery(sketch, treatment=under_way))


def test_a_clip_is_asked_for_in_the_primary_and_in_a_biopsied_node(sketch: str) -> None:
    lesions = [{"id": "L1", "kind": "primary"}, {"id": "N1", "kind": "node"}]
    asked = essential(_before_surgery(sketch, lesions=lesions))
    assert "lesions[L1].clip" in asked
    assert "lesions[N1].clip" not in asked, "this node was not biopsied"
    biopsies = [{"lesion": "L1"}, {"lesion": "N1"}]
    assert "lesions[N1].clip" in essential(_before_surgery(sketch, lesions=lesions, specimens=biopsies))
    stated = [{**lesions[0], "clip": "none"}, lesions[1]]
    assert "lesions[L1].clip" not in essential(_before_surgery(sketch, lesions=stated))


def test_a_pregnancy_test_is_asked_of_women_who_may_be_pregnant(sketch: str) -> None:
    tests = {"hepatitis_b": "negative"}
    for patient, asked in (
        ({"id": "P", "sex": "female", "menopause": "premenopausal"}, True),
        ({"id": "P", "sex": "female"}, True),
        ({"id": "P", "sex": "female", "menopause": "postmenopausal"}, False),
        ({"id": "P", "sex": "male"}, False),
    ):
        case = _before_surgery(sketch, patient=patient, baseline_tests=tests)
        assert ("baseline_tests.pregnancy" in essential(case)) is asked


def test_mri_with_images_needs_a_region_to_measure_inside() -> None:
    exam = {"id": "E1", "modality": "MR", "images": "a", "regions": [{"file": "b.dcm"}]}
    assert "exams[E1].regions" not in essential(record(exams=[exam]))
    exam["regions"] = [{"file": "b.dcm", "purpose": "omit"}]
    assert "exams[E1].regions" in essential(record(exams=[exam]))


def test_a_lesion_without_a_number_is_missed_unless_it_is_stated_as_absent() -> None:
    def exam(**finding: object) -> Case:
        return record(
            lesions=[{"id": "L1"}],
            exams=[{"id": "E", "modality": "MR", "findings": [{"lesion": "L1", **finding}]}],
        )

    path = "exams[E].findings[0].longest_mm"
    assert path in useful(exam())
    assert path not in useful(exam(finding="absent"))
    assert path not in useful(exam(short_mm=4))


def test_every_missing_fact_says_why_it_matters() -> None:
    for fact in missing_facts(record(exams=[{"modality": "PT", "images": "a"}], surgery={}, heart=[{}])):
        assert fact.why.endswith(".")
        assert fact.what
        assert fact.path


def test_essential_facts_stand_first(case: Case) -> None:
    importances = [fact.importance for fact in missing_facts(case)]
    assert importances == sorted(importances, key=list(Importance).index)


def test_receptors_are_asked_of_the_breast_biopsy_and_never_of_a_benign_one() -> None:
    made = record(
        cancers=[{"id": "C1"}],
        lesions=[{"id": "N1", "kind": "node"}, {"id": "L1", "kind": "primary"}],
        specimens=[
            {"id": "B0", "malignant": "no"},
            {"id": "B1", "lesion": "N1"},
            {"id": "B2", "lesion": "L1"},
        ],
    )
    assert {"specimens[B2].her2", "specimens[B2].er_percent"} <= essential(made)
    benign = record(cancers=[{}], specimens=[{"malignant": "no", "her2": {"ihc": "3+"}}])
    assert "specimens" in essential(benign)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("sex: female, ", "", "patient.sex"),
        ("birth_year: 1976, ", "", "patient.birth_year"),
        ("menopause: premenopausal, ", "", "patient.menopause"),
        (", region: US", "", "patient.region"),
        ("grade: 3, ", "", "cancers[C1].grade"),
        ("focality: unifocal, ", "", "cancers[C1].extent.focality"),
        ("date: 2025-02-03, ", "", "specimens[B1].date"),
        (", ki67_percent: 35", "", "specimens[B1].ki67_percent"),
        ('ihc: "2+"', 'ihc: "0"', "specimens[B1].her2.membrane_staining"),
        (", lower_limit: 55", "", "heart[0].lower_limit"),
        (", injected_mbq: 73.8", "", "exams[E3].injected_mbq"),
        ("lexicon_version: BI-RADS 2013, ", "", "exams[E1].lexicon_version"),
        ("modality: CT, visit: T0", "modality: CT", "exams[E4].visit"),
        (", findings: [{site: chest, metastases: none}]", "", "exams[E4].findings"),
        ("cycles: 6, ", "", "treatment[0].cycles"),
        ("restaging: {", "# {", "restaging"),
        ("last_seen: 2026-09-01, ", "", "outcome.last_seen"),
        ("outcome: {", "# {", "outcome.last_seen"),
    ],
)
def test_what_sharpens_a_conclusion_is_asked_for_as_useful(
    changed: Changed, case: Case, old: str, new: str, path: str
) -> None:
    less = read_case_text(changed((old, new)))
    assert useful(less) - useful(case) == {path}
    assert essential(less) == essential(case)


@pytest.mark.parametrize(
    ("added", "path"),
    [
        ("invasive_mm: 4", "surgery.specimen.invasive_mm"),
        ('her2: {ihc: "1+"}', "surgery.specimen.her2"),
        ("margins: negative", "surgery.specimen.margins"),
    ],
)
def test_a_fact_of_the_specimen_that_is_stated_is_asked_for_no_more(
    changed: Changed, case: Case, added: str, path: str
) -> None:
    more = read_case_text(changed(("specimen: {", f"specimen: {{{added}, ")))
    assert useful(case) - useful(more) == {path}


def test_nothing_of_the_residual_cancer_is_asked_where_none_is_left(changed: Changed) -> None:
    asked = useful(read_case_text(changed(('ypT: "1a"', "ypT: 0"))))
    assert not {"surgery.specimen.her2", "surgery.specimen.invasive_mm"} & asked


def test_a_cancer_needs_a_primary_lesion_and_each_lesion_its_kind() -> None:
    node = record(cancers=[{}], lesions=[{"id": "N1", "kind": "node"}])
    assert "lesions" in essential(node)
    untold = record(cancers=[{}], lesions=[{"id": "L1"}])
    assert "lesions" not in essential(untold)
    assert "lesions[L1].kind" in essential(untold)
    assert "lesions[L1].kind" not in essential(
        record(cancers=[{}], lesions=[{"id": "L1", "kind": "primary"}])
    )


def test_a_death_without_its_date_and_surgery_without_therapy_are_essential_gaps() -> None:
    dead = record(surgery={}, outcome={"status": "dead"})
    assert {"outcome.died", "treatment", "surgery.date", "surgery.specimen"} <= essential(dead)
    assert "treatment" not in essential(record())
    assert "outcome.died" not in essential(record(surgery={}, outcome={"status": "alive"}))


def test_the_lower_limit_is_not_asked_for_where_no_lvef_was_measured() -> None:
    assert not any(path.startswith("heart") for path in useful(record()))
