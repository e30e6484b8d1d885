"""P values adjusted for the number of comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from neoher.cohort.result import TestResult

__all__ = ["holm"]


def holm(tests: Sequence[TestResult]) -> list[TestResult]:
    """The tests with Holm's adjustment (Scand J Stat 1979;6:65, unverified); those without p are left out."""
    made = sorted((test for test in tests if test.p is not None), key=lambda test: test.p or 0.0)
    adjusted, largest = [], 0.0
    for place, test in enumerate(made):
        largest = max(largest, min(1.0, (test.p or 0.0) * (len(made) - place)))
        words = f"Holm's adjustment of {len(made)} tests; {test.convention}"
        method = f"{test.method}, adjusted"
        adjusted.append(test.model_copy(update={"p": largest, "method": method, "convention": words}))
    return adjusted
