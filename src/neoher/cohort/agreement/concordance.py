"""Lin's concordance correlation coefficient."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.survival.kaplan_meier import normal_quantile
from neoher.errors import InputError

__all__ = ["Concordance", "lins_concordance"]


@dataclass(frozen=True, slots=True)
class Concordance:
    """Concordance = correlation x bias correction; the interval is None where it cannot be made."""

    n: int
    value: float
    low: float | None
    high: float | None
    correlation: float
    """Pearson's."""
    bias_correction: float
    """C_b, 1 where the line of best fit is the line of equality."""


def lins_concordance(
    measured: NDArray[np.float64], reference: NDArray[np.float64], level: float = 0.95
) -> Concordance:
    """Lin's coefficient with moments divided by n, and its interval by Fisher's z.

    Parameters: `measured`, `reference`: shape (n,), same unit.
    Raises: InputError for fewer than 3 pairs, or where one of both does not vary.
    Source: Lin, Biometrics 1989;45:255, with the correction of 2000;56:324 (unverified).
    """
    n = measured.size
    if n < 3:
        raise InputError(f"concordance needs 3 pairs or more, not {n}.", "pairs")
    if np.ptp(measured) == 0 or np.ptp(reference) == 0:
        raise InputError("one of both takes a single value, so no correlation is defined.", "pairs")
    first, second = float(measured.var()), float(reference.var())
    covariance = float(((measured - measured.mean()) * (reference - reference.mean())).mean())
    shift = float(measured.mean() - reference.mean())
    largest = 2 * math.sqrt(first * second) / (first + second + shift**2)
    correlation = covariance / math.sqrt(first * second)
    value, correction = correlation * largest, largest
    if abs(correlation) < 1e-12 or abs(value) >= 1 - 1e-12:
        return Concordance(n, value, None, None, correlation, correction)
    scaled = shift**2 / math.sqrt(first * second)
    rest = 1 - value**2
    variance = (
        (
            (1 - correlation**2) * value**2 / (rest * correlation**2)
            + 2 * value**3 * (1 - value) * scaled / (correlation * rest**2)
            - value**4 * scaled**2 / (2 * correlation**2 * rest**2)
        )
        / (n - 2)
        if n > 2
        else math.nan
    )
    centre, reach = math.atanh(value), normal_quantile(level) * math.sqrt(max(variance, 0.0))
    return Concordance(
        n, value, math.tanh(centre - reach), math.tanh(centre + reach), correlation, correction
    )
