"""A tumour: an irregular, lobulated mass with short spicules, at each visit smaller than before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.random_field import RandomField

__all__ = ["Tumour"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Tumour:
    """Geometry of the mass at baseline; `scale` shrinks it about its centre at later visits."""

    centre_mm: Array
    semi_axes_mm: Array
    rotation: Array
    """3 x 3: rows are the mass's own axes in LPS."""
    spicules: Array
    """Unit directions, shape (n, 3)."""
    lobulation: RandomField = field(repr=False)
    texture: RandomField = field(repr=False)

    @classmethod
    def random(cls, random: np.random.Generator, centre_mm: Array, radius_mm: float) -> Tumour:
        """A mass whose volume is about that of a ball of `radius_mm`."""
        shape = np.exp(random.normal(0.0, 0.16, 3))
        semi_axes = radius_mm * shape / np.prod(shape) ** (1 / 3)
        rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
        spicules = random.normal(size=(random.integers(5, 9), 3))
        return cls(
            centre_mm=centre_mm,
            semi_axes_mm=semi_axes,
            rotation=rotation,
            spicules=spicules / np.linalg.norm(spicules, axis=1, keepdims=True),
            lobulation=RandomField(random, centre_mm, 3 * radius_mm, 0.38 * radius_mm),
            texture=RandomField(random, centre_mm, 3 * radius_mm, 0.16 * radius_mm),
        )

    @property
    def radius_mm(self) -> float:
        """Radius of the ball of about the same volume at baseline."""
        return float(np.prod(self.semi_axes_mm) ** (1 / 3))

    def distance(self, points_mm: Array, scale: float) -> Array:
        """Signed distance to the surface in mm, about; negative inside. `scale` 0 is no tumour at all."""
        away = np.linalg.norm(points_mm - self.centre_mm, axis=1)
        near = away < 2.2 * self.radius_mm * scale
        result: Array = away + 1.0  # far from the mass only that it is far matters
        if scale > 0 and near.any():
            result[near] = self._near_distance(points_mm[near], scale)
        return result

    def _near_distance(self, points_mm: Array, scale: float) -> Array:
        # Shrinking about the centre is the same as looking at the baseline mass from further away.
        local = (points_mm - self.centre_mm) / scale
        along = local @ self.rotation.T
        radius = np.linalg.norm(along / self.semi_axes_mm, axis=1)
        length = np.linalg.norm(local, axis=1)
        mean_radius = np.where(radius > 0, length / np.maximum(radius, 1e-9), self.radius_mm)
        body = (radius - 1.0) * mean_radius - 0.14 * self.radius_mm * self.lobulation(local + self.centre_mm)
        tips = local @ self.spicules.T
        beside = np.sqrt(np.maximum((local**2).sum(axis=1)[:, None] - tips**2, 0.0))
        thickness = 0.14 * self.radius_mm * np.clip(1.55 - tips / self.radius_mm, 0.0, 0.6)
        beyond = np.maximum(tips - 1.25 * self.radius_mm, 0.3 * self.radius_mm - tips)
        spicule = np.maximum(beside - thickness, beyond).min(axis=1)
        nearest: Array = np.minimum(body, spicule) * scale
        return nearest

    def depth_share(self, points_mm: Array, scale: float) -> Array:
        """0 at the surface, 1 at the centre of the mass: what makes a rim."""
        return np.clip(-self.distance(points_mm, scale) / (scale * self.radius_mm), 0.0, 1.0)
