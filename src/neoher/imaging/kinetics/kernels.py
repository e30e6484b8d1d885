"""Compiled loops over voxels: the bounded fit of the exchange models, and the fit of two fixed terms.

Times in minutes, rate constants in 1/min, concentrations in mM.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neoher.imaging.kinetics.convolution import PARAMETERS, evaluate, evaluate_delayed
from neoher.imaging.kinetics.starting import start_fit

__all__ = [
    "AT_BOUND",
    "FITTED",
    "FLAT",
    "NOT_CONVERGED",
    "NOT_FINITE",
    "fit_delayed",
    "fit_exchange",
    "fit_two_terms",
]

FITTED = 0
"""The fit converged inside its bounds."""
NOT_FINITE = 1
"""The curve holds a value that is no number: nothing is fitted."""
FLAT = 2
"""The curve is zero throughout: there is no uptake to describe."""
AT_BOUND = 3
"""The best fit lies on a bound of a parameter: that parameter is not measured."""
NOT_CONVERGED = 4
"""The fit did not settle within its iterations."""

_MAXIMUM_ITERATIONS = 40


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(  # noqa: PLR0912 - one factorisation, kept in one loop nest
    hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
    damping: float,
    free: NDArray[np.bool_],
    work: NDArray[np.float64],
    step: NDArray[np.float64],
) -> bool:
    """Step of (H + damping diag H) step = gradient, free parameters only, by Cholesky; False if singular."""
    for row in range(PARAMETERS):
        for column in range(PARAMETERS):
            if free[row] and free[column]:
                work[row, column] = hessian[row, column]
            else:
                work[row, column] = 1.0 if row == column else 0.0
        if free[row]:
            work[row, row] += damping * hessian[row, row] + 1e-300
        step[row] = gradient[row] if free[row] else 0.0
    for row in range(PARAMETERS):
        for column in range(row + 1):
            value = work[row, column]
            for n in range(column):
                value -= work[row, n] * work[column, n]
            if row == column:
                if not value > 0.0:
                    return False
                work[row, row] = math.sqrt(value)
            else:
                work[row, column] = value / work[column, column]
    for row in range(PARAMETERS):
        for n in range(row):
            step[row] -= work[row, n] * step[n]
        step[row] /= work[row, row]
    for row in range(PARAMETERS - 1, -1, -1):
        for n in range(row + 1, PARAMETERS):
            step[row] -= work[n, row] * step[n]
        step[row] /= work[row, row]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _taken(stored: NDArray[np.floating], curve: NDArray[np.float64]) -> int:
    """Copies a voxel's curve; its state: FITTED where it can be fitted, else why it cannot."""
    largest = 0.0
    for i in range(curve.size):
        curve[i] = stored[i]
        if not math.isfinite(curve[i]):
            return NOT_FINITE
        largest = max(largest, abs(curve[i]))
    return FITTED if largest > 0.0 else FLAT


@njit(cache=True, nogil=True, error_model="numpy")
def _fit(  # noqa: PLR0912 - the steps of one iteration in their order
    curve: NDArray[np.float64],
    parameters: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    delayed: bool,
    knots: NDArray[np.float64],
    plasma: NDArray[np.float64],
    times: NDArray[np.float64],
    step_of: NDArray[np.int64],
    steps: NDArray[np.float64],
    sample_of: NDArray[np.int64],
    work: NDArray[np.float64],
    table: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> tuple[int, float]:
    """Levenberg-Marquardt inside the bounds, from `parameters`, which it overwrites.

    `work`: five 4 x 4 blocks of scratch. A parameter on its bound whose slope points outward rests for the
    step. Returns the state and the sum of squared residuals.
    """
    hessian, trial_hessian, factor = work[0], work[1], work[2]
    gradient, trial_gradient, step, trial = work[3, 0], work[3, 1], work[3, 2], work[3, 3]
    damping = 1e-3
    settled = False
    if delayed:
        total = evaluate_delayed(curve, parameters, knots, plasma, times, table, hessian, gradient)
    else:
        total = evaluate(curve, parameters, plasma, step_of, steps, sample_of, table, hessian, gradient)
    for _ in range(_MAXIMUM_ITERATIONS):
        moving = 0
        for n in range(PARAMETERS):
            outward = (parameters[n] <= lower[n] and gradient[n] <= 0.0) or (
                parameters[n] >= upper[n] and gradient[n] >= 0.0
            )
            free[n] = upper[n] > lower[n] and not outward and hessian[n, n] > 0.0
            moving += free[n]
        if moving == 0:
            settled = True
            break
        if not _solve(hessian, gradient, damping, free, factor, step):
            damping = max(damping, 1e-6) * 10.0
            continue
        largest = 0.0
        for n in range(PARAMETERS):
            trial[n] = min(max(parameters[n] + step[n], lower[n]), upper[n]) if free[n] else parameters[n]
            largest = max(largest, abs(trial[n] - parameters[n]) / (abs(parameters[n]) + 1e-4))
        if delayed:
            found = evaluate_delayed(curve, trial, knots, plasma, times, table, trial_hessian, trial_gradient)
        else:
            found = evaluate(
                curve, trial, plasma, step_of, steps, sample_of, table, trial_hessian, trial_gradient
            )
        if found <= total:
            gain = total - found
            for n in range(PARAMETERS):
                parameters[n] = trial[n]
            hessian, trial_hessian = trial_hessian, hessian
            gradient, trial_gradient = trial_gradient, gradient
            total = found
            damping = max(damping * 0.1, 1e-12)
            if largest < 1e-6 or gain <= 1e-7 * total:
                settled = True
                break
        elif largest < 1e-7:
            settled = True
            break
        else:
            damping *= 10.0
    if not settled:
        return NOT_CONVERGED, total
    for n in range(PARAMETERS):
        # vp = 0 and a delay of 0 are values of their own; the others are only the end of the range searched.
        if upper[n] > lower[n] and (parameters[n] >= upper[n] or (n < 2 and parameters[n] <= lower[n])):
            return AT_BOUND, total
    return FITTED, total


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
    candidates: NDArray[np.float64],
    design: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
    state: NDArray[np.uint8],
) -> None:
    """Fit every row of `curves` (voxels, times); vp is fixed where its bounds are equal.

    `found` (voxels, 4) receives Ktrans, kep, vp and 0; `squares` the sum of squared residuals.
    """
    work = np.zeros((4, PARAMETERS, PARAMETERS))
    table = np.zeros((steps.size, 6))
    free = np.zeros(PARAMETERS, dtype=np.bool_)
    curve = np.empty(times.size)
    for voxel in range(curves.shape[0]):
        parameters = found[voxel]
        condition = _taken(curves[voxel], curve)
        if condition != FITTED:
            state[voxel] = condition
            parameters[:] = math.nan
            squares[voxel] = math.nan
            continue
        start_fit(curve, times, plasma_at, integral_at, candidates, design, lower, upper, parameters)
        parameters[3] = 0.0
        condition, total = _fit(
            curve, parameters, lower, upper, False, knots, plasma, times, step_of, steps, sample_of,
            work, table, free,
        )  # fmt: skip
        state[voxel] = condition
        squares[voxel] = total


@njit(cache=True, nogil=True, error_model="numpy")
def fit_delayed(
    curves: NDArray[np.floating],
    times: NDArray[np.float64],
    knots: NDArray[np.float64],
    plasma: NDArray[np.float64],
    delays: NDArray[np.float64],
    plasma_at: NDArray[np.float64],
    integral_at: NDArray[np.float64],
    candidates: NDArray[np.float64],
    designs: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
    state: NDArray[np.uint8],
) -> None:
    """The same with the delay free: started from each of `delays`, whose three best starts are followed.

    `plasma_at`, `integral_at` (delays, times) and `designs` (delays, candidates, times) belong to them.
    """
    work = np.zeros((4, PARAMETERS, PARAMETERS))
    table = np.zeros((1, 6))
    free = np.zeros(PARAMETERS, dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    curve = np.empty(times.size)
    starts = np.zeros((delays.size, PARAMETERS))
    residuals = np.zeros(delays.size)
    for voxel in range(curves.shape[0]):
        parameters = found[voxel]
        condition = _taken(curves[voxel], curve)
        if condition != FITTED:
            state[voxel] = condition
            parameters[:] = math.nan
            squares[voxel] = math.nan
            continue
        for n in range(delays.size):
            start = starts[n]
            start_fit(curve, times, plasma_at[n], integral_at[n], candidates, designs[n], lower, upper, start)
            start[3] = delays[n]
            residuals[n] = evaluate_delayed(curve, start, knots, plasma, times, table, work[0], work[3, 0])
        squares[voxel] = math.inf
        for _ in range(min(3, delays.size)):
            n = int(np.argmin(residuals))
            residuals[n] = math.inf
            start = starts[n]
            condition, total = _fit(
                curve, start, lower, upper, True, knots, plasma, times, none, knots[:0], none,
                work, table, free,
            )  # fmt: skip
            if total < squares[voxel]:
                squares[voxel] = total
                state[voxel] = condition
                for m in range(PARAMETERS):
                    parameters[m] = start[m]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def fit_two_terms(
    curves: NDArray[np.floating],
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    inverse: NDArray[np.float64],
    found: NDArray[np.float64],
    squares: NDArray[np.float64],
) -> None:
    """Least squares of every row of `curves` by two fixed curves, in one pass over memory.

    `first`, `second` have the element type of `curves`; `inverse` is that of their 2 x 2 normal matrix.
    `found` (voxels, 2); a row that holds no number gives NaN. The sum of squared residuals is that of the
    row less what the fit explains.
    """
    for voxel in range(curves.shape[0]):
        a = b = c = np.float64(0.0)
        for i in range(curves.shape[1]):
            value = np.float64(curves[voxel, i])
            a += value * first[i]
            b += value * second[i]
            c += value * value
        p = inverse[0, 0] * a + inverse[0, 1] * b
        q = inverse[1, 0] * a + inverse[1, 1] * b
        found[voxel, 0], found[voxel, 1] = p, q
        left = c - p * a - q * b
        squares[voxel] = 0.0 if left < 0.0 else left  # a NaN stays
