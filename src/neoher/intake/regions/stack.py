"""Planes of a region, each at its own position, stacked to one regular lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.intake.regions.placement import LARGEST_LATTICE_VOXELS, Lattice
from neoher.volume.grid import Grid

__all__ = ["Plane", "stack"]

EVEN_STEPS = 0.05
"""How far, in steps, a plane may lie off the even sequence of planes."""
SIDEWAYS_MM = 0.05
"""How far planes may be shifted against each other within their plane."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane: the centre of its first pixel, LPS mm, and which of its pixels are inside."""

    first_pixel_mm: NDArray[np.float64]
    inside: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PlaneShape:
    """What all planes share: unit vectors of the rising row and column index, and the spacing along them."""

    rising: NDArray[np.float64]
    spacing_mm: tuple[float, float]
    slice_spacing_mm: float | None
    thickness_mm: float | None


def stack(planes: Sequence[Plane], shape: PlaneShape, grid: Grid, where: str) -> Lattice:
    """One lattice of all planes; where the object has no plane, nothing is inside.

    The step between planes is the stated spacing when the planes lie on its multiples; else the image's
    own slice spacing when all lie on the image's slices and are no thicker; else the smallest distance
    between two planes; for a single plane its thickness or the image's slice spacing. So a region drawn
    on a few slices stays on those slices, and planes wider apart than the image's slices keep their width.

    Raises: RegionError when planes are shifted sideways or lie unevenly, two different planes lie at one
    place, or the stack is too large.
    """
    normal = np.cross(shape.rising[1], shape.rising[0])
    first = np.array([plane.first_pixel_mm for plane in planes])
    depth = first @ normal
    sideways = (first - first[0]) - np.outer(depth - depth[0], normal)
    if np.abs(sideways).max() > SIDEWAYS_MM:
        raise RegionError(
            "its frames do not stand straight above each other; such a stack is not read.", where=where
        )
    start = int(depth.argmin())
    distance = depth - depth[start]
    step = _step(distance, shape, grid, normal, first, where)
    place = np.rint(distance / step).astype(np.int64)
    count = int(place.max()) + 1
    rows, columns = planes[0].inside.shape
    if count * rows * columns > LARGEST_LATTICE_VOXELS:
        raise RegionError(f"its {count:,} planes of {rows} x {columns} are too many.", where=where)
    inside = np.zeros((count, rows, columns), dtype=np.bool_)
    filled: set[int] = set()
    for at, plane in zip(place.tolist(), planes, strict=True):
        if at in filled and not np.array_equal(inside[at], plane.inside):
            raise RegionError("two different frames of the segment lie at the same place.", where=where)
        inside[at] = plane.inside
        filled.add(at)
    to_patient = np.eye(4)
    to_patient[:3, 0] = normal * step
    to_patient[:3, 1] = shape.rising[0] * shape.spacing_mm[0]
    to_patient[:3, 2] = shape.rising[1] * shape.spacing_mm[1]
    to_patient[:3, 3] = first[start]
    return Lattice(inside, to_patient)


def _step(
    distance: NDArray[np.float64],
    shape: PlaneShape,
    grid: Grid,
    normal: NDArray[np.float64],
    first: NDArray[np.float64],
    where: str,
) -> float:
    """Distance in mm between neighbouring planes."""
    gaps = np.diff(np.unique(np.round(distance, 3)))
    slice_mm = _image_slice_spacing(normal, grid)
    candidates = [shape.slice_spacing_mm]
    if slice_mm is not None and _on_image_slices(first, grid):
        thick = shape.thickness_mm if shape.thickness_mm is not None else np.inf
        candidates.append(slice_mm if thick <= slice_mm * 1.01 else None)
    candidates.append(float(gaps.min()) if gaps.size else shape.thickness_mm)
    candidates.append(slice_mm if not gaps.size else None)
    for candidate in candidates:
        if candidate is None or candidate < 1e-3:
            continue
        steps = distance / candidate
        whole = np.rint(steps)
        if np.abs(steps - whole).max() <= EVEN_STEPS:
            return float(distance @ whole / (whole @ whole)) if whole.any() else candidate
    if not gaps.size:
        raise RegionError("its only frame states no thickness.", where=where)
    raise RegionError("its frames are not evenly spaced and do not lie on the image's slices.", where=where)


def _image_slice_spacing(normal: NDArray[np.float64], grid: Grid) -> float | None:
    """The image's slice spacing when its slices are parallel to the planes."""
    parallel = abs(float(normal @ np.asarray(grid.axes[0]))) > 0.9999
    return grid.spacing_mm[0] if parallel else None


def _on_image_slices(first: NDArray[np.float64], grid: Grid) -> bool:
    slices = grid.to_index(first)[:, 0]
    return bool(np.abs(slices - np.rint(slices)).max() <= EVEN_STEPS)
