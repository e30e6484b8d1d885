"""`neoher length`: two points on a mammogram or an ultrasound image to a length, declared once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from neoher.errors import ImageError
from neoher.imaging.projection import calibrate_projection
from neoher.imaging.ultrasound import Point, calibrate_ultrasound
from neoher.intake.plane_image import PlaneImage, read_plane_image
from neoher.measure.option_forms import JOINED_BY_COMMAS
from neoher.record.calculator import Calculator, Option, Source
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.volume.calibration import Calibration, CalibrationPlane

__all__ = ["CALCULATOR", "LengthInputs", "LengthOnImage", "LengthValue", "compute", "length_on"]

DICOM = "https://dicom.nema.org/medical/dicom/current/output/html/part03.html"


class LengthInputs(Frozen):
    """An image and two points on it."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The image: one DICOM file of modality MG, DX, CR or US."""
    start: Annotated[tuple[float, float], Option("from", unit="pixels", takes="column,row"), JOINED_BY_COMMAS]
    """First point, column and row counted from 0 at the centre of the first pixel."""
    end: Annotated[tuple[float, float], Option("to", unit="pixels", takes="column,row"), JOINED_BY_COMMAS]
    """Second point, likewise."""
    frame: Annotated[int, Option("frame")] = Field(default=0, ge=0)
    """Frame of a multi-frame image or slice of a tomosynthesis, counted from 0."""


class LengthValue(Frozen):
    """The length between two points."""

    length_mm: float | None
    """In mm, in the plane that `plane` names; null where the image is uncalibrated."""
    length_pixels: float
    """In pixels."""
    plane: CalibrationPlane
    """`object`, `calibrated` or `reconstructed`: in the body; `detector`: on the detector; `unknown`."""
    pixel_mm: tuple[float, float] | None
    """Size of a pixel in mm: between rows, between columns."""
    basis: str
    """Which statements of the image the size rests on."""
    sop_instance: str | None = None
    """SOP Instance UID of the image: with the points, what `callipers` of an exam in case.yaml hold."""

    def in_words(self) -> str:
        """For a reader."""
        if self.length_mm is None:
            return f"{self.length_pixels:.1f} pixels ({self.basis})"
        plane = " on the detector" if self.plane is CalibrationPlane.DETECTOR else ""
        return f"{self.length_mm:.1f} mm{plane} ({self.basis})"


@dataclass(frozen=True, slots=True)
class LengthOnImage:
    """A length and what must be known before it is read."""

    value: LengthValue
    warnings: tuple[tuple[str, str], ...]
    """(code, message)."""


def length_on(image: PlaneImage, start: Point, end: Point) -> LengthOnImage:
    """The length between two points (column, row) of one frame, in mm where the image allows.

    Raises: ImageError for points outside the image or its calibrated regions, or a scale that cannot be.
    """
    points = (start, end)
    _refuse_outside(image, points)
    calibration = _calibration(image, points)
    across, down = end[0] - start[0], end[1] - start[1]
    pixels = math.hypot(across, down)
    length = None
    if calibration.pixel_mm is not None:
        length = math.hypot(across * calibration.pixel_mm[1], down * calibration.pixel_mm[0])
    warnings = [*calibration.warnings]
    if image.magnified and calibration.plane is CalibrationPlane.DETECTOR:
        message = "This is a magnification view: the length on the detector is far from that in the body."
        warnings.append(("magnification-view", message))
    if calibration.pixel_mm is None and not math.isclose(down, 0) and not math.isclose(across, 0):
        warnings.append(("pixels-may-not-be-square", "An oblique length in pixels assumes square pixels."))
    value = LengthValue(
        length_mm=length,
        length_pixels=pixels,
        plane=calibration.plane,
        pixel_mm=calibration.pixel_mm,
        basis=calibration.basis,
        sop_instance=image.sop_uid or None,
    )
    return LengthOnImage(value, tuple(warnings))


def compute(inputs: LengthInputs) -> Conclusion[LengthValue]:
    """The length between the two points, in mm where the image allows."""
    image = read_plane_image(inputs.path, inputs.frame)
    found = length_on(image, inputs.start, inputs.end)
    value = found.value
    return Conclusion(
        value=value,
        because=(
            Step(
                step=f"{image.modality}, {image.size[1]} x {image.size[0]} pixels: {value.basis}",
                rule="the size of a pixel in the body is taken from what the image states, never assumed",
                inputs={
                    "modality": image.modality,
                    "laterality": image.laterality or None,
                    "view": image.view or None,
                    "frame": image.frame,
                },
            ),
            Step(
                step=f"{value.length_pixels:.2f} pixels between the points",
                rule="distance of the two points, each direction by its own pixel size",
                inputs={"from": list(inputs.start), "to": list(inputs.end)},
            ),
        ),
        missing=() if value.length_mm is not None else ("pixel calibration",),
        warnings=tuple(Caution(code=code, message=message) for code, message in found.warnings),
        sources=(DICOM,),
    )


def _calibration(image: PlaneImage, points: tuple[tuple[float, float], ...]) -> Calibration:
    if image.projection is not None:
        return calibrate_projection(image.projection, image.label)
    return calibrate_ultrasound(
        image.regions,
        image.size,
        points,
        pixel_spacing=image.pixel_spacing,
        processed=image.processed,
        where=image.label,
    )


def _refuse_outside(image: PlaneImage, points: tuple[tuple[float, float], ...]) -> None:
    rows, columns = image.size
    for column, row in points:
        if not (-0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5):
            raise ImageError(
                f"the point {column:g},{row:g} lies outside the image of {columns} x {rows} pixels.",
                image.label,
                "Give column,row counted from 0.",
            )


CALCULATOR: Calculator[LengthInputs, LengthValue] = Calculator(
    name="length",
    summary="Length between two points on a mammogram, tomosynthesis slice or ultrasound image.",
    inputs=LengthInputs,
    output=LengthValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-mg/lcc.dcm --from=812,400 --to=1160,610",
    explanation="""\
A mammogram is larger than the breast. The size of a pixel in the body is, in this order: that of a
reconstructed tomosynthesis slice; Pixel Spacing where its calibration type says GEOMETRY or FIDUCIAL; Imager
Pixel Spacing divided by the magnification that is stated or follows from the distances to the source. With
Imager Pixel Spacing alone the length is that on the detector, and so named. An ultrasound image is measured
inside the calibrated region that holds both points, each direction by its own step; regions of the frame go
before those of the object. A region written for another matrix (a resized image) is not used, nor one that
differs from the pixel spacing; on an image that was processed it is used with a warning. Where nothing of
this is stated the length is in pixels and `length_mm` is null.

To keep a length with the patient, write the points into case.yaml, under `callipers` of the exam, with
`sop_instance` or the file's name: `neoher measure` then measures it. It does not find the points: a reader
sets them. A projection shortens what lies along its beam.""",
    sources=(
        Source(
            id=DICOM,
            citation="DICOM PS3.3, sections 10.7 and C.8.5.5.",
            reading="the attributes' meaning; the order of preference above is a decision of this project",
        ),
    ),
)
