"""What a statistic gives: an estimate with its interval, or a test."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Interval", "Test", "finite"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval; None where it cannot be computed, an open limit where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """A test; statistic and p are None where it cannot be made."""

    __test__ = False

    statistic: float | None
    df: float | None
    p: float | None


def finite(value: float) -> float | None:
    """The number, or None where it is infinite or not a number: JSON has neither."""
    value = float(value)
    return value if math.isfinite(value) else None
