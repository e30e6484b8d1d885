"""One image plane each: a single-frame object is one, an enhanced multi-frame object holds many.

Per-frame facts of enhanced MR objects come from their functional groups (DICOM PS3.3, C.7.6.16).
"""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass, replace
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from neoher.errors import ImageError, SeriesError
from neoher.intake.dicom import tags
from neoher.intake.dicom.clock import Moment, parse_date_time
from neoher.intake.dicom.header_facts import Placement, Protocol, Timing
from neoher.intake.dicom.headers import ENHANCED_MR_CLASSES, FARTHEST_MM, Header, within_a_day
from neoher.volume.grid import Vector

__all__ = ["Frame", "frames_of"]

_PHILIPS_FRAME_CREATOR: Final = Tag(0x2005, 0x0014)
_PHILIPS_FRAME_SEQUENCE: Final = Tag(0x2005, 0x140F)
_TEMPORAL_POINTERS: Final = (Tag(0x0020, 0x9128), Tag(0x0020, 0x930D), Tag(0x0020, 0x9153))
"""Dimensions that count time: temporal position index, its time offset, nominal trigger delay."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One image plane of an object, with the facts that may differ from plane to plane."""

    header: Header
    number: int
    """Index of the frame in its object, from 0."""
    protocol: Protocol
    timing: Timing
    placement: Placement | None
    slope: float
    intercept: float
    scale_slope: float | None
    """Philips' private scale slope."""


def frames_of(header: Header) -> tuple[Frame, ...]:
    """The image planes of an object.

    Raises SeriesError for a multi-frame object of another kind than enhanced MR, whose planes cannot be
    placed; ImageError for functional groups that cannot be read.
    """
    if header.pixels is None:
        return ()
    if header.identity.sop_class_uid in ENHANCED_MR_CLASSES:
        return _enhanced_frames(header)
    if header.frames > 1:
        raise SeriesError(
            f"the object holds {header.frames} frames without stating where each lies.",
            header.source.label,
            "Export the exam as single slices or as enhanced MR objects.",
        )
    pixels = header.pixels
    scale = pixels.slope, pixels.intercept, pixels.scale_slope
    return (Frame(header, 0, header.protocol, header.timing, header.placement, *scale),)


def _enhanced_frames(header: Header) -> tuple[Frame, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            frames = _described_frames(header)
        except Exception as error:  # pydicom raises whatever its parsing stumbles over
            raise ImageError(
                f"the description of its frames cannot be read ({type(error).__name__}: {error}).",
                header.source.label,
                "Copy or export it again.",
            ) from None
    if len(frames) != header.frames:
        raise SeriesError(
            f"the object says {header.frames} frames and describes {len(frames)}.",
            header.source.label,
            "Copy or export it again.",
        )
    return frames


def _described_frames(header: Header) -> tuple[Frame, ...]:
    dataset = _without_pixels(header)
    shared = dataset.get("SharedFunctionalGroupsSequence") or [Dataset()]
    temporal_dimension = _temporal_dimension(dataset)
    return tuple(
        _enhanced_frame(header, number, _Groups(own, shared[0]), temporal_dimension)
        for number, own in enumerate(dataset.PerFrameFunctionalGroupsSequence)
    )


def _without_pixels(header: Header) -> Dataset:
    # From memory: from a file, pydicom would set aside as many bytes as a damaged length asks for.
    head = header.source.read_range(0, header.pixel_offset or header.source.size)
    return pydicom.dcmread(io.BytesIO(head), stop_before_pixels=True, force=True)


def _temporal_dimension(dataset: Dataset) -> int | None:
    """Which of the dimension index values counts time."""
    for index, dimension in enumerate(dataset.get("DimensionIndexSequence") or []):
        if dimension.get("DimensionIndexPointer") in _TEMPORAL_POINTERS:
            return index
    return None


@dataclass(frozen=True, slots=True)
class _Groups:
    """The functional groups of one frame; what all frames share stands in for what the frame lacks."""

    own: Dataset
    shared: Dataset

    def value(self, group: str, name: str) -> Any:
        for groups in (self.own, self.shared):
            items = groups.get(group)
            if items and items[0].get(name) not in (None, ""):
                return items[0].get(name)
        return None

    def number(self, group: str, name: str) -> float | None:
        value = self.value(group, name)
        if value is None:
            return None
        return float(value) if math.isfinite(float(value)) else None

    def philips(self, tag: int) -> float | None:
        """A number of Philips' private frame description (2005,140F)."""
        if _PHILIPS_FRAME_CREATOR not in self.own or _PHILIPS_FRAME_SEQUENCE not in self.own:
            return None
        creator, element = self.own[_PHILIPS_FRAME_CREATOR].value, self.own[_PHILIPS_FRAME_SEQUENCE]
        if creator != "Philips MR Imaging DD 005" or element.VR != "SQ" or not element.value:
            return None
        if tag not in element.value[0]:
            return None
        number = float(element.value[0][tag].value)
        return number if math.isfinite(number) else None

    def moment(self, name: str) -> Moment | None:
        return parse_date_time(str(self.value("FrameContentSequence", name) or "").strip())


def _enhanced_frame(header: Header, number: int, groups: _Groups, temporal_dimension: int | None) -> Frame:
    slope = groups.number("PixelValueTransformationSequence", "RescaleSlope")
    intercept = groups.number("PixelValueTransformationSequence", "RescaleIntercept")
    return Frame(
        header,
        number,
        _enhanced_protocol(header, groups),
        _enhanced_timing(header, groups, temporal_dimension),
        _enhanced_placement(groups),
        1.0 if slope is None else slope,
        0.0 if intercept is None else intercept,
        groups.philips(tags.PHILIPS_SCALE_SLOPE),
    )


def _enhanced_protocol(header: Header, groups: _Groups) -> Protocol:
    kind = groups.value("MRImageFrameTypeSequence", "FrameType")
    stated = header.protocol
    return replace(
        stated,
        image_type=tuple(str(part) for part in kind) if kind is not None else stated.image_type,
        echo_ms=groups.number("MREchoSequence", "EffectiveEchoTime"),
        repetition_ms=groups.number("MRTimingAndRelatedParametersSequence", "RepetitionTime"),
        flip_degrees=groups.number("MRTimingAndRelatedParametersSequence", "FlipAngle"),
        b_value=groups.number("MRDiffusionSequence", "DiffusionBValue"),
    )


def _enhanced_timing(header: Header, groups: _Groups, temporal_dimension: int | None) -> Timing:
    """Times of one frame. The object's own AcquisitionDateTime stands in where the frame has none: it is the
    start of them all. Its AcquisitionDuration may cover all frames; it is held against their intervals later.
    """
    position = groups.number("FrameContentSequence", "TemporalPositionIndex")
    indices = groups.value("FrameContentSequence", "DimensionIndexValues")
    if position is None and temporal_dimension is not None and indices is not None:
        values = [indices] if isinstance(indices, int) else list(indices)
        position = float(values[temporal_dimension])
    duration_ms = groups.number("FrameContentSequence", "FrameAcquisitionDuration")
    offset_s = groups.number("TemporalPositionSequence", "TemporalPositionTimeOffset")
    if offset_s is None:
        offset_s = groups.philips(tags.PHILIPS_DYNAMIC_BEGIN_TIME)
    stated = header.timing
    return replace(
        stated,
        acquisition=groups.moment("FrameAcquisitionDateTime") or stated.acquisition,
        content=groups.moment("FrameReferenceDateTime"),
        temporal_position=None if position is None else int(position),
        trigger_ms=within_a_day(
            groups.number("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime"), 1000.0
        ),
        offset_s=within_a_day(offset_s, 1.0),
        duration_s=stated.duration_s if duration_ms is None else duration_ms / 1000,
        duration_basis=stated.duration_basis
        if duration_ms is None
        else "FrameAcquisitionDuration (0018,9220)",
    )


def _enhanced_placement(groups: _Groups) -> Placement | None:
    position = _finite(groups.value("PlanePositionSequence", "ImagePositionPatient"), 3)
    cosines = _finite(groups.value("PlaneOrientationSequence", "ImageOrientationPatient"), 6)
    spacing = _finite(groups.value("PixelMeasuresSequence", "PixelSpacing"), 2)
    if position is None or cosines is None or spacing is None or min(spacing) <= 0:
        return None
    if max(map(abs, position)) > FARTHEST_MM:
        return None
    return Placement(_vector(position), _vector(cosines[:3]), _vector(cosines[3:]), (spacing[0], spacing[1]))


def _finite(values: Any, count: int) -> list[float] | None:
    if values is None or isinstance(values, str) or len(values) != count:
        return None
    numbers = [float(value) for value in values]
    return numbers if all(math.isfinite(number) for number in numbers) else None


def _vector(numbers: list[float]) -> Vector:
    return numbers[0], numbers[1], numbers[2]
