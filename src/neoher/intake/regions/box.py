"""Boxes as regions: in patient space (LPS, mm) or in voxel indices."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.intake.regions.source import BoxInPatient, BoxOfVoxels
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

__all__ = ["box_region", "voxel_box_region"]

EDGE_TOLERANCE_MM = 1e-4
"""A centre this near to a face counts as inside: positions in DICOM are decimal texts."""


def box_region(from_mm: Vector, to_mm: Vector, grid: Grid, *, name: str = "box") -> Mask:
    """The voxels whose centre lies in the box between two opposite corners, faces included.

    Parameters: `from_mm`, `to_mm`: corners in LPS mm, in any order; the sides run along the patient's axes,
    also where the image is oblique.
    Raises: RegionError when a corner is not a finite number or no voxel centre lies in the box.
    Warns: `region-cut` when the box reaches beyond the image.
    """
    corners = np.array([from_mm, to_mm], dtype=np.float64)
    where = _described(corners)
    if corners.shape != (2, 3) or not np.isfinite(corners).all():
        raise RegionError("the corners of a box are three finite numbers each.", where=where)
    low, high = corners.min(axis=0), corners.max(axis=0)
    reach = grid.to_index(np.array(list(itertools.product(*zip(low, high, strict=True)))))
    size = np.asarray(grid.shape)
    first = np.clip(np.floor(reach.min(axis=0)), 0, size).astype(int)
    last = np.clip(np.ceil(reach.max(axis=0)), -1, size - 1).astype(int)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    row, column = np.meshgrid(*(np.arange(first[axis], last[axis] + 1) for axis in (1, 2)), indexing="ij")
    for slice_index in range(first[0], last[0] + 1):
        index = np.stack([np.full(row.size, slice_index), row.ravel(), column.ravel()], axis=1)
        centre = grid.to_patient(index.astype(np.float64))
        hit = ((centre >= low - EDGE_TOLERANCE_MM) & (centre <= high + EDGE_TOLERANCE_MM)).all(axis=1)
        inside[slice_index, first[1] : last[1] + 1, first[2] : last[2] + 1] = hit.reshape(row.shape)
    if not inside.any():
        raise RegionError(
            "no voxel's centre of this image lies in the box.",
            where=where,
            remedy="The corners are LPS in mm: +x to the patient's left, +y back, +z to the head.",
        )
    cut = bool((reach.min(axis=0) < -0.5 - 1e-6).any() or (reach.max(axis=0) > size - 0.5 + 1e-6).any())
    return Mask(inside, grid, name, where, _cut_warning(cut))


def voxel_box_region(box: BoxOfVoxels, grid: Grid, *, name: str = "box") -> Mask:
    """The voxels from `box.low` to `box.high`, both included; indices are (column, row, slice) from 0.

    Raises: RegionError when the box lies beside the image.
    Warns: `region-cut` when it reaches beyond the image.
    """
    where = str(box)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    size = grid.shape[::-1]
    spans = [slice(max(low, 0), max(high + 1, 0)) for low, high in zip(box.low, box.high, strict=True)]
    inside[spans[2], spans[1], spans[0]] = True
    if not inside.any():
        raise RegionError(
            f"the box lies outside the image of {size[0]} columns, {size[1]} rows and {size[2]} slices.",
            where=where,
            remedy="Indices are column, row, slice and count from 0.",
        )
    cut = min(box.low) < 0 or any(high >= count for high, count in zip(box.high, size, strict=True))
    return Mask(inside, grid, name, where, _cut_warning(cut))


def box_of(source: BoxInPatient | BoxOfVoxels, grid: Grid) -> Mask:
    """The box on the grid, whichever way it was stated."""
    if isinstance(source, BoxOfVoxels):
        return voxel_box_region(source, grid)
    return box_region(source.low_mm, source.high_mm, grid)


def _described(corners: NDArray[np.float64]) -> str:
    return f"box {','.join(format(float(number), '.6g') for number in corners.ravel())} mm (LPS)"


def _cut_warning(cut: bool) -> tuple[tuple[str, str], ...]:
    if not cut:
        return ()
    return (("region-cut", "the box reaches beyond the image; only the part on the image is used."),)
