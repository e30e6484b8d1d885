"""A mammogram as DICOM, with its scale stated in the ways in which devices state it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from neoher.simulate.dicom_parts import (
    Code,
    code_item,
    date_and_time,
    decimal,
    made_uid,
    put_grey_pixels,
    put_patient,
    started_object,
)
from neoher.simulate.plane.mammogram import DETECTOR_MM, Mammogram

__all__ = ["MammogramForm", "PlaneHeader", "stated_over_true", "write_mammogram"]

_VIEW_CODES = {
    "CC": Code("399162004", "SCT", "cranio-caudal"),
    "MLO": Code("399368009", "SCT", "medio-lateral oblique"),
}
_MAGNIFIED = Code("399163009", "SCT", "magnification")
_SOURCE_TO_DETECTOR_MM = 660.0


class MammogramForm(StrEnum):
    """How a mammogram states its scale."""

    FACTOR = "factor"
    """The detector's pixel and the estimated magnification."""
    DISTANCES = "distances"
    """The detector's pixel and the distances of detector and patient from the source."""
    CALIBRATED = "calibrated"
    """A pixel in the body, calibrated by geometry, beside the detector's."""
    DETECTOR = "detector"
    """The detector's pixel alone: lengths are longer than in the body."""
    UNSTATED = "unstated"
    """A pixel spacing of which nothing says whether it is in the body or on the detector."""


@dataclass(frozen=True, slots=True)
class PlaneHeader:
    """Who and when."""

    patient: str
    birth_year: int
    seed: int
    exam: str
    taken_at: dt.datetime

    def uid(self, *parts: object) -> str:
        """A UID of this exam from what it names."""
        return made_uid(self.patient, self.seed, self.exam, *parts)


def stated_over_true(form: MammogramForm, magnification: float) -> float | None:
    """What the image's scale makes of 1 mm in the body; None where it has no scale."""
    if form is MammogramForm.UNSTATED:
        return None
    return magnification if form is MammogramForm.DETECTOR else 1.0


def write_mammogram(
    path: Path, header: PlaneHeader, image: Mammogram, view: str, form: MammogramForm, number: int
) -> None:
    """Write one view of a left breast."""
    dataset = started_object(DigitalMammographyXRayImageStorageForPresentation, "MG")
    put_patient(dataset, header.patient, header.birth_year)
    dataset.Manufacturer, dataset.ManufacturerModelName = "HOLOGIC, Inc.", "Selenia Dimensions"
    dataset.StudyInstanceUID, dataset.StudyID = header.uid("study"), header.exam
    dataset.StudyDescription = "Mammography, simulated"
    dataset.SeriesInstanceUID, dataset.SeriesNumber = header.uid("series", number), number
    dataset.SOPInstanceUID = header.uid("object", number)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.InstanceNumber = 1
    for name in ("Study", "Series", "Acquisition", "Content"):
        date, time = date_and_time(header.taken_at)
        setattr(dataset, f"{name}Date", date)
        setattr(dataset, f"{name}Time", time)
    factor = image.projection.magnification
    dataset.SeriesDescription = f"L {view}{' magnification' if factor >= 1.5 else ''}"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.BodyPartExamined = "BREAST"
    dataset.ImageLaterality, dataset.ViewPosition = "L", view
    dataset.PatientOrientation = ["A", "R"] if view == "CC" else ["A", "FR"]
    code = code_item(_VIEW_CODES[view])
    code.ViewModifierCodeSequence = Sequence([code_item(_MAGNIFIED)] if factor >= 1.5 else [])
    dataset.ViewCodeSequence = Sequence([code])
    dataset.BreastImplantPresent, dataset.PartialView = "NO", "NO"
    _PUT_SCALE[form](dataset, factor)
    put_grey_pixels(dataset, image.pixels)
    dataset.WindowCenter, dataset.WindowWidth = "1500", "3000"
    dataset.save_as(path, enforce_file_format=True)


def _put_detector(dataset: Dataset, _: float) -> None:
    dataset.ImagerPixelSpacing = [decimal(DETECTOR_MM)] * 2


def _put_factor(dataset: Dataset, factor: float) -> None:
    _put_detector(dataset, factor)
    dataset.EstimatedRadiographicMagnificationFactor = decimal(factor)


def _put_distances(dataset: Dataset, factor: float) -> None:
    _put_detector(dataset, factor)
    dataset.DistanceSourceToDetector = decimal(_SOURCE_TO_DETECTOR_MM)
    dataset.DistanceSourceToPatient = decimal(_SOURCE_TO_DETECTOR_MM / factor)


def _put_calibrated(dataset: Dataset, factor: float) -> None:
    _put_detector(dataset, factor)
    dataset.PixelSpacing = [decimal(DETECTOR_MM / factor)] * 2
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    dataset.PixelSpacingCalibrationDescription = "plane of the lesion"


def _put_unstated(dataset: Dataset, _: float) -> None:
    dataset.PixelSpacing = [decimal(DETECTOR_MM)] * 2


_PUT_SCALE: dict[MammogramForm, Callable[[Dataset, float], None]] = {
    MammogramForm.FACTOR: _put_factor,
    MammogramForm.DISTANCES: _put_distances,
    MammogramForm.CALIBRATED: _put_calibrated,
    MammogramForm.DETECTOR: _put_detector,
    MammogramForm.UNSTATED: _put_unstated,
}
