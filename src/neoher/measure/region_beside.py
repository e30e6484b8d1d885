"""The region that lies beside an exam's images, where nobody named one."""

from __future__ import annotations

from pathlib import Path

from neoher.errors import RegionError
from neoher.intake.regions.reading import find_region_objects

__all__ = ["region_beside"]


def region_beside(images: Path, option: str = "--voi") -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The one region object that lies beside the images, with a warning that it was taken.

    `option`: what names a region on the command line, for the message.
    Raises: RegionError when there are several: which one is meant is not guessed.
    """
    objects = find_region_objects(images)
    if not objects:
        return None, ()
    if len(objects) > 1:
        names = "; ".join(found.label for found in objects)
        raise RegionError(
            f"{len(objects)} region objects lie beside the images: {names}.",
            where=str(images),
            remedy=f"Say which one is meant: {option} PATH.",
        )
    return objects[0].source, (
        (
            "region-found-beside-images",
            f"No region was given: the one region object beside the images was taken ({objects[0].label}).",
        ),
    )
