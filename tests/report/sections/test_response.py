"""The section on response: each change beside what it must exceed, sums of diameters, no class of RECIST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from neoher.measure.case import ExamResult
from neoher.record.case import Case
from neoher.record.measurement import Measurement
from neoher.record.reading.case_file import read_case_text
from neoher.report.content import ReportContent
from neoher.report.html import render
from neoher.report.section import Section, Table, TableCell

Build = Callable[..., ReportContent]

EXAMS = """\
  - {id: F1, modality: PT, visit: T0, date: 2025-02-15, tracer: 18F-FDG,
     findings: [{lesion: L1, suvmax: 11.2}]}
  - {id: F2, modality: PT, visit: T2, date: 2025-04-26, tracer: 18F-FDG,
     findings: [{lesion: L1, suvmax: 5.0}]}
  - {id: H2, modality: PT, visit: T2, date: 2025-04-30, tracer: 89Zr-pertuzumab,
     findings: [{lesion: L1, suvmax: 3.0}]}
treatment:
"""


@pytest.fixture
def with_adc_and_fdg(course_text: str) -> Case:
    text = course_text.replace("treatment:\n", EXAMS, 1)
    for size, adc in ((38, 1000), (29, 1133)):
        text = text.replace(
            f"longest_mm: {size}, type: mass",
            f"longest_mm: {size}, adc_mean_1e6_mm2_per_s: {adc}, type: mass",
        )
    text = text.replace("finding: too-small}", "finding: too-small, adc_mean_1e6_mm2_per_s: 1134}")
    return read_case_text(text)


def section_of(content: ReportContent) -> Section:
    return next(each for each in content.sections if each.id == "response")


def row_of(table: Table, name: str, note: str = "") -> tuple[TableCell, ...]:
    return next(row for row in table.rows if row[0].text.startswith(name) and note in row[0].note)


def lesion_table(content: ReportContent) -> Table:
    return section_of(content).parts[0].tables[0]


def test_a_change_is_beyond_or_within_noise_or_neither(with_adc_and_fdg: Case, build: Build) -> None:
    table = lesion_table(build(with_adc_and_fdg))
    adc = row_of(table, "mean apparent diffusion")
    assert ["within noise" in cell.note for cell in adc[1:4]] == [False, True, False]
    assert "beyond noise" in adc[3].note
    assert adc[3].emphasis
    assert adc[-1].sources == ("PMID:30350329",)
    fdg = row_of(table, "SUVmax", "18F-FDG")
    assert "beyond noise" in fdg[3].note
    her2 = row_of(table, "SUVmax", "89Zr-pertuzumab")
    assert "no published limit" in her2[3].note
    assert "no test-retest limit found" in her2[-1].text


def test_every_number_of_a_lesion_points_to_its_origin(with_adc_and_fdg: Case, build: Build) -> None:
    content = build(with_adc_and_fdg)
    codes = {row.id for row in content.provenance}
    for part in section_of(content).parts:
        for row in part.tables[0].rows:
            numbers = [cell for cell in row[1:-1] if cell.known]
            assert {cell.provenance for cell in numbers} <= codes


def test_the_sum_of_diameters_is_context_and_no_class(course: Case, build: Build) -> None:
    """L1 on MRI: 38, 29, too small, absent."""
    section = section_of(build(course))
    (table,) = section.tables
    (row,) = table.rows
    assert [cell.text.replace("\u202f", " ") for cell in row[1:]] == ["38 mm", "29 mm", "5 mm", "0 mm"]
    assert "L1 too small to measure" in row[3].note
    assert "L1 gone" in row[4].note
    assert any("No class of RECIST is given" in text for text in section.introduction)
    words = " ".join(cell.text for cell in row)
    assert not {"CR", "PR", "SD", "PD"} & set(words.split())


def with_bins(results: Sequence[ExamResult], bins: Sequence[dict[str, int] | None]) -> list[ExamResult]:
    """The measurements with other bins of SER."""
    changed = []
    for result, each in zip(results, bins, strict=True):
        measurement = result.measurement
        if measurement is None or measurement.conclusion.value is None:
            changed.append(result)
            continue
        value = {**measurement.conclusion.value, "ser_bins": each}
        conclusion = measurement.conclusion.model_copy(update={"value": value})
        own: Measurement = measurement.model_copy(update={"conclusion": conclusion})
        changed.append(replace(result, measurement=own))
    return changed


def test_the_share_of_washout_is_that_of_the_stored_bins(
    course: Case, results: tuple[ExamResult, ...], build: Build
) -> None:
    bins = [{"0-0.9": 60, "1.3-1.75": 30, ">3": 10}, {"0-0.9": 80, "1.75-3": 20}, None, {"0-0.9": 0}]
    table = lesion_table(build(course, with_bins(results, bins)))
    row = row_of(table, "voxels with SER")
    assert [cell.text.replace("\u202f", " ") for cell in row[1:5]] == [
        "40 %",
        "20 %",
        "not known",
        "not known",
    ]
    assert row[2].note == "−20.0 percentage points"


def test_volumes_stand_with_their_published_context(
    course: Case, results: tuple[ExamResult, ...], build: Build
) -> None:
    context = section_of(build(course, results)).parts[0].tables[1]
    assert "never a reason to change therapy" in context.caption
    assert {row[0].text for row in context.rows} == {"T1", "T3"}
    assert all(row[1].sources and row[2].text for row in context.rows)


def test_without_two_visits_there_is_no_section(build: Build) -> None:
    lone = read_case_text("neoher: 1\npatient: {id: P001}\n")
    assert [each for each in build(lone).sections if each.id == "response"] == []


def test_the_section_stands_on_the_page(with_adc_and_fdg: Case, build: Build) -> None:
    page = render(build(with_adc_and_fdg))
    assert page.count('<h2 id="response">') == 1
    assert "×10⁻⁶\u202fmm²/s" in page
