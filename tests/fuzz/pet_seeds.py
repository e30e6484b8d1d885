"""Valid PET series that the mutations start from, in the forms of several vendors."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage

__all__ = ["SLICES", "pet_series"]

SLICES, SIDE = 5, 8
ROOT = "1.2.826.0.1.7"


def pet_series() -> dict[str, list[bytes]]:
    """Series by form: every object of each. The one in the middle is what gets mutated."""
    return {
        "start": _objects({}),
        "admin": _objects({"DecayCorrection": "ADMIN"}),
        "none": _objects({"DecayCorrection": "NONE"}),
        "normalised": _objects({"Units": "GML", "SUVType": "LBMJANMA"}),
        "counts": _objects({"Units": "CNTS", "Manufacturer": "Philips Medical Systems"}, philips=True),
        "ge": _objects({"Manufacturer": "GE MEDICAL SYSTEMS", "SeriesTime": "103000"}, ge=True),
    }


def _objects(changes: dict[str, Any], *, philips: bool = False, ge: bool = False) -> list[bytes]:
    return [_written(_image(index, changes, philips, ge)) for index in range(SLICES)]


def _image(index: int, changes: dict[str, Any], philips: bool, ge: bool) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = PositronEmissionTomographyImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = f"{ROOT}.9.{index}"
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = "20250213"
    image.SeriesTime, image.AcquisitionTime = "090500", f"09{5 + 3 * (index // 2):02d}00"
    image.Modality, image.Manufacturer, image.SeriesDescription = "PT", "Test", "PET AC"
    image.PatientID, image.PatientName, image.PatientSex = "P1", "Test^Patient", "F"
    image.PatientSize, image.PatientWeight = "1.66", "68.0"
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    image.FrameOfReferenceUID, image.SeriesNumber, image.InstanceNumber = f"{ROOT}.3", 4, index + 1
    image.ActualFrameDuration = 180_000
    image.ImagePositionPatient = [-16, -16, 3 * index]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = SIDE
    image.PixelSpacing = [4, 4]
    image.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 1
    image.RescaleIntercept, image.RescaleSlope = "0", f"0.{index + 2}"
    tracer, code = Dataset(), Dataset()
    tracer.Radiopharmaceutical = "89Zr-pertuzumab"
    tracer.RadiopharmaceuticalStartTime = "101500"
    tracer.RadiopharmaceuticalStartDateTime = "20250208101500"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = "74000000", "282276"
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "C-168A4", "SRT", "^89^Zirconium"
    tracer.RadionuclideCodeSequence = Sequence([code])
    image.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    image.NumberOfSlices, image.SeriesType = SLICES, ["STATIC", "IMAGE"]
    image.Units, image.DecayCorrection = "BQML", "START"
    for name, value in changes.items():
        setattr(image, name, value)
    if philips:
        block = image.private_block(0x7053, "Philips PET Private Group", create=True)
        block.add_new(0x00, "DS", "0.0005")
        block.add_new(0x09, "DS", "1.7")
    if ge:
        block = image.private_block(0x0009, "GEMS_PETD_01", create=True)
        block.add_new(0x0D, "DT", "20250213090500.00")
    stored = np.random.default_rng(index).integers(100, 9000, (SIDE, SIDE))
    image.PixelData = stored.astype("<i2").tobytes()
    return image


def _written(dataset: Dataset) -> bytes:
    _with_undefined_lengths(dataset)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _with_undefined_lengths(dataset: Any) -> None:
    """Sequences closed by delimiters, so that a change inside one leaves the rest readable."""
    for element in dataset:
        if element.VR == "SQ":
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True
                _with_undefined_lengths(item)
