"""Smooth random texture in patient space: the same tissue whatever grid it is sampled on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["RandomField"]

Array = NDArray[np.float64]


class RandomField:
    """A Gaussian random field of mean 0 and variance 1 over a cube around a centre.

    `correlation_mm` is the standard deviation of the smoothing; features are about three times as wide.
    """

    def __init__(
        self, random: np.random.Generator, centre_mm: Array, half_width_mm: float, correlation_mm: float
    ) -> None:
        self._step = correlation_mm / 1.5
        points = int(np.ceil(2 * half_width_mm / self._step)) + 3
        noise = ndimage.gaussian_filter(random.standard_normal((points,) * 3), 1.5, mode="wrap")
        self._values = (noise / noise.std()).astype(np.float32)
        self._origin = np.asarray(centre_mm) - self._step * (points - 1) / 2

    def __call__(self, points_mm: Array) -> Array:
        """Values at LPS positions in mm, shape (..., 3)."""
        coordinates = np.moveaxis((points_mm - self._origin) / self._step, -1, 0)
        values: Array = ndimage.map_coordinates(self._values, coordinates, order=1, mode="wrap")
        return values.astype(np.float64)
