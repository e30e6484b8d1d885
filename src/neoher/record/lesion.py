"""Cancers and lesions: what is followed, with its side and place."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from neoher.record.extent import Extent
from neoher.record.stage import ClinicalStage
from neoher.record.values.dates import Day, DayOrNone
from neoher.record.values.fact import Fact
from neoher.record.values.refusal import refuse
from neoher.record.values.text import FreeText, Identifier, Text, WholeNumber
from neoher.record.values.units import Millimetres

__all__ = ["Cancer", "Lesion", "LesionKind", "NodeStation", "Side"]


class Side(StrEnum):
    """The patient's side."""

    LEFT = "left"
    RIGHT = "right"


class LesionKind(StrEnum):
    """What a lesion is taken for."""

    PRIMARY = "primary"
    SATELLITE = "satellite"
    NODE = "node"
    METASTASIS = "metastasis"
    INDETERMINATE = "indeterminate"


class NodeStation(StrEnum):
    """Regional nodes of the breast. Level III nodes are also called infraclavicular."""

    AXILLA = "axilla"
    LEVEL_I = "axilla level I"
    LEVEL_II = "axilla level II"
    LEVEL_III = "axilla level III"
    INTERNAL_MAMMARY = "internal mammary"
    SUPRACLAVICULAR = "supraclavicular"
    INTRAMAMMARY = "intramammary"


class Cancer(Fact):
    """One cancer. Two cancers (bilateral, or of another HER2 class) are two entries."""

    id: Identifier
    side: Side | None = None
    histology: Text | None = None
    grade: Annotated[Literal[1, 2, 3], WholeNumber] | None = None
    """Histological grade (Nottingham)."""
    diagnosed: Day | None = None
    stage: ClinicalStage | None = None
    """Clinical stage before therapy."""
    extent: Extent | None = None


_STATIONS = [station.value for station in NodeStation]
_NODE_SITES = {
    "if": {"properties": {"kind": {"const": "node"}}, "required": ["kind"]},
    "then": {"properties": {"site": {"anyOf": [{"enum": _STATIONS}, {"type": "null"}]}}},
}


class Lesion(Fact, json_schema_extra=_NODE_SITES):
    """One lesion: one identity over all modalities and visits."""

    id: Identifier
    cancer: Identifier | None = None
    """The cancer it belongs to; may be left out where the patient has one."""
    kind: LesionKind | None = None
    side: Side | None = None
    """Where left out, a lesion of the breast or its nodes lies on the side of its cancer."""
    site: Text | None = None
    """Quadrant or organ; for a node one of the stations, such as `axilla level I`."""
    clock: Annotated[str, Field(pattern=r"^(1[0-2]|[1-9]):[0-5][0-9]$")] | None = None
    """Position on the clock face as the reader faces the patient, such as 10:30."""
    from_nipple_mm: Millimetres | None = None
    """Distance from the nipple in mm."""
    clip: DayOrNone | None = None
    """Day on which a marker clip was placed; `none` when it is stated that there is none."""
    parent: Identifier | None = None
    """The lesion this one split from."""
    tracking_uid: Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$", max_length=64)] | None = None
    """DICOM tracking UID, where one was given elsewhere."""
    text: FreeText | None = None

    @model_validator(mode="after")
    def _a_node_has_a_station(self) -> Lesion:
        if self.kind is LesionKind.NODE and self.site is not None and self.site not in _STATIONS:
            raise refuse(
                f"'{self.site}' is no station of a regional node.",
                f"Allowed are {', '.join(_STATIONS)}. A node beyond the region is a metastasis.",
                field="site",
            )
        return self

    @property
    def station(self) -> NodeStation | None:
        """The node's station; None for other lesions or where it was not stated."""
        if self.kind is not LesionKind.NODE or self.site is None:
            return None
        return NodeStation(self.site)
