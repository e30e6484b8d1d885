"""Figures of a DCE-MRI exam: subtraction projection, slice through the tumour, SER colours, kinetic curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neoher.imaging.dce import SER_BINS, EnhancementVolume, FunctionalTumourVolume, KineticCurve
from neoher.imaging.phases import PhaseChoice
from neoher.imaging.shape import Diameter, Shape
from neoher.report.content import KeyImage, LegendEntry
from neoher.report.drawing.charts import CurvePoint, kinetic_chart
from neoher.report.drawing.colours import SER_COLOURS, ser_class_colours
from neoher.report.drawing.frame import grey_pixels, nearest_pixels, outline_path, picture
from neoher.report.drawing.plane import DisplayPlane, cropped, square_window
from neoher.report.numbers import with_unit
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.mask import Mask

__all__ = [
    "exam_images",
    "kinetic_figure",
    "ser_slice",
    "shown_slice",
    "subtraction_projection",
    "tumour_slice",
]

_MARGIN_MM, _LEAST_MM = 14.0, 70.0
"""Around the region in the close views: enough of the breast to know where one is."""
_UNCOLOURED = "#9a9a9a"
_WHITE_ENHANCEMENT = 2.5
"""White is at least this many times the bright tissue before contrast, so that grey levels mean the same at
every visit: else parenchyma would turn white as soon as the tumour is gone."""

Measured = FunctionalTumourVolume | EnhancementVolume


def exam_images(
    series: DynamicSeries, measured: Measured, region: Mask, shape: Shape, curve: KineticCurve | None
) -> tuple[KeyImage, ...]:
    """The pictures of one exam in the order of the report.

    Parameters: `series` holds at least the phases `measured` used, on the grid of `region`; `shape` is that
    of the counted voxels; `curve`, where there is one, that of the lesion.
    The SER picture is left out where there is no late phase.
    """
    diameter = shape.largest_component.longest_in_plane if shape.largest_component else None
    place = shown_slice(measured, region, diameter)
    images = [subtraction_projection(series, measured, region)]
    images.append(tumour_slice(series, measured, region, place, diameter))
    if isinstance(measured, FunctionalTumourVolume):
        images.append(ser_slice(series, measured, region, place))
    if curve is not None and curve.enhancement_percent is not None:
        images.append(kinetic_figure(curve, measured.choice))
    return tuple(images)


def shown_slice(measured: Measured, region: Mask, diameter: Diameter | None) -> int:
    """The slice of the diameter, else the one with most counted voxels, else the region's middle."""
    if diameter is not None and diameter.slice_index is not None:
        return diameter.slice_index
    counts = measured.mask.inside.sum(axis=(1, 2))
    if counts.any():
        return int(counts.argmax())
    box = region.bounding_box()
    return region.grid.shape[0] // 2 if box is None else (box[0].start + box[0].stop - 1) // 2


def subtraction_projection(series: DynamicSeries, measured: Measured, region: Mask) -> KeyImage:
    """Largest early enhancement (S1 - S0) along the slice direction, with the region's silhouette.

    One slice is in memory at a time beside the projection. Does not correct motion between the phases.
    """
    choice, plane = measured.choice, DisplayPlane.of(series.grid)
    projection = np.full(series.grid.shape[1:], -np.inf, dtype=np.float32)
    for index in range(series.grid.shape[0]):
        difference = _signal(series, choice.early, index) - _signal(series, choice.pre, index)
        np.maximum(projection, difference, out=projection)
    brightest = (_WHITE_ENHANCEMENT - 1) * measured.pre_percentile_95
    pixels = grey_pixels(plane, projection, _window(projection, 30.0, 99.8, brightest))
    seconds = choice.times_s[choice.early]
    alt = (
        f"{plane.name.capitalize()} maximum intensity projection of early minus pre-contrast signal, "
        "the measured region outlined"
    )
    return KeyImage(
        title="Subtraction, projection",
        caption=(
            f"{plane.name.capitalize()} maximum intensity projection of the early phase ({seconds:.0f} s) "
            "minus the phase before contrast; dashed: the measured region."
        ),
        alt=alt,
        svg=picture(
            plane, pixels, alt=alt, outline=outline_path(plane, np.asarray(region.inside.any(axis=0)))
        ),
        aspect=_aspect(plane),
    )


def tumour_slice(
    series: DynamicSeries, measured: Measured, region: Mask, place: int, diameter: Diameter | None
) -> KeyImage:
    """The early phase in one slice with the region's outline and, where it lies there, the diameter."""
    plane, part = _close_view(series, region, place)
    image = _signal(series, measured.choice.early, place)[part]
    calliper = diameter if diameter is not None and diameter.slice_index == place else None
    alt = f"{plane.name.capitalize()} slice {place + 1} of the early phase through the measured region"
    words = (
        f"; line: longest diameter in plane of the largest component, {with_unit(calliper.length_mm, 'mm')}."
        if calliper
        else "; no voxel reaches the thresholds, so no diameter is drawn."
        if diameter is None
        else "."
    )
    return KeyImage(
        title="Slice through the tumour" if diameter is not None else "Slice through the region",
        caption=(
            f"Early phase, {plane.name} slice {place + 1} of {series.grid.shape[0]}; "
            f"dashed: the region{words}"
        ),
        alt=alt + (f", longest diameter {calliper.length_mm:.1f} mm" if calliper else ""),
        svg=picture(
            plane,
            grey_pixels(plane, image, _slice_window(image, measured)),
            alt=alt,
            outline=outline_path(plane, region.inside[place][part]),
            calliper=calliper,
        ),
        aspect=_aspect(plane),
        over_visits=True,
    )


def ser_slice(series: DynamicSeries, ftv: FunctionalTumourVolume, region: Mask, place: int) -> KeyImage:
    """The same slice, the counted voxels in the colours of their SER; the legend is of the whole volume."""
    plane, part = _close_view(series, region, place)
    image = _signal(series, ftv.choice.early, place)[part]
    classes = np.zeros(series.grid.shape[1:], dtype=np.uint8)
    inside_crop = place - ftv.crop[0].start
    if 0 <= inside_crop < ftv.ser_class.shape[0]:
        classes[ftv.crop[1:]] = ftv.ser_class[inside_crop]
    colours, coloured = ser_class_colours(np.asarray(nearest_pixels(plane, classes[part]), dtype=np.uint8))
    grey = grey_pixels(plane, image, _slice_window(image, ftv))
    pixels = np.repeat(grey[:, :, None], 3, axis=2)
    pixels[coloured] = colours[coloured]
    alt = (
        f"The same {plane.name} slice with the {ftv.voxels} counted voxels coloured by their signal "
        "enhancement ratio; the legend gives the share of each colour"
    )
    return KeyImage(
        title="Signal enhancement ratio (SER)",
        caption=(
            "Counted voxels by their SER, bins closed above, with shares of the whole functional tumour "
            "volume. Gradual, plateau and washout are this software’s words."
            if ftv.voxels
            else "0 voxels reach the thresholds, so nothing is coloured. This is not a pathologic statement."
        ),
        alt=alt,
        svg=picture(plane, pixels, alt=alt),
        aspect=_aspect(plane),
        legend=_legend(ftv) if ftv.voxels else (),
    )


def kinetic_figure(curve: KineticCurve, choice: PhaseChoice) -> KeyImage:
    """The lesion's mean enhancement over the phases."""
    enhancement = curve.enhancement_percent or ()
    points = [
        CurvePoint(time_s, percent, role.value)
        for time_s, percent, role in zip(curve.times_s, enhancement, choice.roles, strict=True)
    ]
    svg = kinetic_chart(points, zero=choice.zero_basis)
    words = ", ".join(f"{point.enhancement_percent:.0f} % at {point.time_s:.0f} s" for point in points)
    return KeyImage(
        title="Kinetic curve",
        caption=f"Enhancement of the mean signal of {curve.voxels} voxels; t = 0: {choice.zero_basis}.",
        alt=f"Mean enhancement of the lesion: {words}",
        svg=svg,
        aspect=1.15,
    )


def _legend(ftv: FunctionalTumourVolume) -> tuple[LegendEntry, ...]:
    entries = []
    for ser_bin, voxels in zip(SER_BINS, ftv.ser_bins, strict=True):
        colour = SER_COLOURS.get(ser_bin.label)
        if colour:
            entries.append(LegendEntry(colour.css, colour.label, _share(voxels, ftv.voxels)))
    uncoloured = ftv.voxels - sum(
        voxels for ser_bin, voxels in zip(SER_BINS, ftv.ser_bins, strict=True) if ser_bin.label in SER_COLOURS
    )
    return (*entries, LegendEntry(_UNCOLOURED, "0 or > 3, no colour", _share(uncoloured, ftv.voxels)))


def _share(voxels: int, total: int) -> str:
    return with_unit(100 * voxels / total, "%")


def _close_view(series: DynamicSeries, region: Mask, place: int) -> tuple[DisplayPlane, tuple[slice, slice]]:
    box = region.bounding_box() or tuple(slice(0, count) for count in region.grid.shape)
    assert len(box) == 3
    window = square_window(series.grid, (slice(place, place + 1), *box[1:]), _MARGIN_MM, _LEAST_MM)
    return DisplayPlane.of(cropped(series.grid, window)), window[1:]


def _signal(series: DynamicSeries, phase: int, index: int) -> NDArray[np.float32]:
    stored, scale = series.phase(phase)
    return np.asarray(stored[index], dtype=np.float32) * np.float32(scale.slope) + np.float32(scale.intercept)


def _slice_window(image: NDArray[np.floating], measured: Measured) -> tuple[float, float]:
    return _window(image, 1.0, 99.7, _WHITE_ENHANCEMENT * measured.pre_percentile_95)


def _window(image: NDArray[np.floating], low: float, high: float, least_white: float) -> tuple[float, float]:
    """Values shown black and white: two percentiles, white no lower than `least_white`."""
    finite = image[np.isfinite(image)]
    if finite.size == 0:
        return 0.0, 1.0
    darkest, brightest = np.percentile(finite, [low, high])
    return float(darkest), float(max(brightest, least_white, darkest + 1e-6))


def _aspect(plane: DisplayPlane) -> float:
    width, height = plane.size_mm
    return width / height
