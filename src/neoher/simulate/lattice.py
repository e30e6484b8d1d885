"""Positions of a grid's voxels and how much of a voxel lies inside a shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid

__all__ = ["SUPERSAMPLING", "occupancy", "positions"]

Array = NDArray[np.float64]
SignedDistance = Callable[[Array], Array]

SUPERSAMPLING = 4
"""Points per voxel and axis at the edge of a shape."""

_CHUNK_VOXELS = 20_000


def positions(grid: Grid) -> Array:
    """LPS positions in mm of all voxel centres, shape (slices, rows, columns, 3)."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1).astype(float)
    return grid.to_patient(index.reshape(-1, 3)).reshape(*grid.shape, 3)


def occupancy(grid: Grid, centres: Array, distance: SignedDistance, reach_mm: float) -> Array:
    """Share of each voxel that lies inside a shape, 0 to 1, shape of the grid.

    Parameters: `centres` as `positions` gives them; `distance` is negative inside the shape, positive
    outside; `reach_mm` bounds its error near the surface. Voxels that the surface may cross are sampled
    SUPERSAMPLING times per axis; the others are wholly in or out.
    """
    flat = centres.reshape(-1, 3)
    at_centre = distance(flat)
    share = (at_centre < 0).astype(float)
    near = np.flatnonzero(np.abs(at_centre) < grid.voxel_diagonal_mm / 2 + reach_mm)
    steps = (np.arange(SUPERSAMPLING) + 0.5) / SUPERSAMPLING - 0.5
    inside_voxel = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    offsets = inside_voxel * np.asarray(grid.spacing_mm) @ np.asarray(grid.axes)
    for start in range(0, near.size, _CHUNK_VOXELS):
        chunk = near[start : start + _CHUNK_VOXELS]
        points = flat[chunk, None, :] + offsets[None, :, :]
        share[chunk] = (distance(points.reshape(-1, 3)).reshape(chunk.size, -1) < 0).mean(axis=1)
    return share.reshape(grid.shape)
