"""Mask: a region on a grid, with where it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid

__all__ = ["Mask"]


@dataclass(frozen=True, slots=True)
class Mask:
    """Voxels that belong to a region. `inside`: bool, shape (slices, rows, columns)."""

    inside: NDArray[np.bool_]
    grid: Grid
    name: str
    source: str
    """Where the region came from, for a reader: 'SEG segment 1 (Breast)', 'box in case.yaml'."""
    warnings: tuple[tuple[str, str], ...] = ()
    """(code, message) of what a reader must know about how the region was put on the grid."""

    @property
    def voxels(self) -> int:
        """Number of voxels inside."""
        return int(np.count_nonzero(self.inside))

    @property
    def volume_cc(self) -> float:
        """Volume inside in cc (mL)."""
        return self.voxels * self.grid.voxel_volume_cc

    def bounding_box(self) -> tuple[slice, slice, slice] | None:
        """The smallest grid-aligned box around the region as slices of the array; None when it is empty."""
        spans = []
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            hit = np.flatnonzero(self.inside.any(axis=others))
            if hit.size == 0:
                return None
            spans.append(slice(int(hit[0]), int(hit[-1]) + 1))
        return spans[0], spans[1], spans[2]
