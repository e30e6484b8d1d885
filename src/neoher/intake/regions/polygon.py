"""Closed contours of one plane to voxels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["fill_contours", "partly_overlapping", "without_repeats"]

ON_EDGE_VOXELS = 0.001
"""A voxel centre this near to a contour lies on it: contours are decimal texts of limited length."""


def fill_contours(contours: Sequence[NDArray[np.float64]], rows: int, columns: int) -> NDArray[np.bool_]:
    """The voxels whose centre lies inside the contours of one plane, shape (rows, columns).

    Parameters: `contours`: vertices as continuous (row, column) indices, shape (n, 2) each; the last vertex
    joins the first. They may reach beyond the image.

    A centre is inside when an odd number of contours lies around it: a contour inside another is a hole, and
    the two banks of a keyhole's channel cancel. A centre on a contour belongs to the region, whether outer
    contour or hole: programs that trace masks put the vertices on the centres of the outermost voxels, and
    a traced mask must come back whole.
    """
    start = np.concatenate(contours)
    end = np.concatenate([np.roll(contour, -1, axis=0) for contour in contours])
    toggles = np.zeros((rows, columns + 1), dtype=np.bool_)
    row, column = _crossings(start, end, 0, rows, half_open=True)
    first_inside = np.clip(np.ceil(column), 0, columns).astype(np.int64)
    np.logical_xor.at(toggles, (row, first_inside), True)
    inside: NDArray[np.bool_] = np.logical_xor.accumulate(toggles, axis=1)[:, :columns]
    for along, limits in ((0, (rows, columns)), (1, (columns, rows))):
        at, across = _crossings(start, end, along, limits[0], half_open=False)
        nearest = np.rint(across)
        hit = (np.abs(across - nearest) <= ON_EDGE_VOXELS) & (nearest >= 0) & (nearest < limits[1])
        pair = (at[hit], nearest[hit].astype(np.int64))
        inside[pair if along == 0 else pair[::-1]] = True
    return inside


def _crossings(
    start: NDArray[np.float64], end: NDArray[np.float64], along: int, count: int, *, half_open: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where edges cross the lines of whole numbers 0 … count - 1 of one index, and the other index there.

    `half_open`: a line through a vertex crosses only one of the two edges that meet there, and an edge on
    the line none; otherwise every line that an edge touches is crossed.
    """
    low = np.minimum(start[:, along], end[:, along])
    high = np.maximum(start[:, along], end[:, along])
    if half_open:
        first, stop = np.ceil(low), np.ceil(high)
    else:
        first, stop = np.ceil(low - ON_EDGE_VOXELS), np.floor(high + ON_EDGE_VOXELS) + 1
    first = np.clip(first, 0, count).astype(np.int64)
    stop = np.clip(stop, 0, count).astype(np.int64)
    lines = np.maximum(stop - first, 0)
    edge = np.repeat(np.arange(len(start)), lines)
    line = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(lines) - lines, lines)
    run = end[edge, along] - start[edge, along]
    level = np.abs(run) < 1e-12
    part = np.where(level, 0.0, (line - start[edge, along]) / np.where(level, 1.0, run))
    part = np.clip(part, 0.0, 1.0)
    across = start[edge, 1 - along] + part * (end[edge, 1 - along] - start[edge, 1 - along])
    return line, across


def partly_overlapping(contours: Sequence[NDArray[np.float64]], rows: int, columns: int) -> int:
    """How many voxels lie in two contours of which neither holds the other: inside or not is unsaid."""
    doubtful = np.zeros((rows, columns), dtype=np.bool_)
    boxes = [(contour.min(axis=0), contour.max(axis=0)) for contour in contours]
    for at, one in enumerate(contours):
        for later in range(at + 1, len(contours)):
            if (boxes[at][0] > boxes[later][1]).any() or (boxes[later][0] > boxes[at][1]).any():
                continue
            first = fill_contours([one], rows, columns)
            second = fill_contours([contours[later]], rows, columns)
            both = first & second
            if 0 < int(both.sum()) < min(int(first.sum()), int(second.sum())):
                doubtful |= both
    return int(doubtful.sum())


def without_repeats(contours: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The contours without those that have the same vertices as one before; a repeat would be a hole."""
    seen: set[bytes] = set()
    kept = []
    for contour in contours:
        rounded = np.round(contour, 3) + 0.0
        key = rounded[np.lexsort(rounded.T)].tobytes()
        if key not in seen:
            seen.add(key)
            kept.append(contour)
    return kept
