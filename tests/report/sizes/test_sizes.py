"""Sizes of a lesion over the visits by modality: the figure holds the table's numbers and invents none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from neoher.measure.case import ExamResult, State
from neoher.measure.plane.callipers import CALLIPERS
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import InputObjects, Measurement, Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.report.content import ReportContent, SizesOverVisits
from neoher.report.html import render
from neoher.report.sizes.series import Source, size_series

Build = Callable[..., ReportContent]


@dataclass(frozen=True)
class Drawn:
    """The marks of a figure, as a reader takes them off its axes."""

    svg: str

    def scale(self) -> tuple[float, float]:
        """(y of zero, pixels per mm), from the ticks of the axis."""
        found = re.findall(r'text-anchor="end" fill="[^"]+">([0-9.]+)<', self.svg)
        places = re.findall(r'<path d="M36 ([0-9.]+)H', self.svg)
        ticks = [(float(value), float(y)) for value, y in zip(found, places, strict=True)]
        (low, zero), (high, top) = ticks[0], ticks[-1]
        assert low == 0
        return zero, (zero - top) / (high - low)

    def marks(self) -> dict[str, float]:
        """Size in mm by the words of each mark, from its height."""
        zero, per_mm = self.scale()
        heights = {}
        for body, words in re.findall(r'class="mark"(.*?)<title>([^<]+)</title>', self.svg):
            ys = [float(y) for y in re.findall(r'cy="([0-9.]+)"', body)]
            ys = ys or [float(y) for _, y in re.findall(r"([0-9.]+) ([0-9.]+)[LZ]", body)]
            heights[words] = (zero - (max(ys) + min(ys)) / 2) / per_mm
        return heights


def sizes_of(content: ReportContent, lesion: str = "L1") -> SizesOverVisits:
    table = next(table for table in content.lesions if table.lesion == lesion)
    assert table.sizes is not None
    return table.sizes


def figure(content: ReportContent, lesion: str = "L1") -> str:
    image = sizes_of(content, lesion).figure
    assert image is not None
    return image.svg


def rows(content: ReportContent, lesion: str = "L1") -> dict[str, list[str]]:
    table = sizes_of(content, lesion).table
    return {row[0].text: [cell.text.replace("\u202f", " ") for cell in row[1:]] for row in table.rows}


def changed(text: str, *pairs: tuple[str, str]) -> Case:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return read_case_text(text)


def length(
    case: Case, exam_id: str, lesion: str, plane: str, value: dict[str, Any], sizes: dict[str, float | None]
) -> ExamResult:
    """A stored measurement between callipers."""
    exam = case.exam(exam_id)
    assert exam is not None
    assert exam.modality is not None
    objects = InputObjects(description="1 image", count=1, sha256=f"{exam_id:a<64}")
    stored = Measurement(
        exam=exam.id,
        visit=exam.visit,
        date=exam.date,
        modality=exam.modality.value,
        lesion=lesion,
        method="length/1",
        parameters={"plane": plane},
        images=objects,
        region=objects,
        quantities=tuple(Quantity(name=name, value=size, unit="mm") for name, size in sizes.items()),
        conclusion=Conclusion[dict[str, Any]](value=value),
    )
    return ExamResult(exam, lesion, CALLIPERS, State.FRESH, stored)


def value_of(
    sizes_mm: dict[str, float | None], readings: Sequence[dict[str, Any]] = (), plane: str = "body"
) -> Any:
    return {
        "readings": list(readings),
        "sizes_mm": sizes_mm,
        "ellipsoid_volume_cc": None,
        "side": "left",
        "plane": plane,
    }


def test_every_mark_stands_at_its_number(content: ReportContent) -> None:
    marks = Drawn(figure(content)).marks()
    assert {name.replace("\u202f", " "): round(size, 1) for name, size in marks.items()} == {
        "MRI, measured, T0: 38.7 mm": 38.7,
        "MRI, measured, T1: 27.1 mm": 27.1,
        "MRI, reported, T0: 38 mm": 38.0,
        "MRI, reported, T1: 29 mm": 29.0,
        "mammography, reported, T0: 35 mm": 35.0,
        "mammography calcifications, reported, T0: 48 mm": 48.0,
        "ultrasound, reported, T0: 33 mm": 33.0,
    }  # fmt: skip


def test_the_axis_begins_at_zero_and_reaches_over_the_largest(content: ReportContent) -> None:
    zero, per_mm = Drawn(figure(content)).scale()
    assert (zero - 22.0) / per_mm >= 48.0
    assert per_mm > 0


def test_the_table_holds_the_figures_numbers_with_their_sources(content: ReportContent) -> None:
    table = sizes_of(content).table
    assert table.header == ("Size", "T0", "T1", "T2", "T3", "surgery, 10 Jul 2025")
    measured = next(row for row in table.rows if row[0].text == "MRI, measured")
    assert [cell.text.replace("\u202f", " ") for cell in measured[1:]] == [
        "38.7 mm", "27.1 mm", "not measured: slice 12 is missing.",
        "none: no voxel reaches the thresholds", "–",
    ]  # fmt: skip
    codes = {row.id for row in content.provenance}
    for row in table.rows:
        for cell in row[1:]:
            has_number = cell.text.endswith("mm")
            assert (cell.provenance in codes) is (has_number and not row[0].text.startswith("Specimen"))


def test_a_visit_without_a_size_is_a_gap_and_never_a_zero(content: ReportContent) -> None:
    svg = figure(content)
    assert not any(abs(size) < 1 for size in Drawn(svg).marks().values())
    # Only MRI was looked at twice or more with a number: two courses, of one step each.
    assert [path.count("L") for path in re.findall(r'class="course" d="([^"]+)"', svg)] == [1, 1]


def test_a_gap_breaks_the_line(build: Build, course_text: str) -> None:
    case = changed(
        course_text, ("findings: [{lesion: L1, finding: absent}]", "findings: [{lesion: L1, longest_mm: 9}]")
    )
    paths = re.findall(r'class="course" d="([^"]+)"', figure(build(case)))
    # T2 was too small to measure: T3 stands alone, behind the gap.
    assert paths == [path for path in paths if path.count("M") == 2 and path.count("L") == 1]


def test_what_was_looked_for_and_is_gone_has_a_lane_below_the_axis(content: ReportContent) -> None:
    svg = figure(content)
    zero, _ = Drawn(svg).scale()
    crosses = [float(y) for y in re.findall(r'class="gone" d="M[0-9.]+ ([0-9.]+)', svg)]
    # Reported: too small at T2, not seen at T3; measured: no voxel at T3; each lane has its own key.
    assert len(crosses) == 3 + 2
    assert all(y > zero for y in crosses)


def test_sources_differ_in_shape_or_filling_not_in_colour_alone(content: ReportContent) -> None:
    svg = figure(content)
    looks = set()
    for body, words in re.findall(r'(<(?:circle|path|g) class="mark".*?)<title>([^<]+)</title>', svg):
        shape = re.sub(r"[0-9.]+", "", re.sub(r'(fill|stroke)="#[0-9a-f]+"', "", body))
        filled = 'fill="#fff"' not in body
        looks.add((words.rpartition(", ")[0], shape, filled))
    names = {name for name, _, _ in looks}
    assert len({(shape, filled) for _, shape, filled in looks}) == len(names) == 5


def test_no_two_names_overlap_and_none_leaves_the_figure(content: ReportContent) -> None:
    svg = figure(content)
    width = float(re.search(r'viewBox="0 0 ([0-9.]+)', svg)[1])  # type: ignore[index]
    names = [
        (float(x), float(y), words)
        for x, y, words in re.findall(
            r'<text x="([0-9.]+)" y="([0-9.]+)" text-anchor="start"[^>]*>([^<]+)<', svg
        )
    ]
    beside = sorted(y for x, y, _ in names if x > 500)
    assert len(beside) == 7
    assert all(later - earlier >= 13.9 for earlier, later in pairwise(beside))
    assert all(x + 5.9 * len(words) <= width for x, _, words in names)


def test_a_node_is_judged_by_its_short_axis(content: ReportContent) -> None:
    assert rows(content, "N1") == {
        "Ultrasound short axis, reported": ["16 mm", "not reported", "7 mm", "not reported"]
    }
    assert "Short axis" in figure(content, "N1")
    assert sizes_of(content, "N1").not_drawn == ("No size of this lesion is recorded from MRI.",)


def test_a_modality_without_a_size_is_named(build: Build, course_text: str) -> None:
    case = changed(course_text, (", {lesion: L1, longest_mm: 33}", ""))
    assert "No size of this lesion is recorded from ultrasound." in sizes_of(build(case)).not_drawn


def test_the_specimen_stands_at_the_end_with_its_two_sizes(build: Build, course_text: str) -> None:
    case = changed(
        course_text, ("bed_mm: [12, 9],", "bed_mm: [12, 9], invasive_mm: 4, invasive_and_in_situ_mm: 11,")
    )
    content = build(case)
    marks = {
        name.replace("\u202f", " "): round(size, 1) for name, size in Drawn(figure(content)).marks().items()
    }
    assert marks["specimen, invasive, surgery: 4 mm"] == 4.0
    assert marks["specimen, invasive and in situ, surgery: 11 mm"] == 11.0
    assert rows(content)["Specimen, invasive"] == ["–", "–", "–", "–", "4 mm"]


def test_no_cancer_left_in_the_specimen_is_known_and_no_length(build: Build, course_text: str) -> None:
    case = changed(
        course_text, ('ypT: "1a"', 'ypT: "0"'), ("cellularity_percent: 5", "cellularity_percent: 0")
    )
    content = build(case)
    assert rows(content)["Specimen, invasive"][-1] == "no invasive cancer left"
    assert not any("specimen" in name for name in Drawn(figure(content)).marks())
    assert "no invasive cancer left" in figure(content)


def test_an_uncalibrated_length_is_named_and_not_drawn(build: Build, course: Case) -> None:
    reading = {
        "span": "longest", "image": "cc.dcm", "view": "CC", "side": "left", "start": (0, 0), "end": (0, 250),
        "counted": False, "not_counted": "uncalibrated: pixels are no millimetres",
        "length": {"length_mm": None, "length_pixels": 250.0, "plane": "unknown", "pixel_mm": None,
                   "basis": "b"},
    }  # fmt: skip
    result = length(
        course, "E5", "L1", "", value_of({"longest": None}, [reading], ""), {"longest_diameter": None}
    )
    content = build(course, [result])
    sizes = sizes_of(content)
    assert sizes.not_drawn == ("Not drawn: Mammography, measured at T0, uncalibrated: 250.0 pixels.",)
    assert rows(content)["Mammography, measured"][0] == "uncalibrated: 250.0 pixels"
    assert not any("mammography, measured" in name for name in Drawn(figure(content)).marks())
    table = next(table for table in content.lesions if table.lesion == "L1")
    row = next(row for row in table.rows if row.quantity == "longest_diameter")
    assert row.cells[0].absent == "uncalibrated: 250.0 pixels"
    assert row.cells[0].provenance is None


def test_a_length_on_the_detector_is_drawn_and_named(build: Build, course: Case) -> None:
    stored = value_of({"longest": 36.2}, plane="detector")
    content = build(course, [length(course, "E5", "L1", "detector", stored, {"longest_diameter": 36.2})])
    assert (
        "Mammography, measured at T0: on the detector, longer than in the body."
        in sizes_of(content).not_drawn
    )
    assert "on the detector: longer than in the body" in render(content)


def test_lengths_in_the_body_and_on_the_detector_are_not_compared(build: Build, course_text: str) -> None:
    later = "  - {id: E10, modality: MG, visit: T3, date: 2025-06-20}\n"
    case = changed(course_text, ("  - {id: E9,", f"{later}  - {{id: E9,"))
    results = [
        length(case, "E5", "L1", "body", value_of({"longest": 36.0}), {"longest_diameter": 36.0}),
        length(
            case,
            "E10",
            "L1",
            "detector",
            value_of({"longest": 19.0}, plane="detector"),
            {"longest_diameter": 19.0},
        ),
    ]
    table = next(table for table in build(case, results).lesions if table.lesion == "L1")
    row = next(row for row in table.rows if row.quantity == "longest_diameter")
    assert row.cells[-1].change is None
    assert "not compared with T0" in row.cells[-1].note


def test_one_size_alone_is_said_by_the_table(build: Build, course_text: str) -> None:
    alone = course_text[: course_text.index("  - {id: E1,")] + course_text[course_text.index("treatment:") :]
    case = changed(alone, ("longest_mm: 35, ", ""), (", extent_mm: 48", ""))
    sizes = sizes_of(build(case))
    assert sizes.figure is None
    assert sizes.table.rows[0][0].text == "Ultrasound, reported"


def test_without_dates_the_visits_stand_in_their_order(build: Build) -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\nlesions: [{id: L1, kind: primary}]\nexams:\n"
        "  - {id: A, modality: MR, visit: T0, findings: [{lesion: L1, longest_mm: 30}]}\n"
        "  - {id: B, modality: MR, visit: T1, findings: [{lesion: L1, longest_mm: 20}]}\n"
        "surgery: {specimen: {invasive_mm: 12}}\n"
    )
    content = build(case)
    assert {name.replace("\u202f", " ") for name in Drawn(figure(content)).marks()} == {
        "MRI, reported, T0: 30 mm", "MRI, reported, T1: 20 mm", "specimen, invasive, surgery: 12 mm",
    }  # fmt: skip
    assert rows(content)["MRI, reported"] == ["30 mm", "20 mm", "–"]
    notes = [
        cell.note for row in sizes_of(content).table.rows for cell in row[1:3] if cell.text.endswith("mm")
    ]
    assert set(notes) == {"date not known"}


def test_a_lesion_without_any_size_has_no_part(build: Build) -> None:
    case = read_case_text("neoher: 1\npatient: {id: P1}\nlesions: [{id: L1, kind: primary}]\n")
    content = build(case)
    assert content.lesions[0].sizes is None
    assert "No size was reported or measured." in render(content)


def test_the_order_of_sources_is_that_of_the_page(course: Case, content: ReportContent) -> None:
    table = next(table for table in content.lesions if table.lesion == "L1")
    found = [one.source for one in size_series(course, table)]
    assert found == sorted(found, key=list(Source).index)


@pytest.mark.parametrize("lesion", ["L1", "N1"])
def test_the_page_holds_the_figure_at_the_head_of_the_lesions_part(
    content: ReportContent, lesion: str
) -> None:
    page = render(content)
    table = next(table for table in content.lesions if table.lesion == lesion)
    head = page.index(f"<h3>{table.title}")
    assert page.index('<figure class="wide sizes">', head) < page.index("Known latest", head)
