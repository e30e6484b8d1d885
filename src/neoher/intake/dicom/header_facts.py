"""Facts of a DICOM header that belong together: identity, protocol, timing, placement, pixel format.

They are what the header states; an absent or malformed value is None or ''.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.intake.dicom.clock import Moment
from neoher.volume.grid import Vector

__all__ = ["Identity", "PixelFormat", "Placement", "Protocol", "Timing"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose image it is, and of which study and series."""

    patient_id: str
    patient_name_digest: str
    """Hash of the name, to see whether two names differ; '' without a name. The name itself is not kept."""
    patient_birth_date: dt.date | None
    patient_sex: str
    """As stated: 'F', 'M', 'O' or ''."""
    study_uid: str
    study_date: dt.date | None
    study_description: str
    series_uid: str
    series_number: int | None
    series_description: str
    sop_class_uid: str
    modality: str
    manufacturer: str
    model: str
    frame_of_reference_uid: str
    laterality: str
    body_part: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the image was acquired, as far as it tells one kind of image from another."""

    image_type: tuple[str, ...]
    scanning_sequence: tuple[str, ...]
    scan_options: tuple[str, ...]
    repetition_ms: float | None
    echo_ms: float | None
    flip_degrees: float | None
    b_value: float | None
    field_strength: float | None
    """As stated; tesla, though some scanners write gauss."""
    contrast_agent: str
    temporal_positions: int | None
    """Number of temporal positions the series should have."""
    temporal_resolution_ms: float | None


@dataclass(frozen=True, slots=True)
class Timing:
    """When the image was acquired, in every way it may be stated."""

    acquisition: Moment | None
    """From AcquisitionDateTime, or AcquisitionDate and AcquisitionTime."""
    content: Moment | None
    """When the image was made: close to its acquisition on a scanner, anything elsewhere."""
    temporal_position: int | None
    trigger_ms: float | None
    offset_s: float | None
    """Offset from the start of the acquisition (enhanced objects, and Philips' begin of a dynamic scan)."""
    bolus_start: dt.timedelta | None
    """ContrastBolusStartTime, since midnight."""
    duration_s: float | None
    duration_basis: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the image plane lies in the patient: LPS, mm."""

    position_mm: Vector
    """Centre of the first voxel."""
    row_direction: Vector
    """Unit vector in which the column index rises."""
    column_direction: Vector
    """Unit vector in which the row index rises."""
    pixel_spacing_mm: tuple[float, float]
    """Between rows, between columns."""


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the pixels of one image are stored."""

    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    slope: float
    """RescaleSlope (0028,1053), 1 where it is absent."""
    intercept: float
    """RescaleIntercept (0028,1052), 0 where it is absent."""
    scale_slope: float | None
    """Philips' private scale slope: see neoher.intake.scale."""
    lossy: bool
