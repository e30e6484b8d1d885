"""What is known of the patient that published rates are given by, and the form of a published rate."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["Definition", "Outlook", "OutlookFacts", "Rate", "Verification"]


class OutlookFacts(Frozen):
    """What published rates are given by. None: not known; a rate that needs it is not shown."""

    her2: Annotated[Literal["positive", "3+", "2+/ISH+", "ISH+"] | None, Option("her2")] = None
    """HER2 before therapy: positive alone, or with its spectrum label."""
    hr: Annotated[Literal["positive", "negative"] | None, Option("hr")] = None
    """Hormone receptors before therapy."""
    regimen: Annotated[
        Literal["TCHP", "THP", "TH", "HP", "nabPHP", "PTC_Ptz", "ddAC_THP", "FEC_THP", "TDXd_THP", "TDM1_P"]
        | None,
        Option("regimen"),
    ] = None
    """Neoadjuvant regimen, given or planned, by the names of the knowledge base."""
    imaging: Annotated[Literal["complete", "residual"] | None, Option("imaging")] = None
    """MRI before surgery: complete response on imaging, or something left."""
    pik3ca: Annotated[Literal["mutated", "wild-type"] | None, Option("pik3ca")] = None
    """PIK3CA of the tumour."""
    her2dx: Annotated[Literal["high", "medium", "low"] | None, Option("her2dx")] = None
    """HER2DX pCR class as reported."""
    heterogeneous: Annotated[bool | None, Option("heterogeneous")] = None
    """HER2 heterogeneity by areas of two sites (neoher her2-heterogeneity)."""


class Definition(StrEnum):
    """What a study calls a complete response; rates under two definitions are never compared."""

    BREAST_AND_NODES = "ypT0/is ypN0"
    BREAST = "ypT0/is"
    NOT_HELD = "definition not held"


class Verification(StrEnum):
    """How far the rate was checked."""

    READ = "read in the abstract or an excerpt"
    SECONDARY = "as another publication quotes it"
    COMPUTED = "computed from the public patient table"
    RECONSTRUCTED = "counts reconstructed from printed percentages"
    UNVERIFIED = "from memory, unverified"


class Rate(Frozen):
    """One published rate of complete response with what it rests on."""

    study: str
    group: str
    """Whom the rate is of, in words."""
    matches: tuple[str, ...]
    """The facts of the patient by which it was chosen."""
    percent: float
    low: float | None
    """Lower limit of the published 95 % interval, percent; null where none is held."""
    high: float | None
    events: int | None
    n: int | None
    """Patients behind the rate; null where only the number of the whole study is held."""
    n_words: str
    """The number of patients in words."""
    definition: Definition
    verification: Verification
    source: str
    note: str
    """What must be read with the rate; may be empty."""

    def in_words(self) -> str:
        """The rate as one line for a reader."""
        interval = f" ({self.low:g}–{self.high:g})" if self.low is not None and self.high is not None else ""
        return (
            f"{self.percent:g} %{interval} {self.definition}, {self.n_words}: {self.study}, {self.group} "
            f"[{self.source}; {self.verification}]"
        )


class Outlook(Frozen):
    """Published rates for patients like her; none of them is her probability."""

    rates: tuple[Rate, ...]
    """Those that share most facts with her first."""

    def in_words(self) -> str:
        """The rates, one a line, for a reader."""
        return "\n".join(rate.in_words() for rate in self.rates)
