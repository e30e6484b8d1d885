"""A diffusion exam as DICOM: one image per b-value, direction and slice, or the scanner's map."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from neoher.simulate.dicom_parts import date_and_time, put_grey_pixels, put_plane, started_object
from neoher.simulate.diffusion.forms import MAPS, PUT_B_VALUE, DiffusionForm
from neoher.simulate.diffusion.scanning import B_VALUES, DIFFUSION_GRID, ScannedDiffusion
from neoher.simulate.mr.dicom_writing import ExamHeader, put_visit, visit_uid
from neoher.simulate.mr.scanner import Scanner
from neoher.simulate.segmentation import LESION, Segment, SegmentedExam, write_segmentation

__all__ = ["write_diffusion", "write_outlines"]

_SERIES, _MAP_SERIES = 20, 21
_BEFORE_INJECTION = dt.timedelta(minutes=9)


def write_diffusion(
    folder: Path, header: ExamHeader, scanner: Scanner, scanned: ScannedDiffusion, form: DiffusionForm
) -> int:
    """Write the exam into `folder`; returns the number of objects."""
    folder.mkdir(parents=True)
    if form in MAPS:
        return _write_map(folder, header, scanner, scanned, form)
    number = 0
    for b_value, images in zip(B_VALUES, scanned.signal, strict=True):
        for image in images:
            for index in range(DIFFUSION_GRID.shape[0]):
                number += 1
                dataset = _image(header, scanner, index, image[index], number)
                _series(dataset, header, _SERIES, "ep2d_diff_tra_b0_100_600_800", number)
                dataset.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"]
                PUT_B_VALUE[form](dataset, b_value)
                dataset.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
    return number


def write_outlines(
    path: Path, header: ExamHeader, scanner: Scanner, outlines: dict[str, NDArray[np.bool_]]
) -> None:
    """Write the outlines of lesions on the diffusion images as one SEG."""

    def put(dataset: Dataset) -> None:
        put_visit(dataset, header, scanner)
        dataset.FrameOfReferenceUID = visit_uid(header, "frame of reference")

    exam = SegmentedExam(lambda *parts: visit_uid(header, "regions", *parts), put, header.injected_at)
    segments = [Segment(lesion, LESION, inside) for lesion, inside in outlines.items()]
    write_segmentation(path, exam, DIFFUSION_GRID, segments)


def _write_map(
    folder: Path, header: ExamHeader, scanner: Scanner, scanned: ScannedDiffusion, form: DiffusionForm
) -> int:
    stored = np.rint(scanned.scanner_map() / MAPS[form].slope_1e6).astype(np.int16)
    for index, plane in enumerate(stored):
        dataset = _image(header, scanner, index, plane, index + 1)
        _series(dataset, header, _MAP_SERIES, "ep2d_diff_tra_ADC", index + 1)
        dataset.ImageType = ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]
        MAPS[form].put(dataset)
        dataset.save_as(folder / f"{index + 1:04d}.dcm", enforce_file_format=True)
    return len(stored)


def _image(
    header: ExamHeader, scanner: Scanner, index: int, pixels: NDArray[np.int16], number: int
) -> Dataset:
    dataset = started_object(MRImageStorage, "MR")
    put_visit(dataset, header, scanner)
    moment = header.injected_at - _BEFORE_INJECTION
    dataset.AcquisitionDate, dataset.AcquisitionTime = date_and_time(moment)
    dataset.ContentDate, dataset.ContentTime = dataset.AcquisitionDate, dataset.AcquisitionTime
    dataset.SeriesDate, dataset.SeriesTime = date_and_time(moment)
    dataset.InstanceNumber = number
    dataset.BodyPartExamined, dataset.PatientPosition = "BREAST", "FFP"
    dataset.ScanningSequence, dataset.SequenceVariant = "EP", "SK"
    dataset.ScanOptions, dataset.MRAcquisitionType = "FS", "2D"
    dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "8000", "72", "90"
    dataset.MagneticFieldStrength = f"{scanner.field_strength_t:g}"
    dataset.FrameOfReferenceUID = visit_uid(header, "frame of reference")
    dataset.SpacingBetweenSlices = f"{DIFFUSION_GRID.spacing_mm[0]:g}"
    put_plane(dataset, DIFFUSION_GRID, index)
    put_grey_pixels(dataset, pixels)
    return dataset


def _series(dataset: Dataset, header: ExamHeader, number: int, description: str, instance: int) -> None:
    dataset.SeriesInstanceUID, dataset.SeriesNumber = visit_uid(header, "series", number), number
    dataset.SeriesDescription = description
    dataset.SOPInstanceUID = visit_uid(header, "object", number, instance)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
