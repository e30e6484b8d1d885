"""DICOM Segmentation (SEG) objects: binary, fractional and label map.

Source: DICOM PS3.3 A.51 (Segmentation IOD), C.8.20.2 (Segmentation Image Module), C.7.6.16 (functional
groups).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import iter_pixels
from pydicom.uid import UID, ExplicitVRBigEndian

from neoher.errors import RegionError
from neoher.intake.dicom.decoders import decoder_of, refuse_unsound
from neoher.intake.regions.part import RegionPart
from neoher.intake.regions.placement import LARGEST_LATTICE_VOXELS
from neoher.intake.regions.region_object import numbers_of, positive_number, refuse_what_cannot_be_read
from neoher.intake.regions.stack import Plane, PlaneShape

__all__ = [
    "Frame",
    "FramePlaces",
    "Segmentation",
    "SegmentationType",
    "frames_of",
    "list_segments",
    "read_segmentation",
]

FARTHEST_MM = 1e6
LARGEST_FRAME_PIXELS = 2**26
"""A frame with more pixels (8192 x 8192) is refused before it is decoded."""


class SegmentationType(StrEnum):
    """Segmentation Type (0062,0001)."""

    BINARY = "BINARY"
    FRACTIONAL = "FRACTIONAL"
    LABELMAP = "LABELMAP"


@dataclass(frozen=True, slots=True)
class FramePlaces:
    """Where the frames of a SEG lie: all share orientation and spacing.

    `first_pixel_mm`: centre of each frame's first pixel, shape (frames, 3), LPS.
    """

    shape: PlaneShape
    first_pixel_mm: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What a SEG states, before any frame is decoded."""

    kind: SegmentationType
    segments: tuple[RegionPart, ...]
    segment_of_frame: tuple[int, ...]
    """Number of the segment each frame belongs to; 0 in a label map, whose frames hold all."""
    places: FramePlaces
    rows: int
    columns: int
    bits: int
    """Bits a pixel takes: 1, 8 or 16."""
    full: int
    """Maximum Fractional Value of a FRACTIONAL object; 1 otherwise."""
    meaning: str
    """PROBABILITY or OCCUPANCY of a FRACTIONAL object; empty otherwise."""
    frame_of_reference_uid: str | None


def list_segments(dataset: Dataset, where: str) -> tuple[RegionPart, ...]:
    """The segments of a SEG. Raises: RegionError when they cannot be read."""
    with refuse_what_cannot_be_read(where, "SEG"):
        background = {0} if dataset.get("SegmentationType") == SegmentationType.LABELMAP else set()
        return tuple(
            RegionPart(int(item.SegmentNumber), str(item.get("SegmentLabel") or ""))
            for item in dataset.get("SegmentSequence") or []
            if int(item.SegmentNumber) not in background
        )


def read_segmentation(dataset: Dataset, where: str) -> Segmentation:
    """What the SEG states of its segments and of the places of its frames.

    Raises: RegionError when a fact that is needed is absent, broken or contradicts another.
    """
    segments = list_segments(dataset, where)
    with refuse_what_cannot_be_read(where, "SEG"):
        kind = SegmentationType(str(dataset.get("SegmentationType", "")))
        frames = int(dataset.get("NumberOfFrames") or 1)
        bits = int(dataset.BitsAllocated)
        if bits not in {1, 8, 16} or int(dataset.get("SamplesPerPixel", 1)) != 1:
            raise ValueError(f"{bits} bits a pixel are no segmentation")
        groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
        shared = (list(dataset.get("SharedFunctionalGroupsSequence") or []) or [Dataset()])[0]
        if len(groups) != frames or frames < 1:
            raise ValueError(f"it states {frames} frames and describes {len(groups)}")
        full = int(dataset.MaximumFractionalValue) if kind is SegmentationType.FRACTIONAL else 1
        if full < 1:
            raise ValueError(f"MaximumFractionalValue is {full}")
        return Segmentation(
            kind=kind,
            segments=segments,
            segment_of_frame=_segment_of_frame(kind, groups, shared, segments),
            places=_places(groups, shared),
            rows=int(dataset.Rows),
            columns=int(dataset.Columns),
            bits=bits,
            full=full,
            meaning=str(dataset.get("SegmentationFractionalType") or ""),
            frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID") or "") or None,
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a segment. `graded`: whether it held values between none and full."""

    plane: Plane
    graded: bool


def frames_of(
    dataset: Dataset, segmentation: Segmentation, segment: RegionPart, where: str
) -> Iterator[Frame]:
    """The frames of one segment.

    A FRACTIONAL pixel is inside from half of Maximum Fractional Value on; any pixel that is not 0 is inside
    in a BINARY object; in a LABELMAP the pixels that hold the segment's number.
    Raises: RegionError when the pixel data is shorter than stated or cannot be decoded.
    """
    if segmentation.kind is SegmentationType.LABELMAP:
        chosen = list(range(len(segmentation.segment_of_frame)))
    else:
        chosen = [at for at, number in enumerate(segmentation.segment_of_frame) if number == segment.number]
    for at, stored in zip(chosen, _stored_frames(dataset, segmentation, chosen, where), strict=True):
        graded = False
        if segmentation.kind is SegmentationType.LABELMAP:
            inside = stored == segment.number
        elif segmentation.kind is SegmentationType.FRACTIONAL:
            inside = stored.astype(np.uint32) * 2 >= segmentation.full
            graded = bool(((stored > 0) & (stored < segmentation.full)).any())
        else:
            inside = stored > 0
        yield Frame(Plane(segmentation.places.first_pixel_mm[at], inside), graded)


def _stored_frames(
    dataset: Dataset, segmentation: Segmentation, chosen: list[int], where: str
) -> Iterator[NDArray[np.integer[Any]]]:
    """The stored numbers of the chosen frames, shape (rows, columns) each."""
    shape = (segmentation.rows, segmentation.columns)
    pixels = segmentation.rows * segmentation.columns
    if not 0 < pixels <= LARGEST_FRAME_PIXELS or pixels * len(chosen) > LARGEST_LATTICE_VOXELS:
        raise RegionError(
            f"{len(chosen):,} frames of {shape[0]} x {shape[1]} pixels are no segmentation that is read.",
            where=where,
        )
    if not chosen:
        return
    with refuse_what_cannot_be_read(where, "SEG"):
        syntax = UID(str(dataset.file_meta.TransferSyntaxUID))
        compressed = syntax.is_encapsulated
        data = dataset.get("PixelData")
        if not isinstance(data, bytes):
            raise ValueError("it has no pixel data")  # noqa: TRY004 - one of the facts a SEG states
        if syntax == ExplicitVRBigEndian:
            raise ValueError("big-endian pixel data is not read")
    if compressed:
        yield from _decoded_frames(dataset, chosen, shape, where)
        return
    if len(data) * 8 < len(segmentation.segment_of_frame) * pixels * segmentation.bits:
        raise RegionError(
            f"its pixel data ends early: {len(data):,} bytes for {len(segmentation.segment_of_frame)} frames "
            f"of {shape[0]} x {shape[1]}.",
            where=where,
            remedy="Copy or export the object again.",
        )
    raw = np.frombuffer(data, dtype=np.uint8)
    for at in chosen:
        first_bit = at * pixels * segmentation.bits
        span = raw[first_bit // 8 : -(-(first_bit + pixels * segmentation.bits) // 8)]
        if segmentation.bits == 1:
            # PS3.5, 8.1.1: frames follow each other bit by bit, not byte by byte; lowest bit first.
            bits = np.unpackbits(span, bitorder="little")[first_bit % 8 :][:pixels]
            yield bits.reshape(shape)
        else:
            yield span.view("<u2" if segmentation.bits == 16 else np.uint8).reshape(shape)


def _decoded_frames(
    dataset: Dataset, chosen: list[int], shape: tuple[int, int], where: str
) -> list[NDArray[np.integer[Any]]]:
    with refuse_what_cannot_be_read(where, "SEG"):
        plugin = decoder_of(dataset.file_meta.TransferSyntaxUID)
        if plugin is None:
            raise ValueError(f"frames compressed as {dataset.file_meta.TransferSyntaxUID.name} are not read")
        refuse_unsound(
            dataset.PixelData,
            dataset.file_meta.TransferSyntaxUID,
            frames=int(dataset.get("NumberOfFrames") or 1),
            rows=shape[0],
            columns=shape[1],
        )
        decoded = iter_pixels(dataset, indices=chosen, raw=True, decoding_plugin=plugin)
        frames: list[NDArray[np.integer[Any]]] = list(decoded)
        for frame in frames:
            if frame.shape != shape:
                raise ValueError(f"a decoded frame has the shape {frame.shape}, not {shape}")
        return frames


def _segment_of_frame(
    kind: SegmentationType, groups: list[Dataset], shared: Dataset, segments: tuple[RegionPart, ...]
) -> tuple[int, ...]:
    if kind is SegmentationType.LABELMAP:
        return (0,) * len(groups)
    numbers = []
    for group in groups:
        item = _first(group, "SegmentIdentificationSequence") or _first(
            shared, "SegmentIdentificationSequence"
        )
        if item is not None:
            numbers.append(int(item.ReferencedSegmentNumber))
        elif len(segments) == 1:
            numbers.append(segments[0].number)
        else:
            raise ValueError("a frame does not say which segment it belongs to")
    stated = {segment.number for segment in segments}
    if len(stated) != len(segments):
        raise ValueError("two segments have the same number")
    if not stated.issuperset(numbers):
        raise ValueError(f"frames refer to segments that are not described: {set(numbers) - stated}")
    return tuple(numbers)


def _places(groups: list[Dataset], shared: Dataset) -> FramePlaces:
    orientation = _same_in_all(groups, shared, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    spacing = _same_in_all(groups, shared, "PixelMeasuresSequence", "PixelSpacing", 2)
    along_row, along_column = orientation[:3], orientation[3:]
    lengths = np.linalg.norm(along_row), np.linalg.norm(along_column)
    if max(abs(length - 1) for length in lengths) > 1e-2 or abs(float(along_row @ along_column)) > 1e-2:
        raise ValueError("ImageOrientationPatient does not hold two perpendicular unit vectors")
    if spacing.min() <= 0:
        raise ValueError("PixelSpacing is not above 0")
    positions = []
    for group in groups:
        item = _first(group, "PlanePositionSequence") or _first(shared, "PlanePositionSequence")
        if item is None:
            raise ValueError("a frame does not state its position (PlanePositionSequence)")
        positions.append(numbers_of(item, "ImagePositionPatient", 3))
    measures = _first(shared, "PixelMeasuresSequence") or _first(groups[0], "PixelMeasuresSequence")
    measures = measures if measures is not None else Dataset()
    first_pixel_mm = np.array(positions)
    if np.abs(first_pixel_mm).max() > FARTHEST_MM or spacing.max() > FARTHEST_MM:
        raise ValueError("a frame lies kilometres from the patient")
    shape = PlaneShape(
        # The row index rises along the direction of a column, the second triple of the attribute.
        rising=np.stack([along_column / lengths[1], along_row / lengths[0]]),
        spacing_mm=(float(spacing[0]), float(spacing[1])),
        slice_spacing_mm=positive_number(measures, "SpacingBetweenSlices"),
        thickness_mm=positive_number(measures, "SliceThickness"),
    )
    return FramePlaces(shape, first_pixel_mm)


def _same_in_all(
    groups: list[Dataset], shared: Dataset, sequence: str, keyword: str, count: int
) -> NDArray[np.float64]:
    """The one value of an attribute that may stand in the shared or in each frame's functional groups."""
    item = _first(shared, sequence)
    if item is not None:
        return numbers_of(item, keyword, count)
    values = []
    for group in groups:
        item = _first(group, sequence)
        if item is None:
            raise ValueError(f"a frame does not state its {keyword}")
        values.append(numbers_of(item, keyword, count))
    if np.abs(np.array(values) - values[0]).max() > 1e-4:
        raise ValueError(f"its frames differ in {keyword}")
    return values[0]


def _first(dataset: Dataset, sequence: str) -> Dataset | None:
    items = dataset.get(sequence)
    return items[0] if items else None
