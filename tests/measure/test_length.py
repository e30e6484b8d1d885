"""Lengths on mammograms and ultrasound images: the same 20 mm written in every form that devices write."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from neoher.cli.main import run
from neoher.errors import ImageError, InputError
from neoher.imaging.projection import Extent, ViewLength, calibrate_projection, join_views
from neoher.imaging.ultrasound import ellipsoid_volume_cc
from neoher.measure.length import LengthInputs, LengthValue, compute
from neoher.record.conclusion import Conclusion
from neoher.volume.calibration import CalibrationPlane, ProjectionFacts

MG, TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.13.1.3"
US, ENHANCED_US = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.6.2"
TRUE_MM = 20.0
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an image: write(sop_class, modality, Keyword=value …)."""

    def written(sop_class: str, modality: str, rows: int = 400, columns: int = 500, **stated: Any) -> Path:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = sop_class
        meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["length", str(stated)])
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = tmp_path / f"{modality}.dcm"
        image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID, image.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
        image.Modality, image.Rows, image.Columns = modality, rows, columns
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
        frames = int(stated.get("NumberOfFrames", 1))
        image.PixelData = np.zeros((frames, rows, columns), np.uint16).tobytes()
        for keyword, value in stated.items():
            setattr(image, keyword, value)
        image.save_as(path)
        return path

    return written


def measured(
    path: Path, start: tuple[float, float], end: tuple[float, float], frame: int = 0
) -> Conclusion[LengthValue]:
    return compute(LengthInputs(path=path, start=start, end=end, frame=frame))


def codes(conclusion: Conclusion[Any]) -> list[str]:
    return [warning.code for warning in conclusion.warnings]


def item(**stated: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in stated.items():
        setattr(dataset, keyword, value)
    return dataset


def pixel_measures(spacing: list[float]) -> Sequence:
    return Sequence([item(PixelMeasuresSequence=Sequence([item(PixelSpacing=spacing)]))])


# --- mammography: a 20 mm mass at detector pixels of 0.1 mm and a magnification of 1.05 ---------------

DETECTOR_PIXELS = TRUE_MM * 1.05 / 0.1

PROJECTIONS = {
    "stated magnification": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "EstimatedRadiographicMagnificationFactor": 1.05,
    },
    "distances alone": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "DistanceSourceToDetector": 660.0,
        "DistanceSourceToPatient": 660.0 / 1.05,
    },
    "both spacings alike": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "PixelSpacing": [0.1, 0.1],
        "EstimatedRadiographicMagnificationFactor": 1.05,
    },
    "calibrated by geometry": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "PixelSpacing": [0.1 / 1.05, 0.1 / 1.05],
        "PixelSpacingCalibrationType": "GEOMETRY",
        "EstimatedRadiographicMagnificationFactor": 1.05,
    },
    "calibrated by fiducial, nothing else": {
        "PixelSpacing": [0.1 / 1.05, 0.1 / 1.05],
        "PixelSpacingCalibrationType": "FIDUCIAL",
    },
    "claims geometry, writes the detector": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "PixelSpacing": [0.1, 0.1],
        "PixelSpacingCalibrationType": "GEOMETRY",
        "EstimatedRadiographicMagnificationFactor": 1.05,
    },
    "another spacing without a type": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "PixelSpacing": [0.2, 0.2],
        "EstimatedRadiographicMagnificationFactor": 1.05,
    },
}


@pytest.mark.parametrize("stated", PROJECTIONS.values(), ids=PROJECTIONS)
def test_every_form_of_a_mammogram_gives_the_length_in_the_breast(
    write: Write, stated: dict[str, Any]
) -> None:
    conclusion = measured(write(MG, "MG", **stated), (50.0, 60.0), (50.0 + DETECTOR_PIXELS, 60.0))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == pytest.approx(TRUE_MM, rel=0.005)
    assert conclusion.value.plane in {CalibrationPlane.OBJECT, CalibrationPlane.CALIBRATED}
    assert conclusion.missing == ()


def test_a_magnification_view_is_corrected(write: Write) -> None:
    path = write(
        MG,
        "MG",
        ImagerPixelSpacing=[0.1, 0.1],
        EstimatedRadiographicMagnificationFactor=1.8,
        ViewPosition="CC",
    )
    value = measured(path, (10, 10), (10, 10 + TRUE_MM * 1.8 / 0.1)).value
    assert value is not None
    assert value.length_mm == pytest.approx(TRUE_MM, rel=0.005)


def test_without_magnification_the_length_is_on_the_detector(write: Write) -> None:
    magnified = item(
        CodeValue="399162004",
        ViewModifierCodeSequence=Sequence([item(CodeValue="399163009")]),
    )
    path = write(MG, "MG", ImagerPixelSpacing=[0.1, 0.1], ViewCodeSequence=Sequence([magnified]))
    conclusion = measured(path, (10, 10), (10, 210))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == pytest.approx(20.0)
    assert conclusion.value.plane is CalibrationPlane.DETECTOR
    assert codes(conclusion) == ["detector-plane", "magnification-view"]
    assert "on the detector" in conclusion.value.in_words()


@pytest.mark.parametrize(
    "stated", [{}, {"PixelSpacing": [0.1, 0.1]}, {"NominalScannedPixelSpacing": [0.1, 0.1]}]
)
def test_uncalibrated_images_give_pixels(write: Write, stated: dict[str, Any]) -> None:
    conclusion = measured(write(MG, "MG", **stated), (0, 0), (30, 40))
    assert conclusion.value is not None
    assert conclusion.value.length_mm is None
    assert conclusion.value.length_pixels == pytest.approx(50.0)
    assert conclusion.missing == ("pixel calibration",)
    assert "uncalibrated" in codes(conclusion)
    assert "50.0 pixels" in conclusion.value.in_words()


def test_a_tomosynthesis_slice_has_its_own_spacing(write: Write) -> None:
    path = write(
        TOMOSYNTHESIS,
        "MG",
        NumberOfFrames=2,
        SharedFunctionalGroupsSequence=pixel_measures([0.09, 0.11]),
        ImagerPixelSpacing=[0.085, 0.085],
        EstimatedRadiographicMagnificationFactor=1.0,
    )
    value = measured(path, (0, 0), (300, 400 - 1), frame=1).value
    assert value is not None
    assert value.plane is CalibrationPlane.RECONSTRUCTED
    assert value.length_mm == pytest.approx(math.hypot(300 * 0.11, 399 * 0.09))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (ProjectionFacts(False, (0.1, 0.1), magnification=0.5), "cannot be"),
        (ProjectionFacts(False, (0.1, 0.1), magnification=12.0), "cannot be"),
        (
            ProjectionFacts(False, (0.1, 0.1), source_to_detector=600.0, source_to_patient=660.0),
            "cannot be",
        ),
        (ProjectionFacts(False, (0.0, 0.1)), "no pixel's size"),
        (ProjectionFacts(True, pixel_spacing=(-0.1, 0.1)), "no pixel's size"),
    ],
)
def test_geometry_that_cannot_be_is_refused(facts: ProjectionFacts, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        calibrate_projection(facts)


def test_a_magnification_that_differs_from_the_distances_is_said() -> None:
    facts = ProjectionFacts(
        False, (0.1, 0.1), magnification=1.8, source_to_detector=660.0, source_to_patient=600.0
    )
    calibration = calibrate_projection(facts)
    assert calibration.pixel_mm == pytest.approx((0.1 / 1.8, 0.1 / 1.8))
    assert [code for code, _ in calibration.warnings] == ["magnification-differs"]


@given(
    spacing=st.floats(0.04, 0.2), factor=st.floats(1.0, 3.0), along=st.floats(1, 300), down=st.floats(1, 300)
)
def test_a_length_scales_with_the_pixel_and_against_the_magnification(
    spacing: float, factor: float, along: float, down: float
) -> None:
    calibration = calibrate_projection(ProjectionFacts(False, (spacing, spacing), magnification=factor))
    assert calibration.pixel_mm is not None
    length = math.hypot(along * calibration.pixel_mm[1], down * calibration.pixel_mm[0])
    assert length == pytest.approx(math.hypot(along, down) * spacing / factor)


# --- ultrasound


def region(**changed: Any) -> Dataset:
    stated = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 2,
        "RegionLocationMinX0": 100,
        "RegionLocationMinY0": 50,
        "RegionLocationMaxX1": 399,
        "RegionLocationMaxY1": 349,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.01,
        "PhysicalDeltaY": 0.02,
    }
    return item(**stated | changed)


def test_each_direction_by_its_own_step(write: Write) -> None:
    path = write(US, "US", SequenceOfUltrasoundRegions=Sequence([region(PhysicalDeltaY=-0.02)]))
    conclusion = measured(path, (110, 60), (110 + 160, 60 + 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == pytest.approx(math.hypot(160 * 0.1, 60 * 0.2))
    assert conclusion.warnings == ()


def test_of_overlapping_regions_the_opaque_one_counts(write: Write) -> None:
    below = region(RegionFlags=1, PhysicalDeltaX=0.05, PhysicalDeltaY=0.05)
    path = write(US, "US", SequenceOfUltrasoundRegions=Sequence([below, region()]))
    value = measured(path, (110, 60), (210, 60)).value
    assert value is not None
    assert value.length_mm == pytest.approx(10.0)


def test_a_region_written_for_another_matrix_is_not_used(write: Write) -> None:
    path = write(US, "US", rows=200, columns=250, SequenceOfUltrasoundRegions=Sequence([region()]))
    conclusion = measured(path, (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm is None
    assert codes(conclusion) == ["region-beyond-image"]


def test_a_frames_own_region_goes_before_that_of_the_object(write: Write) -> None:
    own = [item(SequenceOfUltrasoundRegions=Sequence([region(PhysicalDeltaX=0.03)])), item()]
    path = write(
        ENHANCED_US,
        "US",
        NumberOfFrames=2,
        SequenceOfUltrasoundRegions=Sequence([region()]),
        PerFrameFunctionalGroupsSequence=Sequence(own),
    )
    lengths = [measured(path, (110, 60), (210, 60), frame=frame).value for frame in (0, 1)]
    assert [one and one.length_mm for one in lengths] == [pytest.approx(30.0), pytest.approx(10.0)]


@pytest.mark.parametrize(
    ("spacing", "length", "said"),
    [
        ([0.2, 0.1], 10.0, []),
        ([0.2018, 0.1009], 10.0, []),  # within 1 %: the same, rounded
        ([0.203, 0.1015], None, ["region-and-spacing-differ"]),
        ([0.1, 0.2], None, ["region-and-spacing-differ"]),
    ],
)
def test_a_region_that_differs_from_the_pixel_spacing_is_not_used(
    write: Write, spacing: list[float], length: float | None, said: list[str]
) -> None:
    path = write(US, "US", PixelSpacing=spacing, SequenceOfUltrasoundRegions=Sequence([region()]))
    conclusion = measured(path, (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == (pytest.approx(length) if length else None)
    assert codes(conclusion) == said


def test_a_spacing_that_fits_another_picture_is_no_contradiction(write: Write) -> None:
    other = region(RegionLocationMinX0=400, RegionLocationMaxX1=499, PhysicalDeltaX=0.04, PhysicalDeltaY=0.04)
    path = write(US, "US", PixelSpacing=[0.4, 0.4], SequenceOfUltrasoundRegions=Sequence([region(), other]))
    conclusion = measured(path, (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("sop_class", "stated", "said"),
    [
        (US, {"ImageType": ["ORIGINAL", "PRIMARY"]}, []),
        (US, {"ImageType": ["DERIVED", "PRIMARY"]}, ["processed-image"]),
        ("1.2.840.10008.5.1.4.1.1.7", {}, ["processed-image"]),
    ],
)
def test_a_processed_image_is_measured_with_a_word_of_caution(
    write: Write, sop_class: str, stated: dict[str, Any], said: list[str]
) -> None:
    path = write(sop_class, "US", SequenceOfUltrasoundRegions=Sequence([region()]), **stated)
    conclusion = measured(path, (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == pytest.approx(10.0)
    assert codes(conclusion) == said


def test_an_image_without_regions_is_uncalibrated(write: Write) -> None:
    conclusion = measured(write(US, "US"), (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm is None
    assert conclusion.value.length_pixels == pytest.approx(100.0)


def test_units_other_than_centimetres_are_no_lengths(write: Write) -> None:
    path = write(US, "US", SequenceOfUltrasoundRegions=Sequence([region(PhysicalUnitsXDirection=0)]))
    conclusion = measured(path, (110, 60), (210, 60))
    assert conclusion.value is not None
    assert conclusion.value.length_mm is None


def test_pixel_spacing_of_a_frame_is_used_where_no_region_is(write: Write) -> None:
    own = Sequence([*pixel_measures([0.1, 0.1]), *pixel_measures([0.2, 0.2])])
    path = write(ENHANCED_US, "US", NumberOfFrames=2, PerFrameFunctionalGroupsSequence=own)
    first, second = (measured(path, (0, 0), (100, 0), frame=frame) for frame in (0, 1))
    assert first.value is not None
    assert second.value is not None
    assert (first.value.length_mm, second.value.length_mm) == (pytest.approx(10), pytest.approx(20))
    assert codes(first) == ["pixel-spacing-alone"]


@pytest.mark.parametrize(
    ("regions", "start", "end", "message"),
    [
        ([region()], (10, 60), (210, 60), "lies in no calibrated region"),
        (
            [region(), region(RegionLocationMinX0=400, RegionLocationMaxX1=499)],
            (200, 60),
            (450, 60),
            "different regions",
        ),
        ([region(RegionSpatialFormat=4)], (110, 60), (210, 60), "a trace or a graphic"),
        ([region(PhysicalDeltaX=0.0)], (110, 60), (210, 60), "cannot be on an ultrasound image"),
        ([region()], (110, 60), (900, 60), "outside the image"),
    ],
)
def test_points_that_have_no_length_are_refused(
    write: Write,
    regions: list[Dataset],
    start: tuple[float, float],
    end: tuple[float, float],
    message: str,
) -> None:
    path = write(US, "US", SequenceOfUltrasoundRegions=Sequence(regions))
    with pytest.raises(ImageError, match=message):
        measured(path, start, end)


FOREIGN = {
    # Length of 100 pixels along a row by the step of the region as another program reads it; what is said.
    "OBXXXX1A_rle.dcm": (26.22878766196998, []),
    "JPGLosslessP14SV1_1s_1f_8b.dcm": (25.476696592378157, []),
    # Its region, written for 600 rows, reaches beyond the 350 that are left.
    "examples_palette.dcm": (None, ["region-beyond-image"]),
    # A cine of 30 frames made smaller: 240 x 320 with a region up to pixel 595, 414.
    "examples_ybr_color.dcm": (None, ["region-beyond-image"]),
    "US1_J2KR.dcm": (None, ["uncalibrated"]),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_ultrasound_files(shared_data: Path, name: str) -> None:
    length, said = FOREIGN[name]
    conclusion = measured(shared_data / "imaging" / "ultrasound-generic" / name, (200, 150), (300, 150))
    assert conclusion.value is not None
    assert conclusion.value.length_mm == (pytest.approx(length) if length else None)
    assert conclusion.value.length_pixels == pytest.approx(100.0)
    assert codes(conclusion) == said
    assert conclusion.missing == (() if length else ("pixel calibration",))


def test_every_foreign_ultrasound_file_is_looked_at(shared_data: Path) -> None:
    folder = shared_data / "imaging" / "ultrasound-generic"
    assert {file.name for file in folder.glob("*.dcm")} == set(FOREIGN)


def test_a_graphic_on_a_foreign_image_has_no_length(shared_data: Path) -> None:
    path = shared_data / "imaging" / "ultrasound-generic" / "OBXXXX1A_rle.dcm"
    with pytest.raises(ImageError, match="region 176,522 to 743,576 is a trace or a graphic"):
        measured(path, (200, 540), (300, 540))


def test_every_frame_of_a_foreign_cine_is_uncalibrated_alike(shared_data: Path) -> None:
    path = shared_data / "imaging" / "ultrasound-generic" / "examples_ybr_color.dcm"
    for frame in (0, 29):
        conclusion = measured(path, (100, 100), (200, 100), frame=frame)
        assert codes(conclusion) == ["region-beyond-image"]
    with pytest.raises(ImageError, match="there is no frame 30"):
        measured(path, (100, 100), (200, 100), frame=30)


# --- the command, volumes, views


def test_the_command_prints_the_length(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(MG, "MG", ImagerPixelSpacing=[0.1, 0.1], EstimatedRadiographicMagnificationFactor=1.0)
    assert run(["length", str(path), "--from", "10,10", "--to", "210,10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"]["length_mm"] == pytest.approx(20.0)
    assert run(["length", str(path), "--from", "10", "--to", "210,10"]) == 2
    assert run(["length", str(path), "--from", "10,10", "--to", "9000,10"]) == 2


def test_images_of_another_kind_are_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="modality CT is no mammogram"):
        measured(write("1.2.840.10008.5.1.4.1.1.2", "CT"), (0, 0), (1, 1))
    write(MG, "MG")
    with pytest.raises(ImageError, match="2 images lie here"):
        measured(tmp_path, (0, 0), (1, 1))
    with pytest.raises(ImageError, match="there is no frame 3"):
        measured(tmp_path / "MG.dcm", (0, 0), (1, 1), frame=3)


def test_ellipsoid_volume_of_the_knowledge() -> None:
    assert ellipsoid_volume_cc(30, 20, 20) == pytest.approx(6.28, abs=0.005)
    with pytest.raises(InputError, match="make no ellipsoid"):
        ellipsoid_volume_cc(30, 20, 0)


def test_views_are_joined_by_lesion_with_mass_and_calcifications_apart() -> None:
    joined = join_views(
        [
            ViewLength("L1", "left", "CC", Extent.MASS, 18.0),
            ViewLength("L1", "left", "MLO", Extent.MASS, 22.0),
            ViewLength("L1", "left", "MLO", Extent.CALCIFICATIONS, 48.0),
            ViewLength("L2", "right", "CC", Extent.MASS, 9.0),
        ]
    )
    assert [(one.lesion, one.extent, one.longest_mm) for one in joined] == [
        ("L1", Extent.MASS, 22.0),
        ("L1", Extent.CALCIFICATIONS, 48.0),
        ("L2", Extent.MASS, 9.0),
    ]
    assert joined[0].by_view == (("CC", 18.0), ("MLO", 22.0))
    assert joined[0].warnings == ()
    assert [code for code, _ in joined[1].warnings] == ["single-view"]
    with pytest.raises(ImageError, match="measured on the left and the right breast"):
        join_views(
            [
                ViewLength("L1", "left", "CC", Extent.MASS, 18.0),
                ViewLength("L1", "right", "CC", Extent.MASS, 18.0),
            ]
        )
