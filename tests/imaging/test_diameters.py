"""Diameters of voxel sets, against every pair of voxels and against lines whose length is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from neoher.imaging import diameters
from neoher.imaging.diameters import Diameter, longest_3d, longest_in_plane, perpendicular_to
from neoher.volume.grid import Grid, Vector

shapes = hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6)
masks = hnp.arrays(np.bool_, shapes).filter(lambda mask: bool(mask.any()))
spacings = st.tuples(*[st.sampled_from([0.7, 1.0, 2.0, 3.3])] * 3)

# Rows and columns turned by 30 degrees about the slice axis, so that no array axis is a patient axis.
TURN = math.radians(30)
ROWS = (-math.sin(TURN), math.cos(TURN), 0.0)
COLUMNS = (math.cos(TURN), math.sin(TURN), 0.0)


def grid_of(spacing: Vector, shape: tuple[int, ...] = (1, 1, 1)) -> Grid:
    return Grid(shape, spacing, (12.0, -34.0, 56.0), ((0.0, 0.0, 1.0), ROWS, COLUMNS))


def drawn_length(diameter: Diameter) -> float:
    return math.dist(*diameter.ends_mm)


def by_every_pair(voxels: NDArray[np.int64], spacing: Vector, single_mm: float) -> float:
    """The definition: centres furthest apart, of these the longest extent within a voxel."""
    centres = voxels * np.array(spacing)
    best = (0.0, single_mm)
    for i in range(len(centres)):
        for j in range(i):
            line = centres[i] - centres[j]
            distance = math.dist(centres[i], centres[j])
            extent = min(
                size * distance / abs(part) for size, part in zip(spacing, line, strict=True) if part != 0
            )
            if distance > best[0] + 1e-9 or (abs(distance - best[0]) <= 1e-9 and extent > best[1]):
                best = (distance, extent)
    return sum(best)


@given(masks, spacings)
@settings(deadline=None, max_examples=200)
def test_the_diameter_in_space_is_that_of_the_furthest_pair_of_all(
    mask: NDArray[np.bool_], spacing: Vector
) -> None:
    voxels = np.argwhere(mask)
    diameter = longest_3d(voxels, grid_of(spacing))
    assert diameter.length_mm == pytest.approx(by_every_pair(voxels, spacing, max(spacing)))
    assert drawn_length(diameter) == pytest.approx(diameter.length_mm)
    assert diameter.slice_index is None


@given(masks, spacings)
@settings(deadline=None, max_examples=200)
def test_the_diameter_in_plane_is_that_of_the_furthest_pair_of_one_slice(
    mask: NDArray[np.bool_], spacing: Vector
) -> None:
    voxels = np.argwhere(mask)
    diameter = longest_in_plane(voxels, grid_of(spacing))
    # The longest by its centres; that slice's extent comes with it.
    per_slice = [voxels[voxels[:, 0] == index] for index in np.unique(voxels[:, 0])]
    lengths = [by_every_pair(part, spacing, max(spacing[1:])) for part in per_slice]
    of_its_slice = by_every_pair(voxels[voxels[:, 0] == diameter.slice_index], spacing, max(spacing[1:]))
    assert diameter.length_mm == pytest.approx(of_its_slice)
    widest = max(float(np.linalg.norm((a - b) * spacing)) for part in per_slice for a in part for b in part)
    assert widest <= diameter.length_mm <= max(lengths) + 1e-9
    assert drawn_length(diameter) == pytest.approx(diameter.length_mm)


@given(st.integers(0, 2**32 - 1), spacings)
@settings(deadline=None, max_examples=20)
def test_large_sets_keep_the_furthest_pair(seed: int, spacing: Vector) -> None:
    random = np.random.default_rng(seed)
    voxels = np.unique(random.integers(0, [20, 40, 40], (400, 3)), axis=0)
    centres = voxels * np.array(spacing)
    widest = np.linalg.norm(centres[:, None] - centres[None], axis=2).max()
    extent_at_most = float(np.linalg.norm(spacing))
    length = longest_3d(voxels, grid_of(spacing)).length_mm
    assert widest + min(spacing) - 1e-9 <= length <= widest + extent_at_most + 1e-9


def test_pairs_are_found_across_blocks_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    ball = np.argwhere(np.linalg.norm(np.indices((21, 21, 21)) - 10, axis=0) <= 10)
    expected = longest_3d(ball, grid_of((1.0, 1.0, 1.0))).length_mm
    monkeypatch.setattr(diameters, "ROWS_AT_ONCE", 3)
    assert longest_3d(ball, grid_of((1.0, 1.0, 1.0))).length_mm == expected == pytest.approx(21.25)


@pytest.mark.parametrize(
    ("step", "length_mm"),
    [
        ((0, 0, 1), 10 * 0.7),  # ten voxels along a row: ten voxels long
        ((0, 1, 0), 10 * 0.7),
        ((1, 0, 0), 10 * 2.0),
        ((0, 1, 1), 10 * 0.7 * math.sqrt(2)),  # through the corners: ten voxel diagonals
        ((1, 1, 1), 10 * math.sqrt(2.0**2 + 0.7**2 + 0.7**2)),
        # Two columns a row: the line leaves a voxel by its column faces, after half a step.
        ((0, 1, 2), 9.5 * 0.7 * math.sqrt(5)),
    ],
)
def test_a_rod_of_ten_voxels_is_as_long_as_its_voxels_reach(
    step: tuple[int, int, int], length_mm: float
) -> None:
    rod = np.array([np.array(step) * n for n in range(10)])
    assert longest_3d(rod, grid_of((2.0, 0.7, 0.7))).length_mm == pytest.approx(length_mm)


@pytest.mark.parametrize(
    ("spacing", "in_plane_mm", "perpendicular_mm", "space_mm"),
    [((3.0, 1.0, 2.0), 2.0, 1.0, 3.0), ((1.0, 2.0, 0.5), 2.0, 0.5, 2.0)],
)
def test_a_single_voxel_has_its_largest_spacing(
    spacing: Vector, in_plane_mm: float, perpendicular_mm: float, space_mm: float
) -> None:
    voxel = np.array([[4, 5, 6]])
    grid = grid_of(spacing)
    longest = longest_in_plane(voxel, grid)
    assert longest.length_mm == in_plane_mm
    assert perpendicular_to(longest, voxel, grid).length_mm == pytest.approx(perpendicular_mm)
    assert longest_3d(voxel, grid).length_mm == space_mm
    assert drawn_length(longest) == pytest.approx(in_plane_mm)


def test_a_diameter_is_drawn_where_the_voxels_lie_in_the_patient() -> None:
    row = np.array([[2, 3, column] for column in range(4, 9)])  # five voxels of 0.5 mm
    longest = longest_in_plane(row, grid_of((3.0, 1.0, 0.5)))
    assert longest.slice_index == 2
    # Origin + slice 2 x 3 mm up, row 3 x 1 mm, columns from the near face of 4 (1.75 mm) to the far one of 8.
    start = np.array([12.0, -34.0, 56.0]) + 2 * 3.0 * np.array([0, 0, 1]) + 3.0 * np.array(ROWS)
    expected = [start + 1.75 * np.array(COLUMNS), start + 4.25 * np.array(COLUMNS)]
    np.testing.assert_allclose(sorted(longest.ends_mm), sorted(map(tuple, expected)))


def test_a_longer_slice_is_found_wherever_it_lies() -> None:
    voxels = np.array([[0, 0, 0], [0, 0, 4], [3, 1, 1], [3, 1, 8], [5, 2, 2], [5, 2, 4]])
    longest = longest_in_plane(voxels, grid_of((2.0, 1.0, 1.0)))
    assert (longest.slice_index, longest.length_mm) == (3, 8)


def test_the_perpendicular_of_an_ellipse_is_its_short_axis() -> None:
    rows, columns = np.indices((81, 121))
    ellipse = ((rows - 40) / 20) ** 2 + ((columns - 60) / 50) ** 2 <= 1
    voxels = np.argwhere(ellipse[None])
    grid = grid_of((2.0, 0.5, 0.5))
    longest = longest_in_plane(voxels, grid)
    perpendicular = perpendicular_to(longest, voxels, grid)
    # Axes of 100 and 40 voxels of 0.5 mm; the voxels reach one voxel further.
    assert longest.length_mm == pytest.approx(50.5, abs=0.05)
    assert perpendicular.length_mm == pytest.approx(20.5, abs=0.25)
    assert perpendicular.slice_index == longest.slice_index
    assert drawn_length(perpendicular) == pytest.approx(perpendicular.length_mm)


def test_the_perpendicular_of_a_rectangle_is_measured_from_its_diagonal() -> None:
    # Centres of a 3-4-5 rectangle, 30 x 40 mm: the chord across its diagonal, through a corner, is 37.5 mm
    # (30 x 50 / 40); its direction leaves a voxel after 1 / 0.8 mm.
    voxels = np.argwhere(np.ones((1, 31, 41), dtype=bool))
    grid = grid_of((1.0, 1.0, 1.0))
    longest = longest_in_plane(voxels, grid)
    assert longest.length_mm == pytest.approx(50 + 1 / 0.8)
    assert perpendicular_to(longest, voxels, grid).length_mm == pytest.approx(37.5 + 1 / 0.8)


@given(masks, spacings)
@settings(deadline=None)
def test_the_perpendicular_stands_upright_on_the_longest_and_is_no_longer_between_centres(
    mask: NDArray[np.bool_], spacing: Vector
) -> None:
    voxels = np.argwhere(mask)
    grid = grid_of(spacing)
    longest = longest_in_plane(voxels, grid)
    perpendicular = perpendicular_to(longest, voxels, grid)
    along, across = (np.subtract(*line.ends_mm) for line in (longest, perpendicular))
    assert abs(along @ across) <= 1e-6 * longest.length_mm * perpendicular.length_mm
    assert abs(across[2]) < 1e-9  # in the slice: slices rise along z
    # A chord of the outline is no longer than its widest pair of centres.
    assert perpendicular.length_mm <= longest.length_mm + float(np.linalg.norm(spacing[1:]))
    assert drawn_length(perpendicular) == pytest.approx(perpendicular.length_mm)
