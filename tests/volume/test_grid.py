"""Positions of voxels: laws of an affine map, and the arithmetic of DICOM (PS3.3 C.7.6.2.1.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from neoher.volume.grid import Grid

LENGTHS = st.floats(0.3, 8.0)
ORIGINS = st.floats(-400.0, 400.0)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    axes = Rotation.random(random_state=draw(st.integers(0, 2**31))).as_matrix()
    return Grid(
        shape=(draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 9))),
        spacing_mm=(draw(LENGTHS), draw(LENGTHS), draw(LENGTHS)),
        origin_mm=(draw(ORIGINS), draw(ORIGINS), draw(ORIGINS)),
        axes=tuple(tuple(map(float, row)) for row in axes),  # type: ignore[arg-type]
    )


@given(grids(), st.tuples(*[st.floats(-20, 20)] * 3))
def test_a_position_returns_to_its_index(grid: Grid, index: tuple[float, float, float]) -> None:
    there = grid.to_patient(np.array([index]))
    assert grid.to_index(there)[0] == pytest.approx(index, abs=1e-6)


@given(grids())
def test_a_step_along_an_axis_is_its_spacing_long(grid: Grid) -> None:
    start = grid.to_patient(np.zeros((1, 3)))[0]
    assert start == pytest.approx(grid.origin_mm)
    for axis in range(3):
        step = np.zeros((1, 3))
        step[0, axis] = 1.0
        moved = grid.to_patient(step)[0] - start
        assert np.linalg.norm(moved) == pytest.approx(grid.spacing_mm[axis])
        assert moved / grid.spacing_mm[axis] == pytest.approx(grid.axes[axis])


@given(grids())
def test_the_affine_places_voxels_where_the_grid_does(grid: Grid) -> None:
    index = np.array([2.0, 1.0, 3.0])
    by_matrix = grid.affine() @ np.array([*index, 1.0])
    assert by_matrix[:3] == pytest.approx(grid.to_patient(index[None])[0], abs=1e-9)


def test_a_sagittal_image_follows_the_standards_equation() -> None:
    # ImagePositionPatient 156.4, -76.1, 101; ImageOrientationPatient 0 1 0 0 0 -1; PixelSpacing 0.703125.
    grid = Grid(
        (2, 256, 256),
        (2.0, 0.703125, 0.703125),
        (156.4, -76.1, 101.0),
        ((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    )
    column, row = 10, 20
    found = grid.to_patient(np.array([[0.0, row, column]]))[0]
    assert found == pytest.approx([156.4, -76.1 + column * 0.703125, 101.0 - row * 0.703125])
    assert grid.voxel_volume_cc == pytest.approx(2 * 0.703125**2 / 1000)


@given(grids(), st.floats(0.02, 5.0))
def test_grids_that_differ_by_more_than_the_tolerance_do_not_match(grid: Grid, shift: float) -> None:
    x, y, z = grid.origin_mm
    assert grid.matches(grid)
    assert not grid.matches(replace(grid, origin_mm=(x + shift, y, z)))
    assert grid.matches(replace(grid, origin_mm=(x + 0.005, y, z)))
    assert not grid.matches(replace(grid, shape=(grid.shape[0] + 1, *grid.shape[1:])))
