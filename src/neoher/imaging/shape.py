"""Shape: diameters, components, fragments and sphericity of a mask.

How a diameter is measured stands in `diameters`, the surface and the hull in `surface`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.diameters import Diameter, longest_3d, longest_in_plane, perpendicular_to
from neoher.imaging.surface import hull_volume_cc, sphericity_of
from neoher.volume.grid import Vector
from neoher.volume.mask import Mask

__all__ = ["FRAGMENT_FLOOR_CC", "Diameter", "Fragments", "Part", "Shape", "describe_shape"]

TOUCHING = np.ones((3, 3, 3), dtype=np.int8)
"""Voxels that touch by a face, an edge or a corner belong together."""
FRAGMENT_FLOOR_CC = 0.065
"""A component from this volume on is a fragment, smaller ones are specks: a ball of 5 mm. A design decision,
no evidence behind it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Size of a connected part of a mask."""

    voxels: int
    volume_cc: float
    longest_in_plane: Diameter
    perpendicular_in_plane: Diameter
    longest_3d: Diameter
    centroid_mm: Vector

    @property
    def longest_diameter_in_plane_mm(self) -> float:
        """The longest diameter within one acquired slice, over all slices, in mm."""
        return self.longest_in_plane.length_mm

    @property
    def longest_diameter_3d_mm(self) -> float:
        """The longest diameter in space, in mm."""
        return self.longest_3d.length_mm


@dataclass(frozen=True, slots=True)
class Fragments:
    """The components that are large enough to be parts of a lesion, taken together."""

    count: int
    volume_cc: float
    longest_3d: Diameter
    """The longest diameter in space over all fragments, gaps between them included."""
    hull_volume_cc: float
    """Volume of the convex hull around all fragments' voxels: what they span, gaps included."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Shape of a whole mask, all its components taken together; every length None where it is empty."""

    voxels: int
    volume_cc: float
    components: int
    """Connected parts; voxels that touch by a face, an edge or a corner (26 neighbours) belong together."""
    longest_in_plane: Diameter | None
    perpendicular_in_plane: Diameter | None
    """The longest line perpendicular to `longest_in_plane` within the convex outline of the same slice."""
    longest_3d: Diameter | None
    sphericity: float | None
    """pi^(1/3) (6 V)^(2/3) / A of the mesh around the whole mask; some 0.92 for a ball of cubic voxels."""
    centroid_mm: Vector | None
    """Mean position of the voxels' centres, LPS mm."""
    largest_component: Part | None
    """The component with the most voxels; of equal ones, the one with the longest diameter in space."""
    fragments: Fragments | None
    """The components of FRAGMENT_FLOOR_CC or more; None where there is none."""

    @property
    def longest_diameter_in_plane_mm(self) -> float | None:
        """The longest diameter within one acquired slice, over all slices, in mm."""
        return self.longest_in_plane.length_mm if self.longest_in_plane else None

    @property
    def longest_diameter_3d_mm(self) -> float | None:
        """The longest diameter in space, in mm."""
        return self.longest_3d.length_mm if self.longest_3d else None

    @property
    def perpendicular_diameter_mm(self) -> float | None:
        """The longest diameter perpendicular to the longest in plane, same slice, in mm."""
        return self.perpendicular_in_plane.length_mm if self.perpendicular_in_plane else None


def describe_shape(mask: Mask) -> Shape:
    """Diameters, components, fragments, sphericity and centroid of a mask.

    Diameters and sphericity of the whole mask span its components: several scattered parts make one long
    diameter and a low sphericity. Those of the largest component stand beside them.
    An empty mask has 0 voxels and no other number.
    """
    box = mask.bounding_box()
    if box is None:
        return Shape(0, 0.0, 0, None, None, None, None, None, None, None)
    corner = np.array([span.start for span in box], dtype=np.int64)
    labels, components = ndimage.label(mask.inside[box], structure=TOUCHING)
    voxels = np.argwhere(labels > 0)
    whole = _extent(voxels + corner, mask)
    largest = whole if components == 1 else _largest_component(labels[tuple(voxels.T)], voxels + corner, mask)
    return Shape(
        voxels=whole.voxels,
        volume_cc=whole.volume_cc,
        components=int(components),
        longest_in_plane=whole.longest_in_plane,
        perpendicular_in_plane=whole.perpendicular_in_plane,
        longest_3d=whole.longest_3d,
        sphericity=sphericity_of(mask.inside[box], mask.grid.spacing_mm),
        centroid_mm=whole.centroid_mm,
        largest_component=largest,
        fragments=_fragments(labels[tuple(voxels.T)], voxels + corner, mask),
    )


def _fragments(labels: NDArray[np.integer], voxels: NDArray[np.int64], mask: Mask) -> Fragments | None:
    """The components from the floor on; `labels`, `voxels` as in _largest_component."""
    sizes = np.bincount(labels) * mask.grid.voxel_volume_cc
    # Voxel counts times a volume are off by a binary hair; a component of exactly the floor counts.
    large = np.flatnonzero(sizes >= FRAGMENT_FLOOR_CC * (1 - 1e-9))
    if large.size == 0:
        return None
    of_fragments = voxels[np.isin(labels, large)]
    return Fragments(
        count=int(large.size),
        volume_cc=len(of_fragments) * mask.grid.voxel_volume_cc,
        longest_3d=longest_3d(of_fragments, mask.grid),
        hull_volume_cc=hull_volume_cc(of_fragments, mask.grid.spacing_mm),
    )


def _largest_component(labels: NDArray[np.integer], voxels: NDArray[np.int64], mask: Mask) -> Part:
    """The component with the most voxels.

    `labels`, shape (n,): the component of each of `voxels`, indices, shape (n, 3).
    """
    sizes = np.bincount(labels)
    equal = np.flatnonzero(sizes == sizes.max())
    if sizes.max() == 1:
        equal = equal[:1]
    extents = [_extent(voxels[labels == label], mask) for label in equal]
    return max(extents, key=lambda extent: extent.longest_3d.length_mm)


def _extent(voxels: NDArray[np.int64], mask: Mask) -> Part:
    """Size of a set of voxels, given by index, shape (n, 3)."""
    in_plane = longest_in_plane(voxels, mask.grid)
    x, y, z = mask.grid.to_patient(voxels.mean(axis=0)[None])[0]
    return Part(
        voxels=len(voxels),
        volume_cc=len(voxels) * mask.grid.voxel_volume_cc,
        longest_in_plane=in_plane,
        perpendicular_in_plane=perpendicular_to(in_plane, voxels, mask.grid),
        longest_3d=longest_3d(voxels, mask.grid),
        centroid_mm=(float(x), float(y), float(z)),
    )
