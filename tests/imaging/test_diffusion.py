"""ADC against signals of known decay, SciPy's fit of single voxels, and NumPy's percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from neoher.errors import InputError
from neoher.imaging.diffusion import AdcFit, apparent_diffusion, lesion_statistics

ACRIN = (0.0, 100.0, 600.0, 800.0)
"""The b-values of ACRIN 6698."""


def decays(
    adc_1e6: NDArray[np.float64], b_values: tuple[float, ...], s0: float = 1000.0
) -> NDArray[np.float64]:
    return s0 * np.exp(-np.outer(b_values, adc_1e6 * 1e-6))


@pytest.mark.parametrize("b_values", [(0.0, 800.0), (50.0, 850.0), ACRIN, (800.0, 0.0, 400.0)])
@pytest.mark.parametrize("fit", list(AdcFit))
def test_without_noise_both_fits_give_the_truth(b_values: tuple[float, ...], fit: AdcFit) -> None:
    truth = np.array([300.0, 900.0, 1200.0, 2000.0, 3000.0])
    found = apparent_diffusion(decays(truth, b_values), b_values, fit)
    np.testing.assert_allclose(found, truth, rtol=1e-9)


def test_the_non_linear_fit_is_that_of_another_program() -> None:
    random = np.random.default_rng(4)
    truth = random.uniform(600, 2200, 60)
    noisy = decays(truth, ACRIN) + random.normal(0, 25, (4, 60))
    ours = apparent_diffusion(noisy, ACRIN, AdcFit.NON_LINEAR)
    b = np.array(ACRIN)
    for voxel in range(60):
        (_, other), _ = curve_fit(
            lambda b, s0, rate: s0 * np.exp(-b * rate * 1e-3), b, noisy[:, voxel], p0=(1000, 1.0), ftol=1e-12
        )
        assert ours[voxel] == pytest.approx(other * 1000, rel=1e-4)


def test_with_noise_the_non_linear_fit_errs_less() -> None:
    random = np.random.default_rng(5)
    truth = np.full(4000, 1800.0)
    noisy = np.abs(decays(truth, ACRIN) + random.normal(0, 60, (4, 4000)))
    errors = [np.abs(apparent_diffusion(noisy, ACRIN, fit) - 1800).mean() for fit in AdcFit]
    assert errors[1] < errors[0]


def test_voxels_without_signal_have_no_value() -> None:
    signals = np.array([[100.0, 0.0, np.nan, 100.0, np.inf], [50.0, 10.0, 1.0, -3.0, 1.0]])
    found = apparent_diffusion(signals, (0.0, 800.0))
    assert np.isfinite(found[0])
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize(
    ("b_values", "signals"), [((800.0, 800.0), 2), ((0.0,), 1), ((0.0, 800.0), 3), ((-1.0, 800.0), 2)]
)
def test_b_values_that_give_no_adc_are_refused(b_values: tuple[float, ...], signals: int) -> None:
    with pytest.raises(InputError, match="b-value"):
        apparent_diffusion(np.ones((signals, 4)), b_values)


@given(scale=st.floats(0.01, 1e4), adc=st.floats(100, 3500))
def test_the_unit_of_the_signal_does_not_matter(scale: float, adc: float) -> None:
    for fit in AdcFit:
        found = apparent_diffusion(decays(np.array([adc]), ACRIN, scale), ACRIN, fit)
        assert found[0] == pytest.approx(adc, rel=1e-6)


def test_statistics_of_a_lesion() -> None:
    values = np.random.default_rng(6).normal(1100, 200, 500)
    beside = np.array([np.nan, 0.0, -20.0, 9000.0, np.inf])
    found = lesion_statistics(np.concatenate((values, beside)))
    assert (found.voxels, found.excluded) == (500, 5)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.median == pytest.approx(np.median(values))
    assert found.standard_deviation == pytest.approx(np.std(values, ddof=1))
    ordered = np.sort(values)
    for percent, value in found.percentiles:
        place = percent / 100 * 499
        low = int(place)
        assert value == pytest.approx(ordered[low] + (place - low) * (ordered[low + 1] - ordered[low]))


def test_a_region_without_tissue_has_no_mean() -> None:
    found = lesion_statistics(np.array([np.nan, -1.0]))
    assert (found.voxels, found.excluded, found.mean, found.percentiles) == (0, 2, None, ())
    assert lesion_statistics(np.array([1200.0])).standard_deviation is None
