"""Intensity: percent enhancement of a mask's voxels, computed again by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import GridMismatch
from neoher.imaging.intensity import intensity_of
from neoher.volume.dynamic import Scale
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

AXES = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
GRID = Grid((1, 1, 5), (2.0, 0.7, 0.7), (0.0, 0.0, 0.0), AXES)
PRE = np.array([[[100, 200, 50, 80, 0]]], dtype=np.int16)
POST = np.array([[[200, 600, 125, 80, 90]]], dtype=np.int16)


def mask(*inside: int) -> Mask:
    return Mask(np.array([[[bool(one) for one in inside]]]), GRID, "L1", "phantom")


def test_mean_and_peak_are_those_of_the_voxels_enhancements() -> None:
    # 100, 200, 150 and 0 %; their 95th percentile lies 85 % of the way from 150 to 200.
    found = intensity_of((PRE, Scale()), (POST, Scale()), mask(1, 1, 1, 1, 0))
    assert found is not None
    assert found.mean_percent == pytest.approx(112.5)
    assert found.peak_percent == pytest.approx(192.5)
    assert found.voxels == 4


def test_without_a_voxel_or_without_signal_before_contrast_there_is_none() -> None:
    assert intensity_of((PRE, Scale()), (POST, Scale()), mask(0, 0, 0, 0, 0)) is None
    assert intensity_of((PRE, Scale()), (POST, Scale()), mask(1, 0, 0, 0, 1)) is None


def test_phases_of_another_size_are_refused() -> None:
    with pytest.raises(GridMismatch):
        intensity_of((PRE[..., :4], Scale()), (POST, Scale()), mask(1, 1, 1, 1, 0))


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_unit_of_the_signal_does_not_matter(slope: float, other: float) -> None:
    # The later phase is stored in another unit than the first.
    here = intensity_of((PRE, Scale()), (POST, Scale()), mask(1, 1, 1, 1, 0))
    there = intensity_of(
        (PRE, Scale(slope)), (POST * np.float64(slope / other), Scale(other)), mask(1, 1, 1, 1, 0)
    )
    assert here is not None
    assert there is not None
    assert there.mean_percent == pytest.approx(here.mean_percent)
    assert there.peak_percent == pytest.approx(here.peak_percent)
