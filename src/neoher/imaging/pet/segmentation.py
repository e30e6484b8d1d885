"""The part of a region above a threshold: fixed, a share of its maximum, or PERCIST's.

A fixed or PERCIST threshold keeps every voxel of the region at or above it; a share of the maximum keeps
those that are connected (face, edge or corner) to the hottest voxel, as contouring tools do (a design
decision). Nothing outside the region is ever taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.mask import Mask
from neoher.volume.pet import SuvVolume

__all__ = ["Segmented", "above_share_of_maximum", "above_threshold"]

_TOUCHING = np.ones((3, 3, 3), dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Segmented:
    """The voxels kept; None where none reaches the threshold."""

    mask: Mask | None
    threshold: float


def above_threshold(volume: SuvVolume, region: Mask, threshold: float) -> Segmented:
    """The region's voxels at or above a threshold in units of SUV."""
    kept = region.inside & (volume.suv >= np.float32(threshold))
    return Segmented(_named(region, kept, f"SUV at least {threshold:.4g}"), threshold)


def above_share_of_maximum(volume: SuvVolume, region: Mask, percent: float) -> Segmented:
    """The region's voxels at or above a percentage of its maximum, connected to its hottest voxel."""
    hottest = float(volume.suv[region.inside].max())
    threshold = hottest * percent / 100
    kept = region.inside & (volume.suv >= np.float32(threshold))
    if hottest <= 0:
        return Segmented(None, threshold)
    # SciPy takes longer to load than a whole series to measure, and few ask for this.
    from scipy import ndimage

    labels, _ = ndimage.label(kept, structure=_TOUCHING)
    of_hottest = np.unique(labels[kept & (volume.suv == np.float32(hottest))])
    connected: NDArray[np.bool_] = np.isin(labels, of_hottest[of_hottest > 0])
    return Segmented(_named(region, connected, f"at least {percent:g} % of the maximum"), threshold)


def _named(region: Mask, kept: NDArray[np.bool_], how: str) -> Mask | None:
    if not kept.any():
        return None
    return Mask(kept, region.grid, region.name, f"{region.source}, {how}", region.warnings)
