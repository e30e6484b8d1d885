"""Mammograms and ultrasound images: the true length between two points is read back in every form."""

from __future__ import annotations

import datetime as dt
import math
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from scipy.spatial.distance import pdist

from neoher.cli import simulate as command
from neoher.imaging.projection import calibrate_projection
from neoher.imaging.ultrasound import ellipsoid_volume_cc
from neoher.intake.plane_image import read_plane_image
from neoher.measure.length import LengthInputs, LengthValue, compute
from neoher.record.conclusion import Conclusion
from neoher.simulate.anatomy import Breast
from neoher.simulate.course import Course, Plan, plan_patient
from neoher.simulate.plane import mammography
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.line import Line
from neoher.simulate.plane.mammogram import VIEWS, calcifications_mm
from neoher.simulate.plane.mammogram_writing import TOMOSYNTHESIS, MammogramForm, PlaneHeader
from neoher.simulate.plane.sonogram import Node
from neoher.simulate.plane.sonogram_forms import SonogramForm
from neoher.simulate.plane.tomosynthesis import SLICE_MM
from neoher.simulate.plane.ultrasound import write_ultrasound
from neoher.volume.calibration import CalibrationPlane

HEADER = PlaneHeader("P1", 1976, 3, "MG-T0", dt.datetime(2025, 2, 5, 14, 5))
NODE = Node(long_mm=19.0, short_mm=11.0, cortex_mm=3.5)
LIMIT = 0.005
"""Relative error of a calibrated length that is allowed; what is left here is rounding in decimal strings."""
PLANES = {
    MammogramForm.FACTOR: CalibrationPlane.OBJECT,
    MammogramForm.DISTANCES: CalibrationPlane.OBJECT,
    MammogramForm.CALIBRATED: CalibrationPlane.CALIBRATED,
    MammogramForm.FIDUCIAL: CalibrationPlane.CALIBRATED,
    MammogramForm.BOTH_ALIKE: CalibrationPlane.OBJECT,
    MammogramForm.CLAIMED: CalibrationPlane.OBJECT,
    MammogramForm.OTHER_SPACING: CalibrationPlane.OBJECT,
    MammogramForm.DETECTOR: CalibrationPlane.DETECTOR,
    MammogramForm.UNSTATED: CalibrationPlane.UNKNOWN,
    MammogramForm.FILM: CalibrationPlane.UNKNOWN,
    MammogramForm.NEITHER: CalibrationPlane.UNKNOWN,
    MammogramForm.TOMOSYNTHESIS: CalibrationPlane.RECONSTRUCTED,
    MammogramForm.TOMOSYNTHESIS_PER_FRAME: CalibrationPlane.RECONSTRUCTED,
}
SAID_OF = {
    # What a reader is told of an ultrasound image beside its length.
    SonogramForm.ONE_REGION: [],
    SonogramForm.TWO_REGIONS: [],
    SonogramForm.TWO_PICTURES: [],
    SonogramForm.CINE: [],
    SonogramForm.PIXEL_SPACING: ["pixel-spacing-alone"],
    SonogramForm.EXPORTED: ["processed-image"],
    SonogramForm.MADE_SMALLER: ["region-beyond-image"],
    SonogramForm.MADE_LARGER: ["region-and-spacing-differ"],
    SonogramForm.SCREENSHOT: ["uncalibrated"],
    SonogramForm.UNSTATED: ["uncalibrated"],
}
WITHOUT_SCALE = {
    SonogramForm.MADE_SMALLER,
    SonogramForm.MADE_LARGER,
    SonogramForm.SCREENSHOT,
    SonogramForm.UNSTATED,
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_patient(3)


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """What is drawn of a breast does not depend on how its scale is stated: each picture is drawn once."""
    pictures: dict[tuple[Any, ...], Any] = {}

    def once(draw: Callable[..., Any]) -> Callable[..., Any]:
        def drawn(breast: Breast, tumour: Any, specks: Any, axes: Any, *rest: Any, **how: Any) -> Any:
            disease = tumour.reach_mm if hasattr(tumour, "reach_mm") else len(tumour)
            scale = rest[0] if isinstance(rest[0], float) else how["conical"]
            key = (draw.__name__, disease, len(specks), axes.tobytes(), scale)
            if key not in pictures:
                pictures[key] = draw(breast, tumour, specks, axes, *rest, **how)
            return pictures[key]

        return drawn

    with pytest.MonkeyPatch.context() as patch:
        for name in ("mammogram", "tomosynthesis"):
            patch.setattr(mammography, name, once(getattr(mammography, name)))
        yield


def _mammography(folder: Path, plan: Plan, form: MammogramForm, visit: int = 0) -> PlaneExam:
    specks = calcifications_mm(plan.breast, plan.seed)
    tumour = plan.visits[visit].tumour
    return mammography.write_mammography(folder, "mg", HEADER, plan.breast, tumour, specks, form)


def _measured(folder: Path, line: Line) -> Conclusion[LengthValue]:
    inputs = LengthInputs(path=folder / line.image, start=line.start, end=line.end, frame=line.frame)
    return compute(inputs)


def _check(folder: Path, line: Line) -> CalibrationPlane:
    value = _measured(folder, line).value
    assert value is not None
    if line.stated_mm is None:
        assert value.length_mm is None
        assert value.pixel_mm is None
        assert value.in_words().startswith(f"{value.length_pixels:.1f} pixels (uncalibrated: ")
        assert value.length_pixels == pytest.approx(math.dist(line.start, line.end))
    else:
        assert value.length_mm == pytest.approx(line.stated_mm, rel=LIMIT)
        assert value.length_mm == pytest.approx(line.stated_mm, rel=LIMIT / 10)
    return value.plane


def test_the_command_offers_every_form() -> None:
    assert set(typing.get_args(command.MammographyForm)) == {form.value for form in MammogramForm}
    assert set(typing.get_args(command.UltrasoundForm)) == {form.value for form in SonogramForm}


@pytest.mark.parametrize("form", list(MammogramForm), ids=str)
def test_lengths_on_mammograms_are_recovered_in_every_form(
    form: MammogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, form)
    assert exam.objects == 3
    assert len(exam.lines) == 6
    for line in exam.lines:
        magnified = "magnified" in line.view
        of_projection = magnified and form in TOMOSYNTHESIS
        assert _check(tmp_path, line) is (CalibrationPlane.OBJECT if of_projection else PLANES[form])
        if form is MammogramForm.DETECTOR:
            assert line.stated_mm == pytest.approx(line.true_mm * (1.8 if magnified else 1.06))
        elif PLANES[form] is not CalibrationPlane.UNKNOWN:
            assert line.stated_mm == line.true_mm


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


@pytest.mark.parametrize("form", [MammogramForm.FACTOR, MammogramForm.TOMOSYNTHESIS], ids=str)
def test_the_mass_and_the_calcifications_are_bright_where_their_points_lie(
    form: MammogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, form)
    for view in VIEWS:
        (line,) = (line for line in exam.lines if (line.view, line.what) == (view, "mass"))
        pixels = pydicom.dcmread(tmp_path / line.image).pixel_array.astype(float)
        frame = pixels[line.frame] if pixels.ndim == 3 else pixels
        column, row = (round((a + b) / 2) for a, b in zip(line.start, line.end, strict=True))
        middle = frame[row - 8 : row + 9, column - 8 : column + 9].mean()
        assert middle > np.median(frame[frame > 200]) + 200


@pytest.mark.parametrize("form", sorted(TOMOSYNTHESIS), ids=str)
def test_a_slice_of_a_tomosynthesis_lies_where_its_frame_says(
    form: MammogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = _mammography(tmp_path, plan, form)
    tumour = plan.visits[0].tumour
    spacings = []
    for line in exam.lines:
        if "magnified" in line.view:
            continue
        dataset = pydicom.dcmread(tmp_path / line.image)
        frames = [
            (_group(dataset, frame, "PixelMeasuresSequence"), _group(dataset, frame, "PlanePositionSequence"))
            for frame in range(dataset.NumberOfFrames)
        ]
        assert len(frames) > 10
        (orientation,) = dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence
        along_row, down = np.reshape(np.array(orientation.ImageOrientationPatient, dtype=float), (2, 3))
        assert along_row @ down == pytest.approx(0.0, abs=1e-9)
        measures, position = frames[line.frame]
        spacings = [float(one.PixelSpacing[0]) for one, _ in frames]
        corners = np.array([one.ImagePositionPatient for _, one in frames], dtype=float)
        assert np.diff(corners @ np.cross(along_row, down)) == pytest.approx(SLICE_MM)
        if line.what != "mass":
            continue
        # DICOM PS3.3, C.7.6.2.1.1: from a pixel to the patient. Both ends lie on the surface of the mass.
        spacing = np.array(measures.PixelSpacing, dtype=float)
        for column, row in (line.start, line.end):
            place = np.array(position.ImagePositionPatient, dtype=float)
            place = place + column * spacing[1] * along_row + row * spacing[0] * down
            assert abs(tumour.distance(place[None])[0]) < 0.6
    assert (len(set(spacings)) > 1) == (form is MammogramForm.TOMOSYNTHESIS_PER_FRAME)


def _group(dataset: pydicom.Dataset, frame: int, name: str) -> pydicom.Dataset:
    own, shared = dataset.PerFrameFunctionalGroupsSequence[frame], dataset.SharedFunctionalGroupsSequence[0]
    (found,) = own.get(name) or shared.get(name)
    return found


def test_what_a_slice_shows_is_no_longer_than_the_projection(plan: Plan, tmp_path: Path) -> None:
    whole = _mammography(tmp_path / "2d", plan, MammogramForm.FACTOR)
    slices = _mammography(tmp_path / "3d", plan, MammogramForm.TOMOSYNTHESIS)
    for one, other in zip(slices.lines, whole.lines, strict=True):
        assert (one.view, one.what) == (other.view, other.what)
        assert 0.5 * other.true_mm < one.true_mm <= other.true_mm + 0.5


@pytest.mark.parametrize("form", list(SonogramForm), ids=str)
def test_lengths_on_ultrasound_are_recovered_in_every_form(
    form: SonogramForm, plan: Plan, tmp_path: Path
) -> None:
    exam = write_ultrasound(tmp_path, "us", HEADER, plan.visits[0].tumour, NODE, form)
    # Of two pictures, and of a cine that changes its depth, each has its lines.
    pictures = 2 if form in {SonogramForm.TWO_PICTURES, SonogramForm.CINE} else 1
    of_kind = [line for line in exam.lines if line.what in {"longest", "short axis", "cortex"}]
    assert len(exam.lines) == 6 * pictures
    assert {line.true_mm for line in of_kind if line.lesion == "N1"} == {19.0, 11.0, 3.5}
    known = CalibrationPlane.UNKNOWN if form in WITHOUT_SCALE else CalibrationPlane.RECONSTRUCTED
    for line in exam.lines:
        assert _check(tmp_path, line) is known
        told = [one.code for one in _measured(tmp_path, line).warnings]
        assert [code for code in told if code != "pixels-may-not-be-square"] == SAID_OF[form]
    if form is SonogramForm.CINE:
        assert {line.frame for line in exam.lines} == {0, 3}
        line = exam.lines[0]
        deeper = compute(
            LengthInputs(path=tmp_path / line.image, start=line.start, end=line.end, frame=3)
        ).value
        assert deeper is not None
        # The same two pixels span more tissue where the picture is deeper.
        assert deeper.length_mm == pytest.approx(1.4 * line.true_mm, rel=LIMIT / 10)


def test_three_axes_make_the_volume_of_an_ellipsoid(plan: Plan, tmp_path: Path) -> None:
    tumour = plan.visits[0].tumour
    exam = write_ultrasound(tmp_path, "us", HEADER, tumour, NODE, SonogramForm.ONE_REGION)
    (volume,) = exam.volumes
    values = [_measured(tmp_path, line).value for line in exam.lines if line.lesion == "L1"]
    measured = [value.length_mm for value in values if value is not None and value.length_mm is not None]
    assert measured == pytest.approx(list(volume.axes_mm), rel=LIMIT / 10)
    assert ellipsoid_volume_cc(*measured) == pytest.approx(volume.ellipsoid_cc, rel=3 * LIMIT)
    # Counted on another lattice than the simulator's.
    steps = np.arange(-tumour.reach_mm, tumour.reach_mm, 0.6)
    points = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    inside = points[tumour.distance(points + tumour.centre_mm) < 0]
    assert volume.tumour_cc == pytest.approx(len(inside) * 0.6**3 / 1000, rel=0.01)
    flat = inside[np.abs(inside[:, 2]) < 0.31][:, :2]
    assert volume.axes_mm[0] == pytest.approx(pdist(flat).max(), abs=1.2)
    # An irregular mass is no ellipsoid, but is not far from one.
    assert 0.7 < volume.ellipsoid_cc / volume.tumour_cc < 1.6


def test_a_burned_in_screen_says_so_and_shows_its_writing(plan: Plan, tmp_path: Path) -> None:
    shown = {}
    for form in (SonogramForm.ONE_REGION, SonogramForm.EXPORTED, SonogramForm.SCREENSHOT):
        write_ultrasound(tmp_path / form, "us", HEADER, plan.visits[0].tumour, NODE, form)
        shown[form] = pydicom.dcmread(tmp_path / form / "us/axilla.dcm")
    assert "BurnedInAnnotation" not in shown[SonogramForm.ONE_REGION]
    for form in (SonogramForm.EXPORTED, SonogramForm.SCREENSHOT):
        dataset = shown[form]
        assert dataset.BurnedInAnnotation == "YES"
        assert (dataset.Rows, dataset.Columns) == (450, 600)
        assert dataset.pixel_array[-40:-34, 20:200].max() == 220
    assert shown[SonogramForm.SCREENSHOT].pixel_array.shape == (450, 600, 3)
    assert shown[SonogramForm.ONE_REGION].pixel_array[-40:-34, 20:200].max() == 0


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
    assert exam.volumes == ()


@pytest.mark.parametrize(
    "course", [Course.FRAGMENTATION, Course.NON_MASS_ENHANCEMENT, Course.PROGRESSION], ids=str
)
def test_lengths_of_islands_of_a_segment_and_of_a_grown_mass(course: Course, tmp_path: Path) -> None:
    tumour = plan_patient(2, course).visits[-1].tumour
    exam = write_ultrasound(tmp_path, "us", HEADER, tumour, NODE, SonogramForm.ONE_REGION)
    for line in exam.lines:
        assert line.true_mm > 0
        assert _check(tmp_path, line) is CalibrationPlane.RECONSTRUCTED
