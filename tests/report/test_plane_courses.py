"""Simulated courses on mammography and ultrasound: what the page prints is what is true of the patient."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from neoher.measure.case import ExamResult, measure_case
from neoher.record.case import Case
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.content import ReportContent
from neoher.report.exam_images import draw_exam
from neoher.report.html import render
from neoher.simulate.course import Course, plan_patient
from neoher.simulate.plane.course import PlaneForms, write_plane_exams
from neoher.simulate.plane.exam import PlaneExam

TODAY = dt.date(2026, 9, 2)
SPANS = {"mass": "longest", "across the longest": "second axis"}


@dataclass(frozen=True)
class Told:
    """A patient whose plane exams were measured and reported."""

    truth: dict[str, PlaneExam]
    case: Case
    results: tuple[ExamResult, ...]
    content: ReportContent
    page: str

    def sizes(self, lesion: str) -> dict[str, list[str]]:
        table = next(table for table in self.content.lesions if table.lesion == lesion)
        assert table.sizes is not None
        return {
            row[0].text: [cell.text.replace("\u202f", " ") for cell in row[1:]]
            for row in table.sizes.table.rows
        }


def record(truth: dict[str, PlaneExam]) -> str:
    exams = []
    for name, exam in truth.items():
        modality, visit = name.split("-")
        lines = [
            f"      - {{lesion: {line.lesion}, span: {SPANS.get(line.what, line.what)}, "
            f"image: {line.image.rpartition('/')[2]}, from: {list(line.start)}, to: {list(line.end)}}}"
            for line in exam.lines
        ]
        seen = {line.lesion for line in exam.lines}
        findings = [] if "L1" in seen else ["{lesion: L1, finding: absent}"]
        exams.append(
            f"  - {{id: {name}, modality: {modality}, visit: {visit}, date: {exam.taken_at.date()},\n"
            f"     images: {exam.folder}, findings: [{', '.join(findings)}],\n     callipers: [\n"
            + ",\n".join(line.replace("- {", "{", 1) for line in lines)
            + "]}"
        )
    return (
        "neoher: 1\npatient: {id: P1}\nlesions:\n  - {id: L1, kind: primary, side: left}\n"
        "  - {id: N1, kind: node, side: left, site: axilla}\nexams:\n" + "\n".join(exams) + "\n"
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Course], Told]:
    """The report of a course, made once."""
    made: dict[Course, Told] = {}

    def of(course: Course) -> Told:
        if course not in made:
            folder = tmp_path_factory.mktemp("course")
            truth = write_plane_exams(folder, plan_patient(11, course), "P1", 1976, PlaneForms())
            case = read_case_text(record(truth))
            results = measure_case(folder, case, Measurements())
            content = build_content(
                case,
                results,
                images=[draw_exam(result) for result in results],
                tissue=assess_tissue(case),
                today=TODAY,
            )
            made[course] = Told(truth, case, results, content, render(content))
        return made[course]

    return of


COURSES = (Course.CALCIFICATIONS_STAY, Course.PROGRESSION)


@pytest.mark.parametrize("course", COURSES, ids=str)
def test_every_length_is_true_to_half_a_percent(told: Callable[[Course], Told], course: Course) -> None:
    for result in told(course).results:
        if result.lesion is None:
            continue
        assert result.measurement is not None, result.problem
        exam = told(course).truth[result.exam.id]
        names = {"longest_diameter": ("mass", "longest"), "calcification_extent": ("calcifications",)}
        names |= {"short_axis": ("short axis",), "cortex": ("cortex",)}
        names |= {"second_axis": ("across the longest",), "third_axis": ("third axis",)}
        assert result.measurement.quantities
        for quantity in result.measurement.quantities:
            if quantity.name == "ellipsoid_volume":
                volume = next(each for each in exam.volumes if each.lesion == result.lesion)
                assert quantity.value == pytest.approx(volume.ellipsoid_cc, rel=0.015)
                continue
            truth = max(
                line.true_mm
                for line in exam.lines
                if line.lesion == result.lesion and line.what in names[quantity.name]
            )
            assert quantity.value == pytest.approx(truth, rel=0.005)


@pytest.mark.parametrize("course", COURSES, ids=str)
def test_the_page_prints_the_true_sizes(told: Callable[[Course], Told], course: Course) -> None:
    truth = told(course).truth
    for label, exams, what, lesion in (
        ("Mammography, measured", ("MG-T0", "MG-T3"), "mass", "L1"),
        ("Mammography calcifications, measured", ("MG-T0", "MG-T3"), "calcifications", "L1"),
        ("Ultrasound, measured", ("US-T0", "US-T3"), "longest", "L1"),
        ("Ultrasound short axis, measured", ("US-T0", "US-T3"), "short axis", "N1"),
    ):
        sizes = [truth[exam].longest_mm(lesion, what) for exam in exams]
        expected = [f"{size:.1f} mm" for size in sizes if size is not None]
        rows = told(course).sizes(lesion)
        found = [text for text in rows.get(label, []) if text.endswith(" mm")]
        numbers = [float(text.removesuffix(" mm")) for text in found]
        assert numbers == pytest.approx([float(text.removesuffix(" mm")) for text in expected], abs=0.11)
        for text in found:
            assert text.replace(" ", "\u202f") in told(course).page


def test_calcifications_that_stay_are_shown_beside_a_mass_that_is_gone(
    told: Callable[[Course], Told],
) -> None:
    patient = told(Course.CALCIFICATIONS_STAY)
    assert patient.truth["MG-T3"].longest_mm("L1", "mass") is None
    rows = patient.sizes("L1")
    before, after = rows["Mammography calcifications, measured"]
    assert before == after
    assert not rows["Mammography, measured"][1].endswith("mm")
    assert "Calcifications are no size of the cancer." in patient.page


def test_every_image_with_callipers_is_drawn_with_a_true_scale(told: Callable[[Course], Told]) -> None:
    patient = told(Course.PROGRESSION)
    pictures = [
        image
        for page in patient.content.visits
        for exam in page.exams
        for row in exam.picture_rows
        for image in row
    ]
    assert [image.title for image in pictures[:3]] == [
        "Mammogram L CC", "Mammogram L MLO", "Mammogram L CC, magnified",
    ]  # fmt: skip
    lines = {line.true_mm for exam in patient.truth.values() for line in exam.lines}
    for image in pictures:
        for path in re.findall(
            r'class="calliper" d="M([0-9.-]+) ([0-9.-]+)L([0-9.-]+) ([0-9.-]+)"', image.svg
        ):
            x, y, to_x, to_y = map(float, path)
            drawn = ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5
            assert min(abs(drawn - true) for true in lines) < 0.03
        assert 'class="scale-bar"' in image.svg


def test_modalities_that_are_absent_are_said_to_be(told: Callable[[Course], Told]) -> None:
    assert "No size of this lesion is recorded from MRI." in told(Course.PROGRESSION).page
