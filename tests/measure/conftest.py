"""Small PET series written with pydicom, in the forms of several vendors, all of one known SUV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, PositronEmissionTomographyImageStorage

ROOT = "1.2.826.0.1.3680043.8.498.77"
SLICES, ROWS, COLUMNS = 6, 12, 10
SPACING = (3.0, 4.0, 4.0)
HALF_LIFE_S = {"18F": 6588.0, "68Ga": 4062.0, "64Cu": 45_720.0, "89Zr": 282_276.0, "124I": 361_152.0}
CODE = {
    "18F": ("C-111A1", "^18^Fluorine"),
    "68Ga": ("C-131A3", "^68^Gallium"),
    "64Cu": ("C-127A2", "^64^Copper"),
    "89Zr": ("C-168A4", "^89^Zirconium"),
    "124I": ("C-114A5", "^124^Iodine"),
}


@dataclass(frozen=True)
class Scan:
    """One scan of known SUV (by body weight), and how it is written down."""

    nuclide: str = "89Zr"
    injected: dt.datetime = dt.datetime(2025, 2, 8, 10, 15)
    started: dt.datetime = dt.datetime(2025, 2, 13, 9, 5)
    activity_mbq: float = 74.0
    weight_kg: float = 68.0
    height_m: float = 1.66
    sex: str = "F"
    bed_s: float = 120.0
    """Two slices a bed; each bed starts this much after the one before."""
    units: str = "BQML"
    suv_type: str | None = None
    decay_correction: str = "START"
    philips_suv_factor: float | None = None
    philips_activity_factor: float | None = None
    implicit: bool = False
    slices: tuple[int, ...] = tuple(range(SLICES))
    series: int = 3
    edit: Callable[[Dataset, int], None] = field(default=lambda *_: None)
    """Changes what was written: (dataset, slice)."""

    def bed_start(self, index: int) -> dt.datetime:
        return self.started + dt.timedelta(seconds=self.bed_s * (index // 2))

    def suv(self) -> NDArray[np.float64]:
        """The truth: a warm background with a hot, uneven lesion, shape (slices, rows, columns)."""
        random = np.random.default_rng(5)
        truth = 0.4 + 0.2 * random.random((SLICES, ROWS, COLUMNS))
        truth[2:5, 4:8, 3:7] += 4 + 3 * random.random((3, 4, 4))
        return truth

    def left(self, moment: dt.datetime) -> float:
        """The decay law, in another form than the code's: exp(-ln 2 t / T)."""
        seconds = (moment - self.injected).total_seconds()
        return float(np.exp(-np.log(2) * seconds / HALF_LIFE_S[self.nuclide]))

    def numbers(self, index: int) -> NDArray[np.float64]:
        """What the images state for the true SUV of a slice, in their units."""
        suv = self.suv()[index]
        scale = {
            "GML": lambda: lean_or_weight(self) / self.weight_kg,
            # cm2/mL: SUV by body surface is C x surface / A
            "CM2ML": lambda: 1e4 * du_bois_m2(self.weight_kg, self.height_m) / (1000 * self.weight_kg),
        }
        if self.units in scale:
            return suv * scale[self.units]()
        if self.units == "CNTS" and self.philips_suv_factor:
            return suv / self.philips_suv_factor
        share = {"START": self.left(self.started), "ADMIN": 1.0, "NONE": self.left(self.bed_start(index))}
        concentration = suv * 1e6 * self.activity_mbq * share[self.decay_correction] / (1000 * self.weight_kg)
        return concentration / (self.philips_activity_factor or 1.0)

    def dataset(self, index: int) -> Dataset:
        numbers = self.numbers(index)
        slope = float(f"{numbers.max() / (30_000 - 1_000 * index):.8g}")
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if self.implicit else ExplicitVRLittleEndian
        data.SOPClassUID = PositronEmissionTomographyImageStorage
        data.SOPInstanceUID = f"{ROOT}.{self.series}.{index}"
        data.ImageType = ["ORIGINAL", "PRIMARY"]
        data.StudyDate = data.SeriesDate = f"{self.started:%Y%m%d}"
        data.StudyTime = data.SeriesTime = f"{self.started:%H%M%S}"
        bed = self.bed_start(index)
        data.AcquisitionDate, data.AcquisitionTime = f"{bed:%Y%m%d}", f"{bed:%H%M%S}"
        data.Modality, data.Manufacturer = "PT", "ACME"
        data.SeriesDescription = "PET AC"
        data.PatientName, data.PatientID, data.PatientSex = "DOE^JANE", "P001", self.sex
        data.PatientSize, data.PatientWeight = self.height_m, self.weight_kg
        data.SliceThickness = SPACING[0]
        data.ActualFrameDuration = int(1000 * self.bed_s)
        data.StudyInstanceUID, data.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2.{self.series}"
        data.FrameOfReferenceUID = f"{ROOT}.9"
        data.SeriesNumber, data.InstanceNumber = self.series, SLICES - index
        data.ImagePositionPatient = [-20, -24, 100 + SPACING[0] * index]
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = ROWS, COLUMNS
        data.PixelSpacing = [SPACING[1], SPACING[2]]
        data.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "RAN", "DECY"]
        if self.decay_correction == "NONE":
            data.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "RAN"]
        data.BitsAllocated = data.BitsStored = 16
        data.HighBit, data.PixelRepresentation = 15, 1
        data.RescaleIntercept, data.RescaleSlope = 0, slope
        data.RadiopharmaceuticalInformationSequence = Sequence([self._tracer()])
        data.NumberOfSlices = len(self.slices)
        data.SeriesType = ["WHOLE BODY", "IMAGE"]
        data.Units, data.DecayCorrection = self.units, self.decay_correction
        if self.suv_type is not None:
            data.SUVType = self.suv_type
        if self.units == "CNTS":
            data.Manufacturer = "Philips Medical Systems"
            block = data.private_block(0x7053, "Philips PET Private Group", create=True)
            block.add_new(0x00, "DS", str(self.philips_suv_factor or 0))
            block.add_new(0x09, "DS", str(self.philips_activity_factor or 0))
        data.PixelData = np.rint(numbers / slope).astype(np.int16).tobytes()
        self.edit(data, index)
        return data

    def _tracer(self) -> Dataset:
        item = Dataset()
        item.Radiopharmaceutical = "tracer"
        item.RadiopharmaceuticalStartTime = f"{self.injected:%H%M%S}"
        item.RadiopharmaceuticalStartDateTime = f"{self.injected:%Y%m%d%H%M%S}"
        item.RadionuclideTotalDose = 1e6 * self.activity_mbq
        item.RadionuclideHalfLife = HALF_LIFE_S[self.nuclide]
        code = Dataset()
        code.CodeValue, code.CodeMeaning = CODE[self.nuclide]
        code.CodingSchemeDesignator = "SRT"
        item.RadionuclideCodeSequence = Sequence([code])
        return item

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for index in self.slices:
            data = self.dataset(index)
            data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
            data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
            # Names run against the order of the slices.
            data.save_as(folder / f"{self.series}-{9 - index}.dcm", enforce_file_format=True)
        return folder

    def but(self, **changes: Any) -> Scan:
        return replace(self, **changes)

    @staticmethod
    def tracer_of(data: Dataset) -> Dataset:
        """The item that states the radiopharmaceutical."""
        item: Dataset = data.RadiopharmaceuticalInformationSequence[0]
        return item


def du_bois_m2(weight_kg: float, height_m: float) -> float:
    return 0.007184 * weight_kg**0.425 * (100 * height_m) ** 0.725


def lean_or_weight(scan: Scan) -> float:
    """kg by which a GML image is normalised, each formula typed once more from the knowledge page."""
    weight, height = scan.weight_kg, 100 * scan.height_m
    index = weight / scan.height_m**2
    female = {
        "LBM": 1.07 * weight - 148 * (weight / height) ** 2,
        "LBMJAMES128": 1.07 * weight - 148 * (weight / height) ** 2,
        "LBMJANMA": 9270 * weight / (8780 + 244 * index),
        "IBW": 45.5 + 0.91 * (height - 152),
    }
    male = {
        "LBM": 1.10 * weight - 120 * (weight / height) ** 2,
        "LBMJAMES128": 1.10 * weight - 128 * (weight / height) ** 2,
        "LBMJANMA": 9270 * weight / (6680 + 216 * index),
        "IBW": 48 + 1.06 * (height - 152),
    }
    if scan.suv_type in {None, "BW"}:
        return weight
    kind = str(scan.suv_type)
    return {"F": female[kind], "M": male[kind], "O": (female[kind] + male[kind]) / 2}[scan.sex]


@pytest.fixture(scope="session")
def scan() -> Scan:
    """89Zr, five days after the injection."""
    return Scan()


@pytest.fixture(scope="session")
def fdg() -> Scan:
    """18F, an hour after the injection."""
    return Scan(
        nuclide="18F",
        injected=dt.datetime(2025, 2, 8, 10, 15),
        started=dt.datetime(2025, 2, 8, 11, 17),
        activity_mbq=290.0,
    )
