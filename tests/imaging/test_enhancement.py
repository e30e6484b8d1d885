"""Percent enhancement and signal enhancement ratio, against their definitions (PMID 22623692)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neoher.errors import GridMismatch, ImageError
from neoher.imaging import enhancement as enhancement_module
from neoher.imaging import kernels
from neoher.imaging.enhancement import enhancement_maps, percent_enhancement, signal_enhancement_ratio
from neoher.volume.dynamic import Scale

SHAPE = (2, 3, 4)
signals = hnp.arrays(np.int16, (3, *SHAPE), elements=st.integers(-50, 1000))


def voxels(*values: float, dtype: str = "int16") -> np.ndarray:
    return np.array(values, dtype=dtype).reshape(1, 1, -1)


def test_percent_enhancement_of_a_doubled_signal_is_100() -> None:
    result = percent_enhancement((voxels(50, 80), Scale()), (voxels(100, 60), Scale()))
    assert result.ravel().tolist() == [100, -25]


def test_a_voxel_without_signal_before_contrast_has_no_percent_enhancement() -> None:
    result = percent_enhancement((voxels(0, -3), Scale()), (voxels(100, 100), Scale()))
    assert np.isnan(result).all()


def test_ratio_of_washout_plateau_and_persistent_enhancement() -> None:
    pre, early = voxels(100, 100, 100), voxels(250, 200, 150)
    late = voxels(200, 200, 200)
    ratio = signal_enhancement_ratio((pre, Scale()), (early, Scale()), (late, Scale()))
    assert ratio.ravel().tolist() == [1.5, 1.0, 0.5]


def test_a_late_signal_equal_to_that_before_contrast_has_no_ratio_and_a_lower_one_a_negative_ratio() -> None:
    ratio = signal_enhancement_ratio(
        (voxels(100, 100), Scale()), (voxels(200, 200), Scale()), (voxels(100, 50), Scale())
    )
    assert np.isnan(ratio.ravel()[0])
    assert ratio.ravel()[1] == -2


@given(signals)
def test_maps_follow_their_definitions_in_every_voxel(stored: np.ndarray) -> None:
    s0, s1, s2 = stored.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(s0 > 0, 100 * (s1 - s0) / s0, np.nan)
        ratio = np.where(s2 == s0, np.nan, (s1 - s0) / (s2 - s0))
    phases = [(one, Scale()) for one in stored]
    maps = enhancement_maps(*phases, background_hundredfold=6000, enhancement_percent=70)
    np.testing.assert_allclose(maps.percent_enhancement, percent, rtol=1e-6)
    np.testing.assert_allclose(maps.signal_enhancement_ratio, ratio, rtol=1e-6)
    passes = (s0 >= 60) & (percent >= 70)
    expected = np.select(
        [~passes, s2 == s0, ratio < 0],
        [kernels.FAILS, kernels.LATE_EQUALS_PRE, kernels.LATE_BELOW_PRE],
        kernels.PASSES,
    )
    np.testing.assert_array_equal(maps.state, expected)


@given(signals)
def test_without_a_late_phase_background_and_enhancement_alone_decide(stored: np.ndarray) -> None:
    s0, s1, _ = stored.astype(np.float64)
    maps = enhancement_maps(
        (stored[0], Scale()), (stored[1], Scale()), None, background_hundredfold=6000, enhancement_percent=70
    )
    expected = (s0 >= 60) & (100 * (s1 - s0) >= 70 * s0)
    np.testing.assert_array_equal(maps.state == kernels.PASSES, expected)
    assert maps.signal_enhancement_ratio is None


@pytest.mark.parametrize("slope", [1.0, 0.1, 0.7, 3.3, 1e-4])
def test_a_voxel_exactly_on_the_threshold_passes_whatever_the_scale(slope: float) -> None:
    # 170 is exactly 70 % above 100; 0.1 * 170 - 0.1 * 100 is not exactly 70 % of 0.1 * 100 in binary.
    pre = np.arange(10, 3000, 10, dtype=np.int16).reshape(1, 1, -1)
    scale = Scale(slope)
    maps = enhancement_maps((pre, scale), (pre // 10 * 17, scale), None, enhancement_percent=70)
    assert (maps.state == kernels.PASSES).all()


@given(signals, st.sampled_from([2.0, 0.25, 1024.0]))
def test_the_unit_of_signal_changes_neither_map(stored: np.ndarray, factor: float) -> None:
    one = enhancement_maps(*[(phase, Scale(1.0, 5.0)) for phase in stored])
    other = enhancement_maps(*[(phase, Scale(factor, 5.0 * factor)) for phase in stored])
    np.testing.assert_array_equal(one.percent_enhancement, other.percent_enhancement)
    np.testing.assert_array_equal(one.signal_enhancement_ratio, other.signal_enhancement_ratio)


def test_phases_of_different_scale_are_compared_as_signal() -> None:
    pre = (voxels(100), Scale(2.0, 10.0))  # 210
    early = (voxels(50), Scale(8.0, 20.0))  # 420
    late = (voxels(63), Scale(10.0, 0.0))  # 630
    assert percent_enhancement(pre, early).item() == pytest.approx(100)
    assert signal_enhancement_ratio(pre, early, late).item() == pytest.approx(0.5)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "float32", ">i2", ">f4", "int32", "uint8"])
def test_every_stored_number_type_gives_the_same(dtype: str) -> None:
    # An unsigned difference below 0 must not wrap around.
    pre, early, late = (voxels(*v, dtype=dtype) for v in ((100, 50), (200, 25), (150, 75)))
    maps = enhancement_maps((pre, Scale()), (early, Scale()), (late, Scale()))
    assert maps.percent_enhancement.ravel().tolist() == [100, -50]
    assert maps.signal_enhancement_ratio is not None
    assert maps.signal_enhancement_ratio.ravel().tolist() == [2, -1]


def test_views_of_larger_arrays_are_read_in_their_own_order() -> None:
    stored = np.arange(3 * 4 * 5 * 6, dtype=np.int16).reshape(3, 4, 5, 6) + 1
    part = stored[:, 1:3, ::2, 5:1:-1]
    expected = 100 * (part[1] - part[0]) / part[0].astype(float)
    np.testing.assert_allclose(
        percent_enhancement((part[0], Scale()), (part[1], Scale())), expected, rtol=1e-6
    )


def test_large_volumes_worked_in_parts_equal_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = np.random.default_rng(3).integers(0, 500, (3, 4, 50, 51)).astype(np.int16)
    phases = [(one, Scale()) for one in stored]
    whole = enhancement_maps(*phases, enhancement_percent=70)
    monkeypatch.setattr(enhancement_module, "VOXELS_AT_ONCE", 997)
    parts = enhancement_maps(*phases, enhancement_percent=70)
    np.testing.assert_array_equal(whole.percent_enhancement, parts.percent_enhancement)
    np.testing.assert_array_equal(whole.signal_enhancement_ratio, parts.signal_enhancement_ratio)
    np.testing.assert_array_equal(whole.state, parts.state)


def test_phases_of_different_size_are_refused() -> None:
    with pytest.raises(GridMismatch, match="different size"):
        percent_enhancement((voxels(1, 2), Scale()), (voxels(1, 2, 3), Scale()))


@pytest.mark.parametrize("scale", [Scale(0.0), Scale(-1.0), Scale(np.nan), Scale(1.0, np.inf)])
def test_a_scale_that_gives_no_signal_is_refused(scale: Scale) -> None:
    with pytest.raises(ImageError, match="slope"):
        percent_enhancement((voxels(1), Scale()), (voxels(2), scale))


def test_signal_that_is_no_number_is_refused() -> None:
    with pytest.raises(ImageError, match="finite"):
        percent_enhancement((voxels(1, dtype="float32"), Scale()), (voxels(np.nan, dtype="float32"), Scale()))
