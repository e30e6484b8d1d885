"""Ultrasound of a lesion in the breast and of a node of the axilla: outlines in a plane, with speckle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.plane.line import Pixel
from neoher.simulate.tumour.shape import TumourShape

__all__ = ["PICTURE", "Node", "ScreenScale", "Sonogram", "lesion_sonogram", "node_sonogram"]

Array = NDArray[np.float64]

ROWS, COLUMNS = 600, 800
PICTURE = (80, 30, 719, 549)
"""Left, top, right and bottom of the picture of tissue on the screen, in pixels."""
_CENTRE_PIXEL: Pixel = (400.0, 270.0)


@dataclass(frozen=True, slots=True)
class ScreenScale:
    """Size of a pixel in mm; a scanner's two directions need not be alike."""

    across_mm: float
    down_mm: float

    def pixel(self, flat_mm: Array) -> Pixel:
        """Column and row of a position (across, down) in mm about the picture's centre."""
        return (
            float(_CENTRE_PIXEL[0] + flat_mm[0] / self.across_mm),
            float(_CENTRE_PIXEL[1] + flat_mm[1] / self.down_mm),
        )

    def positions(self) -> Array:
        """Position of every pixel in mm, shape (rows, columns, 2)."""
        across = (np.arange(COLUMNS) - _CENTRE_PIXEL[0]) * self.across_mm
        down = (np.arange(ROWS) - _CENTRE_PIXEL[1]) * self.down_mm
        return np.stack(np.meshgrid(across, down), axis=-1)


@dataclass(frozen=True, slots=True)
class Sonogram:
    """Grey values of a screen."""

    pixels: NDArray[np.uint8]
    scale: ScreenScale


@dataclass(frozen=True, slots=True)
class Node:
    """A node cut through its middle: an ellipse whose cortex surrounds an echogenic hilum."""

    long_mm: float
    short_mm: float
    cortex_mm: float
    """Greatest thickness of the cortex; half of the short axis or more: no hilum is left."""

    @property
    def has_hilum(self) -> bool:
        """Whether fat is left in the middle."""
        return self.cortex_mm < self.short_mm / 2


def lesion_sonogram(tumour: TumourShape, random: np.random.Generator) -> tuple[Sonogram, Array]:
    """The axial section through the lesion, and its points in it (across, down) in mm, shape (n, 2)."""
    reach = max(tumour.reach_mm, 12.0)
    pixel = 2.6 * reach / (PICTURE[3] - PICTURE[1])
    scale = ScreenScale(across_mm=1.06 * pixel, down_mm=pixel)
    flat = scale.positions()
    # Down on the screen is into the breast: LPS y; across is LPS x.
    place = np.concatenate([flat, np.zeros((*flat.shape[:-1], 1))], axis=-1) + tumour.centre_mm
    away = tumour.distance(place.reshape(-1, 3)).reshape(flat.shape[:-1])
    echo = np.where(away < 0, 0.22, 0.62)
    echo[(away >= 0) & (away < 1.2)] = 0.80  # an echogenic halo
    return Sonogram(_screen(echo, flat, random), scale), flat[(away < 0) & _in_picture()]


def node_sonogram(node: Node, random: np.random.Generator) -> Sonogram:
    """The node in its longest section, lying across the screen."""
    pixel = 1.9 * node.long_mm / (PICTURE[2] - PICTURE[0])
    scale = ScreenScale(across_mm=pixel, down_mm=0.94 * pixel)
    flat = scale.positions()
    inside = _ellipse(flat, node.long_mm / 2, node.short_mm / 2)
    echo = np.where(inside, 0.28, 0.60)
    if node.has_hilum:
        hilum = _ellipse(flat, node.long_mm / 2 - node.cortex_mm, node.short_mm / 2 - node.cortex_mm)
        echo[hilum] = 0.78
    return Sonogram(_screen(echo, flat, random), scale)


def _ellipse(flat: Array, across_mm: float, down_mm: float) -> NDArray[np.bool_]:
    return np.asarray((flat[..., 0] / across_mm) ** 2 + (flat[..., 1] / down_mm) ** 2 <= 1.0)


def _in_picture() -> NDArray[np.bool_]:
    inside = np.zeros((ROWS, COLUMNS), dtype=np.bool_)
    left, top, right, bottom = PICTURE
    inside[top : bottom + 1, left : right + 1] = True
    return inside


def _screen(echo: Array, flat: Array, random: np.random.Generator) -> NDArray[np.uint8]:
    grain = [ndimage.gaussian_filter(random.standard_normal(echo.shape), (1.0, 2.2)) for _ in range(2)]
    speckle = np.hypot(*(one / one.std() for one in grain)) / np.sqrt(np.pi / 2)
    depth = np.clip((flat[..., 1] - flat[0, 0, 1]) / np.ptp(flat[..., 1]), 0.0, 1.0)
    shade = ndimage.gaussian_filter(echo, 1.5) * speckle**0.45 * (1.05 - 0.35 * depth)
    return np.where(_in_picture(), np.clip(255 * shade, 0, 255), 0).astype(np.uint8)
