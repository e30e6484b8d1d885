"""A tomosynthesis as DICOM: one object of many frames, each with its plane in the patient."""

from __future__ import annotations

from collections.abc import Sequence as Several
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BreastTomosynthesisImageStorage

from neoher.simulate.dicom_parts import Code, code_item, decimal, put_grey_pixels, started_object
from neoher.simulate.plane.mammogram_writing import PlaneHeader, put_mammography
from neoher.simulate.plane.tomosynthesis import SLICE_MM, Slice, Tomosynthesis

__all__ = ["write_tomosynthesis"]

_BREAST = Code("76752008", "SCT", "Breast")
_STACK = "1"


def write_tomosynthesis(
    path: Path, header: PlaneHeader, image: Tomosynthesis, view: str, number: int
) -> None:
    """Write the slices of one view of a left breast.

    Plane position stands in each frame, orientation is shared; the pixel's size is shared where it is the
    same in all slices, and stands in each frame where it is not.
    """
    dataset = started_object(BreastTomosynthesisImageStorage, "MG")
    put_mammography(dataset, header, view, number)
    dataset.ImageType = ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
    dataset.VolumetricProperties = "VOLUME"
    dataset.FrameOfReferenceUID = header.uid("frame of reference")
    dataset.PositionReferenceIndicator = ""
    # The detector's own pixel, which a reconstructed slice does not have.
    dataset.ImagerPixelSpacing = ["0.14", "0.14"]
    dataset.NumberOfFrames = len(image.slices)
    dataset.SharedFunctionalGroupsSequence = Sequence([_shared(image)])
    frames = enumerate(image.slices)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [_of_frame(one, index, own_pixel=image.conical) for index, one in frames]
    )
    put_grey_pixels(dataset, image.slices[0].pixels)
    stacked = np.stack([one.pixels for one in image.slices])
    dataset.PixelData = np.ascontiguousarray(stacked).astype("<i2").tobytes()
    dataset.save_as(path, enforce_file_format=True)


def _shared(image: Tomosynthesis) -> Dataset:
    orientation = Dataset()
    orientation.ImageOrientationPatient = _decimals([value for axis in image.axes for value in axis])
    anatomy = Dataset()
    anatomy.FrameLaterality = "L"
    anatomy.AnatomicRegionSequence = Sequence([code_item(_BREAST)])
    kind = Dataset()
    kind.FrameType = ["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"]
    window = Dataset()
    window.WindowCenter, window.WindowWidth = "1500", "3000"
    values = Dataset()
    values.RescaleIntercept, values.RescaleSlope, values.RescaleType = "0", "1", "US"
    shared = Dataset()
    shared.PlaneOrientationSequence = Sequence([orientation])
    shared.FrameAnatomySequence = Sequence([anatomy])
    shared.XRay3DFrameTypeSequence = Sequence([kind])
    shared.FrameVOILUTSequence = Sequence([window])
    shared.PixelValueTransformationSequence = Sequence([values])
    if not image.conical:
        shared.PixelMeasuresSequence = Sequence([_measures(image.slices[0])])
    return shared


def _of_frame(one: Slice, index: int, *, own_pixel: bool) -> Dataset:
    content = Dataset()
    content.StackID, content.InStackPositionNumber = _STACK, index + 1
    position = Dataset()
    position.ImagePositionPatient = _decimals(one.corner_mm.tolist())
    group = Dataset()
    group.FrameContentSequence = Sequence([content])
    group.PlanePositionSequence = Sequence([position])
    if own_pixel:
        group.PixelMeasuresSequence = Sequence([_measures(one)])
    return group


def _measures(one: Slice) -> Dataset:
    measures = Dataset()
    measures.PixelSpacing = [decimal(one.projection.pixel_in_body_mm)] * 2
    measures.SliceThickness = decimal(SLICE_MM)
    measures.SpacingBetweenSlices = decimal(SLICE_MM)
    return measures


def _decimals(values: Several[float]) -> list[str]:
    return [decimal(round(value, 8)) for value in values]
