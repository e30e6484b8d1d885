"""ypT and ypN from sizes and counts, and the sizes and counts that a category stands for.

Limits of size: Radiopaedia, breast cancer staging; counts and what is measured after therapy: AJCC, 8th
edition, from memory and unverified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from neoher.pathology.categories import YpN, YpT

__all__ = ["Range", "agrees", "node_category", "nodes_of", "size_of", "tumour_category"]

ISOLATED_CELLS_UP_TO_MM = 0.2
MICROMETASTASIS_UP_TO_MM = 2.0
N1_UP_TO_NODES = 3
N2_UP_TO_NODES = 9

TUMOUR_UP_TO_MM: tuple[tuple[float, YpT], ...] = (
    (1, "1mi"), (5, "1a"), (10, "1b"), (20, "1c"), (50, "2"),
)  # fmt: skip

MADE_OF: dict[str, frozenset[str]] = {
    "1": frozenset({"1mi", "1a", "1b", "1c"}),
    "2": frozenset({"2a", "2b"}),
    "3": frozenset({"3a", "3b", "3c"}),
    "4": frozenset({"4a", "4b", "4c", "4d"}),
    "0": frozenset({"0(mol+)"}),
}
"""Categories with the parts that they may be written as."""
BEYOND_THE_AXILLA = frozenset({"1b", "1c", "2b", "3b", "3c"})
"""Node categories that rest on other nodes than the axilla's, so that a count cannot contradict them."""


@dataclass(frozen=True, slots=True)
class Range:
    """Above `over`, up to and with `up_to`; None where there is no limit."""

    over: float | None
    up_to: float | None


SIZES: dict[str, Range] = {
    "0": Range(None, 0),
    "is": Range(None, 0),
    "1": Range(0, 20),
    "1mi": Range(0, 1),
    "1a": Range(1, 5),
    "1b": Range(5, 10),
    "1c": Range(10, 20),
    "2": Range(20, 50),
    "3": Range(50, None),
}
COUNTS: dict[str, Range] = {"0": Range(None, 0), "1a": Range(0, 3), "2a": Range(3, 9), "3a": Range(9, None)}


def size_of(category: YpT) -> Range | None:
    """Largest contiguous invasive focus in mm that a ypT stands for; None where size does not decide it."""
    return SIZES.get(category)


def nodes_of(category: YpN) -> Range | None:
    """Number of axillary nodes that a ypN stands for; None where the number does not decide it."""
    return COUNTS.get(category)


def tumour_category(
    invasive_mm: float | None,
    *,
    in_situ: bool | None,
    wall_or_skin: Literal["none", "chest-wall", "skin", "inflammatory"] | None,
) -> tuple[YpT | None, str]:
    """ypT, or None with the name of the fact that is needed.

    Parameters: `invasive_mm`: largest contiguous invasive focus in mm, 0 for none; `in_situ`: whether in situ
    cancer remains; `wall_or_skin`: what the invasive cancer involves. Gives 4 without its part.
    """
    if wall_or_skin not in {None, "none"}:
        return "4", ""
    if invasive_mm is None:
        return None, "invasive_mm"
    if invasive_mm == 0:
        if in_situ is None:
            return None, "in_situ"
        return ("is" if in_situ else "0"), ""
    if wall_or_skin is None:
        return None, "wall_or_skin"
    for limit, category in TUMOUR_UP_TO_MM:
        if invasive_mm <= limit:
            return category, ""
    return "3", ""


def node_category(nodes_positive: int | None, largest_met_mm: float | None) -> tuple[YpN | None, str]:
    """ypN of the axilla, or None with the name of the fact that is needed.

    Parameters: `nodes_positive`: axillary nodes with metastasis; `largest_met_mm`: the largest deposit in mm,
    0 for none. Four nodes or more without one above 2 mm: None, and nothing named, for no rule is held.
    """
    if largest_met_mm is None:
        return None, "largest_met_mm"
    if largest_met_mm == 0:
        return "0", ""
    if largest_met_mm <= ISOLATED_CELLS_UP_TO_MM:
        return "0(i+)", ""
    if nodes_positive is None:
        return None, "nodes_positive"
    if largest_met_mm <= MICROMETASTASIS_UP_TO_MM:
        return ("1mi" if nodes_positive <= N1_UP_TO_NODES else None), ""
    if nodes_positive <= N1_UP_TO_NODES:
        return "1a", ""
    return ("2a" if nodes_positive <= N2_UP_TO_NODES else "3a"), ""


def agrees(stated: str, derived: str) -> bool:
    """Whether a stated category can stand beside a derived one: the same, or one a part of the other."""
    if stated == derived or stated in BEYOND_THE_AXILLA:
        return True
    return derived in MADE_OF.get(stated, ()) or stated in MADE_OF.get(derived, ())
