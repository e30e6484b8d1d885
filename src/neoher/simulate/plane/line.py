"""A length on a plane image: two points in pixels and how long the line between them truly is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

__all__ = ["Line", "Pixel", "farthest_apart"]

Array = NDArray[np.float64]
Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One length on one image."""

    image: str
    """File, relative to the case."""
    lesion: str
    what: str
    """mass, calcifications, short axis, cortex …"""
    view: str
    start: Pixel
    """Column and row, counted from 0 at the centre of the first pixel."""
    end: Pixel
    true_mm: float
    """In the body."""
    stated_mm: float | None
    """What the image's own statements make of it: longer than the truth on a detector, None uncalibrated."""


def farthest_apart(points_mm: Array) -> tuple[Array, Array]:
    """The two points of a set, shape (n, 2) with n of 3 or more, that lie farthest apart."""
    corners = points_mm[ConvexHull(points_mm).vertices]
    distances = squareform(pdist(corners))
    one, two = np.unravel_index(int(distances.argmax()), distances.shape)
    return corners[one], corners[two]
