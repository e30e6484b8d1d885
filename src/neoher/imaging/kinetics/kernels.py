"""Compiled loops over voxels: the fit of the exchange models, and the fit of two fixed terms.

Times in minutes, rate constants in 1/min, concentrations in mM.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neoher.imaging.kinetics.bounded_fit import FITTED, FLAT, NOT_FINITE, bounded_fit
from neoher.imaging.kinetics.convolution import PARAMETERS, evaluate_delayed
from neoher.imaging.kinetics.starting import start_fit

__all__ = ["fit_delayed", "fit_exchange", "fit_two_terms"]


@njit(cache=True, nogil=True, error_model="numpy")
def _taken(stored: NDArray[np.floating], curve: NDArray[np.float64]) -> tuple[int, float]:
    """Copies a voxel's curve; FITTED where it can be fitted, else why not, and its squares about its mean."""
    largest = total = 0.0
    for i in range(curve.size):
        curve[i] = stored[i]
        if not math.isfinite(curve[i]):
            return NOT_FINITE, math.nan
        largest = max(largest, abs(curve[i]))
        total += curve[i]
    mean = total / curve.size
    spread = 0.0
    for i in range(curve.size):
        spread += (curve[i] - mean) * (curve[i] - mean)
    return (FITTED if largest > 0.0 else FLAT), spread


@njit(cache=True, nogil=True, error_model="numpy")
def fit_exchange(
    curves: NDArray[np.floating],
    times: NDArray[np.float64],
    knots: NDArray[np.float64],
    plasma: NDArray[np.float64],
    step_of: NDArray[np.int64],
    steps: NDArray[np.float64],
    sample_of: NDArray[np.int64],
    plasma_at: NDArray[np.float64],
    integral_at: NDArray[np.float64],
    rates: NDArray[np.float64],
    design: NDArray[np.float64],
    gram: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
    state: NDArray[np.uint8],
) -> None:
    """Fit every row of `curves` (voxels, times); vp is fixed where its bounds are equal.

    `found` (voxels, 4) receives Ktrans, kep, vp and 0; `squares` (voxels, 2) the sum of squared residuals and
    that of the curve's differences from its mean.
    """
    work = np.zeros((4, PARAMETERS, PARAMETERS))
    table = np.zeros((steps.size, 6))
    free = np.zeros(PARAMETERS, dtype=np.bool_)
    curve = np.empty(times.size)
    samples = np.empty((2, times.size))
    for voxel in range(curves.shape[0]):
        parameters = found[voxel]
        condition, squares[voxel, 1] = _taken(curves[voxel], curve)
        if condition != FITTED:
            state[voxel] = condition
            parameters[:] = math.nan
            squares[voxel, 0] = math.nan
            continue
        start_fit(curve, times, plasma_at, integral_at, rates, design, gram, upper, parameters)
        parameters[3] = 0.0
        condition, total = bounded_fit(
            curve, parameters, lower, upper, False, knots, plasma, times, step_of, steps, sample_of,
            plasma_at, work, table, samples, free,
        )  # fmt: skip
        state[voxel] = condition
        squares[voxel, 0] = total


@njit(cache=True, nogil=True, error_model="numpy")
def fit_delayed(
    curves: NDArray[np.floating],
    times: NDArray[np.float64],
    knots: NDArray[np.float64],
    plasma: NDArray[np.float64],
    delays: NDArray[np.float64],
    plasma_at: NDArray[np.float64],
    integral_at: NDArray[np.float64],
    rates: NDArray[np.float64],
    designs: NDArray[np.float64],
    grams: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
    state: NDArray[np.uint8],
) -> None:
    """The same with the delay free: started from each of `delays`, whose three best starts are followed.

    `plasma_at`, `integral_at` (delays, times), `designs` (delays, nodes, 2, times) and `grams` (delays,
    nodes, 5) belong to them.
    """
    work = np.zeros((4, PARAMETERS, PARAMETERS))
    table = np.zeros((1, 6))
    free = np.zeros(PARAMETERS, dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    curve = np.empty(times.size)
    samples = np.empty((2, times.size))
    starts = np.zeros((delays.size, PARAMETERS))
    residuals = np.zeros(delays.size)
    for voxel in range(curves.shape[0]):
        parameters = found[voxel]
        condition, squares[voxel, 1] = _taken(curves[voxel], curve)
        if condition != FITTED:
            state[voxel] = condition
            parameters[:] = math.nan
            squares[voxel, 0] = math.nan
            continue
        for n in range(delays.size):
            start = starts[n]
            start_fit(curve, times, plasma_at[n], integral_at[n], rates, designs[n], grams[n], upper, start)
            start[3] = delays[n]
            residuals[n] = evaluate_delayed(curve, start, knots, plasma, times, table, work[0], work[3, 0])
        squares[voxel, 0] = math.inf
        for _ in range(min(3, delays.size)):
            n = int(np.argmin(residuals))
            residuals[n] = math.inf
            start = starts[n]
            condition, total = bounded_fit(
                curve, start, lower, upper, True, knots, plasma, times, none, knots[:0], none,
                plasma_at[n], work, table, samples, free,
            )  # fmt: skip
            if total < squares[voxel, 0]:
                squares[voxel, 0] = total
                state[voxel] = condition
                for m in range(PARAMETERS):
                    parameters[m] = start[m]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def fit_two_terms(
    curves: NDArray[np.floating],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    inverse: NDArray[np.float64],
    of_first: NDArray[np.float64],
    of_second: NDArray[np.float64],
    residual: NDArray[np.float64],
    state: NDArray[np.uint8],
) -> None:
    """Least squares of every row of `curves` (voxels, times) by two fixed curves, in one pass over memory.

    `inverse` is that of the 2 x 2 normal matrix of both. The others, of shape (voxels,), receive the two
    factors, the root of the mean squared residual, and FITTED; NaN and NOT_FINITE where a row holds a value
    that is no number. The sum of squared residuals is that of the row less what the fit explains.
    """
    samples = curves.shape[1]
    i00, i01, i10, i11 = inverse[0, 0], inverse[0, 1], inverse[1, 0], inverse[1, 1]
    for voxel in range(curves.shape[0]):
        a = b = c = np.float64(0.0)
        for i in range(samples):
            value = np.float64(curves[voxel, i])
            a += value * first[i]
            b += value * second[i]
            c += value * value
        if not c < math.inf:  # no number, or endless
            of_first[voxel] = of_second[voxel] = residual[voxel] = math.nan
            state[voxel] = NOT_FINITE
            continue
        p, q = i00 * a + i01 * b, i10 * a + i11 * b
        of_first[voxel], of_second[voxel] = p, q
        residual[voxel] = math.sqrt(max(c - p * a - q * b, 0.0) / samples)
        state[voxel] = FITTED
