"""What the header of one DICOM object states, as far as intake needs it.

Facts that are the same for many objects (whose, which series, how acquired, how stored) are shared between
their headers. Nothing is interpreted here beyond its format: an absent or malformed value is None or ''.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Generic, TypeAlias, TypeVar

from neoher.intake.dicom import tags
from neoher.intake.dicom.clock import Moment, parse_date, parse_date_time, parse_time
from neoher.intake.dicom.elements import POSITION, Elements, read_elements
from neoher.intake.dicom.header_facts import Identity, PixelFormat, Placement, Protocol, Timing
from neoher.intake.files.sources import ObjectSource
from neoher.volume.grid import Vector

__all__ = [
    "ENHANCED_MR_CLASSES",
    "FARTHEST_MM",
    "MR_CLASS",
    "Header",
    "Progress",
    "read_header",
    "read_headers",
    "within_a_day",
]

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (objects done, objects in all)."""

MR_CLASS: Final = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR_CLASSES: Final = ("1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
"""Enhanced MR Image Storage, Legacy Converted Enhanced MR Image Storage."""

_MOST_SHARED: Final = 4096
FARTHEST_MM: Final = 1e5
"""A position farther from the scanner's origin is no position."""


@dataclass(frozen=True, slots=True)
class Header:
    """One object."""

    source: ObjectSource
    sop_uid: str
    instance_number: int | None
    identity: Identity
    protocol: Protocol
    timing: Timing
    placement: Placement | None
    pixels: PixelFormat | None
    """None for an object without an image matrix."""
    frames: int
    transfer_syntax: str
    pixel_offset: int | None
    pixel_length: int | None


def read_headers(objects: Sequence[ObjectSource], progress: Progress | None = None) -> list[Header]:
    """The headers of the objects, in their order.

    Raises ImageError, naming the object, for the first whose header cannot be read.
    """
    headers: dict[int, Header] = {}
    in_reading_order = sorted(range(len(objects)), key=lambda index: objects[index].reading_order)
    for done, index in enumerate(in_reading_order, start=1):
        headers[index] = read_header(objects[index])
        if progress is not None:
            progress(done, len(objects))
    return [headers[index] for index in range(len(objects))]


def read_header(source: ObjectSource) -> Header:
    """The header of one object. Raises ImageError where it cannot be read."""
    elements = read_elements(source)
    return Header(
        source=source,
        sop_uid=elements.text(tags.SOP_INSTANCE_UID),
        instance_number=elements.integer(tags.INSTANCE_NUMBER),
        identity=_IDENTITY(elements),
        protocol=_PROTOCOL(elements),
        timing=_TIMING(elements),
        placement=_placement(elements),
        pixels=_PIXEL(elements),
        frames=max(elements.integer(tags.NUMBER_OF_FRAMES) or 1, 1),
        transfer_syntax=elements.transfer_syntax,
        pixel_offset=elements.pixel_offset,
        pixel_length=elements.pixel_length,
    )


Fact = TypeVar("Fact")


class _Shared(Generic[Fact]):
    """Makes a fact from the values of some tags; equal values give one and the same fact, made once."""

    def __init__(self, make: Callable[[Elements], Fact], *names: int) -> None:
        self._pick = itemgetter(*(POSITION[name] for name in names))
        self._make = make
        self._made: dict[tuple[bytes | None, ...], Fact] = {}

    def __call__(self, elements: Elements) -> Fact:
        raw = self._pick(elements.values)
        if raw not in self._made:
            if len(self._made) >= _MOST_SHARED:
                self._made.clear()
            self._made[raw] = self._make(elements)
        return self._made[raw]


def _identity(elements: Elements) -> Identity:
    name = elements.text(tags.PATIENT_NAME).upper()
    return Identity(
        patient_id=elements.text(tags.PATIENT_ID),
        patient_name_digest=hashlib.sha256(name.encode()).hexdigest() if name else "",
        patient_birth_date=parse_date(elements.text(tags.PATIENT_BIRTH_DATE)),
        patient_sex=elements.text(tags.PATIENT_SEX),
        study_uid=elements.text(tags.STUDY_INSTANCE_UID),
        study_date=parse_date(elements.text(tags.STUDY_DATE)),
        study_description=elements.text(tags.STUDY_DESCRIPTION),
        series_uid=elements.text(tags.SERIES_INSTANCE_UID),
        series_number=elements.integer(tags.SERIES_NUMBER),
        series_description=elements.text(tags.SERIES_DESCRIPTION),
        sop_class_uid=elements.text(tags.SOP_CLASS_UID),
        modality=elements.text(tags.MODALITY),
        manufacturer=elements.text(tags.MANUFACTURER),
        model=elements.text(tags.MANUFACTURER_MODEL_NAME),
        frame_of_reference_uid=elements.text(tags.FRAME_OF_REFERENCE_UID),
        laterality=elements.text(tags.LATERALITY),
        body_part=elements.text(tags.BODY_PART_EXAMINED),
    )


def _protocol(elements: Elements) -> Protocol:
    return Protocol(
        image_type=elements.texts(tags.IMAGE_TYPE),
        scanning_sequence=elements.texts(tags.SCANNING_SEQUENCE),
        scan_options=elements.texts(tags.SCAN_OPTIONS),
        repetition_ms=elements.number(tags.REPETITION_TIME),
        echo_ms=elements.number(tags.ECHO_TIME),
        flip_degrees=elements.number(tags.FLIP_ANGLE),
        b_value=elements.floating(tags.DIFFUSION_B_VALUE),
        field_strength=elements.number(tags.MAGNETIC_FIELD_STRENGTH),
        contrast_agent=elements.text(tags.CONTRAST_BOLUS_AGENT),
        temporal_positions=elements.integer(tags.NUMBER_OF_TEMPORAL_POSITIONS),
        temporal_resolution_ms=elements.number(tags.TEMPORAL_RESOLUTION),
    )


def _timing(elements: Elements) -> Timing:
    begin_s = elements.floating(tags.PHILIPS_DYNAMIC_BEGIN_TIME) if _is_philips(elements) else None
    duration_s, duration_basis = _duration(elements)
    return Timing(
        acquisition=parse_date_time(elements.text(tags.ACQUISITION_DATE_TIME))
        or _moment(elements, tags.ACQUISITION_DATE, tags.ACQUISITION_TIME),
        content=_moment(elements, tags.CONTENT_DATE, tags.CONTENT_TIME),
        temporal_position=elements.integer(tags.TEMPORAL_POSITION_IDENTIFIER),
        trigger_ms=within_a_day(elements.number(tags.TRIGGER_TIME), 1000.0),
        offset_s=within_a_day(begin_s, 1.0),
        bolus_start=parse_time(elements.text(tags.CONTRAST_BOLUS_START_TIME)),
        duration_s=duration_s,
        duration_basis=duration_basis,
    )


def within_a_day(value: float | None, per_second: float) -> float | None:
    """The value, or None where it is more than a day: no time inside an exam."""
    return value if value is not None and abs(value) <= 86_400.0 * per_second else None


def _moment(elements: Elements, date_tag: int, time_tag: int) -> Moment | None:
    """Date and time joined. Without a date of its own, a time is of the series' day, or of the next where it
    lies more than half a day before the series began."""
    time = parse_time(elements.text(time_tag))
    if time is None:
        return None
    date = parse_date(elements.text(date_tag))
    if date is None:
        date = parse_date(elements.text(tags.SERIES_DATE)) or parse_date(elements.text(tags.STUDY_DATE))
        began = parse_time(elements.text(tags.SERIES_TIME))
        if began is not None and began - time > dt.timedelta(hours=12):
            time += dt.timedelta(days=1)
    if date is None or date.year > 9000:
        return None
    return Moment(dt.datetime.combine(date, dt.time()) + time)


def _is_philips(elements: Elements) -> bool:
    return elements.text(tags.PHILIPS_IMAGING_CREATOR) == "Philips MR Imaging DD 001"


def _duration(elements: Elements) -> tuple[float | None, str]:
    """Stated duration of the acquisition in seconds, and where it is stated."""
    stated = elements.floating(tags.ACQUISITION_DURATION)
    if stated is not None and stated > 0:
        return stated, "AcquisitionDuration (0018,9073)"
    microseconds = elements.floating(tags.GE_ACQUISITION_DURATION)
    ge = elements.text(tags.GE_ACQUISITION_CREATOR) == "GEMS_ACQU_01"
    if ge and microseconds is not None and microseconds > 0:
        return microseconds / 1e6, "GE acquisition duration (0019,105A)"
    if elements.text(tags.SIEMENS_HEADER_CREATOR).startswith("SIEMENS MR HEADER"):
        clock = elements.text(tags.SIEMENS_ACQUISITION_TIME_TEXT).removeprefix("TA ")
        minutes, _, seconds = clock.partition(":")
        if minutes.isdecimal() and seconds.isdecimal() and len(seconds) == 2 and int(seconds) < 60:
            return 60.0 * int(minutes) + int(seconds), "Siemens acquisition time TA (0051,100A)"
    return None, ""


def _placement(elements: Elements) -> Placement | None:
    position = elements.numbers(tags.IMAGE_POSITION_PATIENT, 3)
    plane = _PLANE(elements)
    if position is None or plane is None or max(map(abs, position)) > FARTHEST_MM:
        return None
    row, column, spacing = plane
    return Placement((position[0], position[1], position[2]), row, column, spacing)


def _plane(elements: Elements) -> tuple[Vector, Vector, tuple[float, float]] | None:
    cosines = elements.numbers(tags.IMAGE_ORIENTATION_PATIENT, 6)
    spacing = elements.numbers(tags.PIXEL_SPACING, 2)
    if cosines is None or spacing is None or min(spacing) <= 0:
        return None
    a, b, c, d, e, f = cosines
    return (a, b, c), (d, e, f), (spacing[0], spacing[1])


def _pixel_format(elements: Elements) -> PixelFormat | None:
    rows, columns = elements.unsigned(tags.ROWS), elements.unsigned(tags.COLUMNS)
    allocated = elements.unsigned(tags.BITS_ALLOCATED)
    if not rows or not columns or not allocated:
        return None
    stored = elements.unsigned(tags.BITS_STORED) or allocated
    high_bit = elements.unsigned(tags.HIGH_BIT)
    slope, intercept = elements.number(tags.RESCALE_SLOPE), elements.number(tags.RESCALE_INTERCEPT)
    return PixelFormat(
        rows=rows,
        columns=columns,
        samples=elements.unsigned(tags.SAMPLES_PER_PIXEL) or 1,
        photometric=elements.text(tags.PHOTOMETRIC_INTERPRETATION),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit is None else high_bit,
        signed=elements.unsigned(tags.PIXEL_REPRESENTATION) == 1,
        slope=1.0 if slope is None else slope,
        intercept=0.0 if intercept is None else intercept,
        scale_slope=elements.floating(tags.PHILIPS_SCALE_SLOPE) if _is_philips(elements) else None,
        lossy=elements.text(tags.LOSSY_IMAGE_COMPRESSION) == "01",
    )


_IDENTITY: Final = _Shared(
    _identity,
    tags.SPECIFIC_CHARACTER_SET,
    tags.PATIENT_ID,
    tags.PATIENT_NAME,
    tags.PATIENT_BIRTH_DATE,
    tags.PATIENT_SEX,
    tags.STUDY_INSTANCE_UID,
    tags.STUDY_DATE,
    tags.STUDY_DESCRIPTION,
    tags.SERIES_INSTANCE_UID,
    tags.SERIES_NUMBER,
    tags.SERIES_DESCRIPTION,
    tags.SOP_CLASS_UID,
    tags.MODALITY,
    tags.MANUFACTURER,
    tags.MANUFACTURER_MODEL_NAME,
    tags.FRAME_OF_REFERENCE_UID,
    tags.LATERALITY,
    tags.BODY_PART_EXAMINED,
)
_PROTOCOL: Final = _Shared(
    _protocol,
    tags.IMAGE_TYPE,
    tags.SCANNING_SEQUENCE,
    tags.SCAN_OPTIONS,
    tags.REPETITION_TIME,
    tags.ECHO_TIME,
    tags.FLIP_ANGLE,
    tags.DIFFUSION_B_VALUE,
    tags.MAGNETIC_FIELD_STRENGTH,
    tags.CONTRAST_BOLUS_AGENT,
    tags.NUMBER_OF_TEMPORAL_POSITIONS,
    tags.TEMPORAL_RESOLUTION,
)
_TIMING: Final = _Shared(
    _timing,
    tags.STUDY_DATE,
    tags.SERIES_DATE,
    tags.SERIES_TIME,
    tags.ACQUISITION_DATE_TIME,
    tags.ACQUISITION_DATE,
    tags.ACQUISITION_TIME,
    tags.CONTENT_DATE,
    tags.CONTENT_TIME,
    tags.TEMPORAL_POSITION_IDENTIFIER,
    tags.TRIGGER_TIME,
    tags.CONTRAST_BOLUS_START_TIME,
    tags.ACQUISITION_DURATION,
    tags.GE_ACQUISITION_CREATOR,
    tags.GE_ACQUISITION_DURATION,
    tags.SIEMENS_HEADER_CREATOR,
    tags.SIEMENS_ACQUISITION_TIME_TEXT,
    tags.PHILIPS_IMAGING_CREATOR,
    tags.PHILIPS_DYNAMIC_BEGIN_TIME,
)
_PIXEL: Final = _Shared(
    _pixel_format,
    tags.ROWS,
    tags.COLUMNS,
    tags.SAMPLES_PER_PIXEL,
    tags.PHOTOMETRIC_INTERPRETATION,
    tags.BITS_ALLOCATED,
    tags.BITS_STORED,
    tags.HIGH_BIT,
    tags.PIXEL_REPRESENTATION,
    tags.RESCALE_SLOPE,
    tags.RESCALE_INTERCEPT,
    tags.PHILIPS_IMAGING_CREATOR,
    tags.PHILIPS_SCALE_SLOPE,
    tags.LOSSY_IMAGE_COMPRESSION,
)
_PLANE: Final = _Shared(_plane, tags.IMAGE_ORIENTATION_PATIENT, tags.PIXEL_SPACING)
