"""Diameters: the longest lines across a set of voxels.

A diameter runs between the centres of the two voxels furthest apart, plus one voxel's extent along that line
(the length of the line inside a voxel that it crosses through the centre). Of several equally distant pairs
the one with the longest extent is taken. A single voxel has its largest in-plane spacing as its diameter in
plane, and its largest spacing as its diameter in space.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

from neoher.volume.grid import Grid, Vector

__all__ = ["Diameter", "longest_3d", "longest_in_plane", "perpendicular_to"]

ROWS_AT_ONCE = 512

EQUAL = 1e-9
"""Relative difference below which two distances count as equal."""


@dataclass(frozen=True, slots=True)
class Diameter:
    """A length with its two ends in the patient, so that it can be drawn."""

    length_mm: float
    ends_mm: tuple[Vector, Vector]
    """The two ends, LPS mm; they lie `length_mm` apart."""
    slice_index: int | None
    """Slice of the array that holds the whole line; None for a diameter in space."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line between two voxel centres; positions in mm along the array's axes."""

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    direction: NDArray[np.float64]
    """Unit vector from first to second; where they are one voxel, the direction its extent is taken in."""
    extent_mm: float
    """One voxel's extent along the line."""

    @property
    def centre_distance_mm(self) -> float:
        return float(np.linalg.norm(self.second - self.first))

    def longer_than(self, other: _Line) -> bool:
        """Further between centres; where these are equal, with the longer extent."""
        slack = EQUAL * max(self.centre_distance_mm, other.centre_distance_mm)
        if abs(self.centre_distance_mm - other.centre_distance_mm) > slack:
            return self.centre_distance_mm > other.centre_distance_mm
        return self.extent_mm > other.extent_mm


def longest_in_plane(voxels: NDArray[np.int64], grid: Grid) -> Diameter:
    """The longest diameter within one acquired slice, over all slices.

    Parameters: `voxels`, indices (slice, row, column) in array order, shape (n, 3), at least one.
    """
    slices, starts = np.unique(voxels[:, 0], return_index=True)
    parts = np.split(voxels, starts[1:])
    candidates = [
        (_longest_line(part, grid, single_axes=(1, 2)), int(index))
        for part, index in zip(parts, slices, strict=True)
    ]
    best, where = candidates[0]
    for line, index in candidates[1:]:
        if line.longer_than(best):
            best, where = line, index
    return _diameter(best, grid, where)


def longest_3d(voxels: NDArray[np.int64], grid: Grid) -> Diameter:
    """The longest diameter in space.

    Parameters: `voxels`, indices (slice, row, column) in array order, shape (n, 3), at least one.
    """
    return _diameter(_longest_line(voxels, grid, single_axes=(0, 1, 2)), grid, None)


def perpendicular_to(longest: Diameter, voxels: NDArray[np.int64], grid: Grid) -> Diameter:
    """The longest line perpendicular to an in-plane diameter, in its slice.

    The longest perpendicular chord of the convex outline of the voxel centres in that slice, plus one voxel's
    extent along it: like the longest diameter, it may cross a gap in the region.
    Parameters: `longest`, made by longest_in_plane from the same `voxels`.
    """
    spacing = np.array(grid.spacing_mm)
    ends = grid.to_index(np.array(longest.ends_mm)) * spacing
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    across = np.array([0.0, -along[2], along[1]])
    part = voxels[voxels[:, 0] == longest.slice_index]
    outline = part[_outermost(part)] * spacing
    place, low, high = _longest_chord(outline @ along, outline @ across)
    # The outline lies in one slice, so these two directions and the slice's position give every point of it.
    origin = np.array([outline[0, 0], 0.0, 0.0]) + place * along
    line = _Line(origin + low * across, origin + high * across, across, _extent_along(across, spacing))
    return _diameter(line, grid, longest.slice_index)


def _longest_line(voxels: NDArray[np.int64], grid: Grid, single_axes: tuple[int, ...]) -> _Line:
    """The longest line between voxels; a single voxel is measured along its widest axis of `single_axes`."""
    spacing = np.array(grid.spacing_mm)
    centres = voxels[_outermost(voxels)] * spacing
    if len(centres) == 1:
        direction = np.zeros(3)
        direction[max(single_axes, key=lambda axis: grid.spacing_mm[axis])] = 1.0
        return _Line(centres[0], centres[0], direction, float(spacing @ direction))
    best: _Line | None = None
    for first, second in _furthest_pairs(centres):
        direction = (second - first) / np.linalg.norm(second - first)
        line = _Line(first, second, direction, _extent_along(direction, spacing))
        if best is None or line.longer_than(best):
            best = line
    assert best is not None  # two or more centres have a furthest pair
    return best


def _outermost(voxels: NDArray[np.int64]) -> NDArray[np.intp]:
    """Places in `voxels` of the corners of their convex hull; in order around it where they lie in a plane.

    The hull of the indices has the same corners as the hull in mm. Sets that fill no space (one voxel, a
    line, a plane at any angle) are solved along as many axes as tell their voxels apart.
    """
    row_starts = np.ones(len(voxels), dtype=np.bool_)
    row_starts[1:] = (voxels[1:, :2] != voxels[:-1, :2]).any(axis=1)
    row_ends = np.append(row_starts[1:], True)
    # Only the two ends of a row of voxels can be corners.
    places = np.flatnonzero(row_starts | row_ends)
    offsets = (voxels[places] - voxels[0]).astype(np.float64)
    rank = int(np.linalg.matrix_rank(offsets))
    if rank == 0:
        return places[:1]
    axes = next(
        list(axes) for axes in combinations(range(3), rank) if np.linalg.matrix_rank(offsets[:, axes]) == rank
    )
    if rank == 1:
        along = offsets[:, axes[0]]
        return places[[int(along.argmin()), int(along.argmax())]]
    return places[ConvexHull(offsets[:, axes]).vertices]


def _furthest_pairs(
    centres: NDArray[np.float64],
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """All pairs of the greatest distance, a block of rows at a time to keep memory small."""
    furthest = 0.0
    pairs: list[tuple[float, int, int]] = []
    for start in range(0, len(centres), ROWS_AT_ONCE):
        distances = cdist(centres[start : start + ROWS_AT_ONCE], centres[start:])
        furthest = max(furthest, float(distances.max()))
        rows, columns = np.nonzero(distances >= furthest * (1 - EQUAL))
        pairs += [
            (float(distances[row, column]), start + int(row), start + int(column))
            for row, column in zip(rows, columns, strict=True)
            if row < column
        ]
    return [(centres[i], centres[j]) for distance, i, j in pairs if distance >= furthest * (1 - EQUAL)]


def _longest_chord(along: NDArray[np.float64], across: NDArray[np.float64]) -> tuple[float, float, float]:
    """The longest chord of a convex outline in direction `across`: its place along, its two ends across.

    `along`, `across`: coordinates of the corners in order around the outline. The chord's length is concave
    between corners, so the longest one passes through a corner.
    """
    best = (float(along[0]), float(across[0]), float(across[0]))
    for place in along:
        at_place = list(across[along == place])
        for i in range(len(along)):
            start, stop = along[i - 1], along[i]
            if min(start, stop) <= place <= max(start, stop) and start != stop:
                share = (place - start) / (stop - start)
                at_place.append(across[i - 1] + share * (across[i] - across[i - 1]))
        low, high = float(min(at_place)), float(max(at_place))
        if high - low > best[2] - best[1]:
            best = (float(place), low, high)
    return best


def _extent_along(direction: NDArray[np.float64], spacing: NDArray[np.float64]) -> float:
    """Length within a voxel of the line through its centre in `direction` (unit vector), in mm."""
    crossed = np.abs(direction) > 1e-12
    return float((spacing[crossed] / np.abs(direction[crossed])).min())


def _diameter(line: _Line, grid: Grid, slice_index: int | None) -> Diameter:
    reach = line.direction * (line.extent_mm / 2)
    ends = np.stack([line.first - reach, line.second + reach]) / np.array(grid.spacing_mm)
    first, second = ((float(x), float(y), float(z)) for x, y, z in grid.to_patient(ends))
    return Diameter(line.centre_distance_mm + line.extent_mm, (first, second), slice_index)
