"""An ultrasound image as DICOM, with the calibrated regions that scanners write."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UltrasoundImageStorage

from neoher.simulate.dicom_parts import date_and_time, decimal, put_patient, started_object
from neoher.simulate.plane.mammogram_writing import PlaneHeader
from neoher.simulate.plane.sonogram import PICTURE, Sonogram

__all__ = ["SonogramForm", "is_calibrated", "write_sonogram"]

_TISSUE, _SPECTRAL = 1, 3
_TWO_DIMENSIONAL, _SPECTRUM = 1, 3
_CENTIMETRES, _SECONDS, _CM_PER_S = 3, 4, 7


class SonogramForm(StrEnum):
    """How an ultrasound image states its scale."""

    ONE_REGION = "one-region"
    TWO_REGIONS = "two-regions"
    """The picture and, below it, a spectral trace, which has no lengths."""
    PIXEL_SPACING = "pixel-spacing"
    """No region, a pixel spacing alone."""
    UNSTATED = "unstated"
    """Neither."""


def is_calibrated(form: SonogramForm) -> bool:
    """Whether the image states a scale."""
    return form is not SonogramForm.UNSTATED


def write_sonogram(
    path: Path, header: PlaneHeader, image: Sonogram, described: str, form: SonogramForm, number: int
) -> None:
    """Write one image."""
    dataset = started_object(UltrasoundImageStorage, "US")
    put_patient(dataset, header.patient, header.birth_year)
    dataset.Manufacturer, dataset.ManufacturerModelName = "Philips Medical Systems", "EPIQ 7G"
    dataset.StudyInstanceUID, dataset.StudyID = header.uid("study"), header.exam
    dataset.StudyDescription = "Ultrasound of breast and axilla, simulated"
    dataset.SeriesInstanceUID, dataset.SeriesNumber = header.uid("series"), 1
    dataset.SeriesDescription = described
    dataset.SOPInstanceUID = header.uid("object", number)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.InstanceNumber = number
    for name in ("Study", "Series", "Acquisition", "Content"):
        date, time = date_and_time(header.taken_at)
        setattr(dataset, f"{name}Date", date)
        setattr(dataset, f"{name}Time", time)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "", "0001"]
    dataset.BodyPartExamined, dataset.Laterality = "BREAST", "L"
    if form is SonogramForm.PIXEL_SPACING:
        dataset.PixelSpacing = [decimal(image.scale.down_mm), decimal(image.scale.across_mm)]
    elif form is not SonogramForm.UNSTATED:
        regions = [_picture(image)]
        if form is SonogramForm.TWO_REGIONS:
            regions.append(_trace())
        dataset.SequenceOfUltrasoundRegions = Sequence(regions)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = image.pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PixelData = np.ascontiguousarray(image.pixels).tobytes()
    dataset.save_as(path, enforce_file_format=True)


def _picture(image: Sonogram) -> Dataset:
    region = _region(PICTURE, _TWO_DIMENSIONAL, _TISSUE, (_CENTIMETRES, _CENTIMETRES))
    region.PhysicalDeltaX = image.scale.across_mm / 10.0
    region.PhysicalDeltaY = image.scale.down_mm / 10.0
    return region


def _trace() -> Dataset:
    left, _, right, bottom = PICTURE
    region = _region((left, bottom + 1, right, bottom + 40), _SPECTRUM, _SPECTRAL, (_SECONDS, _CM_PER_S))
    region.PhysicalDeltaX, region.PhysicalDeltaY = 0.004, -0.8
    return region


def _region(box: tuple[int, int, int, int], space: int, data: int, units: tuple[int, int]) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = space, data, 2
    region.RegionLocationMinX0, region.RegionLocationMinY0 = box[:2]
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = box[2:]
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = units
    return region
