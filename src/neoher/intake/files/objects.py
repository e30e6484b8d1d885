"""DICOM objects below a path: in folders, as single files, inside .zip and .tar.* archives.

Nothing is unpacked to disk. Folders are walked without following links to folders; hidden files, DICOMDIR
and files that are no DICOM are left out and counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import ImageError
from neoher.intake.files.archives import is_archive, open_archive
from neoher.intake.files.sources import FileSource, ObjectSource, looks_like_dicom

__all__ = ["Listing", "ObjectSource", "find_objects", "list_objects"]

_DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
_HEAD_BYTES = 132
_EMPTY, _NO_DICOM = "empty", "no DICOM"
_DAMAGE = (_EMPTY, _NO_DICOM)
"""Reasons that say something is wrong where the file's name promises a DICOM object."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies below a path."""

    objects: tuple[ObjectSource, ...]
    """Files that begin as DICOM does, by label."""
    skipped: tuple[tuple[str, str], ...]
    """(label, reason) of every file left out."""
    damaged: tuple[str, ...]
    """Labels of files named as DICOM that are empty or hold something else."""


def find_objects(path: Path) -> list[ObjectSource]:
    """Every DICOM object below `path` (a folder, a file, an archive), sorted by label.

    Raises ImageError when the path is not there, holds no DICOM, an archive cannot be trusted, or a file
    named .dcm is empty or no DICOM.
    """
    listing = list_objects(path)
    if listing.damaged:
        raise ImageError(
            f"{len(listing.damaged)} file(s) named as DICOM are empty or hold something else:"
            f" {_some(listing.damaged)}.",
            str(path),
            "Copy or export them again, or take them out of the folder.",
        )
    if not listing.objects:
        left_out = f" ({len(listing.skipped)} other files were left out)" if listing.skipped else ""
        raise ImageError(
            f"there is no DICOM object here{left_out}.", str(path), "Give the folder or archive of the exam."
        )
    return list(listing.objects)


def list_objects(path: Path) -> Listing:
    """What lies below `path`, without judging it. Raises ImageError for an unreadable path or archive."""
    objects: list[ObjectSource] = []
    skipped: list[tuple[str, str]] = []
    damaged: list[str] = []
    root = path.absolute().name or str(path)
    for candidate in _candidates(path, root):
        reason = _reason_to_skip(candidate, root)
        if not reason:
            objects.append(candidate)
        elif reason in _DAMAGE and candidate.label.lower().endswith(_DICOM_SUFFIXES):
            damaged.append(candidate.label)
        else:
            skipped.append((candidate.label, reason))
    objects.sort(key=lambda source: source.label)
    return Listing(tuple(objects), tuple(sorted(skipped)), tuple(sorted(damaged)))


def _candidates(path: Path, root: str) -> Iterator[ObjectSource]:
    if path.is_dir():
        yield from _folder(str(path), root)
    elif not path.is_file():
        raise ImageError("there is no such file or folder.", str(path), "Check the path.")
    elif is_archive(path):
        yield from open_archive(path, root)
    else:
        yield from _file(str(path), root)


def _folder(path: str, label: str) -> Iterator[ObjectSource]:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise ImageError(f"the folder cannot be read ({error.strerror}).", label) from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from _folder(entry.path, f"{label}/{entry.name}")
        elif entry.is_file():
            yield from _file(entry.path, f"{label}/{entry.name}")


def _file(path: str, label: str) -> Iterator[ObjectSource]:
    name = os.path.basename(path)  # noqa: PTH119 - pathlib takes as long as reading the file does
    if is_archive(name) and not name.startswith("."):
        yield from open_archive(Path(path), label)
    else:
        yield FileSource(label, os.stat(path).st_size, path)  # noqa: PTH116


def _reason_to_skip(candidate: ObjectSource, root: str) -> str:
    if _is_hidden(candidate.label.removeprefix(root)):
        return "hidden"
    if f"/{candidate.label}".upper().endswith("/DICOMDIR"):
        return "an index of other files"
    if candidate.size == 0:
        return _EMPTY
    if not looks_like_dicom(candidate.read_range(0, _HEAD_BYTES)):
        return _NO_DICOM
    return ""


def _is_hidden(below_root: str) -> bool:
    """Whether a file, or a folder on the way to it, is hidden or holds what macOS adds to archives."""
    return "/." in below_root or "/__MACOSX/" in below_root


def _some(labels: tuple[str, ...], shown: int = 3) -> str:
    rest = f" and {len(labels) - shown} more" if len(labels) > shown else ""
    return ", ".join(labels[:shown]) + rest
