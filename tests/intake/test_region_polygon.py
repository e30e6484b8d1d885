"""Closed contours to voxels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.measure import find_contours

from neoher.intake.regions.polygon import fill_contours, partly_overlapping, without_repeats

SQUARE = np.array([[2.0, 3.0], [2.0, 7.0], [5.0, 7.0], [5.0, 3.0]])


def shoelace_area(vertices: NDArray[np.float64]) -> float:
    row, column = vertices.T
    return 0.5 * abs(float(np.dot(row, np.roll(column, -1)) - np.dot(column, np.roll(row, -1))))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 12))
def test_a_polygon_takes_the_centres_that_matplotlib_finds_inside_it(seed: int, corners: int) -> None:
    random = np.random.default_rng(seed)
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = random.uniform(1, 14, corners)
    star = np.stack([12 + radius * np.sin(angle), 15 + radius * np.cos(angle)], axis=1)
    grid = np.stack(np.meshgrid(np.arange(20), np.arange(24), indexing="ij"), axis=-1).reshape(-1, 2)
    # Star-shaped by construction, so the outline does not cross itself and the winding rule agrees.
    expected = Outline(np.vstack([star, star[:1]]), closed=True).contains_points(grid).reshape(20, 24)
    differ = fill_contours([star], 20, 24) ^ expected
    edge = np.roll(star, -1, axis=0) - star
    for row, column in np.argwhere(differ):  # only a centre on the outline may differ
        along = ((np.array([row, column]) - star) * edge).sum(1) / np.maximum((edge**2).sum(1), 1e-12)
        foot = star + np.clip(along, 0, 1)[:, None] * edge
        assert np.hypot(*(foot - [row, column]).T).min() < 0.0015


@pytest.mark.parametrize("radius", [20.3, 47.1, 90.7])
def test_the_voxels_of_a_large_contour_cover_its_area(radius: float) -> None:
    angle = np.linspace(0, 2 * np.pi, 721)[:-1]
    circle = np.stack([100.3 + radius * np.sin(angle), 99.8 + radius * np.cos(angle)], axis=1)
    count = int(fill_contours([circle], 201, 201).sum())
    # Gauss's circle problem: the error stays far below the length of the outline.
    assert count == pytest.approx(shoelace_area(circle), abs=0.1 * 2 * np.pi * radius)


def test_a_centre_on_a_contour_belongs_to_the_region() -> None:
    expected = np.zeros((10, 10), dtype=bool)
    expected[2:6, 3:8] = True
    assert (fill_contours([SQUARE], 10, 10) == expected).all()
    assert (fill_contours([SQUARE[::-1]], 10, 10) == expected).all()
    slanted = fill_contours([np.array([[0.0, 0.0], [4.0, 4.0], [4.0, 0.0]])], 5, 5)
    assert (slanted == np.tri(5, dtype=bool)).all()


def test_decimal_texts_a_thousandth_of_a_voxel_off_do_not_move_the_edge() -> None:
    jitter = np.array([[0.0005, -0.0004], [-0.0005, 0.0003], [0.0002, 0.0005], [-0.0003, 0.0001]])
    assert (fill_contours([SQUARE + jitter], 10, 10) == fill_contours([SQUARE], 10, 10)).all()


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1))
def test_contours_between_voxels_give_back_the_mask_they_were_traced_from_with_its_holes(seed: int) -> None:
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((32, 40)), 2)
    mask = noise > 0
    mask[[0, -1]] = mask[:, [0, -1]] = False
    contours = [contour[:-1] for contour in find_contours(mask.astype(float), 0.5)]
    assert (fill_contours(contours, 32, 40) == mask).all()


def test_a_contour_inside_another_is_a_hole_and_one_inside_that_an_island() -> None:
    def square(low: float, high: float) -> NDArray[np.float64]:
        return np.array([[low, low], [low, high], [high, high], [high, low]])

    rings = [square(0.5, 15.5), square(3.5, 12.5), square(6.5, 9.5)]
    expected = np.zeros((17, 17), dtype=bool)
    expected[1:16, 1:16] = True
    expected[4:13, 4:13] = False
    expected[7:10, 7:10] = True
    assert (fill_contours(rings, 17, 17) == expected).all()
    assert partly_overlapping(rings, 17, 17) == 0


def test_a_keyhole_gives_the_same_hole_as_two_contours() -> None:
    # One outline that enters the hole by a channel of no width and leaves by it (PS3.3, C.8.8.6.3).
    outer = [[0.5, 0.5], [0.5, 10.5], [10.5, 10.5], [10.5, 0.5]]
    hole = [[3.5, 3.5], [7.5, 3.5], [7.5, 7.5], [3.5, 7.5]]
    keyhole = np.array([*outer, outer[0], *hole, hole[0]])
    two = fill_contours([np.array(outer), np.array(hole)], 12, 12)
    assert (fill_contours([keyhole], 12, 12) == two).all()
    assert two.sum() == 10 * 10 - 4 * 4


def test_a_contour_may_reach_beyond_the_image() -> None:
    huge = np.array([[-1e6, -1e6], [-1e6, 1e6], [1e6, 1e6], [1e6, -1e6]])
    assert fill_contours([huge], 8, 9).all()
    beside = np.array([[-10.0, -10.0], [-10.0, -5.0], [-5.0, -5.0]])
    assert not fill_contours([beside], 8, 9).any()


def test_a_contour_written_twice_is_one_contour_and_not_a_hole() -> None:
    again = np.roll(SQUARE[::-1], 1, axis=0)
    assert len(without_repeats([SQUARE, again, SQUARE + 0.5])) == 2


def test_contours_that_cross_are_counted_as_doubtful() -> None:
    # Rows 2-5 by columns 3-7 against rows 4-7 by columns 5-9: rows 4, 5 by columns 5, 6, 7 lie in both.
    assert partly_overlapping([SQUARE, SQUARE + 2.0], 12, 12) == 6
    assert partly_overlapping([SQUARE, SQUARE + 20.0], 40, 40) == 0
