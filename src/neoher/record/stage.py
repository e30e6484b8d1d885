"""T, N and M categories, clinical and after neoadjuvant therapy.

Category names of the UICC/AJCC TNM classification, 8th edition; the rules that assign them are not here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from neoher.record.values.fact import Fact
from neoher.record.values.text import WholeNumbersToo

__all__ = [
    "ClinicalStage",
    "MetastasisCategory",
    "NodeCategory",
    "PathologicNodeCategory",
    "TumourCategory",
]

TumourCategory = Annotated[
    Literal["X", "0", "is", "1", "1mi", "1a", "1b", "1c", "2", "3", "4", "4a", "4b", "4c", "4d"],
    WholeNumbersToo(),
]
"""Size or extent of the tumour, without prefix: 2 for cT2."""
NodeCategory = Annotated[
    Literal["X", "0", "1", "1mi", "2", "2a", "2b", "3", "3a", "3b", "3c"],
    WholeNumbersToo(),
]
"""Regional nodes by clinical or imaging evidence, without prefix."""
MetastasisCategory = Annotated[Literal["0", "0(i+)", "1"], WholeNumbersToo()]
"""Distant metastasis."""
PathologicNodeCategory = Annotated[
    Literal[
        "X", "0", "0(i+)", "0(mol+)", "1", "1mi", "1a", "1b", "1c", "2", "2a", "2b", "3", "3a", "3b", "3c"
    ],
    WholeNumbersToo(),
]
"""ypN without prefix."""


class ClinicalStage(Fact):
    """Clinical categories before therapy. M 1 is a stated fact; nothing here derives it."""

    T: TumourCategory | None = None
    N: NodeCategory | None = None
    M: MetastasisCategory | None = None
