"""A mass: irregular, lobulated, with short spicules; smaller or larger later, or broken into islands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.random_field import RandomField
from neoher.simulate.tumour.shape import Together, TumourShape

__all__ = ["Mass", "MassNow"]

Array = NDArray[np.float64]

_REACH = 1.8
"""No spicule and no lobe goes further than this many radii."""
_ISLANDS_OFF_CENTRE = 0.74
"""Distance of the islands from the mass's centre, in its semi-axes: neighbours then lie apart."""


@dataclass(frozen=True)
class Mass:
    """Geometry of the mass at baseline."""

    centre_mm: Array
    semi_axes_mm: Array
    rotation: Array
    """3 x 3: rows are the mass's own axes in LPS."""
    spicules: Array
    """Unit directions, shape (n, 3)."""
    lobulation: RandomField = field(repr=False)
    texture: RandomField = field(repr=False)

    @classmethod
    def random(cls, random: np.random.Generator, centre_mm: Array, radius_mm: float) -> Mass:
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

    def at(self, scale: float) -> TumourShape:
        """The mass, shrunken or grown about its centre."""
        return MassNow(self, scale, self.centre_mm) if scale > 0 else Together(self.centre_mm, ())

    def broken(self, islands: int, scale: float) -> TumourShape:
        """What is left of the mass: 2 to 6 islands apart inside its outline, each a copy of `scale`."""
        directions = np.concatenate([np.eye(3), -np.eye(3)])[[0, 4, 2, 3, 1, 5][:islands]]
        offsets = _ISLANDS_OFF_CENTRE * (directions * self.semi_axes_mm) @ self.rotation
        return Together(self.centre_mm, [MassNow(self, scale, self.centre_mm + one) for one in offsets])

    def distance_at_baseline(self, local_mm: Array) -> Array:
        """Signed distance in mm, about, of points relative to the mass's centre, shape (n, 3)."""
        along = local_mm @ self.rotation.T
        radius = np.linalg.norm(along / self.semi_axes_mm, axis=1)
        length = np.linalg.norm(local_mm, axis=1)
        mean_radius = np.where(radius > 0, length / np.maximum(radius, 1e-9), self.radius_mm)
        lobes = self.lobulation(local_mm + self.centre_mm)
        body = (radius - 1.0) * mean_radius - 0.14 * self.radius_mm * lobes
        tips = local_mm @ self.spicules.T
        beside = np.sqrt(np.maximum((local_mm**2).sum(axis=1)[:, None] - tips**2, 0.0))
        thickness = 0.14 * self.radius_mm * np.clip(1.55 - tips / self.radius_mm, 0.0, 0.6)
        beyond = np.maximum(tips - 1.25 * self.radius_mm, 0.3 * self.radius_mm - tips)
        spicule = np.maximum(beside - thickness, beyond).min(axis=1)
        nearest: Array = np.minimum(body, spicule)
        return nearest


@dataclass(frozen=True, slots=True)
class MassNow:
    """A copy of the mass at another size and place."""

    mass: Mass
    scale: float
    """Linear size against baseline, above 0."""
    centre_mm: Array

    @property
    def reach_mm(self) -> float:
        """No part lies further from the centre."""
        return _REACH * self.mass.radius_mm * self.scale

    def distance(self, points_mm: Array) -> Array:
        """Signed distance to the surface in mm, about; negative inside."""
        away = np.linalg.norm(points_mm - self.centre_mm, axis=1)
        near = away < 2.2 * self.mass.radius_mm * self.scale
        result: Array = away + 1.0  # far from the mass only that it is far matters
        if near.any():
            result[near] = self.mass.distance_at_baseline(self._at_baseline(points_mm[near])) * self.scale
        return result

    def depth_share(self, points_mm: Array) -> Array:
        """0 at the surface, 1 at the centre of the mass."""
        return np.clip(-self.distance(points_mm) / (self.scale * self.mass.radius_mm), 0.0, 1.0)

    def texture(self, points_mm: Array) -> Array:
        """That of the same place at baseline."""
        return self.mass.texture(self._at_baseline(points_mm) + self.mass.centre_mm)

    def _at_baseline(self, points_mm: Array) -> Array:
        # Shrinking about the centre is the same as looking at the baseline mass from further away.
        return np.asarray((points_mm - self.centre_mm) / self.scale)
