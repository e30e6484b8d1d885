"""Calibration of a plane image: how many millimetres a pixel is, in which plane, and how one knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Calibration", "CalibrationPlane", "PixelBox", "ProjectionFacts", "UltrasoundRegion"]

Pixels = tuple[float, float]
"""Distance between neighbouring pixels in mm: down a column (between rows), along a row (between columns)."""


class CalibrationPlane(StrEnum):
    """Where a pixel has that size."""

    OBJECT = "object"
    """In the body: corrected for the magnification that the object states."""
    CALIBRATED = "calibrated"
    """In the body: calibrated by the device or by a fiducial of known size."""
    RECONSTRUCTED = "reconstructed"
    """In the reconstructed slice of a tomosynthesis or the plane of an ultrasound image."""
    DETECTOR = "detector"
    """On the detector's front: the body is nearer to the source, so that a true length is shorter."""
    UNKNOWN = "unknown"
    """Not known: lengths are pixels."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The size of a pixel and how it is known."""

    pixel_mm: Pixels | None
    """None: the image is uncalibrated and a length is a number of pixels."""
    plane: CalibrationPlane
    basis: str
    """Which statements of the object it rests on, for a reader."""
    warnings: tuple[tuple[str, str], ...] = ()
    """(code, message) of what must be known before a length is read."""


@dataclass(frozen=True, slots=True)
class ProjectionFacts:
    """What a radiographic image states of its geometry; None or '' where it does not.

    Names are those of DICOM's attributes, lengths in mm.
    """

    reconstructed: bool
    """A slice of a tomosynthesis, not a projection."""
    imager_pixel_spacing: Pixels | None = None
    """On the front of the detector (0018,1164)."""
    pixel_spacing: Pixels | None = None
    """(0028,0030)."""
    calibration_type: str = ""
    """GEOMETRY or FIDUCIAL (0028,0A02)."""
    calibration_description: str = ""
    """(0028,0A04)."""
    magnification: float | None = None
    """Estimated radiographic magnification factor (0018,1114)."""
    source_to_detector: float | None = None
    """(0018,1110)."""
    source_to_patient: float | None = None
    """(0018,1111)."""
    scanned_pixel_spacing: Pixels | None = None
    """Of a digitised film (0018,2010)."""


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A box of pixels, first and last included, counted from 0."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, column: float, row: float) -> bool:
        """Whether a point lies on a pixel of the box."""
        return self.left - 0.5 <= column <= self.right + 0.5 and self.top - 0.5 <= row <= self.bottom + 0.5


@dataclass(frozen=True, slots=True)
class UltrasoundRegion:
    """One calibrated region of an ultrasound image (0018,6011)."""

    box: PixelBox
    shows_space: bool
    """A two-dimensional picture of tissue or flow; else a curve over time or a graphic."""
    transparent: bool
    """Another region below it may be the one that counts (bit 0 of its flags)."""
    unit_across: int
    """DICOM's code of the unit along a row: 3 is cm (0018,6024)."""
    unit_down: int
    """Likewise down a column (0018,6026)."""
    delta_across: float
    """Physical step per pixel along a row, in its unit (0018,602C)."""
    delta_down: float
    """Likewise down a column (0018,602E)."""
