"""Kinetic curve: a region's mean signal over the contrast phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neoher.errors import GridMismatch, RegionError
from neoher.imaging.enhancement import PhaseSignal
from neoher.imaging.phases import PhaseChoice
from neoher.volume.mask import Mask

__all__ = ["KineticCurve", "kinetic_curve"]


@dataclass(frozen=True, slots=True)
class KineticCurve:
    """Mean signal of a region in every phase of the exam, in order of acquisition."""

    times_s: tuple[float, ...]
    """Mid time of each phase in seconds after t = 0 of the phase choice."""
    mean_signal: tuple[float, ...]
    """Mean over the region's voxels, arbitrary units."""
    enhancement_percent: tuple[float, ...] | None
    """100 x (mean signal - mean signal before contrast) / mean signal before contrast: the enhancement of the
    mean, not the mean of the voxels' enhancements, so that dark voxels do not rule it. None when the mean
    signal before contrast is 0 or below."""
    voxels: int


def kinetic_curve(
    load_phase: Callable[[int], PhaseSignal], choice: PhaseChoice, region: Mask
) -> KineticCurve:
    """The kinetic curve of a region.

    Parameters: `load_phase` gives the stored numbers and the scale of one phase by its index; it is called
    once for each phase in turn and nothing it gives is kept, so one phase is in memory at a time.
    Raises: RegionError when the region is empty; GridMismatch when a phase has another shape than the region.
    Does not name the curve (persistent, plateau, washout).
    """
    box = region.bounding_box()
    if box is None:
        raise RegionError(
            "the region holds no voxel, so it has no kinetic curve.",
            where=region.name,
            remedy="Give a region that lies on the image.",
        )
    inside = region.inside[box]
    means = []
    for index in range(len(choice.times_s)):
        stored, scale = load_phase(index)
        if stored.shape != region.inside.shape:
            raise GridMismatch(
                f"phase {index} has {stored.shape} voxels (slices, rows, columns), the region "
                f"{region.inside.shape}.",
                where=region.name,
                remedy="Put the region on the grid of the phases first.",
            )
        mean = float(stored[box][inside].astype(np.float64).mean())
        means.append(mean * scale.slope + scale.intercept)
    before = means[choice.pre]
    return KineticCurve(
        times_s=choice.times_s,
        mean_signal=tuple(means),
        enhancement_percent=tuple(100 * (mean - before) / before for mean in means) if before > 0 else None,
        voxels=region.voxels,
    )
