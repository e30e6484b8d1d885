"""NIfTI masks and label maps."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid

GRID = Grid((5, 7, 6), (3.0, 1.5, 1.25), (-20.0, 10.0, -5.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
LABELS = np.random.default_rng(0).integers(0, 3, GRID.shape)


def affine_in_ras() -> NDArray[np.float64]:
    """From (column, row, slice) to RAS: x and y of LPS with the other sign."""
    return np.array([[-1.25, 0, 0, 20.0], [0, -1.5, 0, -10.0], [0, 0, 3.0, -5.0], [0, 0, 0, 1.0]])


def nifti(folder: Path, values: NDArray[Any], name: str = "mask.nii.gz", **header: Any) -> str:
    """`values`: (slices, rows, columns) of GRID; stored as (column, row, slice)."""
    second = header.pop("second", False)
    image = (nibabel.Nifti2Image if second else nibabel.Nifti1Image)(
        values.transpose(2, 1, 0, *range(3, values.ndim)), affine_in_ras()
    )
    image.header.set_xyzt_units(header.pop("unit", "mm"))
    for field, value in header.items():
        image.header[field] = value
    path = folder / name
    nibabel.save(image, path)
    return str(path)


@pytest.mark.parametrize("name", ["mask.nii", "mask.nii.gz"])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64, ">i4"])
@pytest.mark.parametrize("second", [False, True])
def test_a_mask_comes_back_voxel_by_voxel(name: str, kind: Any, second: bool, tmp_path: Path) -> None:
    mask = (LABELS == 1).astype(kind)
    region = read_region(nifti(tmp_path, mask, name, second=second), GRID)
    assert (region.inside == (LABELS == 1)).all()
    assert region.warnings == ()


def test_axes_in_any_order_and_direction_give_the_same_voxels(tmp_path: Path) -> None:
    image = nibabel.load(nifti(tmp_path, (LABELS == 1).astype(np.uint8)))
    for code in ("RAS", "LPS", "SAR", "PIL"):
        turned = nibabel.orientations.ornt_transform(
            nibabel.io_orientation(image.affine), nibabel.orientations.axcodes2ornt(code)
        )
        nibabel.save(image.as_reoriented(turned), tmp_path / "turned.nii")
        region = read_region(str(tmp_path / "turned.nii"), GRID)
        assert (region.inside == (LABELS == 1)).all()
        assert region.warnings == ()


def test_a_label_is_chosen_by_its_number(tmp_path: Path) -> None:
    path = nifti(tmp_path, LABELS.astype(np.int16))
    assert (read_region(f"{path}#2", GRID).inside == (LABELS == 2)).all()
    with pytest.raises(RegionError, match="2 labels and none was chosen: 1, 2"):
        read_region(path, GRID)
    with pytest.raises(RegionError, match="no label is called '3'"):
        read_region(f"{path}#3", GRID)


def test_fractions_are_inside_above_one_half(tmp_path: Path) -> None:
    fractions = np.random.default_rng(1).random(GRID.shape).astype(np.float32)
    fractions[0, 0, :3] = [0.5, 0.25, 1.0]
    region = read_region(nifti(tmp_path, fractions), GRID)
    assert (region.inside == (fractions > 0.5)).all()
    assert not region.inside[0, 0, 0]


def test_scaled_numbers_are_scaled_before_they_are_read(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image((LABELS.transpose(2, 1, 0) * 100).astype(np.int16), affine_in_ras())
    image.header.set_slope_inter(0.01, 0)
    nibabel.save(image, tmp_path / "scaled.nii")
    raw = bytearray((tmp_path / "scaled.nii").read_bytes())
    raw[112:120] = np.array([0.01, 0], "<f4").tobytes()  # scl_slope, scl_inter
    raw[352:] = (LABELS.transpose(2, 1, 0) * 100).astype("<i2").tobytes(order="F")
    (tmp_path / "scaled.nii").write_bytes(raw)
    assert np.allclose(nibabel.load(tmp_path / "scaled.nii").get_fdata(), LABELS.transpose(2, 1, 0))
    region = read_region(f"{tmp_path / 'scaled.nii'}#2", GRID)
    assert (region.inside == (LABELS == 2)).all()


def test_voxels_that_hold_no_number_are_outside_with_a_warning(tmp_path: Path) -> None:
    mask = (LABELS == 1).astype(np.float32)
    mask[LABELS == 2] = np.nan
    region = read_region(nifti(tmp_path, mask), GRID)
    assert (region.inside == (LABELS == 1)).all()
    assert [code for code, _ in region.warnings] == ["region-not-a-number"]


@pytest.mark.parametrize(
    "values", [np.linspace(-5, 900, 210), np.arange(210) * 7.0, -LABELS.ravel().astype(float)]
)
def test_an_image_is_not_taken_for_a_mask(values: NDArray[Any], tmp_path: Path) -> None:
    path = nifti(tmp_path, values.reshape(GRID.shape).astype(np.float32))
    with pytest.raises(RegionError, match=r"seems to be an image|labels and none was chosen"):
        read_region(path, GRID)


def test_positions_that_differ_are_refused(tmp_path: Path) -> None:
    image = nibabel.load(nifti(tmp_path, (LABELS == 1).astype(np.uint8), "mask.nii"))
    moved = affine_in_ras()
    moved[0, 3] += 2.0
    image.set_qform(affine_in_ras(), 1)
    image.set_sform(moved, 1)
    nibabel.save(image, tmp_path / "two.nii")
    with pytest.raises(RegionError, match=r"two positions .* differ by 2 mm"):
        read_region(str(tmp_path / "two.nii"), GRID)


def test_a_file_that_states_no_position_is_refused(tmp_path: Path) -> None:
    path = nifti(tmp_path, (LABELS == 1).astype(np.uint8), sform_code=0, qform_code=0)
    image = nibabel.load(path)
    image.set_sform(None, 0)
    image.set_qform(None, 0)
    nibabel.save(image, path)
    with pytest.raises(RegionError, match="does not state where it lies"):
        read_region(path, GRID)


def test_metres_are_metres(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(
        (LABELS == 1).astype(np.uint8).transpose(2, 1, 0), np.diag([0.001, 0.001, 0.001, 1]) @ affine_in_ras()
    )
    image.header.set_xyzt_units("meter")
    nibabel.save(image, tmp_path / "metres.nii")
    assert (read_region(str(tmp_path / "metres.nii"), GRID).inside == (LABELS == 1)).all()


def test_several_volumes_are_refused(tmp_path: Path) -> None:
    path = nifti(tmp_path, np.stack([LABELS == 1] * 2, axis=-1).astype(np.uint8))
    with pytest.raises(RegionError, match="2 volumes"):
        read_region(path, GRID)
    one = nifti(tmp_path, (LABELS == 1)[..., None].astype(np.uint8))
    assert (read_region(one, GRID).inside == (LABELS == 1)).all()


def test_colours_and_complex_numbers_are_no_mask(tmp_path: Path) -> None:
    path = nifti(tmp_path, LABELS.astype(np.complex64), "mask.nii")
    with pytest.raises(RegionError, match="no mask"):
        read_region(path, GRID)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = Path(nifti(tmp_path, (LABELS == 1).astype(np.uint8), "mask.nii"))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(RegionError, match="ends early"):
        read_region(str(path), GRID)


def test_a_gzip_bomb_is_refused_without_being_inflated(tmp_path: Path) -> None:
    header = nibabel.Nifti1Header()
    header.set_data_shape((8000, 8000, 8000))
    header.set_data_dtype(np.uint8)
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    header.set_sform(np.eye(4), 1)
    path = tmp_path / "bomb.nii.gz"
    path.write_bytes(gzip.compress(header.binaryblock + bytes(4 + (1 << 20))))
    with pytest.raises(RegionError, match="too many"):
        read_region(str(path), GRID)
