"""What a record can be asked."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from neoher.record.case import Case
from neoher.record.exam import EXAM_CLASSES, Exam, ExamOfUnstatedModality, MrExam
from neoher.record.finding import Finding
from neoher.record.lesion import Lesion, LesionKind, NodeStation, Side


def record(**stated: object) -> Case:
    return Case.model_validate({"neoher": 1, "patient": {"id": "P"}, **stated})


def test_a_lesion_and_an_exam_are_found_by_their_id(case: Case) -> None:
    lesion, exam = case.lesion("N1"), case.exam("E5")
    assert lesion is not None
    assert lesion.kind is LesionKind.NODE
    assert exam is not None
    assert exam.modality == "MG"
    assert case.lesion("absent") is None


def test_visits_stand_in_the_order_of_their_dates() -> None:
    exams = [
        {"modality": "MR", "visit": "T1", "date": "2025-03-10"},
        {"modality": "US", "visit": "T?"},
        {"modality": "US", "visit": "T0", "date": "2025-02-09"},
        {"modality": "MR", "visit": "T0", "date": "2025-02-08"},
    ]
    visits = record(exams=exams).visits()
    assert [visit.label for visit in visits] == ["T0", "T1", "T?"]
    assert visits[0].date == dt.date(2025, 2, 8)
    assert [exam.modality for exam in visits[0].exams] == ["US", "MR"]


def test_findings_of_a_lesion_stand_by_date_over_all_modalities(case: Case) -> None:
    found = case.findings_of("L1")
    assert [(exam.id, finding.longest_mm) for exam, finding in found] == [("E5", 35.0), ("E1", 38.0)]


def test_with_one_cancer_everything_belongs_to_it(case: Case) -> None:
    assert {case.cancer_of(lesion) for lesion in case.lesions} == {case.cancers[0]}
    assert case.cancer_of(case.surgery[0]) is case.cancers[0]


def test_a_specimen_belongs_to_the_cancer_of_its_lesion() -> None:
    two = record(
        cancers=[{"id": "C1"}, {"id": "C2"}],
        lesions=[{"id": "L1", "cancer": "C1"}, {"id": "L2", "cancer": "C2"}],
        specimens=[{"id": "B", "lesion": "L2"}],
    )
    assert two.cancer_of(two.specimens[0]) is two.cancers[1]


def test_a_lesion_of_the_breast_lies_on_the_side_of_its_cancer_and_a_metastasis_need_not() -> None:
    made = record(
        cancers=[{"side": "left"}],
        lesions=[{"id": "L1", "kind": "primary"}, {"id": "M1", "kind": "metastasis"}, {"id": "X"}],
    )
    assert [made.side_of(lesion) for lesion in made.lesions] == [Side.LEFT, None, None]


def test_a_metastasis_may_lie_on_the_other_side() -> None:
    other = {"id": "M1", "kind": "metastasis", "side": "right", "site": "axilla right"}
    assert record(cancers=[{"side": "left"}], lesions=[other]).lesions[0].side is Side.RIGHT


def test_a_specimen_and_its_lesion_belong_to_one_cancer() -> None:
    cancers = [{"id": "C1"}, {"id": "C2"}]
    lesions = [{"id": "L1", "cancer": "C1"}, {"id": "L2", "cancer": "C2"}]
    record(cancers=cancers, lesions=lesions, specimens=[{"lesion": "L2", "cancer": "C2"}])
    with pytest.raises(ValidationError, match="said to be of cancer C1, its lesion L2 of cancer C2"):
        record(cancers=cancers, lesions=lesions, specimens=[{"lesion": "L2", "cancer": "C1"}])


def test_surgery_is_on_the_side_of_its_cancer() -> None:
    record(cancers=[{"side": "left"}], surgery={"side": "left"})
    with pytest.raises(
        ValidationError, match="the operation was on the right, cancer cancer-1 lies on the left"
    ):
        record(cancers=[{"side": "left"}], surgery={"side": "right"})


def test_entries_without_an_id_are_numbered_in_order() -> None:
    made = record(exams=[{"modality": "CT"}, {"modality": "NM"}], cancers=[{}], lesions=[{}])
    assert [exam.id for exam in made.exams] == ["exam-1", "exam-2"]
    assert (made.cancers[0].id, made.lesions[0].id) == ("cancer-1", "lesion-1")


def test_staging_without_pixels_and_stage_iv_are_stated_facts() -> None:
    made = record(
        cancers=[{"stage": {"M": 1}}],
        exams=[
            {
                "modality": "NM",
                "purpose": "staging",
                "findings": [{"site": "spine", "metastases": "present"}],
            },
            {"modality": "PT", "findings": [{"site": "liver", "metastases": "none", "suvmax": 2.1}]},
        ],
    )
    assert made.cancers[0].stage is not None
    assert made.cancers[0].stage.M == "1"
    assert all(exam.images is None for exam in made.exams)


@pytest.mark.parametrize("station", list(NodeStation))
def test_every_nodal_station_has_its_findings_by_modality(station: NodeStation) -> None:
    node = {"short_mm": 9, "cortex_mm": 4, "hilum": "effaced", "lesion": "N1"}
    made = record(
        lesions=[{"id": "N1", "kind": "node", "site": station.value}],
        exams=[{"modality": name, "findings": [node]} for name in ("US", "MR", "CT", "PT")],
    )
    assert made.lesions[0].station is station
    assert len(made.findings_of("N1")) == 4


def test_extent_is_stated_by_cancer_and_as_each_exam_shows_it() -> None:
    extent = {"focality": "multicentric", "whole_extent_mm": 71, "skin": "thickening", "nipple": "none",
              "pectoral_muscle": "abutted", "chest_wall": "none"}  # fmt: skip
    made = record(cancers=[{"extent": extent}], exams=[{"modality": "MR", "visit": "T0", "extent": extent}])
    assert made.cancers[0].extent is not None
    assert made.cancers[0].extent.whole_extent_mm == made.exams[0].extent[0].whole_extent_mm == 71


def test_a_region_is_a_file_with_its_segment_or_a_box() -> None:
    regions = [
        {"lesion": "L1", "purpose": "voi", "file": "regions/seg.dcm#2"},
        {"purpose": "omit", "box_mm": {"from": [-20, -60, -30], "to": [40, 0, 30]}},
    ]
    made = record(lesions=[{"id": "L1"}], exams=[{"modality": "MR", "regions": regions}])
    from_file, box = made.exams[0].regions
    assert (from_file.file_path, from_file.segment) == ("regions/seg.dcm", "2")
    assert box.box_mm is not None
    assert (box.box_mm.lower, box.box_mm.upper) == ((-20, -60, -30), (40, 0, 30))


@pytest.mark.parametrize(
    "region",
    [
        {"purpose": "voi"},
        {"file": "a.nii", "box_mm": {"from": [0, 0, 0], "to": [1, 1, 1]}},
        {"box_mm": {"from": [0, 0, 0], "to": [1, 0, 1]}},
        {"box_mm": {"from": [5, 0, 0], "to": [1, 1, 1]}},
        {"box_mm": {"from": [0, 0], "to": [1, 1, 1]}},
        {"file": "../a.nii"},
        {"file": "C:\\a.nii"},
    ],
)
def test_a_region_without_one_sound_shape_is_refused(region: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        record(exams=[{"modality": "MR", "regions": [region]}])


def test_a_laboratory_value_without_a_unit_is_refused() -> None:
    value = {"name": "ALT", "value": 31, "unit": "U/L"}
    assert record(baseline_tests={"laboratory": [value]}).baseline_tests is not None
    del value["unit"]
    with pytest.raises(ValidationError):
        record(baseline_tests={"laboratory": [value]})


def test_a_record_can_be_made_of_models_too() -> None:
    made = Case(
        neoher=1,
        patient={"id": "P"},  # type: ignore[arg-type]
        lesions=(Lesion(id="L1"),),
        exams=(MrExam(id="E1", findings=({"lesion": "L1", "longest_mm": 12},)),),  # type: ignore[arg-type]
    )
    assert made.findings_of("L1")[0][1].longest_mm == 12


TERMS = {
    "MR": {"type": ["mass"], "shape": ["oval", "round", "irregular"], "internal_enhancement": ["rim"],
           "margin": ["circumscribed", "irregular", "spiculated"], "kinetics_initial": ["slow", "fast"],
           "kinetics_delayed": ["persistent", "plateau", "washout"]},
    "MG": {"shape": ["oval"], "margin": ["obscured", "microlobulated", "indistinct"], "density": ["high"],
           "calcifications": [{"morphology": "amorphous"}, {"distribution": "grouped"}]},
    "US": {"orientation": ["parallel"], "margin": ["angular", "not circumscribed"], "elasticity": ["hard"],
           "posterior_features": ["shadowing"], "vascularity": ["rim"], "echo_pattern": ["hypoechoic"]},
}  # fmt: skip
"""Descriptors of the 2013 lexicon by modality: knowledge base, section on descriptors."""


@st.composite
def described(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    modality = draw(st.sampled_from(sorted(TERMS)))
    names = draw(st.sets(st.sampled_from(sorted(TERMS[modality]))))
    return modality, {name: draw(st.sampled_from(TERMS[modality][name])) for name in sorted(names)}


@given(described())
def test_a_finding_is_kept_word_for_word_and_in_its_own_modality_only(
    stated: tuple[str, dict[str, object]],
) -> None:
    modality, terms = stated
    exam = record(exams=[{"modality": modality, "findings": [terms]}]).exams[0]
    assert type(exam) is EXAM_CLASSES[modality]
    kept = exam.findings[0].model_dump(mode="json", exclude_none=True)
    assert kept == terms
    own = [
        name for name in ("kinetics_initial", "kinetics_delayed", "density", "elasticity") if name in terms
    ]
    for other in set(TERMS) - {modality}:
        if own:
            with pytest.raises(ValidationError):
                record(exams=[{"modality": other, "findings": [terms]}])


@pytest.mark.parametrize("cls", [*EXAM_CLASSES.values(), ExamOfUnstatedModality])
def test_every_class_of_exam_has_what_all_exams_have(cls: type[Exam]) -> None:
    assert set(Exam.model_fields) <= set(cls.model_fields)
    assert set(cls.model_fields) <= set(ExamOfUnstatedModality.model_fields)
    assert issubclass(cls.FINDING, Finding)
    assert set(cls.FINDING.DESCRIPTORS) <= set(cls.FINDING.model_fields)
