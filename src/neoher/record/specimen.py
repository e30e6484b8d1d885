"""Specimens from biopsies: raw facts as the pathologist stated them; classes are derived elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from neoher.record.values.dates import Day
from neoher.record.values.fact import Fact
from neoher.record.values.text import FreeText, Identifier, Text, WholeNumber, WholeNumbersToo, YesNo
from neoher.record.values.units import Percent, PlainNumber

__all__ = [
    "Her2Result",
    "IhcScore",
    "IshProbe",
    "IshResult",
    "Specimen",
    "SpecimenKind",
    "StainingCompleteness",
    "StainingIntensity",
    "TissueFacts",
]


class SpecimenKind(StrEnum):
    """How the tissue was taken."""

    CORE_BIOPSY = "core-biopsy"
    VACUUM_BIOPSY = "vacuum-biopsy"
    FINE_NEEDLE_ASPIRATION = "fine-needle-aspiration"
    SKIN_BIOPSY = "skin-biopsy"
    EXCISION = "excision"
    SENTINEL_NODE = "sentinel-node"


class StainingIntensity(StrEnum):
    """Membrane staining for HER2, intensity."""

    NONE = "none"
    FAINT = "faint"
    WEAK = "weak"
    MODERATE = "moderate"
    INTENSE = "intense"


class StainingCompleteness(StrEnum):
    """Membrane staining for HER2, circumference."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class IshProbe(StrEnum):
    """HER2 with CEP17 (dual), or HER2 alone (single)."""

    DUAL = "dual"
    SINGLE = "single"


IhcScore = Annotated[Literal["0", "1+", "2+", "3+"], WholeNumbersToo()]
"""HER2 immunohistochemistry as reported."""


class IshResult(Fact):
    """HER2 in situ hybridisation, as counted."""

    probe: IshProbe | None = None
    ratio: PlainNumber | None = None
    """HER2/CEP17; only with a dual probe."""
    copies: PlainNumber | None = None
    """HER2 signals per cell."""
    cep17: PlainNumber | None = None
    """CEP17 signals per cell."""
    cells: int | None = Field(default=None, ge=1, le=10_000, strict=True)
    """Cells counted."""
    recount_ratio: PlainNumber | None = None
    """HER2/CEP17 of the recount by an observer blinded to the first result."""
    recount_copies: PlainNumber | None = None
    """HER2 signals per cell of the blinded recount."""


class Her2Result(Fact):
    """HER2 of one specimen: raw facts; the status is derived from them."""

    ihc: IhcScore | None = None
    intensity: StainingIntensity | None = None
    completeness: StainingCompleteness | None = None
    percent: Percent | None = None
    """Share of invasive tumour cells with this staining, in %."""
    membrane_staining: YesNo | None = None
    """With IHC 0: whether any membrane staining was seen (ultralow) or none (null)."""
    ish: IshResult | None = None
    text: FreeText | None = None
    """The report's wording."""


class TissueFacts(Fact):
    """What is stated of tissue, at biopsy and again at surgery."""

    histology: Text | None = None
    grade: Annotated[Literal[1, 2, 3], WholeNumber] | None = None
    er_percent: Percent | None = None
    """Oestrogen receptor, stained nuclei in %."""
    pr_percent: Percent | None = None
    """Progesterone receptor, stained nuclei in %."""
    ki67_percent: Percent | None = None
    her2: Her2Result | None = None
    tils_percent: Percent | None = None
    """Stromal tumour-infiltrating lymphocytes in %."""
    text: FreeText | None = None


class Specimen(TissueFacts):
    """One specimen taken before or during therapy."""

    id: Identifier
    kind: SpecimenKind | None = None
    cancer: Identifier | None = None
    """May be left out where the patient has one cancer, or where `lesion` says it."""
    lesion: Identifier | None = None
    """The lesion it was taken from."""
    date: Day | None = None
    """Day it was taken."""
    malignant: YesNo | None = None
    """Whether the tissue holds carcinoma."""
    pik3ca: Literal["mutated", "wild-type"] | None = None
    her2dx_pcr_score: Annotated[float, Field(ge=0, le=100, strict=True)] | None = None
    """HER2DX pCR score as reported; the test is proprietary and is not computed here."""
