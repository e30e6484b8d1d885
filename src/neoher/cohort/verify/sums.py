"""Printed parts against their printed sum."""

from __future__ import annotations

from decimal import Decimal

from neoher.cohort.verify.claims import Claim, printed_number
from neoher.cohort.verify.findings import Finding, Verdict

__all__ = ["check_sum"]


def check_sum(claim: Claim) -> Finding:
    """Whether parts add up: counts exactly, rounded numbers within what their rounding allows."""
    if claim.printed is None or not claim.parts:
        return Finding(Verdict.UNDECIDED, "", note="the sum (printed) and its parts are needed")
    total = printed_number(claim.printed, claim.label)
    parts = [
        printed_number(part, claim.label) for part in claim.parts.replace("+", " ").replace(";", " ").split()
    ]
    added = sum((part.value for part in parts), Decimal(0))
    slack = sum((part.unit / 2 for part in parts if _is_rounded(part.decimals, total.percent)), Decimal(0))
    slack += total.unit / 2 if _is_rounded(total.decimals, total.percent) else Decimal(0)
    computed = f"{' + '.join(str(part.value) for part in parts)} = {added}"
    if added == total.value:
        return Finding(Verdict.REPRODUCED, computed, ("exact",))
    if abs(added - total.value) <= slack:
        return Finding(Verdict.REPRODUCED, computed, (f"within the rounding of the parts (± {slack})",))
    return Finding(
        Verdict.NOT_REPRODUCED, computed, note=f"differs from {total.value} by {added - total.value}"
    )


def _is_rounded(decimals: int, percent: bool) -> bool:
    return decimals > 0 or percent
