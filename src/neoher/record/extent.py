"""Local-regional extent of a cancer in the breast."""

from __future__ import annotations

from enum import StrEnum

from neoher.record.values.fact import Fact
from neoher.record.values.text import FreeText, Identifier
from neoher.record.values.units import Millimetres

__all__ = [
    "ChestWallInvolvement",
    "ExamExtent",
    "Extent",
    "Focality",
    "MuscleInvolvement",
    "NippleInvolvement",
    "SkinInvolvement",
]


class Focality(StrEnum):
    """Number of foci and whether they share a quadrant."""

    UNIFOCAL = "unifocal"
    MULTIFOCAL = "multifocal"
    MULTICENTRIC = "multicentric"


class SkinInvolvement(StrEnum):
    """What is seen of the skin, the gravest of it."""

    NONE = "none"
    THICKENING = "thickening"
    RETRACTION = "retraction"
    SUSPECTED = "suspected"
    INVASION = "invasion"
    INFLAMMATORY = "inflammatory"


class NippleInvolvement(StrEnum):
    """What is seen of the nipple and areola, the gravest of it."""

    NONE = "none"
    RETRACTION = "retraction"
    SUSPECTED = "suspected"
    INVASION = "invasion"


class MuscleInvolvement(StrEnum):
    """What is seen of the pectoral muscle, the gravest of it."""

    NONE = "none"
    ABUTTED = "abutted"
    SUSPECTED = "suspected"
    INVASION = "invasion"


class ChestWallInvolvement(StrEnum):
    """Ribs, intercostal muscles, serratus anterior; the pectoral muscle is not chest wall."""

    NONE = "none"
    SUSPECTED = "suspected"
    INVASION = "invasion"


class Extent(Fact):
    """Extent of one cancer; what is left out was not stated, `none` was looked for and not found."""

    focality: Focality | None = None
    whole_extent_mm: Millimetres | None = None
    """Longest span over all foci, including calcifications and non-mass disease, in mm."""
    skin: SkinInvolvement | None = None
    nipple: NippleInvolvement | None = None
    pectoral_muscle: MuscleInvolvement | None = None
    chest_wall: ChestWallInvolvement | None = None
    text: FreeText | None = None


class ExamExtent(Extent):
    """Extent of one cancer as one exam shows it."""

    cancer: Identifier | None = None
    """The cancer; may be left out where the patient has one."""
