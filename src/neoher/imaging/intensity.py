"""Intensity: how strongly the voxels of a mask enhance, as mean and as peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.errors import GridMismatch
from neoher.imaging.enhancement import PhaseSignal, relative_scale
from neoher.volume.mask import Mask

__all__ = ["Intensity", "intensity_of"]

PEAK_PERCENTILE = 95.0
"""The strongest single voxel is as likely noise as tumour; a design decision."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """Percent enhancement over a mask's voxels."""

    mean_percent: float
    """Mean of the voxels' percent enhancement; above the threshold where the mask was made by one."""
    peak_percent: float
    """95th percentile, linearly interpolated, of the voxels' percent enhancement."""
    voxels: int


def intensity_of(pre: PhaseSignal, post: PhaseSignal, mask: Mask) -> Intensity | None:
    """Percent enhancement 100 (S1 - S0) / S0 of a mask's voxels, in float64.

    Parameters: `pre`, `post`: stored numbers and scale of two phases on the mask's grid.
    Returns: None where the mask is empty or holds a voxel without signal before contrast: there it has none.
    Raises: GridMismatch when a phase has another shape than the mask; ImageError when a scale cannot be used.
    Source: percent enhancement as in Hylton et al., Radiology 2012;263:663 (PMID 22623692).
    """
    for stored, _ in (pre, post):
        if stored.shape != mask.inside.shape:
            raise GridMismatch(
                f"a phase has {stored.shape} voxels (slices, rows, columns), the region {mask.inside.shape}.",
                where=mask.name,
                remedy="Put the region on the grid of the phases first.",
            )
    before, after = (
        stored[mask.inside].astype(np.float64) * scale.factor + scale.offset
        for (stored, _), scale in ((phase, relative_scale(phase[1], pre[1])) for phase in (pre, post))
    )
    if before.size == 0 or (before <= 0).any():
        return None
    percent = 100.0 * (after - before) / before
    return Intensity(float(percent.mean()), float(np.percentile(percent, PEAK_PERCENTILE)), int(before.size))
