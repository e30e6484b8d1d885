"""Putting a region that has a grid of its own on the grid of an image, by geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.volume.grid import Grid

__all__ = ["LARGEST_LATTICE_VOXELS", "Lattice", "Placement", "place"]

LARGEST_LATTICE_VOXELS = 2**29
"""A region with more voxels than this is refused (about 2,000 frames of 512 x 512)."""
ALIGNED_VOXELS = 0.05
"""Offset, in voxels, up to which two grids are taken as one: nearest neighbours are the same voxels."""
DRIFT_VOXELS = 0.1
"""How far two grids may drift apart over the region's whole extent and still be taken as one."""
HALF_PIXEL = 0.52
"""Half a pixel and a little: some programs write a pixel's corner where its centre is asked for."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A region as its own object holds it: a regular lattice of voxels, in any order and direction of axes.

    `inside`: shape (a, b, c). `to_patient`: 4 x 4 matrix from index (a, b, c, 1) to LPS mm.
    """

    inside: NDArray[np.bool_]
    to_patient: NDArray[np.float64]

    @property
    def volume_cc(self) -> float:
        """Volume of the region before it is put on another grid."""
        voxel_cc = abs(float(np.linalg.det(self.to_patient[:3, :3]))) / 1000.0
        return int(np.count_nonzero(self.inside)) * voxel_cc


@dataclass(frozen=True, slots=True)
class Placement:
    """The region on the image's grid, shape (slices, rows, columns), and what a reader must know of it."""

    inside: NDArray[np.bool_]
    warnings: tuple[tuple[str, str], ...]


def place(lattice: Lattice, grid: Grid, where: str) -> Placement:
    """Put the region on the image's grid.

    The voxels are copied by index when both grids are one lattice: parallel axes (in any order and
    direction), equal spacing, offset by whole voxels. They are copied by index too, with a warning
    (`region-offset-half-pixel`), when the matrix in the image's plane is the same and the offset there is
    at most half a pixel: such frames are the image's own pixels, written with the pixel's corner as its
    position. In all other cases each voxel of the image takes the value of the region's nearest voxel,
    with a warning (`region-resampled`).

    Raises: RegionError when the region is empty, its geometry is degenerate, or it lies beside the image.
    Warns: also `region-cut`, when a part of the region lies beside the image.
    """
    total = int(np.count_nonzero(lattice.inside))
    if total == 0:
        raise RegionError("the region is empty: no voxel is marked.", where=where)
    relative = _relative(lattice, grid, where)
    order = _aligned_axes(relative, lattice.inside.shape)
    base = None if order is None else _aligned_base(relative, order, lattice.inside.shape, grid)
    if order is None or base is None:
        return _resampled(lattice, grid, relative, where)
    inside, kept = _copied(lattice.inside, order, relative, base, grid)
    if kept == 0:
        raise _beside_the_image(where)
    warnings = _half_pixel_warning(relative[:3, 3] - base, grid) + _cut_warning(total - kept, total)
    return Placement(inside, warnings)


def _relative(lattice: Lattice, grid: Grid, where: str) -> NDArray[np.float64]:
    """4 x 4 matrix from the lattice's index to the image's index."""
    matrix = np.asarray(lattice.to_patient, dtype=np.float64)
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.isfinite(matrix).all() or lengths.min() < 1e-6 or np.abs(matrix).max() > 1e7:
        raise RegionError("the region's position or spacing is not a usable number.", where=where)
    if abs(float(np.linalg.det(matrix[:3, :3] / lengths))) < 1e-3:
        raise RegionError("the region's axes do not span space.", where=where)
    relative: NDArray[np.float64] = np.linalg.inv(grid.affine()) @ matrix
    return relative


def _aligned_axes(relative: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """For each image axis the lattice axis that runs along it voxel by voxel; None when none does."""
    steps = relative[:3, :3]
    nearest = np.rint(steps)
    if not (np.abs(nearest).sum(axis=0) == 1).all() or not (np.abs(nearest).sum(axis=1) == 1).all():
        return None
    drift = np.abs(steps - nearest) @ (np.asarray(shape, dtype=np.float64) - 1)
    if drift.max() > DRIFT_VOXELS:
        return None
    first, second, third = (int(axis) for axis in np.abs(nearest).argmax(axis=1))
    return first, second, third


def _aligned_base(
    relative: NDArray[np.float64], order: tuple[int, int, int], shape: tuple[int, ...], grid: Grid
) -> NDArray[np.float64] | None:
    """The image index (whole numbers) of the lattice's voxel (0, 0, 0); None when the grids are not one."""
    offset = relative[:3, 3]
    base = np.rint(offset)
    if np.abs(offset - base).max() <= ALIGNED_VOXELS:
        return base
    if abs(offset[0] - base[0]) > ALIGNED_VOXELS:
        return None
    for axis in (1, 2):
        if shape[order[axis]] != grid.shape[axis]:
            return None
        rises = relative[axis, order[axis]] > 0
        base[axis] = 0 if rises else grid.shape[axis] - 1
    return base if np.abs(offset - base)[1:].max() <= HALF_PIXEL else None


def _copied(
    inside: NDArray[np.bool_],
    order: tuple[int, int, int],
    relative: NDArray[np.float64],
    base: NDArray[np.float64],
    grid: Grid,
) -> tuple[NDArray[np.bool_], int]:
    """The region copied voxel by voxel, and how many of its voxels lie on the image."""
    turned = inside.transpose(order)
    target: list[slice] = []
    taken: list[slice] = []
    for axis in range(3):
        count = turned.shape[axis]
        start = int(base[axis])
        if relative[axis, order[axis]] < 0:
            turned = np.flip(turned, axis)
            start -= count - 1
        low, high = max(start, 0), min(start + count, grid.shape[axis])
        target.append(slice(low, max(high, low)))
        taken.append(slice(low - start, max(high, low) - start))
    placed = np.zeros(grid.shape, dtype=np.bool_)
    if all(span.stop > span.start for span in target):
        placed[target[0], target[1], target[2]] = turned[taken[0], taken[1], taken[2]]
    return placed, int(np.count_nonzero(placed))


def _resampled(lattice: Lattice, grid: Grid, relative: NDArray[np.float64], where: str) -> Placement:
    """Each image voxel takes the value of the lattice voxel in which its centre lies."""
    placed = np.zeros(grid.shape, dtype=np.bool_)
    low, high = _reach(lattice, grid, relative)
    back = np.linalg.inv(relative)
    size = np.asarray(lattice.inside.shape)
    row, column = np.meshgrid(np.arange(low[1], high[1]), np.arange(low[2], high[2]), indexing="ij")
    for slice_index in range(low[0], high[0]):
        # floor(x + 0.5), not rint: a centre between two voxels must always go the same way.
        place_in_plane = [
            np.floor(back[axis, 0] * slice_index + back[axis, 1] * row + back[axis, 2] * column
                     + back[axis, 3] + 0.5 + 1e-6).astype(np.int64)
            for axis in range(3)
        ]  # fmt: skip
        valid = np.logical_and.reduce(
            [(index >= 0) & (index < count) for index, count in zip(place_in_plane, size, strict=True)]
        )
        a, b, c = (index[valid] for index in place_in_plane)
        plane = np.zeros(row.shape, dtype=np.bool_)
        plane[valid] = lattice.inside[a, b, c]
        placed[slice_index, low[1] : high[1], low[2] : high[2]] = plane
    outside, total = _voxels_beside_the_image(lattice, grid, relative)
    if not placed.any() and outside == total:
        raise _beside_the_image(where)
    if not placed.any():
        raise RegionError(
            "the region holds no voxel's centre of this image: it is smaller than a voxel.", where=where
        )
    after_cc = int(np.count_nonzero(placed)) * grid.voxel_volume_cc
    message = (
        "the region has a grid of its own; each voxel of the image took the value of the region's nearest "
        f"voxel ({lattice.volume_cc:.4g} cc before, {after_cc:.4g} cc on the image)."
    )
    return Placement(placed, (("region-resampled", message), *_cut_warning(outside, total)))


def _reach(
    lattice: Lattice, grid: Grid, relative: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and one past the last image index, per axis, that the region's voxels can touch."""
    spans = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        hit = np.flatnonzero(lattice.inside.any(axis=others))
        spans.append((float(hit[0]) - 0.5, float(hit[-1]) + 0.5))
    corners = np.array([[a, b, c, 1.0] for a in spans[0] for b in spans[1] for c in spans[2]])
    reach = (corners @ relative.T)[:, :3]
    size = np.asarray(grid.shape, dtype=np.float64)
    low = np.clip(np.floor(reach.min(axis=0)), 0, size).astype(np.int64)
    high = np.clip(np.ceil(reach.max(axis=0)) + 1, 0, size).astype(np.int64)
    return low, high


def _voxels_beside_the_image(lattice: Lattice, grid: Grid, relative: NDArray[np.float64]) -> tuple[int, int]:
    """How many of the region's voxel centres lie beside the image, and how many there are."""
    size = np.asarray(grid.shape, dtype=np.float64)
    outside = total = 0
    for a, plane in enumerate(lattice.inside):
        b, c = np.nonzero(plane)
        index = np.stack([np.full(b.size, a), b, c], axis=1) @ relative[:3, :3].T + relative[:3, 3]
        outside += int(((index < -0.5 - 1e-6) | (index > size - 0.5 + 1e-6)).any(axis=1).sum())
        total += b.size
    return outside, total


def _half_pixel_warning(offset_voxels: NDArray[np.float64], grid: Grid) -> tuple[tuple[str, str], ...]:
    if np.abs(offset_voxels).max() <= ALIGNED_VOXELS:
        return ()
    rows_mm, columns_mm = (float(offset_voxels[axis]) * grid.spacing_mm[axis] for axis in (1, 2))
    message = (
        "the region's frames have the image's own matrix but are written "
        f"{rows_mm:+.4f} mm along the rows' index and {columns_mm:+.4f} mm along the columns' index beside "
        "its pixels, half a pixel or less: they were taken as the image's own pixels."
    )
    return (("region-offset-half-pixel", message),)


def _cut_warning(outside: int, total: int) -> tuple[tuple[str, str], ...]:
    if outside == 0:
        return ()
    message = f"{outside:,} of the region's {total:,} voxels lie beside the image and are left out."
    return (("region-cut", message),)


def _beside_the_image(where: str) -> RegionError:
    return RegionError(
        "the region lies wholly beside the image.",
        where=where,
        remedy="Check that the region and the image are of the same patient and examination.",
    )
