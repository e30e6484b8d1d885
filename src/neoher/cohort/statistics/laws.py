"""Tails and quantiles of the usual laws, from scipy.special alone: scipy.stats takes seconds to load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = ["chi_squared_tail", "interval_z", "log_hypergeometric", "normal_two_sided"]


def interval_z(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 0.95."""
    return -float(special.ndtri((1 - level) / 2))


def normal_two_sided(z: float) -> float:
    """Two-sided p of a standard normal value."""
    return 2 * float(special.ndtr(-abs(z)))


def chi_squared_tail(statistic: float, df: float) -> float:
    """The chance of a chi-squared value at least as large."""
    return float(special.chdtrc(df, statistic))


def log_hypergeometric(hits: NDArray[np.int64], total: int, marked: int, drawn: int) -> NDArray[np.float64]:
    """Log-probability of each number of `hits` when `drawn` of `total` are taken, of which `marked` count."""
    rest = total - marked
    logs = (
        special.betaln(marked + 1, 1)
        + special.betaln(rest + 1, 1)
        + special.betaln(total - drawn + 1, drawn + 1)
        - special.betaln(hits + 1, marked - hits + 1)
        - special.betaln(drawn - hits + 1, rest - drawn + hits + 1)
        - special.betaln(total + 1, 1)
    )
    return np.asarray(logs, dtype=np.float64)
