"""Where a fit starts: the linear integral form, or the best of some rate constants; compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["start_fit"]


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
def start_fit(
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
