"""Segmentations as another program (highdicom) writes them, put on the image's grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from highdicom.seg import SegmentDescription
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)
from scipy.spatial.transform import Rotation

from neoher.errors import RegionError
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid

SHAPE = (6, 33, 35)
"""1155 pixels a frame: no whole number of bytes, so bit-packed frames begin inside bytes."""

PLUGINS = {RLELossless: "pydicom", JPEG2000Lossless: "pylibjpeg", JPEGLSLossless: "pyjpegls"}
"""Named, because an encoder that pydicom would try first aborts the process on such small frames."""


def grid_of(axes: NDArray[np.float64]) -> Grid:
    """`axes`: columns are the slice, row and column directions."""
    return Grid(SHAPE, (2.5, 0.8, 0.7), (-31.5, 12.25, 40.0), tuple(tuple(map(float, v)) for v in axes.T))


AXIAL = grid_of(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], dtype=float))
SAGITTAL = grid_of(np.array([[-1, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=float))
OBLIQUE_AXES = Rotation.random(random_state=4).as_matrix()
# DICOM derives the slice direction from the in-plane ones: slice = row-of-columns x column-of-rows.
OBLIQUE_AXES[:, 0] = np.cross(OBLIQUE_AXES[:, 2], OBLIQUE_AXES[:, 1])
OBLIQUE = grid_of(OBLIQUE_AXES)
GRIDS = [AXIAL, SAGITTAL, OBLIQUE]


def images(grid: Grid) -> list[Dataset]:
    """One slice each, as far as highdicom needs them."""
    study, series, frame_of_reference = (generate_uid(entropy_srcs=[name]) for name in "abc")
    slices = []
    for number in range(grid.shape[0]):
        image = Dataset()
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, generate_uid()
        image.StudyInstanceUID, image.SeriesInstanceUID = study, series
        image.FrameOfReferenceUID = frame_of_reference
        image.PatientID, image.PatientName, image.PatientBirthDate, image.PatientSex = "P1", "P^1", "", "F"
        image.StudyDate, image.StudyTime, image.StudyID, image.AccessionNumber = "20250101", "1200", "", ""
        image.ReferringPhysicianName, image.Modality = "", "CT"
        image.Rows, image.Columns = grid.shape[1:]
        image.PixelSpacing = list(grid.spacing_mm[1:])
        image.SliceThickness = grid.spacing_mm[0]
        image.ImageOrientationPatient = [round(x, 12) for x in (*grid.axes[2], *grid.axes[1])]
        position = grid.to_patient(np.array([[number, 0.0, 0.0]]))[0]
        image.ImagePositionPatient = [round(float(x), 10) for x in position]
        image.BitsAllocated = image.BitsStored = 16
        image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 0, 1
        image.PhotometricInterpretation = "MONOCHROME2"
        image.PixelData = bytes(2 * grid.shape[1] * grid.shape[2])
        slices.append(image)
    return slices


def describe(number: int, label: str) -> SegmentDescription:
    return SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Neoplasm,
        algorithm_type="MANUAL",
    )


def segmentation(
    grid: Grid,
    pixels: NDArray[Any],
    kind: str = "BINARY",
    syntax: str = ExplicitVRLittleEndian,
    labels: tuple[str, ...] = ("Tumour",),
    **further: Any,
) -> highdicom.seg.Segmentation:
    plugin = PLUGINS.get(syntax)
    seg = highdicom.seg.Segmentation(
        source_images=images(grid),
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[describe(number, label) for number, label in enumerate(labels, 1)],
        series_instance_uid=generate_uid(),
        series_number=9,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
        transfer_syntax_uid=ExplicitVRLittleEndian if plugin else syntax,
        **further,
    )
    if plugin:
        seg.compress(syntax, encoding_plugin=plugin, generate_instance_uid=False)
    return seg


def blob(seed: int = 0) -> NDArray[np.uint8]:
    mask = (np.random.default_rng(seed).random(SHAPE) < 0.4).astype(np.uint8)
    mask[2] = 0  # a slice without any voxel: its frame is left out of the object
    return mask


def saved(dataset: Dataset, folder: Path) -> str:
    path = folder / "seg.dcm"
    dataset.save_as(path)
    return str(path)


@pytest.mark.parametrize("grid", GRIDS, ids=["axial", "sagittal", "oblique"])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_binary_segmentation_comes_back_voxel_by_voxel(grid: Grid, syntax: str, tmp_path: Path) -> None:
    region = read_region(saved(segmentation(grid, blob(), syntax=syntax), tmp_path), grid)
    assert (region.inside == blob()).all()
    assert region.warnings == ()
    assert region.name == "Tumour"


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless, ExplicitVRLittleEndian])
def test_a_fractional_segmentation_is_inside_from_one_half_on(syntax: str, tmp_path: Path) -> None:
    fraction = np.random.default_rng(3).integers(0, 256, SHAPE) / 255
    seg = segmentation(AXIAL, fraction, "FRACTIONAL", syntax, max_fractional_value=255)
    region = read_region(saved(seg, tmp_path), AXIAL)
    assert (region.inside == (fraction >= 0.5)).all()
    assert [code for code, _ in region.warnings] == ["region-fractional"]
    assert "at least half (128 of 255)" in region.source


def test_exactly_half_of_an_even_maximum_is_inside(tmp_path: Path) -> None:
    fraction = np.zeros(SHAPE)
    fraction[1, 2, 3], fraction[1, 2, 4], fraction[1, 2, 5] = 0.5, 0.49, 1.0
    seg = segmentation(AXIAL, fraction, "FRACTIONAL", max_fractional_value=100)
    assert np.argwhere(read_region(saved(seg, tmp_path), AXIAL).inside).tolist() == [[1, 2, 3], [1, 2, 5]]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_a_label_map_gives_the_segment_that_is_asked_for(syntax: str, tmp_path: Path) -> None:
    labels = np.random.default_rng(5).integers(0, 4, SHAPE).astype(np.uint8)
    seg = segmentation(OBLIQUE, labels, "LABELMAP", syntax, labels=("Tumour", "Node", "Clip"))
    path = saved(seg, tmp_path)
    for number, name in enumerate(("Tumour", "Node", "Clip"), 1):
        assert (read_region(f"{path}#{name}", OBLIQUE).inside == (labels == number)).all()


def test_segments_are_chosen_by_number_or_name_and_may_overlap(tmp_path: Path) -> None:
    pixels = np.stack([blob(1), blob(2)], axis=-1)
    path = saved(segmentation(SAGITTAL, pixels, labels=("Tumour", "Node left")), tmp_path)
    for choice, number in (("1", 0), ("Tumour", 0), ("2", 1), ("node LEFT", 1)):
        assert (read_region(f"{path}#{choice}", SAGITTAL).inside == pixels[..., number]).all()


def test_several_segments_and_no_choice_are_refused_with_their_names(tmp_path: Path) -> None:
    pixels = np.stack([blob(1), blob(2)], axis=-1)
    path = saved(segmentation(AXIAL, pixels, labels=("Tumour", "Node")), tmp_path)
    with pytest.raises(RegionError, match=r"2 segments and none was chosen: 1 \(Tumour\), 2 \(Node\)"):
        read_region(path, AXIAL)
    with pytest.raises(RegionError, match=r"no segment is called 'Tumor'.*1 \(Tumour\), 2 \(Node\)"):
        read_region(f"{path}#Tumor", AXIAL)


def test_two_segments_of_one_name_are_chosen_by_number_only(tmp_path: Path) -> None:
    pixels = np.stack([blob(1), blob(2)], axis=-1)
    path = saved(segmentation(AXIAL, pixels, labels=("Node", "Node")), tmp_path)
    with pytest.raises(RegionError, match="2 segments are called 'Node'"):
        read_region(f"{path}#Node", AXIAL)
    assert (read_region(f"{path}#2", AXIAL).inside == pixels[..., 1]).all()


def test_frames_may_come_in_any_order(tmp_path: Path) -> None:
    seg = segmentation(AXIAL, blob(), "FRACTIONAL", max_fractional_value=1)
    count = int(seg.NumberOfFrames)
    order = np.random.default_rng(0).permutation(count)
    frames = np.frombuffer(seg.PixelData, np.uint8)[: count * 1155].reshape(count, -1)
    seg.PixelData = frames[order].tobytes() + b"\0" * (count % 2)
    seg.PerFrameFunctionalGroupsSequence = [seg.PerFrameFunctionalGroupsSequence[int(at)] for at in order]
    assert (read_region(saved(seg, tmp_path), AXIAL).inside == blob()).all()


def test_an_image_with_other_row_and_column_order_gets_the_same_voxels(tmp_path: Path) -> None:
    path = saved(segmentation(AXIAL, blob()), tmp_path)
    origin = AXIAL.to_patient(np.array([[5.0, 32.0, 0.0]]))[0]
    turned = Grid(
        (6, 35, 33),
        (2.5, 0.7, 0.8),
        tuple(origin),
        (tuple(-np.array(AXIAL.axes[0])), AXIAL.axes[2], tuple(-np.array(AXIAL.axes[1]))),
    )
    region = read_region(path, turned)
    assert (region.inside == blob()[::-1, ::-1, :].transpose(0, 2, 1)).all()
    assert region.warnings == ()


def test_one_frame_drawn_on_two_distant_slices_stays_on_those_slices(tmp_path: Path) -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[0, 3:6, 4:7] = mask[4, 3:6, 4:7] = 1
    region = read_region(saved(segmentation(AXIAL, mask), tmp_path), AXIAL)
    assert (region.inside == mask).all()
    assert region.warnings == ()


def test_frames_on_thicker_slices_keep_their_volume_on_a_finer_image(tmp_path: Path) -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[1:4, 3:9, 4:8] = 1
    path = saved(segmentation(AXIAL, mask), tmp_path)
    finer = Grid(
        (24, 66, 70), (0.625, 0.4, 0.35), tuple(np.array(AXIAL.origin_mm) - [0.175, 0.2, 0.9375]), AXIAL.axes
    )
    region = read_region(path, finer)
    assert region.volume_cc == pytest.approx(mask.sum() * AXIAL.voxel_volume_cc, rel=1e-9)
    assert [code for code, _ in region.warnings] == ["region-resampled"]


def test_a_region_partly_beside_the_image_says_how_much_is_cut(tmp_path: Path) -> None:
    path = saved(segmentation(AXIAL, blob()), tmp_path)
    top = Grid((3, 33, 35), AXIAL.spacing_mm, AXIAL.origin_mm, AXIAL.axes)
    region = read_region(path, top)
    assert (region.inside == blob()[:3]).all()
    (code, message) = region.warnings[0]
    assert code == "region-cut"
    assert message.startswith(f"{blob()[3:].sum():,} of the region's {blob().sum():,} voxels")


def test_another_frame_of_reference_is_told(tmp_path: Path) -> None:
    seg = segmentation(AXIAL, blob())
    path = saved(seg, tmp_path)
    own = str(seg.FrameOfReferenceUID)
    assert read_region(path, AXIAL, frame_of_reference_uid=own).warnings == ()
    told = read_region(path, AXIAL, frame_of_reference_uid="1.2.3").warnings
    assert [code for code, _ in told] == ["region-frame-of-reference"]


def test_a_deflated_segmentation_is_read(tmp_path: Path) -> None:
    seg = segmentation(AXIAL, blob())
    seg.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert (read_region(saved(seg, tmp_path), AXIAL).inside == blob()).all()


def group(seg: Dataset, at: int, sequence: str) -> Dataset:
    item: Dataset = seg.PerFrameFunctionalGroupsSequence[at][sequence][0]
    return item


def drop_positions(seg: Dataset) -> None:
    for item in seg.PerFrameFunctionalGroupsSequence:
        del item.PlanePositionSequence


def shift_one_frame_sideways(seg: Dataset) -> None:
    position = group(seg, 1, "PlanePositionSequence").ImagePositionPatient
    position[0] = float(position[0]) + 1.0


def put_two_frames_at_one_place(seg: Dataset) -> None:
    first = group(seg, 0, "PlanePositionSequence").ImagePositionPatient
    group(seg, 1, "PlanePositionSequence").ImagePositionPatient = list(first)


def move_one_frame_off_the_even_steps(seg: Dataset) -> None:
    position = group(seg, 2, "PlanePositionSequence").ImagePositionPatient
    position[2] = float(position[2]) + 0.6
    del seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SpacingBetweenSlices


def refer_to_an_unknown_segment(seg: Dataset) -> None:
    shared = seg.SharedFunctionalGroupsSequence[0]
    shared.SegmentIdentificationSequence[0].ReferencedSegmentNumber = 7


def skew_the_orientation(seg: Dataset) -> None:
    plane = seg.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
    plane.ImageOrientationPatient = [1, 0, 0, 1, 0, 0]


BREAKS = {
    "states no position": drop_positions,
    "straight above each other": shift_one_frame_sideways,
    "same place": put_two_frames_at_one_place,
    "evenly spaced": move_one_frame_off_the_even_steps,
    "not described: .7": refer_to_an_unknown_segment,
    "perpendicular": skew_the_orientation,
    "ends early": lambda seg: setattr(seg, "PixelData", seg.PixelData[:40]),
    "no pixel data": lambda seg: delattr(seg, "PixelData"),
    "describes 5": lambda seg: setattr(seg, "NumberOfFrames", 9),
    "not described: .1": lambda seg: delattr(seg, "SegmentSequence"),
    "region is empty": lambda seg: setattr(seg, "PixelData", bytes(len(seg.PixelData))),
    "PixelSpacing": lambda seg: delattr(
        seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0], "PixelSpacing"
    ),
}


@pytest.mark.parametrize("reason", BREAKS)
def test_a_segmentation_that_contradicts_itself_is_refused_with_the_reason(
    reason: str, tmp_path: Path
) -> None:
    seg = pydicom.dcmread(saved(segmentation(AXIAL, blob()), tmp_path))
    BREAKS[reason](seg)
    expected = "does not state its position" if reason == "states no position" else reason
    with pytest.raises(RegionError, match=expected):
        read_region(saved(seg, tmp_path), AXIAL)
