"""What every tumour is to a scanner: a place, an edge, a rim and a texture; and several of them as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Disease", "Together", "TumourShape"]

Array = NDArray[np.float64]
_NOWHERE_MM = 1000.0


class TumourShape(Protocol):
    """A tumour as it is at one visit. Points are LPS mm, shape (n, 3)."""

    @property
    def centre_mm(self) -> Array:
        """About its middle."""

    @property
    def reach_mm(self) -> float:
        """No part of it lies further from its centre; 0 for no tumour at all."""

    def distance(self, points_mm: Array) -> Array:
        """Signed distance to the surface in mm, about; negative inside; far away only that it is far."""

    def depth_share(self, points_mm: Array) -> Array:
        """0 at the surface, 1 in the core: what makes a rim."""

    def texture(self, points_mm: Array) -> Array:
        """A field of mean 0 and variance 1 that moves with the tissue: how uptake differs inside."""


class Disease(Protocol):
    """A tumour at baseline, from which every later visit's follows."""

    @property
    def centre_mm(self) -> Array:
        """About its middle."""

    @property
    def radius_mm(self) -> float:
        """Radius of a ball that is about as large."""

    def at(self, scale: float) -> TumourShape:
        """The tumour with a linear size of `scale` against baseline; 0: it is gone."""


@dataclass(frozen=True, slots=True)
class Together:
    """Several shapes as one; none of them is no tumour at all."""

    centre_mm: Array
    parts: Sequence[TumourShape]

    @property
    def reach_mm(self) -> float:
        """To the farthest part's farthest point."""
        return max(
            (float(np.linalg.norm(part.centre_mm - self.centre_mm)) + part.reach_mm for part in self.parts),
            default=0.0,
        )

    def distance(self, points_mm: Array) -> Array:
        """To the nearest part."""
        nearest = np.full(len(points_mm), _NOWHERE_MM)
        for part in self.parts:
            nearest = np.minimum(nearest, part.distance(points_mm))
        return nearest

    def depth_share(self, points_mm: Array) -> Array:
        """Of the part in which a point lies."""
        return self._of_nearest([part.depth_share(points_mm) for part in self.parts], points_mm)

    def texture(self, points_mm: Array) -> Array:
        """Of the part in which a point lies, or of the nearest."""
        return self._of_nearest([part.texture(points_mm) for part in self.parts], points_mm)

    def _of_nearest(self, values: list[Array], points_mm: Array) -> Array:
        if not values:
            return np.zeros(len(points_mm))
        nearest = np.argmin([part.distance(points_mm) for part in self.parts], axis=0)
        chosen: Array = np.take_along_axis(np.stack(values), nearest[None, :], axis=0)[0]
        return chosen
