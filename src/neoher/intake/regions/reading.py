"""Regions of interest, put on the grid of an image: SEG, RTSTRUCT, NIfTI, or a box."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID

from neoher.errors import RegionError
from neoher.intake.regions.box import box_of, box_region
from neoher.intake.regions.contours import contours_to_voxels, list_rois, read_structure_set
from neoher.intake.regions.files import RegionObject, find_region_objects, region_bytes
from neoher.intake.regions.label_map import is_nifti, read_label_map
from neoher.intake.regions.part import RegionPart, choose_part
from neoher.intake.regions.placement import place
from neoher.intake.regions.region_object import RegionKind, open_region_object, region_kind
from neoher.intake.regions.segmentation import SegmentationType, frames_of, list_segments, read_segmentation
from neoher.intake.regions.source import RegionFile, parse_region_source
from neoher.intake.regions.stack import stack
from neoher.record.measurement import InputObjects
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

__all__ = [
    "RegionObject",
    "box_region",
    "find_region_objects",
    "read_region",
    "region_digest",
    "region_parts",
]


def read_region(
    source: str,
    grid: Grid,
    *,
    near: Path | None = None,
    frame_of_reference_uid: str | None = None,
    patient_id: str | None = None,
) -> Mask:
    """The region that `source` names, put on the grid of an image by geometry.

    Parameters:
        `source`: a SEG, RTSTRUCT or NIfTI file; 'file#2' or 'file#Name' chooses a segment, ROI or label. A
        folder or archive that holds exactly one SEG or RTSTRUCT; a member, as 'exam.zip/inner/path.dcm'. Or
        a box: two opposite corners 'x0,y0,z0,x1,y1,z1' (LPS, mm), or two voxels 'voxels:c0,r0,s0,c1,r1,s1'
        (column, row, slice from 0, both inside).
        `grid`: the image's.
        `near`: the folder in which a relative path is looked up, or the archive whose member it is; the
        working directory when it is None.
        `frame_of_reference_uid`: the image's, to be told when the region's differs.
        `patient_id`: the image's; a SEG or RTSTRUCT that states another patient is refused.
    Raises: RegionError when there is no such region, it cannot be read, a choice among its parts is missing
    or wrong, it is empty, or it lies beside the image; ImageError when the file or archive cannot be read.
    Warns (on the mask): `region-offset-half-pixel`, `region-resampled`, `region-cut`, `region-fractional`,
    `region-frame-of-reference`, `region-not-a-number`, and the `contours-…` of `contours_to_voxels`.
    It draws and registers nothing: a region of another frame of reference is placed as its numbers say.
    """
    named = parse_region_source(source, near)
    if not isinstance(named, RegionFile):
        return box_of(named, grid)
    data, label = region_bytes(named)
    if is_nifti(data):
        return _label_map_region(data, named.choice, grid, label)
    dataset = open_region_object(data, label)
    _refuse_another_patient(dataset, patient_id, label)
    kind = region_kind(dataset)
    if kind is RegionKind.SEG:
        mask, uid = _segmentation_region(dataset, named.choice, grid, label)
    elif kind is RegionKind.RTSTRUCT:
        mask, uid = _structure_region(dataset, named.choice, grid, label)
    else:
        raise RegionError(
            f"this is no region but {_kind_in_words(dataset)}.",
            where=label,
            remedy="Give a SEG, an RTSTRUCT, a NIfTI mask, or a box.",
        )
    if uid is not None and frame_of_reference_uid is not None and uid != frame_of_reference_uid:
        message = (
            "the region states another frame of reference than the image: whether its positions are those of "
            f"the image is not known ({uid}, image {frame_of_reference_uid})."
        )
        return replace(mask, warnings=(("region-frame-of-reference", message), *mask.warnings))
    return mask


def _refuse_another_patient(dataset: Dataset, patient_id: str | None, label: str) -> None:
    stated = str(dataset.get("PatientID") or "").strip()
    if not stated or not patient_id or stated == patient_id.strip():
        return
    raise RegionError(
        f"the region is of patient '{stated}', the images are of '{patient_id}'.",
        where=label,
        remedy="Give the region of this patient; where both are one person, correct the PatientID of one.",
    )


def region_digest(source: str, *, near: Path | None = None) -> InputObjects:
    """What the region was read from: the hash of the object's bytes, or of the box's numbers.

    A chosen segment, ROI or label is part of the hash: another choice is another region.
    Raises: as `read_region`, when there is no such region.
    """
    named = parse_region_source(source, near)
    if not isinstance(named, RegionFile):
        return InputObjects(description=f"box {named}", count=1, sha256=_hash(str(named).encode()))
    data, label = region_bytes(named)
    sha256 = _hash(data)
    if named.choice is not None:
        sha256 = _hash(f"{sha256}#{named.choice}".encode())
        label = f"{label}#{named.choice}"
    return InputObjects(description=f"region {label}", count=1, sha256=sha256)


def region_parts(source: str, *, near: Path | None = None) -> tuple[RegionPart, ...]:
    """The segments or ROIs of a SEG or RTSTRUCT of which `source` chooses none.

    () where it is a box or a NIfTI file, or names its part: then `source` is one region as it stands.
    Raises: as `read_region`, when there is no such object or it cannot be read.
    """
    named = parse_region_source(source, near)
    if not isinstance(named, RegionFile) or named.choice is not None:
        return ()
    data, label = region_bytes(named)
    if is_nifti(data):
        return ()
    dataset = open_region_object(data, label)
    match region_kind(dataset):
        case RegionKind.SEG:
            return list_segments(dataset, label)
        case RegionKind.RTSTRUCT:
            return list_rois(dataset, label)
    return ()


def _segmentation_region(
    dataset: Dataset, choice: str | None, grid: Grid, label: str
) -> tuple[Mask, str | None]:
    segmentation = read_segmentation(dataset, label)
    segment = choose_part(segmentation.segments, choice, term="segment", where=label)
    frames = list(frames_of(dataset, segmentation, segment, label))
    if not frames:
        raise RegionError(f"segment {segment} is empty: no frame belongs to it.", where=label)
    lattice = stack([frame.plane for frame in frames], segmentation.places.shape, grid, label)
    placement = place(lattice, grid, label)
    basis = f"SEG {label}, segment {segment}"
    notes = placement.warnings
    if segmentation.kind is SegmentationType.FRACTIONAL:
        basis += (
            f", {segmentation.meaning or 'fraction'} of at least half "
            f"({(segmentation.full + 1) // 2} of {segmentation.full})"
        )
        if any(frame.graded for frame in frames):
            message = (
                f"the segment states fractions ({segmentation.meaning or 'of unstated meaning'}); "
                "voxels from one half on were taken as inside."
            )
            notes = (("region-fractional", message), *notes)
    mask = Mask(placement.inside, grid, segment.name or str(segment.number), basis, notes)
    return mask, segmentation.frame_of_reference_uid


def _structure_region(
    dataset: Dataset, choice: str | None, grid: Grid, label: str
) -> tuple[Mask, str | None]:
    structure = read_structure_set(dataset, choice, label)
    placement = contours_to_voxels(structure, grid, label)
    roi = structure.chosen
    basis = f"RTSTRUCT {label}, ROI {roi}, {len(structure.contours_mm)} closed contours"
    mask = Mask(placement.inside, grid, roi.name or str(roi.number), basis, placement.warnings)
    return mask, structure.frame_of_reference_uid


def _label_map_region(data: bytes, choice: str | None, grid: Grid, label: str) -> Mask:
    labels = read_label_map(data, choice, label)
    placement = place(labels.lattice, grid, label)
    part = f"label {labels.chosen}" if labels.chosen else "fractions above 0.5"
    notes = (*labels.warnings, *placement.warnings)
    accepted = f", {labels.accepted}" if labels.accepted else ""
    return Mask(placement.inside, grid, part, f"NIfTI {label}, {part}{accepted}", notes)


def _kind_in_words(dataset: Dataset) -> str:
    uid = dataset.get("SOPClassUID")
    return str(uid.name) if isinstance(uid, UID) else "an object of no stated kind"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
