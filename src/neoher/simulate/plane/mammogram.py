"""A mammogram as a projection of the same breast: its mass and its calcifications, magnified by the beam.

Rays are taken as parallel and the breast as uncompressed; the magnification is that of one plane. What is
drawn is made to be looked at; what is true is the position of the points and the length between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.anatomy import CENTRE_X_MM, Breast
from neoher.simulate.plane.line import Pixel
from neoher.simulate.tumour.shape import TumourShape

__all__ = [
    "CHEST_WALL_Y_MM",
    "VIEWS",
    "Mammogram",
    "Projection",
    "calcifications_mm",
    "density",
    "mammogram",
    "points_inside",
    "tissue",
]

Array = NDArray[np.float64]

DETECTOR_MM = 0.15
ROWS, COLUMNS = 1160, 800
CHEST_WALL_Y_MM = 6.0

_CC = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]])
_MLO = np.array([[0.0, -1.0, 0.0], [0.5**0.5, 0.0, -(0.5**0.5)]])
VIEWS = {"CC": _CC, "MLO": _MLO}
"""By view the two directions of the image in LPS: away from the chest wall, and along it."""


@dataclass(frozen=True, slots=True)
class Projection:
    """How a point of the body falls on the detector."""

    axes: Array
    """2 x 3: the image's directions in LPS."""
    magnification: float
    centre_mm: Array
    """LPS point that falls on `centre_pixel`."""
    centre_pixel: Pixel
    pixel_mm: float = DETECTOR_MM
    """On the detector; of a reconstructed slice, which is not magnified, in the body."""

    @property
    def pixel_in_body_mm(self) -> float:
        """Size of a pixel in the plane of the body."""
        return self.pixel_mm / self.magnification

    def flat(self, points_mm: Array) -> Array:
        """Positions in the plane of the body, mm, shape (n, 2)."""
        return np.asarray((points_mm - self.centre_mm) @ self.axes.T)

    def pixels(self, flat_mm: Array) -> Array:
        """Columns and rows of positions in the plane of the body, shape (n, 2)."""
        return np.asarray(flat_mm / self.pixel_in_body_mm + self.centre_pixel)

    def pixel(self, flat_mm: Array) -> Pixel:
        """Column and row of one position."""
        column, row = self.pixels(flat_mm)
        return float(column), float(row)


@dataclass(frozen=True, slots=True)
class Mammogram:
    """Pixels of a view, and where lesions lie in its plane."""

    pixels: NDArray[np.int16]
    projection: Projection
    mass_mm: Array
    """Points of the mass in the plane of the body, mm, shape (n, 2); none where it is gone."""
    calcifications_mm: Array
    """Of each calcification, likewise."""


def calcifications_mm(breast: Breast, seed: int) -> Array:
    """Fine grouped calcifications in and beside the mass at baseline, LPS mm, shape (n, 3)."""
    random = np.random.default_rng([seed, 20250217])
    spread = 0.62 * breast.tumour.radius_mm * random.normal(size=(36, 3))
    kept = spread[np.linalg.norm(spread, axis=1) < 1.3 * breast.tumour.radius_mm]
    return np.asarray(breast.tumour.centre_mm + kept)


def mammogram(
    breast: Breast,
    tumour: Array,
    calcifications: Array,
    axes: Array,
    magnification: float,
    random: np.random.Generator,
) -> Mammogram:
    """Project the breast on one view.

    Parameters: `tumour`: points inside it, as `points_inside` gives them; `calcifications`: LPS mm, shape
    (n, 3); `axes`: of VIEWS; `magnification`: a magnification view, 1.5 and more, is centred on the tumour,
    another on the breast.
    """
    spot = magnification >= 1.5
    centre = breast.tumour.centre_mm if spot else np.array([CENTRE_X_MM, CHEST_WALL_Y_MM, 0.0])
    column = COLUMNS / 2 if spot else 12.0
    projection = Projection(axes, magnification, centre, (column, ROWS / 2))
    mass = projection.flat(tumour)
    specks = projection.flat(calcifications)
    image = _drawn(projection, breast, mass, specks)
    noisy = image + 9.0 * random.standard_normal(image.shape)
    return Mammogram(np.clip(np.rint(noisy), 0, 4095).astype(np.int16), projection, mass, specks)


def points_inside(tumour: TumourShape) -> Array:
    """Points of a lattice that lie inside the tumour, LPS mm, shape (n, 3)."""
    if tumour.reach_mm == 0:
        return np.empty((0, 3))
    steps = np.linspace(-tumour.reach_mm, tumour.reach_mm, 90)
    points = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points + tumour.centre_mm
    return points[tumour.distance(points) < 0]


def _drawn(projection: Projection, breast: Breast, mass: Array, specks: Array) -> Array:
    shape = (ROWS, COLUMNS)
    image = tissue(projection, breast, shape)
    # Sampled points are a few pixels apart: their density, smoothed, is the mass's thickness.
    image += 750.0 * density(projection, mass, 1.0 / projection.pixel_in_body_mm, shape)
    image += 1300.0 * np.minimum(density(projection, specks, 0.12 / projection.pixel_in_body_mm, shape), 1.0)
    return np.asarray(image)


def tissue(projection: Projection, breast: Breast, shape: tuple[int, int]) -> Array:
    """Brightness of the breast without disease, shape (rows, columns); air is dark."""
    rows, columns = shape
    scale = projection.pixel_in_body_mm
    away, along = np.meshgrid(
        (np.arange(columns) - projection.centre_pixel[0]) * scale,
        (np.arange(rows) - projection.centre_pixel[1]) * scale,
    )
    place = (
        projection.centre_mm + away[..., None] * projection.axes[0] + along[..., None] * projection.axes[1]
    )
    # Thickness of a half ellipsoid that stands on the chest wall.
    depth = (CHEST_WALL_Y_MM - place[..., 1]) / (breast.height_mm + 11.0)
    beside = (place - np.array([CENTRE_X_MM, 0.0, 0.0])) @ projection.axes[1] / breast.half_width_mm
    thickness = np.sqrt(np.clip(1.0 - depth**2 - beside**2, 0.0, None)) * (depth >= -0.05)
    texture = breast.coarse(place) + 0.5 * breast.fine(place)
    gland = np.clip(1.0 - np.hypot(depth - 0.45, beside) / 0.62 + 0.22 * texture, 0.0, 1.0)
    image = 260.0 + 1500.0 * thickness**0.5 * (0.55 + 0.45 * gland)
    image[thickness == 0] = 90.0
    return np.asarray(image)


def density(projection: Projection, flat_mm: Array, sigma_pixels: float, shape: tuple[int, int]) -> Array:
    """How densely points of the plane lie, smoothed, 0 to 1, shape (rows, columns)."""
    image = np.zeros(shape)
    if len(flat_mm):
        places = np.rint(projection.pixels(flat_mm)[:, ::-1]).astype(int)
        seen = ((places >= 0) & (places < shape)).all(axis=1)
        np.add.at(image, tuple(places[seen].T), 1.0)
        image = ndimage.gaussian_filter(image, max(sigma_pixels, 1.0))
        image /= max(float(image.max()), 1e-9)
    return image
