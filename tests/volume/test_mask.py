"""Masks: volume and bounding box by definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

MASKS = arrays(bool, array_shapes(min_dims=3, max_dims=3, max_side=7), elements=st.booleans())


def mask_of(inside: np.ndarray) -> Mask:
    grid = Grid(inside.shape, (2.0, 0.5, 0.5), (0.0, 0.0, 0.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    return Mask(inside, grid, "lesion", "made for the test")


@given(MASKS)
def test_the_bounding_box_is_the_smallest_that_holds_every_voxel(inside: np.ndarray) -> None:
    box = mask_of(inside).bounding_box()
    if box is None:
        assert not inside.any()
        return
    held = np.zeros_like(inside)
    held[box] = True
    assert not (inside & ~held).any()
    for axis in range(3):
        faces = np.moveaxis(inside[box], axis, 0)
        assert faces[0].any()
        assert faces[-1].any()


@given(MASKS)
def test_volume_is_voxels_times_their_volume(inside: np.ndarray) -> None:
    mask = mask_of(inside)
    assert mask.voxels == int(inside.sum())
    assert abs(mask.volume_cc - inside.sum() * 0.5 / 1000) < 1e-12
