"""A printed percentage against its count: roundings that give it, and counts or denominators that would."""

from __future__ import annotations

from fractions import Fraction

from neoher.cohort.verify.claims import Claim, Printed, printed_number
from neoher.cohort.verify.findings import Finding, Verdict
from neoher.cohort.verify.rounding import roundings_that_give

__all__ = ["check_percentage"]

MOST_LISTED = 6
FURTHEST = 3
"""Denominators up to this many times the stated one are tried."""


def check_percentage(claim: Claim) -> Finding:
    """Whether a percentage follows from its count; without a count, which counts would give it."""
    if claim.printed is None:
        return Finding(Verdict.UNDECIDED, "", note="no value is printed")
    printed = printed_number(claim.printed, claim.label)
    if claim.n_1 is None:
        return Finding(Verdict.UNDECIDED, "", note="the denominator (n_1) is not known")
    if claim.n_1 == 0:
        return Finding(Verdict.UNDECIDED, "", note="the denominator is 0")
    if claim.events_1 is None:
        return _without_count(claim.n_1, printed)
    if claim.events_1 > claim.n_1:
        return Finding(
            Verdict.NOT_REPRODUCED,
            f"{claim.events_1} of {claim.n_1}",
            note="the count is larger than its denominator",
        )
    share = Fraction(100 * claim.events_1, claim.n_1)
    computed = f"{claim.events_1}/{claim.n_1} = {_decimals(share, printed.decimals + 2)} %"
    ways = roundings_that_give(share, printed)
    if "half up" in ways:
        return Finding(Verdict.REPRODUCED, computed, ("rounded half up",))
    if ways:
        note = "consistent only with another rounding than half up"
        return Finding(Verdict.OTHER_ROUNDING, computed, tuple(f"rounded {way}" for way in ways), note=note)
    return Finding(Verdict.NOT_REPRODUCED, computed, would=_alternatives(claim.events_1, claim.n_1, printed))


def _without_count(n: int, printed: Printed) -> Finding:
    counts = [
        count for count in range(n + 1) if "half up" in roundings_that_give(Fraction(100 * count, n), printed)
    ]
    listed = tuple(f"{count}/{n}" for count in counts[:MOST_LISTED])
    if not counts:
        note = f"no count of {n} gives this percentage by rounding half up"
        return Finding(Verdict.NOT_REPRODUCED, f"no count of {n}", note=note)
    note = "the count is not known; these would give it"
    return Finding(
        Verdict.REPRODUCED, f"{len(counts)} count{'s' if len(counts) > 1 else ''} of {n}", listed, note=note
    )


def _alternatives(events: int, n: int, printed: Printed) -> tuple[str, ...]:
    """Other counts of the same denominator, then other denominators of the same count, the nearest first."""
    counts = sorted(range(n + 1), key=lambda count: abs(count - events))
    found = [f"{count}/{n}" for count in counts if _gives(count, n, printed)][:MOST_LISTED]
    others = sorted(range(max(1, events), FURTHEST * n + 1), key=lambda other: abs(other - n))
    found += [f"{events}/{other}" for other in others if _gives(events, other, printed)][:MOST_LISTED]
    return tuple(found)


def _gives(events: int, n: int, printed: Printed) -> bool:
    return "half up" in roundings_that_give(Fraction(100 * events, n), printed)


def _decimals(value: Fraction, decimals: int) -> str:
    return f"{float(value):.{decimals}f}"
