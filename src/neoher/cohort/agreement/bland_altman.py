"""Bland and Altman's limits of agreement, with the intervals of the limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["BlandAltman", "Bounds", "bland_altman"]

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """A value with its interval, in the unit of the measurements."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Bias, limits of agreement and whether the difference grows with size."""

    n: int
    bias: Bounds
    spread: float
    """Standard deviation of the differences (n - 1)."""
    lower_exact: Bounds
    upper_exact: Bounds
    """Limits with exact intervals (noncentral t)."""
    lower_approximate: Bounds
    upper_approximate: Bounds
    """The same limits with the intervals of 1999, symmetric and too short in small samples."""
    slope: float | None
    """Change of the difference per unit of the mean of both; None where the means do not vary."""
    slope_t: float | None
    slope_p: float | None
    """Of no proportional bias (t test of the slope); None where the means or differences do not vary."""
    level: float
    reach: float
    """Limits lie this many standard deviations from the bias."""


def bland_altman(
    measured: NDArray[np.float64], reference: NDArray[np.float64], level: float = 0.95, share: float = 0.95
) -> BlandAltman:
    """Limits between which `share` of the differences measured - reference lie, if these are normal.

    Parameters: `measured`, `reference`: shape (n,), one pair a patient or lesion, same unit.
    Raises: InputError for fewer than 3 pairs.
    Source: Bland and Altman, Stat Methods Med Res 1999;8:135 (approximate intervals); Carkeet, Optom Vis Sci
    2015;92:e71 (exact intervals of each limit) (unverified).
    """
    from scipy.stats import linregress, nct, norm, t

    difference = measured - reference
    n = difference.size
    if n < FEWEST:
        raise InputError(f"limits of agreement need {FEWEST} pairs or more, not {n}.", "pairs")
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    reach, quantile = float(norm.ppf((1 + share) / 2)), float(t.ppf((1 + level) / 2, n - 1))
    error = spread / math.sqrt(n)
    limit_error = spread * math.sqrt(1 / n + reach**2 / (2 * (n - 1)))
    lower, upper = bias - reach * spread, bias + reach * spread
    near, far = (
        float(nct.ppf(tail, n - 1, reach * math.sqrt(n))) * error
        for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    mean = (measured + reference) / 2
    varies = float(np.ptp(mean)) > 0
    slope: float | None = 0.0 if varies else None
    slope_t, slope_p = None, None
    if varies and np.ptp(difference) > 0:
        line = linregress(mean, difference)
        slope, slope_p = float(line.slope), float(line.pvalue)
        slope_t = float(line.slope) / float(line.stderr) if line.stderr > 0 else None
    return BlandAltman(
        n,
        Bounds(bias, bias - quantile * error, bias + quantile * error),
        spread,
        Bounds(lower, bias - far, bias - near),
        Bounds(upper, bias + near, bias + far),
        Bounds(lower, lower - quantile * limit_error, lower + quantile * limit_error),
        Bounds(upper, upper - quantile * limit_error, upper + quantile * limit_error),
        slope,
        slope_t,
        slope_p,
        level,
        reach,
    )
