"""Signal counts that no specimen gives: a total entered as a mean per cell, numbers that changed places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.errors import InputError
from neoher.pathology.her2.ish import RATIO_CUT, Probe
from neoher.pathology.reasoning import Reasoning

if TYPE_CHECKING:
    from neoher.pathology.her2.facts import Her2Assessment, Her2Facts

__all__ = ["refuse_implausible_counts", "warn_of_doubtful_counts", "with_ratio_of_means"]

MOST_COPIES = 100.0
MOST_RATIO = 50.0
MOST_CEP17 = 50.0
"""More than this per cell is refused. Design choices of this project, far beyond what is seen: clusters of
signals are estimated to a few tens per cell."""
DOUBTED_COPIES = 30.0
DOUBTED_CEP17 = 12.0
LOWEST_CEP17 = 1.0
"""Beyond these a warning asks for a second look: design choices of this project."""
SAME_RATIO_WITHIN = 0.10
"""How far a stated ratio may lie from that of the stated means (rounding): a design choice."""


def refuse_implausible_counts(facts: Her2Facts) -> None:
    """Raises: InputError for counts that no cell can hold, naming the likely mistake."""
    for prefix in ("", "recount_"):
        copies: float | None = getattr(facts, f"{prefix}copies")
        ratio: float | None = getattr(facts, f"{prefix}ratio")
        if copies is not None and copies > MOST_COPIES:
            cells = facts.cells if not prefix else None
            raise InputError(
                f"{copies:g} HER2 copies per cell are implausible: it looks like the total of all signals "
                "counted, not the mean per cell.",
                where=f"{prefix}copies",
                remedy=_divided(copies, cells),
            )
        if ratio is not None and ratio > MOST_RATIO:
            raise InputError(
                f"a HER2/CEP17 ratio of {ratio:g} is implausible: it looks like a total of signals, "
                "a percentage or a lost decimal point.",
                where=f"{prefix}ratio",
                remedy="State the HER2 signals divided by the CEP17 signals of the same cells.",
            )
        if copies is not None and ratio is not None and copies / ratio > MOST_CEP17:
            raise InputError(
                f"{copies:g} copies per cell at a ratio of {ratio:g} mean {copies / ratio:.0f} CEP17 signals "
                "per cell, which is implausible: the copies look like the total of all cells.",
                where=f"{prefix}ratio, {prefix}copies",
                remedy=_divided(copies, facts.cells if not prefix else None),
            )
    _refuse_implausible_cep17(facts)


def _divided(total: float, cells: int | None) -> str:
    if cells is not None:
        return f"Divide by the cells counted: {total:g} over {cells} cells are {total / cells:.2f} per cell."
    return f"Divide by the cells counted: {total:g} over 20 cells would be {total / 20:.2f} per cell."


def _refuse_implausible_cep17(facts: Her2Facts) -> None:
    if facts.cep17 is None:
        return
    if facts.ish_probe is Probe.SINGLE:
        raise InputError(
            "a single probe counts no CEP17.",
            where="ish_probe, cep17",
            remedy="State a dual probe, or leave CEP17 out.",
        )
    if facts.cep17 > MOST_CEP17:
        raise InputError(
            f"{facts.cep17:g} CEP17 signals per cell are implausible: it looks like the total of all cells.",
            where="cep17",
            remedy=_divided(facts.cep17, facts.cells),
        )
    if facts.copies is None or facts.ratio is None:
        return
    by_means = facts.copies / facts.cep17
    apart = abs(by_means - facts.ratio) > SAME_RATIO_WITHIN * facts.ratio
    if apart and (by_means >= RATIO_CUT) != (facts.ratio >= RATIO_CUT):
        raise InputError(
            f"the ratio {facts.ratio:g} was stated, but {facts.copies:g} HER2 over {facts.cep17:g} CEP17 "
            f"signals per cell are {by_means:.2f}, on the other side of 2.0.",
            where="ratio, copies, cep17",
            remedy="Correct one of them from the count sheet.",
        )


def with_ratio_of_means(facts: Her2Facts, reasons: Reasoning[Her2Assessment]) -> Her2Facts:
    """The facts with the ratio computed where both means per cell are stated and the ratio is not.

    HER2/CEP17 is the quotient of the two signal counts of the same cells (ASCO/CAP 2018, figure 3).
    """
    if facts.ratio is not None or facts.copies is None or facts.cep17 is None:
        return facts
    ratio = facts.copies / facts.cep17
    reasons.step(
        f"ratio {ratio:.2f} computed",
        "HER2 signals per cell divided by CEP17 signals per cell",
        copies_per_cell=facts.copies,
        cep17_per_cell=facts.cep17,
    )
    return facts.model_copy(update={"ratio": ratio})


def warn_of_doubtful_counts(facts: Her2Facts, reasons: Reasoning[Her2Assessment]) -> None:
    """Warn of counts that can be, yet are hardly ever seen. (The limits are this program's.)"""
    if facts.copies is None:
        return
    if facts.copies > DOUBTED_COPIES:
        reasons.warn(
            "check-copies-per-cell",
            f"{facts.copies:g} copies per cell are far above what is usually counted: check that it is "
            "the mean per cell. (The limit of 30 is this program's.)",
        )
    if facts.ratio is None:
        return
    cep17 = facts.copies / facts.ratio
    if cep17 < LOWEST_CEP17 or cep17 > DOUBTED_CEP17:
        reasons.warn(
            "check-ratio-and-copies",
            f"Ratio and copies imply {cep17:.2f} CEP17 signals per cell, hardly ever seen; two numbers that "
            "changed places, or a total in the place of a mean, look like this. (The limits of 1 and 12 "
            "are this program's.)",
        )
    elif facts.cep17 is not None and abs(cep17 - facts.cep17) > SAME_RATIO_WITHIN * facts.cep17:
        reasons.warn(
            "check-ratio-and-copies",
            f"Ratio and copies imply {cep17:.2f} CEP17 signals per cell, {facts.cep17:g} were stated: check "
            "the three numbers. The stated ratio was used.",
        )
