"""The head of a lesion's part: its size by modality as figure and table, and what is absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.record.case import Case
from neoher.record.lesion import LesionKind
from neoher.report.content import KeyImage, LesionTable, Origin, SizesOverVisits, VisitHeading
from neoher.report.numbers import short_date, with_unit
from neoher.report.section import Table, TableCell
from neoher.report.sizes.chart import chart_aspect, places_of, sizes_chart
from neoher.report.sizes.series import SizePoint, SizeSeries, Source, size_series

__all__ = ["sizes_over_visits"]

_LOOKED_FOR = {
    Source.MRI: "MRI",
    Source.MAMMOGRAPHY: "mammography",
    Source.ULTRASOUND: "ultrasound",
}
_LOOKED_FOR_IN_NODES = {Source.MRI: "MRI", Source.ULTRASOUND: "ultrasound"}
_NOTHING = "–"


def sizes_over_visits(case: Case, table: LesionTable) -> SizesOverVisits | None:
    """The lesion's size over the visits; None where no modality says anything of it."""
    series = size_series(case, table)
    if not any(not one.source.of_specimen for one in series):
        return None
    known = sum(point.value is not None for one in series for point in one.points)
    figure = _figure(case, table, series) if known > 1 else None
    return SizesOverVisits(figure, _table(table, series), tuple(_not_drawn(case, table, series)))


def _figure(case: Case, table: LesionTable, series: Sequence[SizeSeries]) -> KeyImage:
    quantity = "Short axis" if _is_node(case, table) and _short_axes(table) else "Longest diameter"
    measured = any(one.source is Source.MRI and one.origin is Origin.MEASURED for one in series)
    caption = [
        "Filled marks: measured by this software; open marks: as reported.",
        "A visit without a mark has no size in that modality; marks of one day stand side by side.",
    ]
    if any(point.gone for one in series for point in one.points):
        caption.append("A cross below the axis: looked for, and nothing there to measure.")
    if any(one.source is Source.CALCIFICATIONS for one in series):
        caption.append("Calcifications are no size of the cancer.")
    if measured:
        caption.append("MRI, measured: in plane, of the largest component.")
    return KeyImage(
        title=f"{quantity} by modality",
        caption=" ".join(caption),
        alt=f"{quantity} of {table.title} over the visits by modality",
        svg=sizes_chart(table.title, table.headings, series, quantity=quantity),
        aspect=chart_aspect(series),
    )


def _is_node(case: Case, table: LesionTable) -> bool:
    lesion = case.lesion(table.lesion)
    return lesion is not None and lesion.kind is LesionKind.NODE


def _short_axes(table: LesionTable) -> bool:
    return any(row.quantity == "short_axis" and row.unit == "mm" for row in table.rows)


def _table(table: LesionTable, series: Sequence[SizeSeries]) -> Table:
    operated = next((one.points[0] for one in series if one.source.of_specimen), None)
    surgery = (f"surgery, {short_date(operated.date)}",) if operated else ()
    return Table(
        caption="Sizes by modality, and where each comes from",
        header=("Size", *(heading.visit for heading in table.headings), *surgery),
        rows=tuple(
            (TableCell(one.name[0].upper() + one.name[1:]), *_cells(one, table.headings, bool(surgery)))
            for one in series
        ),
        note="The specimen’s sizes are those that case.yaml states under surgery.specimen."
        if operated
        else "",
    )


def _cells(one: SizeSeries, headings: Sequence[VisitHeading], surgery: bool) -> Iterator[TableCell]:
    if one.source.of_specimen:
        yield from (TableCell(_NOTHING) for _ in headings)
        yield _cell(one.points[0], None)
        return
    for point, heading in zip(one.points, headings, strict=True):
        yield _cell(point, heading)
    if surgery:
        yield TableCell(_NOTHING)


def _cell(point: SizePoint, heading: VisitHeading | None) -> TableCell:
    day = short_date(point.date) if heading is not None and point.date and _shown(point) else ""
    undated = "date not known" if _shown(point) and point.date is None else ""
    stale = "stale: may no longer hold" if point.stale else ""
    note = "; ".join(words for words in (stale, day or undated, point.note) if words)
    if point.value is None:
        return TableCell(point.absent, note=note, known=point.gone)
    return TableCell(with_unit(point.value, "mm"), note=note, provenance=point.provenance)


def _shown(point: SizePoint) -> bool:
    return point.value is not None or point.gone


def _not_drawn(case: Case, table: LesionTable, series: Sequence[SizeSeries]) -> Iterator[str]:
    """What has no mark, and what is to be known of a mark."""
    places = places_of(table.headings, series)
    for one in series:
        name = one.name[0].upper() + one.name[1:]
        for point in one.points:
            if point.absent.startswith("uncalibrated"):
                yield f"Not drawn: {name} at {point.visit}, {point.absent}."
            elif _shown(point) and places.of(point) is None:
                yield f"Not drawn: {name}, the date is not known."
            elif "detector" in point.note:
                yield f"{name} at {point.visit}: on the detector, longer than in the body."
    seen = {one.source for one in series}
    looked_for = _LOOKED_FOR_IN_NODES if _is_node(case, table) else _LOOKED_FOR
    absent = [words for source, words in looked_for.items() if source not in seen]
    if Source.CALCIFICATIONS in seen and "mammography" in absent:
        absent[absent.index("mammography")] = "mammography, but for calcifications"
    if absent:
        yield f"No size of this lesion is recorded from {' or '.join(absent)}."
