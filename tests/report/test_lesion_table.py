"""The lesion table: reported and measured side by side, and why a cell holds no number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from neoher.measure.case import ExamResult, State
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME as FTV
from neoher.record.case import Case
from neoher.record.exam import MrExam
from neoher.record.measurement import Measurement
from neoher.record.reading.case_file import read_case_text
from neoher.report.content import Cell, LesionTable, Origin, QuantityRow, ReportContent

Build = Callable[..., ReportContent]
Measure = Callable[..., Measurement]


def row_of(
    content: ReportContent, quantity: str, origin: Origin, modality: str = "MR", lesion: str = "L1"
) -> QuantityRow:
    table = next(table for table in content.lesions if table.lesion == lesion)
    return next(
        row for row in table.rows if (row.quantity, row.origin, row.modality) == (quantity, origin, modality)
    )


def cell_at(row: QuantityRow, visit: str) -> Cell:
    return next(cell for cell in row.cells if cell.visit == visit)


def test_each_quantity_runs_over_the_visits_with_its_change_from_baseline(content: ReportContent) -> None:
    row = row_of(content, "functional_tumour_volume", Origin.MEASURED)
    assert [cell.value for cell in row.cells] == [12.345, 6.1725, None, 0.0]
    assert [cell.since for cell in row.cells] == ["", "T0", "", "T0"]
    halved = cell_at(row, "T1").change
    assert halved is not None
    assert halved.value is not None
    assert halved.value.percent == pytest.approx(-50.0)
    assert halved.value.beyond_noise is None


def test_a_reported_diameter_stands_beside_the_measured_one(content: ReportContent) -> None:
    reported = row_of(content, "longest_diameter_reported", Origin.REPORTED)
    own = row_of(content, "largest_component_longest_diameter_in_plane", Origin.MEASURED)
    assert [cell.value for cell in reported.cells] == [38.0, 29.0, None, None]
    assert [cell.value for cell in own.cells] == [38.7, 27.09, None, None]


def test_modalities_are_never_put_into_one_row(content: ReportContent) -> None:
    table = next(table for table in content.lesions if table.lesion == "L1")
    diameters = [row.modality for row in table.rows if row.quantity == "longest_diameter_reported"]
    assert diameters == ["MG", "US", "MR"]


def test_a_row_of_pet_names_its_tracer(content: ReportContent) -> None:
    row = row_of(content, "suvmax", Origin.REPORTED, "PT 89Zr-pertuzumab")
    assert [cell.value for cell in row.cells] == [12.7, None, None, None]


def test_a_cell_without_a_number_says_why(content: ReportContent) -> None:
    volume = row_of(content, "functional_tumour_volume", Origin.MEASURED)
    assert cell_at(volume, "T2").absent == "not measured: slice 12 is missing."
    reported = row_of(content, "longest_diameter_reported", Origin.REPORTED)
    assert cell_at(reported, "T2").absent == "too small to measure, as reported"
    assert cell_at(reported, "T3").absent == "not seen, as reported"
    node = row_of(content, "short_axis", Origin.REPORTED, "US", "N1")
    assert cell_at(node, "T1").absent == "not reported"


def test_no_voxel_left_gives_a_volume_of_zero_and_no_diameter(content: ReportContent) -> None:
    volume = cell_at(row_of(content, "functional_tumour_volume", Origin.MEASURED), "T3")
    assert volume.value == 0.0
    assert "not a pathologic statement" in volume.note
    diameter = cell_at(row_of(content, "largest_component_longest_diameter_in_plane", Origin.MEASURED), "T3")
    assert diameter.value is None
    assert diameter.gone
    assert diameter.change is None


def test_what_is_known_latest_is_not_the_last_number_where_the_lesion_is_gone(content: ReportContent) -> None:
    table = next(table for table in content.lesions if table.lesion == "L1")
    latest = {
        (entry.row.quantity, entry.row.modality): entry.latest.visit if entry.latest else None
        for entry in table.summary
    }
    assert latest["longest_diameter_reported", "MR"] == "T3"
    assert latest["largest_component_longest_diameter_in_plane", "MR"] == "T3"
    assert latest["longest_diameter_reported", "MG"] is None


def test_every_number_points_to_a_row_of_provenance(content: ReportContent) -> None:
    rows = {row.id: row for row in content.provenance}
    assert len(rows) == len(content.provenance)
    cells = [(row, cell) for table in content.lesions for row in table.rows for cell in row.cells]
    for row, cell in cells:
        assert (cell.value is None) == (cell.provenance is None)
        if cell.provenance:
            source = rows[cell.provenance]
            assert (source.origin, source.visit, source.modality) == (row.origin, cell.visit, row.modality)


def test_each_row_says_what_a_change_must_exceed_or_that_no_limit_is_held(content: ReportContent) -> None:
    limits = {(row.quantity, row.modality): row.limit for table in content.lesions for row in table.rows}
    assert all(limits.values())
    assert limits["functional_tumour_volume", "MR"].startswith("no test-retest limit published")
    # The published agreement of readers is that of MRI (PMID 22221829), not of ultrasound.
    assert "0.93" in limits["longest_diameter_reported", "MR"]
    assert limits["longest_diameter_reported", "US"].startswith("no limit is held for this quantity")


def test_calcifications_have_no_change_that_could_be_taken_for_response(
    build: Build, course_text: str
) -> None:
    later = (
        "  - {id: E10, modality: MG, visit: T3, date: 2025-06-25, findings: [{lesion: L1, "
        "calcifications: {extent_mm: 20}}]}\ntreatment:\n"
    )
    content = build(read_case_text(course_text.replace("treatment:\n", later)))
    row = row_of(content, "calcification_extent", Origin.REPORTED, "MG")
    assert [cell.value for cell in row.cells] == [48.0, None, None, 20.0]
    assert all(cell.change is None for cell in row.cells)
    assert "do not follow the response" in row.limit


def mr_exam(case: Case, exam: str) -> MrExam:
    found = case.exam(exam)
    assert isinstance(found, MrExam)
    return found


def test_values_measured_with_other_parameters_are_not_compared(
    course: Case, build: Build, measured: Measure
) -> None:
    other = {**measured(mr_exam(course, "E1"), 1.0, 1.0).parameters, "pe_percent": 80.0}
    first, second = mr_exam(course, "E1"), mr_exam(course, "E6")
    results = (
        ExamResult(first, "L1", FTV, State.FRESH, measured(first, 12.0, 30.0)),
        ExamResult(second, "L1", FTV, State.FRESH, measured(second, 6.0, 20.0, parameters=other)),
    )
    cell = cell_at(row_of(build(course, results), "functional_tumour_volume", Origin.MEASURED), "T1")
    assert cell.value == 6.0
    assert cell.change is None
    assert cell.note == "not compared with T0: other method or parameters"


def test_a_stale_value_and_a_change_from_it_are_marked(course: Case, build: Build, measured: Measure) -> None:
    first, second = mr_exam(course, "E1"), mr_exam(course, "E6")
    results = (
        ExamResult(first, "L1", FTV, State.STALE, measured(first, 12.0, 30.0)),
        ExamResult(second, "L1", FTV, State.FRESH, measured(second, 6.0, 20.0)),
    )
    row = row_of(build(course, results), "functional_tumour_volume", Origin.MEASURED)
    assert cell_at(row, "T0").stale
    assert not cell_at(row, "T1").stale
    assert "is stale, so the change is too" in cell_at(row, "T1").note


def test_two_exams_of_one_visit_are_two_rows_and_none_is_lost(build: Build, course_text: str) -> None:
    again = (
        "  - {id: E11, modality: MR, visit: T0, date: 2025-02-15, findings: [{lesion: L1, longest_mm: 41}]}\n"
    )
    content = build(read_case_text(course_text.replace("treatment:\n", f"{again}treatment:\n", 1)))
    table = next(table for table in content.lesions if table.lesion == "L1")
    rows = [row for row in table.rows if (row.quantity, row.modality) == ("longest_diameter_reported", "MR")]
    assert [row.cells[0].value for row in rows] == [38.0, 41.0]
    assert rows[1].label == "longest diameter, exam 2 of the visit"


def test_an_exam_without_a_late_phase_has_no_volume_and_says_what_is_needed(
    course: Case, build: Build, measured: Measure
) -> None:
    exam = mr_exam(course, "E1")
    entry = measured(exam, None, 30.0)
    conclusion = entry.conclusion.model_copy(update={"missing": ("late phase",)})
    results = (ExamResult(exam, "L1", FTV, State.FRESH, entry.model_copy(update={"conclusion": conclusion})),)
    cell = cell_at(row_of(build(course, results), "functional_tumour_volume", Origin.MEASURED), "T0")
    assert cell.value is None
    assert not cell.gone
    assert cell.absent == "cannot be said without late phase"


def test_a_region_without_a_lesion_has_a_table_of_its_own(build: Build, measured: Measure) -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\nexams: [{id: E1, modality: MR, date: 2025-02-08, images: a}]"
    )
    exam = mr_exam(case, "E1")
    results = (ExamResult(exam, None, FTV, State.FRESH, measured(exam, 42.0, 89.6, lesion=None, visit=None)),)
    table: LesionTable = build(case, results).lesions[0]
    assert table.title == "Measured region, assigned to no lesion"
    assert [heading.visit for heading in table.headings] == ["8 Feb 2025"]
    assert table.rows[0].cells[0].value == 42.0
