"""Ultrasound: lengths inside a calibrated region of the image, and volume from three axes.

An ultrasound image has no spacing of its own: each region on it (the picture, a trace over time, a scale)
states its physical steps. A length is one in the body only inside a region that shows space in centimetres
both ways. Source: DICOM PS3.3, section C.8.5.5 (ultrasound region calibration).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from neoher.errors import ImageError, InputError
from neoher.volume.calibration import Calibration, CalibrationPlane, PixelBox, UltrasoundRegion

__all__ = ["Point", "calibrate_ultrasound", "ellipsoid_volume_cc"]

Point = tuple[float, float]
"""Column and row of a point, counted from 0 at the centre of the first pixel."""

_CENTIMETRES = 3
_SAME = 0.01
"""Relative difference from which a region's step and the pixel spacing are two statements: a design decision.
Resizing by a usable factor differs by far more, rounding in a decimal string by far less."""
_MOST_MM = 5.0
"""A pixel larger than this is no ultrasound image of a breast."""


def calibrate_ultrasound(
    regions: Sequence[UltrasoundRegion],
    size: tuple[int, int],
    points: Sequence[Point],
    *,
    pixel_spacing: tuple[float, float] | None = None,
    processed: bool = False,
    where: str = "",
) -> Calibration:
    """The size of a pixel where all `points` lie.

    Parameters: `regions` as the image states them; `size`: rows and columns of the image; `pixel_spacing`: of
    the frame (rows, columns) in mm, where the object states one; `processed`: the pixels were made from
    others.
    A region that reaches beyond the image was written for another matrix (the image was resized since): no
    region is used then. Nor is one whose steps differ from the pixel spacing, where that fits no other
    region: one of both was left as it was when the image was resized. Without regions, a stated pixel spacing
    is used and said to be all there is. Regions on processed pixels are used, and a reader is told: nothing
    shows that they were adapted.
    Raises: ImageError where the points lie in different regions, in one that shows no space, or where a step
    cannot be.
    """
    rows, columns = size
    if any(_beyond(region.box, rows, columns) for region in regions):
        return _uncalibrated(
            f"a region reaches beyond the image of {columns} x {rows} pixels, which was resized after it was "
            "calibrated",
            "region-beyond-image",
        )
    in_space = [_steps(one) for one in regions if one.shows_space]
    if in_space and pixel_spacing is not None and not any(_alike(pixel_spacing, one) for one in in_space):
        of_region, stated = (f"{across:.4g} x {down:.4g} mm" for down, across in (in_space[0], pixel_spacing))
        return _uncalibrated(
            f"the region's pixel is {of_region} and Pixel Spacing (0028,0030) states {stated}: the image was "
            "resized, and one of them was not",
            "region-and-spacing-differ",
        )
    notice: tuple[tuple[str, str], ...] = ()
    if processed:
        message = (
            "The image was processed after it was taken: that its scale was adapted to it is not stated. "
            "Compare a length with the scale on the screen."
        )
        notice = (("processed-image", message),)
    if not regions:
        if pixel_spacing is None:
            return _uncalibrated("the image states no ultrasound region", "uncalibrated")
        message = "No ultrasound region is stated: Pixel Spacing (0028,0030) is taken for the whole image."
        return Calibration(
            _checked(pixel_spacing, where),
            CalibrationPlane.RECONSTRUCTED,
            "Pixel Spacing (0028,0030)",
            (("pixel-spacing-alone", message), *notice),
        )
    found = [_region_at(point, regions, where) for point in points]
    if any(one is not found[0] for one in found):
        raise ImageError(
            "the points lie in different regions of the image.", where, "Choose points in one picture."
        )
    calibration = _of_region(found[0], where)
    return calibration if calibration.pixel_mm is None else replace(calibration, warnings=notice)


def ellipsoid_volume_cc(first_mm: float, second_mm: float, third_mm: float) -> float:
    """Volume in cc of an ellipsoid with these three axes in mm: pi/6 a b c.

    Raises: InputError for an axis that is not above 0: a lesion that is gone has no axes.
    """
    axes = (first_mm, second_mm, third_mm)
    if not all(math.isfinite(axis) and axis > 0 for axis in axes):
        raise InputError(
            f"axes of {first_mm:g}, {second_mm:g} and {third_mm:g} mm make no ellipsoid.",
            "",
            "Give three lengths in mm above 0.",
        )
    return math.pi / 6 * first_mm * second_mm * third_mm / 1000.0


def _beyond(box: PixelBox, rows: int, columns: int) -> bool:
    # Some devices write the first pixel after the region as its last: one more is no sign of resizing.
    return box.right > columns or box.bottom > rows or min(box.left, box.top) < 0


def _region_at(point: Point, regions: Sequence[UltrasoundRegion], where: str) -> UltrasoundRegion:
    column, row = point
    inside = [region for region in regions if region.box.holds(column, row)]
    if not inside:
        raise ImageError(
            f"the point {column:g},{row:g} lies in no calibrated region of the image.",
            where,
            "Choose points inside the picture.",
        )
    # Of regions that overlap, an opaque one hides those below it.
    return next((region for region in inside if not region.transparent), inside[0])


def _of_region(region: UltrasoundRegion, where: str) -> Calibration:
    box = region.box
    name = f"region {box.left},{box.top} to {box.right},{box.bottom}"
    if not region.shows_space:
        raise ImageError(
            f"{name} is a trace or a graphic, not a picture: it has no lengths.",
            where,
            "Choose points inside the picture.",
        )
    if (region.unit_across, region.unit_down) != (_CENTIMETRES, _CENTIMETRES):
        return _uncalibrated(f"{name} is not in centimetres both ways", "uncalibrated")
    spacing = _steps(region)
    return Calibration(
        _checked(spacing, where),
        CalibrationPlane.RECONSTRUCTED,
        f"{name}: a pixel is {spacing[1]:.5g} mm across and {spacing[0]:.5g} mm down (0018,602C; 0018,602E)",
    )


def _steps(region: UltrasoundRegion) -> tuple[float, float]:
    """Size of the region's pixel in mm, down and across, where its units are centimetres."""
    return abs(region.delta_down) * 10.0, abs(region.delta_across) * 10.0


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _SAME * b for a, b in zip(one, other, strict=True))


def _checked(spacing: tuple[float, float], where: str) -> tuple[float, float]:
    if not all(math.isfinite(one) and 0 < one <= _MOST_MM for one in spacing):
        raise ImageError(
            f"a pixel of {spacing[0]:g} x {spacing[1]:g} mm cannot be on an ultrasound image.",
            where,
            "Correct the region's physical steps at their source.",
        )
    return spacing


def _uncalibrated(reason: str, code: str) -> Calibration:
    return Calibration(
        None,
        CalibrationPlane.UNKNOWN,
        f"uncalibrated: {reason}",
        ((code, f"Lengths are pixels, not millimetres: {reason}."),),
    )
