"""Projection: lengths on mammography and tomosynthesis, in the plane that the image allows.

A radiograph is larger than the body by its magnification. Imager Pixel Spacing is the size of a pixel on the
detector; divided by the magnification it is its size in the body. Pixel Spacing is a size in the body only
where its calibration type says so. Source: DICOM PS3.3, section 10.7 (pixel spacing calibration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from neoher.errors import ImageError
from neoher.volume.calibration import Calibration, CalibrationPlane, ProjectionFacts

__all__ = ["Extent", "JoinedExtent", "ViewLength", "calibrate_projection", "join_views"]

_LEAST_MAGNIFICATION, _MOST_MAGNIFICATION = 1.0, 4.0
_SAME = 1e-4
"""Relative difference below which two pixel sizes are the same statement written twice."""
_FACTORS_DIFFER = 0.05
"""Relative difference of stated and computed magnification that a reader is told of: a design decision."""
_TYPES = {"GEOMETRY", "FIDUCIAL"}


def calibrate_projection(facts: ProjectionFacts, where: str = "") -> Calibration:
    """The size of a pixel of a mammogram or of a tomosynthesis slice.

    In this order: the reconstructed slice's own spacing; Pixel Spacing with a calibration type; Imager Pixel
    Spacing divided by the magnification, stated or from the distances; Imager Pixel Spacing alone, in the
    detector's plane and said so. Pixel Spacing without a type and without Imager Pixel Spacing is not a
    calibration, as the plane it belongs to is not said.
    Raises: ImageError for a spacing or a magnification that cannot be.
    """
    _refuse_spacings(facts, where)
    if facts.reconstructed:
        if facts.pixel_spacing is None:
            return _uncalibrated("the reconstructed slice states no Pixel Spacing")
        return Calibration(
            facts.pixel_spacing,
            CalibrationPlane.RECONSTRUCTED,
            "Pixel Spacing (0028,0030) of the reconstructed slice",
        )
    kind = facts.calibration_type.strip().upper()
    unchanged = _same(facts.pixel_spacing, facts.imager_pixel_spacing)
    if facts.pixel_spacing is not None and kind in _TYPES and not unchanged:
        described = f": {facts.calibration_description}" if facts.calibration_description else ""
        return Calibration(
            facts.pixel_spacing,
            CalibrationPlane.CALIBRATED,
            f"Pixel Spacing (0028,0030), calibrated by {kind}{described}",
        )
    if facts.imager_pixel_spacing is not None:
        return _from_detector(facts, where, kind)
    if facts.pixel_spacing is not None and kind in _TYPES:
        return Calibration(
            facts.pixel_spacing,
            CalibrationPlane.CALIBRATED,
            f"Pixel Spacing (0028,0030), calibrated by {kind}",
        )
    if facts.pixel_spacing is not None:
        return _uncalibrated("Pixel Spacing (0028,0030) has no calibration type: its plane is not said")
    if facts.scanned_pixel_spacing is not None:
        return _uncalibrated("a digitised film: the spacing is that of the film, not of the body")
    return _uncalibrated("neither Imager Pixel Spacing nor a calibrated Pixel Spacing is stated")


def _from_detector(facts: ProjectionFacts, where: str, kind: str) -> Calibration:
    assert facts.imager_pixel_spacing is not None  # the caller looked
    factor, basis, warnings = _magnification(facts, where)
    if facts.pixel_spacing is not None and not _same(facts.pixel_spacing, facts.imager_pixel_spacing):
        warnings += (
            (
                "pixel-spacing-without-type",
                f"Pixel Spacing {_written(facts.pixel_spacing)} mm differs from Imager Pixel Spacing "
                f"{_written(facts.imager_pixel_spacing)} mm and states no calibration type: it is not used.",
            ),
        )
    elif facts.pixel_spacing is not None and kind in _TYPES and factor not in (None, 1.0):
        warnings += (
            (
                "calibration-without-effect",
                f"Pixel Spacing claims a calibration by {kind} but equals the detector's: "
                "the magnification is applied instead.",
            ),
        )
    if factor is None:
        message = (
            "No magnification is stated: lengths are those on the detector, and true lengths are shorter."
        )
        return Calibration(
            facts.imager_pixel_spacing,
            CalibrationPlane.DETECTOR,
            "Imager Pixel Spacing (0018,1164), on the detector",
            (*warnings, ("detector-plane", message)),
        )
    down, along = facts.imager_pixel_spacing
    return Calibration(
        (down / factor, along / factor),
        CalibrationPlane.OBJECT,
        f"Imager Pixel Spacing (0018,1164) divided by a magnification of {factor:.4g}, {basis}",
        warnings,
    )


def _magnification(
    facts: ProjectionFacts, where: str
) -> tuple[float | None, str, tuple[tuple[str, str], ...]]:
    computed = None
    if facts.source_to_detector and facts.source_to_patient:
        computed = facts.source_to_detector / facts.source_to_patient
    stated = facts.magnification
    factor = stated if stated is not None else computed
    if factor is None:
        return None, "", ()
    if not _LEAST_MAGNIFICATION <= factor <= _MOST_MAGNIFICATION:
        raise ImageError(
            f"a radiographic magnification of {factor:.4g} cannot be: the breast lies between source and "
            "detector.",
            where,
            "Correct (0018,1114), or the distances (0018,1110) and (0018,1111), at their source.",
        )
    if stated is None:
        return factor, "from the distances of detector and patient to the source", ()
    warnings: tuple[tuple[str, str], ...] = ()
    if computed is not None and abs(computed / stated - 1) > _FACTORS_DIFFER:
        message = (
            f"The stated magnification {stated:.3g} differs from {computed:.3g} by the distances: "
            "the stated one is used."
        )
        warnings = (("magnification-differs", message),)
    return factor, "as stated in (0018,1114)", warnings


def _refuse_spacings(facts: ProjectionFacts, where: str) -> None:
    for name, spacing in (
        ("Imager Pixel Spacing (0018,1164)", facts.imager_pixel_spacing),
        ("Pixel Spacing (0028,0030)", facts.pixel_spacing),
    ):
        if spacing is not None and not all(0 < one < 10 for one in spacing):
            raise ImageError(
                f"{name} of {_written(spacing)} mm is no pixel's size.", where, "Correct it at its source."
            )


def _same(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    if one is None or other is None:
        return False
    return all(abs(a / b - 1) < _SAME for a, b in zip(one, other, strict=True))


def _written(spacing: tuple[float, float]) -> str:
    return " x ".join(f"{one:g}" for one in spacing)


def _uncalibrated(reason: str) -> Calibration:
    return Calibration(
        None,
        CalibrationPlane.UNKNOWN,
        f"uncalibrated: {reason}",
        (("uncalibrated", f"Lengths are pixels, not millimetres: {reason}."),),
    )


class Extent(StrEnum):
    """What a length spans. The two are kept apart: calcifications stay when the cancer goes."""

    MASS = "mass"
    CALCIFICATIONS = "calcifications"


@dataclass(frozen=True, slots=True)
class ViewLength:
    """One length of one lesion on one view."""

    lesion: str
    side: str
    """'left' or 'right'."""
    view: str
    """CC, MLO, ML …"""
    extent: Extent
    length_mm: float
    """In mm; lengths in pixels cannot be joined."""


@dataclass(frozen=True, slots=True)
class JoinedExtent:
    """The extent of one lesion over its views."""

    lesion: str
    side: str
    extent: Extent
    longest_mm: float
    """The longest over the views: each projection shortens what lies along its beam."""
    by_view: tuple[tuple[str, float], ...]
    warnings: tuple[tuple[str, str], ...] = ()


def join_views(lengths: Sequence[ViewLength]) -> tuple[JoinedExtent, ...]:
    """CC, MLO and other views joined to one extent per lesion, mass and calcifications apart.

    Raises: ImageError where one lesion is measured on both sides.
    """
    joined = []
    for lesion, extent in dict.fromkeys((one.lesion, one.extent) for one in lengths):
        of_lesion = [one for one in lengths if (one.lesion, one.extent) == (lesion, extent)]
        sides = sorted({one.side for one in lengths if one.lesion == lesion})
        if len(sides) > 1:
            raise ImageError(
                f"lesion {lesion} is measured on the {' and the '.join(sides)} breast.",
                "",
                "A lesion has one side: give the other side's finding a lesion of its own.",
            )
        longest: dict[str, float] = {}
        for one in of_lesion:
            longest[one.view] = max(one.length_mm, longest.get(one.view, 0.0))
        warnings: tuple[tuple[str, str], ...] = ()
        if len(longest) == 1:
            view = next(iter(longest))
            message = f"{lesion}, {extent}: seen on {view} alone; what lies along its beam is not measured."
            warnings = (("single-view", message),)
        joined.append(
            JoinedExtent(lesion, sides[0], extent, max(longest.values()), tuple(longest.items()), warnings)
        )
    return tuple(joined)
