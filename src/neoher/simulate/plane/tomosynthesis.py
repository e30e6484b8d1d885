"""Tomosynthesis of a breast: slices along the beam, each a plane of the body with its own pixel size.

Nothing of a slice is magnified: it was reconstructed in the body. A reconstruction along the rays of a cone
has smaller pixels the further a slice lies from the detector; one on a box has the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.anatomy import CENTRE_X_MM, Breast
from neoher.simulate.plane.mammogram import CHEST_WALL_Y_MM, Projection, density, tissue
from neoher.simulate.tumour.shape import TumourShape

__all__ = ["SLICE_MM", "Slice", "Tomosynthesis", "tomosynthesis"]

Array = NDArray[np.float64]

PIXEL_MM = 0.25
SLICE_MM = 3.0
ROWS, COLUMNS = 696, 480
_IN_FOCUS_MM = 3.0
"""A calcification is sharp in slices no further from it than this."""
_BEYOND_MM = 6.0
_SOURCE_MM = 650.0
"""Height of the source above the lowest slice."""
_SECTION_STEPS = 160


@dataclass(frozen=True, slots=True)
class Slice:
    """One plane of the body."""

    pixels: NDArray[np.int16]
    projection: Projection
    """Magnification 1; its pixel is that of this slice."""
    corner_mm: Array
    """LPS position of the centre of the first pixel."""
    mass_mm: Array
    """Points of the mass in this plane, mm, shape (n, 2)."""
    calcifications_mm: Array
    """Calcifications in focus, where they are seen in this plane."""


@dataclass(frozen=True, slots=True)
class Tomosynthesis:
    """The slices of a view, from the detector up."""

    axes: Array
    """2 x 3: directions of rising columns and rows, LPS."""
    slices: tuple[Slice, ...]
    conical: bool
    """Whether pixels differ in size from slice to slice."""


def tomosynthesis(
    breast: Breast,
    tumour: TumourShape,
    calcifications: Array,
    axes: Array,
    random: np.random.Generator,
    *,
    conical: bool,
) -> Tomosynthesis:
    """Reconstruct a view around the tumour's place.

    Parameters: `calcifications`: LPS mm, shape (n, 3); `axes`: of VIEWS; `conical`: with pixels that shrink
    towards the source.
    """
    beam = np.cross(axes[0], axes[1])
    middle = breast.tumour.centre_mm
    reach = 1.8 * breast.tumour.radius_mm + _BEYOND_MM
    heights = np.arange(-reach, reach + SLICE_MM, SLICE_MM)
    projections = []
    for height in heights:
        pixel_mm = PIXEL_MM * (1.0 - (height - heights[0]) / _SOURCE_MM) if conical else PIXEL_MM
        # The breast's place in the image, at this height along the beam.
        centre = np.array([CENTRE_X_MM, CHEST_WALL_Y_MM, 0.0])
        centre = centre + ((middle - centre) @ beam + height) * beam
        projections.append(Projection(axes, 1.0, centre, (8.0, ROWS / 2), pixel_mm))
    # Parenchyma out of focus fills every slice: it changes slowly from the lowest to the highest.
    lowest, highest = (tissue(projections[end], breast, (ROWS, COLUMNS)) for end in (0, -1))
    slices = []
    for height, projection in zip(heights, projections, strict=True):
        share = (height - heights[0]) / (heights[-1] - heights[0])
        around = (1.0 - share) * lowest + share * highest
        mass = projection.flat(_section(tumour, axes, middle + height * beam))
        near = np.abs((calcifications - middle) @ beam - height) <= _IN_FOCUS_MM
        specks = projection.flat(calcifications[near])
        pixels = _drawn(around, projection, mass, specks, random)
        column, row = projection.centre_pixel
        to_corner = projection.pixel_in_body_mm * (column * axes[0] + row * axes[1])
        corner = projection.centre_mm - to_corner
        slices.append(Slice(pixels, projection, corner, mass, specks))
    return Tomosynthesis(axes, tuple(slices), conical)


def _section(tumour: TumourShape, axes: Array, at_mm: Array) -> Array:
    """Points of the tumour in the plane of the axes through a point, LPS mm, shape (n, 3)."""
    if tumour.reach_mm == 0:
        return np.empty((0, 3))
    steps = np.linspace(-tumour.reach_mm, tumour.reach_mm, _SECTION_STEPS)
    away, along = (one.reshape(-1, 1) for one in np.meshgrid(steps, steps))
    # About the tumour's own middle, seen along the beam.
    beam = np.cross(axes[0], axes[1])
    foot = tumour.centre_mm + ((at_mm - tumour.centre_mm) @ beam) * beam
    points = foot + away * axes[0] + along * axes[1]
    return np.asarray(points[tumour.distance(points) < 0])


def _drawn(
    around: Array, projection: Projection, mass: Array, specks: Array, random: np.random.Generator
) -> NDArray[np.int16]:
    shape = (ROWS, COLUMNS)
    image = around + 520.0 * density(projection, mass, 1.2 / projection.pixel_in_body_mm, shape)
    spots = density(projection, specks, 0.15 / projection.pixel_in_body_mm, shape)
    image += 1500.0 * np.minimum(spots, 1.0)
    noisy = image + 14.0 * random.standard_normal(shape)
    return np.asarray(np.clip(np.rint(noisy), 0, 4095), dtype=np.int16)
