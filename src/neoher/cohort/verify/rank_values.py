"""A printed p of a rank test of two samples whose values are not public: what U it would mean."""

from __future__ import annotations

import numpy as np

from neoher.cohort.statistics.ranks import exact_mann_whitney
from neoher.cohort.verify.claims import Claim, printed_number
from neoher.cohort.verify.findings import Finding, Verdict

__all__ = ["check_rank_p"]

MOST = 60


def check_rank_p(claim: Claim) -> Finding:
    """The exact U (without ties) that would be printed as this p, and the AUC it means; no more is known.

    The samples' sizes are n_1 and n_2.
    """
    if claim.printed is None or not claim.n_1 or not claim.n_2:
        return Finding(Verdict.UNDECIDED, "", note="the p value and both sizes (n_1, n_2) are needed")
    if max(claim.n_1, claim.n_2) > MOST:
        return Finding(Verdict.UNDECIDED, "", note=f"the exact test is listed up to {MOST} in a sample")
    printed = printed_number(claim.printed, claim.label)
    pairs = claim.n_1 * claim.n_2
    giving = [
        u
        for u in range(pairs // 2 + 1)
        if _within(_exact_p(u, claim.n_1, claim.n_2), printed.low, printed.high)
    ]
    if printed.sign == "<":
        giving = [
            u for u in range(pairs // 2 + 1) if _exact_p(u, claim.n_1, claim.n_2) < float(printed.value)
        ]
    if not giving:
        return Finding(Verdict.NOT_REPRODUCED, "", note="no U of these sizes without ties has this exact p")
    low, high = giving[0], giving[-1]
    computed = (
        f"an exact U of {low} to {high} of {pairs} pairs, AUC {1 - high / pairs:.2f} to {1 - low / pairs:.2f}"
    )
    note = "if the test was an exact Mann-Whitney test without ties; the values themselves are not known"
    return Finding(Verdict.REPRODUCED, computed, ("exact Mann-Whitney test",), note=note)


def _within(p: float, low: float, high: float) -> bool:
    return low <= p < high


def _exact_p(u: int, n1: int, n2: int) -> float:
    """Two-sided exact p of a U without ties: a pair of samples with this U is made and tested."""
    # The first sample takes the lowest ranks but for shifts that add up to u.
    shift, over = divmod(u, n1)
    places = [rank + shift + (1 if rank >= n1 - over else 0) for rank in range(n1)]
    first = np.array(places, dtype=float)
    second = np.array([rank for rank in range(n1 + n2) if rank not in set(places)], dtype=float)
    return exact_mann_whitney(first, second).p or 0.0
