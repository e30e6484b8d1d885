"""Overlap: how much of what is left lies where the lesion was at baseline."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from neoher.record.footprint import Footprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["share_inside_percent"]


def share_inside_percent(now: Footprint, baseline: Footprint) -> float | None:
    """Share of the voxels of `now` whose centre lies in a voxel of `baseline`, in percent.

    Returns: None where the two do not name the same frame of reference: then nobody can say which place in
    one is which in the other. Does not register: within one frame it takes positions as they are.
    """
    if now.frame_of_reference is None or now.frame_of_reference != baseline.frame_of_reference:
        return None
    # A footprint that is never laid over another needs no arrays.
    import numpy as np

    places = np.argwhere(_voxels(now)).astype(np.float64)
    positions = places * np.asarray(now.spacing_mm) @ np.asarray(now.axes) + np.asarray(now.origin_mm)
    axes = np.asarray(baseline.axes)
    index = (
        (positions - np.asarray(baseline.origin_mm)) @ np.linalg.inv(axes) / np.asarray(baseline.spacing_mm)
    )
    nearest = np.rint(index).astype(np.int64)
    within = ((nearest >= 0) & (nearest < np.asarray(baseline.shape))).all(axis=1)
    hit = _voxels(baseline)[tuple(nearest[within].T)]
    return float(100.0 * np.count_nonzero(hit) / len(places))


def _voxels(footprint: Footprint) -> NDArray[np.bool_]:
    """The voxels of the box, shape (slices, rows, columns)."""
    import numpy as np

    slices, rows, columns = footprint.shape
    packed = np.frombuffer(zlib.decompress(base64.b64decode(footprint.packed)), dtype=np.uint8)
    bits = np.unpackbits(packed, count=slices * rows * columns)
    return bits.astype(np.bool_).reshape(footprint.shape)
