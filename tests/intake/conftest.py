"""Small exams written with pydicom, in the ways scanners write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage

Edit = Callable[[Dataset, int, int], None]

SLICES, ROWS, COLUMNS = 4, 6, 5
ROOT = "1.2.826.0.1.3680043.8.498.9"


class ExamWriter:
    """Writes exams of a few small slices; `signal(phase, slice)` is what their pixels hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0

    def signal(self, phase: int, index: int) -> NDArray[np.int16]:
        random = np.random.default_rng([phase, index])
        return random.integers(-300, 3000, size=(ROWS, COLUMNS), dtype=np.int16)

    def slice(self, phase: int, index: int, series: int = 4) -> Dataset:
        """One axial slice of one phase, with no time of any kind."""
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        dataset.SOPClassUID = MRImageStorage
        dataset.SOPInstanceUID = f"{ROOT}.{series}.{phase}.{index}"
        dataset.StudyDate = dataset.SeriesDate = "20250208"
        dataset.Modality = "MR"
        dataset.Manufacturer = "ACME"
        dataset.SeriesDescription = "dynamic"
        dataset.PatientName = "DOE^JANE"
        dataset.PatientID = "P001"
        dataset.ScanningSequence = "GR"
        dataset.RepetitionTime = 4.6
        dataset.EchoTime = 2.1
        dataset.FlipAngle = 10
        dataset.MagneticFieldStrength = 3
        dataset.SliceThickness = 4
        dataset.StudyInstanceUID = f"{ROOT}.1"
        dataset.SeriesInstanceUID = f"{ROOT}.2.{series}"
        dataset.SeriesNumber = series
        dataset.InstanceNumber = phase * SLICES + index + 1
        dataset.ImagePositionPatient = [-10, -20, 30 + 2 * index]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.FrameOfReferenceUID = f"{ROOT}.3"
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.Rows, dataset.Columns = ROWS, COLUMNS
        dataset.PixelSpacing = [0.8, 0.7]
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit = 15
        dataset.PixelRepresentation = 1
        dataset.PixelData = self.signal(phase, index).tobytes()
        return dataset

    def save(self, dataset: Dataset, name: str = "") -> Path:
        self.written += 1
        path = self.folder / (name or f"{self.written:04d}.dcm")
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(path, enforce_file_format=True)
        return path

    def phases(self, edit: Edit, phases: int = 3, series: int = 4) -> Path:
        """Every slice of some phases of one series, each after `edit(dataset, phase, slice)`."""
        for phase in range(phases):
            for index in range(SLICES):
                dataset = self.slice(phase, index, series)
                edit(dataset, phase, index)
                self.save(dataset)
        return self.folder

    def series_per_phase(self, edit: Edit, phases: int = 3) -> Path:
        """Every phase a series of its own, numbered 4, 5, 6 …"""
        for phase in range(phases):
            for index in range(SLICES):
                dataset = self.slice(phase, index, series=4 + phase)
                edit(dataset, phase, index)
                self.save(dataset)
        return self.folder

    def enhanced(self, edit: Edit, phases: int = 3) -> Dataset:
        """One enhanced MR object of all phases; `edit(frame's functional groups, phase, slice)`."""
        dataset = self.slice(0, 0)
        for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "EchoTime"):
            delattr(dataset, name)
        dataset.SOPClassUID = EnhancedMRImageStorage
        order = [(phase, index) for phase in range(phases) for index in range(SLICES)]
        dataset.NumberOfFrames = len(order)
        shared = Dataset()
        shared.PixelMeasuresSequence = _item(PixelSpacing=[0.8, 0.7], SliceThickness=4)
        shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
        shared.MREchoSequence = _item(EffectiveEchoTime=2.1)
        dataset.SharedFunctionalGroupsSequence = Sequence([shared])
        frames = []
        for phase, index in order:
            frame = Dataset()
            frame.PlanePositionSequence = _item(ImagePositionPatient=[-10, -20, 30 + 2 * index])
            frame.FrameContentSequence = _item(StackID="1", InStackPositionNumber=index + 1)
            edit(frame, phase, index)
            frames.append(frame)
        dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
        dataset.PixelData = b"".join(self.signal(phase, index).tobytes() for phase, index in order)
        return dataset

    def all_signal(self, phases: int = 3) -> NDArray[np.int16]:
        """What the phases hold, shape (phases, slices, rows, columns)."""
        return np.array([[self.signal(phase, index) for index in range(SLICES)] for phase in range(phases)])


def _item(**values: Any) -> Sequence:
    dataset = Dataset()
    for name, value in values.items():
        setattr(dataset, name, value)
    return Sequence([dataset])


@pytest.fixture
def exam(tmp_path: Path) -> ExamWriter:
    return ExamWriter(tmp_path / "exam")


@pytest.fixture
def acquired_every_90_s() -> Edit:
    """The usual statement: acquisition date and time, 09:00:00 and every 90 s after it."""

    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        seconds = 90 * phase
        dataset.AcquisitionDate = "20250208"
        dataset.AcquisitionTime = f"09{seconds // 60:02d}{seconds % 60:02d}"

    return edit
