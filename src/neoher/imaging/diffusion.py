"""Diffusion: the apparent diffusion coefficient (ADC) from two or more b-values, and its values in a lesion.

S(b) = S0 exp(-b ADC). The logarithm makes a straight line of it (log-linear fit), which weighs noise at high
b-values too much; least squares of the signal itself (non-linear fit) does not. Both agree where there is no
noise, and with two b-values they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["AdcFit", "AdcStatistics", "apparent_diffusion", "lesion_statistics", "tissue_values"]

PER_1E6 = 1e6
"""ADC in mm2/s times this is the unit in which radiology states it: 1e-6 mm2/s."""
_FREE_WATER_1E6 = 5000.0
"""Above the diffusion of free water at body temperature (about 3000) with room for noise: no tissue."""
_ITERATIONS = 30
_PERCENTILES = (5, 10, 15, 25, 75, 85, 90, 95)


class AdcFit(StrEnum):
    """How the ADC is fitted."""

    LOG_LINEAR = "log-linear"
    NON_LINEAR = "non-linear"


@dataclass(frozen=True, slots=True)
class AdcStatistics:
    """ADC over the voxels of a lesion, in 1e-6 mm2/s."""

    voxels: int
    """Voxels with a value."""
    excluded: int
    """Voxels of the region without one: no signal, no decay, or faster than free water."""
    mean: float | None
    median: float | None
    standard_deviation: float | None
    """Over the voxels (n - 1); None with fewer than two."""
    minimum: float | None
    maximum: float | None
    percentiles: tuple[tuple[int, float], ...]
    """(percent, value), linear interpolation between order statistics; empty without voxels."""


def apparent_diffusion(
    signals: NDArray[np.floating], b_values: Sequence[float], fit: AdcFit = AdcFit.LOG_LINEAR
) -> NDArray[np.float64]:
    """ADC of every voxel in 1e-6 mm2/s, shape (voxels,); NaN where a signal is not above 0.

    Parameters: `signals`, shape (b-values, voxels), one trace-weighted signal per b-value; `b_values` in
    s/mm2, in the same order.
    Raises: InputError for fewer than two different b-values, one below 0, or one that is no number.
    """
    b = np.asarray(b_values, dtype=np.float64)
    measured = np.asarray(signals, dtype=np.float64)
    if b.ndim != 1 or b.size != measured.shape[0] or np.unique(b).size < 2:
        raise InputError(
            f"b-values {[float(one) for one in b.ravel()]} with {measured.shape[0]} signals give no ADC.",
            "b-values",
            "Give one signal per b-value, and at least two different b-values.",
        )
    if not (np.isfinite(b).all() and (b >= 0).all()):
        raise InputError("a b-value is below 0 or no number.", "b-values", "Give b in s/mm2, 0 or above.")
    usable = (measured > 0).all(axis=0) & np.isfinite(measured).all(axis=0)
    logarithm = np.log(np.where(usable, measured, 1.0))
    from_mean = b - b.mean()
    rate = -(from_mean @ logarithm) / (from_mean**2).sum()
    if fit is AdcFit.NON_LINEAR and np.unique(b).size > 2:
        rate = _refined(np.where(usable, measured, 1.0), b, rate)
    return np.where(usable, rate * PER_1E6, np.nan)


def lesion_statistics(adc_1e6: NDArray[np.floating]) -> AdcStatistics:
    """Mean, median and percentiles of the ADC values (1e-6 mm2/s) of a region's voxels.

    A value that is no number, not above 0, or above that of free water with room for noise (5000) is no
    tissue's: it is left out and counted.
    """
    values = np.asarray(adc_1e6, dtype=np.float64).ravel()
    kept = tissue_values(values)
    if kept.size == 0:
        return AdcStatistics(0, int(values.size), None, None, None, None, None, ())
    return AdcStatistics(
        voxels=int(kept.size),
        excluded=int(values.size - kept.size),
        mean=float(kept.mean()),
        median=float(np.median(kept)),
        standard_deviation=float(kept.std(ddof=1)) if kept.size > 1 else None,
        minimum=float(kept.min()),
        maximum=float(kept.max()),
        percentiles=tuple(
            (percent, float(value))
            for percent, value in zip(_PERCENTILES, np.percentile(kept, _PERCENTILES), strict=True)
        ),
    )


def tissue_values(adc_1e6: NDArray[np.floating]) -> NDArray[np.float64]:
    """The values (1e-6 mm2/s) that `lesion_statistics` keeps, shape (n,)."""
    values = np.asarray(adc_1e6, dtype=np.float64).ravel()
    return values[np.isfinite(values) & (values > 0) & (values <= _FREE_WATER_1E6)]


def _refined(
    measured: NDArray[np.float64], b: NDArray[np.float64], rate: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Gauss-Newton with damping in the rate, with the best S0 for it, all voxels at once."""

    def projected(trial: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        decay = np.exp(-np.outer(b, trial))
        squares = (decay**2).sum(axis=0)
        best = (decay * measured).sum(axis=0) / squares
        slope = -b[:, None] * decay
        # Of the derivative by the rate, the part that S0 cannot follow.
        slope = best * (slope - decay * ((slope * decay).sum(axis=0) / squares))
        return measured - best * decay, slope

    # A rate so negative that the exponential overflows is noise; the search starts at none.
    value = np.clip(rate, -50.0 / b.max(), 50.0 / max(float(b[b > 0].min()), 1.0))
    residual, slope = projected(value)
    total = (residual**2).sum(axis=0)
    damping = np.full(value.shape, 1e-3)
    for _ in range(_ITERATIONS):
        step = (slope * residual).sum(axis=0) / ((slope**2).sum(axis=0) * (1 + damping) + 1e-300)
        trial = value + np.clip(step, -1.0 / b.max(), 1.0 / b.max())
        trial_residual, trial_slope = projected(trial)
        trial_total = (trial_residual**2).sum(axis=0)
        better = trial_total < total
        value = np.where(better, trial, value)
        residual = np.where(better, trial_residual, residual)
        slope = np.where(better, trial_slope, slope)
        total = np.where(better, trial_total, total)
        damping = np.where(better, damping * 0.1, damping * 10.0)
        if not better.any():
            break
    return value
