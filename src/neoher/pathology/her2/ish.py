"""HER2 in situ hybridisation: from signal counts to the dual-probe group or the single-probe result."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Literal

__all__ = [
    "GROUP_WORDS",
    "IshGroup",
    "IshResult",
    "Probe",
    "SingleProbeResult",
    "dual_probe_group",
    "possible_groups",
    "single_probe",
]

RATIO_CUT = 2.0
LOW_COPIES = 4.0
HIGH_COPIES = 6.0
"""A value exactly at a cut belongs to the higher class (ASCO/CAP 2018, figures 2 and 3)."""

IshGroup = Literal[1, 2, 3, 4, 5]

GROUP_WORDS: dict[IshGroup, str] = {
    1: "ratio 2.0 or more, 4.0 copies or more: ISH positive",
    2: "ratio 2.0 or more, fewer than 4.0 copies: work-up with IHC",
    3: "ratio below 2.0, 6.0 copies or more: work-up with IHC",
    4: "ratio below 2.0, 4.0 to below 6.0 copies: work-up with IHC",
    5: "ratio below 2.0, fewer than 4.0 copies: ISH negative",
}


class Probe(StrEnum):
    """How many probes the test uses: HER2 and CEP17, or HER2 alone."""

    DUAL = "dual"
    SINGLE = "single"


class IshResult(StrEnum):
    """The laboratory's own verdict on the in situ hybridisation."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"


class SingleProbeResult(Enum):
    """What a single probe says on its own."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEEDS_IHC = "needs concurrent IHC, and with IHC 2+ a dual-probe test"


def dual_probe_group(ratio: float, copies: float) -> IshGroup:
    """The group of a dual-probe count of 20 invasive cells or more.

    Parameters: `ratio`: HER2/CEP17; `copies`: mean HER2 signals per cell.
    Source: ASCO/CAP 2018, figure 3 (PMID 29846122). Says nothing about the number of cells counted.
    """
    if ratio >= RATIO_CUT:
        return 1 if copies >= LOW_COPIES else 2
    if copies >= HIGH_COPIES:
        return 3
    return 4 if copies >= LOW_COPIES else 5


def possible_groups(ratio: float | None, copies: float | None) -> tuple[IshGroup, ...]:
    """The groups that remain possible when the ratio or the copies, or both, are not known."""
    # One value on either side of every cut stands for all values on that side.
    ratios = (RATIO_CUT - 1, RATIO_CUT) if ratio is None else (ratio,)
    counts = (LOW_COPIES - 1, LOW_COPIES, HIGH_COPIES) if copies is None else (copies,)
    return tuple(sorted({dual_probe_group(one, other) for one in ratios for other in counts}))


def single_probe(copies: float) -> SingleProbeResult:
    """What a single-probe count says on its own.

    Parameters: `copies`: mean HER2 signals per cell.
    Source: ASCO/CAP 2018, figure 2 (PMID 29846122).
    """
    if copies >= HIGH_COPIES:
        return SingleProbeResult.POSITIVE
    return SingleProbeResult.NEEDS_IHC if copies >= LOW_COPIES else SingleProbeResult.NEGATIVE
