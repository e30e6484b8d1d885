"""Figures of a diffusion exam: high b-value, map of the coefficient, histogram over the lesion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neoher.measure.diffusion import AdcSlice
from neoher.report.content import KeyImage
from neoher.report.diffusion.colours import BLACK_AT, WHITE_AT, adc_colours, colour_of
from neoher.report.diffusion.histogram import LEAST_VOXELS, histogram
from neoher.report.drawing.frame import grey_pixels, label, nearest_pixels, outline_path, picture
from neoher.report.drawing.plane import DisplayPlane, cropped, square_window

__all__ = ["diffusion_pictures"]

_MARGIN_MM, _LEAST_MM = 14.0, 70.0
"""Around the region, as in the pictures of the contrast phases."""
_UNIT = "×10⁻⁶ mm²/s"


def diffusion_pictures(drawn: AdcSlice) -> tuple[KeyImage, ...]:
    """The slice with most of the region at the highest b-value and as a map; the values' histogram."""
    box = drawn.region.bounding_box()
    assert box is not None  # a region without voxels is not drawn
    window = square_window(
        drawn.region.grid, (slice(drawn.place, drawn.place + 1), *box[1:]), _MARGIN_MM, _LEAST_MM
    )
    plane = DisplayPlane.of(cropped(drawn.region.grid, window))
    part = window[1:]
    outline = outline_path(plane, drawn.region.inside[drawn.place][part])
    where = f"{plane.name} slice {drawn.place + 1} of {drawn.region.grid.shape[0]}"
    images = []
    if drawn.weighted is not None:
        images.append(_weighted(drawn, plane, drawn.weighted[part], outline, where))
    images.append(_map(drawn, plane, drawn.adc[part], outline, where))
    if drawn.values.size >= LEAST_VOXELS:
        images.append(_spread(drawn.values))
    return tuple(images)


def _weighted(
    drawn: AdcSlice, plane: DisplayPlane, image: NDArray[np.float32], outline: str, where: str
) -> KeyImage:
    low, high = (float(one) for one in np.percentile(image, [1.0, 99.7]))
    alt = f"Diffusion-weighted image, b {drawn.b_value:g} s/mm², {where}, the lesion outlined"
    return KeyImage(
        title=f"Diffusion, b {drawn.b_value:g} s/mm²",
        caption=f"Highest b-value, {where}; dashed: the lesion’s outline.",
        alt=alt,
        svg=picture(plane, grey_pixels(plane, image, (low, max(high, low + 1e-6))), alt=alt, outline=outline),
        aspect=_aspect(plane),
    )


def _map(
    drawn: AdcSlice, plane: DisplayPlane, adc: NDArray[np.floating], outline: str, where: str
) -> KeyImage:
    made = "the scanner’s map" if drawn.weighted is None else "fitted in every voxel"
    alt = f"Map of the apparent diffusion coefficient, {where}, the lesion outlined, colours {_UNIT}"
    shown = np.asarray(nearest_pixels(plane, adc), dtype=np.float64)
    return KeyImage(
        title="Apparent diffusion coefficient",
        caption=f"{made.capitalize()}, {_UNIT}, the same colours at every visit; black: no coefficient.",
        alt=alt,
        svg=picture(plane, adc_colours(shown), alt=alt, outline=outline, marks=[_colour_bar(plane)]),
        aspect=_aspect(plane),
    )


def _spread(values: NDArray[np.floating]) -> KeyImage:
    svg = histogram(values)
    return KeyImage(
        title="Spread in the lesion",
        caption=f"{values.size} voxels by their coefficient; the axis is the same at every visit.",
        alt=f"Histogram of the coefficient over {values.size} voxels of the lesion",
        svg=svg,
        aspect=1.15,
    )


def _colour_bar(plane: DisplayPlane) -> str:
    """The colours from low to high with their values, at the right edge."""
    width, height = plane.size_mm
    em = 0.042 * height
    left, top, tall, wide, steps = width - 1.5 * em, 2.4 * em, 0.34 * height, 0.7 * em, 25
    boxes = "".join(
        f'<rect x="{left:.2f}" y="{top + tall * (1 - (at + 1) / steps):.2f}" width="{wide:.2f}" '
        f'height="{tall / steps + 0.05:.2f}" '
        f'fill="{colour_of(BLACK_AT + (WHITE_AT - BLACK_AT) * (at + 0.5) / steps)}"/>'
        for at in range(steps)
    )
    marks = "".join(
        label(
            left - 0.3 * em,
            top + tall * (1 - value / WHITE_AT) + 0.35 * em,
            f"{value:g}",
            0.85 * em,
            anchor="end",
        )
        for value in (0, 1000, 2000)
    )
    frame = (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{wide:.2f}" height="{tall:.2f}" fill="none" '
        f'stroke="#fff" stroke-width="{0.08 * em:.3f}"/>'
    )
    unit = label(left + wide, top - 0.5 * em, _UNIT, 0.85 * em, anchor="end")
    return f'<g class="colour-bar">{boxes}{frame}{marks}{unit}</g>'


def _aspect(plane: DisplayPlane) -> float:
    width, height = plane.size_mm
    return width / height
