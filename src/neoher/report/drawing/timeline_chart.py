"""Timeline chart: what was done when, one lane per kind of event, on one axis of months.

Only dated facts are drawn. Follow-up long after the course would press the course together: what lies beyond
it stands as words at the right margin.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from neoher.record.chronology.timeline import Event, EventKind
from neoher.report.content import ReportContent, VisitPage
from neoher.report.numbers import short_date

__all__ = ["timeline_chart"]

_INK, _QUIET, _HAIR, _BAR = "#222", "#5d5a55", "#dcd8d0", "#c9d5e1"
_DOT = "#1f4e79"
_LEFT, _RIGHT, _WIDTH, _LANE, _TOP = 108.0, 24.0, 720.0, 21.0, 34.0
_FOLLOW_UP = frozenset({EventKind.LAST_SEEN, EventKind.OUTCOME, EventKind.DEATH})
_LANES = {
    "tissue": (EventKind.DIAGNOSIS, EventKind.BIOPSY, EventKind.CLIP),
    "heart and tests": (EventKind.HEART, EventKind.TEST),
    "adverse events": (EventKind.ADVERSE_EVENT,),
    "restaging, surgery": (EventKind.RESTAGING, EventKind.SURGERY),
}
_TREATMENT = re.compile(r"treatment\[(\d+)\]")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """One dot of a lane."""

    date: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class _Bar:
    """One regimen: from its start to its end, or to its last known dose with an open end."""

    name: str
    start: dt.date
    stop: dt.date | None
    closed: bool


@dataclass(frozen=True, slots=True)
class _Axis:
    first: dt.date
    last: dt.date

    def x(self, date: dt.date) -> float:
        share = (date - self.first).days / max(1, (self.last - self.first).days)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(share, 0.0), 1.0)


def timeline_chart(content: ReportContent) -> str:
    """The course as SVG; an empty string where fewer than two days are known."""
    course = [event for event in content.timeline if event.kind not in _FOLLOW_UP]
    days = {event.date for event in course}
    if len(days) < 2:
        return ""
    axis = _padded(min(days), max(days))
    lanes: list[tuple[str, str]] = []
    bars = _bars(course)
    if bars:
        lanes.append(("therapy", "".join(_bar(axis, bar) for bar in bars) + _doses(axis, course)))
    lanes += [(name, _dots(axis, marks)) for name, marks in _exam_lanes(content.visits)]
    lanes += [
        (name, _dots(axis, marks))
        for name, kinds in _LANES.items()
        if (marks := [_Mark(event.date, event.text) for event in course if event.kind in kinds])
    ]
    later = [event for event in content.timeline if event.kind in _FOLLOW_UP]
    height = _TOP + _LANE * len(lanes) + 26 + (16 if later else 0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart timeline" viewBox="0 0 {_WIDTH:g} {height:g}" '
        'role="img" aria-label="Timeline of the course; the list below holds every date" font-size="10.5" '
        'font-family="sans-serif">',
        _visit_lines(axis, content.visits, height - 26 - (16 if later else 0)),
    ]
    for position, (name, drawing) in enumerate(lanes):
        y = _TOP + _LANE * (position + 0.5)
        parts.append(
            f'<path d="M{_LEFT:g} {y:.1f}H{_WIDTH - _RIGHT:g}" stroke="{_HAIR}" stroke-width="0.6"/>'
        )
        parts.append(_words(_LEFT - 12, y + 3.6, name, "end", _QUIET))
        parts.append(f'<g transform="translate(0 {y:.1f})">{drawing}</g>')
    parts.append(_months(axis, _TOP + _LANE * len(lanes) + 4))
    if later:
        words = "; ".join(f"{event.text}, {short_date(event.date)}" for event in later)
        parts.append(_words(_WIDTH - _RIGHT, height - 4, f"afterwards: {words}", "end", _QUIET))
    parts.append("</svg>")
    return "".join(parts)


def _padded(first: dt.date, last: dt.date) -> _Axis:
    space = dt.timedelta(days=max(2, (last - first).days // 40))
    return _Axis(first - space, last + space)


def _exam_lanes(visits: Sequence[VisitPage]) -> list[tuple[str, list[_Mark]]]:
    lanes: dict[str, list[_Mark]] = {}
    for visit in visits:
        for exam in visit.exams:
            if exam.date is not None:
                lanes.setdefault(exam.modality, []).append(_Mark(exam.date, exam.title))
    return list(lanes.items())


def _bars(course: Sequence[Event]) -> list[_Bar]:
    regimens: dict[str, list[Event]] = {}
    for event in course:
        match = _TREATMENT.match(event.path)
        if match:
            regimens.setdefault(match[1], []).append(event)
    bars = []
    for events in regimens.values():
        start = next((event for event in events if event.kind is EventKind.TREATMENT_START), None)
        if start is None:
            continue
        end = next((event.date for event in events if event.kind is EventKind.TREATMENT_END), None)
        doses = [event.date for event in events if event.kind is EventKind.DOSE]
        name = start.text.partition(" begins")[0]
        bars.append(_Bar(name, start.date, end or max(doses, default=None), closed=end is not None))
    return bars


def _bar(axis: _Axis, bar: _Bar) -> str:
    start = axis.x(bar.start)
    stop = max(axis.x(bar.stop), start + 3) if bar.stop else start + 3
    closed = (
        f'<rect x="{start:.1f}" y="-6.5" width="{stop - start:.1f}" height="13" fill="{_BAR}">'
        f"<title>{escape(bar.name)}</title></rect>"
    )
    if bar.closed:
        return closed + _words(start + 5, 3.6, bar.name, "start", _INK)
    right = _WIDTH - _RIGHT
    open_end = (
        f'<path d="M{stop:.1f} -6.5H{min(stop + 26, right):.1f}M{stop:.1f} 6.5H{min(stop + 26, right):.1f}" '
        f'stroke="{_QUIET}" stroke-width="0.8" stroke-dasharray="3 2.5"/>'
    )
    words = f"{bar.name}, end not stated"
    if stop > _LEFT + 0.6 * (right - _LEFT):
        return closed + open_end + _words(start - 6, 3.6, words, "end", _INK)
    return closed + open_end + _words(stop + 32, 3.6, words, "start", _INK)


def _doses(axis: _Axis, course: Sequence[Event]) -> str:
    days = sorted({event.date for event in course if event.kind is EventKind.DOSE})
    return "".join(
        f'<path d="M{axis.x(day):.1f} 6.5v3.5" stroke="{_DOT}" stroke-width="1"><title>dose, '
        f"{short_date(day)}</title></path>"
        for day in days
    )


def _dots(axis: _Axis, marks: Sequence[_Mark]) -> str:
    return "".join(
        f'<circle cx="{axis.x(mark.date):.1f}" cy="0" r="3.6" fill="{_DOT}" stroke="#fff" stroke-width="0.8">'
        f"<title>{escape(mark.text)}, {short_date(mark.date)}</title></circle>"
        for mark in marks
    )


def _visit_lines(axis: _Axis, visits: Sequence[VisitPage], bottom: float) -> str:
    parts = []
    last_label = -100.0
    for visit in visits:
        dates = [exam.date for exam in visit.exams if exam.date is not None]
        if not dates:
            continue
        first, last = axis.x(min(dates)), axis.x(max(dates))
        width = max(last - first, 1.0)
        parts.append(
            f'<rect x="{first - 5:.1f}" y="{_TOP - 6:g}" width="{width + 10:.1f}" '
            f'height="{bottom - _TOP + 6:.1f}" '
            'fill="#f4f1ea"/>'
        )
        middle = (first + last) / 2
        if middle - last_label > 30:
            parts.append(_words(middle, _TOP - 12, visit.visit, "middle", _INK, 11.5))
            last_label = middle
    return "".join(parts)


def _months(axis: _Axis, y: float) -> str:
    """First days of months, thinned out so that at most ten are named."""
    firsts = []
    year, month = axis.first.year, axis.first.month
    while (first := dt.date(year, month, 1)) <= axis.last:
        if first >= axis.first:
            firsts.append(first)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 600, 6000) if len(firsts) / step <= 10)
    parts = [f'<path d="M{_LEFT:g} {y:.1f}H{_WIDTH - _RIGHT:g}" stroke="{_QUIET}" stroke-width="0.7"/>']
    named = [first for first in firsts if (first.month - 1 + 12 * first.year) % step == 0]
    if not named:
        ends = ((axis.first, "start"), (axis.last, "end"))
        parts += [_words(axis.x(day), y + 15, short_date(day), anchor, _QUIET, 10) for day, anchor in ends]
    for position, first in enumerate(named):
        x = axis.x(first)
        new_year = position == 0 or first.year != named[position - 1].year
        words = f"{_MONTHS[first.month - 1]} {first.year}" if new_year else _MONTHS[first.month - 1]
        parts.append(f'<path d="M{x:.1f} {y:.1f}v4" stroke="{_QUIET}" stroke-width="0.7"/>')
        parts.append(_words(x, y + 15, words, "middle", _QUIET, 10))
    return "".join(parts)


def _words(x: float, y: float, words: str, anchor: str, colour: str, size: float = 10.5) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size:g}">'
        f"{escape(words)}</text>"
    )
