"""ReportContent: everything the report shows, decided before a line of it is drawn.

Frozen dataclasses without reading, writing or clocks: `neoher.report.building` makes them from a record and
its measurements, `neoher.report.html` and `neoher.report.json_form` turn them into pages and plain JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.chronology.timeline import Event, Problem
from neoher.record.conclusion import Caution, Conclusion, Software
from neoher.record.gaps.completeness import MissingFact
from neoher.record.intended_use import IntendedUse
from neoher.response.change import Change

if TYPE_CHECKING:
    from neoher.report.section import Section, Table

__all__ = [
    "SUMMARY_QUANTITIES",
    "Assessment",
    "Cell",
    "ExamImages",
    "ExamPage",
    "Fact",
    "FindingSentence",
    "KeyImage",
    "LegendEntry",
    "LesionTable",
    "MeasuredRegion",
    "Origin",
    "Provenance",
    "QuantityRow",
    "ReportContent",
    "SizesOverVisits",
    "SummaryRow",
    "VisitHeading",
    "VisitPage",
    "VisitPicture",
]

SUMMARY_QUANTITIES = (
    "functional_tumour_volume",
    "largest_component_longest_diameter_in_plane",
    "longest_diameter",
    "longest_diameter_reported",
    "short_axis",
)
"""The quantities that say how large a lesion is. The diameter is that of the largest component: the whole of
the counted voxels may hold a vessel or enhancing parenchyma far from the tumour."""


_PICTURES_IN_A_ROW = 4


class Origin(StrEnum):
    """Who a number comes from. The two stand side by side; neither replaces the other."""

    REPORTED = "reported"
    """Stated by people in case.yaml."""
    MEASURED = "measured"
    """Measured by this software from the images."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is known under it; `text` says 'not known' where nothing is."""

    label: str
    text: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One colour of an image, what it stands for, and how much of it there is."""

    colour: str
    """CSS hex colour."""
    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class KeyImage:
    """One picture of an exam: vector drawing around embedded pixels, self-contained."""

    title: str
    caption: str
    alt: str
    """What the picture shows, for a reader who cannot see it."""
    svg: str
    """SVG markup; its pixels are embedded PNG, its text is escaped."""
    aspect: float
    """Width / height."""
    legend: tuple[LegendEntry, ...] = ()
    over_visits: bool = False
    """The picture of its exam that is set side by side with those of the other visits."""


@dataclass(frozen=True, slots=True)
class ExamImages:
    """The pictures of one measured region of an exam, in the order in which they are shown."""

    exam: str
    lesion: str | None
    method: str
    """Name of the method without its version."""
    images: tuple[KeyImage, ...]
    absent: str = ""
    """Why there are no pictures; empty where there are."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where numbers come from: one row of the table that every number points into."""

    id: str
    """Short id printed beside the number: m1, m2 … for measurements, r1, r2 … for what people reported."""
    origin: Origin
    exam: str
    visit: str
    date: dt.date | None
    modality: str
    lesion: str | None
    method: str
    """Method and version ('ftv/1'), or the path in case.yaml where the value is stated."""
    parameters: Mapping[str, JsonValue]
    images: str
    """What the images were: description and number of objects; empty for reported values."""
    images_sha256: str
    region: str
    region_sha256: str
    software: str
    """Name and version; empty for reported values."""
    source: str
    """What the record says about the value's own source, as free text."""
    stale: bool
    """The images cannot be read now, so nobody can tell whether this still holds."""


@dataclass(frozen=True, slots=True)
class VisitHeading:
    """One column of the lesion table."""

    visit: str
    dates: str
    """The date, or the first and last date of its exams, in words."""
    date: dt.date | None
    """The first date, for drawing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One quantity at one visit."""

    visit: str
    date: dt.date | None
    """Date of the exam this cell comes from."""
    value: float | None
    absent: str
    """Why there is no number ('not measured', 'not reported', 'not seen'); empty where there is one."""
    gone: bool
    """There is nothing to measure, which is known: gone, too small, or no voxel reaches the thresholds."""
    note: str
    """What must be read with the value, such as what 0 cc means; usually empty."""
    provenance: str | None
    """Id of the provenance row; None where there is no value."""
    stale: bool
    change: Conclusion[Change] | None
    """Change from the row's first value; None at that value, and where the two are not comparable."""
    since: str
    """The visit of the row's first value; empty where there is no change."""


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """One quantity of one lesion, from one origin and one modality, over the visits."""

    quantity: str
    """Field's term in snake case: functional_tumour_volume …"""
    label: str
    unit: str
    """UCUM code."""
    origin: Origin
    modality: str
    """DICOM modality; with its tracer on PET, since values of two tracers are never compared."""
    cells: tuple[Cell, ...]
    """One per visit heading of the table."""
    limit: str
    """What a change must exceed, or that no limit is published."""
    limit_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitPicture:
    """The picture of one visit in the row that shows a lesion over the visits."""

    visit: str
    date: dt.date | None
    """Day of the exam."""
    image: KeyImage


@dataclass(frozen=True, slots=True)
class SizesOverVisits:
    """The size of one lesion over the visits by modality: a figure, and its numbers with their sources."""

    figure: KeyImage | None
    """None where fewer than two sizes are known: the table says it."""
    table: Table
    not_drawn: tuple[str, ...]
    """What is known and has no place in the figure, and why: lengths in pixels, sizes without a date."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """The first value of one row of a lesion table and what is known latest."""

    row: QuantityRow
    first: Cell
    latest: Cell | None
    """The last cell after the first with a value, or with the knowledge that there is none to measure; None
    where nothing is known after the first."""


@dataclass(frozen=True, slots=True)
class LesionTable:
    """All quantities of one lesion over the visits."""

    lesion: str
    title: str
    headings: tuple[VisitHeading, ...]
    rows: tuple[QuantityRow, ...]
    pictures: tuple[VisitPicture, ...] = ()
    """One per visit that has one."""
    sizes: SizesOverVisits | None = None
    """The size by modality in one figure; None where no size is known."""

    @property
    def summary(self) -> tuple[SummaryRow, ...]:
        """The sizes that have a value, from their first to what is known latest."""
        entries = []
        for row in self.rows:
            first = next((cell for cell in row.cells if cell.value is not None), None)
            if row.quantity not in SUMMARY_QUANTITIES or first is None:
                continue
            later = row.cells[row.cells.index(first) + 1 :]
            known = [cell for cell in later if cell.value is not None or cell.gone]
            entries.append(SummaryRow(row, first, known[-1] if known else None))
        return tuple(entries)


@dataclass(frozen=True, slots=True)
class FindingSentence:
    """One structured finding in words."""

    text: str
    provenance: str | None
    """Id of the provenance row of its numbers; None where it states none."""


@dataclass(frozen=True, slots=True)
class MeasuredRegion:
    """One region of an exam: its pictures beside what was measured in it."""

    images: tuple[KeyImage, ...]
    no_images: str
    """Why there are no pictures; empty where there are."""
    measured: Assessment
    tables: tuple[Table, ...] = ()
    """The numbers in full, where one sentence does not hold them."""


@dataclass(frozen=True, slots=True)
class ExamPage:
    """One exam of a visit: its pictures, its measurements and its findings in words."""

    exam: str
    title: str
    date: dt.date | None
    modality: str
    """For a reader: MRI, ultrasound …"""
    facts: tuple[Fact, ...]
    """How it was made: tracer, contrast, quality; only what is stated."""
    findings: tuple[FindingSentence, ...]
    """Sentences made from the structured findings, each naming its lesion."""
    quotations: tuple[str, ...]
    """Free text of the reader, unchanged."""
    regions: tuple[MeasuredRegion, ...]

    @property
    def picture_rows(self) -> tuple[tuple[KeyImage, ...], ...]:
        """The pictures as they stand in rows: few pictures of several regions share one."""
        rows: list[tuple[KeyImage, ...]] = []
        for region in self.regions:
            if rows and len(rows[-1]) + len(region.images) <= _PICTURES_IN_A_ROW:
                rows[-1] += region.images
            elif region.images:
                rows.append(region.images)
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One visit with all its exams."""

    visit: str
    dates: str
    exams: tuple[ExamPage, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A conclusion as the page opens it: what it is about, its value in words, and its basis."""

    title: str
    headline: str
    conclusion: Conclusion[Any]
    cancer: str | None = None
    """Id of the cancer that the tissue belongs to, where it can be told."""
    date: dt.date | None = None
    path: str = ""
    """Where its facts stand in case.yaml; empty for a measurement."""
    provenance: str | None = None
    """Id of the provenance row; None where there is nothing to point to."""
    stale: bool = False
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything on the page, in reading order."""

    patient: str
    audience: Audience
    """For whom the page is worded; the numbers are the same for everybody."""
    generated_on: dt.date
    software: Software
    key_line: str
    """The status in one sentence."""
    identity: tuple[Fact, ...]
    cancers: tuple[tuple[str, tuple[Fact, ...]], ...]
    """(title, facts) of each cancer."""
    treatment: tuple[str, ...]
    """One sentence per regimen or operation."""
    safety: tuple[Fact, ...]
    """Heart, tests, adverse events and contraindications as stated."""
    timeline: tuple[Event, ...]
    visits: tuple[VisitPage, ...]
    lesions: tuple[LesionTable, ...]
    her2: tuple[Assessment, ...]
    residual_burden: tuple[Assessment, ...]
    sections: tuple[Section, ...]
    """The subjects that `neoher.report.sections` holds, as they are worded for the reader."""
    missing: tuple[MissingFact, ...]
    problems: tuple[Problem, ...]
    cautions: tuple[Caution, ...]
    """What a reader must know before reading a number: stale values, exams that could not be measured."""
    intended_use: tuple[IntendedUse, ...]
    provenance: tuple[Provenance, ...]
