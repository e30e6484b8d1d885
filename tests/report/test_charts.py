"""Charts: what is drawn is what is known, at its place on the axis."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.record.reading.case_file import read_case_text
from neoher.report.content import ReportContent
from neoher.report.drawing.charts import CurvePoint, kinetic_chart, ticks, volume_chart
from neoher.report.drawing.timeline_chart import timeline_chart

Build = Callable[..., ReportContent]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_ticks_hold_the_range_between_them(low: float, span: float, most: int) -> None:
    marks = ticks(low, low + span, most)
    assert marks[0] <= low + 1e-6 * span
    assert marks[-1] >= low + span - 1e-6 * span
    assert list(marks) == sorted(set(marks))
    assert len(marks) <= most + 2


def test_a_volume_chart_has_a_mark_per_known_value(content: ReportContent) -> None:
    chart = volume_chart(content.lesions[0])
    assert "functional tumour volume, cc" in chart
    titles = [title.replace("\u202f", " ") for title in re.findall(r"<title>([^<]+)</title>", chart)]
    assert titles == ["12.3 cc", "6.17 cc", "0 cc"]


def test_a_visit_without_a_value_breaks_the_line(content: ReportContent) -> None:
    """FTV is known at T0, T1 and T3: one line from T0 to T1, a lone point at T3."""
    volume = volume_chart(content.lesions[0])
    paths = re.findall(r'<path d="([^"]+)" fill="none" stroke="#1f4e79"', volume)
    assert [re.sub(r"[\d. ]+", "", path) for path in paths] == ["MLM"]


def test_two_visits_are_left_to_the_table(build: Build) -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\nlesions: [{id: L1}]\n"
        "exams: [{id: E1, modality: MR, visit: T0,"
        " findings: [{lesion: L1, functional_tumour_volume_cc: 30}]},"
        " {id: E2, modality: MR, visit: T1, findings: [{lesion: L1, functional_tumour_volume_cc: 20}]}]"
    )
    assert volume_chart(build(case).lesions[0]) == ""


def test_a_kinetic_curve_runs_through_its_points() -> None:
    points = [
        CurvePoint(-100.0, 0.0, "pre"),
        CurvePoint(100.0, 200.0, "early"),
        CurvePoint(300.0, 100.0, "late"),
    ]
    chart = kinetic_chart(points, zero="injection")
    line = re.search(r'polyline points="([^"]+)"', chart)
    assert line
    (x0, y0), (x1, y1), (x2, y2) = (map(float, pair.split(",")) for pair in line[1].split())
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(2 * (y2 - y1), abs=0.3)


def test_the_timeline_draws_therapy_exams_and_surgery_in_their_lanes(content: ReportContent) -> None:
    chart = timeline_chart(content)
    for words in (
        "therapy",
        "MRI",
        "mammography",
        "ultrasound",
        "PET",
        "tissue",
        "restaging, surgery",
        "TCHP",
    ):
        assert f">{words}</text>" in chart
    assert "afterwards: Last seen, alive, 1 Sep 2026" in chart


def test_the_order_of_days_is_the_order_on_the_axis(content: ReportContent) -> None:
    chart = timeline_chart(content)
    lane = chart.split(">MRI</text>")[1].split("</g>")[0]
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', lane)]
    # 33, 42 and 61 days lie between the four MRI exams.
    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert gaps[1] / gaps[0] == pytest.approx(42 / 33, rel=0.01)
    assert gaps[2] / gaps[0] == pytest.approx(61 / 33, rel=0.01)


def test_a_therapy_without_an_end_is_drawn_open(build: Build) -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\ntreatment: [{regimen: TCHP, start: 2025-02-20}]\n"
        "exams: [{id: E1, modality: MR, visit: T0, date: 2025-02-08}]"
    )
    chart = timeline_chart(build(case))
    assert "TCHP, end not stated" in chart
    assert "stroke-dasharray" in chart


def test_fewer_than_two_days_make_no_timeline(build: Build) -> None:
    assert timeline_chart(build(read_case_text("neoher: 1\npatient: {id: P1}"))) == ""
