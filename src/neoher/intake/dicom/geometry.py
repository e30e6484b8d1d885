"""From image planes to a grid: orientation, slice order, spacing by position, and what makes no grid.

Slices rise along the cross product of row and column direction (LPS). That is the direction in which a
right-handed (column, row, slice) system points; instance numbers play no part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from neoher.errors import SeriesError
from neoher.intake.dicom.frames import Frame
from neoher.intake.dicom.header_facts import Placement
from neoher.volume.grid import Grid, Vector

__all__ = ["SAME_PLACE_MM", "Plane", "by_place", "distance_along", "grid_of", "plane_of", "slice_places"]

SAME_PLACE_MM: Final = 0.05
"""Two planes closer than this lie at the same place: scanners round positions to 0.001-0.01 mm."""
_COSINE_TOLERANCE: Final = 1e-3
_SPACING_TOLERANCE: Final = 0.05
"""A step between slices may differ from the usual one by this fraction; more is a gap or irregular."""


@dataclass(frozen=True, slots=True)
class Plane:
    """What the planes of one stack share: orientation, in-plane spacing, size."""

    row_direction: Vector
    column_direction: Vector
    normal: Vector
    """Row x column direction, of unit length; the slice index rises along it."""
    pixel_spacing_mm: tuple[float, float]
    rows: int
    columns: int

    def matches(self, other: Plane) -> bool:
        """Whether images on both planes can make one stack."""
        if self is other:
            return True
        cosines = zip(
            (*self.row_direction, *self.column_direction),
            (*other.row_direction, *other.column_direction),
            strict=True,
        )
        spacings = zip(self.pixel_spacing_mm, other.pixel_spacing_mm, strict=True)
        return (
            (self.rows, self.columns) == (other.rows, other.columns)
            and all(abs(one - two) <= _COSINE_TOLERANCE for one, two in cosines)
            and all(abs(one - two) <= 1e-3 * one for one, two in spacings)
        )

    @property
    def orientation(self) -> str:
        """'sagittal', 'coronal' or 'axial', whichever is nearest; 'oblique' beyond 30 degrees from all."""
        names = ("sagittal", "coronal", "axial")
        tilt = max(range(3), key=lambda axis: abs(self.normal[axis]))
        return names[tilt] if abs(self.normal[tilt]) >= math.cos(math.radians(30)) else "oblique"


def plane_of(frame: Frame) -> Plane:
    """The plane of a placed frame. Raises SeriesError where its directions are no right angle."""
    placement, pixels = frame.placement, frame.header.pixels
    if placement is None or pixels is None:
        raise SeriesError("the image does not state where it lies.", frame.header.source.label)
    plane = _plane(
        placement.row_direction,
        placement.column_direction,
        placement.pixel_spacing_mm,
        pixels.rows,
        pixels.columns,
    )
    if plane is None:
        raise SeriesError(
            "ImageOrientationPatient (0020,0037) is not two unit vectors at a right angle.",
            frame.header.source.label,
            "Export the exam again from the scanner or archive.",
        )
    return plane


@lru_cache(maxsize=256)
def _plane(
    row: Vector, column: Vector, spacing: tuple[float, float], rows: int, columns: int
) -> Plane | None:
    tilt = sum(one * two for one, two in zip(row, column, strict=True))
    lengths = math.hypot(*row), math.hypot(*column)
    if abs(tilt) > _COSINE_TOLERANCE or any(abs(length - 1) > _COSINE_TOLERANCE for length in lengths):
        return None
    normal = _cross(row, column)
    length = math.hypot(*normal)
    unit = (normal[0] / length, normal[1] / length, normal[2] / length)
    return Plane(row, column, unit, spacing, rows, columns)


def distance_along(placement: Placement) -> float:
    """Distance of the plane from the origin along row x column direction, in mm."""
    return _dot(_cross(placement.row_direction, placement.column_direction), placement.position_mm)


def by_place(frames: Sequence[Frame], plane: Plane) -> list[tuple[float, list[Frame]]]:
    """The frames by where they lie along the plane's normal, in mm, rising; those at one place together."""
    along = _positions(frames) @ np.asarray(plane.normal)
    order = np.argsort(along, kind="stable")
    steps = np.flatnonzero(np.diff(along[order]) > SAME_PLACE_MM) + 1
    return [(float(along[some[0]]), [frames[index] for index in some]) for some in np.split(order, steps)]


def slice_places(frames: Sequence[Frame], plane: Plane) -> list[list[Frame]]:
    """The frames by slice, rising along the plane's normal; frames at the same place share a slice.

    Raises SeriesError where the planes do not lie behind one another.
    """
    shifts = _positions(frames) - np.asarray(_position(frames[0]))
    along = shifts @ np.asarray(plane.normal)
    aside = np.linalg.norm(shifts - along[:, None] * np.asarray(plane.normal), axis=1)
    worst = int(np.argmax(aside - _COSINE_TOLERANCE * np.abs(along)))
    if aside[worst] > SAME_PLACE_MM + _COSINE_TOLERANCE * abs(along[worst]):
        raise SeriesError(
            f"the slices do not lie behind one another: one is shifted sideways by {aside[worst]:.2f} mm.",
            frames[worst].header.source.label,
            "Give the folder of one series of parallel slices.",
        )
    return [members for _, members in by_place(frames, plane)]


def grid_of(slices: Sequence[Sequence[Frame]], plane: Plane) -> Grid:
    """The grid of a stack, given its frames by slice.

    Slice spacing is the mean distance between neighbouring positions, never the slice thickness.
    Raises SeriesError for fewer than 2 slices, a gap, or irregular spacing.
    """
    if len(slices) < 2:
        raise SeriesError(
            "the exam has a single slice position: it makes no volume.",
            slices[0][0].header.source.label,
            "Give the folder of the whole exam.",
        )
    places = [_dot(plane.normal, _position(frames[0])) for frames in slices]
    steps = [after - before for before, after in pairwise(places)]
    usual = median(steps)
    for index, step in enumerate(steps):
        if abs(step - usual) > max(_SPACING_TOLERANCE * usual, 2 * SAME_PLACE_MM):
            raise _irregular(slices, index, step, usual)
    spacing = (places[-1] - places[0]) / (len(places) - 1)
    return Grid(
        shape=(len(slices), plane.rows, plane.columns),
        spacing_mm=(spacing, *plane.pixel_spacing_mm),
        origin_mm=_position(slices[0][0]),
        axes=(plane.normal, plane.column_direction, plane.row_direction),
    )


def _irregular(slices: Sequence[Sequence[Frame]], index: int, step: float, usual: float) -> SeriesError:
    before, after = slices[index][0].header.source.label, slices[index + 1][0].header.source.label
    if step > 1.5 * usual:
        missing = round(step / usual) - 1
        what = (
            f"there is a gap of {step:.2f} mm where slices are {usual:.2f} mm apart:"
            f" {missing} slice position(s) are missing."
        )
    else:
        what = f"slices are {usual:.2f} mm apart, but {step:.2f} mm here: the stack is irregular."
    return SeriesError(
        what, f"between {before} and {after}", "Copy or export the series again, complete and by itself."
    )


def _positions(frames: Sequence[Frame]) -> NDArray[np.float64]:
    return np.array([_position(frame) for frame in frames])


def _position(frame: Frame) -> Vector:
    if frame.placement is None:
        raise SeriesError("the image does not state where it lies.", frame.header.source.label)
    return frame.placement.position_mm


def _cross(one: Vector, two: Vector) -> Vector:
    return (
        one[1] * two[2] - one[2] * two[1],
        one[2] * two[0] - one[0] * two[2],
        one[0] * two[1] - one[1] * two[0],
    )


def _dot(one: Vector, two: Vector) -> float:
    return one[0] * two[0] + one[1] * two[1] + one[2] * two[2]
