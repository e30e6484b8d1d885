"""Simple shapes by their signed distance: ellipsoids, tubes; negative inside, mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Vector

__all__ = ["Ellipsoid", "Tube", "union"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid along the patient's axes. Exact for a ball; near the surface close to exact otherwise."""

    centre_mm: Vector
    semi_axes_mm: Vector

    def distance(self, points_mm: Array) -> Array:
        """Signed distance to the surface at positions of shape (..., 3)."""
        scaled = (points_mm - np.asarray(self.centre_mm)) / np.asarray(self.semi_axes_mm)
        radius = np.linalg.norm(scaled, axis=-1)
        if len(set(self.semi_axes_mm)) == 1:
            return np.asarray((radius - 1.0) * self.semi_axes_mm[0])
        # First order: the function's value over the length of its gradient.
        slope = np.linalg.norm(scaled / np.asarray(self.semi_axes_mm), axis=-1)
        near = np.asarray(radius * (radius - 1.0) / np.maximum(slope, 1e-9))
        return np.where(radius > 0, near, -min(self.semi_axes_mm))

    @property
    def volume_cc(self) -> float:
        """Volume in cc."""
        a, b, c = self.semi_axes_mm
        return float(4.0 / 3.0 * np.pi * a * b * c / 1000.0)


@dataclass(frozen=True, slots=True)
class Tube:
    """A tube of one radius around a line through corners."""

    corners_mm: tuple[Vector, ...]
    radius_mm: float

    def distance(self, points_mm: Array) -> Array:
        """Signed distance to the wall at positions of shape (..., 3)."""
        nearest = np.full(points_mm.shape[:-1], np.inf)
        for first, last in zip(self.corners_mm, self.corners_mm[1:], strict=False):
            start = np.asarray(first)
            along = np.asarray(last) - start
            share = np.clip((points_mm - start) @ along / (along @ along), 0.0, 1.0)
            away = np.linalg.norm(points_mm - start - share[..., None] * along, axis=-1)
            nearest = np.minimum(nearest, away)
        return nearest - self.radius_mm


def union(*distances: Array) -> Array:
    """Signed distance to what lies in any of the shapes."""
    return np.asarray(np.minimum.reduce(distances))
