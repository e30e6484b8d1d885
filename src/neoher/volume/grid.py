"""Grid: where the voxels of an image lie in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Grid", "Vector"]

Vector: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid of voxels in patient space (LPS, mm): +x to the patient's left, +y back, +z to the head.

    `shape`: number of (slices, rows, columns).
    `spacing_mm`: distance between neighbouring (slices, rows, columns); slices by position, not by thickness.
    `origin_mm`: centre of voxel (0, 0, 0).
    `axes`: unit vectors in which the (slice, row, column) index rises.
    """

    shape: tuple[int, int, int]
    spacing_mm: Vector
    origin_mm: Vector
    axes: tuple[Vector, Vector, Vector]

    @property
    def voxel_volume_cc(self) -> float:
        """Volume of one voxel in cc (mL)."""
        slices, rows, columns = self.spacing_mm
        return slices * rows * columns / 1000.0

    @property
    def voxel_diagonal_mm(self) -> float:
        """Length of a voxel's space diagonal in mm."""
        return float(np.linalg.norm(self.spacing_mm))

    def affine(self) -> NDArray[np.float64]:
        """4 x 4 matrix from (slice, row, column, 1) to LPS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.asarray(self.axes).T * np.asarray(self.spacing_mm)
        matrix[:3, 3] = self.origin_mm
        return matrix

    def to_patient(self, index: NDArray[np.float64]) -> NDArray[np.float64]:
        """LPS positions in mm, shape (n, 3), of continuous (slice, row, column) indices, shape (n, 3)."""
        step = np.asarray(self.axes, dtype=np.float64).T * np.asarray(self.spacing_mm)
        position: NDArray[np.float64] = index @ step.T + np.asarray(self.origin_mm)
        return position

    def to_index(self, position_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Continuous (slice, row, column) indices, shape (n, 3), of LPS positions in mm, shape (n, 3)."""
        inverse = np.linalg.inv(self.affine()[:3, :3])
        index: NDArray[np.float64] = (position_mm - np.asarray(self.origin_mm)) @ inverse.T
        return index

    def matches(self, other: Grid, tolerance_mm: float = 0.01) -> bool:
        """Whether both grids put every voxel at the same place, within the tolerance at each corner."""
        if self.shape != other.shape:
            return False
        top = np.asarray(self.shape, dtype=float) - 1
        corners = np.array([[a, b, c] for a in (0, top[0]) for b in (0, top[1]) for c in (0, top[2])])
        return bool(np.abs(self.to_patient(corners) - other.to_patient(corners)).max() <= tolerance_mm)
