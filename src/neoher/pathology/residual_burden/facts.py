"""The pathologist's measurements behind the residual cancer burden, and the class they lead to."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["RegistryFields", "ResidualBurden", "ResidualBurdenClass", "ResidualBurdenFacts"]

# A metre or more is no length in a breast: a unit that slipped by a factor of 1000 is caught here.
_LIMIT_MM = 1000.0
_MOST_NODES = 200

_Diameter = Annotated[float, Field(ge=0, lt=_LIMIT_MM, allow_inf_nan=False)]
_Percent = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)]

_PAIR = re.compile(r"^\s*([^x×]+?)\s*[x×]\s*([^x×]+?)\s*(?:mm)?\s*$", re.IGNORECASE)


def _pair(stated: object) -> object:
    """'22x18', '22 × 18 mm' as two numbers; anything else as it is."""
    if not isinstance(stated, str):
        return stated
    match = _PAIR.match(stated)
    if match is None:
        raise ValueError(f"'{stated}' is not two diameters in mm joined by x.")
    return match.groups()


class ResidualBurdenFacts(Frozen):
    """What the specimen after neoadjuvant therapy showed. None: not known; never taken as zero."""

    bed_mm: Annotated[
        tuple[_Diameter, _Diameter] | None,
        BeforeValidator(_pair),
        Option("bed", unit="mm", columns=("bed_mm_1", "bed_mm_2")),
    ] = None
    """The two largest diameters of the primary tumour bed, in either order; 0x0 where there is no bed."""
    cellularity_percent: Annotated[
        _Percent, Option("cellularity", unit="% of the bed", columns=("cellularity_percent",))
    ] = None
    """Overall cellularity: share of the bed that is cancer, invasive and in situ together."""
    cis_percent: Annotated[_Percent, Option("cis", unit="% of the cancer", columns=("cis_percent",))] = None
    """Share of that cancer that is in situ."""
    nodes_positive: Annotated[
        int | None, Field(ge=0, le=_MOST_NODES), Option("nodes", columns=("nodes_positive",))
    ] = None
    """Number of lymph nodes with metastasis; 0 where none is positive."""
    largest_met_mm: Annotated[
        float | None,
        Field(ge=0, lt=_LIMIT_MM, allow_inf_nan=False),
        Option("largest-met", unit="mm", columns=("largest_met_mm",)),
    ] = None
    """Diameter of the largest nodal metastasis; 0 where no node is positive."""
    ypt: Annotated[
        Literal["0", "is", "1", "1mi", "1a", "1b", "1c", "2", "3", "4", "4a", "4b", "4c", "4d"] | None,
        Option("ypt"),
    ] = None
    """ypT as reported; held against the bed, not used in the score."""
    positive_node_removed_before: Annotated[bool | None, Option("node-removed-before")] = None
    """Whether a positive sentinel node was removed before therapy: the score is then not valid."""
    progressed_or_inoperable: Annotated[bool | None, Option("progressed")] = None
    """Whether the disease progressed or stayed inoperable: class III by definition, without a score."""
    lymphovascular_only: Annotated[bool | None, Option("vessels-only")] = None
    """Whether tumour in lymph or blood vessels is the only residual invasive cancer: not classifiable."""


class ResidualBurdenClass(StrEnum):
    """Class of the residual cancer burden; RCB-0 is no invasive cancer in breast and nodes."""

    ZERO = "0"
    I = "I"  # noqa: E741 - the class is called I
    II = "II"
    III = "III"


class RegistryFields(Frozen):
    """The result as a registry's form asks for it."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    residual_cancer_burden: float = Field(alias="Residual Cancer Burden")
    """The score, rounded to three decimals."""
    burden_class: str = Field(alias="Class")
    """RCB-0, RCB-I, RCB-II or RCB-III."""


class ResidualBurden(Frozen):
    """Score, class and the two terms that make the score."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    score: float
    """Residual cancer burden: primary term + nodal term."""
    burden_class: ResidualBurdenClass = Field(alias="class")
    """0: score 0; I: up to 1.36; II: up to 3.28; III: above."""
    primary_term: float
    """1.4 × (invasive fraction × bed diameter in mm) ^ 0.17; 0 without invasive cancer."""
    nodal_term: float
    """(4 × (1 − 0.75 ^ positive nodes) × largest metastasis in mm) ^ 0.17; 0 without a positive node."""
    to_nearest_cut: float | None
    """Score minus the nearer of 1.36 and 3.28; null for a score of 0, which is a class of its own."""
    registry: RegistryFields
    """The fields of a registry's form."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        terms = f"primary {self.primary_term:.3f} + nodal {self.nodal_term:.3f}"
        return f"RCB-{self.burden_class}, score {self.score:.3f} ({terms})"
