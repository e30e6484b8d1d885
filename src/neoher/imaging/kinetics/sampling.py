"""Sampling: whether a scan's times can carry a kinetic fit, or only the semi-quantitative values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["SLOWEST_STEP_S", "Sampling", "sampling"]

SLOWEST_STEP_S = 15.0
"""Coarsest time step during the first passage for which a kinetic fit is offered: a design decision of this
project, not a published limit. Parker's input falls from its peak to a third of it within 20 s."""
_FIRST_PASSAGE_S = 90.0
_LEAST_AFTER_ARRIVAL = 10


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a scan's times allow."""

    carries_fit: bool
    """Whether Ktrans, ve and vp can be told apart."""
    reason: str
    """In words, for the report."""


def sampling(times_s: ArrayLike, *, arrival_s: float = 0.0) -> Sampling:
    """Judge the phase times (seconds, rising) of a scan whose contrast arrives at `arrival_s`.

    Routine breast MRI has one phase before and two to six after contrast, 60 to 120 s apart: the first
    passage falls between two of them, so percent enhancement, SER and FTV are the default there.
    """
    times = np.asarray(times_s, dtype=np.float64)
    after = times[times >= arrival_s]
    during = times[(times >= arrival_s - SLOWEST_STEP_S) & (times <= arrival_s + _FIRST_PASSAGE_S)]
    coarsest = float(np.diff(during).max()) if during.size > 1 else float("inf")
    if after.size < _LEAST_AFTER_ARRIVAL:
        return Sampling(
            False,
            f"{after.size} phases after contrast cannot carry a kinetic fit "
            f"(at least {_LEAST_AFTER_ARRIVAL}): "
            "percent enhancement, signal enhancement ratio and functional tumour volume are given instead",
        )
    if coarsest > SLOWEST_STEP_S or during[-1] < arrival_s + SLOWEST_STEP_S:
        step = "no phase lies in" if not np.isfinite(coarsest) else f"steps of {coarsest:.0f} s during"
        return Sampling(
            False,
            f"{step} the first passage of the contrast miss the bolus (at most {SLOWEST_STEP_S:.0f} s): "
            "percent enhancement, signal enhancement ratio and functional tumour volume are given instead",
        )
    return Sampling(True, f"{after.size} phases after contrast, at most {coarsest:.0f} s apart at first")
