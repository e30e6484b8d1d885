"""Compiled loops of the tracer-kinetic models: convolution, its derivatives and the bounded fit, per voxel.

Times in minutes, rate constants in 1/min, concentrations in mM. The plasma concentration runs linearly
between its knots, so that its convolution with a decaying exponential has a closed form on every interval and
no time step is too coarse or too unequal for it:

    I(t + h) = e^(-x) I(t) + h [c0 (E0 - E1) + c1 E1],  x = k h,
    E0 = (1 - e^(-x)) / x,  E1 = (1 - E0) / x

with c0 and c1 the plasma concentration at both ends of the interval.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

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
_PARAMETERS = 4  # Ktrans, kep, vp, delay
_SERIES_BELOW = 0.02


@njit(cache=True, nogil=True, error_model="numpy")
def _step(k: float, h: float, out: NDArray[np.float64]) -> None:
    """Coefficients of one interval: decay, weights of c0 and c1, and the derivatives of all three by k."""
    x = k * h
    decay = math.exp(-x)
    if x > _SERIES_BELOW:
        e0 = (1.0 - decay) / x
        e1 = (1.0 - e0) / x
        d0 = (decay - e0) / x
        d1 = -(d0 + e1) / x
    else:  # the differences above cancel; five terms leave less than 1e-11 here
        e0 = 1.0 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x / 720))))
        e1 = 1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x / 5040))))
        d0 = -1 / 2 + x * (1 / 3 - x * (1 / 8 - x * (1 / 30 - x * (1 / 144 - x / 840))))
        d1 = -1 / 6 + x * (1 / 12 - x * (1 / 40 - x * (1 / 180 - x * (1 / 1008 - x / 6720))))
    out[0] = decay
    out[1] = h * (e0 - e1)
    out[2] = h * e1
    out[3] = h * h * (d0 - d1)
    out[4] = h * h * d1
    out[5] = -h * decay


@njit(cache=True, nogil=True, error_model="numpy")
def _clear(hessian: NDArray[np.float64], gradient: NDArray[np.float64]) -> None:
    for row in range(_PARAMETERS):
        gradient[row] = 0.0
        for column in range(_PARAMETERS):
            hessian[row, column] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _evaluate(
    curve: NDArray[np.float64],
    parameters: NDArray[np.float64],
    plasma: NDArray[np.float64],
    step_of: NDArray[np.int64],
    steps: NDArray[np.float64],
    sample_of: NDArray[np.int64],
    table: NDArray[np.float64],
    hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
) -> float:
    """Sum of squared residuals; J'J and J'r for Ktrans, kep and vp, without delay."""
    transfer, k, fraction = parameters[0], parameters[1], parameters[2]
    for n in range(steps.size):
        _step(k, steps[n], table[n])
    convolved = derived = total = 0.0
    h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
    for j in range(plasma.size):
        c1 = plasma[j]
        if j > 0:
            n = step_of[j]
            c0 = plasma[j - 1]
            decay = table[n, 0]
            derived = decay * derived + (table[n, 5] * convolved + (c0 * table[n, 3] + c1 * table[n, 4]))
            convolved = decay * convolved + (c0 * table[n, 1] + c1 * table[n, 2])
        i = sample_of[j]
        if i >= 0:
            by_k = transfer * derived
            residual = curve[i] - transfer * convolved - fraction * c1
            total += residual * residual
            h00 += convolved * convolved
            h01 += convolved * by_k
            h02 += convolved * c1
            h11 += by_k * by_k
            h12 += by_k * c1
            h22 += c1 * c1
            g0 += convolved * residual
            g1 += by_k * residual
            g2 += c1 * residual
    hessian[0, 0], hessian[1, 1], hessian[2, 2] = h00, h11, h22
    hessian[0, 1] = hessian[1, 0] = h01
    hessian[0, 2] = hessian[2, 0] = h02
    hessian[1, 2] = hessian[2, 1] = h12
    gradient[0], gradient[1], gradient[2] = g0, g1, g2
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _evaluate_delayed(
    curve: NDArray[np.float64],
    parameters: NDArray[np.float64],
    knots: NDArray[np.float64],
    plasma: NDArray[np.float64],
    times: NDArray[np.float64],
    table: NDArray[np.float64],
    hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
) -> float:
    """The same with the plasma curve arriving `parameters[3]` later; J holds the delay as well.

    The convolution of a delayed input is the delayed convolution, so its derivative by the delay is
    -(vp c' + Ktrans (c - kep I)).
    """
    transfer, k, fraction, delay = parameters[0], parameters[1], parameters[2], parameters[3]
    _clear(hessian, gradient)
    slopes = np.zeros(_PARAMETERS)
    coefficients = table[0]
    convolved = derived = total = 0.0
    j = 0
    for i in range(times.size):
        at = times[i] - delay
        while j + 1 < knots.size and knots[j + 1] <= at:
            h = knots[j + 1] - knots[j]
            _step(k, h, coefficients)
            derived = (
                coefficients[0] * (derived - h * convolved)
                + plasma[j] * coefficients[3]
                + plasma[j + 1] * coefficients[4]
            )
            convolved = (
                coefficients[0] * convolved + plasma[j] * coefficients[1] + plasma[j + 1] * coefficients[2]
            )
            j += 1
        here, here_derived, c, rise = convolved, derived, 0.0, 0.0
        if at >= knots[j]:
            h = at - knots[j]
            c = plasma[j]
            if j + 1 < knots.size:
                rise = (plasma[j + 1] - plasma[j]) / (knots[j + 1] - knots[j])
                c = plasma[j] + rise * h
            if h > 0.0:
                _step(k, h, coefficients)
                here_derived = (
                    coefficients[0] * (derived - h * convolved)
                    + plasma[j] * coefficients[3]
                    + c * coefficients[4]
                )
                here = coefficients[0] * convolved + plasma[j] * coefficients[1] + c * coefficients[2]
            slopes[3] = -(fraction * rise + transfer * (c - k * here))
        else:
            here = here_derived = 0.0
            slopes[3] = 0.0
        slopes[0] = here
        slopes[1] = transfer * here_derived
        slopes[2] = c
        residual = curve[i] - transfer * here - fraction * c
        total += residual * residual
        for row in range(_PARAMETERS):
            gradient[row] += slopes[row] * residual
            for column in range(_PARAMETERS):
                hessian[row, column] += slopes[row] * slopes[column]
    return total


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
    for row in range(_PARAMETERS):
        for column in range(_PARAMETERS):
            if free[row] and free[column]:
                work[row, column] = hessian[row, column]
            else:
                work[row, column] = 1.0 if row == column else 0.0
        if free[row]:
            work[row, row] += damping * hessian[row, row] + 1e-300
        step[row] = gradient[row] if free[row] else 0.0
    for row in range(_PARAMETERS):
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
    for row in range(_PARAMETERS):
        for n in range(row):
            step[row] -= work[row, n] * step[n]
        step[row] /= work[row, row]
    for row in range(_PARAMETERS - 1, -1, -1):
        for n in range(row + 1, _PARAMETERS):
            step[row] -= work[n, row] * step[n]
        step[row] /= work[row, row]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _linear_start(
    curve: NDArray[np.float64],
    times: NDArray[np.float64],
    plasma: NDArray[np.float64],
    plasma_integral: NDArray[np.float64],
    with_plasma: bool,
    parameters: NDArray[np.float64],
) -> float:
    """Ktrans, kep and vp of the integral form C = (Ktrans + kep vp) Icp - kep IC + vp cp, and its residual.

    Integral form after Murase 2004 (PMID 14755656). `plasma` and its integral at the sample times.
    """
    h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = squares = 0.0
    integral = 0.0
    for i in range(times.size):
        if i > 0:
            integral += 0.5 * (curve[i] + curve[i - 1]) * (times[i] - times[i - 1])
        a, b, c, y = plasma_integral[i], -integral, plasma[i], curve[i]
        h00 += a * a
        h01 += a * b
        h02 += a * c
        h11 += b * b
        h12 += b * c
        h22 += c * c
        g0 += a * y
        g1 += b * y
        g2 += c * y
        squares += y * y
    if not with_plasma:
        h02 = h12 = g2 = 0.0
        h22 = 1.0
    determinant = (
        h00 * (h11 * h22 - h12 * h12) - h01 * (h01 * h22 - h12 * h02) + h02 * (h01 * h12 - h11 * h02)
    )
    if not abs(determinant) > 1e-14 * h00 * h11 * h22:
        return math.inf
    p0 = g0 * (h11 * h22 - h12 * h12) - h01 * (g1 * h22 - h12 * g2) + h02 * (g1 * h12 - h11 * g2)
    p1 = h00 * (g1 * h22 - h12 * g2) - g0 * (h01 * h22 - h12 * h02) + h02 * (h01 * g2 - g1 * h02)
    p2 = h00 * (h11 * g2 - g1 * h12) - h01 * (h01 * g2 - g1 * h02) + g0 * (h01 * h12 - h11 * h02)
    p0, p1, p2 = p0 / determinant, p1 / determinant, p2 / determinant
    parameters[0] = p0 - p1 * p2
    parameters[1] = p1
    parameters[2] = p2
    return squares - p0 * g0 - p1 * g1 - p2 * g2


@njit(cache=True, nogil=True, error_model="numpy")
def _best_by_projection(
    curve: NDArray[np.float64],
    candidates: NDArray[np.float64],
    design: NDArray[np.float64],
    plasma: NDArray[np.float64],
    with_plasma: bool,
    parameters: NDArray[np.float64],
) -> None:
    """Of the candidate kep, the one whose best Ktrans and vp >= 0 leave the least residual."""
    least = math.inf
    for n in range(candidates.size):
        h00 = h01 = h11 = g0 = g1 = 0.0
        for i in range(curve.size):
            a, c = design[n, i], plasma[i]
            h00 += a * a
            h01 += a * c
            h11 += c * c
            g0 += a * curve[i]
            g1 += c * curve[i]
        transfer = max(g0 / h00, 0.0) if h00 > 0.0 else 0.0
        fraction = 0.0
        if with_plasma:
            determinant = h00 * h11 - h01 * h01
            if determinant > 1e-12 * h00 * h11:
                both, other = (g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant
                if both >= 0.0 and other >= 0.0:
                    transfer, fraction = both, other
        left = (
            transfer * transfer * h00
            + 2 * transfer * fraction * h01
            + fraction * fraction * h11
            - 2 * (transfer * g0 + fraction * g1)
        )
        if left < least:
            least = left
            parameters[0], parameters[1], parameters[2] = transfer, candidates[n], fraction


@njit(cache=True, nogil=True, error_model="numpy")
def _start(
    curve: NDArray[np.float64],
    times: NDArray[np.float64],
    plasma_at: NDArray[np.float64],
    integral_at: NDArray[np.float64],
    candidates: NDArray[np.float64],
    design: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    parameters: NDArray[np.float64],
) -> None:
    """The linear start where it lies inside the bounds, else the best of the candidates."""
    with_plasma = upper[2] > lower[2]
    _linear_start(curve, times, plasma_at, integral_at, with_plasma, parameters)
    inside = True
    for n in range(3):
        if not (lower[n] <= parameters[n] <= upper[n]):
            inside = False
    if not (inside and parameters[0] > lower[0] and parameters[1] > lower[1]):
        _best_by_projection(curve, candidates, design, plasma_at, with_plasma, parameters)
    for n in range(3):
        parameters[n] = min(max(parameters[n], lower[n]), upper[n])


@njit(cache=True, nogil=True, error_model="numpy")
def _curve_state(curve: NDArray[np.float64]) -> int:
    largest = 0.0
    for value in curve:
        if not math.isfinite(value):
            return NOT_FINITE
        largest = max(largest, abs(value))
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
        total = _evaluate_delayed(curve, parameters, knots, plasma, times, table, hessian, gradient)
    else:
        total = _evaluate(curve, parameters, plasma, step_of, steps, sample_of, table, hessian, gradient)
    for _ in range(_MAXIMUM_ITERATIONS):
        moving = 0
        for n in range(_PARAMETERS):
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
        for n in range(_PARAMETERS):
            trial[n] = min(max(parameters[n] + step[n], lower[n]), upper[n]) if free[n] else parameters[n]
            largest = max(largest, abs(trial[n] - parameters[n]) / (abs(parameters[n]) + 1e-4))
        if delayed:
            found = _evaluate_delayed(
                curve, trial, knots, plasma, times, table, trial_hessian, trial_gradient
            )
        else:
            found = _evaluate(
                curve, trial, plasma, step_of, steps, sample_of, table, trial_hessian, trial_gradient
            )
        if found <= total:
            gain = total - found
            for n in range(_PARAMETERS):
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
    for n in range(_PARAMETERS):
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
    work = np.zeros((4, _PARAMETERS, _PARAMETERS))
    table = np.zeros((steps.size, 6))
    free = np.zeros(_PARAMETERS, dtype=np.bool_)
    curve = np.empty(times.size)
    for voxel in range(curves.shape[0]):
        for i in range(times.size):
            curve[i] = curves[voxel, i]
        parameters = found[voxel]
        condition = _curve_state(curve)
        if condition != FITTED:
            state[voxel] = condition
            for n in range(_PARAMETERS):
                parameters[n] = math.nan
            squares[voxel] = math.nan
            continue
        _start(curve, times, plasma_at, integral_at, candidates, design, lower, upper, parameters)
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
    work = np.zeros((4, _PARAMETERS, _PARAMETERS))
    table = np.zeros((1, 6))
    free = np.zeros(_PARAMETERS, dtype=np.bool_)
    none = np.zeros(0, dtype=np.int64)
    curve = np.empty(times.size)
    starts = np.zeros((delays.size, _PARAMETERS))
    residuals = np.zeros(delays.size)
    for voxel in range(curves.shape[0]):
        for i in range(times.size):
            curve[i] = curves[voxel, i]
        parameters = found[voxel]
        condition = _curve_state(curve)
        if condition != FITTED:
            state[voxel] = condition
            for n in range(_PARAMETERS):
                parameters[n] = math.nan
            squares[voxel] = math.nan
            continue
        for n in range(delays.size):
            start = starts[n]
            _start(curve, times, plasma_at[n], integral_at[n], candidates, designs[n], lower, upper, start)
            start[3] = delays[n]
            residuals[n] = _evaluate_delayed(curve, start, knots, plasma, times, table, work[0], work[3, 0])
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
                for m in range(_PARAMETERS):
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
