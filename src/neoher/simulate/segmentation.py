"""Regions of an exam as a DICOM Segmentation: one binary segment per lesion or organ.

Source: DICOM PS3.3 A.51 and C.8.20.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pack_bits
from pydicom.sequence import Sequence as Items
from pydicom.uid import SegmentationStorage

from neoher.simulate.dicom_parts import Code, code_item, date_and_time, decimal, started_object
from neoher.volume.grid import Grid

__all__ = ["LESION", "ORGAN", "Segment", "SegmentedExam", "write_segmentation"]

LESION = Code("49755003", "SCT", "Morphologically Abnormal Structure")
ORGAN = Code("91723000", "SCT", "Anatomical Structure")


@dataclass(frozen=True, slots=True)
class Segment:
    """One region."""

    label: str
    category: Code
    inside: NDArray[np.bool_]
    """Shape of the images' grid."""


@dataclass(frozen=True, slots=True)
class SegmentedExam:
    """The exam whose images are segmented."""

    uid: Callable[..., str]
    """A UID of the exam from what it names."""
    put: Callable[[Dataset], None]
    """Writes who, which study and which frame of reference."""
    made_at: dt.datetime


def write_segmentation(path: Path, exam: SegmentedExam, grid: Grid, segments: Sequence[Segment]) -> None:
    """Write the segments as one SEG; slices without a voxel of the segment have no frame."""
    dataset = started_object(SegmentationStorage, "SEG")
    exam.put(dataset)
    dataset.SeriesInstanceUID, dataset.SeriesNumber = exam.uid("series", 300), 300
    dataset.SeriesDescription = "Regions, from the geometry of the simulation"
    dataset.SeriesDate, dataset.SeriesTime = date_and_time(exam.made_at)
    dataset.ContentDate, dataset.ContentTime = dataset.SeriesDate, dataset.SeriesTime
    dataset.InstanceNumber = 1
    dataset.SOPInstanceUID = exam.uid("object", 300)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.Manufacturer, dataset.ManufacturerModelName = "neoher", "simulate"
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "none", "simulate"
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.ContentLabel, dataset.ContentDescription = "REGIONS", "Lesions and reference organs"
    dataset.ContentCreatorName = ""
    dataset.SegmentationType = "BINARY"
    dataset.SegmentsOverlap = "NO"
    dataset.LossyImageCompression = "00"
    dataset.SegmentSequence = Items(
        [_segment(number, segment) for number, segment in enumerate(segments, start=1)]
    )
    _frames(dataset, exam, grid, segments)
    dataset.save_as(path, enforce_file_format=True)


def _segment(number: int, segment: Segment) -> Dataset:
    item = Dataset()
    item.SegmentNumber = number
    item.SegmentLabel = segment.label
    item.SegmentAlgorithmType, item.SegmentAlgorithmName = "AUTOMATIC", "geometry of the simulation"
    item.SegmentedPropertyCategoryCodeSequence = Items([code_item(segment.category)])
    item.SegmentedPropertyTypeCodeSequence = Items([code_item(segment.category)])
    return item


def _frames(dataset: Dataset, exam: SegmentedExam, grid: Grid, segments: Sequence[Segment]) -> None:
    organisation = exam.uid("dimensions", 300)
    dataset.DimensionOrganizationSequence = Items([Dataset()])
    dataset.DimensionOrganizationSequence[0].DimensionOrganizationUID = organisation
    dataset.DimensionIndexSequence = Items(
        [
            _dimension(organisation, pointer, group)
            for pointer, group in ((0x0062000B, 0x0062000A), (0x00200032, 0x00209113))
        ]
    )
    dataset.SharedFunctionalGroupsSequence = Items([_shared(grid)])
    frames, pixels = [], []
    for number, segment in enumerate(segments, start=1):
        for index in np.flatnonzero(segment.inside.any(axis=(1, 2))):
            frames.append(_frame(grid, number, int(index)))
            pixels.append(segment.inside[index])
    dataset.PerFrameFunctionalGroupsSequence = Items(frames)
    dataset.NumberOfFrames = len(frames)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = grid.shape[1:]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 1, 1, 0, 0
    dataset.PixelData = pack_bits(np.stack(pixels).astype(np.uint8).reshape(-1))


def _dimension(organisation: str, pointer: int, group: int) -> Dataset:
    item = Dataset()
    item.DimensionOrganizationUID = organisation
    item.DimensionIndexPointer, item.FunctionalGroupPointer = pointer, group
    return item


def _shared(grid: Grid) -> Dataset:
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.SliceThickness = measures.SpacingBetweenSlices = decimal(grid.spacing_mm[0])
    measures.PixelSpacing = [decimal(grid.spacing_mm[1]), decimal(grid.spacing_mm[2])]
    orientation.ImageOrientationPatient = [
        f"{value:g}" for axis in (grid.axes[2], grid.axes[1]) for value in axis
    ]
    shared.PixelMeasuresSequence = Items([measures])
    shared.PlaneOrientationSequence = Items([orientation])
    return shared


def _frame(grid: Grid, segment: int, index: int) -> Dataset:
    content, place, identification, item = Dataset(), Dataset(), Dataset(), Dataset()
    content.DimensionIndexValues = [segment, index + 1]
    position = grid.to_patient(np.array([[float(index), 0.0, 0.0]]))[0]
    place.ImagePositionPatient = [f"{value:.6f}" for value in position]
    identification.ReferencedSegmentNumber = segment
    item.FrameContentSequence = Items([content])
    item.PlanePositionSequence = Items([place])
    item.SegmentIdentificationSequence = Items([identification])
    return item
