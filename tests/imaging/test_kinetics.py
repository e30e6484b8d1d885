"""Tracer kinetics against the OSIPI reference sets and against convolutions that share no code with it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neoher.errors import InputError
from neoher.imaging.kinetics.arterial_input import (
    ArterialInput,
    measured_input,
    parker_blood,
    parker_input,
)
from neoher.imaging.kinetics.exchange import (
    ExchangeFit,
    FitState,
    fit_extended_tofts,
    fit_patlak,
    fit_tofts,
)
from neoher.imaging.kinetics.relaxation import concentration, relaxation_by_flip_angle
from neoher.imaging.kinetics.sampling import sampling

Array = NDArray[np.float64]
Rows = Callable[[str], list[dict[str, str]]]

KTRANS = (0.005, 0.1)
VOLUME = (0.05, 0.0)
PLASMA = (0.025, 0.0)
"""The collection's tolerances: absolute, relative."""


@pytest.fixture
def osipi(shared_data: Path) -> Rows:
    """Reads one file of the collection."""

    def rows(name: str) -> list[dict[str, str]]:
        csv.field_size_limit(10_000_000)
        with (shared_data / "quant" / "osipi-dce" / name).open(encoding="utf-8-sig") as file:
            return [{key.strip(): value for key, value in row.items()} for row in csv.DictReader(file)]

    return rows


def numbers(text: str) -> Array:
    return np.array([float(word) for word in text.split()])


def within(value: float, reference: float, tolerance: tuple[float, float]) -> bool:
    return abs(value - reference) <= tolerance[0] + tolerance[1] * abs(reference)


def blood(times_s: Array) -> Array:
    """Parker's curve arriving at 21 s, as plasma."""
    return parker_blood(times_s, arrival_s=21.0) / 0.58


def convolved(ktrans: Array, ve: Array, vp: Array, times_s: Array) -> Array:
    """Tissue curves by the midpoint rule at 0.05 s."""
    step = 0.05
    fine = np.arange(0.0, times_s[-1] + step, step)
    middle = blood(fine + step / 2)
    length = 1 << int(np.ceil(np.log2(2 * fine.size)))
    spectrum = np.fft.rfft(middle, length)
    curves = np.empty((ktrans.size, times_s.size))
    for n in range(ktrans.size):
        kernel = np.exp(-ktrans[n] / ve[n] / 60.0 * (fine + step / 2))
        whole = np.fft.irfft(spectrum * np.fft.rfft(kernel, length), length)
        tissue = np.concatenate(([0.0], whole[: fine.size - 1])) * step / 60.0
        curves[n] = np.interp(times_s, fine, ktrans[n] * tissue) + vp[n] * blood(times_s)
    return curves


def tissues(count: int, seed: int = 1) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(seed)
    return (
        random.uniform(0.02, 0.6, count),
        random.uniform(0.1, 0.6, count),
        random.uniform(0.0, 0.1, count),
    )


COARSE = np.arange(60) * 6.0
UNEQUAL = np.cumsum(np.tile([0.0, 3.0, 8.0, 5.0, 7.0, 6.0], 10))[np.arange(60) % 6 != 0]
SLOWING = np.concatenate((np.arange(40) * 3.0, 120.0 + np.arange(20) * 15.0))
"""Fast while the contrast arrives, then slow: the usual unequal steps."""


# --- the reference sets -------------------------------------------------------------------------------------


def test_tofts_reference_set(osipi: Rows) -> None:
    rows = osipi("DCEmodels/data/dce_DRO_data_tofts.csv")
    passed = 0
    for row in rows:
        fit = fit_tofts(
            numbers(row["C"]), numbers(row["t"]), ArterialInput(numbers(row["ta"]), numbers(row["ca"]))
        )
        passed += within(fit.ktrans_per_min[0], float(row["Ktrans"]), KTRANS) and within(
            fit.ve[0], float(row["ve"]), VOLUME
        )
    assert (passed, len(rows)) == (25, 25)


def test_extended_tofts_reference_set(osipi: Rows) -> None:
    rows = osipi("DCEmodels/data/dce_DRO_data_extended_tofts.csv")
    passed = 0
    for row in rows:
        fit = fit_extended_tofts(
            numbers(row["C"]), numbers(row["t"]), ArterialInput(numbers(row["ta"]), numbers(row["ca"]))
        )
        passed += (
            within(fit.ktrans_per_min[0], float(row["Ktrans"]), KTRANS)
            and within(fit.ve[0], float(row["ve"]), VOLUME)
            and within(fit.vp[0], float(row["vp"]), PLASMA)
        )
    assert (passed, len(rows)) == (15, 15)


@pytest.mark.parametrize("delay", [0, 5])
def test_patlak_reference_sets(osipi: Rows, delay: int) -> None:
    rows = osipi(f"DCEmodels/data/patlak_sd_0.02_delay_{delay}.csv")
    passed = 0
    for row in rows:
        times, plasma = numbers(row["t"]), numbers(row["cp_aif"])
        fit = fit_patlak(
            numbers(row["C_t"]), times, ArterialInput(times, plasma), delay_s=float(row["arterial_delay"])
        )
        passed += within(fit.ps_per_min[0], float(row["ps"]), KTRANS) and within(
            fit.vp[0], float(row["vp"]), PLASMA
        )
    assert (passed, len(rows)) == (9, 9)


@pytest.mark.parametrize(
    ("name", "tolerance", "curves"),
    [("ParkerAIF_ref.csv", (1e-4, 0.01), 11), ("ParkerAIF_ref_with_delay.csv", (0.1, 0.1), 9)],
)
def test_parker_reference_curves(osipi: Rows, name: str, tolerance: tuple[float, float], curves: int) -> None:
    rows = osipi(f"PopulationAIF_DCE/data/{name}")
    for row in rows:
        ours = parker_blood(np.array([float(row["time"]) * 60.0]), arrival_s=float(row["delay"]))
        assert within(float(ours[0]), float(row["Cb"]), tolerance), row
    assert len({row["label"] for row in rows}) == curves


@pytest.mark.parametrize(
    ("name", "count", "reference", "linear_reference", "milliseconds"),
    [
        ("t1_brain_data.csv", 76, lambda row: float(row["R1"]), None, 1.0),
        ("t1_quiba_data.csv", 45, lambda row: 1000 * float(row["R1"]), None, 1.0),
        (
            "t1_prostate_data.csv",
            50,
            lambda row: 1000 / float(row["T1 nonlinear"]),
            lambda row: 1000 / float(row["T1 linear"]),
            1000.0,
        ),
    ],
)
def test_relaxation_reference_sets(
    osipi: Rows,
    name: str,
    count: int,
    reference: Callable[[dict[str, str]], float],
    linear_reference: Callable[[dict[str, str]], float] | None,
    milliseconds: float,
) -> None:
    rows = osipi(f"T1_mapping/data/{name}")
    passed = 0
    for row in rows:
        given_row = numbers(row["s"]), numbers(row["FA"]), numbers(row["TR"])[0] / milliseconds
        found = relaxation_by_flip_angle(*given_row).r1_per_s[0]
        linear = relaxation_by_flip_angle(*given_row, linear=True).r1_per_s[0]
        passed += within(found, reference(row), (0.05, 0.05)) and within(
            linear, (linear_reference or reference)(row), (0.05, 0.05)
        )
    assert (passed, len(rows)) == (count, count)


def test_concentration_reference_set(osipi: Rows) -> None:
    rows = osipi("SI_to_Conc/data/SI2Conc_data.csv")
    assert len(rows) == 5
    for row in rows:
        signal, reference = numbers(row["s"]), numbers(row["conc"])
        ours = concentration(
            signal,
            # The set leaves the first point out of its baseline.
            baseline=signal[1 : int(row["numbaselinepts"])].mean(),
            t1_s=float(row["T1base"]),
            flip_angle_degrees=float(row["FA"]),
            repetition_time_s=float(row["TR"]),
            relaxivity_per_mm_per_s=float(row["r1"]),
        )[0]
        assert np.all(np.abs(ours - reference) <= 1e-5 + 1e-5 * np.abs(reference)), row["label"]


# --- an independent convolution, coarse and unequal ---------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "sampled"),
    [(COARSE, True), (COARSE, False), (SLOWING, True), (SLOWING, False), (UNEQUAL, False)],
    ids=["6 s", "6 s, fine input", "3 then 15 s", "3 then 15 s, fine input", "3 to 8 s, fine input"],
)
def test_coarse_and_unequal_steps(times: Array, sampled: bool) -> None:
    ktrans, ve, vp = tissues(300)
    knots = times if sampled else np.arange(0.0, times[-1] + 0.1, 0.1)
    fit = fit_extended_tofts(convolved(ktrans, ve, vp, times), times, ArterialInput(knots, blood(knots)))
    error = np.abs(fit.ktrans_per_min - ktrans)
    # A rectangle rule is off by a median of 0.05 /min here; a fine input leaves only its own 0.1 s chords.
    assert np.median(error) < (0.005 if sampled else 1e-4)
    if not sampled:
        assert np.abs(fit.ve - ve).max() < 1e-3
        assert np.abs(fit.vp - vp).max() < 1e-4
        assert fit.r_squared.min() > 0.999999
        assert fit.fitted.all()


def test_noise_gives_noisy_values_and_no_bias_beyond_it() -> None:
    count, knots = 400, np.arange(0.0, 360.0, 0.5)
    same = np.full(count, 0.15), np.full(count, 0.3), np.full(count, 0.04)
    curves = convolved(*(one[:1] for one in same), COARSE)
    noisy = curves + np.random.default_rng(3).normal(0.0, 0.02, (count, COARSE.size))
    fit = fit_extended_tofts(noisy, COARSE, ArterialInput(knots, blood(knots)))
    standard_error = fit.ktrans_per_min.std() / np.sqrt(count)
    assert abs(fit.ktrans_per_min.mean() - 0.15) < 4 * standard_error + 0.002
    assert np.median(fit.residual_mm) == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(("fit_of", "free"), [(fit_tofts, 2), (fit_extended_tofts, 3)])
def test_no_least_squares_of_another_kind_fits_better(fit_of: Callable[..., ExchangeFit], free: int) -> None:
    """Curves with plasma and noise: Tofts cannot follow them, and its residual stays large at the optimum."""
    fine = np.arange(0.0, COARSE[-1] + 0.05, 0.1)
    ktrans, ve, vp = tissues(60, seed=8)
    noise = np.random.default_rng(8).normal(0.0, 0.02, (60, COARSE.size))
    curves = convolved(ktrans, ve, vp, COARSE) + noise
    fit = fit_of(curves, COARSE, ArterialInput(fine, blood(fine)))

    def residuals(values: Array, curve: Array) -> Array:
        volume = values[0] / values[1]
        plasma = values[2] if free == 3 else 0.0
        model = convolved(*(np.array([one]) for one in (values[0], volume, plasma)), COARSE)[0]
        return np.asarray(curve - model)

    for voxel, curve in enumerate(curves):
        start = np.array([ktrans[voxel], ktrans[voxel] / ve[voxel], vp[voxel]])[:free]
        bounds = np.array([1e-9, 1e-9, 0.0])[:free], np.array([10.0, 60.0, 1.0])[:free]
        best = least_squares(residuals, start.clip(*bounds), args=(curve,), bounds=bounds, xtol=1e-10)
        assert fit.residual_mm[voxel] <= np.sqrt(np.mean(best.fun**2)) * (1 + 1e-4)
    assert fit.state.max() in (FitState.FITTED, FitState.IMPOSSIBLE_VOLUME)
    explained = 1 - (fit.residual_mm**2 * COARSE.size) / ((curves - curves.mean(axis=1)[:, None]) ** 2).sum(1)
    np.testing.assert_allclose(fit.r_squared, explained, rtol=1e-9)


@pytest.mark.parametrize("delay", [0.0, 2.5, 7.3])
def test_arrival_in_the_tissue_is_fitted(delay: float) -> None:
    ktrans, ve, vp = tissues(40, seed=2)
    times = np.arange(0.0, 300.0, 3.0)
    fine = np.arange(0.0, 300.0, 0.1)
    curves = np.stack(
        [np.interp(times - delay, fine, one, left=0.0) for one in convolved(ktrans, ve, vp, fine)]
    )
    knots = np.arange(0.0, 300.1, 0.5)
    fit = fit_extended_tofts(curves, times, ArterialInput(knots, blood(knots)), most_delay_s=12.0)
    assert np.abs(fit.delay_s - delay).max() < 0.2
    assert np.median(np.abs(fit.ktrans_per_min - ktrans)) < 1e-3
    wrong = fit_extended_tofts(curves, times, ArterialInput(knots, blood(knots)))
    if delay:
        assert np.median(np.abs(wrong.ktrans_per_min - ktrans)) > np.median(
            np.abs(fit.ktrans_per_min - ktrans)
        )


def test_a_known_arrival_is_taken_as_given() -> None:
    ktrans, ve, vp = tissues(20, seed=5)
    fine = np.arange(0.0, 300.0, 0.1)
    curves = np.stack(
        [np.interp(COARSE[:48] - 4.0, fine, one, left=0.0) for one in convolved(ktrans, ve, vp, fine)]
    )
    arterial = ArterialInput(fine, blood(fine))
    fit = fit_extended_tofts(curves, COARSE[:48], arterial, delay_s=4.0)
    assert np.abs(fit.ktrans_per_min - ktrans).max() < 1e-3
    assert set(fit.delay_s) == {4.0}


# --- laws ---------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(factor=st.floats(0.05, 20.0), seed=st.integers(0, 1000))
def test_concentrations_in_another_unit_give_the_same_values(factor: float, seed: int) -> None:
    ktrans, ve, vp = tissues(3, seed)
    curves, plasma = convolved(ktrans, ve, vp, COARSE), blood(COARSE)
    one = fit_extended_tofts(curves, COARSE, ArterialInput(COARSE, plasma))
    other = fit_extended_tofts(curves * factor, COARSE, ArterialInput(COARSE, plasma * factor))
    np.testing.assert_allclose(other.ktrans_per_min, one.ktrans_per_min, rtol=1e-4)
    np.testing.assert_allclose(other.residual_mm, one.residual_mm * factor, rtol=1e-2, atol=1e-9)


@settings(max_examples=25)
@given(factor=st.floats(0.5, 2.0), seed=st.integers(0, 1000))
def test_a_slower_clock_gives_slower_exchange(factor: float, seed: int) -> None:
    ktrans, ve, vp = tissues(3, seed)
    curves, plasma = convolved(ktrans, ve, vp, COARSE), blood(COARSE)
    one = fit_extended_tofts(curves, COARSE, ArterialInput(COARSE, plasma))
    slow = fit_extended_tofts(curves, COARSE * factor, ArterialInput(COARSE * factor, plasma))
    np.testing.assert_allclose(slow.ktrans_per_min * factor, one.ktrans_per_min, rtol=1e-3)
    np.testing.assert_allclose(slow.vp, one.vp, rtol=1e-3, atol=1e-6)


def test_without_return_patlak_and_extended_tofts_agree() -> None:
    times = np.arange(0.0, 200.0, 2.0)
    arterial = ArterialInput(times, blood(times))
    curves = 0.03 * arterial.integral_at(times) + 0.05 * arterial.at(times)
    patlak = fit_patlak(curves, times, arterial)
    assert patlak.ps_per_min[0] == pytest.approx(0.03, rel=1e-9)
    assert patlak.vp[0] == pytest.approx(0.05, rel=1e-9)
    assert patlak.residual_mm[0] < 1e-6
    fit = fit_extended_tofts(curves, times, arterial)
    assert fit.state[0] == FitState.AT_BOUND  # kep = 0 is no measured return, and ve is unknown
    assert fit.ktrans_per_min[0] == pytest.approx(0.03, rel=1e-4)
    assert np.isnan(fit.ve[0])


def test_single_precision_gives_the_same_values() -> None:
    curves = convolved(*tissues(50), COARSE)
    arterial = ArterialInput(COARSE, blood(COARSE))
    one, other = (
        fit_tofts(curves, COARSE, arterial),
        fit_tofts(curves.astype(np.float32), COARSE, arterial),
    )
    np.testing.assert_allclose(other.ktrans_per_min, one.ktrans_per_min, rtol=1e-3)


def test_many_voxels_are_fitted_as_each_alone() -> None:
    curves = convolved(*tissues(20), COARSE)
    many = np.tile(curves, (500, 1))  # more than one part
    arterial = ArterialInput(COARSE, blood(COARSE))
    together, alone = (
        fit_extended_tofts(many, COARSE, arterial),
        fit_extended_tofts(curves, COARSE, arterial),
    )
    assert np.array_equal(together.ktrans_per_min.reshape(500, 20), np.tile(alone.ktrans_per_min, (500, 1)))


# --- curves that cannot be fitted ---------------------------------------------------------------------------


def odd_curves() -> tuple[Array, ArterialInput]:
    good = convolved(*(np.array([value]) for value in (0.1, 0.3, 0.02)), COARSE)[0]
    broken, endless = good.copy(), good.copy()
    broken[7], endless[9] = np.nan, np.inf
    return np.stack(
        [good, broken, endless, np.zeros(60), np.full(60, 0.2), -good, 20 * good, np.full(60, -0.01)]
    ), ArterialInput(COARSE, blood(COARSE))


@pytest.mark.parametrize("fit_of", [fit_tofts, fit_extended_tofts])
def test_voxels_that_do_not_fit_are_marked(fit_of: Callable[..., ExchangeFit]) -> None:
    curves, arterial = odd_curves()
    fit = fit_of(curves, COARSE, arterial)
    assert list(fit.state[:4]) == [
        FitState.FITTED,
        FitState.NOT_FINITE,
        FitState.NOT_FINITE,
        FitState.FLAT,
    ]
    assert np.isnan(fit.ktrans_per_min[1:4]).all()
    assert np.isnan(fit.ve[1:4]).all()
    assert fit.state[5] == FitState.AT_BOUND  # a negative curve: no uptake
    assert fit.ktrans_per_min[5] == 0
    assert fit.state[6] in (FitState.IMPOSSIBLE_VOLUME, FitState.AT_BOUND)  # twenty times too much
    assert fit.state[7] == FitState.AT_BOUND
    assert not fit.fitted[1:4].any()


def test_patlak_marks_what_is_no_number() -> None:
    curves, arterial = odd_curves()
    fit = fit_patlak(curves, COARSE, arterial)
    assert [FitState(one).name for one in fit.state[:3]] == ["FITTED", "NOT_FINITE", "NOT_FINITE"]
    assert np.isnan(fit.ps_per_min[1])
    assert fit.ps_per_min[3] == 0
    assert fit.ps_per_min[5] == pytest.approx(-fit.ps_per_min[0])


@pytest.mark.parametrize("fit_of", [fit_tofts, fit_extended_tofts, fit_patlak])
def test_two_time_points_are_refused_with_what_to_use_instead(fit_of: Callable[..., object]) -> None:
    with pytest.raises(InputError, match="2 times cannot carry this fit") as refusal:
        fit_of(np.ones((1, 2)), np.array([0.0, 60.0]), ArterialInput(COARSE, blood(COARSE)))
    assert "neoher ftv" in str(refusal.value)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (COARSE[::-1], "do not rise"),
        (np.zeros(60), "do not rise"),
        (COARSE[:-1], "do not belong to 59 times"),
        (COARSE + 600, "seen until"),
    ],
)
def test_times_that_cannot_be_are_refused(times: Array, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_tofts(np.ones((1, 60)), times, ArterialInput(COARSE, blood(COARSE)))


@pytest.mark.parametrize(
    ("times", "plasma", "message"),
    [
        ([0.0], [1.0], "at least two"),
        ([0.0, 1.0], [1.0], "as many concentrations as times"),
        ([1.0, 1.0], [1.0, 1.0], "do not rise"),
        ([0.0, 1.0], [np.nan, 1.0], "no number"),
    ],
)
def test_inputs_that_are_none_are_refused(times: list[float], plasma: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ArterialInput(np.array(times), np.array(plasma))


def test_an_input_that_is_zero_gives_no_patlak() -> None:
    with pytest.raises(InputError, match="zero, or one constant"):
        fit_patlak(np.ones((1, 60)), COARSE, ArterialInput(COARSE, np.zeros(60)))


def test_plasma_is_blood_without_its_cells() -> None:
    measured = measured_input(COARSE, parker_blood(COARSE), haematocrit=0.4)
    np.testing.assert_allclose(measured.plasma_mm * 0.6, parker_blood(COARSE))
    assert parker_input(COARSE, haematocrit=0.4).plasma_mm == pytest.approx(measured.plasma_mm)
    with pytest.raises(InputError, match="no volume fraction"):
        measured_input(COARSE, parker_blood(COARSE), haematocrit=42)


# --- signal -------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    t1=st.floats(0.1, 4.0), field=st.floats(0.8, 1.2), amount=st.floats(0.0, 5.0), size=st.floats(1.0, 1e6)
)
def test_signal_and_back(t1: float, field: float, amount: float, size: float) -> None:
    def signal(r1: float, degrees: Array) -> Array:
        angle, decay = np.deg2rad(degrees), np.exp(-0.005 * r1)
        return size * np.sin(angle) * (1 - decay) / (1 - np.cos(angle) * decay)

    angles = np.array([2.0, 5.0, 12.0, 20.0])
    found = relaxation_by_flip_angle(
        signal(1 / t1, angles * field), angles, 0.005, transmit_field=np.array([field])
    )
    assert found.t1_s[0] == pytest.approx(t1, rel=1e-5)
    assert found.signal_at_equilibrium[0] == pytest.approx(size, rel=1e-5)
    before, after = (signal(rate, np.array([12.0])) for rate in (1 / t1, 1 / t1 + 4.5 * amount))
    back = concentration(
        after,
        baseline=before,
        t1_s=t1,
        flip_angle_degrees=12.0,
        repetition_time_s=0.005,
        relaxivity_per_mm_per_s=4.5,
    )
    assert back[0, 0] == pytest.approx(amount, rel=1e-6, abs=1e-6)


def test_signals_without_a_relaxation_time_give_none() -> None:
    odd = np.array([[0.0, 0.0, 0.0], [np.nan, 1.0, 2.0], [1.0, 5.0, 90.0]])
    assert np.isnan(relaxation_by_flip_angle(odd, [2, 5, 12], 0.005).r1_per_s).all()
    over = concentration(
        np.array([[10.0, 1e6]]),
        baseline=10.0,
        t1_s=1.0,
        flip_angle_degrees=12.0,
        repetition_time_s=0.005,
        relaxivity_per_mm_per_s=4.5,
    )
    assert over[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(over[0, 1])


@pytest.mark.parametrize("angles", [[5.0, 5.0, 5.0], [5.0, 95.0, 10.0], [5.0, 10.0]])
def test_flip_angles_that_give_no_t1_are_refused(angles: list[float]) -> None:
    with pytest.raises(InputError, match="flip angles"):
        relaxation_by_flip_angle(np.ones((1, 3)), angles, 0.005)


# --- few phases ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "carries", "said"),
    [
        ([-60.0, 45.0, 135.0, 225.0, 315.0], False, "4 phases after contrast"),
        (np.arange(-1, 20) * 60.0, False, "steps of 60 s"),
        (np.arange(-3, 60) * 6.0, True, "at most 6 s apart"),
        (np.concatenate((np.arange(-3, 20) * 6.0, 120 + np.arange(1, 6) * 60.0)), True, "at most 6 s apart"),
        (200.0 + np.arange(30) * 6.0, False, "no phase lies in"),
    ],
)
def test_routine_phases_do_not_carry_a_fit(times: Array, carries: bool, said: str) -> None:
    judged = sampling(times)
    assert judged.carries_fit is carries
    assert said in judged.reason
    assert carries or "functional tumour volume" in judged.reason
