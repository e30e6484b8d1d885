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

__all__ = [
    "TOMOSYNTHESIS",
    "MammogramForm",
    "PlaneHeader",
    "put_mammography",
    "stated_over_true",
    "write_mammogram",
]

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
    FIDUCIAL = "fiducial"
    """A pixel in the body, calibrated by an object of known size; nothing else."""
    BOTH_ALIKE = "both-alike"
    """The detector's pixel in both elements, and the magnification."""
    CLAIMED = "claimed"
    """The same, with a calibration by geometry claimed that was not done."""
    OTHER_SPACING = "other-spacing"
    """The detector's pixel and the magnification, beside a pixel spacing of neither plane and no type."""
    DETECTOR = "detector"
    """The detector's pixel alone: lengths are longer than in the body."""
    UNSTATED = "unstated"
    """A pixel spacing of which nothing says whether it is in the body or on the detector."""
    FILM = "film"
    """A digitised film: the pixel on the film."""
    NEITHER = "neither"
    """No pixel's size at all."""
    TOMOSYNTHESIS = "tomosynthesis"
    """Reconstructed slices with one pixel spacing for all."""
    TOMOSYNTHESIS_PER_FRAME = "tomosynthesis-per-frame"
    """Reconstructed slices, each with a pixel spacing of its own."""


TOMOSYNTHESIS = frozenset({MammogramForm.TOMOSYNTHESIS, MammogramForm.TOMOSYNTHESIS_PER_FRAME})


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
    if form in {MammogramForm.UNSTATED, MammogramForm.FILM, MammogramForm.NEITHER}:
        return None
    return magnification if form is MammogramForm.DETECTOR else 1.0


def write_mammogram(
    path: Path, header: PlaneHeader, image: Mammogram, view: str, form: MammogramForm, number: int
) -> None:
    """Write one view of a left breast."""
    dataset = started_object(DigitalMammographyXRayImageStorageForPresentation, "MG")
    factor = image.projection.magnification
    put_mammography(dataset, header, view, number, magnified=factor >= 1.5)
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    _PUT_SCALE[form](dataset, factor)
    put_grey_pixels(dataset, image.pixels)
    dataset.WindowCenter, dataset.WindowWidth = "1500", "3000"
    dataset.save_as(path, enforce_file_format=True)


def put_mammography(
    dataset: Dataset, header: PlaneHeader, view: str, number: int, *, magnified: bool = False
) -> None:
    """What every mammogram of a left breast states: who, when, which view."""
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
    dataset.SeriesDescription = f"L {view}{' magnification' if magnified else ''}"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.BodyPartExamined = "BREAST"
    dataset.ImageLaterality, dataset.ViewPosition = "L", view
    dataset.PatientOrientation = ["A", "R"] if view == "CC" else ["A", "FR"]
    code = code_item(_VIEW_CODES[view])
    code.ViewModifierCodeSequence = Sequence([code_item(_MAGNIFIED)] if magnified else [])
    dataset.ViewCodeSequence = Sequence([code])
    dataset.BreastImplantPresent, dataset.PartialView = "NO", "NO"


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


def _put_fiducial(dataset: Dataset, factor: float) -> None:
    dataset.PixelSpacing = [decimal(DETECTOR_MM / factor)] * 2
    dataset.PixelSpacingCalibrationType = "FIDUCIAL"
    dataset.PixelSpacingCalibrationDescription = "marker of known size on the skin"


def _put_both_alike(dataset: Dataset, factor: float) -> None:
    _put_factor(dataset, factor)
    dataset.PixelSpacing = [decimal(DETECTOR_MM)] * 2


def _put_claimed(dataset: Dataset, factor: float) -> None:
    _put_both_alike(dataset, factor)
    dataset.PixelSpacingCalibrationType = "GEOMETRY"


def _put_other_spacing(dataset: Dataset, factor: float) -> None:
    _put_factor(dataset, factor)
    dataset.PixelSpacing = [decimal(2 * DETECTOR_MM)] * 2


def _put_unstated(dataset: Dataset, _: float) -> None:
    dataset.PixelSpacing = [decimal(DETECTOR_MM)] * 2


def _put_film(dataset: Dataset, _: float) -> None:
    dataset.NominalScannedPixelSpacing = [decimal(DETECTOR_MM)] * 2


def _put_nothing(dataset: Dataset, _: float) -> None:
    """No size is stated."""


_PUT_SCALE: dict[MammogramForm, Callable[[Dataset, float], None]] = {
    MammogramForm.FACTOR: _put_factor,
    MammogramForm.DISTANCES: _put_distances,
    MammogramForm.CALIBRATED: _put_calibrated,
    MammogramForm.FIDUCIAL: _put_fiducial,
    MammogramForm.BOTH_ALIKE: _put_both_alike,
    MammogramForm.CLAIMED: _put_claimed,
    MammogramForm.OTHER_SPACING: _put_other_spacing,
    MammogramForm.DETECTOR: _put_detector,
    MammogramForm.UNSTATED: _put_unstated,
    MammogramForm.FILM: _put_film,
    MammogramForm.NEITHER: _put_nothing,
}
