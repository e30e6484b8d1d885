"""The facts that decide HER2 status, as stated for one specimen, and the classes they lead to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.pathology.her2.ihc import Completeness, IhcScore, Intensity
from neoher.pathology.her2.ish import IshGroup, IshResult, Probe
from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["Her2Assessment", "Her2Facts", "Her2Status", "Spectrum", "ThreeClass"]

_Percent = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)]
_Positive = Annotated[float | None, Field(gt=0, allow_inf_nan=False)]


class Her2Facts(Frozen):
    """IHC and in situ hybridisation of one specimen, invasive component only. None: not known."""

    ihc: Annotated[IhcScore | None, Option("ihc")] = None
    """IHC score as reported."""
    intensity: Annotated[Intensity | None, Option("intensity")] = None
    """Raw staining: intensity of the membranes; faint is 'faint or barely perceptible'."""
    completeness: Annotated[Completeness | None, Option("completeness")] = None
    """Raw staining: whether it goes all around the cell."""
    percent: Annotated[_Percent, Option("percent", unit="% of invasive cells")] = None
    """Raw staining: share of the invasive cells that show it."""
    membrane_staining: Annotated[bool | None, Option("membrane-staining")] = None
    """With IHC 0: whether any membrane stains at all; tells ultralow from absent."""
    ish_probe: Annotated[Probe | None, Option("ish-probe")] = None
    """In situ hybridisation: HER2 and CEP17 (dual), or HER2 alone (single)."""
    ish_result: Annotated[IshResult | None, Option("ish-result")] = None
    """The laboratory's verdict on the in situ hybridisation; a complete count decides over it."""
    ratio: Annotated[_Positive, Option("ratio", unit="HER2/CEP17")] = None
    """Dual probe: ratio of HER2 to CEP17 signals."""
    copies: Annotated[_Positive, Option("copies", unit="HER2 signals per cell")] = None
    """Mean HER2 copies per cell, 20 invasive cells or more counted."""
    cep17: Annotated[_Positive, Option("cep17", unit="CEP17 signals per cell")] = None
    """Dual probe: mean CEP17 signals per cell; with the copies it gives a ratio that was not stated."""
    cells: Annotated[int | None, Field(ge=1, le=10_000), Option("cells", unit="invasive cells")] = None
    """Cells counted in the first count."""
    recount_ratio: Annotated[_Positive, Option("recount-ratio", unit="HER2/CEP17")] = None
    """Ratio in the recount by an observer blinded to the first count."""
    recount_copies: Annotated[_Positive, Option("recount-copies", unit="HER2 signals per cell")] = None
    """Mean HER2 copies per cell in the blinded recount."""
    text: Annotated[
        Annotated[str, Field(max_length=100_000)] | None, Option("text", takes="a report's wording")
    ] = None
    """A report's wording: what it says of HER2 is read to the fields above; what it does not say stays
    unknown."""


class Her2Status(StrEnum):
    """Status by ASCO/CAP. Equivocal: a test is still to be done. Indeterminate: for adjudication."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    INDETERMINATE = "indeterminate"


class Spectrum(StrEnum):
    """Therapeutic spectrum label, beside the status."""

    THREE_PLUS = "3+"
    TWO_PLUS_ISH_POSITIVE = "2+/ISH+"
    ISH_POSITIVE = "ISH+"
    """IHC 0 or 1+ with positive ISH: discordant."""
    LOW = "low"
    ULTRALOW = "ultralow"
    ABSENT = "absent"
    ZERO_UNSPECIFIED = "0-unspecified"
    """The report says 0 only: ultralow and absent cannot be told apart."""


class ThreeClass(StrEnum):
    """The three classes of HER2 imaging studies; ultralow counts as 0."""

    POSITIVE = "positive"
    LOW = "low"
    ZERO = "0"


SPECTRUM_WORDS = {
    Spectrum.THREE_PLUS: "3+",
    Spectrum.TWO_PLUS_ISH_POSITIVE: "2+/ISH+, HER2-moderate (Ma 2025, investigational)",
    Spectrum.ISH_POSITIVE: "ISH+ with IHC 0 or 1+ (discordant)",
    Spectrum.LOW: "HER2-low",
    Spectrum.ULTRALOW: "HER2-ultralow (IHC 0 with membrane staining)",
    Spectrum.ABSENT: "IHC 0, no membrane staining",
    Spectrum.ZERO_UNSPECIFIED: "IHC 0, membrane staining not stated",
}


class Her2Assessment(Frozen):
    """HER2 status with the findings it rests on and the spectrum label beside it."""

    status: Her2Status
    """Status by ASCO/CAP 2018, affirmed 2023."""
    ihc: IhcScore | None
    """IHC score, reported or derived from the raw staining; null when not known."""
    ish_group: IshGroup | None
    """Dual-probe group of the first count; null without a dual-probe test."""
    spectrum: Spectrum | None
    """Spectrum label; null while it cannot be said."""
    three_class: ThreeClass | None
    """Positive, low or 0; null while it cannot be said."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        head = {
            Her2Status.POSITIVE: "HER2-positive",
            Her2Status.NEGATIVE: "HER2-negative",
            Her2Status.EQUIVOCAL: "HER2 equivocal: a test is still to be done",
            Her2Status.INDETERMINATE: "HER2 indeterminate: for adjudication",
        }[self.status]
        parts = [
            head,
            f"IHC {self.ihc}" if self.ihc else "IHC not known",
            f"ISH group {self.ish_group}" if self.ish_group else "",
            f"spectrum: {SPECTRUM_WORDS[self.spectrum]}" if self.spectrum else "",
        ]
        return " · ".join(part for part in parts if part)
