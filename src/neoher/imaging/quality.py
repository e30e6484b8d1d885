"""What makes a breast DCE-MRI exam good or poor: timing, fat suppression, motion, noise, coverage.

Functional tumour volume predicted complete response with an AUC of 0.85 on exams of good quality and 0.64 on
others (PMC10413289, n = 432): a number from a poor exam must say so. The limits below are design
decisions of this project, no evidence behind them; only the timing window is the one the phases are judged
by.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.fft import fftn

from neoher.imaging.enhancing_voxels import Box, cropped_phase
from neoher.imaging.phases import EARLY_TIMING_S, PhaseChoice
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.mask import Mask

__all__ = ["ExamQuality", "QualityGrade", "area_around", "judge_quality"]

Array = NDArray[np.float32]
Spectrum = NDArray[np.complex64]

AROUND_MM = 12.0
"""How far around the region motion and fat are looked at."""
MOTION_LIMITED_MM, MOTION_POOR_MM = 1.5, 3.0
"""Enhancement alone shifts the figure by up to 1 mm on still simulated exams: less is not told from it."""
LEAST_LATE_S = 300.0
FAT_LIMITED = 0.8
NOISE_LIMITED = 8.0
LARGEST_SIDE = 96
"""Voxels along an axis beyond which the area is looked at in its middle only: motion takes no more."""


class QualityGrade(StrEnum):
    """How far the exam supports a functional tumour volume."""

    GOOD = "good"
    LIMITED = "limited"
    """Something to know before the number is compared."""
    POOR = "poor"
    """The number may rest on motion, noise or missing tissue."""


@dataclass(frozen=True, slots=True)
class ExamQuality:
    """Figures of quality around the region; None is not known."""

    grade: QualityGrade
    motion_early_mm: float | None
    """Displacement of the tissue around the region from the phase before contrast to the early one, in mm."""
    motion_late_mm: float | None
    """The same to the late phase."""
    fat_signal_ratio: float | None
    """Signal of tissue that does not enhance over that of tissue that does, before contrast; near or above 1
    fat is not suppressed."""
    signal_to_noise: float | None
    """Signal of the tissue before contrast over the standard deviation of the noise."""
    early_in_window: bool
    """Whether the early phase lies in the window of 90 to 180 s."""
    region_meets_edge: bool
    """Whether the region touches the image's border, beyond which tissue may be missing."""
    warnings: tuple[tuple[str, str], ...]


def judge_quality(series: DynamicSeries, choice: PhaseChoice, region: Mask) -> ExamQuality:
    """Figures and grade of an exam around a region that holds voxels.

    Parameters: `series` holds the phases of `choice`; `region` lies on its grid. The grade changes no number.
    Does not see motion within a phase, nor motion that turns or deforms without moving the whole.
    """
    area = area_around(region)
    pre, early, late = (
        None if index is None else _signal(series, index, area)
        for index in (choice.pre, choice.early, choice.late)
    )
    assert pre is not None
    assert early is not None
    noise = _noise(pre, early)
    phases = [one for one in (pre, early, late) if one is not None]
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        fat = threads.submit(_fat_ratio, pre, early, noise)
        motion_early, *later = displacements_mm(phases, series.grid.spacing_mm, noise, threads)
        ratio = fat.result()
    motion_late = later[0] if later else None
    signal = float(np.percentile(pre, 95))
    to_noise = signal / noise if noise > 0 else None
    late_s = None if choice.late is None else choice.times_s[choice.late]
    in_window = EARLY_TIMING_S[0] <= choice.times_s[choice.early] <= EARLY_TIMING_S[1]
    edge = _meets_edge(region)
    worst = max((one for one in (motion_early, motion_late) if one is not None), default=None)
    warnings = _warnings(worst, ratio, to_noise, late_s, edge=edge)
    poor = edge or (worst is not None and worst >= MOTION_POOR_MM)
    limited = bool(warnings) or not in_window or late_s is None
    grade = QualityGrade.POOR if poor else QualityGrade.LIMITED if limited else QualityGrade.GOOD
    return ExamQuality(grade, motion_early, motion_late, ratio, to_noise, in_window, edge, warnings)


def displacements_mm(
    phases: Sequence[Array],
    spacing_mm: tuple[float, float, float],
    noise: float,
    threads: ThreadPoolExecutor,
) -> list[float | None]:
    """How far the edges of the tissue lie apart in the first phase and each later one, in mm.

    The shift at which the cross-correlation of both edge images is greatest, found to a tenth of a voxel
    (Guizar-Sicairos et al., Opt Lett 2008;33:156, by scikit-image). Edges, and not signal, since contrast
    changes how bright tissue is far more than where its edges lie; enhancing edges weigh no more than others.
    None where there is no edge to compare.
    """
    first, *later = threads.map(lambda phase: _edge_spectrum(phase, spacing_mm, noise), phases)

    def apart(other: Spectrum | None) -> float | None:
        from skimage.registration import phase_cross_correlation

        if first is None or other is None:
            return None
        shift, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
            first, other, space="fourier", upsample_factor=10, normalization=None
        )
        return float(np.linalg.norm(np.asarray(shift) * np.asarray(spacing_mm)))

    return list(threads.map(apart, later))


def _edge_spectrum(signal: Array, spacing_mm: tuple[float, float, float], noise: float) -> Spectrum | None:
    """Fourier transform of a phase's edges; None where there is none, or too little tissue to tell."""
    edges = _edges(signal, spacing_mm, noise)
    if float(edges.max(initial=0.0)) <= 0 or min(signal.shape) < 4:
        return None
    return np.asarray(fftn(edges))


def _edges(signal: Array, spacing_mm: tuple[float, float, float], noise: float) -> Array:
    """Steepness of the signal, levelled off where it is clearly an edge, and falling to 0 at the area's
    border."""
    steep = ndimage.gaussian_gradient_magnitude(signal, [max(1.0 / step, 0.5) for step in spacing_mm])
    clear = max(3.0 * noise, float(np.percentile(steep, 80)), 1e-6)
    levelled = steep / (steep + np.float32(clear))
    for axis, size in enumerate(signal.shape):
        window = np.hanning(size + 2)[1:-1].astype(np.float32)
        levelled = levelled * window.reshape([-1 if one == axis else 1 for one in range(3)])
    result: Array = levelled - np.float32(levelled.mean())
    return result


def _noise(pre: Array, early: Array) -> float:
    """Standard deviation of the noise of one phase: of the steps in the difference of two."""
    steps = np.diff(early - pre, axis=2)
    return float(1.4826 * np.median(np.abs(steps - np.median(steps))) / 2)


def _fat_ratio(pre: Array, early: Array, noise: float) -> float | None:
    """Signal before contrast of the tissue that enhances least over that of what enhances most.

    None where either is too little to say. Air is left out as signal within 2 standard deviations of the
    noise.
    """
    smooth = ndimage.uniform_filter(pre, 3)
    change = ndimage.uniform_filter(early - pre, 3)
    body = smooth > 2.5 * noise
    if np.count_nonzero(body) < 200:
        return None
    low, high = np.percentile(change[body], [30, 95])
    if high - low < 2 * noise:
        return None
    still, enhancing = body & (change <= low), body & (change >= high)
    return float(np.median(smooth[still]) / np.median(smooth[enhancing]))


def _warnings(
    motion_mm: float | None, fat: float | None, to_noise: float | None, late_s: float | None, *, edge: bool
) -> tuple[tuple[str, str], ...]:
    found = []
    if motion_mm is not None and motion_mm >= MOTION_LIMITED_MM:
        weight = "may be an effect of motion" if motion_mm >= MOTION_POOR_MM else "may be off at its edges"
        found.append(
            (
                "motion-between-phases",
                f"The tissue around the region moved by {motion_mm:.1f} mm between the phases: what "
                f"enhances {weight}.",
            )
        )
    if fat is not None and fat >= FAT_LIMITED:
        found.append(
            (
                "fat-not-suppressed",
                f"Before contrast, tissue that does not enhance is {fat:.2f} times as bright as what "
                "does: fat seems "
                "not to be suppressed, and the background threshold means something else.",
            )
        )
    if to_noise is not None and to_noise < NOISE_LIMITED:
        found.append(
            (
                "image-noise",
                f"The signal before contrast is {to_noise:.1f} times the noise: single voxels pass or "
                "fail by chance.",
            )
        )
    if late_s is not None and late_s < LEAST_LATE_S:
        found.append(
            (
                "late-phase-timing",
                f"The late phase was acquired at {late_s:.0f} s: washout may not show by then.",
            )
        )
    if edge:
        found.append(
            (
                "region-meets-image-edge",
                "The region reaches the image's border: tissue beyond it is not measured.",
            )
        )
    return tuple(found)


def area_around(region: Mask) -> Box:
    """The region's box with what lies around it; its middle where that is large."""
    box = region.bounding_box()
    assert box is not None  # the caller measures in it
    spans = []
    for span, step, size in zip(box, region.grid.spacing_mm, region.grid.shape, strict=True):
        low = max(0, span.start - round(AROUND_MM / step))
        high = min(size, span.stop + round(AROUND_MM / step))
        cut = max(0, high - low - LARGEST_SIDE)
        spans.append(slice(low + cut // 2, high - (cut - cut // 2)))
    return spans[0], spans[1], spans[2]


def _signal(series: DynamicSeries, index: int, area: Box) -> Array:
    stored, scale = cropped_phase(series, index, area)
    return stored.astype(np.float32) * np.float32(scale.slope) + np.float32(scale.intercept)


def _meets_edge(region: Mask) -> bool:
    box = region.bounding_box()
    assert box is not None
    return any(
        span.start == 0 or span.stop == size for span, size in zip(box, region.grid.shape, strict=True)
    )
