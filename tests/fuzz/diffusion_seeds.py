"""Valid diffusion exams that the mutations start from, in the forms of several vendors."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage

__all__ = ["MUTATED_SLICE", "SLICES", "diffusion_exams"]

SLICES, SIDE = 5, 8
MUTATED_SLICE = 2
ROOT = "1.2.826.0.1.8"
B_VALUES = ((0.0, 1), (800.0, 2))
"""b-value in s/mm2 and number of directions."""
Mark = Callable[[Dataset, float], None]


def diffusion_exams() -> dict[str, list[bytes]]:
    """Exams by form: every object of each, that of the slice in the middle at the highest b-value first.

    The first is what gets mutated; the enhanced exam is one object.
    """
    return {
        "standard": _images(_standard),
        "siemens": _images(_private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", lambda b: str(int(b)))),
        "ge": _images(
            _private(0x0043, "GEMS_PARM_01", 0x39, "IS", lambda b: [str(10**9 + int(b)), "8", "0", "0"])
        ),
        "philips": _images(_private(0x2001, "Philips Imaging DD 001", 0x03, "FL", float)),
        "enhanced": [_written(_enhanced())],
        "map-without-unit": _map(lambda _: None),
        "map-real-world": _map(_put_real_world),
        "map-rescale-type": _map(_put_rescale_type),
    }


def _standard(dataset: Dataset, b: float) -> None:
    dataset.DiffusionBValue = b


def _private(group: int, creator: str, element: int, vr: str, write: Callable[[float], Any]) -> Mark:
    def mark(dataset: Dataset, b: float) -> None:
        dataset.private_block(group, creator, create=True).add_new(element, vr, write(b))

    return mark


def _coefficient(place: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(place).uniform(900, 1500, (SIDE, SIDE))


def _signal(b: float, direction: int, place: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(8000 * np.exp(-b * _coefficient(place) * (0.95 + 0.1 * direction) * 1e-6))


def _images(mark: Mark) -> list[bytes]:
    objects, mutated = [], b""
    number = 0
    for b, directions in B_VALUES:
        for direction in range(directions):
            for place in range(SLICES):
                number += 1
                image = _object(MRImageStorage, number, place, _signal(b, direction, place))
                image.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION"]
                image.SeriesDescription, image.ScanningSequence = "ep2d_diff", "EP"
                mark(image, b)
                objects.append(_written(image))
                if place == MUTATED_SLICE:
                    mutated = objects[-1]
    objects.remove(mutated)
    return [mutated, *objects]


def _map(put: Callable[[Dataset], None]) -> list[bytes]:
    objects = []
    for place in range(SLICES):
        image = _object(MRImageStorage, place + 1, place, _coefficient(place))
        image.ImageType, image.SeriesDescription = ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"], "ep2d_ADC"
        put(image)
        objects.append(_written(image))
    return [objects.pop(MUTATED_SLICE), *objects]


def _put_real_world(image: Dataset) -> None:
    mapping, unit = Dataset(), Dataset()
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "um2/s", "UCUM", "um2/s"
    mapping.RealWorldValueFirstValueMapped, mapping.RealWorldValueLastValueMapped = 0, 32767
    mapping.RealWorldValueIntercept, mapping.RealWorldValueSlope = 0.0, 1.0
    mapping.MeasurementUnitsCodeSequence = Sequence([unit])
    image.RealWorldValueMappingSequence = Sequence([mapping])


def _put_rescale_type(image: Dataset) -> None:
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = "0", "0.000001", "mm2/s"


def _object(kind: str, number: int, place: int, values: np.ndarray[Any, Any]) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = kind
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = f"{ROOT}.9.{number}"
    image.Modality, image.Manufacturer = "MR", "Test"
    image.PatientID, image.PatientName, image.PatientSex = "P1", "Test^Patient", "F"
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    image.FrameOfReferenceUID, image.SeriesNumber, image.InstanceNumber = f"{ROOT}.3", 4, number
    image.StudyDate = image.AcquisitionDate = "20250208"
    image.AcquisitionTime = "101500"
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.ImagePositionPatient = [0, 0, 5 * place]
    image.PixelSpacing, image.SliceThickness = [2, 2], 5
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = SIDE
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    image.PixelData = np.rint(values).astype("<u2").tobytes()
    return image


def _enhanced() -> Dataset:
    frames, groups = [], []
    for b, directions in B_VALUES:
        for direction in range(directions):
            for place in range(SLICES):
                frames.append(_signal(b, direction, place))
                groups.append(_frame(b, place))
    image = _object(EnhancedMRImageStorage, 1, 0, np.stack(frames))
    for name in ("ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing", "SliceThickness"):
        delattr(image, name)
    image.ImageType, image.SeriesDescription = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"], "DWI"
    image.NumberOfFrames = len(frames)
    orientation, measures, shared = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing, measures.SliceThickness = [2, 2], 5
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = (
        Sequence([orientation]),
        Sequence([measures]),
    )
    image.SharedFunctionalGroupsSequence = Sequence([shared])
    image.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return image


def _frame(b: float, place: int) -> Dataset:
    position, diffusion, group = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [0, 0, 5 * place]
    diffusion.DiffusionBValue = b
    group.PlanePositionSequence, group.MRDiffusionSequence = Sequence([position]), Sequence([diffusion])
    return group


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
