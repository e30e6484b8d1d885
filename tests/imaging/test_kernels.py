"""The neighbour test, against a convolution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from neoher.imaging.kernels import PASSES, count_enough_neighbours

shapes = hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=7)


@given(hnp.arrays(np.uint8, shapes, elements=st.integers(0, PASSES)), st.integers(0, 26))
def test_a_voxel_stays_with_enough_passing_voxels_among_its_26_neighbours(
    state: np.ndarray, least: int
) -> None:
    around = np.ones((3, 3, 3), dtype=int)
    around[1, 1, 1] = 0
    passes = state == PASSES
    neighbours = ndimage.convolve(passes.astype(int), around, mode="constant", cval=0)
    enough = np.empty(state.shape, dtype=bool)
    count_enough_neighbours(state, least, enough)
    np.testing.assert_array_equal(enough, passes & (neighbours >= least))


@pytest.mark.parametrize(
    ("place", "neighbours"), [((1, 1, 1), 26), ((0, 1, 1), 17), ((0, 0, 1), 11), ((0, 0, 0), 7)]
)
def test_neighbours_outside_the_image_do_not_pass(place: tuple[int, int, int], neighbours: int) -> None:
    state = np.full((3, 3, 3), PASSES, dtype=np.uint8)
    for least, stays in ((neighbours, True), (neighbours + 1, False)):
        enough = np.empty(state.shape, dtype=bool)
        count_enough_neighbours(state, least, enough)
        assert enough[place] == stays
