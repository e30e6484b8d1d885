"""A region carried to another visit: against phantoms whose grid was shifted and turned by a known motion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from neoher.errors import RegionError
from neoher.imaging.carrying import carry_region
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

pytest.importorskip("SimpleITK")

TURN = Rotation.from_euler("xyz", (4.0, -3.0, 5.0), degrees=True)
SHIFT = np.array([17.0, -12.0, 26.0])


def turned(grid: Grid) -> Grid:
    """The grid as it lies where the patient lies shifted and turned; its voxels hold the same tissue."""
    axes = TURN.apply(np.asarray(grid.axes))
    origin = TURN.apply(np.asarray(grid.origin_mm)) + SHIFT
    return replace(grid, origin_mm=tuple(map(float, origin)), axes=tuple(tuple(map(float, a)) for a in axes))


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def before_contrast(phantom: Any) -> NDArray[np.float32]:
    signal: NDArray[np.float32] = phantom.series.signal[0].astype(np.float32)
    return signal


@pytest.fixture(scope="module")
def visits(make_phantom: Any) -> Any:
    """The same breast twice, with noise of its own each time."""
    return make_phantom(), make_phantom(seed=11)


def test_the_region_is_found_where_the_breast_lies_shifted_and_turned(visits: Any) -> None:
    earlier, later = visits
    grid = earlier.series.grid
    region = Mask(earlier.truth, grid, "L1", "")
    carried = carry_region(before_contrast(earlier), region, before_contrast(later), turned(grid))
    assert dice(carried.inside, earlier.truth) > 0.95
    middle = grid.to_patient(np.argwhere(earlier.truth).astype(float))
    middle = (middle.min(axis=0) + middle.max(axis=0)) / 2
    assert carried.displacement_mm == pytest.approx(TURN.apply(middle) + SHIFT - middle, abs=0.5)
    assert carried.similarity is not None
    assert carried.similarity_before is None or carried.similarity > carried.similarity_before + 0.3
    assert carried.outside_percent == 0.0
    assert carried.warnings == ()


def test_the_later_exam_may_have_other_voxels_and_another_brightness(visits: Any) -> None:
    earlier, later = visits
    grid = earlier.series.grid
    coarse = replace(
        turned(grid),
        shape=(36, 42, 42),
        spacing_mm=(grid.spacing_mm[0], *(2 * s for s in grid.spacing_mm[1:])),
    )
    signal = np.ascontiguousarray(2.5 * before_contrast(later)[:, ::2, ::2] + 40.0)
    carried = carry_region(before_contrast(earlier), Mask(earlier.truth, grid, "L1", ""), signal, coarse)
    assert dice(carried.inside, earlier.truth[:, ::2, ::2]) > 0.9
    assert carried.inside.sum() * coarse.voxel_volume_cc == pytest.approx(
        earlier.truth.sum() * grid.voxel_volume_cc, rel=0.05
    )


def test_an_image_of_something_else_is_warned_of(visits: Any) -> None:
    earlier, _ = visits
    grid = earlier.series.grid
    noise = np.random.default_rng(3).normal(400.0, 100.0, grid.shape).astype(np.float32)
    carried = carry_region(before_contrast(earlier), Mask(earlier.truth, grid, "L1", ""), noise, grid)
    assert [code for code, _ in carried.warnings][:1] == ["visits-not-alike"]
    assert carried.similarity is not None
    assert carried.similarity < 0.3


def test_a_region_that_the_later_image_cuts_says_so(visits: Any) -> None:
    earlier, later = visits
    grid = earlier.series.grid
    cut = replace(grid, shape=(17, *grid.shape[1:]))
    carried = carry_region(
        before_contrast(earlier),
        Mask(earlier.truth, grid, "L1", ""),
        np.ascontiguousarray(before_contrast(later)[:17]),
        cut,
    )
    kept = earlier.truth[:17].sum() / earlier.truth.sum()
    assert carried.outside_percent == pytest.approx(100 * (1 - kept), abs=5)
    assert "region-leaves-image" in [code for code, _ in carried.warnings]


def test_what_cannot_be_carried_is_refused(visits: Any) -> None:
    earlier, later = visits
    grid = earlier.series.grid
    signal = before_contrast(earlier)
    with pytest.raises(RegionError, match="no voxel"):
        carry_region(signal, Mask(np.zeros_like(earlier.truth), grid, "L1", ""), signal, grid)
    x, y, z = grid.origin_mm
    far = replace(grid, origin_mm=(x + 500.0, y, z))
    with pytest.raises(RegionError, match="not found in the later exam"):
        carry_region(signal, Mask(earlier.truth, grid, "L1", ""), before_contrast(later), far)
