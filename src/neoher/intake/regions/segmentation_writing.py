"""A region as a DICOM Segmentation beside the images it was drawn on: one binary segment per label.

Other programs and archives keep regions in this form. Patient, study and frame of reference are those of the
images; every frame names the image it lies on. Source: DICOM PS3.3, A.51 and C.8.20.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pack_bits
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian, SegmentationStorage

from neoher.errors import ImageError
from neoher.intake.dicom.frames import Frame
from neoher.record.conclusion import Software
from neoher.volume.grid import Grid

__all__ = ["SegmentationFacts", "segmentation_bytes"]

_CODES = {
    "category": ("49755003", "SCT", "Morphologically Abnormal Structure"),
    "type": ("52988006", "SCT", "Lesion"),
    "region": ("76752008", "SCT", "Breast"),
    "segmentation": ("113076", "DCM", "Segmentation"),
    "source": ("121322", "DCM", "Source image for image processing operation"),
}
_OF_THE_STUDY = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "StudyDescription",
)
"""What is copied from the images as it stands there."""
_MUST_BE_THERE = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "PositionReferenceIndicator",
)
"""Attributes of type 2: empty where the images do not state them."""


@dataclass(frozen=True, slots=True)
class SegmentationFacts:
    """What is said of the segmentation beside its voxels."""

    names: Sequence[str]
    """Of each label, from 1."""
    made_by: str
    """The algorithm."""
    stated: str
    """Who accepted it and when, in one line."""
    accepted_by: str
    accepted_on: dt.date


def segmentation_bytes(
    labels: NDArray[np.uint16], grid: Grid, images: Sequence[Frame], facts: SegmentationFacts
) -> bytes:
    """The file of a Segmentation object.

    Parameters: `labels`: shape of the grid, 0 outside; `images`: one image plane per slice of the grid, in
    its order. The same region on the same images gives the same bytes.
    Raises: ImageError where the header of an image cannot be read or names no frame of reference.
    """
    first = images[0].header
    source = _header_of(images[0])
    basis = "\0".join([first.identity.series_uid, facts.stated, *facts.names]).encode() + labels.tobytes()
    dataset = _started(basis)
    _put_study(dataset, source, first.source.label)
    _put_series(dataset, facts, basis)
    dataset.ReferencedSeriesSequence = Items([_referenced_series(images)])
    dataset.SegmentSequence = Items(
        [_segment(number, name, facts, basis) for number, name in enumerate(facts.names, start=1)]
    )
    _put_frames(dataset, labels, grid, images, basis)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _header_of(image: Frame) -> Dataset:
    label = image.header.source.label
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(
                io.BytesIO(image.header.source.read()),
                stop_before_pixels=True,
                force=True,
                specific_tags=[*_OF_THE_STUDY, "FrameOfReferenceUID", "PositionReferenceIndicator"],
            )
    except Exception as error:  # pydicom raises what its parts raise on a damaged header
        raise ImageError(f"the header cannot be read ({type(error).__name__}).", label) from error


def _started(basis: bytes) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = SegmentationStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = _uid(b"object", basis)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    return dataset


def _put_study(dataset: Dataset, source: Dataset, label: str) -> None:
    for name in _OF_THE_STUDY:
        if name in source:
            setattr(dataset, name, source[name].value)
    for name in _MUST_BE_THERE:
        if name not in dataset:
            setattr(dataset, name, "")
    frame_of_reference = str(source.get("FrameOfReferenceUID", "") or "")
    if not frame_of_reference:
        raise ImageError(
            "the images name no frame of reference: a segmentation on them would have no place.",
            label,
            "Keep the NIfTI file alone: leave --seg out.",
        )
    dataset.FrameOfReferenceUID = UID(frame_of_reference)


def _put_series(dataset: Dataset, facts: SegmentationFacts, basis: bytes) -> None:
    software = Software()
    dataset.Modality = "SEG"
    dataset.SeriesInstanceUID, dataset.SeriesNumber = _uid(b"series", basis), 900
    dataset.SeriesDescription = "Region proposed by software, accepted by a reader"
    day = f"{facts.accepted_on:%Y%m%d}"
    dataset.SeriesDate = dataset.ContentDate = day
    dataset.SeriesTime = dataset.ContentTime = "000000"
    dataset.InstanceNumber = 1
    dataset.Manufacturer, dataset.ManufacturerModelName = software.name, software.name
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "none", software.version
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.ContentLabel, dataset.ContentDescription = "REGION", facts.stated[:64]
    dataset.ContentCreatorName = facts.accepted_by
    dataset.SegmentationType, dataset.SegmentsOverlap = "BINARY", "NO"
    dataset.LossyImageCompression = "00"


def _referenced_series(images: Sequence[Frame]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = images[0].header.identity.series_uid
    named = {image.header.sop_uid: image for image in images}
    series.ReferencedInstanceSequence = Items([_reference(image) for image in named.values()])
    return series


def _reference(image: Frame) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = image.header.identity.sop_class_uid
    item.ReferencedSOPInstanceUID = image.header.sop_uid
    return item


def _segment(number: int, name: str, facts: SegmentationFacts, basis: bytes) -> Dataset:
    item = Dataset()
    item.SegmentNumber, item.SegmentLabel = number, name
    item.SegmentAlgorithmType, item.SegmentAlgorithmName = "SEMIAUTOMATIC", facts.made_by[:64]
    item.SegmentedPropertyCategoryCodeSequence = Items([_code("category")])
    item.SegmentedPropertyTypeCodeSequence = Items([_code("type")])
    item.AnatomicRegionSequence = Items([_code("region")])
    item.TrackingID, item.TrackingUID = name, _uid(f"segment {number}".encode(), basis)
    return item


def _put_frames(
    dataset: Dataset, labels: NDArray[np.uint16], grid: Grid, images: Sequence[Frame], basis: bytes
) -> None:
    organisation = _uid(b"dimensions", basis)
    named = Dataset()
    named.DimensionOrganizationUID = organisation
    dataset.DimensionOrganizationSequence = Items([named])
    dataset.DimensionIndexSequence = Items(
        [
            _dimension(organisation, "ReferencedSegmentNumber", "SegmentIdentificationSequence"),
            _dimension(organisation, "ImagePositionPatient", "PlanePositionSequence"),
        ]
    )
    dataset.SharedFunctionalGroupsSequence = Items([_shared(grid)])
    frames, planes = [], []
    for number in range(1, int(labels.max()) + 1):
        inside = labels == number
        for index in np.flatnonzero(inside.any(axis=(1, 2))):
            frames.append(_frame(grid, number, int(index), images[int(index)]))
            planes.append(inside[index])
    dataset.PerFrameFunctionalGroupsSequence = Items(frames)
    dataset.NumberOfFrames = len(frames)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = grid.shape[1:]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 1, 1, 0, 0
    dataset.PixelData = pack_bits(np.stack(planes).astype(np.uint8).reshape(-1))


def _dimension(organisation: str, pointer: str, group: str) -> Dataset:
    item = Dataset()
    item.DimensionOrganizationUID = organisation
    item.DimensionIndexPointer = pydicom.datadict.tag_for_keyword(pointer)
    item.FunctionalGroupPointer = pydicom.datadict.tag_for_keyword(group)
    item.DimensionDescriptionLabel = pointer
    return item


def _shared(grid: Grid) -> Dataset:
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.SliceThickness = measures.SpacingBetweenSlices = _decimal(grid.spacing_mm[0])
    measures.PixelSpacing = [_decimal(grid.spacing_mm[1]), _decimal(grid.spacing_mm[2])]
    orientation.ImageOrientationPatient = [
        _decimal(float(value)) for axis in (grid.axes[2], grid.axes[1]) for value in axis
    ]
    shared.PixelMeasuresSequence = Items([measures])
    shared.PlaneOrientationSequence = Items([orientation])
    return shared


def _frame(grid: Grid, segment: int, index: int, image: Frame) -> Dataset:
    content, place, identification, item = Dataset(), Dataset(), Dataset(), Dataset()
    content.DimensionIndexValues = [segment, index + 1]
    position = grid.to_patient(np.array([[float(index), 0.0, 0.0]]))[0]
    place.ImagePositionPatient = [_decimal(float(value)) for value in position]
    identification.ReferencedSegmentNumber = segment
    source = _reference(image)
    if image.header.frames > 1:
        source.ReferencedFrameNumber = image.number + 1
    source.SpatialLocationsPreserved = "YES"
    source.PurposeOfReferenceCodeSequence = Items([_code("source")])
    derivation = Dataset()
    derivation.SourceImageSequence = Items([source])
    derivation.DerivationCodeSequence = Items([_code("segmentation")])
    item.DerivationImageSequence = Items([derivation])
    item.FrameContentSequence = Items([content])
    item.PlanePositionSequence = Items([place])
    item.SegmentIdentificationSequence = Items([identification])
    return item


def _code(name: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = _CODES[name]
    return item


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters."""
    text = f"{value:.10g}"
    return text if len(text) <= 16 else f"{value:.8g}"


def _uid(what: bytes, basis: bytes) -> UID:
    """A UID of a hash, under the root that needs no registration (PS3.5, B.2)."""
    return UID(f"2.25.{int(hashlib.sha256(what + bytes(1) + basis).hexdigest()[:32], 16)}")
