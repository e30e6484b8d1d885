"""Partial volume against volumes known from geometry."""

from __future__ import annotations

import numpy as np
import pytest

from neoher.simulate.lattice import SUPERSAMPLING, occupancy, positions
from neoher.volume.grid import Grid

GRID = Grid((24, 40, 40), (2.0, 0.9, 0.9), (-17.5, -18.0, -23.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))


def test_edges_are_sampled_at_least_four_times_along_each_axis() -> None:
    assert SUPERSAMPLING >= 4


@pytest.mark.parametrize("radius", [4.0, 9.3, 14.0])
def test_a_balls_share_of_voxels_sums_to_its_volume(radius: float) -> None:
    centre = np.array([0.4, -0.3, 0.7])
    share = occupancy(
        GRID, positions(GRID), lambda points: np.linalg.norm(points - centre, axis=1) - radius, 0.0
    )
    assert share.sum() * GRID.voxel_volume_cc == pytest.approx(4 / 3 * np.pi * radius**3 / 1000, rel=0.01)
    assert share.min() >= 0
    assert share.max() <= 1


def test_a_plane_through_the_middle_of_a_voxel_halves_it() -> None:
    share = occupancy(GRID, positions(GRID), lambda points: points[:, 0] - (-17.5 + 5 * 0.9), 0.0)
    assert share[0, 0, 5] == 0.5
    assert share[0, 0, 4] == 1.0
    assert share[0, 0, 6] == 0.0
