"""What surrounds a tumour: where the body and its skin lie, and how bright fibroglandular tissue is where.

Distances and shares here are design decisions, no evidence behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.enhancing_voxels import Box
from neoher.volume.grid import Vector

__all__ = ["Curves", "around", "curves_of", "depth_below_skin_mm", "smoothed", "within_mm"]

Array = NDArray[np.float32]

DENOISING_MM = 0.45
"""Standard deviation of the smoothing against noise: less than a voxel."""
BRIGHT_VOXEL_MM = 1.0
"""Over which a voxel's own signal before contrast is taken, against its noise."""
BRIGHTNESS_MM = 14.0
"""Over which the brightness of tissue is taken: a receive coil changes more slowly, anatomy faster."""
DARKEST_NOISE = 5.0
"""Tissue is taken as at least so many standard deviations of the noise: in darker parts noise would pass for
enhancement."""
COARSE_MM = 4.0
"""Step of the grid on which slow changes are computed."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Every voxel's enhancement as a share of how bright tissue is there before contrast; no unit."""

    early: Array
    """(S1 - S0) / brightness: about PE / 100 in tissue, about 0 in fat however dark it is."""
    late: Array | None
    """(S2 - S0) / brightness; None without a late phase."""
    noise: float
    """Standard deviation of the noise of `early` before smoothing, where tissue is bright."""

    def stacked(self) -> Array:
        """Shape (1 or 2, slices, rows, columns)."""
        return np.stack([self.early] if self.late is None else [self.early, self.late])


def curves_of(pre: Array, early: Array, late: Array | None, spacing_mm: Vector) -> Curves:
    """Enhancement by a scale that partial volume, dark fat and the coil's reach do not bend.

    PE divides by the voxel's own signal: an edge voxel half of fat enhances by as many percent as the tumour
    does, so that a threshold on PE takes it whole. Against the tissue's brightness it enhances by half.
    """
    steps = np.diff(early - pre, axis=2)
    # Both phases carry noise, and a step both its ends.
    noise = float(1.4826 * np.median(np.abs(steps - np.median(steps))) / 2)
    least = max(DARKEST_NOISE * noise, 1e-6)
    # Where a voxel itself is brighter than the tissue around it, its own signal is the measure, as in PE.
    own = smoothed(pre, BRIGHT_VOXEL_MM, spacing_mm)
    brightness = np.maximum(np.maximum(_brightness(pre, spacing_mm), own), np.float32(least))
    difference: Array = ((early - pre) / brightness).astype(np.float32)
    late_curve = None
    if late is not None:
        late_curve = smoothed(((late - pre) / brightness).astype(np.float32), DENOISING_MM, spacing_mm)
    return Curves(
        early=smoothed(difference, DENOISING_MM, spacing_mm),
        late=late_curve,
        noise=float(np.sqrt(2) * noise / np.median(brightness[own >= np.percentile(own, 90)])),
    )


def smoothed(values: Array, sd_mm: float, spacing_mm: Vector) -> Array:
    """Gaussian smoothing by a standard deviation in mm."""
    result: Array = ndimage.gaussian_filter(values, [sd_mm / step for step in spacing_mm], truncate=3.0)
    return result


def _brightness(pre: Array, spacing_mm: Vector) -> Array:
    """Signal before contrast of the tissue around each voxel, 0 where there is none."""
    factors = tuple(max(1, round(COARSE_MM / step)) for step in spacing_mm)
    coarse = _cells(pre, factors)
    coarse_mm = tuple(step * factor for step, factor in zip(spacing_mm, factors, strict=True))
    sigma = [BRIGHTNESS_MM / step for step in coarse_mm]
    # Weighted by the cube of the signal fat and air count little beside tissue, at any level of the coil.
    weight = coarse**3
    field = ndimage.gaussian_filter(weight * coarse, sigma) / np.maximum(
        ndimage.gaussian_filter(weight, sigma), 1e-12
    )
    centres = [
        np.clip((np.arange(size) + 0.5) / factor - 0.5, 0, count - 1)
        for size, factor, count in zip(pre.shape, factors, field.shape, strict=True)
    ]
    wide: Array = field.astype(np.float32)
    for axis, at in enumerate(centres):
        low = np.minimum(at.astype(int), max(field.shape[axis] - 2, 0))
        high = np.minimum(low + 1, field.shape[axis] - 1)
        share = (at - low).astype(np.float32).reshape([-1 if one == axis else 1 for one in range(3)])
        wide = np.take(wide, low, axis) * (1 - share) + np.take(wide, high, axis) * share
    return wide


def _cells(values: Array, factors: tuple[int, ...]) -> Array:
    """Mean over cells of a whole number of voxels; the last cell of an axis repeats its edge."""
    pad = [(0, -size % factor) for size, factor in zip(values.shape, factors, strict=True)]
    padded = np.pad(values, pad, mode="edge")
    a, b, c = (size // factor for size, factor in zip(padded.shape, factors, strict=True))
    cells = padded.reshape(a, factors[0], b, factors[1], c, factors[2])
    result: Array = cells.mean(axis=(1, 3, 5), dtype=np.float32)
    return result


def depth_below_skin_mm(signal: Array, spacing_mm: Vector) -> Array:
    """Distance to the air around the body in mm, 0 in the air.

    `signal`: mean of the phases. Air is what is dark and joined to the image's border in its slice;
    suppressed fat may be as dark, but the bright line of the skin and the chest wall close it off. Where
    the image ends in fat, fat counts as air, and skin is seen too early: the proposal then says that it
    meets the skin.
    """
    smooth = smoothed(signal, 1.0, spacing_mm)
    low, high = (float(value) for value in np.percentile(smooth, [2, 99.5]))
    bright = smooth > low + 0.08 * (high - low)
    body = np.empty(bright.shape, dtype=np.bool_)
    cross = np.ones((3, 3), dtype=np.bool_)
    for index, plane in enumerate(bright):
        closed = ndimage.binary_closing(np.pad(plane, 4), cross, iterations=3)[4:-4, 4:-4] | plane
        labels, count = ndimage.label(~closed)
        outside = np.zeros(count + 1, dtype=np.bool_)
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            outside |= np.bincount(edge, minlength=count + 1) > 0
        outside[0] = False
        body[index] = ~outside[labels]
    if body.all():
        return np.full(signal.shape, np.inf, dtype=np.float32)
    depth: Array = ndimage.distance_transform_edt(body, sampling=spacing_mm).astype(np.float32)
    return depth


def within_mm(inside: NDArray[np.bool_], distance_mm: float, spacing_mm: Vector) -> NDArray[np.bool_]:
    """Voxels that lie at most a distance from the nearest one inside."""
    near = np.zeros(inside.shape, dtype=np.bool_)
    area = around(inside, distance_mm, spacing_mm)
    if area is not None:
        near[area] = ndimage.distance_transform_edt(~inside[area], sampling=spacing_mm) <= distance_mm
    return near


def around(inside: NDArray[np.bool_], margin_mm: float, spacing_mm: Vector) -> Box | None:
    """The smallest box around the voxels inside, widened by a margin; None where there are none."""
    spans = []
    for axis, step in enumerate(spacing_mm):
        hit = np.flatnonzero(inside.any(axis=tuple(other for other in range(3) if other != axis)))
        if hit.size == 0:
            return None
        margin = int(np.ceil(margin_mm / step))
        spans.append(slice(max(int(hit[0]) - margin, 0), min(int(hit[-1]) + margin + 1, inside.shape[axis])))
    return spans[0], spans[1], spans[2]
