"""How large each spot was at each visit and how it changed: the lesion tables in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoher.record.exam import Modality
from neoher.report.content import Cell, KeyImage, LesionTable, Origin, QuantityRow
from neoher.report.numbers import change_percent, long_date, short_date, with_unit
from neoher.report.patient.bars import Bar, size_bars
from neoher.report.patient.words import lesion_in_words
from neoher.report.section import Section, Table, TableCell
from neoher.report.words import capitalised

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["size_section"]

_CALCIUM = "calcification_extent"
_QUANTITIES = {
    "longest_diameter_reported": "longest side",
    "short_axis": "short side",
    _CALCIUM: "length of the calcium spots",
    "largest_component_longest_diameter_in_plane": "longest side",
    "functional_tumour_volume": "active part",
}
"""The quantities that say how large something is, in the order in which they are shown."""
_MODALITIES = {
    Modality.MR: "MRI",
    Modality.MG: "mammogram",
    Modality.US: "ultrasound",
    Modality.CT: "CT scan",
    Modality.DX: "plain X-ray",
    Modality.NM: "bone scan",
}
_NO_NUMBER = {
    "not seen, as reported": "not seen any more",
    "too small to measure, as reported": "too small to measure",
    "not evaluated, as reported": "not looked at",
    "none: no voxel reaches the thresholds": "too little left to measure",
}

_NO_PROOF = (
    "A scan that shows no tumour any more is good to see. It is not proof that all cancer is gone. Only the "
    "tissue from the operation shows this."
)


@dataclass(frozen=True, slots=True)
class _Line:
    date: dt.date | None
    row: QuantityRow
    cell: Cell


def size_section(findings: Findings) -> Section:
    """One part per lesion; where nothing is recorded, that is said."""
    lengths = [
        line.cell.value or 0.0 for table in findings.lesions for line in _followed_longest([*_lines(table)])
    ]
    largest = max(lengths, default=0.0)
    parts = [part for table in findings.lesions if (part := _of_lesion(findings, table, largest)) is not None]
    if not parts:
        return Section(
            id="size",
            title="How large it was",
            introduction=("No size is recorded yet. Ask your team how large the tumour is.",),
        )
    return Section(
        id="size",
        title="How large it was, visit by visit",
        introduction=(
            "The sizes come from the reports of your scans. Where it says 'computer', this program measured "
            "the pictures, for research.",
            "Two kinds of scan can give different sizes for the same spot. So each scan is compared with the "
            "first of its own kind.",
            *((_NO_PROOF,) if _nothing_seen(findings) else ()),
        ),
        parts=tuple(parts),
    )


def _nothing_seen(findings: Findings) -> bool:
    """Whether an exam says of something that there is nothing left to measure."""
    cells = [line.cell for table in findings.lesions for line in _lines(table)]
    return any(cell.gone or cell.value == 0 for cell in cells)


def _of_lesion(findings: Findings, table: LesionTable, largest: float) -> Section | None:
    lines = sorted(_lines(table), key=lambda line: line.date or dt.date.max)
    if not lines:
        return None
    lesion = findings.case.lesion(table.lesion)
    name = lesion_in_words(findings.case, lesion) if lesion else "a measured part of the picture"
    return Section(
        id=f"size-{findings.lesions.index(table) + 1}",
        title=capitalised(name),
        introduction=tuple(_in_short(lines)),
        figures=tuple(_pictures(table, name, lines, largest)),
        tables=(
            Table(
                caption=f"Every size that is recorded of {name}",
                header=("Day", "Scan", "Size", "Change"),
                rows=tuple(_row(line) for line in lines),
            ),
        ),
    )


def _lines(table: LesionTable) -> Iterator[_Line]:
    """Every exam that says something of the size; visits without such an exam have no line."""
    for quantity in _QUANTITIES:
        for row in table.rows:
            if row.quantity != quantity:
                continue
            for cell in row.cells:
                if cell.date is not None or cell.value is not None:
                    yield _Line(cell.date, row, cell)


def _in_short(lines: list[_Line]) -> Iterator[str]:
    """The change of what was followed on one kind of scan, longest first."""
    by_row: dict[int, list[_Line]] = {}
    for line in lines:
        if line.row.quantity != _CALCIUM:
            by_row.setdefault(id(line.row), []).append(line)
    followed = sorted((each for each in by_row.values() if len(each) > 1), key=len, reverse=True)
    for each in followed[:1]:
        first = next((line for line in each if line.cell.value is not None), None)
        last = each[-1]
        if first is None or first is last or first.cell.value is None:
            continue
        begun = f"On {_scan(first.row)}, it was {with_unit(first.cell.value, first.row.unit)} on "
        begun += f"{long_date(first.date)}. "
        if last.cell.value is None:
            yield f"{begun}On {long_date(last.date)} it was {_no_number(last.cell)}."
            continue
        if last.cell.value == 0:
            yield f"{begun}On {long_date(last.date)} too little was left to measure."
            continue
        change = _change(last.cell)
        now = with_unit(last.cell.value, last.row.unit)
        yield f"{begun}On {long_date(last.date)} it was {now}{f', which is {change}' if change else ''}."


def _pictures(table: LesionTable, name: str, lines: list[_Line], largest: float) -> Iterator[KeyImage]:
    """The bars of the kind of scan that was done most often, and its picture of each visit."""
    for place, picture in enumerate(table.pictures if len(table.pictures) > 1 else ()):
        yield KeyImage(
            title=short_date(picture.date) if picture.date else picture.visit,
            caption="" if place else "Active tissue is bright.",
            alt=f"Picture of {name}, {long_date(picture.date)}",
            svg=picture.image.svg,
            aspect=picture.image.aspect,
        )
    longest = _followed_longest(lines)
    if len(longest) > 1:
        bars = [Bar(short_date(line.date), line.cell.value, _no_number(line.cell)) for line in longest]
        yield size_bars(f"{capitalised(name)}: {_scan(longest[0].row)}", bars, largest)


def _followed_longest(lines: list[_Line]) -> list[_Line]:
    """The lines of the length that was measured most often."""
    lengths = [line for line in lines if line.row.unit == "mm" and line.row.quantity != _CALCIUM]
    rows = {id(line.row): line.row for line in lengths}
    known = [[line for line in lengths if line.row is row] for row in rows.values()]
    return max(known, key=len, default=[])


def _row(line: _Line) -> tuple[TableCell, ...]:
    stale = "This number may no longer hold." if line.cell.stale else ""
    if line.cell.value is None:
        size = TableCell(_no_number(line.cell), known=line.cell.gone)
    else:
        none_left = "too little left to measure" if line.cell.value == 0 else ""
        size = TableCell(with_unit(line.cell.value, line.row.unit), note=" ".join([none_left, stale]).strip())
    return (
        TableCell(short_date(line.date)),
        TableCell(f"{_scan(line.row)}: {_QUANTITIES[line.row.quantity]}", note=_who(line.row)),
        size,
        TableCell(_change(line.cell), note=_chance(line.cell)),
    )


def _scan(row: QuantityRow) -> str:
    modality = row.modality.split(" ")[0]
    if modality in set(Modality):
        return _MODALITIES.get(Modality(modality), "PET scan")
    return "scan"


def _who(row: QuantityRow) -> str:
    return "computer" if row.origin is Origin.MEASURED else "report"


def _no_number(cell: Cell) -> str:
    if cell.value is not None:
        return ""
    return _NO_NUMBER.get(cell.absent, "not measured")


def _change(cell: Cell) -> str:
    """'50 % smaller': the change of the clinician's page without its sign."""
    change = cell.change.value if cell.change else None
    if change is None or change.percent is None or not cell.value:
        # Nothing that the computer counts is left: '100 % smaller' would read as proof.
        return ""
    if change.percent == 0:
        return "the same"
    amount = change_percent(change.percent).lstrip("+\u2212")
    return f"{amount} {'larger' if change.percent > 0 else 'smaller'}"


def _chance(cell: Cell) -> str:
    change = cell.change.value if cell.change else None
    if change is None or change.beyond_noise is not False:
        return ""
    return "so little that it can be chance"
