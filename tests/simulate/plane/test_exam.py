"""Mammograms and ultrasound images: the true length between two points is read back in every form."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pydicom
import pytest

from neoher.imaging.projection import calibrate_projection
from neoher.intake.plane_image import read_plane_image
from neoher.measure.length import LengthInputs, compute
from neoher.simulate.course import Plan, plan_patient
from neoher.simulate.plane.exam import PlaneExam, write_mammography, write_ultrasound
from neoher.simulate.plane.line import Line
from neoher.simulate.plane.mammogram import VIEWS, calcifications_mm
from neoher.simulate.plane.mammogram_writing import MammogramForm, PlaneHeader
from neoher.simulate.plane.sonogram import Node
from neoher.simulate.plane.sonogram_writing import SonogramForm
from neoher.volume.calibration import CalibrationPlane

HEADER = PlaneHeader("P1", 1976, 3, "MG-T0", dt.datetime(2025, 2, 5, 14, 5))
NODE = Node(long_mm=19.0, short_mm=11.0, cortex_mm=3.5)
PLANES = {
    MammogramForm.FACTOR: CalibrationPlane.OBJECT,
    MammogramForm.DISTANCES: CalibrationPlane.OBJECT,
    MammogramForm.CALIBRATED: CalibrationPlane.CALIBRATED,
    MammogramForm.DETECTOR: CalibrationPlane.DETECTOR,
    MammogramForm.UNSTATED: CalibrationPlane.UNKNOWN,
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_patient(3)


def _mammography(folder: Path, plan: Plan, form: MammogramForm, visit: int = 0) -> PlaneExam:
    specks = calcifications_mm(plan.breast, plan.seed)
    tumour = plan.visits[visit].tumour
    return write_mammography(folder, "mg", HEADER, plan.breast, tumour, specks, form)


def _check(folder: Path, line: Line) -> CalibrationPlane:
    inputs = LengthInputs(path=folder / line.image, start=line.start, end=line.end)
    value = compute(inputs).value
    assert value is not None
    if line.stated_mm is None:
        assert value.length_mm is None
    else:
        assert value.length_mm == pytest.approx(line.stated_mm, rel=0.0005)
    return value.plane


@pytest.mark.parametrize("form", list(MammogramForm), ids=str)
def test_lengths_on_mammograms_are_recovered_in_every_form(
    form: MammogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, form)
    assert exam.objects == 3
    assert len(exam.lines) == 6
    for line in exam.lines:
        assert _check(tmp_path, line) is PLANES[form]
        if form not in {MammogramForm.DETECTOR, MammogramForm.UNSTATED}:
            assert line.stated_mm == line.true_mm
        if form is MammogramForm.DETECTOR:
            assert line.stated_mm == pytest.approx(line.true_mm * (1.8 if "magnified" in line.view else 1.06))


def test_the_views_are_told_apart_and_the_magnified_one_is_marked(plan: Plan, tmp_path: Path) -> None:
    exam = _mammography(tmp_path, plan, MammogramForm.FACTOR)
    names = dict.fromkeys(line.image for line in exam.lines)
    images = [read_plane_image(tmp_path / name) for name in names]
    assert [(image.view, image.magnified, image.laterality) for image in images] == [
        ("CC", False, "L"),
        ("MLO", False, "L"),
        ("CC", True, "L"),
    ]
    assert images[2].projection is not None
    pixel = calibrate_projection(images[2].projection).pixel_mm
    assert pixel == pytest.approx((0.15 / 1.8, 0.15 / 1.8))


def test_a_projection_is_no_longer_than_the_tumour_and_as_long_as_its_shadow(
    plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, MammogramForm.FACTOR)
    tumour = plan.visits[0].tumour
    steps = np.arange(-tumour.reach_mm, tumour.reach_mm, 0.7)
    points = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    inside = points[tumour.distance(points + tumour.centre_mm) < 0]
    for view, axes in VIEWS.items():
        shadow = inside @ axes.T
        # Breadth of the shadow over all directions in the plane.
        angles = np.linspace(0, np.pi, 180)
        breadth = np.ptp(shadow @ np.stack([np.cos(angles), np.sin(angles)]), axis=0).max()
        (line,) = (line for line in exam.lines if (line.view, line.what) == (view, "mass"))
        assert line.true_mm == pytest.approx(breadth, abs=1.5)


def test_calcifications_stay_while_the_mass_goes(plan: Plan, tmp_path: Path) -> None:
    before = _mammography(tmp_path / "before", plan, MammogramForm.FACTOR)
    after = _mammography(tmp_path / "after", plan, MammogramForm.FACTOR, visit=3)
    assert after.longest_mm("L1", "mass") is None
    assert after.longest_mm("L1", "calcifications") == before.longest_mm("L1", "calcifications")


def test_the_mass_and_the_calcifications_are_bright_where_their_points_lie(
    plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, MammogramForm.FACTOR)
    for view in VIEWS:
        (line,) = (line for line in exam.lines if (line.view, line.what) == (view, "mass"))
        pixels = pydicom.dcmread(tmp_path / line.image).pixel_array.astype(float)
        column, row = (round((a + b) / 2) for a, b in zip(line.start, line.end, strict=True))
        middle = pixels[row - 8 : row + 9, column - 8 : column + 9].mean()
        assert middle > np.median(pixels[pixels > 200]) + 200


@pytest.mark.parametrize("form", list(SonogramForm), ids=str)
def test_lengths_on_ultrasound_are_recovered_in_every_form(
    form: SonogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = write_ultrasound(tmp_path, "us", HEADER, plan.visits[0].tumour, NODE, form)
    assert [(line.lesion, line.what) for line in exam.lines] == [
        ("L1", "longest"),
        ("N1", "longest"),
        ("N1", "short axis"),
        ("N1", "cortex"),
    ]
    assert [line.true_mm for line in exam.lines[1:]] == [19.0, 11.0, 3.5]
    for line in exam.lines:
        known = CalibrationPlane.UNKNOWN if form is SonogramForm.UNSTATED else CalibrationPlane.RECONSTRUCTED
        assert _check(tmp_path, line) is known


def test_the_lesion_is_dark_and_the_node_has_a_bright_hilum(plan: Plan, tmp_path: Path) -> None:
    exam = write_ultrasound(tmp_path, "us", HEADER, plan.visits[0].tumour, NODE, SonogramForm.ONE_REGION)
    breast = pydicom.dcmread(tmp_path / exam.lines[0].image).pixel_array.astype(float)
    axilla = pydicom.dcmread(tmp_path / "us/axilla.dcm").pixel_array.astype(float)
    assert breast[260:281, 390:411].mean() < 0.6 * breast[40:80, 100:700].mean()
    cortex = next(line for line in exam.lines if line.what == "cortex")
    between = round(cortex.start[1]), round(cortex.end[1])
    assert axilla[260:281, 390:411].mean() > 1.5 * axilla[between[0] + 3 : between[1] - 3, 390:411].mean()


def test_nothing_is_left_to_see_in_the_breast_where_the_tumour_is_gone(plan: Plan, tmp_path: Path) -> None:
    exam = write_ultrasound(tmp_path, "us", HEADER, plan.visits[3].tumour, NODE, SonogramForm.ONE_REGION)
    assert {line.lesion for line in exam.lines} == {"N1"}
    assert exam.objects == 1
