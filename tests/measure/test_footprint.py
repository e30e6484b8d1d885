"""Footprints: what is stored of a mask gives its place back, and overlap is what the voxels say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from neoher.measure.footprint import footprint_of
from neoher.record.footprint import Footprint
from neoher.response.shrinkage.overlap import share_inside_percent
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

FRAME = "1.2.3"
OBLIQUE = (
    (0.0, 0.6, 0.8),
    (0.0, 0.8, -0.6),
    (1.0, 0.0, 0.0),
)


def stored(
    inside: NDArray[np.bool_], origin: Vector = (10.0, -20.0, 5.0), frame: str | None = FRAME
) -> Footprint:
    grid = Grid(inside.shape, (2.0, 0.7, 0.7), origin, OBLIQUE)
    footprint = footprint_of(Mask(inside, grid, "L1", "phantom"), frame)
    assert footprint is not None
    return footprint


def cube(start: int, stop: int) -> NDArray[np.bool_]:
    inside = np.zeros((12, 12, 12), dtype=bool)
    inside[start:stop, start:stop, start:stop] = True
    return inside


def test_an_empty_mask_leaves_no_footprint() -> None:
    grid = Grid((3, 3, 3), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), OBLIQUE)
    assert footprint_of(Mask(np.zeros((3, 3, 3), dtype=bool), grid, "L1", "phantom"), FRAME) is None


def test_what_lies_within_what_beside_and_what_half() -> None:
    assert share_inside_percent(stored(cube(4, 6)), stored(cube(2, 8))) == 100
    assert share_inside_percent(stored(cube(2, 8)), stored(cube(4, 6))) == pytest.approx(100 * 8 / 216)
    assert share_inside_percent(stored(cube(0, 2)), stored(cube(4, 6))) == 0
    # Moved by two columns of four: half of it.
    moved = stored(cube(4, 8), origin=(10.0 + 2 * 0.7, -20.0, 5.0))
    assert share_inside_percent(moved, stored(cube(4, 8))) == 50


@pytest.mark.parametrize(("one", "other"), [("1.2.3", "1.2.4"), (None, "1.2.3"), (None, None)])
def test_without_one_frame_of_reference_nothing_is_said(one: str | None, other: str | None) -> None:
    assert share_inside_percent(stored(cube(2, 6), frame=one), stored(cube(2, 6), frame=other)) is None


@given(
    hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6)),
    st.integers(0, 2**32 - 1),
)
def test_on_one_grid_overlap_is_the_share_of_common_voxels(inside: NDArray[np.bool_], seed: int) -> None:
    other = np.random.default_rng(seed).random(inside.shape) < 0.5
    if not inside.any() or not other.any():
        return
    expected = 100 * np.count_nonzero(inside & other) / np.count_nonzero(inside)
    assert share_inside_percent(stored(inside), stored(other)) == pytest.approx(expected)
    assert stored(inside).voxels == np.count_nonzero(inside)
