"""Drawing: pixels in an SVG frame with what an image needs to be read: scale, directions, callipers, outline.

One unit of the drawing is one millimetre in the patient, so a length in the picture is a length in the
patient by construction.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.shape import Diameter
from neoher.report.drawing.plane import DisplayPlane
from neoher.report.drawing.png import png_bytes

__all__ = [
    "DARK_INK",
    "LIGHT_INK",
    "Ink",
    "grey_pixels",
    "label",
    "nearest_pixels",
    "outline_path",
    "picture",
    "scale_bar_mm",
]


@dataclass(frozen=True, slots=True)
class Ink:
    """Colour of text and lines over an image, and of the halo that lifts them from it."""

    colour: str
    halo: str


LIGHT_INK = Ink("#fff", "#000")
"""For images whose background is black."""
DARK_INK = Ink("#222", "#fff")
"""For images whose background is white."""

_LONG_SIDE_PIXELS = 520
"""Enough for 6 cm of paper at 220 dots per inch; more only makes the report heavier."""
_SCALE_BARS_MM = (100.0, 50.0, 20.0, 10.0, 5.0)


def grey_pixels(
    plane: DisplayPlane, image: NDArray[np.floating], window: tuple[float, float]
) -> NDArray[np.uint8]:
    """One slice as shown, enlarged smoothly to square pixels and windowed to 0-255.

    `image`: shape (rows, columns), any unit; `window`: values shown black and white. NaN is shown black.
    """
    low, high = window
    shown = np.nan_to_num(np.asarray(plane.arrange(image), dtype=np.float32), nan=low)
    height, width = _pixel_counts(plane)
    zoom = (height / shown.shape[0], width / shown.shape[1])
    large = ndimage.zoom(np.clip(shown, low, high), zoom, order=3, mode="nearest", grid_mode=True)
    span = high - low if high > low else 1.0
    return np.asarray(np.clip((large - low) / span, 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)


def nearest_pixels(plane: DisplayPlane, image: NDArray[np.generic]) -> NDArray[np.generic]:
    """One slice as shown at the size of `grey_pixels`, each voxel a plain rectangle of its own value."""
    shown = plane.arrange(image)
    height, width = _pixel_counts(plane)
    rows = ((np.arange(height) + 0.5) * shown.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * shown.shape[1] / width).astype(int)
    return np.asarray(shown[np.ix_(rows, columns)])


def outline_path(plane: DisplayPlane, inside: NDArray[np.bool_]) -> str:
    """Outline of a region in one slice along its voxels' edges, as the `d` of an SVG path in mm."""
    shown = np.pad(np.asarray(plane.arrange(inside), dtype=np.int8), 1)
    width, height = plane.pixel_mm
    parts = []
    for row, across in enumerate(np.diff(shown, axis=0) != 0):
        for start, stop in _runs(across):
            parts.append(f"M{(start - 1) * width:.2f} {row * height:.2f}H{(stop - 1) * width:.2f}")
    for column, along in enumerate((np.diff(shown, axis=1) != 0).T):
        for start, stop in _runs(along):
            parts.append(f"M{column * width:.2f} {(start - 1) * height:.2f}V{(stop - 1) * height:.2f}")
    return "".join(parts)


def scale_bar_mm(width_mm: float) -> float:
    """Length of the scale bar: the longest round length that takes at most a third of the width."""
    return next((length for length in _SCALE_BARS_MM if length <= width_mm / 3), _SCALE_BARS_MM[-1])


def picture(
    plane: DisplayPlane,
    pixels: NDArray[np.uint8],
    *,
    alt: str,
    outline: str = "",
    calliper: Diameter | None = None,
    ink: Ink = LIGHT_INK,
    marks: Sequence[str] = (),
) -> str:
    """The whole drawing as SVG markup: pixels, outline, calliper, scale bar, orientation letters.

    Parameters: `marks`: further markup over the image, in mm of the drawing, its texts escaped.
    """
    width, height = plane.size_mm
    em = 0.042 * height
    data = base64.b64encode(png_bytes(pixels)).decode()
    kind = "picture light" if ink == DARK_INK else "picture"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width:.2f} {height:.2f}" '
        f'role="img" aria-label="{escape(alt)}" font-size="{em:.2f}" font-family="sans-serif">',
        f'<image href="data:image/png;base64,{data}" width="{width:.2f}" height="{height:.2f}" '
        'preserveAspectRatio="none"/>',
    ]
    if outline:
        parts.append(
            f'<path class="region" d="{outline}" fill="none" stroke="{ink.colour}" stroke-opacity="0.75" '
            f'stroke-width="{0.08 * em:.3f}" stroke-dasharray="{0.35 * em:.2f} {0.25 * em:.2f}"/>'
        )
    if calliper is not None:
        parts.append(_calliper(plane, calliper, em))
    parts += [*marks, _scale_bar(width, height, em, ink), _letters(plane, em, ink), "</svg>"]
    return "".join(parts)


def _scale_bar(width: float, height: float, em: float, ink: Ink) -> str:
    length = scale_bar_mm(width)
    left, bottom = 0.8 * em, height - 0.9 * em
    tick = 0.25 * em
    end_line = f"v{2 * tick:.2f}"
    path = f"M{left:.2f} {bottom - tick:.2f}{end_line}m0 {-tick:.2f}h{length:.2f}m0 {-tick:.2f}{end_line}"
    return (
        f'<path class="scale-bar" data-mm="{length:g}" d="{path}" fill="none" stroke="{ink.colour}" '
        f'stroke-width="{0.11 * em:.3f}"/>'
        + label(left, bottom - 0.6 * em, f"{length:g} mm", em, anchor="start", ink=ink)
    )


def _letters(plane: DisplayPlane, em: float, ink: Ink) -> str:
    width, height = plane.size_mm
    left, right, top, bottom = plane.letters
    middle = height / 2 + 0.35 * em
    return (
        label(0.45 * em, middle, left, em, anchor="start", ink=ink)
        + label(width - 0.45 * em, middle, right, em, anchor="end", ink=ink)
        + label(width / 2, 1.15 * em, top, em, anchor="middle", ink=ink)
        + label(width / 2, height - 0.55 * em, bottom, em, anchor="middle", ink=ink)
    )


def _calliper(plane: DisplayPlane, diameter: Diameter, em: float) -> str:
    start, end = plane.place(np.asarray(diameter.ends_mm, dtype=np.float64))
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    across = 0.4 * em * np.asarray([-along[1], along[0]])
    path = "".join(
        f"M{a[0]:.2f} {a[1]:.2f}L{b[0]:.2f} {b[1]:.2f}"
        for a, b in ((start, end), (start - across, start + across), (end - across, end + across))
    )
    width, height = plane.size_mm
    lower = start if start[1] > end[1] else end
    x = min(max(float(lower[0]), 2.5 * em), width - 2.5 * em)
    y = min(float(lower[1]) + 1.5 * em, height - 2.2 * em)
    line = f'd="{path}" fill="none"'
    return (
        f'<path {line} stroke="#000" stroke-opacity="0.55" stroke-width="{0.3 * em:.3f}"/>'
        f'<path class="calliper" {line} stroke="#ffe9a8" stroke-width="{0.12 * em:.3f}"/>'
        + label(x, y, f"{diameter.length_mm:.1f} mm", em, anchor="middle", ink=Ink("#ffe9a8", "#000"))
    )


def label(x: float, y: float, words: str, em: float, *, anchor: str, ink: Ink = LIGHT_INK) -> str:
    """Text at a place of the drawing, in mm, readable on any image."""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" fill="{ink.colour}" stroke="{ink.halo}" '
        f'stroke-opacity="0.6" stroke-width="{0.16 * em:.3f}" paint-order="stroke">{escape(words)}</text>'
    )


def _pixel_counts(plane: DisplayPlane) -> tuple[int, int]:
    width, height = plane.size_mm
    scale = _LONG_SIDE_PIXELS / max(width, height)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
