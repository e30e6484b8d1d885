"""DICOM RT Structure Set (RTSTRUCT) objects: closed planar contours on the image's slices.

Source: DICOM PS3.3 A.19 (RT Structure Set IOD), C.8.8.5 (Structure Set), C.8.8.6 (ROI Contour).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from neoher.errors import RegionError
from neoher.intake.regions.part import RegionPart, choose_part
from neoher.intake.regions.placement import Placement
from neoher.intake.regions.polygon import fill_contours, partly_overlapping, without_repeats
from neoher.intake.regions.region_object import refuse_what_cannot_be_read
from neoher.volume.grid import Grid

__all__ = ["StructureSet", "contours_to_voxels", "read_structure_set"]

FILLED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
PARALLEL_SLICES = 0.1
"""How far, in slices, the vertices of one contour may lie apart along the slice axis."""
ONE_PLANE_SLICES = 0.02
"""Contours this near to each other, in slices, lie in one plane."""
ON_SLICE = 0.1
"""How far, in slices, a contour may lie beside a slice before a reader is told."""
WIDER_PLANES = 1.5
"""From this distance between planes, in slices, the contours are taken as drawn on thicker slices."""


@dataclass(frozen=True, slots=True)
class StructureSet:
    """What one ROI of an RTSTRUCT states."""

    rois: tuple[RegionPart, ...]
    chosen: RegionPart
    contours_mm: tuple[NDArray[np.float64], ...]
    """Vertices of the closed contours, LPS mm, shape (n, 3) each."""
    left_out: tuple[tuple[str, int], ...]
    """Kinds of contour that enclose nothing (points, open lines), with their number."""
    frame_of_reference_uid: str | None


def list_rois(dataset: Dataset, where: str) -> tuple[RegionPart, ...]:
    """The ROIs of an RTSTRUCT. Raises: RegionError when they cannot be read."""
    with refuse_what_cannot_be_read(where, "RTSTRUCT"):
        return tuple(
            RegionPart(int(item.ROINumber), str(item.get("ROIName") or ""))
            for item in dataset.get("StructureSetROISequence") or []
        )


def read_structure_set(dataset: Dataset, choice: str | None, where: str) -> StructureSet:
    """The ROI that `choice` names by number or name; the only one when nothing was chosen.

    Raises: RegionError when the choice does not fit, or a contour is broken.
    """
    rois = list_rois(dataset, where)
    chosen = choose_part(rois, choice, term="ROI", where=where)
    with refuse_what_cannot_be_read(where, "RTSTRUCT"):
        items = [
            item
            for item in dataset.get("ROIContourSequence") or []
            if int(item.ReferencedROINumber) == chosen.number
        ]
        contours = []
        left_out: Counter[str] = Counter()
        for contour in (contour for item in items for contour in item.get("ContourSequence") or []):
            kind = str(contour.get("ContourGeometricType", ""))
            if kind in FILLED:
                contours.append(_vertices(contour))
            else:
                left_out[kind or "of no stated kind"] += 1
        frames = [
            str(item.get("ReferencedFrameOfReferenceUID") or "") or None
            for item in dataset.StructureSetROISequence
            if int(item.ROINumber) == chosen.number
        ]
    return StructureSet(rois, chosen, tuple(contours), tuple(sorted(left_out.items())), frames[0])


def _vertices(contour: Dataset) -> NDArray[np.float64]:
    numbers = np.asarray(contour.get("ContourData"), dtype=np.float64).ravel()
    stated = contour.get("NumberOfContourPoints")
    if numbers.size % 3 or not np.isfinite(numbers).all():
        raise ValueError("a contour is not made of three finite numbers a point")
    if stated is not None and int(stated) * 3 != numbers.size:
        raise ValueError(f"a contour states {int(stated)} points and holds {numbers.size / 3:g}")
    if numbers.size < 9:
        raise ValueError("a closed contour has fewer than three points")
    return numbers.reshape(-1, 3)


def contours_to_voxels(structure: StructureSet, grid: Grid, where: str) -> Placement:
    """The voxels whose centre lies inside the ROI's contours (rule of `fill_contours`).

    Contours of one plane are taken together: one inside another is a hole. A plane belongs to the slice
    nearest to it (half-way: the lower index). When the planes stand wider apart than one and a half slices,
    the contours were drawn on thicker slices, and each slice takes the plane nearest to it within half
    their distance (`region-resampled`). Contours are never interpolated.

    Raises: RegionError when there are no closed contours, they are not parallel to the image's slices, lie
    wholly beside the image, or hold no voxel's centre.
    Warns: `region-cut`, `region-resampled`, `contours-between-slices`, `contours-with-gap`,
    `contours-left-out`, `contours-repeated`, `contours-overlap`.
    """
    if not structure.contours_mm:
        raise RegionError(f"ROI {structure.chosen} holds no closed contours{_said(structure)}.", where=where)
    index = [grid.to_index(contour) for contour in structure.contours_mm]
    tilt = max(float(np.ptp(contour[:, 0])) for contour in index)
    if tilt > PARALLEL_SLICES:
        raise RegionError(
            f"a contour of ROI {structure.chosen} is not parallel to the image's slices: it spans "
            f"{tilt * grid.spacing_mm[0]:.1f} mm across them. Such contours are not read.",
            where=where,
            remedy="Draw the region on this image, or export it as SEG or NIfTI.",
        )
    beside = _beside(index, grid)
    if all(beside) and not any(_touches(contour, grid) for contour in index):
        raise RegionError(
            "the region lies wholly beside the image.",
            where=where,
            remedy="Check that the region and the image are of the same patient and examination.",
        )
    planes = _planes(index)
    slices, rows, columns = grid.shape
    owners, step = _plane_of_slice(np.array([plane.slice_index for plane in planes]), slices)
    filled = {owner: _filled(planes[owner], rows, columns) for owner in set(owners.values())}
    inside = np.zeros(grid.shape, dtype=np.bool_)
    for slice_index, owner in owners.items():
        inside[slice_index] = filled[owner].inside
    if not inside.any():
        raise RegionError("the region's contours hold no voxel's centre of this image.", where=where)
    notes = _plane_notes(planes, owners, step, grid) + _drawing_notes(list(filled.values()))
    if structure.left_out:
        notes.append(("contours-left-out", f"ROI {structure.chosen} holds other contours{_said(structure)}."))
    if any(beside):
        notes.append(
            ("region-cut", f"{sum(beside)} of {len(index)} contours reach beyond the image and are cut.")
        )
    return Placement(inside, tuple(notes))


@dataclass(frozen=True, slots=True)
class ContourPlane:
    """The contours of one plane as (row, column) indices, and the continuous slice index it lies at."""

    slice_index: float
    contours: list[NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class FilledPlane:
    """The voxels of one plane, how many contours were repeats, how many voxels lie in contours that cross."""

    inside: NDArray[np.bool_]
    repeats: int
    doubtful: int


def _filled(plane: ContourPlane, rows: int, columns: int) -> FilledPlane:
    distinct = without_repeats(plane.contours)
    return FilledPlane(
        inside=fill_contours(distinct, rows, columns),
        repeats=len(plane.contours) - len(distinct),
        doubtful=partly_overlapping(distinct, rows, columns),
    )


def _planes(index: Sequence[NDArray[np.float64]]) -> list[ContourPlane]:
    """Contours grouped by plane, in the order of the slice index."""
    planes: list[ContourPlane] = []
    for contour in sorted(index, key=lambda contour: float(contour[:, 0].mean())):
        at = float(contour[:, 0].mean())
        if not planes or at - planes[-1].slice_index > ONE_PLANE_SLICES:
            planes.append(ContourPlane(at, []))
        planes[-1].contours.append(contour[:, 1:])
    return planes


def _plane_of_slice(at: NDArray[np.float64], slices: int) -> tuple[dict[int, int], float]:
    """For each image slice that has one, the plane it takes; and the distance between planes in slices."""
    gaps = np.diff(at)
    typical = round(float(np.median(gaps)), 2) if gaps.size else 1.0
    step = typical if typical >= WIDER_PLANES else 1.0
    rounded = np.round(at, 2)  # so that planes half-way between slices all go the same way
    owners = {}
    for slice_index in range(slices):
        distance = rounded - slice_index
        near = np.flatnonzero((distance > -step / 2) & (distance <= step / 2))
        if near.size:
            owners[slice_index] = int(near[np.abs(distance[near]).argmin()])
    return owners, step


def _plane_notes(
    planes: list[ContourPlane], owners: dict[int, int], step: float, grid: Grid
) -> list[tuple[str, str]]:
    notes = []
    slice_mm = grid.spacing_mm[0]
    at = np.array([plane.slice_index for plane in planes])
    unused = sum(
        1 for number, place in enumerate(at)
        if -0.5 <= place <= grid.shape[0] - 0.5 and number not in set(owners.values())
    )  # fmt: skip
    off = float(np.abs(at - np.rint(at)).max())
    if step > 1 or unused:
        notes.append(
            (
                "region-resampled",
                f"the contours were drawn on slices about {np.median(np.diff(at)) * slice_mm:.3g} mm apart, "
                f"the image's are {slice_mm:.3g} mm apart; each slice took the nearest plane of contours.",
            )
        )
    elif off > ON_SLICE:
        notes.append(
            (
                "contours-between-slices",
                f"contours lie up to {off * slice_mm:.2f} mm beside the image's slices; "
                "each was put on the nearest slice.",
            )
        )
    used = sorted(owners)
    missing = sorted(set(range(used[0], used[-1] + 1)) - set(used))
    if missing:
        notes.append(
            (
                "contours-with-gap",
                f"{len(missing)} slices between the first and the last have no contour and stay outside.",
            )
        )
    return notes


def _drawing_notes(filled: Sequence[FilledPlane]) -> list[tuple[str, str]]:
    """What is odd about how the contours were drawn."""
    notes = []
    repeats = sum(plane.repeats for plane in filled)
    doubtful = sum(plane.doubtful for plane in filled)
    if repeats:
        notes.append(("contours-repeated", f"{repeats} contours are written twice and counted once."))
    if doubtful:
        message = f"contours cross in one plane; the {doubtful} voxels inside both are taken as outside."
        notes.append(("contours-overlap", message))
    return notes


def _beside(index: Sequence[NDArray[np.float64]], grid: Grid) -> list[bool]:
    """For each contour whether it reaches beyond the image, outermost voxels included."""
    size = np.asarray(grid.shape, dtype=np.float64)
    return [bool(((contour < -0.501) | (contour > size - 0.499)).any()) for contour in index]


def _touches(contour: NDArray[np.float64], grid: Grid) -> bool:
    """Whether the box around a contour and the image have anything in common."""
    size = np.asarray(grid.shape, dtype=np.float64)
    return bool((contour.max(axis=0) >= -0.5).all() and (contour.min(axis=0) <= size - 0.5).all())


def _said(structure: StructureSet) -> str:
    if not structure.left_out:
        return ""
    kinds = ", ".join(f"{count} {kind}" for kind, count in structure.left_out)
    return f" ({kinds} enclose nothing and are left out)"
