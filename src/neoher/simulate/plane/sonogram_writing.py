"""An ultrasound image as DICOM, with the calibrated regions that scanners write."""

from __future__ import annotations

from collections.abc import Sequence as Several
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from neoher.simulate.dicom_parts import date_and_time, decimal, put_patient, started_object
from neoher.simulate.plane.mammogram_writing import PlaneHeader
from neoher.simulate.plane.sonogram import PICTURE, Box, Picture
from neoher.simulate.plane.sonogram_forms import Shown, SonogramForm

__all__ = ["write_sonogram"]

_TISSUE, _SPECTRAL = 1, 3
_TWO_DIMENSIONAL, _SPECTRUM = 1, 3
_CENTIMETRES, _SECONDS, _CM_PER_S = 3, 4, 7

_CLASSES = {
    SonogramForm.CINE: UltrasoundMultiFrameImageStorage,
    SonogramForm.SCREENSHOT: SecondaryCaptureImageStorage,
}
_PROCESSED = {
    SonogramForm.EXPORTED,
    SonogramForm.MADE_SMALLER,
    SonogramForm.MADE_LARGER,
    SonogramForm.SCREENSHOT,
}


def write_sonogram(
    path: Path, header: PlaneHeader, image: Shown, described: str, form: SonogramForm, number: int
) -> None:
    """Write one image."""
    dataset = started_object(_CLASSES.get(form, UltrasoundImageStorage), "US")
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
    dataset.ImageType = ["DERIVED" if form in _PROCESSED else "ORIGINAL", "PRIMARY", "", "0001"]
    dataset.BodyPartExamined, dataset.Laterality = "BREAST", "L"
    if form in {SonogramForm.EXPORTED, SonogramForm.SCREENSHOT}:
        dataset.BurnedInAnnotation = "YES"
    if form is SonogramForm.SCREENSHOT:
        dataset.ConversionType = "WSD"
    if image.pixel_spacing is not None:
        spacing = image.pixel_spacing
        dataset.PixelSpacing = [decimal(spacing.down_mm), decimal(spacing.across_mm)]
    _put_regions(dataset, image.regions, form)
    _put_pixels(dataset, image, coloured=form is SonogramForm.SCREENSHOT)
    dataset.save_as(path, enforce_file_format=True)


def _put_regions(dataset: Dataset, pictures: Several[Picture], form: SonogramForm) -> None:
    if not pictures:
        return
    if form is not SonogramForm.CINE:
        regions = [_picture(one) for one in pictures]
        if form is SonogramForm.TWO_REGIONS:
            regions.append(_trace())
        dataset.SequenceOfUltrasoundRegions = Sequence(regions)
        return
    groups = []
    for one in pictures:
        group = Dataset()
        group.SequenceOfUltrasoundRegions = Sequence([_picture(one)])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)


def _put_pixels(dataset: Dataset, image: Shown, *, coloured: bool) -> None:
    pixels = image.image.pixels
    frames, dataset.Rows, dataset.Columns = pixels.shape
    if frames > 1:
        dataset.NumberOfFrames, dataset.FrameTime = frames, "40"
        dataset.FrameIncrementPointer = (0x0018, 0x1063)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    if coloured:
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
        dataset.PlanarConfiguration = 0
        pixels = np.repeat(pixels[..., None], 3, axis=-1)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PixelData = np.ascontiguousarray(pixels).tobytes()


def _picture(picture: Picture) -> Dataset:
    region = _region(picture.box, _TWO_DIMENSIONAL, _TISSUE, (_CENTIMETRES, _CENTIMETRES))
    region.PhysicalDeltaX = picture.scale.across_mm / 10.0
    region.PhysicalDeltaY = picture.scale.down_mm / 10.0
    return region


def _trace() -> Dataset:
    left, _, right, bottom = PICTURE
    region = _region((left, bottom + 1, right, bottom + 40), _SPECTRUM, _SPECTRAL, (_SECONDS, _CM_PER_S))
    region.PhysicalDeltaX, region.PhysicalDeltaY = 0.004, -0.8
    return region


def _region(box: Box, space: int, data: int, units: tuple[int, int]) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = space, data, 2
    region.RegionLocationMinX0, region.RegionLocationMinY0 = box[:2]
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = box[2:]
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = units
    return region
