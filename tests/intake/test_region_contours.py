"""RT structure sets put on the image's slices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RTStructureSetStorage, generate_uid
from scipy.spatial.transform import Rotation

from neoher.errors import RegionError
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid

TURNED = Rotation.random(random_state=8).as_matrix()
GRID = Grid(
    (9, 30, 34), (3.0, 1.5, 1.25), (-20.0, 10.0, -5.0), tuple(tuple(map(float, axis)) for axis in TURNED.T)
)
"""Oblique, so that every test also shows that contours parallel to oblique slices are read."""

Contour = tuple[str, NDArray[np.float64]]


def square(slice_index: float, low: float, high: float, kind: str = "CLOSED_PLANAR") -> Contour:
    """A square contour, as continuous (slice, row, column) indices of GRID."""
    corners = [(low, low), (low, high), (high, high), (high, low)]
    return kind, np.array([(slice_index, row, column) for row, column in corners])


def structure_set(folder: Path, *rois: list[Contour], names: tuple[str, ...] = ("GTV", "Node")) -> str:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = RTStructureSetStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality = "RTSTRUCT"
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [], []
    for number, contours in enumerate(rois, 1):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, names[number - 1], "1.2.3"
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = []
        for kind, vertices in contours:
            contour = Dataset()
            contour.ContourGeometricType = kind
            contour.NumberOfContourPoints = len(vertices)
            contour.ContourData = [f"{number:.4f}" for number in GRID.to_patient(vertices).ravel()]
            drawn.ContourSequence.append(contour)
        dataset.StructureSetROISequence.append(roi)
        dataset.ROIContourSequence.append(drawn)
    path = folder / "rtstruct.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return str(path)


def codes(region: object) -> list[str]:
    return [code for code, _ in region.warnings]  # type: ignore[attr-defined]


def block(slices: list[int], low: int, high: int) -> NDArray[np.bool_]:
    inside = np.zeros(GRID.shape, dtype=bool)
    inside[slices, low:high, low:high] = True
    return inside


def test_contours_on_the_slices_fill_those_slices(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (2, 3, 4)])
    region = read_region(path, GRID)
    assert (region.inside == block([2, 3, 4], 4, 10)).all()
    assert region.warnings == ()
    assert region.name == "GTV"


def test_a_contour_inside_another_on_the_same_slice_is_a_hole(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(2, 3.5, 12.5), square(2, 5.5, 8.5)])
    expected = block([2], 4, 13) & ~block([2], 6, 9)
    assert (read_region(path, GRID).inside == expected).all()


def test_rois_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(2, 3.5, 9.5)], [square(5, 10.5, 12.5)])
    assert (read_region(f"{path}#Node", GRID).inside == block([5], 11, 13)).all()
    assert (read_region(f"{path}#1", GRID).inside == block([2], 4, 10)).all()
    with pytest.raises(RegionError, match=r"2 ROIs and none was chosen: 1 \(GTV\), 2 \(Node\)"):
        read_region(path, GRID)


def test_contours_between_slices_go_to_the_nearest_slice_with_a_warning(tmp_path: Path) -> None:
    region = read_region(structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (1.7, 2.7)]), GRID)
    assert (region.inside == block([2, 3], 4, 10)).all()
    assert codes(region) == ["contours-between-slices"]
    assert "0.90 mm" in region.warnings[0][1]


def test_contours_half_way_between_slices_all_go_the_same_way(tmp_path: Path) -> None:
    region = read_region(structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (1.5, 2.5, 3.5)]), GRID)
    assert region.inside.any(axis=(1, 2)).sum() == 3
    assert (region.inside == block([1, 2, 3], 4, 10)).all()


def test_contours_drawn_on_thicker_slices_leave_no_gaps(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (1, 3, 5)])
    region = read_region(path, GRID)
    assert region.inside[1:6].any(axis=(1, 2)).all()
    assert region.voxels == 6 * 6 * 6  # three planes that stand for two slices each
    assert codes(region) == ["region-resampled"]


def test_contours_drawn_on_thinner_slices_are_not_added_up(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(at / 2, 3.5, 9.5) for at in range(4, 11)])
    region = read_region(path, GRID)
    assert (region.inside == block([2, 3, 4, 5], 4, 10)).all()
    assert codes(region) == ["region-resampled"]


def test_a_region_in_two_parts_keeps_its_gap_and_says_so(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (1, 2, 5, 6)])
    region = read_region(path, GRID)
    assert (region.inside == block([1, 2, 5, 6], 4, 10)).all()
    assert codes(region) == ["contours-with-gap"]


def test_points_and_open_lines_enclose_nothing_and_are_named(tmp_path: Path) -> None:
    path = structure_set(
        tmp_path,
        [square(2, 3.5, 9.5), square(2, 12.5, 20.5, "OPEN_PLANAR"), ("POINT", np.array([[4.0, 5, 5]]))],
    )
    region = read_region(path, GRID)
    assert (region.inside == block([2], 4, 10)).all()
    assert codes(region) == ["contours-left-out"]
    only_points = structure_set(tmp_path, [("POINT", np.array([[4.0, 5, 5]]))])
    with pytest.raises(RegionError, match=r"no closed contours .1 POINT"):
        read_region(only_points, GRID)


def test_contours_that_are_not_parallel_to_the_slices_are_refused(tmp_path: Path) -> None:
    kind, vertices = square(3, 3.5, 9.5)
    vertices[1:3, 0] += 0.5
    with pytest.raises(RegionError, match=r"not parallel .* spans 1\.5 mm"):
        read_region(structure_set(tmp_path, [(kind, vertices)]), GRID)


def test_contours_beyond_the_image_are_cut_or_refused(tmp_path: Path) -> None:
    region = read_region(structure_set(tmp_path, [square(2, -8.0, 4.5), square(3, 1.5, 4.5)]), GRID)
    assert (region.inside[2] == block([2], 0, 5)[2]).all()
    assert codes(region) == ["region-cut"]
    above = read_region(structure_set(tmp_path, [square(at, 3.5, 9.5) for at in (7, 8, 9, 10)]), GRID)
    assert codes(above) == ["region-cut"]
    for beside in (square(30, 3.5, 9.5), square(2, 60.5, 70.5)):
        with pytest.raises(RegionError, match="wholly beside"):
            read_region(structure_set(tmp_path, [beside]), GRID)


def test_a_contour_between_voxel_centres_is_empty_and_refused(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="no voxel's centre"):
        read_region(structure_set(tmp_path, [square(2, 3.2, 3.8)]), GRID)


def test_a_contour_written_twice_is_counted_once(tmp_path: Path) -> None:
    region = read_region(structure_set(tmp_path, [square(2, 3.5, 9.5), square(2, 3.5, 9.5)]), GRID)
    assert (region.inside == block([2], 4, 10)).all()
    assert codes(region) == ["contours-repeated"]


def test_contours_that_cross_each_other_are_told(tmp_path: Path) -> None:
    region = read_region(structure_set(tmp_path, [square(2, 3.5, 9.5), square(2, 7.5, 12.5)]), GRID)
    assert codes(region) == ["contours-overlap"]
    assert "the 4 voxels" in region.warnings[0][1]


def test_another_frame_of_reference_is_told(tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(2, 3.5, 9.5)])
    assert codes(read_region(path, GRID, frame_of_reference_uid="1.2.3")) == []
    assert codes(read_region(path, GRID, frame_of_reference_uid="1.2.4")) == ["region-frame-of-reference"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("NumberOfContourPoints", 9, "states 9 points and holds 4"),
        ("ContourData", ["1", "2", "3", "4"], "three finite numbers"),
        ("ContourData", ["1", "2", "3"] * 2, "fewer than three|states"),
    ],
)
def test_a_broken_contour_is_refused(field: str, value: object, reason: str, tmp_path: Path) -> None:
    path = structure_set(tmp_path, [square(2, 3.5, 9.5)])
    dataset = pydicom.dcmread(path)
    setattr(dataset.ROIContourSequence[0].ContourSequence[0], field, value)
    dataset.save_as(path)
    with pytest.raises(RegionError, match=reason):
        read_region(path, GRID)
