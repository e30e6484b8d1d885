"""HER2 over time as a scale: one line per specimen, its place on the spectrum, the status as the ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from neoher.pathology.her2.facts import Her2Status, Spectrum
from neoher.report.numbers import short_date

__all__ = ["SpectrumMark", "chart_aspect", "chart_height", "spectrum_chart"]

_INK, _QUIET, _HAIR, _ACCENT = "#222", "#6a6a6a", "#dcd8d0", "#1f4e79"
_NEGATIVE_GROUND, _POSITIVE_GROUND = "#f3f1ec", "#e3eaf1"
_PLACES = (
    (Spectrum.ABSENT, "0, none"),
    (Spectrum.ULTRALOW, "ultralow"),
    (Spectrum.LOW, "low"),
    (Spectrum.ISH_POSITIVE, "ISH+"),
    (Spectrum.TWO_PLUS_ISH_POSITIVE, "2+/ISH+"),
    (Spectrum.THREE_PLUS, "3+"),
)
_NEGATIVE_PLACES = 3
_LEFT, _STEP, _TOP, _ROW = 232.0, 74.0, 52.0, 30.0
_SIZE = 12


@dataclass(frozen=True, slots=True)
class SpectrumMark:
    """One line of the chart: a specimen, or a HER2 PET beside it, which has no place on the scale."""

    date: dt.date
    label: str
    status: Her2Status | None = None
    spectrum: Spectrum | None = None
    beside: str = ""
    """What a HER2 PET showed, in words; such a line has no mark."""


def spectrum_chart(marks: Sequence[SpectrumMark]) -> str:
    """SVG of the scale from absent to 3+, the marks from top to bottom by date; '' without a mark.

    A status without a label is a bar over the places it may have, an unsettled result words alone: nothing is
    drawn where nothing is known. Aspect: `chart_aspect`.
    """
    if not marks:
        return ""
    rows = sorted(marks, key=lambda mark: mark.date)
    width, height = _width(), chart_height(len(rows))
    said = "; ".join(f"{mark.date} {mark.label}: {_in_words(mark)}" for mark in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width:g} {height:g}" '
        f'role="img" aria-label="{escape(f"HER2 over time: {said}", quote=True)}" '
        f'font-family="system-ui, sans-serif" font-size="{_SIZE}">',
        *_ground(height),
    ]
    for position, mark in enumerate(rows):
        parts += _line(mark, _TOP + _ROW * (position + 0.5))
    parts.append("</svg>")
    return "".join(parts)


def chart_height(rows: int) -> float:
    """Height of a chart of so many lines, in its own units."""
    return _TOP + _ROW * rows + 6


def chart_aspect(rows: int) -> float:
    """Width / height of a chart of so many lines."""
    return _width() / chart_height(rows)


def _width() -> float:
    return _LEFT + _STEP * len(_PLACES) + 6


def _ground(height: float) -> list[str]:
    middle = _LEFT + _STEP * _NEGATIVE_PLACES
    right = _LEFT + _STEP * len(_PLACES)
    parts = []
    for start, end, colour, word in (
        (_LEFT, middle, _NEGATIVE_GROUND, "HER2-negative"),
        (middle, right, _POSITIVE_GROUND, "HER2-positive"),
    ):
        parts.append(
            f'<rect x="{start:g}" y="{_TOP:g}" width="{end - start:g}" height="{height - _TOP - 6:g}" '
            f'fill="{colour}"/>'
        )
        parts.append(_words((start + end) / 2, 14, word, "middle", _INK))
    for position, (_, word) in enumerate(_PLACES):
        parts.append(_words(_LEFT + _STEP * (position + 0.5), 38, word, "middle", _QUIET))
    parts.append(f'<line x1="{middle:g}" y1="20" x2="{middle:g}" y2="{height - 6:g}" stroke="{_ACCENT}"/>')
    return parts


def _line(mark: SpectrumMark, y: float) -> list[str]:
    parts = [
        f'<line x1="0" y1="{y + _ROW / 2:g}" x2="{_LEFT + _STEP * len(_PLACES):g}" y2="{y + _ROW / 2:g}" '
        f'stroke="{_HAIR}"/>',
        _words(4, y + 4, short_date(mark.date), "start", _QUIET),
        _words(92, y + 4, mark.label, "start", _INK),
    ]
    span = None if mark.beside else _span(mark)
    if span is None:
        # No place on the scale: the words stand on blank ground.
        blank = (
            f'<rect x="{_LEFT:g}" y="{y - _ROW / 2 + 0.5:g}" width="{_STEP * len(_PLACES):g}" '
            f'height="{_ROW - 1:g}" fill="#fff"/>'
        )
        return [*parts, blank, _words(_LEFT + 8, y + 4, _in_words(mark), "start", _QUIET)]
    first, last = span
    if first == last:
        x = _LEFT + _STEP * (first + 0.5)
        return [*parts, f'<circle cx="{x:g}" cy="{y:g}" r="6.5" fill="{_ACCENT}"/>']
    start, length = _LEFT + _STEP * (first + 0.2), _STEP * (last - first + 0.6)
    return [
        *parts,
        f'<rect x="{start:g}" y="{y - 4:g}" width="{length:g}" height="8" rx="4" fill="#fff" '
        f'stroke="{_ACCENT}" stroke-width="1.5"/>',
    ]


def _span(mark: SpectrumMark) -> tuple[int, int] | None:
    """First and last place that the mark may have; None where its status is not settled."""
    places = [spectrum for spectrum, _ in _PLACES]
    if mark.spectrum is Spectrum.ZERO_UNSPECIFIED:
        return places.index(Spectrum.ABSENT), places.index(Spectrum.ULTRALOW)
    if mark.spectrum is not None:
        return places.index(mark.spectrum), places.index(mark.spectrum)
    return (
        {
            Her2Status.POSITIVE: (_NEGATIVE_PLACES, len(places) - 1),
            Her2Status.NEGATIVE: (0, _NEGATIVE_PLACES - 1),
        }.get(mark.status)
        if mark.status
        else None
    )


def _in_words(mark: SpectrumMark) -> str:
    if mark.beside:
        return mark.beside
    if mark.status is None:
        return "cannot be said"
    unsettled = {
        Her2Status.EQUIVOCAL: "equivocal: a test is still to be done",
        Her2Status.INDETERMINATE: "indeterminate: for adjudication",
    }
    return unsettled.get(mark.status, f"{mark.status}, {mark.spectrum or 'label not known'}")


def _words(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
