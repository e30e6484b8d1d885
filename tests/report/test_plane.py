"""How slices are turned for the eye: the convention of radiology, by definition in LPS coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.report.drawing.plane import DisplayPlane, cropped, orientation_letters, square_window
from neoher.volume.grid import Grid, Vector

LEFT, BACK, HEAD = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
RIGHT, FRONT, FOOT = (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)


def grid_along(slices: Vector, rows: Vector, columns: Vector) -> Grid:
    return Grid((5, 7, 9), (4.0, 2.0, 1.0), (10.0, -20.0, 30.0), (slices, rows, columns))


@pytest.mark.parametrize(
    ("axes", "name", "letters"),
    [
        ((HEAD, BACK, LEFT), "axial", ("R", "L", "A", "P")),
        ((HEAD, FRONT, RIGHT), "axial", ("R", "L", "A", "P")),
        ((FOOT, LEFT, BACK), "axial", ("R", "L", "A", "P")),
        ((LEFT, FOOT, BACK), "sagittal", ("A", "P", "H", "F")),
        ((RIGHT, HEAD, FRONT), "sagittal", ("A", "P", "H", "F")),
        ((LEFT, BACK, FOOT), "sagittal", ("A", "P", "H", "F")),
        ((BACK, FOOT, LEFT), "coronal", ("R", "L", "H", "F")),
        ((FRONT, HEAD, RIGHT), "coronal", ("R", "L", "H", "F")),
    ],
)
def test_every_storage_order_is_shown_by_the_convention_of_its_plane(
    axes: tuple[Vector, Vector, Vector], name: str, letters: tuple[str, str, str, str]
) -> None:
    plane = DisplayPlane.of(grid_along(*axes))
    assert (plane.name, plane.letters) == (name, letters)


@pytest.mark.parametrize(
    ("axes", "right", "down"),
    [
        ((HEAD, BACK, LEFT), LEFT, BACK),
        ((FOOT, FRONT, RIGHT), LEFT, BACK),
        ((FOOT, LEFT, FRONT), LEFT, BACK),
        ((LEFT, FOOT, BACK), BACK, FOOT),
        ((RIGHT, FRONT, HEAD), BACK, FOOT),
    ],
)
def test_a_voxel_further_in_a_direction_lies_further_to_that_side_of_the_picture(
    axes: tuple[Vector, Vector, Vector], right: Vector, down: Vector
) -> None:
    grid = grid_along(*axes)
    plane = DisplayPlane.of(grid)
    image = np.zeros(grid.shape[1:], dtype=np.float32)
    image[2, 3] = 1.0
    position = grid.to_patient(np.asarray([[0.0, 2.0, 3.0]]))[0]
    row, column = np.unravel_index(int(plane.arrange(image).argmax()), plane.arrange(image).shape)
    corners = grid.to_patient(np.asarray([[0.0, a, b] for a in (-0.5, 6.5) for b in (-0.5, 8.5)]))
    width, height = plane.pixel_mm
    assert (column + 0.5) * width == pytest.approx((position @ np.asarray(right)) - (corners @ right).min())
    assert (row + 0.5) * height == pytest.approx((position @ np.asarray(down)) - (corners @ down).min())


@given(st.integers(0, 6), st.integers(0, 8), st.sampled_from([(HEAD, BACK, LEFT), (RIGHT, HEAD, FRONT)]))
def test_a_placed_position_and_its_pixel_agree(
    row: int, column: int, axes: tuple[Vector, Vector, Vector]
) -> None:
    grid = grid_along(*axes)
    plane = DisplayPlane.of(grid)
    image = np.zeros(grid.shape[1:], dtype=np.float32)
    image[row, column] = 1.0
    shown = plane.arrange(image)
    y, x = np.unravel_index(int(shown.argmax()), shown.shape)
    placed = plane.place(grid.to_patient(np.asarray([[0.0, row, column]])))[0]
    assert placed == pytest.approx([(x + 0.5) * plane.pixel_mm[0], (y + 0.5) * plane.pixel_mm[1]])


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        (LEFT, "L"),
        (FOOT, "F"),
        ((0.8, 0.6, 0.0), "LP"),
        ((-0.1, 0.0, 0.995), "H"),
        ((0.0, -0.7, 0.714), "HA"),
    ],
)
def test_a_tilted_direction_has_two_letters_from_15_degrees(direction: Vector, letters: str) -> None:
    assert orientation_letters(np.asarray(direction)) == letters


def test_a_crop_stays_where_it_was_in_the_patient() -> None:
    grid = grid_along(LEFT, FOOT, BACK)
    part = cropped(grid, (slice(1, 4), slice(2, 6), slice(3, 8)))
    assert part.shape == (3, 4, 5)
    assert part.to_patient(np.zeros((1, 3))) == pytest.approx(grid.to_patient(np.asarray([[1.0, 2.0, 3.0]])))


def test_a_close_view_is_square_in_mm_and_stays_inside_the_image() -> None:
    grid = Grid((10, 200, 400), (4.0, 1.0, 0.5), (0.0, 0.0, 0.0), (HEAD, BACK, LEFT))
    window = square_window(grid, (slice(2, 5), slice(0, 30), slice(100, 140)), 10.0, 70.0)
    assert window == (slice(2, 5), slice(0, 70), slice(50, 190))
