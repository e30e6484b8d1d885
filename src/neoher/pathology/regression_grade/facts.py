"""What the regression grades are made of, and the grades."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["MillerPayneNodes", "RegressionFacts", "RegressionGrade", "SataloffBreast", "SataloffNodes"]

_Percent = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)]

MillerPayneNodes = Literal["A", "B", "C", "D"]
SataloffBreast = Literal["T-A", "T-B", "T-C", "T-D"]
SataloffNodes = Literal["N-A", "N-B", "N-C", "N-D"]


class RegressionFacts(Frozen):
    """The specimen beside the biopsy before therapy. None: not known; never taken as no effect."""

    loss_percent: Annotated[_Percent, Option("loss", unit="%")] = None
    """Miller-Payne: loss of invasive tumour cells against the biopsy before therapy."""
    cellularity_before_percent: Annotated[
        float | None, Field(gt=0, le=100, allow_inf_nan=False), Option("cellularity-before", unit="%")
    ] = None
    """Miller-Payne: invasive cellularity of the biopsy before therapy, instead of the loss."""
    cellularity_after_percent: Annotated[_Percent, Option("cellularity-after", unit="%")] = None
    """Miller-Payne: invasive cellularity of the specimen, instead of the loss."""
    invasive_remaining: Annotated[bool | None, Option("invasive-remaining")] = None
    """Whether any invasive cell remains in the breast; in situ cancer does not count."""
    compared_with_biopsy: Annotated[bool | None, Option("compared-with-biopsy")] = None
    """Whether the specimen was compared with the biopsy before therapy, which Miller-Payne needs."""
    effect_percent: Annotated[_Percent, Option("effect", unit="%")] = None
    """Sataloff: therapeutic effect in the breast."""
    near_total: Annotated[bool | None, Option("near-total")] = None
    """Sataloff: whether the effect in the breast is total or near total; no number defines it."""
    node_metastasis: Annotated[bool | None, Option("node-metastasis")] = None
    """Whether the nodes hold metastasis after therapy."""
    node_effect: Annotated[bool | None, Option("node-effect")] = None
    """Whether the nodes show an effect of therapy."""


class RegressionGrade(Frozen):
    """Grades of both systems; null where one cannot be said."""

    miller_payne: Literal[1, 2, 3, 4, 5] | None
    """Breast: 1 no reduction; 2 up to 30 %; 3 over 30 to 90 %; 4 over 90 %; 5 no invasive cell."""
    miller_payne_nodes: MillerPayneNodes | None
    """A never involved; B involved, no effect; C involved, partial effect; D converted."""
    sataloff_breast: SataloffBreast | None
    """T-A total or near-total effect; T-B over 50 %; T-C under 50 %; T-D none."""
    sataloff_nodes: SataloffNodes | None
    """N-A effect, no metastasis; N-B neither; N-C metastasis and effect; N-D metastasis, no effect."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        payne = _said(self.miller_payne)
        payne_nodes = _said(self.miller_payne_nodes)
        return (
            f"Miller-Payne breast {payne}, nodes {payne_nodes}; "
            f"Sataloff breast {_said(self.sataloff_breast)}, nodes {_said(self.sataloff_nodes)}"
        )


def _said(grade: object) -> str:
    return "cannot be said" if grade is None else f"{grade}"
