"""Charts: the kinetic curve of a lesion and its volume over the visits, as SVG for screen and paper.

Colours and type come from the page's style sheet by class; each drawing also carries its own, so that it
reads outside the page.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from neoher.report.content import LesionTable, Origin, QuantityRow
from neoher.report.numbers import short_date, with_unit

__all__ = ["CurvePoint", "kinetic_chart", "ticks", "volume_chart"]

_INK, _QUIET, _HAIR = "#222", "#6a6a6a", "#dcd8d0"
_MEASURED = "#1f4e79"
_REPORTED = "#a04a1c"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One contrast phase of a kinetic curve."""

    time_s: float
    """Mid time in seconds after t = 0."""
    enhancement_percent: float
    role: str
    """'pre', 'early', 'late' or 'post'."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """A plotting area in the drawing's units and the data it spans."""

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return self.top + self.height * (1 - (value - low) / (high - low))


def ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Round numbers from at or below `low` to at or above `high`, at most `most` steps apart."""
    span = high - low
    if span <= 0:
        return low, low + 1.0
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(step * k, 10) for k in range(first, last + 1))


def kinetic_chart(points: Sequence[CurvePoint], *, zero: str) -> str:
    """Mean enhancement of the lesion over time; `zero` says what t = 0 is. Aspect 1.15."""
    if not points:
        return ""
    x_ticks = ticks(min(point.time_s for point in points), max(point.time_s for point in points), 4)
    y_ticks = ticks(
        min(0.0, *(point.enhancement_percent for point in points)),
        max(10.0, *(point.enhancement_percent for point in points)),
        4,
    )
    panel = _Panel(46, 22, 212, 174, (x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1]))
    words = ", ".join(f"{point.enhancement_percent:.0f} % at {point.time_s:.0f} s" for point in points)
    parts = [_open(276, 240, f"Kinetic curve: mean enhancement of the lesion {words}; t = 0 is {zero}", 11)]
    parts.append(_axes(panel, x_ticks, y_ticks))
    parts.append(_words(panel.left, 12, "mean enhancement, %", "start", _QUIET))
    parts.append(_words(panel.left + panel.width, 234, "seconds", "end", _QUIET))
    line = " ".join(
        f"{panel.x(point.time_s):.1f},{panel.y(point.enhancement_percent):.1f}" for point in points
    )
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_MEASURED}" stroke-width="1.6"/>')
    for point in points:
        x, y = panel.x(point.time_s), panel.y(point.enhancement_percent)
        chosen = point.role in {"pre", "early", "late"}
        fill = _MEASURED if chosen else "#fff"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{fill}" stroke="{_MEASURED}"/>')
        if chosen:
            below = point.role == "pre"
            anchor = "start" if below else "end" if x > panel.left + 0.8 * panel.width else "middle"
            parts.append(_words(x + (9 if below else 0), y + (-4 if below else -9), point.role, anchor, _INK))
    parts.append("</svg>")
    return "".join(parts)


def volume_chart(table: LesionTable) -> str:
    """Functional tumour volume of one lesion over the visits; measured filled, reported open.

    A visit without a value leaves a gap in its line: nothing is drawn where nothing is known. Returns an
    empty string when it is known at fewer than three visits: two values are said by the table.
    """
    rows = [row for row in table.rows if row.quantity == "functional_tumour_volume"]
    rows = [row for row in rows if any(cell.value is not None for cell in row.cells)]
    if not any(sum(cell.value is not None for cell in row.cells) > 2 for row in rows):
        return ""
    width, height = 372.0, 236.0
    alt = f"Functional tumour volume of {table.title} over the visits; the table holds the values"
    top = max(cell.value for row in rows for cell in row.cells if cell.value is not None)
    y_ticks = ticks(0.0, top if top > 0 else 1.0, 4)
    places = _places(table)
    span = (min(places), max(places)) if len(set(places)) > 1 else (places[0] - 1, places[0] + 1)
    panel = _Panel(34, 26, width - 34 - 128, height - 26 - 40, span, (0.0, y_ticks[-1]))
    parts = [_open(width, height, alt, 11)]
    parts += [_words(4, 13, "functional tumour volume, cc", "start", _QUIET), _axes(panel, (), y_ticks)]
    for heading, place in zip(table.headings, places, strict=True):
        x = panel.x(place)
        parts.append(_words(x, height - 24, heading.visit, "middle", _INK))
        if heading.date and len(table.headings) <= 5 and heading.visit != short_date(heading.date):
            parts.append(_words(x, height - 11, short_date(heading.date)[:-5], "middle", _QUIET, 9))
    ends = []
    for row in rows:
        colour = _colour(row)
        drawn = [
            (panel.x(_place_of(table, places, column, cell.date)), panel.y(cell.value), cell.value)
            if cell.value is not None
            else None
            for column, cell in enumerate(row.cells)
        ]
        parts.append(_line_with_gaps(drawn, colour, dashed=row.origin is Origin.REPORTED))
        parts += [_dot(point, row, colour) for point in drawn if point]
        last = [point for point in drawn if point][-1]
        ends.append((last[1], last[0], row))
    ends.sort(key=lambda end: end[0])
    for y, (_, _, row) in zip(_apart([end[0] for end in ends]), ends, strict=True):
        parts.append(_key(panel.left + panel.width + 16, y, row))
    parts.append("</svg>")
    return "".join(parts)


def _key(x: float, y: float, row: QuantityRow) -> str:
    """The mark of a row and its name, beside the panel."""
    colour = _colour(row)
    fill = colour if row.origin is Origin.MEASURED else "#fff"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{fill}" stroke="{colour}" stroke-width="1.3"/>'
        + _words(x + 8, y + 3.5, f"{row.origin.value} {row.modality}", "start", colour, 10)
    )


def _dot(point: tuple[float, float, float], row: QuantityRow, colour: str) -> str:
    x, y, value = point
    fill = colour if row.origin is Origin.MEASURED else "#fff"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{fill}" stroke="{colour}" stroke-width="1.3">'
        f"<title>{escape(with_unit(value, row.unit))}</title></circle>"
    )


def _colour(row: QuantityRow) -> str:
    return _MEASURED if row.origin is Origin.MEASURED else _REPORTED


def _places(table: LesionTable) -> list[float]:
    """Where each visit stands: by its date, or evenly where a date is not known."""
    dates = [heading.date for heading in table.headings]
    if any(date is None for date in dates):
        return [float(position) for position in range(len(dates))]
    return [float(date.toordinal()) for date in dates if date]


def _place_of(table: LesionTable, places: Sequence[float], column: int, date: dt.date | None) -> float:
    if date is None or any(heading.date is None for heading in table.headings):
        return places[column]
    return min(max(float(date.toordinal()), min(places)), max(places))


def _line_with_gaps(points: Sequence[tuple[float, float, float] | None], colour: str, *, dashed: bool) -> str:
    path, pen_down = "", False
    for point in points:
        if point is None:
            pen_down = False
            continue
        path += f"{'L' if pen_down else 'M'}{point[0]:.1f} {point[1]:.1f}"
        pen_down = True
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"{dashes}/>'


def _apart(positions: Sequence[float], least: float = 12.0) -> list[float]:
    """Sorted positions pushed apart so that their labels do not touch."""
    moved: list[float] = []
    for position in positions:
        moved.append(max(position, moved[-1] + least) if moved else position)
    return moved


def _axes(panel: _Panel, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> str:
    right, bottom = panel.left + panel.width, panel.top + panel.height
    parts = []
    for tick in y_ticks:
        y = panel.y(tick)
        colour = _QUIET if tick == 0 else _HAIR
        parts.append(
            f'<path d="M{panel.left:.1f} {y:.1f}H{right:.1f}" stroke="{colour}" stroke-width="0.7"/>'
        )
        parts.append(_words(panel.left - 6, y + 3.5, f"{tick:g}".replace("-", "\u2212"), "end", _QUIET, 10))
    for tick in x_ticks:
        x = panel.x(tick)
        parts.append(f'<path d="M{x:.1f} {bottom:.1f}v4" stroke="{_QUIET}" stroke-width="0.7"/>')
        parts.append(_words(x, bottom + 16, f"{tick:g}".replace("-", "\u2212"), "middle", _QUIET, 10))
    return "".join(parts)


def _words(x: float, y: float, words: str, anchor: str, colour: str, size: float = 11) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size:g}">'
        f"{escape(words)}</text>"
    )


def _open(width: float, height: float, alt: str, size: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width:g} {height:g}" '
        f'style="max-width: {1.05 * width:.0f}px" role="img" aria-label="{escape(alt)}" '
        f'font-size="{size:g}" font-family="sans-serif">'
    )
