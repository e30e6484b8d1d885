"""The CT that lies beside a PET, in the same frame of reference: what a fused picture is drawn on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from neoher.intake.dicom.frames import frames_of
from neoher.intake.dicom.geometry import grid_of, plane_of, slice_places
from neoher.intake.dicom.headers import read_headers
from neoher.intake.dicom.pixels import read_planes, refuse_unreadable_pixels
from neoher.intake.dicom.series import Series, group_series, without_duplicates
from neoher.intake.files.objects import find_objects
from neoher.volume.ct import CtVolume

__all__ = ["CT_CLASS", "find_companion_ct"]

CT_CLASS: Final = "1.2.840.10008.5.1.4.1.1.2"
_FEWEST_SLICES = 8
"""Fewer are a localiser or a scout."""


def find_companion_ct(path: Path, frame_of_reference_uid: str | None) -> CtVolume | None:
    """The CT with most slices in the PET's frame of reference; None where there is none.

    Does not register: without one frame of reference for both, no CT is taken.
    Raises: ImageError where a CT that belongs to the PET cannot be read.
    """
    if frame_of_reference_uid is None:
        return None
    headers, _ = without_duplicates(read_headers(find_objects(path)))
    series = [one for one in group_series(headers) if _belongs(one, frame_of_reference_uid)]
    if not series:
        return None
    chosen = max(series, key=lambda one: len(one.headers))
    frames = [frame for header in chosen.headers for frame in frames_of(header)]
    plane = plane_of(frames[0])
    places = slice_places([frame for frame in frames if plane.matches(plane_of(frame))], plane)
    kept = [place[0] for place in places]
    refuse_unreadable_pixels(kept)
    grid = grid_of([[frame] for frame in kept], plane)
    signed = any(frame.header.pixels is not None and frame.header.pixels.signed for frame in kept)
    stored: NDArray[np.generic] = np.empty(grid.shape, dtype=np.int16 if signed else np.uint16)
    read_planes(kept, stored)
    hounsfield = np.empty(grid.shape, dtype=np.float32)
    for index, frame in enumerate(kept):
        hounsfield[index] = stored[index] * np.float32(frame.slope) + np.float32(frame.intercept)
    return CtVolume(grid, hounsfield, chosen.description)


def _belongs(series: Series, frame_of_reference_uid: str) -> bool:
    identity = series.headers[0].identity
    return (
        identity.sop_class_uid == CT_CLASS
        and identity.frame_of_reference_uid == frame_of_reference_uid
        and len(series.headers) >= _FEWEST_SLICES
    )
