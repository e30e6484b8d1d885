"""Where the bytes of a region lie: a file, a member of an archive, the one region object of an exam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import RegionError
from neoher.intake.files.archives import is_archive, open_archive
from neoher.intake.files.objects import list_objects
from neoher.intake.files.sources import FileSource, ObjectSource
from neoher.intake.regions.contours import list_rois
from neoher.intake.regions.part import RegionPart
from neoher.intake.regions.region_object import (
    SEGMENTATION,
    STRUCTURE_SET,
    RegionKind,
    open_region_object,
    region_kind,
)
from neoher.intake.regions.segmentation import list_segments
from neoher.intake.regions.source import RegionFile

__all__ = ["RegionObject", "find_region_objects", "region_bytes"]

HEAD_BYTES = 4096
"""The kind of an object stands within its first bytes."""
KINDS = tuple(uid.encode() for uid in (*SEGMENTATION, STRUCTURE_SET))
LISTED = 10


@dataclass(frozen=True, slots=True)
class RegionObject:
    """A SEG or RTSTRUCT found beside an exam."""

    source: str
    """What `read_region` takes to read it; add '#' and a number or name to choose a part."""
    label: str
    """How messages name it."""
    kind: RegionKind
    parts: tuple[RegionPart, ...]
    """Its segments or ROIs."""
    patient_id: str | None
    frame_of_reference_uid: str | None


def find_region_objects(path: Path) -> list[RegionObject]:
    """Every SEG and RTSTRUCT below `path` (a folder, an archive, a file), by label.

    Raises: ImageError when the path or an archive cannot be read; RegionError when such an object is broken.
    """
    found = []
    for candidate in _candidates(list_objects(path).objects):
        dataset = open_region_object(candidate.read(), candidate.label)
        kind = region_kind(dataset)
        if kind is None:
            continue
        parts = list_segments if kind is RegionKind.SEG else list_rois
        found.append(
            RegionObject(
                source=str(path.parent / candidate.label),
                label=candidate.label,
                kind=kind,
                parts=parts(dataset, candidate.label),
                patient_id=str(dataset.get("PatientID") or "") or None,
                frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID") or "") or None,
            )
        )
    return found


def region_bytes(file: RegionFile) -> tuple[bytes, str]:
    """The bytes of the object that `file` names, and how messages name it.

    Raises: RegionError when a folder or an archive holds no region object, or several; ImageError when it
    cannot be read.
    """
    if file.path.is_file() and not is_archive(file.path):
        return FileSource(file.path.name, file.path.stat().st_size, file.path).read(), file.path.name
    members = _members(file)
    exact = [member for member in members if member.label == file.label_inside]
    if exact:
        return exact[0].read(), exact[0].label
    if file.member is not None:
        members = [member for member in members if member.label.startswith(f"{file.label_inside}/")]
        if not members:
            raise RegionError("the archive has no such member.", where=file.label)
    regions = []
    for candidate in _candidates(members):
        data = candidate.read()
        if region_kind(open_region_object(data, candidate.label)) is not None:
            regions.append((data, candidate.label))
        if len(regions) > LISTED:
            break
    if len(regions) == 1:
        return regions[0]
    if not regions:
        raise RegionError(
            "there is no SEG or RTSTRUCT in it.", where=file.label, remedy="Name the region's own file."
        )
    listed = ", ".join(label for _, label in regions[:LISTED])
    raise RegionError(
        f"it holds several region objects: {listed}.",
        where=file.label,
        remedy="Name one of them by its path.",
    )


def _members(file: RegionFile) -> list[ObjectSource]:
    if file.path.is_dir():
        return list(list_objects(file.path).objects)
    return list(open_archive(file.path, file.path.name))


def _candidates(objects: list[ObjectSource] | tuple[ObjectSource, ...]) -> Iterator[ObjectSource]:
    """The objects whose first bytes name the kind of a region object."""
    for candidate in sorted(objects, key=lambda source: source.reading_order):
        head = candidate.read_range(0, HEAD_BYTES)
        if any(kind in head for kind in KINDS):
            yield candidate
