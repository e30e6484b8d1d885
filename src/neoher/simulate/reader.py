"""What a reader would draw: the volume of interest around the mass, and what to leave out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Vector

__all__ = ["BoxMm", "around", "omitting", "volume_of_interest"]

Array = NDArray[np.float64]

MARGIN_MM = 9.0
CLOSE_MARGIN_MM = 3.0
AROUND_VESSEL_MM = 2.5


@dataclass(frozen=True, slots=True)
class BoxMm:
    """A box along the patient's axes, LPS mm."""

    lower: Vector
    upper: Vector

    def holds(self, points_mm: Array) -> NDArray[np.bool_]:
        """Which points lie inside, shape (...)."""
        inside = (points_mm >= np.asarray(self.lower)) & (points_mm <= np.asarray(self.upper))
        return np.asarray(inside.all(axis=-1))


def volume_of_interest(
    centre_mm: Array, radius_mm: float, vessel_mm: Array, vessel_radius_mm: float
) -> BoxMm:
    """A generous box around the baseline mass; it takes in the vessel that passes beside it."""
    reach = 1.55 * radius_mm + MARGIN_MM
    lower, upper = centre_mm - reach, centre_mm + reach
    beside = _beside(lower, upper, vessel_mm)
    pad = vessel_radius_mm + AROUND_VESSEL_MM
    return _box(np.minimum(lower, beside.min(axis=0) - pad), np.maximum(upper, beside.max(axis=0) + pad))


def around(centre_mm: Array, radius_mm: float) -> BoxMm:
    """A box close around a small mass that has no vessel beside it."""
    reach = 1.4 * radius_mm + CLOSE_MARGIN_MM
    return _box(centre_mm - reach, centre_mm + reach)


def omitting(voi: BoxMm, vessel_mm: Array, vessel_radius_mm: float) -> BoxMm:
    """A box around the part of the vessel that runs through the volume of interest, from front to back."""
    lower, upper = np.asarray(voi.lower), np.asarray(voi.upper)
    beside = _beside(lower, upper, vessel_mm)
    pad = vessel_radius_mm + AROUND_VESSEL_MM
    low, high = beside.min(axis=0) - pad, beside.max(axis=0) + pad
    low[1], high[1] = lower[1] - 1.0, upper[1] + 1.0
    return _box(low, high)


def _beside(lower: Array, upper: Array, vessel_mm: Array) -> Array:
    """The points of the vessel that lie within the box from left to right and from front to back."""
    return vessel_mm[((vessel_mm[:, :2] >= lower[:2]) & (vessel_mm[:, :2] <= upper[:2])).all(axis=1)]


def _box(lower: Array, upper: Array) -> BoxMm:
    # A reader's box has whole tenths of a millimetre.
    return BoxMm(_vector(np.round(lower, 1)), _vector(np.round(upper, 1)))


def _vector(values: Array) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])
