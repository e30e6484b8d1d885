"""What the stage after neoadjuvant therapy is made of, and the stage."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from neoher.pathology.categories import YpN, YpT
from neoher.pathology.stage.anatomic import AnatomicStage, possible_groups
from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["Interval", "PathologicStage", "StageFacts"]

_Length = Annotated[float | None, Field(ge=0, lt=1000, allow_inf_nan=False)]


class StageFacts(Frozen):
    """Sizes and counts of the specimen, or the categories as reported. None: not known, never zero."""

    invasive_mm: Annotated[_Length, Option("invasive", unit="mm")] = None
    """Largest contiguous focus of invasive cancer: not the bed, not several foci together; 0 for none."""
    in_situ: Annotated[bool | None, Option("in-situ")] = None
    """Whether in situ cancer remains in the breast."""
    wall_or_skin: Annotated[
        Literal["none", "chest-wall", "skin", "inflammatory"] | None, Option("wall-or-skin")
    ] = None
    """What residual invasive cancer involves beyond the breast, whatever its size."""
    nodes_positive: Annotated[int | None, Field(ge=0, le=200), Option("nodes")] = None
    """Axillary nodes with metastasis; those with isolated tumour cells alone do not count beside others."""
    largest_met_mm: Annotated[_Length, Option("largest-met", unit="mm")] = None
    """Largest deposit in a node, isolated tumour cells included; 0 for none."""
    other_nodes: Annotated[bool | None, Option("other-nodes")] = None
    """Whether nodes beside the axilla are involved: internal mammary, below or above the collarbone."""
    ypt: Annotated[YpT | None, Option("ypt")] = None
    """ypT as reported; held against the size where both are given."""
    ypn: Annotated[YpN | None, Option("ypn")] = None
    """ypN as reported; held against the count where both are given."""
    m: Annotated[Literal["0", "0(i+)", "1"] | None, Option("m")] = None
    """M: 1 where there were distant metastases before therapy, also if none is seen now, or there are now."""


class Interval(Frozen):
    """Above `over`, up to and with `up_to`; null where there is no limit."""

    over: float | None
    up_to: float | None


class PathologicStage(Frozen):
    """Categories after therapy, what they stand for, and the group; null where one cannot be said."""

    ypT: YpT | None  # noqa: N815 - the category's name
    """Tumour in the breast, without prefix."""
    ypN: YpN | None  # noqa: N815
    """Regional nodes, without prefix."""
    M: Literal["0", "0(i+)", "1"] | None
    """Distant metastases: as before therapy."""
    anatomic_stage: AnatomicStage | None
    """Anatomic stage group; null also where the categories have none, as after a complete response."""
    invasive_mm: Interval | None
    """Invasive focus in mm that ypT stands for; null where size does not decide it."""
    nodes_positive: Interval | None
    """Positive axillary nodes that ypN stands for; null where the number does not decide it."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        tumour, nodes = self.ypT or " not known", self.ypN or " not known"
        if self.anatomic_stage is not None:
            group = f"anatomic stage {self.anatomic_stage}"
        elif len(possible_groups(self.ypT, self.ypN, self.M)) == 1:
            group = "no anatomic stage group"
        else:
            group = "anatomic stage cannot be said"
        return f"ypT{tumour} ypN{nodes} M{self.M or ' not known'}: {group}"
