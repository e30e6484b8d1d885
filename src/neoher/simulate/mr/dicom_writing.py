"""A simulated visit as DICOM, in the way its vendor writes contrast phases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from neoher.simulate.dicom_parts import (
    date_and_time,
    made_uid,
    put_grey_pixels,
    put_patient,
    put_plane,
    started_object,
)
from neoher.simulate.mr.scanner import Scanner, Vendor
from neoher.volume.grid import Grid

__all__ = ["ExamHeader", "put_visit", "visit_uid", "write_exam"]

MAGNITUDE = ["ORIGINAL", "PRIMARY", "M", "ND"]
GE_IMAGE_TYPE = ["ORIGINAL", "PRIMARY", "OTHER"]
SUBTRACTION = ["DERIVED", "SECONDARY", "SUBTRACT", "SUB"]


@dataclass(frozen=True, slots=True)
class ExamHeader:
    """Who and when: what the objects of one visit share."""

    patient: str
    birth_year: int
    seed: int
    visit: str
    injected_at: dt.datetime
    """Start of the contrast injection, by the scanner's clock."""


def write_exam(folder: Path, header: ExamHeader, scanner: Scanner, signal: NDArray[np.int16]) -> int:
    """Write every phase of a visit below `folder`; returns the number of objects.

    `signal`: stored numbers, shape (phases, slices, rows, columns).
    GE: all phases in one series, told apart by acquisition time alone, a phase's slices spread over a second.
    Siemens: one series per phase, the injection's start in the header, and a derived subtraction beside them.
    """
    folder.mkdir(parents=True)
    writers = {Vendor.GE: _ge_objects, Vendor.SIEMENS: _siemens_objects}
    count = 0
    for name, dataset in writers[scanner.vendor](header, scanner, signal):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(path, enforce_file_format=True)
        count += 1
    return count


def _ge_objects(
    header: ExamHeader, scanner: Scanner, signal: NDArray[np.int16]
) -> Iterator[tuple[str, Dataset]]:
    slices = scanner.grid.shape[0]
    for phase, start in enumerate(scanner.starts_s):
        for index in range(slices):
            # Reconstruction takes a moment: the last slices of a phase carry the next second.
            late = dt.timedelta(seconds=1 if phase == 0 and index >= slices - 8 else 0)
            moment = header.injected_at + dt.timedelta(seconds=start) + late
            instance = phase * slices + index + 1
            dataset = _image(header, scanner, index, signal[phase, index], moment)
            _series(dataset, header, 4, "Sag 3D FSPGR fat sat dynamic", header.injected_at, instance)
            dataset.ImageType = GE_IMAGE_TYPE
            dataset.AcquisitionNumber = 1
            dataset.Laterality = "L"
            block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
            block.add_new(0x5A, "FL", scanner.phase_duration_s * 1e6)  # acquisition duration in microseconds
            yield f"series-4/{instance:04d}.dcm", dataset


def _siemens_objects(
    header: ExamHeader, scanner: Scanner, signal: NDArray[np.int16]
) -> Iterator[tuple[str, Dataset]]:
    for phase, start in enumerate(scanner.starts_s):
        moment = header.injected_at + dt.timedelta(seconds=start)
        name = "t1_fl3d_tra_dyna_pre" if phase == 0 else f"t1_fl3d_tra_dyna_post{phase}"
        for index in range(scanner.grid.shape[0]):
            dataset = _image(header, scanner, index, signal[phase, index], moment)
            _series(dataset, header, 10 + phase, name, moment, index + 1)
            dataset.ImageType = MAGNITUDE
            dataset.AcquisitionNumber = 1
            dataset.ContrastBolusStartTime = header.injected_at.strftime("%H%M%S.%f")
            block = dataset.private_block(0x0051, "SIEMENS MR HEADER", create=True)
            minutes, seconds = divmod(round(scanner.phase_duration_s), 60)
            block.add_new(0x0A, "LO", f"TA {minutes:02d}:{seconds:02d}")
            yield f"series-{10 + phase}/{index + 1:04d}.dcm", dataset
    made = header.injected_at + dt.timedelta(seconds=scanner.starts_s[-1] + 120)
    for index in range(scanner.grid.shape[0]):
        difference = np.clip(signal[2, index] - signal[0, index], 0, None).astype(np.int16)
        dataset = _image(header, scanner, index, difference, made)
        _series(dataset, header, 90, "t1_fl3d_tra_dyna_SUB", made, index + 1)
        dataset.ImageType = SUBTRACTION
        yield f"series-90/{index + 1:04d}.dcm", dataset


def put_visit(dataset: Dataset, header: ExamHeader, scanner: Scanner) -> None:
    """Who, on which scanner, in which study."""
    put_patient(dataset, header.patient, header.birth_year)
    dataset.Manufacturer = scanner.manufacturer
    dataset.ManufacturerModelName = scanner.model
    dataset.StudyInstanceUID = visit_uid(header, "study")
    dataset.StudyID = header.visit
    dataset.StudyDescription = "MRI breast, simulated"
    dataset.StudyDate, dataset.StudyTime = date_and_time(header.injected_at - dt.timedelta(minutes=12))


def _series(
    dataset: Dataset, header: ExamHeader, number: int, description: str, moment: dt.datetime, instance: int
) -> None:
    dataset.SeriesInstanceUID = visit_uid(header, "series", number)
    dataset.SeriesNumber = number
    dataset.SeriesDescription = description
    dataset.SeriesDate, dataset.SeriesTime = date_and_time(moment)
    dataset.InstanceNumber = instance
    dataset.SOPInstanceUID = visit_uid(header, "object", number, instance)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID


def _image(
    header: ExamHeader, scanner: Scanner, index: int, pixels: NDArray[np.int16], moment: dt.datetime
) -> Dataset:
    grid = scanner.grid
    dataset = started_object(MRImageStorage, "MR")
    put_visit(dataset, header, scanner)
    dataset.AcquisitionDate, dataset.AcquisitionTime = date_and_time(moment)
    dataset.ContentDate, dataset.ContentTime = dataset.AcquisitionDate, dataset.AcquisitionTime
    _acquisition(dataset, scanner)
    _placement(dataset, header, grid, index)
    _pixels(dataset, pixels)
    return dataset


def _acquisition(dataset: Dataset, scanner: Scanner) -> None:
    dataset.BodyPartExamined = "BREAST"
    dataset.PatientPosition = "FFP"
    dataset.ScanningSequence, dataset.SequenceVariant = "GR", ["SP", "SK"]
    dataset.ScanOptions = "FS"
    dataset.MRAcquisitionType = "3D"
    dataset.EchoTrainLength = 1
    dataset.ContrastBolusAgent = "gadolinium chelate (simulated)"
    dataset.RepetitionTime = f"{scanner.sequence.repetition_s * 1000:g}"
    dataset.EchoTime = "2.4"
    dataset.FlipAngle = f"{scanner.sequence.flip_degrees:g}"
    dataset.MagneticFieldStrength = f"{scanner.field_strength_t:g}"


def _placement(dataset: Dataset, header: ExamHeader, grid: Grid, index: int) -> None:
    put_plane(dataset, grid, index)
    dataset.SpacingBetweenSlices = f"{grid.spacing_mm[0]:g}"
    dataset.FrameOfReferenceUID = visit_uid(header, "frame of reference")


def _pixels(dataset: Dataset, pixels: NDArray[np.int16]) -> None:
    put_grey_pixels(dataset, pixels)
    dataset.WindowCenter, dataset.WindowWidth = "500", "1000"


def visit_uid(header: ExamHeader, *parts: object) -> str:
    """A UID of this visit from what it names."""
    return made_uid(header.patient, header.seed, header.visit, *parts)
