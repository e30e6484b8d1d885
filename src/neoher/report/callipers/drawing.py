"""A plane image drawn with its callipers, one unit of the drawing a millimetre, or a pixel without a scale.

The image stands as it was stored. Its pixels need not be square; in millimetres the drawing is true to scale.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from neoher.report.drawing.frame import LIGHT_INK, Ink, label, scale_bar_mm
from neoher.report.drawing.png import png_bytes

__all__ = ["DrawnLine", "FlatPicture", "PixelWindow", "flat_picture"]

_LONG_SIDE_PIXELS = 640
_EM_SHARE = 0.048
"""Height of letters against the shorter side."""


@dataclass(frozen=True, slots=True)
class PixelWindow:
    """The part of an image that is shown, first and last pixel included."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One pair of callipers."""

    start: tuple[float, float]
    """Column and row in pixels of the whole image."""
    end: tuple[float, float]
    words: str
    """'longest 38.4 mm'."""
    ink: Ink
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class FlatPicture:
    """What is drawn."""

    pixels: NDArray[np.uint8]
    """The whole image: shape (rows, columns) or (rows, columns, 3)."""
    window: PixelWindow
    pixel_mm: tuple[float, float] | None
    """Size of a pixel in mm: between rows, between columns; None draws in pixels, without a scale bar."""
    lines: Sequence[DrawnLine]
    corner: str
    """Words in the upper left corner: 'L CC'."""
    directions: tuple[str, str] | None = None
    """Letters at the right and at the lower edge."""
    scale_words: str = ""
    """Behind the scale bar's length: 'on the detector'; in its place where there is no scale."""


def flat_picture(flat: FlatPicture, alt: str) -> tuple[str, float]:
    """The drawing as SVG markup, and its width / height."""
    window = flat.window
    down, along = flat.pixel_mm or (1.0, 1.0)
    width = (window.right - window.left + 1) * along
    height = (window.bottom - window.top + 1) * down
    em = _EM_SHARE * min(width, height)
    cut = flat.pixels[window.top : window.bottom + 1, window.left : window.right + 1]
    data = base64.b64encode(png_bytes(_resized(cut, width, height))).decode()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 {width:.2f} {height:.2f}" '
        f'role="img" aria-label="{escape(alt)}" font-size="{em:.3f}" font-family="sans-serif">',
        f'<image href="data:image/png;base64,{data}" width="{width:.2f}" height="{height:.2f}" '
        'preserveAspectRatio="none"/>',
    ]
    places = [(_place(flat, one.start), _place(flat, one.end)) for one in flat.lines]
    for one, (start, end) in zip(flat.lines, places, strict=True):
        parts.append(_line(one, start, end, em))
    parts += _labels(flat.lines, places, width, height, em)
    parts += _edges(flat, width, height, em)
    parts.append("</svg>")
    return "".join(parts), width / height


def _place(flat: FlatPicture, point: tuple[float, float]) -> tuple[float, float]:
    """A pixel's place in the drawing: its centre lies half a pixel inside its edge."""
    down, along = flat.pixel_mm or (1.0, 1.0)
    return (point[0] - flat.window.left + 0.5) * along, (point[1] - flat.window.top + 0.5) * down


def _line(one: DrawnLine, start: tuple[float, float], end: tuple[float, float], em: float) -> str:
    length = max(math.dist(start, end), 1e-9)
    across = (-0.4 * em * (end[1] - start[1]) / length, 0.4 * em * (end[0] - start[0]) / length)
    ticks = "".join(
        f"M{x - across[0]:.2f} {y - across[1]:.2f}L{x + across[0]:.2f} {y + across[1]:.2f}"
        for x, y in (start, end)
    )
    line = f"M{start[0]:.2f} {start[1]:.2f}L{end[0]:.2f} {end[1]:.2f}"
    dashes = f' stroke-dasharray="{0.5 * em:.2f} {0.3 * em:.2f}"' if one.dashed else ""
    ink = one.ink
    return (
        f'<path d="{line}{ticks}" fill="none" stroke="{ink.halo}" stroke-opacity="0.5" '
        f'stroke-width="{0.28 * em:.3f}"/>'
        f'<path class="calliper" d="{line}" fill="none" stroke="{ink.colour}" '
        f'stroke-width="{0.12 * em:.3f}"{dashes}/>'
        f'<path d="{ticks}" fill="none" stroke="{ink.colour}" stroke-width="{0.12 * em:.3f}"/>'
    )


_Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def _labels(
    lines: Sequence[DrawnLine],
    places: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    width: float,
    height: float,
    em: float,
) -> Iterator[str]:
    """Each at its line's right end, else at its left end, else below it; where one lies already, the next."""
    taken: list[_Box] = []
    inside = (0.2 * em, 1.8 * em, width - 0.2 * em, height - 2.2 * em)
    for one, (start, end) in zip(lines, places, strict=True):
        wide = 0.54 * em * len(one.words)
        left, right = sorted((start, end))
        lower = max(start, end, key=lambda point: point[1])
        wanted = [
            (right[0] + 0.6 * em, right[1] - 0.6 * em),
            (left[0] - 0.6 * em - wide, left[1] - 0.6 * em),
            (lower[0] - wide / 2, lower[1] + 0.5 * em),
        ]
        wanted += [(lower[0] - wide / 2, lower[1] + (0.5 + 1.4 * step) * em) for step in range(1, 5)]
        boxes = [(x, y, x + wide, y + 1.2 * em) for x, y in wanted]
        fitting = [
            box for box in boxes if _within(box, inside) and not any(_touch(box, other) for other in taken)
        ]
        box = fitting[0] if fitting else _moved(boxes[2], inside)
        taken.append(box)
        yield _tag(box, one.words, em, one.ink)


def _within(box: _Box, other: _Box) -> bool:
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _touch(box: _Box, other: _Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _moved(box: _Box, inside: _Box) -> _Box:
    across = max(inside[0] - box[0], 0.0) or min(inside[2] - box[2], 0.0)
    down = max(inside[1] - box[1], 0.0) or min(inside[3] - box[3], 0.0)
    return box[0] + across, box[1] + down, box[2] + across, box[3] + down


def _tag(box: _Box, words: str, em: float, ink: Ink) -> str:
    """Words on a dark ground: speckle and bright tissue leave them readable."""
    left, top, right, bottom = box
    return (
        f'<rect x="{left - 0.2 * em:.2f}" y="{top:.2f}" width="{right - left + 0.4 * em:.2f}" '
        f'height="{bottom - top:.2f}" rx="{0.2 * em:.2f}" fill="#000" fill-opacity="0.5"/>'
        + label((left + right) / 2, bottom - 0.3 * em, words, em, anchor="middle", ink=ink)
    )


def _edges(flat: FlatPicture, width: float, height: float, em: float) -> Iterator[str]:
    if flat.corner:
        wide = 0.56 * em * len(flat.corner)
        yield _tag((0.4 * em, 0.25 * em, 0.4 * em + wide, 1.45 * em), flat.corner, em, LIGHT_INK)
    if flat.directions is not None:
        yield label(width - 0.4 * em, height / 2, flat.directions[0], em, anchor="end")
        yield label(width / 2, height - 0.5 * em, flat.directions[1], em, anchor="middle")
    if flat.pixel_mm is None:
        yield label(
            0.6 * em, height - 0.7 * em, flat.scale_words or "uncalibrated: no scale", em, anchor="start"
        )
        return
    length = scale_bar_mm(width)
    left, bottom, tick = 0.7 * em, height - 0.8 * em, 0.25 * em
    end_line = f"v{2 * tick:.2f}"
    path = f"M{left:.2f} {bottom - tick:.2f}{end_line}m0 {-tick:.2f}h{length:.2f}m0 {-tick:.2f}{end_line}"
    words = f"{length:g} mm {flat.scale_words}".strip()
    yield (
        f'<path class="scale-bar" data-mm="{length:g}" d="{path}" fill="none" stroke="{LIGHT_INK.colour}" '
        f'stroke-width="{0.11 * em:.3f}"/>' + label(left, bottom - 0.6 * em, words, em, anchor="start")
    )


def _resized(cut: NDArray[np.uint8], width: float, height: float) -> NDArray[np.uint8]:
    """Square pixels in the drawing's proportions, no more than a page shows."""
    scale = _LONG_SIDE_PIXELS / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(np.ascontiguousarray(cut))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS), dtype=np.uint8)
