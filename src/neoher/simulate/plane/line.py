"""A length on a plane image: two points in pixels and how long the line between them truly is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist, squareform

__all__ = ["Ends", "Line", "Pixel", "farthest_apart", "longest_along"]

Array = NDArray[np.float64]
Pixel = tuple[float, float]
Ends = tuple[Array, Array]
"""Two points of a plane, mm."""


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
    frame: int = 0
    """Of a cine or a tomosynthesis, counted from 0."""


def farthest_apart(points_mm: Array) -> Ends | None:
    """The two points of a set, shape (n, 2), that lie farthest apart; None of fewer than 3 or on one line."""
    if len(points_mm) < 3:
        return None
    try:
        corners = points_mm[ConvexHull(points_mm).vertices]
    except QhullError:
        return None
    distances = squareform(pdist(corners))
    one, two = np.unravel_index(int(distances.argmax()), distances.shape)
    return corners[one], corners[two]


def longest_along(points_mm: Array, direction: Array, width_mm: float) -> Ends | None:
    """The ends of the longest line through a set of points, shape (n, 2), in a direction; None without one.

    Parameters: `direction`, unit vector, shape (2,); `width_mm`: points within a strip so wide lie on one
    line: the distance of neighbouring points.
    """
    if len(points_mm) < 3:
        return None
    across = np.array([-direction[1], direction[0]])
    along = points_mm @ direction
    strips = np.rint(points_mm @ across / width_mm).astype(int)
    strips -= strips.min()
    first = np.full(strips.max() + 1, np.inf)
    last = np.full(strips.max() + 1, -np.inf)
    np.minimum.at(first, strips, along)
    np.maximum.at(last, strips, along)
    longest = int((last - first).argmax())
    if last[longest] <= first[longest]:
        return None
    aside = float((points_mm @ across)[strips == longest].mean())
    return first[longest] * direction + aside * across, last[longest] * direction + aside * across
