"""Hodges and Lehmann's estimate of how far two groups lie apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["Shift", "hodges_lehmann"]

FloatArray = NDArray[np.float64]

MOST_COUNTED = 10_000
"""Products of the sample sizes beyond which the rank sum is taken as normal."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Median of all differences first - second, with the interval that the exact rank-sum test gives.

    `achieved`: the coverage that the discrete distribution allows. Samples too small for the level asked get
    the extreme differences and their lower coverage.
    """

    value: float
    low: float
    high: float
    achieved: float


def hodges_lehmann(first: FloatArray, second: FloatArray, level: float = 0.95) -> Shift:
    """The shift between two independent samples, shapes (n,) and (m,).

    Ties are not counted in the interval, which then covers a little more than it says.
    Source: Hodges and Lehmann, Ann Math Stat 1963;34:598; Bauer, J Am Stat Assoc 1972;67:687 (unverified).
    Raises: InputError for an empty group.
    """
    if first.size == 0 or second.size == 0:
        raise InputError("one of the two groups has no lesion.", "groups")
    differences = np.sort(np.subtract.outer(first, second).ravel())
    below = _share_up_to(first.size, second.size)
    # The smallest u with P(U <= u) of half the rest or more; the u-th difference from either end.
    reached = int(np.searchsorted(below, (1 - level) / 2 * (1 - 1e-12), side="left"))
    place = max(reached, 1)
    return Shift(
        float(np.median(differences)),
        float(differences[place - 1]),
        float(differences[differences.size - place]),
        1 - 2 * float(below[place - 1]),
    )


def _share_up_to(n: int, m: int) -> FloatArray:
    """P(U <= u) for u = 0 .. n m of Mann-Whitney's U of two samples without ties, shape (n m + 1,)."""
    if n * m > MOST_COUNTED:
        from scipy.stats import norm

        spread = math.sqrt(n * m * (n + m + 1) / 12)
        shares: FloatArray = norm.cdf((np.arange(n * m + 1) + 0.5 - n * m / 2) / spread)
        return shares
    # The counts are coefficients of the Gaussian binomial, a product of (1 - q^(m + i)) / (1 - q^i), in whole
    # numbers of any length.
    counts = [1] + [0] * (n * m)
    for part in range(1, n + 1):
        for place in range(n * m, m + part - 1, -1):
            counts[place] -= counts[place - m - part]
        for place in range(part, n * m + 1):
            counts[place] += counts[place - part]
    total = math.comb(n + m, n)
    return np.cumsum([count / total for count in counts])
