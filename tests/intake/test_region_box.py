"""Boxes as regions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import RegionError
from neoher.intake.regions.box import box_region, voxel_box_region
from neoher.intake.regions.source import BoxOfVoxels
from neoher.volume.grid import Grid

AXIAL = Grid((4, 5, 6), (3.0, 1.0, 2.0), (-5.0, -2.0, 10.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
TURN = np.deg2rad(30)
OBLIQUE = Grid(
    (4, 9, 8),
    (2.0, 1.0, 1.0),
    (0.0, 0.0, 0.0),
    (
        (0, 0, 1),
        (-float(np.sin(TURN)), float(np.cos(TURN)), 0),
        (float(np.cos(TURN)), float(np.sin(TURN)), 0),
    ),
)


def test_a_box_takes_the_voxels_whose_centre_lies_in_it_faces_included() -> None:
    # Centres: x = -5, -3, -1, 1 …; y = -2 … 2; z = 10, 13, 16, 19.
    region = box_region((-3.0, -1.5, 10.0), (1.0, 0.5, 13.5), AXIAL)
    expected = np.zeros(AXIAL.shape, dtype=bool)
    expected[0:2, 1:3, 1:4] = True
    assert (region.inside == expected).all()
    assert region.warnings == ()


def test_the_order_of_a_boxs_corners_does_not_matter() -> None:
    one = box_region((-3.0, -1.5, 10.0), (1.0, 0.5, 13.5), AXIAL)
    other = box_region((1.0, -1.5, 13.5), (-3.0, 0.5, 10.0), AXIAL)
    assert (one.inside == other.inside).all()


@given(
    corners=st.lists(st.floats(-6, 12, allow_nan=False), min_size=6, max_size=6),
    grid=st.sampled_from([AXIAL, OBLIQUE]),
)
def test_on_any_grid_each_voxel_is_judged_by_its_centre(corners: list[float], grid: Grid) -> None:
    low = np.minimum(corners[:3], corners[3:])
    high = np.maximum(corners[:3], corners[3:])
    axes = np.asarray(grid.axes)
    expected = np.zeros(grid.shape, dtype=bool)
    near_a_face = False
    for index in np.ndindex(*grid.shape):
        centre = np.asarray(grid.origin_mm) + sum(index[a] * grid.spacing_mm[a] * axes[a] for a in range(3))
        expected[index] = bool(((centre >= low) & (centre <= high)).all())
        near_a_face |= bool((np.minimum(abs(centre - low), abs(centre - high)) < 2e-4).any())
    if near_a_face:
        return
    if not expected.any():
        with pytest.raises(RegionError, match="no voxel's centre"):
            box_region(tuple(corners[:3]), tuple(corners[3:]), grid)
        return
    assert (box_region(tuple(corners[:3]), tuple(corners[3:]), grid).inside == expected).all()


def test_a_box_that_reaches_beyond_the_image_is_cut_and_says_so() -> None:
    region = box_region((-100.0, -100.0, -100.0), (100.0, 100.0, 100.0), AXIAL)
    assert region.inside.all()
    assert [code for code, _ in region.warnings] == ["region-cut"]


def test_a_box_up_to_the_outer_faces_of_the_outermost_voxels_is_not_cut() -> None:
    region = box_region((-6.0, -2.5, 8.5), (6.0, 2.5, 20.5), AXIAL)
    assert region.inside.all()
    assert region.warnings == ()


@pytest.mark.parametrize("corner", [(float("nan"), 0.0, 0.0), (float("inf"), 0.0, 0.0)])
def test_a_corner_that_is_no_number_is_refused(corner: tuple[float, float, float]) -> None:
    with pytest.raises(RegionError, match="finite"):
        box_region(corner, (1.0, 1.0, 1.0), AXIAL)


def test_a_box_beside_the_image_is_refused() -> None:
    with pytest.raises(RegionError, match="no voxel's centre"):
        box_region((500.0, 0.0, 0.0), (510.0, 5.0, 5.0), AXIAL)


def test_a_box_of_voxels_counts_column_row_slice_from_0_and_holds_both_ends() -> None:
    region = voxel_box_region(BoxOfVoxels((1, 2, 0), (3, 2, 1)), AXIAL)
    expected = np.zeros(AXIAL.shape, dtype=bool)
    expected[0:2, 2, 1:4] = True
    assert (region.inside == expected).all()
    assert region.warnings == ()


def test_a_box_of_voxels_beyond_the_image_is_cut_or_refused() -> None:
    assert [code for code, _ in voxel_box_region(BoxOfVoxels((4, 0, 0), (9, 4, 3)), AXIAL).warnings] == [
        "region-cut"
    ]
    with pytest.raises(RegionError, match="6 columns, 5 rows and 4 slices"):
        voxel_box_region(BoxOfVoxels((6, 0, 0), (9, 4, 3)), AXIAL)
