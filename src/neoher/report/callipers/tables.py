"""The table of a lesion's lengths on one exam: image by image, and what they join to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.measure.plane.lengths import QUANTITIES, CalliperReading, LesionLengths
from neoher.record.calliper import Span
from neoher.report.numbers import with_unit
from neoher.report.section import Table, TableCell

__all__ = ["length_table"]

_NONE = "–"


def length_table(lengths: LesionLengths, lesion: str | None, provenance: str | None) -> Table:
    """One row per length, one column per image, last the size of the lesion; below, the calibration."""
    images = list(dict.fromkeys(one.image for one in lengths.readings))
    by_image = {image: [one for one in lengths.readings if one.image == image] for image in images}
    return Table(
        caption=f"Image by image{f', {lesion}' if lesion else ''}",
        header=("Length", *(_heading(by_image[image][0]) for image in images), "Size of the lesion"),
        rows=(
            *(_row(span, lengths, by_image, provenance) for span in QUANTITIES if span in lengths.sizes_mm),
            *_volume(lengths, len(images), provenance),
            _calibration(by_image, lengths),
        ),
        note="Each projection shortens what lies along its beam: the longest over the images counts."
        if any(one.view for one in lengths.readings)
        else "",
    )


def _heading(one: CalliperReading) -> str:
    return f"{one.side} {one.view}".strip() if one.view else one.image


def _row(
    span: Span,
    lengths: LesionLengths,
    by_image: dict[str, list[CalliperReading]],
    provenance: str | None,
) -> tuple[TableCell, ...]:
    size = lengths.sizes_mm[span]
    return (
        TableCell(_what(span)),
        *(_reading([one for one in readings if one.span is span]) for readings in by_image.values()),
        TableCell(
            "no length in mm" if size is None else with_unit(size, "mm"),
            known=size is not None,
            provenance=provenance if size is not None else None,
        ),
    )


def _reading(readings: Sequence[CalliperReading]) -> TableCell:
    if not readings:
        return TableCell(_NONE)
    said = [
        f"{one.length.length_pixels:.1f} pixels"
        if one.length.length_mm is None
        else with_unit(one.length.length_mm, "mm")
        for one in readings
    ]
    spared = dict.fromkeys(one.not_counted for one in readings if one.not_counted)
    note = f"not counted: {'; '.join(spared)}" if spared else ""
    return TableCell(", ".join(said), note=note, known=any(one.counted for one in readings))


def _volume(lengths: LesionLengths, images: int, provenance: str | None) -> Iterator[tuple[TableCell, ...]]:
    if lengths.ellipsoid_volume_cc is not None:
        yield (
            TableCell("Volume of the ellipsoid", note="π/6 × the three axes"),
            *(TableCell(_NONE) for _ in range(images)),
            TableCell(with_unit(lengths.ellipsoid_volume_cc, "cm3"), provenance=provenance),
        )


def _calibration(by_image: dict[str, list[CalliperReading]], lengths: LesionLengths) -> tuple[TableCell, ...]:
    where = {
        "body": "in the body",
        "detector": "on the detector: longer than in the body",
        "": "pixels are no millimetres",
    }.get(lengths.plane, "partly on the detector, where a length is longer than in the body")
    return (
        TableCell("Scale"),
        *(TableCell("", note=readings[0].length.basis) for readings in by_image.values()),
        TableCell("", note=where),
    )


def _what(span: Span) -> str:
    return {Span.LONGEST: "Longest diameter", Span.CALCIFICATIONS: "Extent of calcifications"}.get(
        span, span.value.capitalize()
    )
