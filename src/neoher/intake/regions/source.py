"""How a region is named: a box in patient space, a box of voxels, or an object in a file or archive."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from neoher.errors import RegionError

__all__ = ["BoxInPatient", "BoxOfVoxels", "RegionFile", "RegionSource", "parse_region_source"]

ARCHIVE_NAME = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
NUMBERS_ONLY = re.compile(r"[-+0-9.,eE\s]+")
VOXELS = "voxels:"
FORMS = (
    "Give a file (SEG, RTSTRUCT or NIfTI; 'file#2' or 'file#Name' chooses a segment), a folder or archive "
    "that holds exactly one, a box 'x0,y0,z0,x1,y1,z1' in mm (LPS), or 'voxels:c0,r0,s0,c1,r1,s1'."
)


@dataclass(frozen=True, slots=True)
class BoxInPatient:
    """A box between two opposite corners, sides along the patient's axes (LPS, mm)."""

    low_mm: tuple[float, float, float]
    high_mm: tuple[float, float, float]

    def __str__(self) -> str:
        return f"{','.join(repr(number) for number in (*self.low_mm, *self.high_mm))} mm (LPS)"


@dataclass(frozen=True, slots=True)
class BoxOfVoxels:
    """A box between two voxels, both inside it; indices count from 0 as (column, row, slice)."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]

    def __str__(self) -> str:
        return f"{VOXELS}{','.join(str(number) for number in (*self.low, *self.high))}"


@dataclass(frozen=True, slots=True)
class RegionFile:
    """A file, folder or archive that holds the region, and which of its segments is meant."""

    path: Path
    """What exists on disk: a file, a folder, or an archive."""
    member: str | None
    """Path inside the archive, with '/' between folders; None when `path` itself is meant."""
    choice: str | None
    """Name or number of the segment, ROI or label; None when none was named."""

    @property
    def label(self) -> str:
        """How a message names it, without the choice."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def label_inside(self) -> str:
        """How the objects found in the archive or folder name it."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name


RegionSource: TypeAlias = BoxInPatient | BoxOfVoxels | RegionFile


def parse_region_source(source: str, near: Path | None = None) -> RegionSource:
    """What `source` names.

    Parameters: `source` as in `neoher.intake.regions.read_region`; `near`: folder in which a relative path
    is looked up, or an archive whose member it is; None means the working directory.
    Raises: RegionError when it is neither a box nor an existing file, folder or archive member.
    """
    text = source.strip()
    if text.startswith(VOXELS):
        return _voxel_box(text)
    if NUMBERS_ONLY.fullmatch(text) and "," in text:
        return _patient_box(text)
    found = _locate_with_choice(text, near)
    if found is None:
        raise RegionError("there is no such region file.", where=source, remedy=FORMS)
    return found


def _patient_box(text: str) -> BoxInPatient:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 6 or not all(math.isfinite(number) for number in numbers):
        raise RegionError("a box needs six numbers in mm.", where=text, remedy=FORMS)
    first, second = numbers[:3], numbers[3:]
    low = tuple(min(pair) for pair in zip(first, second, strict=True))
    high = tuple(max(pair) for pair in zip(first, second, strict=True))
    return BoxInPatient((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def _voxel_box(text: str) -> BoxOfVoxels:
    try:
        numbers = [int(part) for part in text.removeprefix(VOXELS).split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 6:
        raise RegionError("a box of voxels needs six whole numbers.", where=text, remedy=FORMS)
    first, second = numbers[:3], numbers[3:]
    low = tuple(min(pair) for pair in zip(first, second, strict=True))
    high = tuple(max(pair) for pair in zip(first, second, strict=True))
    return BoxOfVoxels((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def _locate_with_choice(text: str, near: Path | None) -> RegionFile | None:
    """The file, trying the whole text first: a file's name may hold '#' too (a member's name may not)."""
    whole = _locate(text, near)
    if whole is not None and "#" not in (whole[1] or ""):
        return RegionFile(whole[0], whole[1], None)
    for mark in (at for at, letter in enumerate(text) if letter == "#"):
        found = _locate(text[:mark], near)
        if found is not None and text[mark + 1 :].strip():
            return RegionFile(found[0], found[1], text[mark + 1 :].strip())
    return None


def _locate(text: str, near: Path | None) -> tuple[Path, str | None] | None:
    """What exists on disk, and the member inside it when that is an archive; None when nothing exists."""
    if not text or "\0" in text:
        return None
    path = Path(text) if near is None else near / text
    try:
        if path.exists():
            return path, None
        for parent in path.parents:
            if parent.is_file() and ARCHIVE_NAME.search(parent.name):
                return parent, path.relative_to(parent).as_posix()
    except OSError:  # a name that the file system cannot hold
        return None
    return None
