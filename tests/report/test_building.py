"""Building: the content of a report is complete, and what is not known is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from neoher.errors import ImageError
from neoher.measure.case import ExamResult, State
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME as FTV
from neoher.record.case import Case
from neoher.record.exam import MrExam
from neoher.record.measurement import Measurement
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import TissueAssessments
from neoher.report.building import NOT_MEASURED, STALE, build_content
from neoher.report.content import ExamImages, KeyImage, ReportContent

Build = Callable[..., ReportContent]
Measure = Callable[..., Measurement]

EMPTY = "neoher: 1\npatient: {id: P1}\n"


def test_a_record_of_a_name_alone_gives_a_report_that_knows_nothing(build: Build) -> None:
    content = build(read_case_text(EMPTY))
    assert content.key_line == (
        "HER2 status not known, the cancer is not described in the record; no therapy is recorded; "
        "functional tumour volume not measured."
    )
    assert not any(fact.known for fact in (*content.identity, *content.safety))
    assert content.missing
    assert content.provenance == ()


def test_the_key_line_tells_cancer_therapy_size_and_what_surgery_found(content: ReportContent) -> None:
    assert content.key_line.replace("\u202f", " ") == (
        "HER2-positive invasive carcinoma NST of the left breast, cT2 cN1 cM0; "
        "TCHP, 6 of 6 planned cycles given; functional tumour volume of L1 12.3 cc (T0), "
        "then 0 cc (T3: no voxel reaches the thresholds); residual cancer burden RCB-I."
    )


def test_two_cancers_are_told_apart(build: Build) -> None:
    case = read_case_text(
        EMPTY
        + "cancers: [{id: C1, side: left}, {id: C2, side: right}]\n"
        + 'specimens: [{id: B1, cancer: C1, her2: {ihc: "3+"}}, {id: B2, cancer: C2, her2: {ihc: "1+"}}]\n'
    )
    line = build(case).key_line
    assert line.startswith("HER2-positive breast cancer of unstated histology of the left breast")
    assert "HER2-negative breast cancer of unstated histology of the right breast" in line


def test_specimens_that_disagree_are_not_averaged(build: Build) -> None:
    case = read_case_text(
        EMPTY
        + "cancers: [{id: C1, side: left, histology: NST}]\n"
        + 'specimens: [{id: B1, her2: {ihc: "3+"}}, {id: B2, her2: {ihc: "1+"}}]\n'
    )
    assert "HER2 differs between specimens: negative, positive" in build(case).key_line


def test_every_exam_of_the_record_has_its_page(content: ReportContent, course: Case) -> None:
    shown = [exam.exam for visit in content.visits for exam in visit.exams]
    assert sorted(shown) == sorted(exam.id for exam in course.exams)
    assert [visit.visit for visit in content.visits] == ["T0", "T1", "T2", "T3"]


def test_an_exam_without_a_visit_still_has_a_place(build: Build) -> None:
    case = read_case_text(
        EMPTY
        + "exams: [{id: A, modality: MR, date: 2025-02-08}, {id: B, modality: US, date: 2025-02-08}, {id: C}]"
    )
    assert [(visit.visit, visit.dates, len(visit.exams)) for visit in build(case).visits] == [
        ("8 Feb 2025", "visit not stated", 2),
        ("C", "visit and date not known", 1),
    ]


def test_free_text_of_the_reader_is_quoted_unchanged(content: ReportContent) -> None:
    exam = next(exam for visit in content.visits for exam in visit.exams if exam.exam == "E1")
    assert exam.quotations == ("Irregular mass in the left upper outer quadrant, no second focus.",)


def test_an_exam_that_could_not_be_measured_is_named_before_the_first_number(content: ReportContent) -> None:
    assert [(caution.code, caution.message) for caution in content.cautions] == [
        (NOT_MEASURED, "MRI T2 (E7) was not measured: slice 12 is missing.")
    ]


def test_a_stale_measurement_is_named_before_the_first_number(
    course: Case, build: Build, measured: Measure
) -> None:
    exam = course.exam("E1")
    assert isinstance(exam, MrExam)
    gone = ImageError("the images of exam E1 are not there.")
    content = build(
        course,
        (ExamResult(exam, "L1", FTV, State.STALE, measured(exam, 9.0, 30.0), problem=gone),),
    )
    assert [caution.code for caution in content.cautions] == [STALE]
    assert [row.stale for row in content.provenance if row.id == "m1"] == [True]
    page = next(exam for visit in content.visits for exam in visit.exams if exam.exam == "E1")
    assert page.regions[0].measured.stale


def test_a_measurement_stored_by_another_version_is_not_misread(
    course: Case, build: Build, measured: Measure
) -> None:
    exam = course.exam("E1")
    assert isinstance(exam, MrExam)
    entry = measured(exam, 9.0, 30.0)
    foreign = entry.conclusion.model_copy(update={"value": {"volume": 9.0}})
    results = (ExamResult(exam, "L1", FTV, State.STALE, entry.model_copy(update={"conclusion": foreign})),)
    page = next(one for visit in build(course, results).visits for one in visit.exams if one.exam == "E1")
    assert page.regions[0].measured.headline == "measured by another version: see the table of lesions"


def test_contradictory_tissue_is_a_caution_and_stops_nothing(build: Build) -> None:
    case = read_case_text(
        EMPTY + "specimens: [{id: B1, er_percent: 60, her2: {ish: {probe: single, ratio: 2.4}}}]\n"
        "surgery: {specimen: {bed_mm: [12, 9], cellularity_percent: 0, cis_percent: 0, nodes_positive: 0, "
        'largest_met_mm: 12, ypT: "2"}}'
    )
    content = build(case)
    assert [caution.code for caution in content.cautions] == ["contradictory-facts", "contradictory-facts"]
    assert content.residual_burden[0].conclusion.value is None
    her2 = content.her2[0]
    assert her2.conclusion.value is None
    assert her2.headline == "cannot be said: the recorded facts contradict each other"
    assert "specimens[B1]" in her2.conclusion.warnings[0].message
    assert "60" in her2.facts[0].text


def test_an_impossible_date_is_named_before_the_first_number(build: Build) -> None:
    content = build(read_case_text(EMPTY + "exams: [{id: E1, modality: MR, date: 2100-01-01}]"))
    assert [caution.code for caution in content.cautions] == ["impossible-date"]
    assert content.generated_on == dt.date(2026, 9, 2)


def test_both_statements_of_intended_use_are_in_every_report(build: Build) -> None:
    assert [use.title for use in build(read_case_text(EMPTY)).intended_use] == ["Measuring", "Guidance"]


def test_a_lesion_is_shown_side_by_side_over_the_visits_with_the_day_of_each_exam(
    course: Case, results: tuple[ExamResult, ...]
) -> None:
    def drawn(exam: str) -> ExamImages:
        plain = KeyImage("Projection", "", "", "<svg/>", 1.0)
        return ExamImages(exam, "L1", "ftv", (plain, replace(plain, title=exam, over_visits=True)))

    images = (drawn("E1"), drawn("E9"))
    content = build_content(
        course, results, images=images, tissue=TissueAssessments(), today=dt.date(2026, 9, 2)
    )
    tables = {table.lesion: table for table in content.lesions}
    assert [(one.visit, one.date, one.image.title) for one in tables["L1"].pictures] == [
        ("T0", dt.date(2025, 2, 8), "E1"),
        ("T3", dt.date(2025, 6, 24), "E9"),
    ]
    assert tables["N1"].pictures == ()


def test_a_number_in_a_sentence_points_to_its_row(content: ReportContent) -> None:
    rows = {row.id: row.method for row in content.provenance}
    exam = next(exam for visit in content.visits for exam in visit.exams if exam.exam == "E2")
    assert [rows[one.provenance] for one in exam.findings if one.provenance] == [
        "exams[E2].findings[0]",
        "exams[E2].findings[1]",
    ]
    chest = next(exam for visit in content.visits for exam in visit.exams if exam.exam == "E4")
    assert chest.findings[0].provenance is None
