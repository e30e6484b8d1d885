"""Numbers as they are written, and what can be said of several rules when some are undecided."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

__all__ = ["all_of", "exact", "exact_or_none", "percent_of"]


def exact(value: float) -> Fraction:
    """The number as people write it: 14.1 is 141/10, not its binary neighbour."""
    return Fraction(repr(float(value)))


def exact_or_none(value: float | None) -> Fraction | None:
    """The number as written; None where it is not known."""
    return None if value is None else exact(value)


def percent_of(later: Fraction | None, earlier: Fraction | None) -> float | None:
    """Change in percent of the earlier value; None where one is not known or the earlier one is 0."""
    if later is None or earlier is None or earlier == 0:
        return None
    return float((later - earlier) / earlier * 100)


def all_of(decided: Iterable[bool | None]) -> bool | None:
    """Whether all are met: False where one is not, else None where one is undecided."""
    outcomes = tuple(decided)
    if False in outcomes:
        return False
    return None if None in outcomes else True
