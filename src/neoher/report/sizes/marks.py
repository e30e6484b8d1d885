"""Marks of the size figure: one shape a source, filled where measured, open where reported.

Shape, filling and the form of the line tell the sources apart in grey print and without colour.
"""

from __future__ import annotations

from neoher.report.content import Origin
from neoher.report.sizes.series import SizeSeries, Source

__all__ = ["colour", "cross", "dashes", "mark"]

_COLOURS = {
    Source.MRI: "#1f4e79",
    Source.MAMMOGRAPHY: "#a8481a",
    Source.CALCIFICATIONS: "#5b5b5b",
    Source.ULTRASOUND: "#4a7226",
    Source.PET: "#7b3f8c",
    Source.CT: "#80671c",
    Source.OTHER: "#6a6a6a",
    Source.INVASIVE: "#111111",
    Source.WHOLE: "#111111",
}
_SIZE = 4.2


def colour(series: SizeSeries) -> str:
    """CSS colour of a series."""
    return _COLOURS[series.source]


def dashes(series: SizeSeries) -> str:
    """The form of its line as an attribute: solid where measured, dotted for calcifications, else dashed."""
    if series.source is Source.CALCIFICATIONS:
        return ' stroke-dasharray="1.6 3.2" stroke-linecap="round"'
    return "" if series.origin is Origin.MEASURED else ' stroke-dasharray="5 3.5"'


def mark(series: SizeSeries, x: float, y: float, title: str = "") -> str:
    """The mark of a series at a place; `title`: escaped words that a pointer shows."""
    ink = colour(series)
    filled = series.origin is Origin.MEASURED or series.source is Source.INVASIVE
    style = f'fill="{ink if filled else "#fff"}" stroke="{ink}" stroke-width="1.4"'
    inside = f"<title>{title}</title>" if title else ""
    if series.source is Source.MRI:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE - 0.4:g}" {style}>{inside}</circle>'
    if series.source is Source.CALCIFICATIONS:
        # Four specks.
        dots = "".join(
            f'<circle cx="{x + across:.1f}" cy="{y + down:.1f}" r="1.8" {style}/>'
            for across in (-2.4, 2.4)
            for down in (-2.4, 2.4)
        )
        return f'<g class="mark">{dots}{inside}</g>'
    path = "M" + "L".join(
        f"{x + across * _SIZE:.1f} {y + down * _SIZE:.1f}" for across, down in _OUTLINES[series.source]
    )
    return f'<path class="mark" d="{path}Z" {style}>{inside}</path>'


def cross(series: SizeSeries, x: float, y: float) -> str:
    """Looked for and nothing there to measure."""
    return (
        f'<path class="gone" d="M{x - 3.2:.1f} {y - 3.2:.1f}l6.4 6.4m0 -6.4l-6.4 6.4" '
        f'stroke="{colour(series)}" stroke-width="1.5"/>'
    )


_DIAMOND = ((0.0, -1.35), (1.15, 0.0), (0.0, 1.35), (-1.15, 0.0))
_OUTLINES = {
    Source.MAMMOGRAPHY: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    Source.ULTRASOUND: ((0.0, -1.0), (1.15, 1.0), (-1.15, 1.0)),
    Source.PET: ((0.0, 1.0), (1.15, -1.0), (-1.15, -1.0)),
    Source.CT: ((-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)),
    Source.OTHER: ((-0.5, -1.2), (0.5, -1.2), (0.5, 1.2), (-0.5, 1.2)),
    Source.INVASIVE: _DIAMOND,
    Source.WHOLE: _DIAMOND,
}
