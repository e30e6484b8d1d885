"""Restaging, surgery with its specimen, and what came after."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from neoher.record.lesion import Side
from neoher.record.lexicon import Presence
from neoher.record.specimen import TissueFacts
from neoher.record.stage import MetastasisCategory, NodeCategory, PathologicNodeCategory, TumourCategory
from neoher.record.values.dates import Day
from neoher.record.values.fact import NONE_OR_ENTRIES, Fact, NoneStated
from neoher.record.values.refusal import refuse
from neoher.record.values.text import FreeText, Identifier, Text, WholeNumber, YesNo
from neoher.record.values.units import MillimetresOrNone, Percent

__all__ = [
    "AxillarySurgery",
    "LifeStatus",
    "Margins",
    "Outcome",
    "OutcomeEvent",
    "OutcomeEventKind",
    "Restaging",
    "Surgery",
    "SurgicalSpecimen",
]

NodeCount = Annotated[int, Field(ge=0, le=100, strict=True)]


class Restaging(Fact):
    """Clinical categories after neoadjuvant therapy, before surgery."""

    date: Day | None = None
    cancer: Identifier | None = None
    ycT: TumourCategory | None = None  # noqa: N815
    ycN: NodeCategory | None = None  # noqa: N815
    ycM: MetastasisCategory | None = None  # noqa: N815
    text: FreeText | None = None


class Margins(StrEnum):
    """Resection margins."""

    NEGATIVE = "negative"
    CLOSE = "close"
    POSITIVE = "positive"


class SurgicalSpecimen(TissueFacts):
    """The specimen after therapy: what residual burden, stage and retest are read from."""

    bed_mm: tuple[MillimetresOrNone, MillimetresOrNone] | None = None
    """Two largest diameters of the primary tumour bed in mm."""
    cellularity_percent: Percent | None = None
    """Share of the bed that is cancer, invasive and in situ, in %."""
    cis_percent: Percent | None = None
    """Share of that cancer that is in situ, in %."""
    nodes_positive: NodeCount | None = None
    nodes_examined: NodeCount | None = None
    largest_met_mm: MillimetresOrNone | None = None
    """Largest nodal metastasis in mm."""
    ypT: TumourCategory | None = None  # noqa: N815
    ypN: PathologicNodeCategory | None = None  # noqa: N815
    invasive_mm: MillimetresOrNone | None = None
    """Largest contiguous focus of invasive cancer in mm."""
    invasive_and_in_situ_mm: MillimetresOrNone | None = None
    """Extent of invasive and in situ cancer together in mm."""
    margins: Margins | None = None
    lymphovascular_invasion: Presence | None = None
    clip_in_specimen: YesNo | None = None
    clipped_node_removed: YesNo | None = None
    miller_payne: Annotated[Literal[1, 2, 3, 4, 5], WholeNumber] | None = None
    """Miller-Payne grade as reported."""

    @model_validator(mode="after")
    def _nodes_agree(self) -> SurgicalSpecimen:
        positive, examined, largest = self.nodes_positive, self.nodes_examined, self.largest_met_mm
        if positive is not None and examined is not None and positive > examined:
            raise refuse(
                f"{positive} nodes are positive of {examined} examined.",
                "Correct one of them.",
                field="nodes_positive",
            )
        if positive is not None and positive > 0 and largest == 0:
            raise refuse(
                f"{positive} nodes are positive and the largest metastasis is 0 mm.",
                "Correct one of them; leave out what is not known.",
                field="largest_met_mm",
            )
        return self


class AxillarySurgery(StrEnum):
    """Surgery of the axilla."""

    NONE = "none"
    SENTINEL_NODES = "sentinel nodes"
    TARGETED = "targeted dissection"
    DISSECTION = "dissection"


class Surgery(Fact):
    """One operation."""

    date: Day | None = None
    cancer: Identifier | None = None
    """May be left out where the patient has one cancer."""
    side: Side | None = None
    procedure: Text | None = None
    """Such as lumpectomy, mastectomy."""
    axilla: AxillarySurgery | None = None
    specimen: SurgicalSpecimen | None = None
    text: FreeText | None = None


class LifeStatus(StrEnum):
    """Status on the day last seen."""

    ALIVE = "alive"
    DEAD = "dead"


class OutcomeEventKind(StrEnum):
    """What happened after therapy."""

    LOCAL = "local recurrence"
    REGIONAL = "regional recurrence"
    DISTANT = "distant recurrence"
    CONTRALATERAL = "contralateral cancer"
    SECOND_PRIMARY = "second primary"


class OutcomeEvent(Fact):
    """One event after therapy."""

    kind: OutcomeEventKind | None = None
    date: Day | None = None
    site: Text | None = None
    text: FreeText | None = None


OutcomeEvents = Annotated[
    NoneStated | Annotated[tuple[OutcomeEvent, ...], Field(min_length=1), Tag("entries")], NONE_OR_ENTRIES
]
"""`none`, stated; or the events. Left out: not known."""


class Outcome(Fact):
    """Follow-up."""

    last_seen: Day | None = None
    status: LifeStatus | None = None
    died: Day | None = None
    events: OutcomeEvents | None = None
