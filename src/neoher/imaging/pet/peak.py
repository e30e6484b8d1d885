"""Peak uptake: the mean over a sphere of 1 cm3.

Source: Image Biomarker Standardisation Initiative, local (VJGA) and global (0F91) intensity peak (PMID
32154773): all voxels whose centre lies within (3 / (4 pi))^(1/3) cm = 6.2 mm of the sphere's centre, which is
a voxel's centre, whether or not they lie in the region; beyond the image there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid
from neoher.volume.mask import Mask
from neoher.volume.pet import SuvVolume

__all__ = ["SPHERE_RADIUS_MM", "Peak", "peak_of", "sphere_offsets"]

SPHERE_RADIUS_MM = 10.0 * (3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)


@dataclass(frozen=True, slots=True)
class Peak:
    """Largest means over spheres of 1 cm3."""

    highest: float
    """Over all spheres centred on a voxel of the region."""
    at_maximum: float
    """Centred on the hottest voxel; of equally hot ones, the highest."""
    centre: tuple[int, int, int]
    """Voxel (slice, row, column) at the centre of the highest sphere."""
    sphere_voxels: int
    """Voxels of a whole sphere."""


def sphere_offsets(grid: Grid, radius_mm: float = SPHERE_RADIUS_MM) -> NDArray[np.int64]:
    """Index offsets (slice, row, column), shape (n, 3), of the voxels whose centres lie in the sphere."""
    reach = [int(radius_mm / step) for step in grid.spacing_mm]
    axes = np.meshgrid(*(np.arange(-count, count + 1) for count in reach), indexing="ij")
    offsets = np.stack([axis.ravel() for axis in axes], axis=1)
    distance = np.linalg.norm(offsets * np.asarray(grid.spacing_mm), axis=1)
    # A centre on the surface belongs to the sphere, also where the last bit of its distance says otherwise.
    within: NDArray[np.int64] = offsets[distance <= radius_mm * (1 + 1e-9)]
    return within


def peak_of(volume: SuvVolume, region: Mask) -> Peak:
    """Global and local peak of a region that holds at least one voxel.

    Works on the region's box and one sphere's reach around it.
    """
    box = region.bounding_box()
    assert box is not None  # the caller has refused an empty region
    offsets = sphere_offsets(volume.grid)
    reach = np.abs(offsets).max(axis=0)
    crop = tuple(
        slice(max(span.start - int(margin), 0), min(span.stop + int(margin), size))
        for span, margin, size in zip(box, reach, volume.grid.shape, strict=True)
    )
    suv = volume.suv[crop]
    inside = region.inside[crop]
    means = _sphere_means(suv, offsets)
    of_region = np.where(inside, means, -np.inf)
    place = np.unravel_index(int(np.argmax(of_region)), of_region.shape)
    hottest = inside & (suv == suv[inside].max())
    return Peak(
        highest=float(of_region[place]),
        at_maximum=float(means[hottest].max()),
        centre=(
            int(place[0]) + crop[0].start,
            int(place[1]) + crop[1].start,
            int(place[2]) + crop[2].start,
        ),
        sphere_voxels=len(offsets),
    )


def _sphere_means(suv: NDArray[np.float32], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean over the sphere around every voxel, of those of its voxels that lie in the array."""
    total = np.zeros(suv.shape, dtype=np.float64)
    count = np.zeros(suv.shape, dtype=np.int32)
    for offset in offsets:
        spans = [_overlap(int(step), size) for step, size in zip(offset, suv.shape, strict=True)]
        target, source = tuple(span[0] for span in spans), tuple(span[1] for span in spans)
        total[target] += suv[source]
        count[target] += 1
    means: NDArray[np.float64] = total / count
    return means


def _overlap(step: int, size: int) -> tuple[slice, slice]:
    """Where voxels with a neighbour `step` further lie along one axis, and where these neighbours lie."""
    low, high = max(0, -step), min(size, size - step)
    return slice(low, max(high, low)), slice(low + step, max(high, low) + step)
