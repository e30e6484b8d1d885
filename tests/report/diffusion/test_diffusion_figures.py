"""The page of diffusion: the map's colours mean the same at every visit, the histogram counts every voxel."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from neoher.imaging.diffusion import AdcFit
from neoher.measure.adc import AdcValue
from neoher.measure.diffusion import AdcSlice
from neoher.report.diffusion.colours import adc_colours
from neoher.report.diffusion.figures import diffusion_pictures
from neoher.report.diffusion.histogram import BIN, TOP, counts, histogram
from neoher.report.diffusion.tables import adc_table
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

GRID = Grid((3, 40, 50), (4.0, 2.0, 2.0), (-50.0, -40.0, 0.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))


def drawn(*, is_map: bool = False) -> AdcSlice:
    inside = np.zeros(GRID.shape, dtype=np.bool_)
    inside[1, 15:25, 20:30] = True
    adc = np.full(GRID.shape[1:], 1800.0)
    adc[inside[1]] = 1000.0
    adc[0, :] = np.nan
    weighted = None if is_map else np.where(inside[1], 300, 100).astype(np.float32)
    values = np.linspace(900.0, 1100.0, int(inside.sum()))
    return AdcSlice(Mask(inside, GRID, "L1", "test"), 1, adc, weighted, None if is_map else 800.0, values)


def test_the_high_b_value_stands_beside_the_map_and_the_spread(
    decoded: Callable[[str], NDArray[np.uint8]],
) -> None:
    images = diffusion_pictures(drawn())
    assert [image.title for image in images] == [
        "Diffusion, b 800 s/mm²", "Apparent diffusion coefficient", "Spread in the lesion",
    ]  # fmt: skip
    for image in images[:2]:
        assert 'class="region"' in image.svg
        assert 'class="scale-bar"' in image.svg
    pixels = decoded(images[1].svg)
    lesion, around = (
        tuple(int(part) for part in adc_colours(np.array([value]))[0]) for value in (1000.0, 1800.0)
    )
    middle = pixels.shape[0] // 2, pixels.shape[1] // 2
    assert tuple(pixels[middle]) == lesion
    assert tuple(pixels[middle[0], 5]) == around
    assert "×10⁻⁶ mm²/s" in images[1].svg


def test_a_scanners_map_has_no_weighted_image_and_says_whose_it_is() -> None:
    images = diffusion_pictures(drawn(is_map=True))
    assert images[0].title == "Apparent diffusion coefficient"
    assert "scanner’s map" in images[0].caption


@given(st.lists(st.floats(0.0, 3000.0), min_size=2, max_size=20, unique=True))
def test_colours_grow_lighter_with_the_coefficient(values: list[float]) -> None:
    rgb = adc_colours(np.sort(np.array(values))).astype(float)
    # Relative weights of the channels in grey print (ITU-R BT.709).
    lightness = rgb @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) > -0.75).all()


def test_no_coefficient_is_black() -> None:
    assert (adc_colours(np.array([np.nan])) == 0).all()


def test_every_voxel_is_counted_once() -> None:
    values = np.array([0.0, 99.9, 100.0, 1050.0, 2999.0, 3000.0, 4800.0])
    by_bin = counts(values)
    assert by_bin.sum() == len(values)
    assert (by_bin[0], by_bin[1], by_bin[10], by_bin[-1]) == (2, 1, 1, 3)
    assert len(by_bin) == TOP / BIN


def test_mean_and_median_stand_where_they_belong() -> None:
    values = np.concatenate([np.full(60, 900.0), np.full(40, 1400.0)])
    svg = histogram(values)
    assert "mean 1100" in svg
    assert "median 900" in svg
    lines = [float(x) for x in re.findall(r'<path d="M([0-9.]+) 26V190"', svg)]
    zero, thousand = (float(re.search(rf'<text x="([0-9.]+)"[^>]*>{tick}<', svg)[1]) for tick in (0, 1000))  # type: ignore[index]
    places = sorted(zero + (thousand - zero) * value / 1000 for value in (900, 1100))
    assert sorted(lines) == pytest.approx(places, abs=0.2)


def test_the_table_holds_what_was_measured_and_says_of_what() -> None:
    value = AdcValue(
        mean=1105.2, median=1107.4, p5=984, p10=1009, p15=1025, p25=1053, p75=1157, p85=1185, p90=1199,
        p95=1223, standard_deviation=None, minimum=899, maximum=1320, voxels=942, excluded=3,
        volume_cc=15.07, b_values=(0, 100, 600, 800), fit=AdcFit.LOG_LINEAR,
    )  # fmt: skip
    table = adc_table(value, "L1", "m5")
    cells = dict(zip(table.header, table.rows[0], strict=True))
    assert [cells[name].text for name in ("Mean", "Median", "P15", "P25", "SD")] == [
        "1105", "1107", "1025", "1053", "not known",
    ]  # fmt: skip
    assert cells[""].provenance == "m5"
    assert "942 voxels" in table.note
    assert "3 without one left out" in table.note
    assert "b 0, 100, 600, 800 s/mm²" in table.note
