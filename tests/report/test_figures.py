"""Figures: a marker at a known place of the patient is found at its place in the picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.imaging.dce import FtvParameters, FunctionalTumourVolume, functional_tumour_volume
from neoher.imaging.kinetic_curve import KineticCurve
from neoher.imaging.phases import PhaseChoice
from neoher.imaging.shape import describe_shape
from neoher.report.drawing.colours import SER_COLOURS, ser_class_colours
from neoher.report.drawing.dce_figures import exam_images, shown_slice, subtraction_projection, tumour_slice
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

BoxSeries = Callable[[Grid, tuple[int, int, int]], tuple[DynamicSeries, PhaseChoice, Mask]]
Count = Callable[[Grid, tuple[int, int, int]], tuple[DynamicSeries, FunctionalTumourVolume, Mask]]
Decode = Callable[[str], NDArray[np.uint8]]

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
SAGITTAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
SAGITTAL_FROM_BELOW = ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))


@pytest.fixture
def count(box_series: BoxSeries) -> Count:
    """Counts the bright voxel alone: no neighbour is asked for."""

    def counted(
        grid: Grid, bright: tuple[int, int, int]
    ) -> tuple[DynamicSeries, FunctionalTumourVolume, Mask]:
        series, choice, region = box_series(grid, bright)
        parameters = FtvParameters(neighbours=0)
        return series, functional_tumour_volume(series, choice, region, (), parameters), region

    return counted


@pytest.mark.parametrize(
    ("axes", "right", "down"),
    [
        (AXIAL, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
        (SAGITTAL, (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
        (SAGITTAL_FROM_BELOW, (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    ],
)
def test_an_enhancing_voxel_is_projected_to_its_place_in_the_patient(
    axes: tuple[Vector, Vector, Vector], right: Vector, down: Vector, count: Count, decoded: Decode
) -> None:
    grid = Grid((6, 30, 40), (3.0, 1.5, 1.0), (5.0, 6.0, 7.0), axes)
    bright = (2, 4, 31)
    series, volume, region = count(grid, bright)
    image = subtraction_projection(series, volume, region)
    pixels = decoded(image.svg).astype(float)
    row, column = np.unravel_index(int(pixels.argmax()), pixels.shape)
    corners = grid.to_patient(np.asarray([[0.0, a, b] for a in (-0.5, 29.5) for b in (-0.5, 39.5)]))
    place = grid.to_patient(np.asarray([bright], dtype=float))[0]
    for pixel, pixels_across, direction in ((column, pixels.shape[1], right), (row, pixels.shape[0], down)):
        along = corners @ np.asarray(direction)
        expected = place @ np.asarray(direction) - along.min()
        assert (pixel + 0.5) / pixels_across * np.ptp(along) == pytest.approx(expected, abs=1.0)


def test_the_slice_shown_is_that_of_the_counted_voxels(count: Count) -> None:
    grid = Grid((6, 30, 40), (3.0, 1.5, 1.0), (0.0, 0.0, 0.0), AXIAL)
    _, volume, region = count(grid, (4, 10, 10))
    assert shown_slice(volume, region, None) == 4


def test_where_nothing_counts_the_pictures_say_so_and_claim_no_cure(box_series: BoxSeries) -> None:
    grid = Grid((6, 30, 40), (3.0, 1.5, 1.0), (0.0, 0.0, 0.0), AXIAL)
    series, choice, region = box_series(grid, (4, 10, 10))
    volume = functional_tumour_volume(series, choice, region, (), FtvParameters(neighbours=4))
    assert volume.voxels == 0
    images = exam_images(series, volume, region, describe_shape(volume.mask), None)
    assert [image.title for image in images][-1] == "Signal enhancement ratio (SER)"
    assert "not a pathologic statement" in images[-1].caption
    assert images[-1].legend == ()
    assert "no diameter is drawn" in images[1].caption
    assert "calliper" not in images[1].svg


def test_parenchyma_does_not_turn_white_when_the_tumour_is_gone(
    box_series: BoxSeries, decoded: Decode
) -> None:
    grid = Grid((6, 30, 40), (3.0, 1.5, 1.0), (0.0, 0.0, 0.0), AXIAL)
    series, choice, region = box_series(grid, (4, 10, 10))
    series.signal[1:] = 120  # parenchyma rises by 20 %, nothing else enhances
    volume = functional_tumour_volume(series, choice, region, (), FtvParameters())
    image = tumour_slice(series, volume, region, 4, None)
    assert decoded(image.svg).max() < 130


def test_the_kinetic_curve_is_drawn_where_there_is_one(count: Count) -> None:
    grid = Grid((6, 30, 40), (3.0, 1.5, 1.0), (0.0, 0.0, 0.0), AXIAL)
    series, volume, region = count(grid, (4, 10, 10))
    curve = KineticCurve((-50.0, 100.0, 250.0), (100.0, 300.0, 280.0), (0.0, 200.0, 180.0), 1)
    shape = describe_shape(volume.mask)
    images = exam_images(series, volume, region, shape, curve)
    assert "200 % at 100 s" in images[-1].alt
    assert [entry.amount for entry in images[2].legend][2] == "100\u202f%"  # SER = 200 / 180 = 1.11


@pytest.mark.parametrize(
    ("ratio", "label"),
    [
        (0.5, "0-0.9"),
        (0.9, "0-0.9"),
        (0.95, "0.9-1.0"),
        (1.0, "0.9-1.0"),
        (1.25, "1.0-1.3"),
        (1.5, "1.3-1.75"),
        (1.75, "1.3-1.75"),
        (2.0, "1.75-3"),
        (3.0, "1.75-3"),
        (4.0, None),
    ],
)
def test_a_voxel_has_the_colour_of_its_ratio_with_bins_closed_above(
    ratio: float, label: str | None, box_series: BoxSeries
) -> None:
    """Bins and order of the colours: UCSF's ftv_map_gen_p2.py, as the knowledge of this project quotes it."""
    grid = Grid((3, 9, 9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), AXIAL)
    series, choice, region = box_series(grid, (1, 4, 4))
    scaled = np.asarray(series.signal, dtype=np.float64)
    early = 360.0
    scaled[1, 1, 4, 4], scaled[2, 1, 4, 4] = 100 + early, 100 + early / ratio
    object.__setattr__(series, "signal", scaled)
    volume = functional_tumour_volume(series, choice, region, (), FtvParameters(neighbours=0))
    assert volume.voxels == 1
    colours, coloured = ser_class_colours(volume.ser_class)
    shown = {tuple(int(part) for part in colour) for colour in colours[coloured]}
    assert shown == ({SER_COLOURS[label].rgb} if label else set())


def test_the_colours_are_blue_purple_green_red_and_yellow() -> None:
    def dominant(rgb: tuple[int, int, int]) -> set[str]:
        return {name for name, part in zip("RGB", rgb, strict=True) if part > 0.7 * max(rgb)}

    assert [dominant(colour.rgb) for colour in SER_COLOURS.values()] == [
        {"B"},
        {"R", "B"},
        {"G"},
        {"R"},
        {"R", "G"},
    ]
