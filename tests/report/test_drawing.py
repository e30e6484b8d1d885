"""Drawing: lengths in the picture are lengths in the patient."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from neoher.imaging.diameters import Diameter
from neoher.report.drawing.frame import grey_pixels, nearest_pixels, outline_path, picture, scale_bar_mm
from neoher.report.drawing.plane import DisplayPlane
from neoher.report.drawing.png import png_bytes
from neoher.volume.grid import Grid

AXIAL = Grid(
    (3, 40, 60), (3.0, 2.0, 1.0), (-30.0, -40.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
def test_png_holds_the_pixels_it_was_given(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png_bytes(pixels)))), pixels)


def test_pixels_are_square_whatever_the_voxels_are() -> None:
    plane = DisplayPlane.of(AXIAL)  # 60 mm wide, 80 mm high
    height, width = grey_pixels(plane, np.zeros((40, 60)), (0.0, 1.0)).shape
    assert width / height == pytest.approx(60 / 80, rel=0.01)


def test_the_window_maps_its_ends_to_black_and_white_and_cuts_beyond() -> None:
    plane = DisplayPlane.of(AXIAL)
    for value, grey in ((-5.0, 0), (10.0, 0), (15.0, 128), (20.0, 255), (99.0, 255), (np.nan, 0)):
        pixels = grey_pixels(plane, np.full((40, 60), value), (10.0, 20.0))
        assert set(np.unique(pixels)) == {grey}


def test_classes_are_enlarged_without_mixing() -> None:
    plane = DisplayPlane.of(AXIAL)
    classes = np.zeros((40, 60), dtype=np.uint8)
    classes[10:20, 15:30] = 5
    shown = nearest_pixels(plane, classes)
    assert set(np.unique(shown)) == {0, 5}
    assert (shown == 5).mean() == pytest.approx(10 * 15 / (40 * 60), rel=0.03)


@pytest.mark.parametrize(
    ("width", "length"), [(200.0, 50.0), (150.0, 50.0), (149.0, 20.0), (31.0, 10.0), (320.0, 100.0)]
)
def test_the_scale_bar_is_the_longest_round_length_within_a_third(width: float, length: float) -> None:
    assert scale_bar_mm(width) == length


def test_the_scale_bar_is_as_long_as_it_says_in_mm() -> None:
    plane = DisplayPlane.of(AXIAL)
    svg = picture(plane, np.zeros((80, 60), dtype=np.uint8), alt="x")
    assert 'viewBox="0 0 60.00 80.00"' in svg
    bar = re.search(r'class="scale-bar" data-mm="(\d+)" d="[^"]*h([\d.]+)m', svg)
    assert bar
    assert float(bar[1]) == float(bar[2]) == 20.0
    assert ">20 mm</text>" in svg


def test_the_calliper_runs_between_the_ends_of_the_diameter() -> None:
    plane = DisplayPlane.of(AXIAL)
    ends = ((-20.0, -30.0, 3.0), (10.0, 10.0, 3.0))
    svg = picture(plane, np.zeros((8, 6), dtype=np.uint8), alt="x", calliper=Diameter(50.0, ends, 1))
    # Left edge of the picture is x = -30.5 mm, upper edge y = -41 mm: half a voxel beyond the first centre.
    assert "M10.50 11.00L40.50 51.00" in svg
    assert ">50.0 mm</text>" in svg


def test_the_outline_runs_along_the_edges_of_the_voxels() -> None:
    plane = DisplayPlane.of(AXIAL)
    inside = np.zeros((40, 60), dtype=np.bool_)
    inside[10:12, 20:23] = True
    segments = re.findall(r"M([\d.]+) ([\d.]+)([HV])([\d.]+)", outline_path(plane, inside))
    drawn = {(float(x), float(y), way, float(end)) for x, y, way, end in segments}
    assert drawn == {(20, 20, "H", 23), (20, 24, "H", 23), (20, 20, "V", 24), (23, 20, "V", 24)}


def test_texts_in_a_drawing_are_escaped() -> None:
    svg = picture(DisplayPlane.of(AXIAL), np.zeros((8, 6), dtype=np.uint8), alt='"><script>')
    assert "<script>" not in svg
