"""Parts of a DICOM object that every simulated modality writes alike."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from neoher.volume.grid import Grid

__all__ = [
    "Code",
    "code_item",
    "date_and_time",
    "decimal",
    "made_uid",
    "put_grey_pixels",
    "put_patient",
    "put_plane",
    "started_object",
]

UID_ROOT = "2.25."


@dataclass(frozen=True, slots=True)
class Code:
    """A DICOM code: value, scheme, meaning."""

    value: str
    scheme: str
    meaning: str


def code_item(code: Code) -> Dataset:
    """A code as the item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme, code.meaning
    return item


def started_object(sop_class_uid: UID, modality: str) -> Dataset:
    """An object of a class, uncompressed, nothing else in it."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = sop_class_uid
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = sop_class_uid
    dataset.Modality = modality
    return dataset


def put_patient(dataset: Dataset, patient: str, birth_year: int) -> None:
    """Who it is: nobody."""
    dataset.PatientID = patient
    dataset.PatientName = f"{patient}^Digital reference patient"
    dataset.PatientBirthDate = f"{birth_year}0701"
    dataset.PatientSex = "F"
    dataset.StationName = "SIMULATED"
    dataset.InstitutionName = "Digital reference patient"
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.DerivationDescription = "Simulated: no patient was scanned"


def put_plane(dataset: Dataset, grid: Grid, index: int) -> None:
    """Where slice `index` of the grid lies."""
    dataset.SliceThickness = f"{grid.spacing_mm[0]:g}"
    dataset.PositionReferenceIndicator = ""
    position = grid.to_patient(np.array([[float(index), 0.0, 0.0]]))[0]
    dataset.ImagePositionPatient = [f"{value:.6f}" for value in position]
    dataset.ImageOrientationPatient = [
        f"{value:g}" for axis in (grid.axes[2], grid.axes[1]) for value in axis
    ]
    dataset.SliceLocation = f"{float(position @ np.asarray(grid.axes[0])):.6f}"
    dataset.PixelSpacing = [f"{grid.spacing_mm[1]:g}", f"{grid.spacing_mm[2]:g}"]


def put_grey_pixels(dataset: Dataset, pixels: NDArray[np.int16]) -> None:
    """One slice of signed 16-bit numbers, shape (rows, columns)."""
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 1
    dataset.PixelData = np.ascontiguousarray(pixels).astype("<i2").tobytes()


def date_and_time(moment: dt.datetime) -> tuple[str, str]:
    """A moment as DICOM's date and time, to the microsecond."""
    return moment.strftime("%Y%m%d"), moment.strftime("%H%M%S.%f")


def decimal(value: float) -> str:
    """A number as a decimal string of DICOM: at most 16 characters, as many digits as fit."""
    for digits in range(14, 5, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 16:
            return text
    raise ValueError(f"{value} does not fit a decimal string")


def made_uid(*parts: object) -> str:
    """A UID made from what it names: the same patient has the same UIDs whenever it is simulated."""
    basis = "/".join(map(str, ("neoher", *parts)))
    return UID_ROOT + str(int.from_bytes(hashlib.sha256(basis.encode()).digest()[:15], "big"))
