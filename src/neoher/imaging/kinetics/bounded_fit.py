"""Bounded Levenberg-Marquardt for the parameters of one voxel, compiled.

Times in minutes, rate constants in 1/min, concentrations in mM.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neoher.imaging.kinetics.convolution import PARAMETERS, evaluate, evaluate_delayed

__all__ = ["AT_BOUND", "FITTED", "FLAT", "NOT_CONVERGED", "NOT_FINITE", "bounded_fit"]

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
_FIRST_DAMPING = 1e-7
"""A start is near the end already: the first step is all but undamped."""
_SETTLED = 1e-7
"""Share of the sum of squares below which a gain no longer counts."""


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(  # noqa: PLR0912 - one factorisation, kept in one loop nest
    hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
    damping: float,
    size: int,
    free: NDArray[np.bool_],
    work: NDArray[np.float64],
    step: NDArray[np.float64],
) -> bool:
    """Step of (H + damping diag H) step = gradient, by Cholesky; False if singular.

    Of the first `size` parameters those that are free; the others rest.
    """
    for row in range(size):
        for column in range(size):
            if free[row] and free[column]:
                work[row, column] = hessian[row, column]
            else:
                work[row, column] = 1.0 if row == column else 0.0
        if free[row]:
            work[row, row] += damping * hessian[row, row] + 1e-300
        step[row] = gradient[row] if free[row] else 0.0
    for row in range(size):
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
    for row in range(size):
        for n in range(row):
            step[row] -= work[row, n] * step[n]
        step[row] /= work[row, row]
    for row in range(size - 1, -1, -1):
        for n in range(row + 1, size):
            step[row] -= work[n, row] * step[n]
        step[row] /= work[row, row]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _expected_gain(
    hessian: NDArray[np.float64], gradient: NDArray[np.float64], step: NDArray[np.float64]
) -> float:
    """By how much a step lowers the sum of squares where the model is linear."""
    gain = 0.0
    for row in range(PARAMETERS):
        curved = 0.0
        for column in range(PARAMETERS):
            curved += hessian[row, column] * step[column]
        gain += step[row] * (2.0 * gradient[row] - curved)
    return gain


@njit(cache=True, nogil=True, error_model="numpy")
def bounded_fit(  # noqa: PLR0912, PLR0915 - the steps of one iteration in their order
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
    plasma_at: NDArray[np.float64],
    work: NDArray[np.float64],
    table: NDArray[np.float64],
    samples: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> tuple[int, float]:
    """Levenberg-Marquardt inside the bounds, from `parameters`, which it overwrites.

    `work`: five 4 x 4 blocks of scratch. A parameter on its bound whose slope points outward rests for the
    step. Returns the state and the sum of squared residuals.
    """
    hessian, trial_hessian, factor = work[0], work[1], work[2]
    gradient, trial_gradient, step, trial = work[3, 0], work[3, 1], work[3, 2], work[3, 3]
    damping = _FIRST_DAMPING
    size = PARAMETERS if delayed else PARAMETERS - 1
    settled = False
    if delayed:
        total = evaluate_delayed(curve, parameters, knots, plasma, times, table, hessian, gradient)
    else:
        total = evaluate(
            curve, parameters, plasma, step_of, steps, sample_of, plasma_at, table, samples, hessian, gradient
        )
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
        if not _solve(hessian, gradient, damping, size, free, factor, step):
            damping = max(damping, 1e-6) * 10.0
            continue
        largest = 0.0
        for n in range(PARAMETERS):
            trial[n] = min(max(parameters[n] + step[n], lower[n]), upper[n]) if free[n] else parameters[n]
            step[n] = trial[n] - parameters[n]
            largest = max(largest, abs(step[n]) / (abs(parameters[n]) + 1e-4))
        expected = _expected_gain(hessian, gradient, step)
        if abs(expected) <= _SETTLED * total:  # taken unseen: it changes nothing that counts
            parameters[:] = trial
            total -= expected
            settled = True
            break
        if delayed:
            found = evaluate_delayed(curve, trial, knots, plasma, times, table, trial_hessian, trial_gradient)
        else:
            found = evaluate(
                curve,
                trial,
                plasma,
                step_of,
                steps,
                sample_of,
                plasma_at,
                table,
                samples,
                trial_hessian,
                trial_gradient,
            )
        if found <= total:
            gain = total - found
            parameters[:] = trial
            hessian, trial_hessian = trial_hessian, hessian
            gradient, trial_gradient = trial_gradient, gradient
            total = found
            damping = max(damping * 0.1, 1e-12)
            if largest < 1e-6 or gain <= _SETTLED * total:
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
