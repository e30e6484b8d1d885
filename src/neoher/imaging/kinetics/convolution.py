"""Convolution: the model curve of one voxel with its derivatives, compiled; exact between the input's knots.

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

__all__ = ["PARAMETERS", "evaluate", "evaluate_delayed"]

PARAMETERS = 4
"""Ktrans, kep, vp and delay, in this order, wherever parameters stand in an array."""
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
    for row in range(PARAMETERS):
        gradient[row] = 0.0
        for column in range(PARAMETERS):
            hessian[row, column] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _convolve(
    k: float,
    plasma: NDArray[np.float64],
    step_of: NDArray[np.int64],
    steps: NDArray[np.float64],
    sample_of: NDArray[np.int64],
    table: NDArray[np.float64],
    samples: NDArray[np.float64],
) -> None:
    """Convolution with exp(-k t) and its derivative by k at the sample times, into `samples` (2, times)."""
    for n in range(steps.size):
        _step(k, steps[n], table[n])
    convolved = derived = 0.0
    for j in range(plasma.size):
        if j > 0:
            n, c0, c1 = step_of[j], plasma[j - 1], plasma[j]
            decay = table[n, 0]
            derived = decay * derived + (table[n, 5] * convolved + (c0 * table[n, 3] + c1 * table[n, 4]))
            convolved = decay * convolved + (c0 * table[n, 1] + c1 * table[n, 2])
        i = sample_of[j]
        if i >= 0:
            samples[0, i] = convolved
            samples[1, i] = derived


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def evaluate(
    curve: NDArray[np.float64],
    parameters: NDArray[np.float64],
    plasma: NDArray[np.float64],
    step_of: NDArray[np.int64],
    steps: NDArray[np.float64],
    sample_of: NDArray[np.int64],
    plasma_at: NDArray[np.float64],
    table: NDArray[np.float64],
    samples: NDArray[np.float64],
    hessian: NDArray[np.float64],
    gradient: NDArray[np.float64],
) -> float:
    """Sum of squared residuals; J'J and J'r for Ktrans, kep and vp, without delay.

    `plasma_at`: plasma concentration at the sample times; `samples` (2, times) is scratch. The sums stand in
    a loop of their own, in which no step waits for the one before.
    """
    transfer, fraction = parameters[0], parameters[2]
    _convolve(parameters[1], plasma, step_of, steps, sample_of, table, samples)
    total = h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
    for i in range(curve.size):
        convolved, by_k, c = samples[0, i], transfer * samples[1, i], plasma_at[i]
        residual = curve[i] - transfer * convolved - fraction * c
        total += residual * residual
        h00 += convolved * convolved
        h01 += convolved * by_k
        h02 += convolved * c
        h11 += by_k * by_k
        h12 += by_k * c
        h22 += c * c
        g0 += convolved * residual
        g1 += by_k * residual
        g2 += c * residual
    hessian[0, 0], hessian[1, 1], hessian[2, 2] = h00, h11, h22
    hessian[0, 1] = hessian[1, 0] = h01
    hessian[0, 2] = hessian[2, 0] = h02
    hessian[1, 2] = hessian[2, 1] = h12
    gradient[0], gradient[1], gradient[2] = g0, g1, g2
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate_delayed(
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
    slopes = np.zeros(PARAMETERS)
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
        for row in range(PARAMETERS):
            gradient[row] += slopes[row] * residual
            for column in range(PARAMETERS):
                hessian[row, column] += slopes[row] * slopes[column]
    return total
