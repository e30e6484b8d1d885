"""Footprint: where a measured region lies in the patient, small enough to be stored with its numbers."""

from __future__ import annotations

from pydantic import Field

from neoher.record.conclusion import Frozen

__all__ = ["Footprint"]

_Vector = tuple[float, float, float]


class Footprint(Frozen):
    """The voxels of a region, by their place in the patient; no signal is held.

    Two footprints can be laid over one another only where both name the same frame of reference.
    """

    frame_of_reference: str | None
    """UID of the coordinate system of the images (0020,0052); None where they name none."""
    shape: tuple[int, int, int]
    """Number of (slices, rows, columns) of the smallest box around the region."""
    spacing_mm: _Vector
    """Distance between neighbouring (slices, rows, columns) in mm."""
    origin_mm: _Vector
    """Centre of the box's first voxel, LPS mm."""
    axes: tuple[_Vector, _Vector, _Vector]
    """Unit vectors, LPS, in which the (slice, row, column) index rises."""
    voxels: int = Field(ge=1)
    packed: str
    """One bit a voxel of the box, row by row, highest bit first; deflated (zlib), base64."""
