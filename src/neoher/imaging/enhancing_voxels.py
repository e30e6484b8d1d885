"""Enhancing voxels: those of a region that pass the background, enhancement and neighbour tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from neoher.errors import GridMismatch, InputError, RegionError
from neoher.imaging import kernels
from neoher.imaging.enhancement import PhaseSignal, enhancement_maps, relative_scale
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

__all__ = ["Box", "EnhancingVoxels", "FtvParameters", "cropped_phase", "enhancing_voxels"]

Box: TypeAlias = tuple[slice, slice, slice]
"""A grid-aligned part of an array (slices, rows, columns)."""

BACKGROUND_PERCENTILE = 95.0
SLICES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class FtvParameters:
    """Thresholds of functional tumour volume; stored with every result."""

    pe_percent: float = 70.0
    """Least percent enhancement; 0 or more."""
    background_percent: float = 60.0
    """Least pre-contrast signal, in percent of the 95th percentile in the region's box; 0 or more."""
    neighbours: int = 4
    """Least number of the 26 neighbours that pass; 0 to 26."""

    def __post_init__(self) -> None:
        for name, value in (("pe", self.pe_percent), ("background", self.background_percent)):
            if not 0 <= value < np.inf:
                raise InputError(
                    f"the threshold is {value:g} %.", where=name, remedy="Give a percentage of 0 or more."
                )
        if not (0 <= self.neighbours <= 26 and self.neighbours == int(self.neighbours)):
            raise InputError(
                f"{self.neighbours} neighbours are asked for.",
                where="neighbours",
                remedy="A voxel has 26 neighbours: give a whole number from 0 to 26.",
            )


@dataclass(frozen=True, slots=True)
class EnhancingVoxels:
    """The voxels found, on the crop around the region."""

    crop: Box
    """The region's box and one voxel around it, within the grid."""
    state: NDArray[np.uint8]
    """State of each voxel on the crop, as neoher.imaging.kernels names it."""
    wanted: NDArray[np.bool_]
    """The region less the omitted regions, on the crop."""
    counted: NDArray[np.bool_]
    """The wanted voxels that pass every test, on the crop."""
    voxels: int
    """How many are counted."""
    pre_percentile_95: float
    """Signal units."""
    threshold: float
    """Background threshold in signal units."""
    region_voxels: int
    omitted_voxels: int
    parameters: FtvParameters
    warnings: tuple[tuple[str, str], ...]

    def on_grid(self, region: Mask, name: str) -> Mask:
        """The counted voxels as a mask on the region's whole grid."""
        inside = np.zeros(region.inside.shape, dtype=np.bool_)
        inside[self.crop] = self.counted
        return Mask(inside, region.grid, name, f"{name} within {region.name} ({region.source})")


def enhancing_voxels(
    series: DynamicSeries,
    phases: tuple[int, int] | tuple[int, int, int],
    region: Mask,
    omit: Sequence[Mask],
    parameters: FtvParameters,
) -> EnhancingVoxels:
    """The region's voxels that pass; `phases` are pre, early and, where there is one, late.

    Neighbours are counted before the region is applied. One voxel around the region's box is enough for
    that: no neighbour of a voxel in the box lies further out, and whether a neighbour passes depends on that
    neighbour alone.
    Raises: RegionError, GridMismatch, InputError and ImageError as functional_tumour_volume says.
    """
    for mask in (region, *omit):
        _check_grid(mask, series.grid)
    box = region.bounding_box()
    if box is None:
        raise RegionError(
            "the region holds no voxel.", where=region.name, remedy="Give a region that lies on the image."
        )
    crop = _with_margin(box, series.grid.shape)
    wanted = region.inside[crop].copy()
    for mask in omit:
        wanted &= ~mask.inside[crop]
    remaining = int(np.count_nonzero(wanted))
    if remaining == 0:
        raise RegionError(
            "the omitted regions cover the whole region: nothing is left to measure.",
            where=region.name,
            remedy="Check which segments mark the region and which mark tissue to omit.",
        )

    pre_stored, pre_scale = cropped_phase(series, phases[0], box)
    offset = relative_scale(pre_scale, pre_scale).offset
    percentile = _percentile(pre_stored, BACKGROUND_PERCENTILE) + offset
    signals = [cropped_phase(series, index, crop) for index in phases]
    state = np.empty(wanted.shape, dtype=np.uint8)
    # A few slices at a time: the maps of a whole exam would take more memory than its pixels.
    for start in range(0, wanted.shape[0], SLICES_AT_ONCE):
        slab = slice(start, start + SLICES_AT_ONCE)
        state[slab] = enhancement_maps(
            *((stored[slab], scale) for stored, scale in signals),
            background_hundredfold=parameters.background_percent * percentile,
            enhancement_percent=parameters.pe_percent,
        ).state
    counted = np.empty(wanted.shape, dtype=np.bool_)
    kernels.count_enough_neighbours(state, parameters.neighbours, counted)
    counted &= wanted
    region_voxels = region.voxels
    return EnhancingVoxels(
        crop=crop,
        state=state,
        wanted=wanted,
        counted=counted,
        voxels=int(np.count_nonzero(counted)),
        pre_percentile_95=percentile * pre_scale.slope,
        threshold=parameters.background_percent / 100 * percentile * pre_scale.slope,
        region_voxels=region_voxels,
        omitted_voxels=region_voxels - remaining,
        parameters=parameters,
        warnings=_background_warning(percentile),
    )


def cropped_phase(series: DynamicSeries, index: int, box: Box) -> PhaseSignal:
    """Stored numbers of a phase within a box, with the phase's scale.

    Raises: InputError when the series was loaded without that phase.
    """
    if index not in series.loaded:
        raise InputError(
            f"phase {index} is needed and was not loaded (loaded: {', '.join(map(str, series.loaded))}).",
            remedy="Load the pre-contrast, early and late phase that were chosen.",
        )
    stored, scale = series.phase(index)
    return stored[box], scale


def _check_grid(mask: Mask, grid: Grid) -> None:
    if mask.inside.shape == grid.shape and mask.grid.matches(grid):
        return
    raise GridMismatch(
        "the region does not lie on the grid of the contrast phases.",
        where=mask.name,
        remedy="Put the region on the grid of the phases first.",
    )


def _with_margin(box: Box, shape: tuple[int, int, int]) -> Box:
    first, second, third = (
        slice(max(span.start - 1, 0), min(span.stop + 1, size)) for span, size in zip(box, shape, strict=True)
    )
    return first, second, third


def _percentile(stored: NDArray[np.generic], percent: float) -> float:
    """The percentile by linear interpolation between the two stored numbers around it.

    As numpy.percentile, but in the stored number type: no copy of the box in float64 is made.
    """
    values = stored.reshape(-1).astype(stored.dtype.newbyteorder("="))
    place = (values.size - 1) * (percent / 100)
    low = int(place)
    high = min(low + 1, values.size - 1)
    values.partition([low, high])
    below, above = float(values[low]), float(values[high])
    return below + (above - below) * (place - low)


def _background_warning(percentile: float) -> tuple[tuple[str, str], ...]:
    if percentile > 0:
        return ()
    message = (
        "The 95th percentile of the pre-contrast signal in the region's box is 0 or below: the background "
        "threshold excludes nothing, and the volume may hold background."
    )
    return (("background-threshold-not-positive", message),)
