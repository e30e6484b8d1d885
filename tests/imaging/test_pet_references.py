"""Reference tissues and thresholds of PET, on grids whose voxels can be counted."""

from __future__ import annotations

import numpy as np
import pytest

from neoher.errors import RegionError
from neoher.imaging.pet.references import aorta_cylinder, liver_sphere, percist_threshold
from neoher.imaging.pet.segmentation import above_share_of_maximum, above_threshold
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask
from neoher.volume.pet import SuvVolume

GRID = Grid((40, 40, 40), (1.5, 1.5, 1.5), (-30.0, -30.0, 100.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))


def test_the_liver_sphere_has_three_centimetres() -> None:
    mask = liver_sphere((0.0, 0.0, 129.0), GRID)
    assert mask.volume_cc == pytest.approx(4 / 3 * np.pi * 1.5**3, rel=0.02)
    centres = GRID.to_patient(np.argwhere(mask.inside).astype(float))
    assert np.linalg.norm(centres - (0, 0, 129), axis=1).max() <= 15


def test_the_aorta_s_cylinder_is_one_by_two_centimetres_along_z() -> None:
    mask = aorta_cylinder((0.0, 0.0, 129.0), GRID)
    # Voxels of 1.5 mm cut the ends: 14 slices for 13.3.
    assert mask.volume_cc == pytest.approx(np.pi * 0.5**2 * 2, rel=0.15)
    centres = GRID.to_patient(np.argwhere(mask.inside).astype(float)) - (0, 0, 129)
    assert np.abs(centres[:, 2]).max() <= 10
    assert np.linalg.norm(centres[:, :2], axis=1).max() <= 5


def test_the_sphere_lies_in_the_patient_however_the_image_is_turned() -> None:
    turned = Grid((40, 40, 40), (1.5, 1.5, 1.5), (30.0, 30.0, 160.0), ((0, 0, -1), (0, -1, 0), (-1, 0, 0)))
    assert liver_sphere((0.0, 0.0, 129.0), turned).voxels == pytest.approx(
        liver_sphere((0.0, 0.0, 129.0), GRID).voxels, rel=0.01
    )
    sagittal = Grid((40, 40, 40), (1.5, 1.5, 1.5), (-30.0, -30.0, 160.0), ((1, 0, 0), (0, 0, -1), (0, 1, 0)))
    length = np.ptp(
        sagittal.to_patient(np.argwhere(aorta_cylinder((0.0, 0.0, 129.0), sagittal).inside).astype(float)),
        axis=0,
    )
    assert length[2] > 1.5 * max(length[:2])


@pytest.mark.parametrize("centre", [(0.0, 0.0, 110.0), (20.0, 0.0, 129.0), (500.0, 0.0, 129.0)])
def test_a_reference_beyond_the_image_is_refused(centre: tuple[float, float, float]) -> None:
    with pytest.raises(RegionError, match="beyond the image"):
        liver_sphere(centre, GRID)


def test_the_percist_threshold_of_the_knowledge_base() -> None:
    # Knowledge 2.12, case 2.6: liver 1.8, SD 0.2
    assert percist_threshold(1.8, 0.2, "liver").sul == pytest.approx(3.1)
    assert percist_threshold(1.8, 0.2, "blood pool").sul == pytest.approx(4.0)


def test_a_threshold_includes_its_own_value_and_never_leaves_the_region() -> None:
    suv = np.zeros((1, 1, 8), dtype=np.float32)
    suv[0, 0] = [10, 4, 3.9, 0, 4.2, 0, 0, 9]
    grid = Grid(suv.shape, (2.0, 2.0, 2.0), (0.0, 0.0, 0.0), GRID.axes)
    inside = np.ones(suv.shape, dtype=bool)
    inside[0, 0, 7] = False
    volume, region = SuvVolume(grid, suv), Mask(inside, grid, "L1", "test")
    fixed = above_threshold(volume, region, 4.0).mask
    assert fixed is not None
    assert fixed.inside[0, 0].tolist() == [True, True, False, False, True, False, False, False]
    # 40 % of 10 is 4.0: only what is connected to the hottest voxel counts.
    share = above_share_of_maximum(volume, region, 40)
    assert share.threshold == pytest.approx(4.0)
    assert share.mask is not None
    assert share.mask.inside[0, 0].tolist() == [True, True, *[False] * 6]
    assert above_threshold(volume, region, 10.1).mask is None
    empty = above_share_of_maximum(SuvVolume(grid, np.zeros_like(suv)), region, 41)
    assert empty.mask is None
