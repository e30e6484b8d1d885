"""Many tiny patients whose functional tumour volume is known by construction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

SLICES, SIZE = 3, 8
SPACING_MM, SLICE_MM = 2.0, 2.5
VOXEL_CC = SPACING_MM * SPACING_MM * SLICE_MM / 1000
ROOT = "1.2.826.0.1.3680043.8.498.20"


def block_of(number: int) -> tuple[int, int]:
    """Rows and columns of the block that enhances by 200 % in two slices; 2 to 6 each.

    Each voxel of such a block has 7 neighbours or more in it, so that all of it counts.
    """
    return 2 + number % 5, 2 + number // 5 % 5


class TinyPatients:
    """Writes case folders P000, P001, … with one DCE-MRI exam of three phases."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, numbers: range) -> Path:
        for number in numbers:
            self.write_one(number)
        return self.root

    def write_one(self, number: int) -> Path:
        folder = self.root / f"P{number:03d}"
        images = folder / "imaging"
        images.mkdir(parents=True)
        rows, columns = block_of(number)
        for phase, level in enumerate((0, 400, 300)):
            for index in range(SLICES):
                signal = np.full((SIZE, SIZE), 200, np.int16)
                if index < 2:
                    signal[1 : 1 + rows, 1 : 1 + columns] += level
                dataset = _slice(number, phase, index, signal)
                dataset.save_as(images / f"{phase}-{index}.dcm", enforce_file_format=True)
        (folder / "case.yaml").write_text(
            f"""\
neoher: 1
patient: {{id: P{number:03d}, sex: female}}
lesions:
  - {{id: L1, kind: primary, side: left}}
exams:
  - id: E1
    modality: MR
    visit: T0
    date: 2025-02-08
    images: imaging
    contrast_injected_at: 2025-02-08T09:01:40
    regions:
      - {{lesion: L1, purpose: voi, box_mm: {{from: [-1, -1, -1], to: [15, 15, 6]}}}}
"""
        )
        return folder


def _slice(number: int, phase: int, index: int, signal: np.ndarray) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    uid = f"{ROOT}.{number}.{phase}.{index}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    dataset.Modality = "MR"
    dataset.Manufacturer = "ACME"
    dataset.SeriesDescription = "dynamic"
    dataset.PatientID = f"P{number:03d}"
    dataset.PatientName = f"P{number:03d}"
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = "20250208"
    dataset.AcquisitionTime = f"09{(0, 4, 9)[phase]:02d}00"
    dataset.AcquisitionDuration = 60.0
    dataset.ScanningSequence = "GR"
    dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = 4.6, 2.1, 10
    dataset.MagneticFieldStrength = 3
    dataset.SliceThickness = SLICE_MM
    dataset.StudyInstanceUID = f"{ROOT}.{number}"
    dataset.SeriesInstanceUID = f"{ROOT}.{number}.9"
    dataset.FrameOfReferenceUID = f"{ROOT}.{number}.8"
    dataset.SeriesNumber = 4
    dataset.InstanceNumber = phase * SLICES + index + 1
    dataset.ImagePositionPatient = [0, 0, SLICE_MM * index]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [SPACING_MM, SPACING_MM]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows = dataset.Columns = SIZE
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    dataset.PixelData = signal.tobytes()
    return dataset


@pytest.fixture
def patients(tmp_path: Path) -> TinyPatients:
    return TinyPatients(tmp_path / "cases")
