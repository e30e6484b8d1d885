"""The figure: size in mm over the dates, one line or mark per modality, named beside its last mark."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from neoher.report.content import VisitHeading
from neoher.report.drawing.charts import ticks
from neoher.report.numbers import short_date, with_unit
from neoher.report.sizes.marks import colour, cross, dashes, mark
from neoher.report.sizes.series import SizePoint, SizeSeries

__all__ = ["Places", "chart_aspect", "places_of", "sizes_chart"]

_Place: TypeAlias = Callable[[float], float]
"""Where a place of `Places` stands across the drawing."""

_Point: TypeAlias = tuple[float, float]

_APART = 9.0
_QUIET, _HAIR, _INK = "#5d5a55", "#dcd8d0", "#222"
_WIDTH, _LEFT, _RIGHT = 850.0, 36.0, 280.0
_TOP, _PLOT, _LANE, _FOOT = 22.0, 210.0, 14.0, 44.0
_LABEL_STEP, _CLOSE_LABELS = 14.0, 62.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where dates stand: by the day, or visit by visit where a visit has no date."""

    by_day: bool
    visits: dict[str, float]
    span: tuple[float, float]

    def of(self, point: SizePoint) -> float | None:
        """Where a point stands; None where nothing says it."""
        if self.by_day and point.date is not None:
            return float(point.date.toordinal())
        return self.visits.get(point.visit)


def places_of(headings: Sequence[VisitHeading], series: Sequence[SizeSeries]) -> Places:
    """The places of all visits; the surgery stands last where there are no dates to go by."""
    dates = [heading.date for heading in headings]
    visits: dict[str, float] = {}
    by_day = all(date is not None for date in dates)
    operated = [one.points[0] for one in series if one.source.of_specimen]
    if by_day:
        visits = {heading.visit: float(heading.date.toordinal()) for heading in headings if heading.date}
        known = [point.date for one in series for point in one.points if point.date and _shown(point)]
        known += [point.date for point in operated if point.date]
        days = [*visits.values(), *(float(day.toordinal()) for day in known)]
    else:
        visits = {heading.visit: float(index) for index, heading in enumerate(headings)}
        if operated:
            visits["surgery"] = float(len(headings))
        days = list(visits.values())
    low, high = (min(days), max(days)) if days else (0.0, 1.0)
    return Places(by_day, visits, (low - 1, high + 1) if low == high else (low, high))


def chart_aspect(series: Sequence[SizeSeries]) -> float:
    """Width / height of the figure."""
    return _WIDTH / _height(series)


def sizes_chart(
    title: str, headings: Sequence[VisitHeading], series: Sequence[SizeSeries], *, quantity: str
) -> str:
    """The figure as SVG markup.

    A visit without a size leaves a gap in its line and no mark: never a zero. Where something was looked for
    and there is nothing to measure, a cross stands in a lane of its own below the axis.
    """
    places = places_of(headings, series)
    drawn = [one for one in series if one.has_value]
    top = max((point.value or 0.0 for one in drawn for point in one.points), default=0.0)
    marks = ticks(0.0, top if top > 0 else 1.0, 5)
    right, zero = _WIDTH - _RIGHT, _TOP + _PLOT

    def x(place: float) -> float:
        low, high = places.span
        return _LEFT + 14 + (right - _LEFT - 28) * (place - low) / (high - low)

    def y(value: float) -> float:
        return _TOP + _PLOT * (1 - value / marks[-1])

    height = _height(series)
    alt = f"{quantity} of {title} over the visits by modality; the table below holds the values"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart sizes" viewBox="0 0 {_WIDTH:g} {height:g}" '
        f'role="img" aria-label="{escape(alt)}" font-size="11.5" font-family="sans-serif">',
        _words(4, 12, f"{quantity}, mm", "start", _QUIET),
    ]
    for tick in marks:
        hue = _QUIET if tick == 0 else _HAIR
        parts.append(f'<path d="M{_LEFT:g} {y(tick):.1f}H{right:.1f}" stroke="{hue}" stroke-width="0.8"/>')
        parts.append(_words(_LEFT - 6, y(tick) + 4, f"{tick:g}", "end", _QUIET))
    parts += _visits(headings, series, places, x, height)
    courses = _side_by_side(
        [
            [
                None if point.value is None or (at := places.of(point)) is None else (x(at), y(point.value))
                for point in one.points
            ]
            for one in drawn
        ]
    )
    parts += [_line(one, points) for one, points in zip(drawn, courses, strict=True)]
    ends = []
    for one, points in zip(drawn, courses, strict=True):
        for spot, point in zip(points, one.points, strict=True):
            if spot is not None and point.value is not None:
                words = f"{one.name}, {point.visit}: {with_unit(point.value, 'mm')}"
                parts.append(mark(one, *spot, title=escape(words)))
        last = [spot for spot in points if spot is not None][-1:]
        ends += [(last[0], one)] if last else []
    parts += _names(ends, right)
    parts += _lane(series, places, x, zero, right)
    parts.append("</svg>")
    return "".join(parts)


def _side_by_side(courses: Sequence[Sequence[_Point | None]]) -> list[list[_Point | None]]:
    """Marks that would cover one another moved apart across, never up or down: a height is a size."""
    taken: list[_Point] = []
    moved: list[list[_Point | None]] = []
    for course in courses:
        own: list[_Point | None] = []
        for point in course:
            if point is None:
                own.append(None)
                continue
            x, y = point
            places = [x + side * step * _APART for step in range(9) for side in (1, -1)]
            free = [
                place for place in places if all(math.dist((place, y), other) >= _APART for other in taken)
            ]
            spot = (free[0] if free else x, y)
            taken.append(spot)
            own.append(spot)
        moved.append(own)
    return moved


def _shown(point: SizePoint) -> bool:
    return point.value is not None or point.gone


def _gone(series: Sequence[SizeSeries]) -> list[SizeSeries]:
    return [one for one in series if any(point.gone for point in one.points)]


def _height(series: Sequence[SizeSeries]) -> float:
    lanes = len(_gone(series))
    return _TOP + _PLOT + _LANE * lanes + (8 if lanes else 0) + _FOOT


def _line(one: SizeSeries, points: Sequence[tuple[float, float] | None]) -> str:
    path, down = "", False
    for point in points:
        if point is not None:
            path += f"{'L' if down else 'M'}{point[0]:.1f} {point[1]:.1f}"
        down = point is not None
    if "L" not in path:
        return ""
    style = f'stroke="{colour(one)}" stroke-width="1.6"{dashes(one)}'
    return f'<path class="course" d="{path}" fill="none" {style}/>'


def _names(ends: Sequence[tuple[tuple[float, float], SizeSeries]], right: float) -> Iterator[str]:
    """Each series beside its last mark, at the right edge, pushed apart; a hair leads to one that is near."""
    ordered = sorted(ends, key=lambda end: (end[0][1], end[1].name))
    heights: list[float] = []
    for (_, y), _ in ordered:
        heights.append(max(y, heights[-1] + _LABEL_STEP) if heights else max(y, _TOP))
    over = heights[-1] - (_TOP + _PLOT) if heights else 0.0
    if over > 0:
        # Too low: shifted up as one where they touch.
        heights[-1] -= over
        for index in range(len(heights) - 2, -1, -1):
            heights[index] = min(heights[index], heights[index + 1] - _LABEL_STEP)
    for ((x, y), one), height in zip(ordered, heights, strict=True):
        if abs(height - y) < _LABEL_STEP:
            yield (
                f'<path d="M{x + 7:.1f} {y:.1f}L{right + 6:.1f} {height:.1f}" stroke="{_QUIET}" '
                'stroke-width="0.6" stroke-opacity="0.55" stroke-dasharray="1 2.5"/>'
            )
        yield mark(one, right + 14, height)
        yield _words(right + 23, height + 4, one.name, "start", colour(one))


def _lane(
    series: Sequence[SizeSeries], places: Places, x: _Place, zero: float, right: float
) -> Iterator[str]:
    for row, one in enumerate(_gone(series)):
        y = zero + 10 + _LANE * row
        for point in one.points:
            place = places.of(point) if point.gone else None
            if place is not None:
                yield cross(one, x(place), y)
        yield cross(one, right + 14, y)
        what = one.points[0].absent if one.source.of_specimen else one.name
        yield _words(right + 23, y + 4, what, "start", colour(one))


def _visits(
    headings: Sequence[VisitHeading], series: Sequence[SizeSeries], places: Places, x: _Place, height: float
) -> Iterator[str]:
    """Labels below: visits with their first day, and the surgery; close ones on a second level."""
    labels = [(places.visits[heading.visit], heading.visit, heading.date) for heading in headings]
    operated = next((one.points[0] for one in series if one.source.of_specimen), None)
    at = places.of(operated) if operated else None
    if operated is not None and at is not None:
        labels.append((at, "surgery", operated.date))
    before = -1e9
    for place, name, date in sorted(labels, key=lambda entry: entry[0]):
        at_x = x(place)
        yield f'<path d="M{at_x:.1f} {_TOP:g}V{height - _FOOT + 4:.1f}" stroke="{_HAIR}" stroke-width="0.7"/>'
        level = height - _FOOT + 17
        if at_x - before < _CLOSE_LABELS:
            level += 14
            yield _words(at_x, level, _short(name, date), "middle", _INK)
            before = -1e9
            continue
        yield _words(at_x, level, _short(name, date), "middle", _INK)
        before = at_x


def _short(name: str, date: dt.date | None) -> str:
    if date is None or name == short_date(date):
        return name
    return f"{name}, {short_date(date)[:-5]}"


def _words(x: float, y: float, words: str, anchor: str, hue: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{hue}">{escape(words)}</text>'
