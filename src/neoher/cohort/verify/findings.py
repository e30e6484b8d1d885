"""What the check of one claim found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neoher.cohort.result import TestResult

__all__ = ["Finding", "Verdict"]


class Verdict(StrEnum):
    """What became of a claim."""

    REPRODUCED = "reproduced"
    OTHER_ROUNDING = "other-rounding"
    """Consistent only with another rounding than half up."""
    WITHIN_RANGE = "within-range"
    """No test of the family gives it, but it lies between those that they give."""
    NOT_REPRODUCED = "not-reproduced"
    UNDECIDED = "cannot-be-checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim checked."""

    verdict: Verdict
    computed: str
    """What follows from the counts, in words."""
    by: tuple[str, ...] = ()
    """What reproduces the printed value: tests, intervals, ways of rounding."""
    would: tuple[str, ...] = ()
    """What would reproduce it: other counts, other denominators."""
    note: str = ""
    tests: tuple[TestResult, ...] = ()
