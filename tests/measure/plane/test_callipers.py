"""Callipers of a case measured: each lesion's size over its images, in mm only where the images allow it."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian

from neoher.measure.case import ExamResult, State, measure_case, measurements_of
from neoher.measure.plane.lengths import LesionLengths
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case_text
from neoher.simulate.course import plan_patient
from neoher.simulate.plane.course import BEFORE
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.line import Line
from neoher.simulate.plane.mammogram import calcifications_mm
from neoher.simulate.plane.mammogram_writing import MammogramForm, PlaneHeader
from neoher.simulate.plane.mammography import write_mammography
from neoher.simulate.plane.sonogram_forms import SonogramForm
from neoher.simulate.plane.ultrasound import write_ultrasound

HEADER = PlaneHeader("P1", 1976, 3, "X", dt.datetime(2025, 2, 5, 14, 5))
SPANS = {"mass": "longest", "across the longest": "second axis"}
UIDS = "1.2.826.0.1.3680043.8.498.88"
RECORD = """\
neoher: 1
patient: {{id: P1}}
lesions:
  - {{id: L1, kind: primary, side: {side}}}
  - {{id: N1, kind: node, side: {side}, site: axilla}}
exams:
  - id: E1
    modality: {modality}
    visit: T0
    date: 2025-02-05
    images: {images}
    callipers:
{callipers}
"""


def calliper(line: Line) -> str:
    span, image = SPANS.get(line.what, line.what), line.image.rpartition("/")[2]
    points = f"frame: {line.frame}, from: {list(line.start)}, to: {list(line.end)}"
    return f"{{lesion: {line.lesion}, span: {span}, image: {image}, {points}}}"


def measured(
    folder: Path,
    modality: str,
    images: str,
    callipers: Sequence[str],
    *,
    side: str = "left",
    known: Measurements | None = None,
) -> dict[str | None, ExamResult]:
    listed = "\n".join(f"      - {one}" for one in callipers)
    record = RECORD.format(modality=modality, images=images, callipers=listed, side=side)
    case = read_case_text(record if callipers else record.replace("    callipers:\n\n", ""))
    results = measure_case(folder, case, known or Measurements())
    return {one.lesion: one for one in results}


def value_of(result: ExamResult) -> LesionLengths:
    assert result.measurement is not None, result.problem
    return LesionLengths.model_validate(result.measurement.conclusion.value)


def sizes(result: ExamResult) -> dict[str, float | None]:
    assert result.measurement is not None, result.problem
    return {quantity.name: quantity.value for quantity in result.measurement.quantities}


def codes(result: ExamResult) -> list[str]:
    assert result.measurement is not None, result.problem
    return [warning.code for warning in result.measurement.conclusion.warnings]


@pytest.fixture(scope="module")
def mammograms(tmp_path_factory: pytest.TempPathFactory) -> Callable[[MammogramForm], tuple[Path, PlaneExam]]:
    """Writes (once) the views of a patient in a form, and what is true of them."""
    plan, made = plan_patient(3), {}

    def written(form: MammogramForm) -> tuple[Path, PlaneExam]:
        if form not in made:
            folder = tmp_path_factory.mktemp(form.value)
            specks = calcifications_mm(plan.breast, plan.seed)
            tumour = plan.visits[0].tumour
            made[form] = folder, write_mammography(folder, "mg", HEADER, plan.breast, tumour, specks, form)
        return made[form]

    return written


@pytest.fixture(scope="module")
def ultrasound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PlaneExam]:
    folder = tmp_path_factory.mktemp("us")
    tumour = plan_patient(3).visits[0].tumour
    return folder, write_ultrasound(folder, "us", HEADER, tumour, BEFORE, SonogramForm.TWO_REGIONS)


# --- mammography


def test_views_join_to_the_longest_with_mass_and_calcifications_apart(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.FACTOR)
    result = measured(folder, "MG", "mg", [calliper(line) for line in exam.lines])["L1"]
    truth = {what: exam.longest_mm("L1", what) for what in ("mass", "calcifications")}
    assert sizes(result) == {
        "longest_diameter": pytest.approx(truth["mass"], rel=0.005),
        "calcification_extent": pytest.approx(truth["calcifications"], rel=0.005),
    }
    value = value_of(result)
    assert [one.view for one in value.readings[::2]] == ["CC", "MLO", "CC, magnified"]
    assert {one.side for one in value.readings} == {"left"} == {value.side}
    for line, one in zip(exam.lines, value.readings, strict=True):
        assert one.length.length_mm == pytest.approx(line.true_mm, rel=0.005)
    assert value.plane == "body"
    assert codes(result) == []


def test_one_view_alone_is_said_to_be_one(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.DISTANCES)
    result = measured(folder, "MG", "mg", [calliper(exam.lines[0])])["L1"]
    assert codes(result) == ["single-view"]


def test_pixels_never_become_millimetres(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.UNSTATED)
    result = measured(folder, "MG", "mg", [calliper(line) for line in exam.lines[:2]])["L1"]
    assert sizes(result) == {"longest_diameter": None, "calcification_extent": None}
    pixels = float(np.hypot(*np.subtract(exam.lines[0].end, exam.lines[0].start)))
    assert value_of(result).why_absent("longest_diameter") == f"uncalibrated: {pixels:.1f} pixels"
    assert result.measurement is not None
    assert result.measurement.conclusion.missing == ("pixel calibration",)
    assert "uncalibrated" in codes(result)
    assert result.measurement.parameters == {"plane": ""}


def test_a_length_on_the_detector_says_so_and_a_magnified_one_does_not_count(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.DETECTOR)
    result = measured(folder, "MG", "mg", [calliper(line) for line in exam.lines])["L1"]
    contact = [line for line in exam.lines if line.what == "mass" and "magnified" not in line.view]
    assert sizes(result)["longest_diameter"] == pytest.approx(
        1.06 * max(line.true_mm for line in contact), rel=0.005
    )
    value = value_of(result)
    assert (value.plane, [one.counted for one in value.readings[::2]]) == ("detector", [True, True, False])
    assert {"detector-plane", "magnification-view", "length-not-counted"} <= set(codes(result))
    assert result.measurement is not None
    assert result.measurement.parameters == {"plane": "detector"}
    magnified = [calliper(exam.lines[4])]
    alone = measured(folder, "MG", "mg", magnified)["L1"]
    assert sizes(alone) == {"longest_diameter": None}


def test_the_other_breast_is_refused(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.FACTOR)
    result = measured(folder, "MG", "mg", [calliper(exam.lines[0])], side="right")["L1"]
    assert result.state is State.FAILED
    assert "lies on the right, its callipers on images of the left side" in str(result.problem)


# --- ultrasound


def test_a_node_has_its_short_axis_and_cortex(ultrasound: tuple[Path, PlaneExam]) -> None:
    folder, exam = ultrasound
    results = measured(folder, "US", "us", [calliper(line) for line in exam.lines])
    assert sizes(results["N1"]) == {
        "longest_diameter": pytest.approx(BEFORE.long_mm, rel=0.005),
        "short_axis": pytest.approx(BEFORE.short_mm, rel=0.005),
        "cortex": pytest.approx(BEFORE.cortex_mm, rel=0.005),
    }
    (volume,) = exam.volumes
    assert sizes(results["L1"]) == {
        "longest_diameter": pytest.approx(volume.axes_mm[0], rel=0.005),
        "second_axis": pytest.approx(volume.axes_mm[1], rel=0.005),
        "third_axis": pytest.approx(volume.axes_mm[2], rel=0.005),
        "ellipsoid_volume": pytest.approx(volume.ellipsoid_cc, rel=0.015),
    }


def test_a_tomosynthesis_is_measured_in_the_slice_that_was_named(mammograms: Any) -> None:
    folder, exam = mammograms(MammogramForm.TOMOSYNTHESIS_PER_FRAME)
    assert any(line.frame > 0 for line in exam.lines)
    result = measured(folder, "MG", "mg", [calliper(line) for line in exam.lines])["L1"]
    assert sizes(result)["longest_diameter"] == pytest.approx(exam.longest_mm("L1", "mass"), rel=0.005)
    named = {one.image for one in value_of(result).readings}
    assert any(", frame " in name for name in named)


def test_points_outside_the_picture_are_refused(ultrasound: tuple[Path, PlaneExam]) -> None:
    folder, exam = ultrasound
    line = exam.lines[0]
    trace = Line(line.image, "L1", "longest", "", (100, 560), (300, 560), 1.0, None)
    failed = measured(folder, "US", "us", [calliper(trace)])["L1"]
    assert failed.state is State.FAILED
    assert "a trace or a graphic" in str(failed.problem)


# --- images of one pixel size, written here: three axes, frames, names


def write(path: Path, number: int, frames: int = 1, **stated: Any) -> str:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
    meta.MediaStorageSOPInstanceUID = f"{UIDS}.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.Modality, image.Rows, image.Columns = "US", 300, 400
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.NumberOfFrames = frames
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 399, 299
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.01
    image.SequenceOfUltrasoundRegions = Items([region])
    image.PixelData = np.zeros((frames, 300, 400), np.uint8).tobytes()
    for keyword, value in stated.items():
        setattr(image, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save_as(path)
    return str(image.SOPInstanceUID)


def across(span: str, length_mm: float, image: str, lesion: str = "L1") -> str:
    """A pixel is 0.1 mm."""
    return f"{{lesion: {lesion}, span: {span}, {image}, from: [10, 20], to: [{10 + 10 * length_mm:g}, 20]}}"


def test_three_axes_make_the_ellipsoid_of_the_knowledge(tmp_path: Path) -> None:
    # 30 x 20 x 20 mm = 6.28 mL: pi/6 a b c.
    write(tmp_path / "us" / "radial.dcm", 1)
    uid = write(tmp_path / "us" / "antiradial.dcm", 2)
    axes = [
        across("longest", 30, "image: radial.dcm"),
        across("second axis", 20, "image: us/radial.dcm"),
        across("third axis", 20, f'sop_instance: "{uid}"'),
    ]
    result = measured(tmp_path, "US", "us", axes)["L1"]
    assert sizes(result)["ellipsoid_volume"] == pytest.approx(6.2832, abs=0.0005)
    assert "ellipsoid_volume" not in sizes(measured(tmp_path, "US", "us", axes[:2])["L1"])
    longer = [axes[0], across("second axis", 30.2, "image: radial.dcm")]
    refused = measured(tmp_path, "US", "us", longer)["L1"]
    assert "exceeds its longest diameter" in str(refused.problem)
    third = [axes[0], across("third axis", 30.2, "image: radial.dcm")]
    assert codes(measured(tmp_path, "US", "us", third)["L1"]) == ["third-axis-exceeds-longest"]
    same = [axes[0], across("second axis", 30, "image: radial.dcm")]
    assert sizes(measured(tmp_path, "US", "us", same)["L1"])["second_axis"] == pytest.approx(30)


def test_a_cortex_thicker_than_its_node_is_told(tmp_path: Path) -> None:
    write(tmp_path / "us.dcm", 1)
    node = [across(span, mm, "frame: 0", "N1") for span, mm in (("short axis", 9), ("cortex", 9.1))]
    assert codes(measured(tmp_path, "US", "us.dcm", node)["N1"]) == ["cortex-exceeds-short-axis"]
    node = [across(span, mm, "frame: 0", "N1") for span, mm in (("short axis", 9), ("cortex", 9))]
    assert codes(measured(tmp_path, "US", "us.dcm", node)["N1"]) == []


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("image: c.dcm", "no image of the exam fit"),
        ("image: same.dcm", "2 images of the exam fit"),
        ("frame: 0", "3 images of the exam fit"),
        (f'sop_instance: "{UIDS}.99"', "no image of the exam fit"),
        ("image: b.dcm, frame: 5", "there is no frame 5"),
    ],
)
def test_an_image_that_is_not_one_is_refused(tmp_path: Path, named: str, said: str) -> None:
    for number, name in enumerate(("b.dcm", "x/same.dcm", "y/same.dcm")):
        write(tmp_path / "us" / name, number)
    result = measured(tmp_path, "US", "us", [across("longest", 12, named)])["L1"]
    assert result.state is State.FAILED
    assert said in str(result.problem)
    assert measured(tmp_path, "US", "us", [across("longest", 12, "image: y/same.dcm")])["L1"].problem is None


def test_a_frame_is_measured_by_its_own_spacing_also_in_an_archive(tmp_path: Path) -> None:
    groups = []
    for spacing in (0.1, 0.25):
        measures, group = Dataset(), Dataset()
        measures.PixelSpacing = [spacing, spacing]
        group.PixelMeasuresSequence = Items([measures])
        groups.append(group)
    stated = {"SequenceOfUltrasoundRegions": Items([]), "PerFrameFunctionalGroupsSequence": Items(groups)}
    write(tmp_path / "clip.dcm", 1, frames=2, **stated)
    with zipfile.ZipFile(tmp_path / "us.zip", "w") as archive:
        archive.write(tmp_path / "clip.dcm", "inner/clip.dcm")
    for frame, expected in ((0, 12.0), (1, 30.0)):
        points = [across("longest", 12, f"image: inner/clip.dcm, frame: {frame}")]
        result = measured(tmp_path, "US", "us.zip", points)["L1"]
        assert sizes(result) == {"longest_diameter": pytest.approx(expected)}
        assert value_of(result).readings[0].image == f"clip.dcm, frame {frame}"


def test_other_points_are_another_measurement_and_the_same_ones_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "us" / "a.dcm", 1)
    write(tmp_path / "us" / "b.dcm", 2)
    first = measured(tmp_path, "US", "us", [across("longest", 12, "image: a.dcm")])
    known = measurements_of(list(first.values()))
    again = measured(tmp_path, "US", "us", [across("longest", 12, "image: a.dcm")], known=known)
    assert again["L1"].state is State.FRESH
    moved = measured(tmp_path, "US", "us", [across("longest", 12.1, "image: a.dcm")], known=known)
    assert moved["L1"].state is State.MEASURED
    other = measured(tmp_path, "US", "us", [across("longest", 12, "image: b.dcm")], known=known)
    assert other["L1"].state is State.MEASURED
    # An image that nothing is measured on does not matter.
    (tmp_path / "us" / "b.dcm").unlink()
    rest = measured(tmp_path, "US", "us", [across("longest", 12, "image: a.dcm")], known=known)
    assert rest["L1"].state is State.FRESH
    (tmp_path / "us" / "a.dcm").unlink()
    stale = measured(tmp_path, "US", "us", [across("longest", 12, "image: a.dcm")], known=known)
    assert stale["L1"].state is State.STALE


def test_images_without_callipers_give_no_number_and_name_what_is_missing(tmp_path: Path) -> None:
    write(tmp_path / "us" / "a.dcm", 1)
    result = measured(tmp_path, "US", "us", [])[None]
    assert result.measurement is not None
    assert result.measurement.quantities == ()
    assert result.measurement.conclusion.missing == ("exams.E1.callipers",)
    # Nothing was to be measured: images that are not there are no failure.
    assert measured(tmp_path, "US", "elsewhere", []) == {}
    wrong = measured(tmp_path, "MG", "us", [across("longest", 12, "image: a.dcm")])["L1"]
    assert "no mammography image here" in str(wrong.problem)


def test_the_scanners_own_callipers_are_measured_as_it_wrote_them(shared_data: Path) -> None:
    # Burned into the image beside two crosses: "Cist Mag 1.06 cm"; their centres were read off the pixels.
    folder = shared_data / "imaging" / "ultrasound-generic"
    record = RECORD.format(
        modality="US",
        images="ultrasound-generic/OBXXXX1A_rle.dcm",
        side="left",
        callipers="      - {lesion: L1, span: longest, from: [459.5, 290.5], to: [498.5, 301.5]}",
    )
    (result,) = measure_case(folder.parent, read_case_text(record), Measurements())
    assert sizes(result)["longest_diameter"] == pytest.approx(10.6, abs=0.05)
