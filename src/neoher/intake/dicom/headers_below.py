"""The headers of every DICOM object below a path."""

from __future__ import annotations

from pathlib import Path

from neoher.intake.dicom.headers import Header, Progress, read_headers
from neoher.intake.files.objects import find_objects

__all__ = ["headers_below"]


def headers_below(path: Path, progress: Progress | None = None) -> list[Header]:
    """The headers of all objects in a folder, file or archive, by label.

    `progress`: called with (objects read, objects in all).
    Raises: ImageError where there is no object, or one cannot be read.
    """
    return read_headers(find_objects(path), progress)
