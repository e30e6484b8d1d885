"""The course as a person reads it off the record: settings by dates of treatment and operation."""

from __future__ import annotations

import pytest

from neoher.pathology.her2.change import her2_course
from neoher.pathology.her2.recorded_course import her2_of_cancers, undated_her2
from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text

HEAD = """\
neoher: 1
patient: {id: P1}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary}, {id: M1, cancer: C1, kind: metastasis, site: liver}]
"""
TREATED = "treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]\n"
SURGERY = "surgery: {date: 2025-07-10, specimen: {her2: {ihc: '1+'}}}\n"


def case(*specimens: str, rest: str = TREATED + SURGERY) -> Case:
    listed = "".join(f"  - {{{specimen}}}\n" for specimen in specimens)
    return read_case_text(f"{HEAD}specimens:\n{listed}{rest}", "case.yaml")


def settings(record: Case) -> list[tuple[str, str]]:
    return [(each.specimen, each.setting) for each in her2_of_cancers(record)["C1"]]


def test_biopsy_during_therapy_operation_and_metastasis_by_their_days() -> None:
    record = case(
        "id: M, lesion: M1, date: 2026-11-20, her2: {ihc: '0'}",
        "id: D, lesion: L1, date: 2025-04-01, her2: {ihc: 3+}",
        "id: B, lesion: L1, date: 2025-02-20, her2: {ihc: 3+}",
    )
    assert settings(record) == [
        ("B", "biopsy"),
        ("D", "during-therapy"),
        ("operation specimen", "residual"),
        ("M", "metastasis"),
    ]


@pytest.mark.parametrize(
    ("rest", "setting"),
    [
        (SURGERY, "other"),
        ("treatment: [{regimen: TCHP, setting: neoadjuvant}]\n" + SURGERY, "residual"),
        ("treatment: [{regimen: TCHP, start: 2025-08-01}]\n" + SURGERY, "other"),
    ],
)
def test_an_operation_is_after_therapy_only_where_the_record_says_so(rest: str, setting: str) -> None:
    record = case("id: B, lesion: L1, date: 2025-02-03, her2: {ihc: 3+}", rest=rest)
    assert settings(record)[1] == ("operation specimen", setting)


def test_with_treatment_of_unknown_days_a_biopsy_is_not_taken_as_before() -> None:
    record = case(
        "id: B, lesion: L1, date: 2025-02-03, her2: {ihc: 3+}", rest="treatment: [{regimen: TCHP}]\n"
    )
    assert settings(record) == [("B", "other")]


def test_a_specimen_without_a_day_is_named_and_has_no_place() -> None:
    record = case("id: B, lesion: L1, her2: {ihc: 3+}", rest="surgery: {specimen: {her2: {ihc: '1+'}}}\n")
    assert her2_of_cancers(record) == {}
    assert undated_her2(record) == ("specimens[B].date", "surgery.date")


def test_benign_tissue_and_tissue_without_her2_have_no_place() -> None:
    record = case(
        "id: B, lesion: L1, date: 2025-02-03, malignant: no, her2: {ihc: 3+}",
        "id: C, lesion: L1, date: 2025-02-03, er_percent: 60",
        rest="",
    )
    assert her2_of_cancers(record) == {}


def test_facts_that_exclude_each_other_stop_nothing_and_are_named() -> None:
    record = case(
        "id: B, lesion: L1, date: 2025-02-03, her2: {ihc: 2+, ish: {probe: dual, ratio: 1.5, copies: 90}}"
    )
    conclusion = her2_course(her2_of_cancers(record)["C1"])
    assert conclusion.value is not None
    assert [each.kind for each in conclusion.value.changes] == ["open"]
    (said,) = [each.message for each in conclusion.warnings if each.code == "contradictory-facts"]
    assert "specimens[B]" in said
    assert "implausible" in said


def test_the_day_of_the_operation_is_no_day_during_therapy() -> None:
    record = case("id: N, lesion: L1, date: 2025-07-10, her2: {ihc: '1+'}")
    assert ("N", "other") in settings(record)


def test_an_operation_on_the_day_of_the_first_dose_is_not_after_therapy() -> None:
    biopsy = "id: B, date: 2025-02-03, her2: {ihc: 3+}"
    record = case(biopsy, rest=TREATED + SURGERY.replace("2025-07-10", "2025-02-20"))
    assert ("operation specimen", "other") in settings(record)
