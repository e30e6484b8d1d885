"""Plane images: mammograms, tomosynthesis slices and ultrasound images, with what they state of their scale.

image = read_plane_image(Path("mg-cc.dcm"))
image.projection or image.ultrasound    # the facts a calibration needs

Only the header is read. The pixels are not needed to turn two points into a length.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from neoher.errors import ImageError
from neoher.intake.files.objects import find_objects
from neoher.intake.files.sources import ObjectSource
from neoher.volume.calibration import PixelBox, ProjectionFacts, UltrasoundRegion

__all__ = ["PlaneImage", "PlaneObject", "find_plane_images", "plane_image_of", "read_plane_image"]

_PROJECTION, _ULTRASOUND = {"MG", "DX", "CR"}, {"US"}
_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"
_SECONDARY_CAPTURES = {
    "1.2.840.10008.5.1.4.1.1.7",
    *(f"1.2.840.10008.5.1.4.1.1.7.{kind}" for kind in (1, 2, 3, 4)),
}
_TWO_DIMENSIONAL = 1
_TRANSPARENT = 1  # bit 0 of the region's flags: its pixels may belong to another region


@dataclass(frozen=True, slots=True)
class PlaneImage:
    """One frame of a radiograph or an ultrasound image."""

    label: str
    modality: str
    """MG, DX, CR or US."""
    size: tuple[int, int]
    """Rows and columns."""
    frames: int
    frame: int
    """Which of them, from 0."""
    laterality: str
    """'L', 'R', 'B' or ''."""
    view: str
    """CC, MLO … of a mammogram; ''."""
    magnified: bool
    """A magnification view, by its view modifier."""
    projection: ProjectionFacts | None
    regions: tuple[UltrasoundRegion, ...]
    pixel_spacing: tuple[float, float] | None
    """Of the frame (rows, columns) in mm; for a mammogram see `projection`."""
    processed: bool = False
    """Whether the object says that its pixels were made from others, as exports are."""
    sop_uid: str = ""
    """SOP Instance UID (0008,0018)."""
    directions: tuple[str, str] | None = None
    """Where the rows point to the right, and the columns downwards, in the patient (0020,0020)."""

    @property
    def shown_view(self) -> str:
        """'L CC', 'R MLO, magnified'; '' where the image states neither side nor view."""
        words = " ".join(word for word in (self.laterality, self.view) if word)
        return f"{words}, magnified".removeprefix(", ") if self.magnified else words


@dataclass(frozen=True, slots=True)
class PlaneObject:
    """One object that holds a plane image, and its first frame as read from the header."""

    source: ObjectSource
    image: PlaneImage


def read_plane_image(path: Path, frame: int = 0) -> PlaneImage:
    """The one image at `path`: a file, or a folder or archive that holds a single object.

    Raises: ImageError for a path with no or several images, another modality, a frame that is not there, or
    a header that cannot be read.
    """
    objects = find_objects(path)
    if len(objects) > 1:
        raise ImageError(
            f"{len(objects)} images lie here: a length belongs to one.", str(path), "Give one file."
        )
    return plane_image_of(objects[0], frame)


def find_plane_images(path: Path, modalities: frozenset[str]) -> tuple[PlaneObject, ...]:
    """The images of these modalities below `path`, sorted by label; reports and other images are left out.

    Raises: ImageError for a path that cannot be read or an image whose header cannot be.
    """
    found = []
    for source in find_objects(path):
        image = _read(source, 0, modalities)
        if image is not None:
            found.append(PlaneObject(source, image))
    return tuple(found)


def plane_image_of(source: ObjectSource, frame: int = 0) -> PlaneImage:
    """The frame of one object. Raises: ImageError as `read_plane_image`."""
    image = _read(source, frame, None)
    assert image is not None  # nothing is left out without `modalities`
    return image


def _read(source: ObjectSource, frame: int, modalities: frozenset[str] | None) -> PlaneImage | None:
    """The frame; None where the object is of another modality than those asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a value out of its form is judged below, where it is used
            dataset = pydicom.dcmread(io.BytesIO(source.read()), stop_before_pixels=True, force=True)
            if modalities is not None and _modality(dataset) not in modalities:
                return None
            return _image(dataset, source.label, frame)
    except ImageError:
        raise
    except Exception as error:  # pydicom raises what its parts raise on a damaged header
        raise ImageError(
            f"the header cannot be read ({type(error).__name__}).", source.label, "Export the image again."
        ) from error


def _image(dataset: Dataset, label: str, frame: int) -> PlaneImage:
    modality = _modality(dataset)
    if modality not in _PROJECTION | _ULTRASOUND:
        raise ImageError(
            f"modality {modality or 'not stated'} is no mammogram, radiograph or ultrasound image.",
            label,
            "Give an image of modality MG, DX, CR or US.",
        )
    rows, columns = (int(dataset.get(name, 0) or 0) for name in ("Rows", "Columns"))
    if rows <= 0 or columns <= 0:
        raise ImageError("the object holds no image matrix.", label, "Give the image itself.")
    frames = max(int(dataset.get("NumberOfFrames", 1) or 1), 1)
    if not 0 <= frame < frames:
        raise ImageError(f"there is no frame {frame}: the image has {frames}.", label, "Frames count from 0.")
    spacing = _frame_spacing(dataset, frame) or _pair(dataset, "PixelSpacing")
    views, modifiers = _views(dataset)
    return PlaneImage(
        label=label,
        modality=modality,
        size=(rows, columns),
        frames=frames,
        frame=frame,
        laterality=_text(dataset, "ImageLaterality") or _text(dataset, "Laterality"),
        view=_text(dataset, "ViewPosition") or views,
        magnified=modifiers,
        projection=_projection(dataset, spacing) if modality in _PROJECTION else None,
        regions=_regions(dataset, frame) if modality in _ULTRASOUND else (),
        pixel_spacing=spacing,
        processed=_processed(dataset),
        sop_uid=_text(dataset, "SOPInstanceUID"),
        directions=_directions(dataset),
    )


def _modality(dataset: Dataset) -> str:
    return str(dataset.get("Modality", "") or "").strip().upper()


def _directions(dataset: Dataset) -> tuple[str, str] | None:
    value = dataset.get("PatientOrientation")
    if value in (None, "") or isinstance(value, str) or len(value) != 2 or not all(value):
        return None
    return str(value[0]).strip(), str(value[1]).strip()


def _projection(dataset: Dataset, spacing: tuple[float, float] | None) -> ProjectionFacts:
    return ProjectionFacts(
        reconstructed=str(dataset.get("SOPClassUID", "")) == _TOMOSYNTHESIS,
        imager_pixel_spacing=_pair(dataset, "ImagerPixelSpacing"),
        pixel_spacing=spacing,
        calibration_type=_text(dataset, "PixelSpacingCalibrationType"),
        calibration_description=_text(dataset, "PixelSpacingCalibrationDescription"),
        magnification=_number(dataset, "EstimatedRadiographicMagnificationFactor"),
        source_to_detector=_number(dataset, "DistanceSourceToDetector"),
        source_to_patient=_number(dataset, "DistanceSourceToPatient"),
        scanned_pixel_spacing=_pair(dataset, "NominalScannedPixelSpacing"),
    )


def _frame_spacing(dataset: Dataset, frame: int) -> tuple[float, float] | None:
    """Pixel Spacing of the frame's own or the shared functional group."""
    for group in _groups(dataset, frame):
        for measures in (group.get("PixelMeasuresSequence") or [])[:1]:
            found = _pair(measures, "PixelSpacing")
            if found is not None:
                return found
    return None


def _groups(dataset: Dataset, frame: int) -> Iterator[Dataset]:
    """The frame's own functional groups, then those that all frames share."""
    own = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    yield from (*own[frame : frame + 1], *shared[:1])


def _processed(dataset: Dataset) -> bool:
    kinds = dataset.get("ImageType") or []
    kind = kinds if isinstance(kinds, str) else next(iter(kinds), "")
    return (
        str(kind).strip().upper() == "DERIVED" or str(dataset.get("SOPClassUID", "")) in _SECONDARY_CAPTURES
    )


def _regions(dataset: Dataset, frame: int) -> tuple[UltrasoundRegion, ...]:
    """The regions that the frame states for itself; where it states none, those of the whole object."""
    listed = next(
        (
            group.SequenceOfUltrasoundRegions
            for group in _groups(dataset, frame)
            if group.get("SequenceOfUltrasoundRegions")
        ),
        dataset.get("SequenceOfUltrasoundRegions") or [],
    )
    return tuple(
        UltrasoundRegion(
            box=PixelBox(
                left=int(item.RegionLocationMinX0),
                top=int(item.RegionLocationMinY0),
                right=int(item.RegionLocationMaxX1),
                bottom=int(item.RegionLocationMaxY1),
            ),
            shows_space=int(item.get("RegionSpatialFormat", 0) or 0) == _TWO_DIMENSIONAL,
            transparent=bool(int(item.get("RegionFlags", 0) or 0) & _TRANSPARENT),
            unit_across=int(item.get("PhysicalUnitsXDirection", 0) or 0),
            unit_down=int(item.get("PhysicalUnitsYDirection", 0) or 0),
            delta_across=float(item.get("PhysicalDeltaX", 0) or 0),
            delta_down=float(item.get("PhysicalDeltaY", 0) or 0),
        )
        for item in listed
    )


_VIEW_CODES = {  # SNOMED CT and SRT codes of the two standard projections, CID 4014
    "399162004": "CC", "R-10242": "CC", "399368009": "MLO", "R-10226": "MLO",
    "399260004": "ML", "R-10224": "ML", "399352003": "LM", "R-10228": "LM",
}  # fmt: skip
_MAGNIFICATION_CODES = {"399163009", "R-102D6"}


def _views(dataset: Dataset) -> tuple[str, bool]:
    """The view by its code, and whether a modifier says it is magnified."""
    view, magnified = "", False
    for item in dataset.get("ViewCodeSequence") or []:
        view = view or _VIEW_CODES.get(_code(item), "")
        modifiers: Iterable[Any] = item.get("ViewModifierCodeSequence") or []
        magnified = magnified or any(_code(one) in _MAGNIFICATION_CODES for one in modifiers)
    return view, magnified


def _code(item: Dataset) -> str:
    return str(item.get("CodeValue", "") or "").strip()


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword, "") or "").strip()


def _number(dataset: Dataset, keyword: str) -> float | None:
    value = dataset.get(keyword)
    if value in (None, ""):
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(keyword)
    return number if number != 0 else None  # a distance or factor of 0 is a field left empty


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    value = dataset.get(keyword)
    if value in (None, "") or isinstance(value, str):
        return None
    if len(value) != 2:
        raise ValueError(keyword)
    return float(value[0]), float(value[1])
