"""DisplayPlane: how the slices of a grid are turned for the eye, and where a patient position then lies.

Convention (radiology): axial with the patient's right on the image's left and the front up; sagittal with the
front on the left and the head up; coronal with the patient's right on the left and the head up. An oblique
slice is shown as the plane it comes closest to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid, Vector

__all__ = ["DisplayPlane", "Window", "cropped", "orientation_letters", "square_window"]

Window = tuple[slice, slice, slice]
"""A grid-aligned box: slices of the (slice, row, column) indices."""

_CONVENTION: dict[str, tuple[Vector, Vector]] = {
    # plane: (direction to the image's right, direction to its bottom), LPS
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
}
_SECOND_LETTER_FROM = math.sin(math.radians(15.0))
"""A direction gets a second letter when it is tilted by 15 degrees or more."""


@dataclass(frozen=True, slots=True)
class DisplayPlane:
    """One grid's slices as they are shown: turned and mirrored, never resampled.

    `horizontal`, `vertical`: which array axis (1 rows, 2 columns) runs to the image's right and bottom;
    `mirror_horizontal`, `mirror_vertical`: whether that axis is reversed.
    """

    name: str
    grid: Grid
    horizontal: int
    vertical: int
    mirror_horizontal: bool
    mirror_vertical: bool

    @classmethod
    def of(cls, grid: Grid) -> DisplayPlane:
        """The conventional display of this grid's slices."""
        normal = np.abs(np.asarray(grid.axes[0]))
        name = ("sagittal", "coronal", "axial")[int(normal.argmax())]
        right, down = (np.asarray(direction) for direction in _CONVENTION[name])
        rows, columns = np.asarray(grid.axes[1]), np.asarray(grid.axes[2])
        upright = abs(rows @ down) + abs(columns @ right) >= abs(rows @ right) + abs(columns @ down)
        horizontal, vertical = (2, 1) if upright else (1, 2)
        return cls(
            name=name,
            grid=grid,
            horizontal=horizontal,
            vertical=vertical,
            mirror_horizontal=bool(np.asarray(grid.axes[horizontal]) @ right < 0),
            mirror_vertical=bool(np.asarray(grid.axes[vertical]) @ down < 0),
        )

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """(width, height) of one pixel in mm."""
        return self.grid.spacing_mm[self.horizontal], self.grid.spacing_mm[self.vertical]

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height) of the whole image in mm, outer pixel edge to outer pixel edge."""
        width, height = self.pixel_mm
        return self.grid.shape[self.horizontal] * width, self.grid.shape[self.vertical] * height

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Orientation letters at the image's (left, right, top, bottom) edge."""
        right = np.asarray(self.grid.axes[self.horizontal]) * (-1 if self.mirror_horizontal else 1)
        down = np.asarray(self.grid.axes[self.vertical]) * (-1 if self.mirror_vertical else 1)
        return (
            orientation_letters(-right),
            orientation_letters(right),
            orientation_letters(-down),
            orientation_letters(down),
        )

    def arrange(self, image: NDArray[np.generic]) -> NDArray[np.generic]:
        """One slice, shape (rows, columns), as it is shown, shape (height, width); a view, not a copy."""
        shown = image if self.horizontal == 2 else image.T
        if self.mirror_vertical:
            shown = shown[::-1]
        if self.mirror_horizontal:
            shown = shown[:, ::-1]
        return shown

    def place(self, positions_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """LPS positions in mm, shape (n, 3), as (x, y) in mm from the image's top left corner, (n, 2)."""
        index = self.grid.to_index(positions_mm)
        across, along = index[:, self.horizontal], index[:, self.vertical]
        if self.mirror_horizontal:
            across = self.grid.shape[self.horizontal] - 1 - across
        if self.mirror_vertical:
            along = self.grid.shape[self.vertical] - 1 - along
        width, height = self.pixel_mm
        return np.column_stack([(across + 0.5) * width, (along + 0.5) * height])


def orientation_letters(direction: NDArray[np.float64]) -> str:
    """Where an LPS direction points, as on a film: L R, P A, H F; two letters when it is oblique."""
    names = (("L", "R"), ("P", "A"), ("H", "F"))
    order = np.argsort(-np.abs(direction), kind="stable")
    tilted = np.abs(direction) >= _SECOND_LETTER_FROM
    chosen = [axis for rank, axis in enumerate(order) if rank == 0 or tilted[axis]]
    return "".join(names[axis][0 if direction[axis] > 0 else 1] for axis in chosen[:2])


def cropped(grid: Grid, window: Window) -> Grid:
    """The part of a grid inside a window, at the same place in the patient."""
    starts = [[float(part.start) for part in window]]
    origin = grid.to_patient(np.asarray(starts))[0]
    return replace(
        grid,
        shape=(_length(window[0]), _length(window[1]), _length(window[2])),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
    )


def square_window(grid: Grid, box: Window, margin_mm: float, least_mm: float) -> Window:
    """A window, square in the slice plane, around a box: all slices of the box, rows and columns widened.

    The side is the box's longer in-plane side plus a margin on both ends, at least `least_mm`. Where the
    image ends the window is moved inwards; where the image is smaller than the side it ends at the image.
    """
    side = max(_length(box[axis]) * grid.spacing_mm[axis] for axis in (1, 2)) + 2 * margin_mm
    side = max(side, least_mm)
    return box[0], _span(grid, box, 1, side), _span(grid, box, 2, side)


def _span(grid: Grid, box: Window, axis: int, side_mm: float) -> slice:
    count = grid.shape[axis]
    wanted = min(count, math.ceil(side_mm / grid.spacing_mm[axis]))
    centre = (box[axis].start + box[axis].stop) / 2
    start = min(max(0, round(centre - wanted / 2)), count - wanted)
    return slice(start, start + wanted)


def _length(part: slice) -> int:
    return int(part.stop - part.start)
