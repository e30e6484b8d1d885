"""Shape of a mask: phantoms of known size, components, and what turning an image must not change."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.shape import FRAGMENT_FLOOR_CC, Shape, describe_shape
from neoher.imaging.surface import hull_volume_cc
from neoher.response.shrinkage import pattern
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

AXES = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
MRI = (2.0, 0.7, 0.7)


def shape_of(inside: NDArray[np.bool_], spacing: Vector = (1.0, 1.0, 1.0)) -> Shape:
    grid = Grid(inside.shape, spacing, (10.0, 20.0, 30.0), AXES)
    return describe_shape(Mask(inside, grid, "L1", "phantom"))


def ellipsoid(half_axes_mm: Vector, spacing: Vector = MRI, size_mm: float = 80.0) -> NDArray[np.bool_]:
    """An ellipsoid with its centre on a voxel; half axes along (slices, rows, columns)."""
    reach = [math.ceil(size_mm / 2 / size) for size in spacing]
    places = np.meshgrid(
        *[np.arange(-n, n + 1) * s for n, s in zip(reach, spacing, strict=True)], indexing="ij"
    )
    return sum((place / half) ** 2 for place, half in zip(places, half_axes_mm, strict=True)) <= 1


@pytest.mark.parametrize("half_axes_mm", [(15.0, 15.0, 15.0), (10.0, 15.0, 22.0), (25.0, 12.0, 8.0)])
def test_a_smooth_body_has_its_volume_and_diameters_within_a_voxel_diagonal(half_axes_mm: Vector) -> None:
    shape = shape_of(ellipsoid(half_axes_mm), MRI)
    diagonal = math.sqrt(sum(size**2 for size in MRI))
    in_plane_diagonal = math.hypot(*MRI[1:])
    assert shape.volume_cc == pytest.approx(4 / 3 * math.pi * math.prod(half_axes_mm) / 1000, rel=0.02)
    assert shape.longest_diameter_3d_mm == pytest.approx(2 * max(half_axes_mm), abs=diagonal)
    assert shape.longest_diameter_in_plane_mm == pytest.approx(
        2 * max(half_axes_mm[1:]), abs=in_plane_diagonal
    )
    assert shape.perpendicular_diameter_mm == pytest.approx(2 * min(half_axes_mm[1:]), abs=in_plane_diagonal)
    assert shape.components == 1


def test_the_centroid_of_a_ball_is_its_centre_in_the_patient() -> None:
    inside = np.zeros((9, 11, 13), dtype=bool)
    inside[2:5, 3:8, 4:7] = True  # centre: slice 3, row 5, column 5
    # x rises with columns, y with rows, z with slices.
    assert shape_of(inside, MRI).centroid_mm == pytest.approx((10 + 5 * 0.7, 20 + 5 * 0.7, 30 + 3 * 2.0))


def test_an_empty_mask_has_no_voxels_and_no_other_number() -> None:
    shape = shape_of(np.zeros((3, 4, 5), dtype=bool))
    assert (shape.voxels, shape.volume_cc, shape.components) == (0, 0.0, 0)
    assert shape.longest_diameter_in_plane_mm is None
    assert shape.longest_diameter_3d_mm is None
    assert shape.perpendicular_diameter_mm is None
    assert shape.sphericity is None
    assert shape.centroid_mm is None
    assert shape.largest_component is None


def test_two_foci_are_two_components_and_the_larger_is_described_beside_the_whole() -> None:
    inside = np.zeros((12, 30, 60), dtype=bool)
    inside[3:9, 10:20, 5:20] = True
    inside[4:6, 12:14, 40:50] = True
    shape = shape_of(inside)
    large = shape.largest_component
    assert shape.components == 2
    assert large is not None
    assert (large.voxels, large.volume_cc) == (900, pytest.approx(0.9))
    assert shape.voxels == 940
    # Rows 10 to 19 and columns 5 to 19: 9 and 14 steps between centres.
    assert large.longest_diameter_in_plane_mm == pytest.approx(math.hypot(9, 14) * (1 + 1 / 14))
    assert large.longest_diameter_3d_mm == pytest.approx(math.sqrt(5**2 + 9**2 + 14**2) * (1 + 1 / 14))
    # The whole spans both: columns 5 to 49.
    assert shape.longest_diameter_in_plane_mm == pytest.approx(math.hypot(9, 44) * (1 + 1 / 44), abs=0.5)
    assert large.centroid_mm == pytest.approx((10 + 12, 20 + 14.5, 30 + 5.5))


@pytest.mark.parametrize(
    ("second", "components"), [((1, 1, 2), 1), ((1, 2, 2), 1), ((2, 2, 2), 1), ((1, 1, 3), 2)]
)
def test_voxels_that_touch_by_a_corner_belong_together(second: tuple[int, int, int], components: int) -> None:
    inside = np.zeros((5, 5, 5), dtype=bool)
    inside[1, 1, 1] = inside[second] = True
    assert shape_of(inside).components == components


def test_of_components_with_as_many_voxels_the_longer_is_the_largest() -> None:
    inside = np.zeros((3, 12, 12), dtype=bool)
    inside[0:2, 0:2, 0:2] = True
    inside[0, 6, 2:10] = True
    large = shape_of(inside).largest_component
    assert large is not None
    assert (large.voxels, large.longest_diameter_3d_mm) == (8, 8)


def test_components_from_a_ball_of_five_mm_on_are_fragments_and_smaller_ones_specks() -> None:
    inside = np.zeros((12, 30, 60), dtype=bool)
    inside[2:7, 10:15, 5:10] = True  # 125 mm3
    inside[2:7, 10:14, 30:34] = True  # 80 mm3
    inside[2, 20:24, 40:56] = True  # 64 mm3: a speck, although long
    parts = shape_of(inside).fragments
    assert parts is not None
    assert (parts.count, parts.volume_cc) == (2, pytest.approx(0.205))
    # Columns 5 to 33, rows 10 to 14, slices 2 to 6; the far corners: (4, 4, 28) or (4, 3, 28) steps.
    assert parts.longest_3d.length_mm == pytest.approx(math.sqrt(4**2 + 4**2 + 28**2) * (1 + 1 / 28), abs=0.1)
    # Prisms along the slices, 5 mm: the hull of both rectangles is the first, 5 x 5, and a trapezium of 24 mm
    # from its far edge to that of the second, 5 high there and 4 here.
    assert parts.hull_volume_cc == pytest.approx(5 * (25 + 24 * 4.5) / 1000, rel=1e-9)


@pytest.mark.parametrize(("voxels", "fragments"), [(65, 1), (64, None)])
def test_a_component_of_exactly_the_floor_is_a_fragment(voxels: int, fragments: int | None) -> None:
    inside = np.zeros((1, 1, 70), dtype=bool)
    inside[0, 0, :voxels] = True
    parts = shape_of(inside).fragments
    assert (None if parts is None else parts.count) == fragments


def test_the_floor_is_the_one_of_the_shrinkage_pattern() -> None:
    assert FRAGMENT_FLOOR_CC == pattern.FRAGMENT_FLOOR_CC


@pytest.mark.parametrize("half_axes_mm", [(15.0, 15.0, 15.0), (10.0, 15.0, 22.0)])
def test_the_hull_of_a_body_without_hollows_is_the_body_and_a_voxels_rim(half_axes_mm: Vector) -> None:
    inside = ellipsoid(half_axes_mm)
    hull = hull_volume_cc(np.argwhere(inside), MRI)
    assert np.count_nonzero(inside) * math.prod(MRI) / 1000 <= hull
    # No corner of a voxel lies further from its centre than half its diagonal.
    wider = math.prod(half + math.dist((0, 0, 0), MRI) / 2 for half in half_axes_mm)
    assert hull <= 4 / 3 * math.pi * wider / 1000


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 1, 9), (1, 4, 5), (3, 4, 5)])
def test_the_hull_of_a_box_of_voxels_is_the_box(size: tuple[int, int, int]) -> None:
    hull = hull_volume_cc(np.argwhere(np.ones(size, dtype=bool)), MRI)
    assert hull == pytest.approx(math.prod(size) * math.prod(MRI) / 1000)


@pytest.mark.shared
def test_the_real_exams_tumour_is_described(real_exam: Any) -> None:
    # Components and the largest one's size by scipy.ndimage, apart from our own.
    from neoher.imaging.dce import functional_tumour_volume
    from neoher.imaging.phases import choose_phases

    choice = choose_phases(real_exam.series.time_axis)
    mask = functional_tumour_volume(real_exam.series, choice, real_exam.region).mask
    shape = describe_shape(mask)
    labels, components = ndimage.label(mask.inside, np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel())[1:]
    assert shape.largest_component is not None
    assert (shape.components, shape.largest_component.voxels) == (components, sizes.max())
    largest = labels == sizes.argmax() + 1
    reach = np.argwhere(largest).max(axis=0) - np.argwhere(largest).min(axis=0)
    widest_side = max((reach + 1) * mask.grid.spacing_mm)
    assert shape.largest_component.longest_diameter_3d_mm >= widest_side
    assert shape.longest_3d is not None
    assert shape.longest_3d.length_mm >= shape.largest_component.longest_diameter_3d_mm


masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6))
spacings = st.tuples(*[st.sampled_from([0.7, 1.0, 2.0])] * 3)


@given(masks, spacings, st.lists(st.booleans(), min_size=3, max_size=3), st.booleans())
@settings(deadline=None)
def test_mirroring_or_transposing_the_slices_changes_no_length(
    inside: NDArray[np.bool_], spacing: Vector, flips: list[bool], transposed: bool
) -> None:
    flip = tuple(slice(None, None, -1) if one else slice(None) for one in flips)
    order = (0, 2, 1) if transposed else (0, 1, 2)
    here = shape_of(inside, spacing)
    there = shape_of(inside[flip].transpose(order), tuple(spacing[axis] for axis in order))
    assert (here.voxels, here.components) == (there.voxels, there.components)
    assert here.longest_diameter_in_plane_mm == pytest.approx(there.longest_diameter_in_plane_mm)
    assert here.longest_diameter_3d_mm == pytest.approx(there.longest_diameter_3d_mm)
    if here.largest_component and there.largest_component:
        assert here.largest_component.longest_diameter_3d_mm == pytest.approx(
            there.largest_component.longest_diameter_3d_mm
        )


@given(masks, spacings, st.permutations([0, 1, 2]))
@settings(deadline=None)
def test_any_order_of_axes_gives_the_same_diameter_in_space(
    inside: NDArray[np.bool_], spacing: Vector, order: list[int]
) -> None:
    here = shape_of(inside, spacing)
    there = shape_of(inside.transpose(order), tuple(spacing[axis] for axis in order))
    assert here.longest_diameter_3d_mm == pytest.approx(there.longest_diameter_3d_mm)


@given(masks, st.integers(0, 4), st.integers(0, 4))
@settings(deadline=None)
def test_empty_space_around_a_mask_changes_nothing_but_its_place(
    inside: NDArray[np.bool_], before: int, after: int
) -> None:
    here, there = shape_of(inside), shape_of(np.pad(inside, (before, after)))
    assert (here.voxels, here.components, here.longest_diameter_3d_mm, here.sphericity) == (
        there.voxels,
        there.components,
        there.longest_diameter_3d_mm,
        there.sphericity,
    )
    if here.centroid_mm and there.centroid_mm:
        assert there.centroid_mm == pytest.approx([place + before for place in here.centroid_mm])


@given(masks, spacings)
@settings(deadline=None)
def test_a_diameter_within_a_slice_is_no_longer_between_centres_than_one_in_space(
    inside: NDArray[np.bool_], spacing: Vector
) -> None:
    shape = shape_of(inside, spacing)
    if shape.longest_3d is None or shape.longest_in_plane is None or shape.largest_component is None:
        assert shape.voxels == 0
        return
    reach = math.sqrt(sum(size**2 for size in spacing))
    assert shape.longest_in_plane.length_mm <= shape.longest_3d.length_mm + reach
    assert shape.largest_component.voxels <= shape.voxels
    assert 0 < (shape.sphericity or 0) <= 1
