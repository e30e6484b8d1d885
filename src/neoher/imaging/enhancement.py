"""Enhancement: percent enhancement (PE) and signal enhancement ratio (SER) of whole arrays of voxels.

PE = 100 (S1 - S0) / S0 and SER = (S1 - S0) / (S2 - S0) with the signal S0 before contrast, S1 early and S2
late after it (Hylton et al., Radiology 2012;263:663, PMID 22623692).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from neoher.errors import GridMismatch, ImageError
from neoher.imaging import kernels
from neoher.volume.dynamic import Scale

__all__ = [
    "EnhancementMaps",
    "PhaseSignal",
    "RelativeScale",
    "enhancement_maps",
    "percent_enhancement",
    "relative_scale",
    "signal_enhancement_ratio",
]

VOXELS_AT_ONCE = 1 << 20
THREADS = 4
"""More threads than this only wait for memory."""

PhaseSignal: TypeAlias = tuple[NDArray[np.generic], Scale]
"""Stored numbers, shape (slices, rows, columns), with the scale that turns them into signal."""


@dataclass(frozen=True, slots=True)
class RelativeScale:
    """Stored number to signal counted in units of another phase's slope: factor * stored + offset."""

    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class EnhancementMaps:
    """PE, SER and whether each voxel passes; all of shape (slices, rows, columns)."""

    percent_enhancement: NDArray[np.float32]
    """Percent; NaN where S0 <= 0."""
    signal_enhancement_ratio: NDArray[np.float32] | None
    """NaN where S2 = S0; None where there is no late phase."""
    state: NDArray[np.uint8]
    """A state of `kernels` for each voxel; judged on the signal itself, never on the rounded maps."""


def percent_enhancement(pre: PhaseSignal, post: PhaseSignal) -> NDArray[np.float32]:
    """Percent signal enhancement from the pre-contrast to a post-contrast phase.

    Returns: PE in percent, the shape of the phases; NaN where the pre-contrast signal is 0 or below.
    Raises: GridMismatch when the shapes differ; ImageError when a scale or a signal cannot be used.
    """
    return enhancement_maps(pre, post).percent_enhancement


def signal_enhancement_ratio(pre: PhaseSignal, early: PhaseSignal, late: PhaseSignal) -> NDArray[np.float32]:
    """Signal enhancement ratio: early over late enhancement.

    Returns: SER, the shape of the phases; NaN where S2 = S0, negative where S2 and S1 lie on either side of
    S0. Neither cut to a range nor limited to enhancing voxels.
    Raises: GridMismatch when the shapes differ; ImageError when a scale or a signal cannot be used.
    """
    ratio = enhancement_maps(pre, early, late).signal_enhancement_ratio
    assert ratio is not None
    return ratio


def enhancement_maps(
    pre: PhaseSignal,
    early: PhaseSignal,
    late: PhaseSignal | None = None,
    *,
    background_hundredfold: float = 0.0,
    enhancement_percent: float = 0.0,
) -> EnhancementMaps:
    """PE, SER and the state of every voxel in one pass over the phases.

    Parameters: `background_hundredfold`, 100 x the least S0, in units of the pre-contrast phase's slope;
    `enhancement_percent`, the least PE.
    Raises: GridMismatch when the shapes differ; ImageError when a scale or a signal cannot be used.
    """
    before, after, *later = _stored_alike([pre, early] if late is None else [pre, early, late])
    pre_offset = relative_scale(pre[1], pre[1]).offset
    early_scale = relative_scale(early[1], pre[1])
    late_scale = None if late is None else relative_scale(late[1], pre[1])
    percent = np.empty(before.shape, dtype=np.float32)
    ratio = None if late is None else np.empty(before.shape, dtype=np.float32)
    state = np.empty(before.shape, dtype=np.uint8)

    def fill(part: slice) -> None:
        if late_scale is None or ratio is None:
            kernels.enhancement(
                before.reshape(-1)[part],
                after.reshape(-1)[part],
                pre_offset,
                early_scale.factor,
                early_scale.offset,
                background_hundredfold,
                enhancement_percent,
                percent.reshape(-1)[part],
                state.reshape(-1)[part],
            )
            return
        kernels.enhancement_and_ratio(
            before.reshape(-1)[part],
            after.reshape(-1)[part],
            later[0].reshape(-1)[part],
            pre_offset,
            early_scale.factor,
            early_scale.offset,
            late_scale.factor,
            late_scale.offset,
            background_hundredfold,
            enhancement_percent,
            percent.reshape(-1)[part],
            ratio.reshape(-1)[part],
            state.reshape(-1)[part],
        )

    _in_parts(fill, before.size)
    return EnhancementMaps(percent, ratio, state)


def relative_scale(scale: Scale, unit: Scale) -> RelativeScale:
    """A phase's scale in units of the slope of `unit`: phases with one slope get the factor 1 exactly.

    Raises: ImageError when a slope is not above 0 or a number is not finite: enhancement would have no sign.
    """
    for one in (scale, unit):
        if not (0 < one.slope < np.inf and np.isfinite(one.intercept)):
            raise ImageError(
                f"the rescale slope {one.slope:g} and intercept {one.intercept:g} cannot turn stored numbers "
                "into signal.",
                remedy="MR signal needs a slope above 0; check RescaleSlope and RescaleIntercept.",
            )
    return RelativeScale(scale.slope / unit.slope, scale.intercept / unit.slope)


def _in_parts(fill: Callable[[slice], None], voxels: int) -> None:
    """Calls `fill` for every part of a flat array; large ones on several threads."""
    parts = [slice(start, start + VOXELS_AT_ONCE) for start in range(0, voxels, VOXELS_AT_ONCE)]
    if len(parts) <= 1:
        fill(slice(None))
        return
    with ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS)) as threads:
        list(threads.map(fill, parts))


def _stored_alike(phases: Sequence[PhaseSignal]) -> list[NDArray[np.generic]]:
    """Stored numbers as contiguous arrays in the machine's byte order, once their shapes agree."""
    shapes = {stored.shape for stored, _ in phases}
    if len(shapes) > 1:
        raise GridMismatch(
            f"phases of different size: {' and '.join(sorted(map(str, shapes)))} (slices, rows, columns).",
            remedy="Enhancement compares voxel with voxel: give phases of one geometry.",
        )
    ready = []
    for stored, _ in phases:
        native = np.ascontiguousarray(stored, dtype=stored.dtype.newbyteorder("="))
        if native.dtype.kind == "f" and not np.isfinite(native).all():
            raise ImageError(
                "a contrast phase holds signal that is not a finite number.",
                remedy="Check the rescale values and the pixel data of the series.",
            )
        ready.append(native)
    return ready
