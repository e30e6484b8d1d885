"""How long a whole-body PET takes from the command to its SUV, beside the loop a user would write.

The series is generated: 267 slices of 128 x 128, as the Discovery ST of the reference data makes them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage

__all__ = ["SLICES", "PetSpeed", "pet_speed"]

SLICES, SIZE = 267, 128
ROOT = "1.2.826.0.1.3680043.8.498.78"
OURS = [str(Path(sys.executable).with_name("neoher")), "suv"]
IMPORTS = "import neoher.measure.suv, neoher.measure.pet_exam"
LOOP = """
import sys
from pathlib import Path
import numpy as np, pydicom
slices = [pydicom.dcmread(path) for path in Path(sys.argv[1]).iterdir()]
slices.sort(key=lambda one: float(one.ImagePositionPatient[2]))
tracer = slices[0].RadiopharmaceuticalInformationSequence[0]
waited = 3600.0
left = float(tracer.RadionuclideTotalDose) * 2 ** (-waited / float(tracer.RadionuclideHalfLife))
volume = np.stack([one.pixel_array * float(one.RescaleSlope) for one in slices])
print((volume * 1000 * float(slices[0].PatientWeight) / left).max())
"""


@dataclass(frozen=True, slots=True)
class PetSpeed:
    """Seconds from start to answer."""

    ours: float
    imports: float
    pydicom: float


def pet_speed(folder: Path) -> PetSpeed:
    """The fastest of three runs each."""
    series = _generate(folder / "pet")
    return PetSpeed(
        ours=_fastest([*OURS, str(series), "--json"]),
        imports=_fastest([sys.executable, "-c", IMPORTS]),
        pydicom=_fastest([sys.executable, "-c", LOOP, str(series)]),
    )


def _fastest(command: list[str], runs: int = 3) -> float:
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def _generate(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2026)
    for index in range(SLICES):
        image = _image(index)
        image.PixelData = random.integers(0, 3000, (SIZE, SIZE), dtype=np.int16).tobytes()
        image.save_as(folder / f"{index:03d}.dcm", enforce_file_format=True)
    return folder


def _image(index: int) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = PositronEmissionTomographyImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = f"{ROOT}.9.{index}"
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = "20250208"
    image.SeriesTime = image.AcquisitionTime = "111500"
    image.Modality, image.Manufacturer, image.SeriesDescription = "PT", "ACME", "PET AC"
    image.PatientID, image.PatientWeight, image.PatientSize, image.PatientSex = "P1", 71, 1.63, "F"
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    image.FrameOfReferenceUID, image.SeriesNumber, image.InstanceNumber = f"{ROOT}.3", 1, index + 1
    image.ImagePositionPatient = [-297.65625, -297.65625, 3.27 * index]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [4.6875, 4.6875], 3.27
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = SIZE
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 1
    image.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
    image.RescaleIntercept, image.RescaleSlope = 0, f"{1 + index / 100:.2f}"
    tracer, code = Dataset(), Dataset()
    tracer.Radiopharmaceutical, tracer.RadiopharmaceuticalStartTime = "FDG", "101500"
    tracer.RadiopharmaceuticalStartDateTime = "20250208101500"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = 388_777_472, 6588
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "C-111A1", "SRT", "^18^Fluorine"
    tracer.RadionuclideCodeSequence = Sequence([code])
    image.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    image.NumberOfSlices, image.SeriesType = SLICES, ["WHOLE BODY", "IMAGE"]
    image.Units, image.DecayCorrection = "BQML", "START"
    return image
