"""Regions as users name them: files, folders, archives, members; and real objects of other programs."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from neoher.errors import RegionError
from neoher.intake.regions.reading import box_region, find_region_objects, read_region, region_digest
from neoher.volume.grid import Grid

BOX_GRID = Grid((4, 5, 6), (3.0, 1.0, 2.0), (-5.0, -2.0, 10.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))


def test_a_box_is_read_from_its_text() -> None:
    region = read_region("-3,-1.5,10,1,0.5,13.5", BOX_GRID)
    assert (region.inside == box_region((-3, -1.5, 10), (1, 0.5, 13.5), BOX_GRID).inside).all()
    assert read_region("voxels:1,2,0,3,2,1", BOX_GRID).voxels == 3 * 1 * 2


def test_a_digest_follows_the_numbers_of_a_box_and_not_how_they_are_written() -> None:
    one = region_digest("0,0,0,10,20,30")
    assert one.count == 1
    assert len(one.sha256) == 64
    assert region_digest("10.0, 20,30, 0,0,0").sha256 == one.sha256
    assert region_digest("0,0,0,10,20,31").sha256 != one.sha256
    assert region_digest("voxels:0,0,0,10,20,30").sha256 != one.sha256


def test_a_digest_follows_the_objects_bytes_and_the_choice_and_not_the_files_name(tmp_path: Path) -> None:
    for name in ("a.nii", "b.nii"):
        nibabel.save(nibabel.Nifti1Image(np.ones((2, 2, 2), np.uint8), np.eye(4)), tmp_path / name)
    nibabel.save(nibabel.Nifti1Image(np.zeros((2, 2, 2), np.uint8), np.eye(4)), tmp_path / "c.nii")
    one = region_digest("a.nii", near=tmp_path)
    assert region_digest("b.nii", near=tmp_path).sha256 == one.sha256
    assert region_digest("c.nii", near=tmp_path).sha256 != one.sha256
    assert region_digest("a.nii#1", near=tmp_path).sha256 != one.sha256


@pytest.mark.parametrize(
    "content", [b"", b"not a region", b"\x1f\x8b not gzip", bytes(200), bytes(128) + b"DICM"]
)
def test_a_file_that_is_no_region_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(RegionError):
        read_region(str(tmp_path / "file"), BOX_GRID)


def grid_and_slices(slices: Iterable[Dataset]) -> tuple[Grid, list[Dataset]]:
    """The grid of single-frame slices, by pydicom and NumPy alone: the tests must not rest on our reader."""
    slices = list(slices)
    along_row, along_column = np.array(slices[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(along_row, along_column)
    slices.sort(key=lambda image: float(normal @ np.array(image.ImagePositionPatient, float)))
    depth = [float(normal @ np.array(image.ImagePositionPatient, float)) for image in slices]
    spacing = (depth[-1] - depth[0]) / (len(depth) - 1)
    rows_mm, columns_mm = map(float, slices[0].PixelSpacing)
    origin = tuple(map(float, slices[0].ImagePositionPatient))
    axes = (tuple(normal), tuple(along_column), tuple(along_row))
    shape = (len(slices), slices[0].Rows, slices[0].Columns)
    return Grid(shape, (spacing, rows_mm, columns_mm), origin, axes), slices


def zipped(archive: Path, folder: str) -> list[Dataset]:
    with zipfile.ZipFile(archive) as content:
        names = [name for name in content.namelist() if folder in name and name.endswith(".dcm")]
        return [pydicom.dcmread(io.BytesIO(content.read(name))) for name in names]


def contoured_area(dataset: Dataset, number: int) -> dict[float, float]:
    """Area in mm2 per plane of an axial ROI, by the shoelace formula; the ROI has no holes."""
    areas: dict[float, float] = {}
    roi = next(item for item in dataset.ROIContourSequence if item.ReferencedROINumber == number)
    for contour in roi.ContourSequence:
        x, y, z = np.array(contour.ContourData, float).reshape(-1, 3).T
        area = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
        areas[z[0]] = areas.get(z[0], 0.0) + area
    return areas


@pytest.mark.shared
def test_the_sites_own_count_is_reproduced_inside_its_segmentation(shared_data: Path) -> None:
    # UCSF states 42644 voxels for 'FTVpe(PEearly>70%)': mask AND PE >= 70 AND SER > 0 of its own maps.
    exam = shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"
    grid, enhancement = grid_and_slices(zipped(exam, "/image_dce_pe1/"))
    _, ratio = grid_and_slices(zipped(exam, "/image_dce_ser/"))
    region = read_region(str(exam), grid)
    pe = np.stack([image.pixel_array for image in enhancement])
    ser = np.stack([image.pixel_array for image in ratio])
    assert int((region.inside & (pe >= 70) & (ser > 0)).sum()) == 42_644
    assert [code for code, _ in region.warnings] == ["region-offset-half-pixel"]
    assert region.name == "Breast"


@pytest.mark.shared
def test_the_one_region_of_an_archive_is_found_and_named(shared_data: Path) -> None:
    exam = shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"
    (found,) = find_region_objects(exam)
    assert found.source == f"{exam}/UCSF-BR-08/mask/1-1.dcm"
    assert [(part.number, part.name) for part in found.parts] == [(1, "Breast")]
    assert found.patient_id == "UCSF-BR-08"
    same = {region_digest(source).sha256 for source in (str(exam), found.source, f"{exam}/UCSF-BR-08/mask")}
    assert len(same) == 1
    assert region_digest("UCSF-BR-08/mask/1-1.dcm", near=exam).sha256 in same
    with pytest.raises(RegionError, match="no such member"):
        region_digest(f"{exam}/UCSF-BR-08/elsewhere.dcm")


@pytest.mark.shared
@pytest.mark.parametrize("number", [1, 2])
def test_the_voxels_of_a_real_contour_cover_its_area(shared_data: Path, number: int) -> None:
    exam = shared_data / "imaging" / "pet-fdg-sts" / "STS_001_FDG_PET.zip"
    grid, _ = grid_and_slices(zipped(exam, "/image/"))
    (structures,) = zipped(exam, "/mask/")
    region = read_region(f"{exam}#{number}", grid)
    areas = contoured_area(structures, number)
    assert int(region.inside.any(axis=(1, 2)).sum()) == len(areas)
    assert region.volume_cc == pytest.approx(sum(areas.values()) * 3.27 / 1000, rel=0.01)
    assert region.warnings == ()


@pytest.mark.shared
def test_every_reference_object_gives_its_stated_extremes_inside_both_its_regions(
    shared_data: Path,
) -> None:
    # SUV 0.20, 1.00 and 4.00 inside the region: minimum : median : maximum = 1 : 5 : 20 in any unit
    # (DRO_list.csv of oncoray/suv_computation); one object stores them as coarsely as 5, 26 and 105.
    for archive in sorted((shared_data / "imaging" / "suv-dro").glob("DRO_*.tar.xz")):
        with tarfile.open(archive) as content:
            slices = [
                pydicom.dcmread(io.BytesIO(content.extractfile(member).read()))  # type: ignore[union-attr]
                for member in content
                if "/PT/" in member.name and member.isfile()
            ]
        grid, slices = grid_and_slices(slices)
        volume = np.stack(
            [
                image.pixel_array * float(image.RescaleSlope) + float(image.RescaleIntercept)
                for image in slices
            ]
        )
        contoured = read_region(str(archive), grid)
        name = archive.name.removesuffix(".tar.xz")
        masked = read_region(f"{archive}/{name}/mask/DRO_mask.nii.gz", grid)
        for region in (contoured, masked):
            inside = volume[region.inside]
            low, middle, high = inside.min(), np.median(inside), inside.max()
            assert (middle / low, high / low) == pytest.approx((5, 20), rel=0.06)
            assert region.warnings == ()
        # The object's own mask lies one voxel and one slice around its contours.
        assert not (contoured.inside & ~masked.inside).any()


def frames_by_pydicom(path: Path, segment: int) -> dict[float, NDArray[np.bool_]]:
    """The frames of one segment by their z, as pydicom decodes them."""
    dataset = pydicom.dcmread(path)
    pixels = np.atleast_3d(dataset.pixel_array)
    return {
        float(group.PlanePositionSequence[0].ImagePositionPatient[2]): pixels[at] > 0
        for at, group in enumerate(dataset.PerFrameFunctionalGroupsSequence)
        if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == segment
    }


@pytest.mark.shared
def test_segmentations_of_other_programs_lie_on_their_images(shared_data: Path) -> None:
    folder = shared_data / "imaging" / "seg-sr"
    grid, slices = grid_and_slices(pydicom.dcmread(folder / f"0{number}.dcm") for number in (1, 2, 3))
    z_of_slice = [float(image.ImagePositionPatient[2]) for image in slices]
    for name, segments in (("dcmqi_liver_seg.dcm", 1), ("partial_overlaps.dcm", 5)):
        for segment in range(1, segments + 1):
            region = read_region(f"{folder / name}#{segment}", grid)
            frames = frames_by_pydicom(folder / name, segment)
            expected = np.zeros(grid.shape, dtype=bool)
            for z, frame in frames.items():
                expected[int(np.abs(np.array(z_of_slice) - z).argmin())] = frame
            assert (region.inside == expected).all()
            assert region.warnings == ()


@pytest.mark.shared
def test_every_foreign_object_is_read_or_refused_in_words(shared_data: Path) -> None:
    folder = shared_data / "imaging" / "seg-sr"
    grid, _ = grid_and_slices(pydicom.dcmread(folder / f"0{number}.dcm") for number in (1, 2, 3))
    refused = {}
    for path in sorted(folder.glob("*.dcm")):
        try:
            assert read_region(str(path), grid).voxels > 0
        except RegionError as refusal:
            refused[path.name] = refusal.what
    assert "Comprehensive SR Storage" in refused["dcmqi_sr_tid1500.dcm"]
    assert "CT Image Storage" in refused["01.dcm"]
    assert "5 segments and none was chosen" in refused["partial_overlaps.dcm"]
    assert "beside the image" in refused["dcmqi_seg.dcm"]
    assert set(refused) == {path.name for path in folder.glob("*.dcm")} - {"dcmqi_liver_seg.dcm"}


@pytest.mark.shared
def test_a_folder_of_several_regions_asks_for_one(shared_data: Path, tmp_path: Path) -> None:
    for name in ("dcmqi_liver_seg.dcm", "partial_overlaps.dcm", "01.dcm"):
        shutil.copyfile(shared_data / "imaging" / "seg-sr" / name, tmp_path / name)
    assert {found.label.rpartition("/")[2] for found in find_region_objects(tmp_path)} == {
        "dcmqi_liver_seg.dcm",
        "partial_overlaps.dcm",
    }
    with pytest.raises(RegionError, match=r"several region objects: .*dcmqi_liver_seg\.dcm"):
        region_digest(str(tmp_path))
    (tmp_path / "partial_overlaps.dcm").unlink()
    assert region_digest(str(tmp_path)).sha256 == region_digest(str(tmp_path / "dcmqi_liver_seg.dcm")).sha256
    (tmp_path / "dcmqi_liver_seg.dcm").unlink()
    with pytest.raises(RegionError, match="no SEG or RTSTRUCT"):
        region_digest(str(tmp_path))
