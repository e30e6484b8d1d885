"""Surface: the triangle mesh around a mask with its volume, area and sphericity; the hull of its voxels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist
from skimage.measure import marching_cubes

from neoher.volume.grid import Vector

__all__ = ["Surface", "hull_volume_cc", "sphericity_of", "surface_of"]


@dataclass(frozen=True, slots=True)
class Surface:
    """Volume and area of a closed triangle mesh."""

    volume_mm3: float
    area_mm2: float
    longest_diameter_mm: float
    """Between the two vertices furthest apart (IBSI L0JK). The project's own diameters run between voxel
    centres plus one voxel's extent: see neoher.imaging.diameters."""

    @property
    def sphericity(self) -> float:
        """pi^(1/3) (6 V)^(2/3) / A: 1 for a smooth ball, (pi / 6)^(1/3) = 0.806 for a sharp cube."""
        return float(np.pi ** (1 / 3) * (6 * self.volume_mm3) ** (2 / 3) / self.area_mm2)


def surface_of(inside: NDArray[np.bool_], spacing_mm: Vector) -> Surface:
    """The mesh of marching cubes halfway between voxels inside and outside; volume and area of that mesh.

    Parameters: `inside`, shape (slices, rows, columns), at least one voxel; outside the array is outside.
    The method of the Image Biomarker Standardisation Initiative (volume RNU0, area C0JK; PMID 32154773): it
    cuts the corners of voxels, so the mesh is a little smaller than its voxels together. Its steps make the
    area larger than that of a smooth surface, however fine the voxels: by some 9 % with cubic voxels, 16 %
    with 2 x 0.7 x 0.7 mm. A smooth ball thus has a sphericity of about 0.92 or 0.86: compare only values made
    the same way from voxels of one shape.
    """
    padded = np.pad(inside, 1).astype(np.float32)
    vertices, faces, _, _ = marching_cubes(padded, level=0.5, spacing=spacing_mm)  # type: ignore[no-untyped-call]
    first, second, third = (vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
    volume = np.einsum("ij,ij->i", first, np.cross(second, third)).sum() / 6
    area = np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2
    return Surface(abs(float(volume)), float(area), _widest(vertices))


def _widest(vertices: NDArray[np.float64]) -> float:
    """The largest distance between two vertices, which lie on their convex hull."""
    outermost = vertices[ConvexHull(vertices).vertices]
    return float(pdist(outermost).max())


def sphericity_of(inside: NDArray[np.bool_], spacing_mm: Vector) -> float:
    """Sphericity of the whole mask, all components together; see surface_of."""
    return surface_of(inside, spacing_mm).sphericity


def hull_volume_cc(voxels: NDArray[np.int64], spacing_mm: Vector) -> float:
    """Volume of the convex hull of whole voxels, in cc: what they span, gaps included.

    Parameters: `voxels`, indices (slice, row, column), shape (n, 3), at least one. The hull is that of the
    voxels' corners, so one voxel has its own volume, and a box of voxels that of the box.
    """
    corners = np.array(list(product((-0.5, 0.5), repeat=3)))
    # In every row of voxels only the two ends can be outermost.
    starts = np.ones(len(voxels), dtype=np.bool_)
    order = np.lexsort(voxels.T[::-1])
    ordered = voxels[order]
    starts[1:] = (ordered[1:, :2] != ordered[:-1, :2]).any(axis=1)
    ends = ordered[starts | np.append(starts[1:], True)]
    points = (ends[:, None, :] + corners).reshape(-1, 3) * np.asarray(spacing_mm)
    return float(ConvexHull(points).volume) / 1000.0
