"""The footprint of a mask, to be stored with what was measured in it."""

from __future__ import annotations

import base64
import zlib

import numpy as np

from neoher.record.footprint import Footprint
from neoher.volume.grid import Vector
from neoher.volume.mask import Mask

__all__ = ["footprint_of"]


def footprint_of(mask: Mask, frame_of_reference: str | None) -> Footprint | None:
    """Where the voxels of `mask` lie; None where it is empty."""
    box = mask.bounding_box()
    if box is None:
        return None
    inside = mask.inside[box]
    corner = np.array([[float(span.start) for span in box]])
    slices, rows, columns = inside.shape
    return Footprint(
        frame_of_reference=frame_of_reference or None,
        shape=(slices, rows, columns),
        spacing_mm=_vector(mask.grid.spacing_mm),
        origin_mm=_vector(mask.grid.to_patient(corner)[0]),
        axes=(_vector(mask.grid.axes[0]), _vector(mask.grid.axes[1]), _vector(mask.grid.axes[2])),
        voxels=int(np.count_nonzero(inside)),
        packed=base64.b64encode(zlib.compress(np.packbits(inside).tobytes(), 9)).decode(),
    )


def _vector(values: object) -> Vector:
    first, second, third = (float(value) for value in np.asarray(values))
    return first, second, third
