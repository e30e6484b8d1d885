"""A proportion with its interval."""

from __future__ import annotations

import math

from scipy import special

from neoher.cohort.statistics.laws import interval_z
from neoher.cohort.statistics.outcome import Interval

__all__ = ["exact_interval", "wilson_interval"]


def wilson_interval(events: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval, without continuity correction; nothing where n is 0.

    Source: Wilson 1927 (doi:10.1080/01621459.1927.10502953, unverified).
    """
    if n == 0:
        return Interval(None)
    z = interval_z(level)
    share = events / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and n the limit is 0 and 1 by algebra; rounding must not push it beyond.
    low = 0.0 if events == 0 else middle - half
    high = 1.0 if events == n else middle + half
    return Interval(share, low, high)


def exact_interval(events: int, n: int, level: float = 0.95) -> Interval:
    """The exact interval of Clopper and Pearson (doi:10.1093/biomet/26.4.404, unverified)."""
    if n == 0:
        return Interval(None)
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(special.betaincinv(events, n - events + 1, tail))
    high = 1.0 if events == n else float(special.betainccinv(events + 1, n - events, tail))
    return Interval(events / n, low, high)
