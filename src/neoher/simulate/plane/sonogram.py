"""Ultrasound of a lesion in the breast and of a node of the axilla: sections in pictures on a screen, with
speckle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.plane.line import Pixel
from neoher.simulate.tumour.shape import TumourShape

__all__ = [
    "COLUMNS",
    "PICTURE",
    "ROWS",
    "Box",
    "Node",
    "Picture",
    "ScreenScale",
    "Section",
    "Sonogram",
    "drawn",
    "lesion_section",
    "node_section",
]

Array = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom pixel, first and last included."""

ROWS, COLUMNS = 600, 800
PICTURE: Box = (80, 30, 719, 549)
"""The picture of tissue on the screen."""

_AXIAL = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_SAGITTAL = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
"""Directions across and down the screen in LPS: down is into the breast."""


@dataclass(frozen=True, slots=True)
class ScreenScale:
    """Size of a pixel in mm; a scanner's two directions need not be alike."""

    across_mm: float
    down_mm: float

    def times(self, factor: float) -> ScreenScale:
        """The scale of a screen on which a pixel is `factor` times as large."""
        return ScreenScale(self.across_mm * factor, self.down_mm * factor)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of tissue: where it lies on which frame, and its scale."""

    box: Box
    scale: ScreenScale
    centre_pixel: Pixel = (400.0, 270.0)
    frame: int = 0

    def pixel(self, flat_mm: Array) -> Pixel:
        """Column and row of a position (across, down) in mm about the section's middle."""
        return (
            float(self.centre_pixel[0] + flat_mm[0] / self.scale.across_mm),
            float(self.centre_pixel[1] + flat_mm[1] / self.scale.down_mm),
        )

    def positions(self) -> Array:
        """Position of each of its pixels in mm, shape (rows, columns, 2)."""
        left, top, right, bottom = self.box
        across = (np.arange(left, right + 1) - self.centre_pixel[0]) * self.scale.across_mm
        down = (np.arange(top, bottom + 1) - self.centre_pixel[1]) * self.scale.down_mm
        return np.stack(np.meshgrid(across, down), axis=-1)


@dataclass(frozen=True, slots=True)
class Sonogram:
    """Grey values of a screen over its frames, with the pictures on it."""

    pixels: NDArray[np.uint8]
    """Shape (frames, rows, columns)."""
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A plane through tissue, in mm about its middle."""

    echo: Callable[[Array], Array]
    """Echogenicity 0 to 1 at positions (across, down), shape (…, 2)."""
    scale: ScreenScale
    """On which it fills the screen."""


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


def lesion_section(tumour: TumourShape, *, sagittal: bool = False) -> tuple[Section, Array]:
    """A section through the lesion's middle, and its points in it (across, down) in mm, shape (n, 2)."""
    axes = _SAGITTAL if sagittal else _AXIAL
    reach = max(tumour.reach_mm, 12.0)
    pixel = 2.6 * reach / (PICTURE[3] - PICTURE[1])
    scale = ScreenScale(across_mm=1.06 * pixel, down_mm=pixel)

    def away(flat: Array) -> Array:
        place = flat.reshape(-1, 2) @ axes + tumour.centre_mm
        return tumour.distance(place).reshape(flat.shape[:-1])

    def echo(flat: Array) -> Array:
        distance = away(flat)
        seen = np.where(distance < 0, 0.22, 0.62)
        seen[(distance >= 0) & (distance < 1.2)] = 0.80  # an echogenic halo
        return seen

    flat = Picture(PICTURE, scale).positions()
    return Section(echo, scale), flat[away(flat) < 0]


def node_section(node: Node) -> Section:
    """The node in its longest section, lying across the screen."""
    pixel = 1.9 * node.long_mm / (PICTURE[2] - PICTURE[0])

    def echo(flat: Array) -> Array:
        seen = np.where(_ellipse(flat, node.long_mm / 2, node.short_mm / 2), 0.28, 0.60)
        if node.has_hilum:
            hilum = _ellipse(flat, node.long_mm / 2 - node.cortex_mm, node.short_mm / 2 - node.cortex_mm)
            seen[hilum] = 0.78
        return seen

    return Section(echo, ScreenScale(across_mm=pixel, down_mm=0.94 * pixel))


def drawn(section: Section, pictures: Sequence[Picture], random: np.random.Generator) -> Sonogram:
    """The section in its pictures; beside them the screen is black."""
    pixels = np.zeros((1 + max(one.frame for one in pictures), ROWS, COLUMNS), dtype=np.uint8)
    for one in pictures:
        left, top, right, bottom = one.box
        flat = one.positions()
        pixels[one.frame, top : bottom + 1, left : right + 1] = _grey(section.echo(flat), flat, random)
    return Sonogram(pixels, tuple(pictures))


def _ellipse(flat: Array, across_mm: float, down_mm: float) -> NDArray[np.bool_]:
    return np.asarray((flat[..., 0] / across_mm) ** 2 + (flat[..., 1] / down_mm) ** 2 <= 1.0)


def _grey(echo: Array, flat: Array, random: np.random.Generator) -> NDArray[np.uint8]:
    grain = [ndimage.gaussian_filter(random.standard_normal(echo.shape), (1.0, 2.2)) for _ in range(2)]
    speckle = np.hypot(*(one / one.std() for one in grain)) / np.sqrt(np.pi / 2)
    depth = np.clip((flat[..., 1] - flat[0, 0, 1]) / np.ptp(flat[..., 1]), 0.0, 1.0)
    shade = ndimage.gaussian_filter(echo, 1.5) * speckle**0.45 * (1.05 - 0.35 * depth)
    return np.asarray(np.clip(255 * shade, 0, 255), dtype=np.uint8)
