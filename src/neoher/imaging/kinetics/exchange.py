"""Exchange models: Ktrans, ve and vp of every voxel by Tofts, extended Tofts and Patlak.

    extended Tofts   C(t) = vp cp(t) + Ktrans ∫ cp(u) exp(-kep (t - u)) du,  kep = Ktrans / ve
    Tofts            the same with vp = 0
    Patlak           the same with kep = 0: no return from the tissue within the scan

The convolution is exact for an arterial input that runs linearly between its knots. The fit starts from the
linear integral form (Murase 2004, PMID 14755656), moves to the lowest residual near there, and goes on by
bounded Levenberg-Marquardt with analytic derivatives. Sources: Tofts 1999,
doi:10.1002/(SICI)1522-2586(199909)10:3<223::AID-JMRI2>3.0.CO;2-S; Patlak 1983, doi:10.1038/jcbfm.1983.1 (both
named from memory, not opened).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neoher.errors import InputError
from neoher.imaging.kinetics.arterial_input import ArterialInput
from neoher.imaging.kinetics.start_table import STARTING_KEP_PER_MIN, start_table

__all__ = ["ExchangeFit", "FitState", "LinearUptake", "fit_extended_tofts", "fit_patlak", "fit_tofts"]

MOST_KTRANS_PER_MIN = 10.0
MOST_KEP_PER_MIN = 60.0
"""Ends of the range searched: faster exchange than any tissue has, and than any scan can see."""
_DELAY_STEP_S = 1.0
_VOXELS_AT_ONCE = 4096
_LINEAR_VOXELS_AT_ONCE = 1 << 15
"""A straight line takes no longer than reading its curve: smaller parts would cost more than they hold."""


class FitState(IntEnum):
    """What became of a voxel's fit; values other than FITTED are not measurements."""

    FITTED = 0
    NOT_FINITE = 1
    """The curve holds a value that is no number."""
    FLAT = 2
    """The curve is zero throughout."""
    AT_BOUND = 3
    """The best fit lies at the end of the range searched."""
    NOT_CONVERGED = 4
    IMPOSSIBLE_VOLUME = 5
    """ve, or ve + vp, is above 1: more room than the tissue has. Usually a wrong arterial input."""


@dataclass(frozen=True, slots=True)
class ExchangeFit:
    """The fitted values of each voxel, each of shape (voxels,)."""

    ktrans_per_min: NDArray[np.float64]
    """Volume transfer constant in 1/min; NaN where nothing could be fitted."""
    kep_per_min: NDArray[np.float64]
    """Rate constant of the return in 1/min."""
    ve: NDArray[np.float64]
    """Extravascular extracellular volume fraction Ktrans / kep; NaN where kep is 0."""
    vp: NDArray[np.float64]
    """Plasma volume fraction; 0 by definition in the Tofts model."""
    delay_s: NDArray[np.float64]
    """Arrival of the arterial input in the tissue, in seconds; as given, or fitted."""
    residual_mm: NDArray[np.float64]
    """Root of the mean squared residual in mM."""
    r_squared: NDArray[np.float64]
    """Share of the curve's variance about its mean that the fit explains; NaN for a constant curve."""
    state: NDArray[np.uint8]
    """A `FitState` for each voxel."""

    @property
    def fitted(self) -> NDArray[np.bool_]:
        """Whether each voxel holds a measurement."""
        return np.asarray(self.state == FitState.FITTED)


@dataclass(frozen=True, slots=True)
class LinearUptake:
    """Patlak's values of each voxel, each of shape (voxels,)."""

    ps_per_min: NDArray[np.float64]
    """Permeability surface area product, the slope of uptake, in 1/min; may be negative by noise."""
    vp: NDArray[np.float64]
    """Plasma volume fraction."""
    residual_mm: NDArray[np.float64]
    """Root of the mean squared residual in mM."""
    state: NDArray[np.uint8]
    """FITTED or NOT_FINITE."""


def fit_tofts(
    curves_mm: ArrayLike,
    times_s: ArrayLike,
    arterial: ArterialInput,
    *,
    delay_s: float = 0.0,
    most_delay_s: float | None = None,
) -> ExchangeFit:
    """Ktrans and ve of every curve by the Tofts model.

    Parameters: `curves_mm`, shape (voxels, times), concentration in mM, float32 or float64; `times_s` rising,
    steps may differ; `delay_s`: known arrival of the input in the tissue; `most_delay_s`: fit the arrival
    between 0 and this instead.
    Raises: InputError for times that do not rise, too few of them, or an input that ends before the scan.
    """
    return _fit(curves_mm, times_s, arterial, 0.0, delay_s, most_delay_s)


def fit_extended_tofts(
    curves_mm: ArrayLike,
    times_s: ArrayLike,
    arterial: ArterialInput,
    *,
    delay_s: float = 0.0,
    most_delay_s: float | None = None,
) -> ExchangeFit:
    """Ktrans, ve and vp of every curve by the extended Tofts model; parameters as in `fit_tofts`."""
    return _fit(curves_mm, times_s, arterial, 1.0, delay_s, most_delay_s)


def fit_patlak(
    curves_mm: ArrayLike, times_s: ArrayLike, arterial: ArterialInput, *, delay_s: float = 0.0
) -> LinearUptake:
    """Slope of uptake and plasma volume by Patlak's straight line, unweighted least squares of the curve.

    Parameters as in `fit_tofts`. All voxels share one design, so one pass over memory fits them.
    """
    curves, times = _checked(curves_mm, times_s, 2 + 1)
    delayed = arterial.delayed(delay_s)
    design = np.stack((delayed.integral_at(times), delayed.at(times)), axis=1)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(
            "the arterial input is zero, or one constant, at all times of the scan.",
            "arterial input",
            "Give the input on the clock of the tissue's times.",
        )
    from neoher.imaging.kinetics import kernels

    inverse = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    first, second = design[:, 0].copy(), design[:, 1].copy()
    slope, fraction, residual = (np.empty(curves.shape[0]) for _ in range(3))
    state = np.empty(curves.shape[0], dtype=np.uint8)

    def run(part: slice) -> None:
        kernels.fit_two_terms(
            curves[part], first, second, inverse, slope[part], fraction[part], residual[part], state[part]
        )

    _in_parts(run, curves.shape[0], _LINEAR_VOXELS_AT_ONCE)
    return LinearUptake(ps_per_min=slope, vp=fraction, residual_mm=residual, state=state)


def _in_parts(run: Callable[[slice], None], voxels: int, at_once: int) -> None:
    """`run` on every part of the voxels, on all processors; the kernels hold no lock."""
    parts = [slice(start, start + at_once) for start in range(0, voxels, at_once)]
    if len(parts) == 1:
        run(parts[0])
        return
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for _ in threads.map(run, parts):
            pass


def _checked(
    curves_mm: ArrayLike, times_s: ArrayLike, least: int
) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    curves = np.atleast_2d(np.asarray(curves_mm))
    if curves.dtype not in (np.float32, np.float64):
        curves = curves.astype(np.float64)
    times = np.asarray(times_s, dtype=np.float64)
    if times.ndim != 1 or curves.ndim != 2 or curves.shape[1] != times.size:
        raise InputError(
            f"curves of shape {curves.shape} do not belong to {times.size} times.",
            "",
            "Give curves as (voxels, times).",
        )
    if not np.isfinite(times).all() or not (np.diff(times) > 0).all():
        raise InputError("the times of the scan do not rise.", "", "Sort the phases by time, each once.")
    if times.size < least:
        raise InputError(
            f"{times.size} times cannot carry this fit, which needs at least {least}.",
            "",
            "Use percent enhancement and SER for scans of few phases (`neoher ftv`).",
        )
    return np.ascontiguousarray(curves), times


def _fit(
    curves_mm: ArrayLike,
    times_s: ArrayLike,
    arterial: ArterialInput,
    most_vp: float,
    delay_s: float,
    most_delay_s: float | None,
) -> ExchangeFit:
    free = 2 + (most_vp > 0) + (most_delay_s is not None)
    curves, times = _checked(curves_mm, times_s, free + 1)
    if most_delay_s is not None and most_delay_s <= 0:
        raise InputError(
            f"the arrival cannot be searched between 0 and {most_delay_s:g} s.", "", "Give seconds above 0."
        )
    bounds = np.array([[0.0, 0.0, 0.0, 0.0], [MOST_KTRANS_PER_MIN, MOST_KEP_PER_MIN, most_vp, 0.0]])
    found = np.empty((curves.shape[0], 4))
    squares = np.empty((curves.shape[0], 2))
    state = np.empty(curves.shape[0], dtype=np.uint8)
    if most_delay_s is None:
        run = _without_delay(times, arterial.delayed(delay_s), bounds)
    else:
        bounds[1, 3] = most_delay_s / 60.0
        run = _with_delay(times, arterial, bounds, most_delay_s)
    _in_parts(
        lambda part: run(curves[part], found[part], squares[part], state[part]),
        curves.shape[0],
        _VOXELS_AT_ONCE,
    )
    return _result(times.size, found, squares, state, None if most_delay_s is not None else delay_s)


_Run = Callable[[NDArray[np.floating], NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]], None]
"""Fits one part: curves, and the arrays that receive values, squares and state."""


def _without_delay(times: NDArray[np.float64], arterial: ArterialInput, bounds: NDArray[np.float64]) -> _Run:
    from neoher.imaging.kinetics import kernels

    knots = _merged(arterial.times_s, times)
    plasma = arterial.at(knots)
    minutes = knots / 60.0
    widths = np.diff(minutes)
    # Equal steps share one exponential; clocks differ in the last digits.
    steps, step_of = np.unique(np.round(widths, 10), return_inverse=True)
    step_of = np.concatenate(([0], step_of)).astype(np.int64)
    sample_of = np.full(knots.size, -1, dtype=np.int64)
    sample_of[np.searchsorted(knots, times)] = np.arange(times.size)
    plasma_at, integral_at = arterial.at(times), arterial.integral_at(times)
    design, gram = start_table(minutes, plasma, sample_of, times.size)

    def run(
        curves: NDArray[np.floating],
        found: NDArray[np.float64],
        squares: NDArray[np.float64],
        state: NDArray[np.uint8],
    ) -> None:
        kernels.fit_exchange(
            curves, times / 60.0, minutes, plasma, step_of, steps, sample_of, plasma_at, integral_at,
            STARTING_KEP_PER_MIN, design, gram, bounds[0], bounds[1], found, squares, state,
        )  # fmt: skip

    return run


def _with_delay(
    times: NDArray[np.float64], arterial: ArterialInput, bounds: NDArray[np.float64], most_delay_s: float
) -> _Run:
    from neoher.imaging.kinetics import kernels

    arterial.at(times)  # refuses an input that ends before the scan
    delays = np.linspace(0.0, most_delay_s, int(np.ceil(most_delay_s / _DELAY_STEP_S)) + 1)
    plasma_at = np.empty((delays.size, times.size))
    integral_at = np.empty((delays.size, times.size))
    designs = np.empty((delays.size, STARTING_KEP_PER_MIN.size, 2, times.size))
    grams = np.empty((delays.size, STARTING_KEP_PER_MIN.size, 5))
    for n, delay in enumerate(delays):
        delayed = arterial.delayed(delay)
        knots = _merged(delayed.times_s[delayed.times_s <= times[-1]], times)
        sample_of = np.full(knots.size, -1, dtype=np.int64)
        sample_of[np.searchsorted(knots, times)] = np.arange(times.size)
        plasma_at[n], integral_at[n] = delayed.at(times), delayed.integral_at(times)
        designs[n], grams[n] = start_table(knots / 60.0, delayed.at(knots), sample_of, times.size)

    def run(
        curves: NDArray[np.floating],
        found: NDArray[np.float64],
        squares: NDArray[np.float64],
        state: NDArray[np.uint8],
    ) -> None:
        kernels.fit_delayed(
            curves, times / 60.0, arterial.times_s / 60.0, arterial.plasma_mm, delays / 60.0, plasma_at,
            integral_at, STARTING_KEP_PER_MIN, designs, grams, bounds[0], bounds[1], found, squares, state,
        )  # fmt: skip

    return run


def _merged(knots: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """All times of both, rising; a knot within a microsecond of a sample time gives way to it."""
    near = np.abs(knots - times[np.searchsorted(times, knots).clip(0, times.size - 1)]) < 1e-6
    before = np.abs(knots - times[(np.searchsorted(times, knots) - 1).clip(0)]) < 1e-6
    inside = knots[~(near | before)]
    return np.union1d(inside[inside < times[-1]], times)


def _result(
    samples: int,
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
    state: NDArray[np.uint8],
    delay_s: float | None,
) -> ExchangeFit:
    transfer, back, plasma = found[:, 0], found[:, 1], found[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        volume = np.where(back > 0, transfer / back, np.nan)
        explained = np.where(squares[:, 1] > 0, 1 - squares[:, 0] / squares[:, 1], np.nan)
        impossible = (state == FitState.FITTED) & (volume + plasma > 1)
    state = np.where(impossible, np.uint8(FitState.IMPOSSIBLE_VOLUME), state)
    delay = found[:, 3] * 60.0 if delay_s is None else np.where(np.isnan(transfer), np.nan, delay_s)
    return ExchangeFit(
        ktrans_per_min=transfer,
        kep_per_min=back,
        ve=volume,
        vp=plasma,
        delay_s=delay,
        residual_mm=np.sqrt(squares[:, 0] / samples),
        r_squared=explained,
        state=state,
    )
