"""Response over the visits: sums of diameters, and each quantity's change beyond or within noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from neoher.measure.case import ExamResult
from neoher.report.content import Cell, LesionTable, Origin, QuantityRow
from neoher.report.numbers import NOT_KNOWN, change_percent, short_date, with_unit
from neoher.report.section import Section, Table, TableCell
from neoher.response.diameter_sum import DiameterSum, SumAtVisit, diameter_sums
from neoher.response.diffusion import AdcVisit, adc_course
from neoher.response.functional_volume import EnhancementVisit, functional_volume_course, washout_share
from neoher.response.published_context import PublishedContext

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["response_section"]

_VOLUME, _ADC = "functional_tumour_volume", "adc_mean"
_FOLLOWED = (_VOLUME, "adc_", "suv", "sul", "tlg")
"""The quantities whose change the section judges, by the beginning of their names; diameters are added up."""
_NO_CLASS = (
    "No class of RECIST is given: it needs targets chosen at baseline, non-target lesions and a reader's "
    "word on new ones, which case.yaml does not state. With them, neoher recist gives it."
)
_INTRODUCTION = (
    "Every change counts from the first visit. It is beyond noise where it exceeds what repeating the "
    "measurement on an unchanged lesion gives, as far as that was published; where nothing was published it "
    "is neither. None of it is a pathological response.",
)


def response_section(findings: Findings) -> Section | None:
    """The section; None where no quantity is known at two visits."""
    sums = diameter_sums(findings.case)
    parts = [part for table in findings.lesions if (part := _of_lesion(table, findings.results)) is not None]
    if not sums.value and not parts:
        return None
    return Section(
        id="response",
        title="Response over the visits",
        introduction=(*_INTRODUCTION, _NO_CLASS),
        tables=tuple(_sum_table(findings, each) for each in sums.value or ()),
        parts=tuple(parts),
    )


# Sums of diameters ----------------------------------------------------------------------------------------


def _sum_table(findings: Findings, told: DiameterSum) -> Table:
    case = findings.case
    rows = (
        (
            TableCell("sum of diameters"),
            *(_sum_cell(at, _codes(findings.lesions, told, at.visit)) for at in told.visits),
        ),
    )
    nodes = [name for name in told.lesions if (lesion := case.lesion(name)) and lesion.station]
    of_nodes = f"; of {', '.join(nodes)} the short axis" if nodes else ""
    return Table(
        caption=f"Sum of reported diameters on {told.modality.in_words}: {', '.join(told.lesions)}",
        header=("", *(f"{at.visit}, {short_date(at.date)}" if at.date else at.visit for at in told.visits)),
        rows=rows,
        note=f"Longest diameters{of_nodes}. Gone counts 0, too small to measure 5 mm, as RECIST 1.1 counts "
        "them. Context, not a class: no limit in mm was published for what two readers differ by.",
    )


def _codes(tables: Sequence[LesionTable], told: DiameterSum, visit: str) -> tuple[str, ...]:
    """The codes of provenance of the diameters that are added up at a visit."""
    return tuple(
        cell.provenance
        for table in tables
        if table.lesion in told.lesions
        for row in table.rows
        if row.origin is Origin.REPORTED and row.modality == told.modality
        if row.quantity in {"longest_diameter_reported", "short_axis"}
        for cell in row.cells
        if cell.visit == visit and cell.provenance
    )


def _sum_cell(at: SumAtVisit, codes: tuple[str, ...]) -> TableCell:
    appeared = f"{', '.join(at.appeared)} has a size here and none at the first visit" if at.appeared else ""
    if at.sum_mm is None:
        return TableCell(
            NOT_KNOWN, f"{', '.join(at.not_measured)} not measured. {appeared}".strip(), known=False
        )
    notes = []
    if at.change_from_first_percent is not None:
        notes.append(f"{change_percent(at.change_from_first_percent)} from the first")
    smallest = at.change_from_smallest_percent
    if smallest is not None and smallest > 0:
        notes.append(f"{change_percent(smallest)} from the smallest")
    notes += [f"{name} gone" for name in at.gone]
    notes += [f"{name} too small to measure" for name in at.too_small]
    notes += [appeared] if appeared else []
    notes += [f"from {', '.join(codes)}"] if len(codes) > 1 else []
    return TableCell(
        with_unit(at.sum_mm, "mm"), "; ".join(notes), provenance=codes[0] if len(codes) == 1 else None
    )


# Quantities of one lesion ---------------------------------------------------------------------------------


def _of_lesion(table: LesionTable, results: Sequence[ExamResult]) -> Section | None:
    rows = [row for row in table.rows if row.quantity.startswith(_FOLLOWED) and _values(row) > 1]
    if not rows:
        return None
    shares = _washout_row(table, results)
    contexts = _context_rows(rows)
    header = ("", *(heading.visit for heading in table.headings), "a change must exceed")
    tables = [
        Table(
            caption="Change from the first visit with a value",
            header=header,
            rows=(*(_quantity_cells(row) for row in rows), *([shares] if shares else [])),
        )
    ]
    if contexts:
        tables.append(
            Table(
                caption="Published beside such changes: context, never a reason to change therapy",
                header=("visit", "published", "standing"),
                rows=tuple(contexts),
            )
        )
    return Section(
        id=f"response-{table.lesion.lower() or 'unassigned'}", title=table.title, tables=tuple(tables)
    )


def _values(row: QuantityRow) -> int:
    return sum(cell.value is not None for cell in row.cells)


def _quantity_cells(row: QuantityRow) -> tuple[TableCell, ...]:
    return (
        TableCell(row.label, f"{row.origin}, {row.modality}"),
        *(_quantity_cell(cell, row.unit) for cell in row.cells),
        TableCell(row.limit, sources=row.limit_sources),
    )


def _quantity_cell(cell: Cell, unit: str) -> TableCell:
    if cell.value is None:
        return TableCell(cell.absent or NOT_KNOWN, known=False)
    change = cell.change.value if cell.change else None
    notes = []
    if change is not None:
        size = "" if change.percent is None else change_percent(change.percent)
        verdict = {True: "beyond noise", False: "within noise", None: "no published limit"}[
            change.beyond_noise
        ]
        notes.append(", ".join(part for part in (size, verdict) if part))
    notes += [cell.note] if cell.note else []
    notes += ["stale"] if cell.stale else []
    return TableCell(
        with_unit(cell.value, unit),
        "; ".join(notes),
        provenance=cell.provenance,
        emphasis=change is not None and change.beyond_noise is True,
    )


def _washout_row(table: LesionTable, results: Sequence[ExamResult]) -> tuple[TableCell, ...] | None:
    """Share of voxels with SER above 1.3 at each visit, from the stored bins; None where none has any."""
    volume = next(
        (row for row in table.rows if row.quantity == _VOLUME and row.origin is Origin.MEASURED), None
    )
    bins = _bins_by_visit(table, results)
    if volume is None or sum(share is not None for share in bins.values()) < 2:
        return None
    cells: list[TableCell] = []
    first: float | None = None
    for heading, cell in zip(table.headings, volume.cells, strict=True):
        share = bins.get(heading.visit)
        if share is None:
            cells.append(TableCell(NOT_KNOWN, known=False))
            continue
        moved = "" if first is None else f"{share - first:+.1f} percentage points".replace("-", "\u2212")
        first = share if first is None else first
        cells.append(TableCell(with_unit(share, "%"), moved, provenance=cell.provenance))
    return (
        TableCell("voxels with SER above 1.3", "measured, MR"),
        *cells,
        TableCell("no test-retest limit found; calling this share washout is a design decision"),
    )


def _bins_by_visit(table: LesionTable, results: Sequence[ExamResult]) -> dict[str, float | None]:
    shares: dict[str, float | None] = {}
    for heading in table.headings:
        for result in results:
            measurement = result.measurement
            if measurement is None or measurement.conclusion.value is None or result.key[2] != "ftv":
                continue
            if (result.lesion or "") == table.lesion and result.exam.visit == heading.visit:
                shares.setdefault(heading.visit, washout_share(measurement.conclusion.value.get("ser_bins")))
    return shares


def _context_rows(rows: Sequence[QuantityRow]) -> list[tuple[TableCell, ...]]:
    found: dict[tuple[str, str], PublishedContext] = {}
    for row in rows:
        for visit, context in _contexts(row):
            found.setdefault((visit, context.text), context)
    return [
        (TableCell(visit), TableCell(text, sources=(context.source,)), TableCell(context.status))
        for (visit, text), context in found.items()
    ]


def _contexts(row: QuantityRow) -> Iterator[tuple[str, PublishedContext]]:
    """What was published beside the changes of a row, by visit."""
    if row.modality != "MR":
        return
    # A cell without a change is not comparable with the first, so nothing is said beside it.
    cells = [
        cell for place, cell in enumerate(row.cells) if cell.value is not None and (cell.change or not place)
    ]
    if row.quantity == _VOLUME:
        volumes = [EnhancementVisit(cell.visit, cell.date, cell.value) for cell in cells]
        for volume in functional_volume_course(volumes).value or ():
            for context in volume.context:
                yield volume.visit, context
    if row.quantity == _ADC:
        adcs = [AdcVisit(cell.visit, cell.date, cell.value) for cell in cells]
        for adc in adc_course(adcs).value or ():
            for context in adc.context:
                yield adc.visit, context
