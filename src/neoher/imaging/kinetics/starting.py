"""Where a fit starts: the rate constant of the linear integral form, moved to the best one near it; compiled.

At a fixed kep the model is linear in Ktrans and vp, so that the best of both, and the slope of the residual
by kep, follow from a few sums over the curve. These are known at the nodes of a table that all voxels share;
between two nodes around a minimum they are interpolated.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["start_fit"]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _linear_rate(
    curve: NDArray[np.float64],
    times: NDArray[np.float64],
    plasma: NDArray[np.float64],
    plasma_integral: NDArray[np.float64],
    with_plasma: bool,
) -> float:
    """kep of the integral form C = (Ktrans + kep vp) Icp - kep IC + vp cp; NaN where it has no solution.

    Integral form after Murase 2004 (PMID 14755656). `plasma` and its integral at the sample times.
    """
    h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
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
    if not with_plasma:
        h02 = h12 = g2 = 0.0
        h22 = 1.0
    determinant = (
        h00 * (h11 * h22 - h12 * h12) - h01 * (h01 * h22 - h12 * h02) + h02 * (h01 * h12 - h11 * h02)
    )
    if not abs(determinant) > 1e-14 * h00 * h11 * h22:
        return math.nan
    return (
        h00 * (g1 * h22 - h12 * g2) - g0 * (h01 * h22 - h12 * h02) + h02 * (h01 * g2 - g1 * h02)
    ) / determinant


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _sum(curve: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Sum of the products of two curves."""
    total = 0.0
    for i in range(curve.size):
        total += curve[i] * other[i]
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc"})
def _sums(curve: NDArray[np.float64], design: NDArray[np.float64], node: int) -> tuple[float, float]:
    """Sums of the curve times the convolution of a node and times its derivative."""
    one = other = 0.0
    for i in range(curve.size):
        one += curve[i] * design[node, 0, i]
        other += curve[i] * design[node, 1, i]
    return one, other


@njit(cache=True, nogil=True, error_model="numpy")
def _linear_part(h00: float, h01: float, h11: float, g0: float, g1: float) -> tuple[float, float]:
    """Best Ktrans and vp, neither below 0, at one kep; h11 = 0 leaves vp out."""
    transfer = max(g0 / h00, 0.0) if h00 > 0.0 else 0.0
    determinant = h00 * h11 - h01 * h01
    if determinant > 1e-12 * h00 * h11:
        both, other = (g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant
        if both >= 0.0 and other >= 0.0:
            return both, other
    return transfer, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _at_node(
    curve: NDArray[np.float64],
    g1: float,
    design: NDArray[np.float64],
    gram: NDArray[np.float64],
    node: int,
    with_plasma: bool,
) -> tuple[float, float, float, float]:
    """By how much the best fit at a node changes the sum of squares, its slope by log kep, and both sums."""
    g0, derived = _sums(curve, design, node)
    h00, h01, h11 = gram[node, 0], gram[node, 1], gram[node, 2]
    transfer, fraction = _linear_part(h00, h01, h11 if with_plasma else 0.0, g0, g1)
    left = transfer * (transfer * h00 + 2.0 * (fraction * h01 - g0)) + fraction * (fraction * h11 - 2.0 * g1)
    slope = 2.0 * transfer * (transfer * gram[node, 3] + fraction * gram[node, 4] - derived)
    return left, slope, g0, derived


@njit(cache=True, nogil=True, error_model="numpy")
def _best_node(
    curve: NDArray[np.float64],
    g1: float,
    design: NDArray[np.float64],
    gram: NDArray[np.float64],
    with_plasma: bool,
) -> int:
    """The node at which the best Ktrans and vp leave the least residual."""
    best, least = 0, math.inf
    for n in range(gram.shape[0]):
        left = _at_node(curve, g1, design, gram, n, with_plasma)[0]
        if left < least:
            best, least = n, left
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def _lowest_between(step: float, f0: float, s0: float, f1: float, s1: float) -> float:
    """Where the cubic through two values with falling s0 and rising s1 is lowest, as a share of `step`."""
    s0, s1 = s0 * step, s1 * step
    theta = 3.0 * (f0 - f1) + s0 + s1
    root = math.sqrt(max(theta * theta - s0 * s1, 0.0))
    divisor = s1 - s0 + 2.0 * root
    if not divisor > 0.0:
        return 0.5
    return min(max(1.0 - (s1 + root - theta) / divisor, 0.0), 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _between(at: float, step: float, v0: float, d0: float, v1: float, d1: float) -> float:
    """Cubic through two values and slopes, at a share of `step`."""
    rest = 1.0 - at
    return rest * rest * ((1.0 + 2.0 * at) * v0 + at * step * d0) + at * at * (
        (3.0 - 2.0 * at) * v1 - rest * step * d1
    )


@njit(cache=True, nogil=True, error_model="numpy")
def start_fit(
    curve: NDArray[np.float64],
    times: NDArray[np.float64],
    plasma_at: NDArray[np.float64],
    integral_at: NDArray[np.float64],
    rates: NDArray[np.float64],
    design: NDArray[np.float64],
    gram: NDArray[np.float64],
    upper: NDArray[np.float64],
    parameters: NDArray[np.float64],
) -> None:
    """Ktrans, kep and vp at the lowest residual near the linear start, or near the best node without one.

    Parameters: `rates` (nodes,): kep in equal steps of its logarithm. `design` (nodes, 2, times): the
    convolution b of each and its derivative b' by log kep. `gram` (nodes, 5): sums over the samples of b b,
    b c, c c, b b' and c b', with the plasma concentration c.
    """
    with_plasma = upper[2] > 0.0
    step = math.log(rates[1] / rates[0])
    g1 = _sum(curve, plasma_at)
    k = _linear_rate(curve, times, plasma_at, integral_at, with_plasma)
    if rates[0] <= k <= rates[-1]:
        n = round(math.log(k / rates[0]) / step)
    else:
        n = _best_node(curve, g1, design, gram, with_plasma)
    left, slope, g0, derived = _at_node(curve, g1, design, gram, n, with_plasma)
    towards = 1 if slope < 0.0 else -1
    share = 0.0
    m = n
    while slope != 0.0 and 0 <= n + towards < rates.size:
        m = n + towards
        left_m, slope_m, g0_m, derived_m = _at_node(curve, g1, design, gram, m, with_plasma)
        if slope_m * towards >= 0.0:
            if towards > 0:
                share = _lowest_between(step, left, slope, left_m, slope_m)
            else:
                share = 1.0 - _lowest_between(step, left_m, slope_m, left, slope)
            break
        n, left, slope, g0, derived = m, left_m, slope_m, g0_m, derived_m
    along = towards * step
    h00, h01 = gram[n, 0], gram[n, 1]
    if share > 0.0:
        h00 = _between(share, along, h00, 2.0 * gram[n, 3], gram[m, 0], 2.0 * gram[m, 3])
        h01 = _between(share, along, h01, gram[n, 4], gram[m, 1], gram[m, 4])
        g0 = _between(share, along, g0, derived, g0_m, derived_m)
    transfer, fraction = _linear_part(h00, h01, gram[n, 2] if with_plasma else 0.0, g0, g1)
    parameters[0] = min(transfer, upper[0])
    parameters[1] = min(rates[n] * math.exp(share * along), upper[1])
    parameters[2] = min(fraction, upper[2])
