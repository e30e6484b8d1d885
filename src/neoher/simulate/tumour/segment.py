"""Non-mass enhancement: clumps that fill a segment of the breast, a cone whose tip points at the nipple."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.random_field import RandomField
from neoher.simulate.tumour.shape import Together, TumourShape

__all__ = ["Segment", "SegmentNow"]

Array = NDArray[np.float64]

_CLUMP_MM = 2.0
"""Standard deviation of the smoothing that makes the clumps: they are about three times as wide."""
_FILLED = 0.56
"""Share of the segment that the clumps fill at baseline."""
_MM_PER_UNIT = 0.6 * _CLUMP_MM
"""From the clumps' field to a distance: its slope is 1.22 / _CLUMP_MM on average, more in places."""
_RIM_MM = 3.0


@dataclass(frozen=True)
class Segment:
    """Geometry at baseline."""

    tip_mm: Array
    """The cone's tip, towards the nipple."""
    axis: Array
    """Unit vector from the tip into the breast."""
    length_mm: float
    half_angle: float
    """In radians."""
    clumps: RandomField = field(repr=False)
    texture: RandomField = field(repr=False)

    @classmethod
    def random(cls, random: np.random.Generator, centre_mm: Array, radius_mm: float) -> Segment:
        """A segment about `centre_mm` that reaches about as far as a mass of `radius_mm`."""
        length = 2.9 * radius_mm
        # Anterior is towards -y, where the nipple is.
        axis = np.array([random.uniform(-0.25, 0.25), 1.0, random.uniform(-0.25, 0.25)])
        axis /= np.linalg.norm(axis)
        return cls(
            tip_mm=centre_mm - axis * length / 2,
            axis=axis,
            length_mm=length,
            half_angle=float(random.uniform(0.40, 0.50)),
            clumps=RandomField(random, centre_mm, 2 * radius_mm, _CLUMP_MM),
            texture=RandomField(random, centre_mm, 2 * radius_mm, 1.6),
        )

    @property
    def centre_mm(self) -> Array:
        """Middle of the axis."""
        return np.asarray(self.tip_mm + self.axis * self.length_mm / 2)

    @property
    def radius_mm(self) -> float:
        """Radius of a mass that reaches about as far."""
        return self.length_mm / 2.9

    def at(self, scale: float) -> TumourShape:
        """The segment with fewer and thinner clumps; its outline hardly changes as it empties."""
        return SegmentNow(self, scale) if scale > 0 else Together(self.centre_mm, ())


@dataclass(frozen=True, slots=True)
class SegmentNow:
    """The segment at one visit."""

    segment: Segment
    scale: float
    """Cube root of the volume against baseline, above 0, up to 1.2."""

    @property
    def centre_mm(self) -> Array:
        """Middle of the axis."""
        return self.segment.centre_mm

    @property
    def reach_mm(self) -> float:
        """To the cone's rim."""
        half = self.segment.length_mm / 2
        return float(np.hypot(half, 2 * half * np.tan(self.segment.half_angle)))

    def distance(self, points_mm: Array) -> Array:
        """Signed distance to the clumps' surface in mm, about; negative inside."""
        cone = self._outline(points_mm)
        result: Array = cone + 1.0
        near = cone < 3.0
        if near.any():
            filled = min(_FILLED * self.scale**3, 0.98)
            threshold = NormalDist().inv_cdf(1.0 - filled)
            clumps = (threshold - self.segment.clumps(points_mm[near])) * _MM_PER_UNIT
            result[near] = np.maximum(cone[near], clumps)
        return result

    def depth_share(self, points_mm: Array) -> Array:
        """0 at a clump's surface, 1 from 3 mm below it."""
        return np.clip(-self.distance(points_mm) / _RIM_MM, 0.0, 1.0)

    def texture(self, points_mm: Array) -> Array:
        """That of the tissue: a segment does not shrink together."""
        return self.segment.texture(points_mm)

    def _outline(self, points_mm: Array) -> Array:
        local = points_mm - self.segment.tip_mm
        along = local @ self.segment.axis
        across = np.linalg.norm(local - along[:, None] * self.segment.axis, axis=1)
        angle = self.segment.half_angle
        side = across * np.cos(angle) - along * np.sin(angle)
        return np.asarray(np.maximum(side, np.maximum(along - self.segment.length_mm, -along)))
