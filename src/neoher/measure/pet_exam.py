"""One PET exam: its series, its regions, its uptake, in this order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from neoher.errors import InputError, RegionError
from neoher.imaging.pet.body import Normalisation
from neoher.imaging.pet.conversion import convert
from neoher.imaging.pet.known import CannotConvert, Conversion
from neoher.imaging.pet.references import (
    PercistThreshold,
    aorta_cylinder,
    liver_sphere,
    percist_threshold,
)
from neoher.imaging.pet.segmentation import Segmented, above_share_of_maximum, above_threshold
from neoher.imaging.pet.uptake import Uptake, share_of_dose, suv_volume, uptake_in
from neoher.intake.dicom.headers import Progress
from neoher.intake.pet.exam import PetExam, find_pet
from neoher.intake.regions.reading import read_region, region_parts
from neoher.measure.once import Once
from neoher.measure.region_beside import region_beside
from neoher.measure.stages import Stage, stage
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask
from neoher.volume.pet import StatedPetFacts, SuvVolume

__all__ = [
    "MeasuredRegion",
    "PetMeasurement",
    "PetRequest",
    "PreparedPet",
    "Reference",
    "Segmentation",
    "SegmentationKind",
    "measure_pet",
    "prepare_pet",
]

_POINT = re.compile(r"\s*([-+0-9.eE]+)\s*,\s*([-+0-9.eE]+)\s*,\s*([-+0-9.eE]+)\s*")
_MOST_OF_DOSE = 1.25
"""An image that shows more than the injected activity is wrong; a quarter more is noise and calibration."""


class SegmentationKind(StrEnum):
    """How the part of a region that is measured is chosen."""

    NONE = "none"
    FIXED = "fixed"
    PERCENT = "percent"
    PERCIST = "percist"


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Which voxels of a region are measured."""

    kind: SegmentationKind = SegmentationKind.NONE
    threshold: float | None = None
    """For 'fixed': least SUV."""
    percent: float = 41.0
    """For 'percent': least share of the region's maximum."""


@dataclass(frozen=True, slots=True)
class PetRequest:
    """What to measure: an exam, its regions, and how."""

    images: Path
    regions: tuple[str, ...] = ()
    """As `neoher.intake.regions.read_region` takes them; () means the one object beside the images."""
    near: Path | None = None
    """Folder that relative region files lie in."""
    stated: StatedPetFacts = field(default_factory=StatedPetFacts)
    normalisation: Normalisation = Normalisation.BODY_WEIGHT
    segmentation: Segmentation = field(default_factory=Segmentation)
    liver: str | None = None
    """A region, or a point 'x,y,z' (LPS, mm) around which a sphere of 3 cm is laid."""
    blood_pool: str | None = None
    """A region, or a point 'x,y,z' (LPS, mm) around which a cylinder of 1 x 2 cm is laid."""
    series: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedPet:
    """An exam read as far as its headers, and what turns its numbers into SUV; no pixel read."""

    request: PetRequest
    exam: PetExam
    conversion: Conversion | CannotConvert


@dataclass(frozen=True, slots=True)
class Reference:
    """Uptake of a reference tissue."""

    tissue: str
    """'liver' or 'blood pool'."""
    mask: Mask
    uptake: Uptake


@dataclass(frozen=True, slots=True)
class MeasuredRegion:
    """One region and its uptake; None where no voxel reaches the threshold."""

    region: Mask
    measured: Mask | None
    threshold: float | None
    uptake: Uptake | None


@dataclass(frozen=True, slots=True)
class PetMeasurement:
    """What was measured."""

    prepared: PreparedPet
    conversion: Conversion
    volume: SuvVolume
    regions: tuple[MeasuredRegion, ...]
    references: Mapping[str, Reference]
    percist: PercistThreshold | None
    whole_image: bool
    """No region was given: the one that was measured is the whole image."""
    warnings: tuple[tuple[str, str], ...]


def prepare_pet(
    request: PetRequest, progress: Progress | None = None, once: Once | None = None
) -> PreparedPet:
    """Read the headers and decide the conversion; read no pixel.

    `once`: what was read of the exam before.
    Raises: ImageError where the series cannot be trusted; InputError where facts contradict one another or
    units cannot be converted.
    """
    if request.segmentation.kind is SegmentationKind.PERCIST and not request.normalisation.is_lean:
        raise InputError(
            "the PERCIST threshold is in SUL: it needs a normalisation by lean body mass.",
            "segment, normalise",
            "Add --normalise lbm-janmahasatian (or lbm-james).",
        )
    once = once or Once()
    headers = once.headers(request.images, progress)
    with stage(Stage.SORTING):
        exam = once.made(
            ("pet", request.images, request.series),
            lambda: find_pet(request.images, series=request.series, headers=headers),
        )
    with stage(Stage.UPTAKE):
        conversion = convert(exam.acquisition, request.stated, request.normalisation)
    return PreparedPet(request, exam, conversion)


def measure_pet(prepared: PreparedPet, conversion: Conversion) -> PetMeasurement:
    """Place the regions, read the pixels, measure.

    Raises: RegionError where a region does not fit; ImageError where pixels cannot be read.
    """
    request, exam = prepared.request, prepared.exam
    with stage(Stage.REGIONS):
        masks, notes = _regions(request, exam)
        places = {
            tissue: mask
            for tissue, mask in (
                ("liver", _reference(request.liver, exam, request.near, "liver")),
                ("blood pool", _reference(request.blood_pool, exam, request.near, "blood pool")),
            )
            if mask is not None
        }
    with stage(Stage.PIXELS):
        pixels = exam.load()
    whole = not masks
    regions = masks or (_whole_image(exam.grid),)
    with stage(Stage.UPTAKE):
        volume = suv_volume(pixels, conversion)
        references = {
            tissue: Reference(tissue, mask, uptake_in(volume, mask)) for tissue, mask in places.items()
        }
        percist = _percist(references) if request.normalisation.is_lean else None
        measured = tuple(_measured(volume, region, request.segmentation, percist) for region in regions)
    of_masks = tuple(note for mask in (*masks, *places.values()) for note in mask.warnings)
    return PetMeasurement(
        prepared=prepared,
        conversion=conversion,
        volume=volume,
        regions=measured,
        references=references,
        percist=percist,
        whole_image=whole,
        warnings=tuple(
            dict.fromkeys((*conversion.warnings, *notes, *of_masks, *_activity_warning(volume, conversion)))
        ),
    )


def _regions(request: PetRequest, exam: PetExam) -> tuple[tuple[Mask, ...], tuple[tuple[str, str], ...]]:
    """The regions on the exam's grid; every part of an object of which none was chosen."""
    sources: Sequence[str] = request.regions
    notes: tuple[tuple[str, str], ...] = ()
    if not sources:
        beside, notes = region_beside(request.images, "--region")
        sources = (beside,) if beside else ()
    masks: list[Mask] = []
    for source in sources:
        parts = region_parts(source, near=request.near)
        if len(parts) < 2:
            masks.append(_placed(source, exam, request.near))
            continue
        found, left_out = _placed_parts([f"{source}#{part.number}" for part in parts], exam, request.near)
        masks += found
        notes += left_out
    return tuple(masks), notes


def _placed_parts(
    sources: Sequence[str], exam: PetExam, near: Path | None
) -> tuple[list[Mask], tuple[tuple[str, str], ...]]:
    """The parts that can be placed; those that cannot (ROIs without contours) are named."""
    masks: list[Mask] = []
    refused: list[RegionError] = []
    for source in sources:
        try:
            masks.append(_placed(source, exam, near))
        except RegionError as error:
            refused.append(error)
    if not masks:
        raise refused[0]
    return masks, tuple(("region-left-out", f"A region was left out: {one}") for one in refused)


def _placed(source: str, exam: PetExam, near: Path | None) -> Mask:
    return read_region(
        source,
        exam.grid,
        near=near,
        frame_of_reference_uid=exam.frame_of_reference_uid,
        patient_id=exam.patient_id,
    )


def _reference(source: str | None, exam: PetExam, near: Path | None, tissue: str) -> Mask | None:
    if source is None:
        return None
    match = _POINT.fullmatch(source)
    if match is None:
        return _placed(source, exam, near)
    try:
        x, y, z = (float(part) for part in match.groups())
    except ValueError:
        raise RegionError("a point is three numbers in mm: x,y,z.", where=source) from None
    lay = liver_sphere if tissue == "liver" else aorta_cylinder
    return lay((x, y, z), exam.grid)


def _percist(references: Mapping[str, Reference]) -> PercistThreshold | None:
    """From the liver where it was given, else from the blood pool."""
    for tissue in ("liver", "blood pool"):
        reference = references.get(tissue)
        if reference is not None and reference.uptake.standard_deviation is not None:
            return percist_threshold(reference.uptake.mean, reference.uptake.standard_deviation, tissue)
    return None


def _measured(
    volume: SuvVolume, region: Mask, how: Segmentation, percist: PercistThreshold | None
) -> MeasuredRegion:
    segmented = _segmented(volume, region, how, percist)
    if segmented is None:
        return MeasuredRegion(region, region, None, uptake_in(volume, region))
    uptake = uptake_in(volume, segmented.mask) if segmented.mask is not None else None
    return MeasuredRegion(region, segmented.mask, segmented.threshold, uptake)


def _segmented(
    volume: SuvVolume, region: Mask, how: Segmentation, percist: PercistThreshold | None
) -> Segmented | None:
    match how.kind:
        case SegmentationKind.NONE:
            return None
        case SegmentationKind.PERCENT:
            return above_share_of_maximum(volume, region, how.percent)
        case SegmentationKind.FIXED:
            if how.threshold is None:
                raise InputError(
                    "a fixed threshold was asked for and none given.", "threshold", "--threshold 4"
                )
            return above_threshold(volume, region, how.threshold)
    if percist is None:
        raise InputError(
            "the PERCIST threshold needs the liver, or the blood pool where the liver is diseased.",
            "liver, blood_pool",
            "Give a region or a point: --liver x,y,z in mm.",
        )
    return above_threshold(volume, region, percist.sul)


def _whole_image(grid: Grid) -> Mask:
    import numpy as np

    return Mask(np.ones(grid.shape, dtype=np.bool_), grid, "whole image", "no region was given")


def _activity_warning(volume: SuvVolume, conversion: Conversion) -> tuple[tuple[str, str], ...]:
    share = share_of_dose(volume, conversion)
    if share is None or share <= _MOST_OF_DOSE:
        return ()
    message = (
        f"The image shows {share:.3g} times the activity that was injected, which cannot be in a patient:"
        " dose, times, units or weight are wrong, or the image is of a phantom."
    )
    return (("more-activity-than-injected", message),)
