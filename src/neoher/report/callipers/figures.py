"""Pictures of mammograms and ultrasound images with the callipers that lie on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from neoher.errors import ImageError
from neoher.imaging.projection import calibrate_projection
from neoher.imaging.ultrasound import Point, calibrate_ultrasound
from neoher.intake.plane_image import PlaneImage
from neoher.intake.plane_pixels import read_display_pixels
from neoher.measure.plane.callipers import PreparedLengths
from neoher.measure.plane.images import PlacedCalliper
from neoher.measure.plane.lengths import CalliperReading
from neoher.record.calliper import Span
from neoher.report.callipers.drawing import DrawnLine, FlatPicture, PixelWindow, flat_picture
from neoher.report.content import KeyImage
from neoher.report.drawing.frame import Ink
from neoher.volume.calibration import Calibration, CalibrationPlane, PixelBox

__all__ = ["MOST_PICTURES", "plane_pictures"]

MOST_PICTURES = 4
"""Pictures of an exam without callipers; an ultrasound may hold hundreds."""
_LEAST_MM, _MARGIN_MM = 80.0, 15.0
"""Around callipers on a mammogram: enough of the breast to know where one is (a design decision)."""
_LEAST_SHARE = 0.4
"""Likewise where the image has no scale: share of its longer side."""
_YELLOW, _BLUE = Ink("#ffe9a8", "#000"), Ink("#9fe6ff", "#000")
_DRAWN = {
    # span: ink, dashed
    Span.LONGEST: (_YELLOW, False),
    Span.SECOND_AXIS: (_YELLOW, True),
    Span.THIRD_AXIS: (_YELLOW, True),
    Span.SHORT_AXIS: (_YELLOW, True),
    Span.CORTEX: (_BLUE, False),
    Span.CALCIFICATIONS: (_BLUE, True),
}


def plane_pictures(prepared: PreparedLengths) -> tuple[KeyImage, ...]:
    """One picture per image with callipers; without callipers the first images of the exam as they are.

    Raises: ImageError where pixels cannot be read.
    """
    if prepared.lengths is None:
        return tuple(_bare(prepared))
    readings = prepared.lengths.readings
    # Two pictures side by side on one screen have a scale each, and are drawn apart.
    by_image: dict[tuple[str, int, str], list[tuple[PlacedCalliper, CalliperReading]]] = {}
    for placed, reading in zip(prepared.placed, readings, strict=True):
        key = (placed.found.source.label, placed.image.frame, reading.length.basis)
        by_image.setdefault(key, []).append((placed, reading))
    return tuple(_with_callipers(some) for some in by_image.values())


def _with_callipers(some: Sequence[tuple[PlacedCalliper, CalliperReading]]) -> KeyImage:
    placed, first = some[0]
    image = placed.image
    lines = [_line(reading) for _, reading in some]
    pixels = read_display_pixels(placed.found.source, image.frame)
    pixel_mm = first.length.pixel_mm
    on_detector = first.length.plane is CalibrationPlane.DETECTOR
    flat = FlatPicture(
        pixels=pixels,
        window=_window(image, [reading for _, reading in some], pixel_mm),
        pixel_mm=pixel_mm,
        lines=lines,
        corner=image.shown_view,
        directions=image.directions,
        scale_words="on the detector" if on_detector else "",
    )
    said = ", ".join(line.words for line in lines)
    alt = f"{_name(image)} with callipers: {said}"
    svg, aspect = flat_picture(flat, alt)
    spared = [f"{one.span}: {one.not_counted}" for _, one in some if one.not_counted]
    left_out = f" Not counted: {'; '.join(dict.fromkeys(spared))}." if spared else ""
    return KeyImage(
        title=_name(image),
        caption=f"{placed.name}. Scale: {first.length.basis}.{left_out}",
        alt=alt,
        svg=svg,
        aspect=aspect,
    )


def _bare(prepared: PreparedLengths) -> Iterator[KeyImage]:
    """The first images of the exam, with the scale that holds in their picture where they state one."""
    for found in prepared.objects[:MOST_PICTURES]:
        image = found.image
        window, calibration = _picture_scale(image)
        on_detector = calibration is not None and calibration.plane is CalibrationPlane.DETECTOR
        flat = FlatPicture(
            pixels=read_display_pixels(found.source, 0),
            window=window,
            pixel_mm=calibration.pixel_mm if calibration else None,
            lines=(),
            corner=image.shown_view,
            directions=image.directions,
            scale_words="on the detector" if on_detector else "",
        )
        alt = f"{_name(image)}, no callipers on it"
        svg, aspect = flat_picture(flat, alt)
        more = len(prepared.objects) - MOST_PICTURES
        rest = f" {more} more images are not shown." if more > 0 and found is prepared.objects[0] else ""
        name = PurePosixPath(found.source.label).name
        yield KeyImage(_name(image), f"{name}; no callipers are recorded on it.{rest}", alt, svg, aspect)


def _picture_scale(image: PlaneImage) -> tuple[PixelWindow, Calibration | None]:
    """What is shown of an image without callipers, and its scale; None where it cannot be told."""
    rows, columns = image.size
    whole = PixelWindow(0, 0, columns - 1, rows - 1)
    try:
        if image.projection is not None:
            return whole, calibrate_projection(image.projection, image.label)
        pictures = [one.box for one in image.regions if one.shows_space and _fits(one.box, image)]
        if not pictures:
            return whole, _ultrasound_scale(image, ())
        box = max(pictures, key=lambda one: (one.right - one.left) * (one.bottom - one.top))
        middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        return _of_box(box, image), _ultrasound_scale(image, (middle,))
    except ImageError:
        # A scale that cannot be is told where something is measured by it.
        return whole, None


def _ultrasound_scale(image: PlaneImage, points: tuple[Point, ...]) -> Calibration:
    return calibrate_ultrasound(
        image.regions if points else (), image.size, points, pixel_spacing=image.pixel_spacing
    )


def _line(reading: CalliperReading) -> DrawnLine:
    ink, dashed = _DRAWN[reading.span]
    length = reading.length
    size = f"{length.length_pixels:.0f} pixels" if length.length_mm is None else f"{length.length_mm:.1f} mm"
    return DrawnLine(reading.start, reading.end, f"{reading.span} {size}", ink, dashed)


def _name(image: PlaneImage) -> str:
    kind = (
        "Ultrasound" if image.modality == "US" else "Tomosynthesis slice" if _is_slice(image) else "Mammogram"
    )
    return f"{kind} {image.shown_view}".strip() if image.modality != "US" else kind


def _is_slice(image: PlaneImage) -> bool:
    return image.projection is not None and image.projection.reconstructed


def _window(
    image: PlaneImage, readings: Sequence[CalliperReading], pixel_mm: tuple[float, float] | None
) -> PixelWindow:
    """The picture of an ultrasound screen; of a mammogram the part around the callipers."""
    rows, columns = image.size
    whole = PixelWindow(0, 0, columns - 1, rows - 1)
    points = [point for one in readings for point in (one.start, one.end)]
    for region in image.regions:
        box = region.box
        if region.shows_space and all(box.holds(*point) for point in points) and _fits(box, image):
            return _of_box(box, image)
    if image.modality == "US":
        return whole
    down, along = pixel_mm or (1.0, 1.0)
    across = [point[0] * along for point in points]
    downwards = [point[1] * down for point in points]
    if pixel_mm is None:
        least, margin = _LEAST_SHARE * max(rows, columns), 0.1 * max(rows, columns)
    else:
        least, margin = _LEAST_MM, _MARGIN_MM
    side = max(max(across) - min(across), max(downwards) - min(downwards)) + 2 * margin
    side = max(side, least)
    left, right = _span((min(across) + max(across)) / 2 / along, side / along, columns)
    top, bottom = _span((min(downwards) + max(downwards)) / 2 / down, side / down, rows)
    return PixelWindow(left, top, right, bottom)


def _of_box(box: PixelBox, image: PlaneImage) -> PixelWindow:
    rows, columns = image.size
    return PixelWindow(box.left, box.top, min(box.right, columns - 1), min(box.bottom, rows - 1))


def _fits(box: PixelBox, image: PlaneImage) -> bool:
    """Whether the region was written for this matrix; one pixel more is a habit of some devices."""
    rows, columns = image.size
    return box.left >= 0 and box.top >= 0 and box.right <= columns and box.bottom <= rows


def _span(middle: float, wanted: float, count: int) -> tuple[int, int]:
    length = min(count, math.ceil(wanted))
    start = min(max(0, round(middle - length / 2)), count - length)
    return start, start + length - 1
