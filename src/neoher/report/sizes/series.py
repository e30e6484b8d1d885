"""Which numbers of a lesion are its size, modality by modality, and where each comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from neoher.pathology.reasoning import Reasoning
from neoher.record.case import Case
from neoher.record.exam import Modality
from neoher.record.lesion import LesionKind
from neoher.report.content import Cell, LesionTable, Origin, QuantityRow
from neoher.response.specimen.operation import compared_lesions, operation_of

__all__ = ["SizePoint", "SizeSeries", "Source", "size_series"]

_OF_A_NODE = ("short_axis",)
_OF_A_LESION = (
    # The largest component: the whole of the counted voxels may hold a vessel far from the tumour.
    "largest_component_longest_diameter_in_plane",
    "longest_diameter",
    "longest_diameter_reported",
    "calcification_extent",
)
_REPEATED = ", exam "


class Source(StrEnum):
    """What a size comes from, as far as it is drawn apart."""

    MRI = "MR"
    MAMMOGRAPHY = "MG"
    CALCIFICATIONS = "calcifications"
    ULTRASOUND = "US"
    PET = "PT"
    CT = "CT"
    OTHER = "other"
    INVASIVE = "specimen, invasive"
    WHOLE = "specimen, invasive and in situ"

    @property
    def of_specimen(self) -> bool:
        """Whether a pathologist measured it."""
        return self in {Source.INVASIVE, Source.WHOLE}


@dataclass(frozen=True, slots=True)
class SizePoint:
    """One size at one visit, or why there is none."""

    visit: str
    date: dt.date | None
    value: float | None
    """In mm."""
    gone: bool
    """It was looked for, and there is nothing to measure."""
    absent: str
    note: str
    provenance: str | None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class SizeSeries:
    """The size by one modality and origin; one point per visit, or the one of the specimen."""

    name: str
    """'MRI, measured'."""
    source: Source
    origin: Origin
    points: tuple[SizePoint, ...]

    @property
    def has_value(self) -> bool:
        """Whether any visit has a number."""
        return any(point.value is not None for point in self.points)


def size_series(case: Case, table: LesionTable) -> tuple[SizeSeries, ...]:
    """Every size of the lesion: the short axis of a node, else the longest diameter and, apart, the extent of
    calcifications; last the specimen.

    Does not compute a number: each is a cell of the lesion's table or stands in the record.
    """
    order = list(Source)
    imaging = sorted(_imaging(case, table), key=lambda one: (order.index(one.source), one.origin))
    return (*imaging, *_specimen(case, table))


def _imaging(case: Case, table: LesionTable) -> Iterator[SizeSeries]:
    lesion = case.lesion(table.lesion)
    rows = []
    if lesion is not None and lesion.kind is LesionKind.NODE:
        rows = [row for row in table.rows if row.quantity in _OF_A_NODE and row.unit == "mm"]
    rows = rows or [row for row in table.rows if row.quantity in _OF_A_LESION and row.unit == "mm"]
    for row in rows:
        if any(cell.value is not None or cell.gone or _in_pixels(cell) for cell in row.cells):
            yield SizeSeries(_name(row), _source(row), row.origin, tuple(_point(cell) for cell in row.cells))


def _point(cell: Cell) -> SizePoint:
    return SizePoint(
        cell.visit, cell.date, cell.value, cell.gone, cell.absent, cell.note, cell.provenance, cell.stale
    )


def _in_pixels(cell: Cell) -> bool:
    return cell.absent.startswith("uncalibrated")


def _source(row: QuantityRow) -> Source:
    if row.quantity == "calcification_extent":
        return Source.CALCIFICATIONS
    modality = row.modality.partition(" ")[0]
    return Source(modality) if modality in {"MR", "MG", "US", "PT", "CT"} else Source.OTHER


def _name(row: QuantityRow) -> str:
    modality, _, tracer = row.modality.partition(" ")
    known = modality in {one.value for one in Modality}
    name = Modality(modality).in_words if known else row.modality
    if known and tracer:
        name = f"{name} {tracer}"
    parts = {"calcification_extent": " calcifications", "short_axis": " short axis"}
    _, repeated, number = row.label.partition(_REPEATED)
    again = f"{repeated}{number.partition(' ')[0]}" if repeated else ""
    return f"{name}{parts.get(row.quantity, '')}, {row.origin}{again}"


def _specimen(case: Case, table: LesionTable) -> Iterator[SizeSeries]:
    lesion = case.lesion(table.lesion)
    if lesion is None or lesion not in compared_lesions(case):
        return
    found = operation_of(case, lesion, Reasoning[object]())
    if found.surgery is None:
        return
    sizes = (
        (Source.INVASIVE, found.size.invasive, "no invasive cancer left"),
        (Source.WHOLE, found.size.invasive_and_in_situ_mm, "no cancer left"),
    )
    for source, value, nothing in sizes:
        if value is None and source is Source.WHOLE:
            continue
        point = SizePoint(
            visit="surgery",
            date=found.surgery.date,
            value=value or None,
            gone=value == 0,
            absent=nothing if value == 0 else "not known",
            note="",
            provenance=None,
        )
        yield SizeSeries(str(source), source, Origin.REPORTED, (point,))
