"""Relaxation: T1 by variable flip angle, and the contrast agent's concentration from the signal.

Spoiled gradient echo in the steady state, with E1 = exp(-TR R1) and flip angle a:

    S = S0 sin a (1 - E1) / (1 - E1 cos a)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neoher.errors import InputError

__all__ = ["RelaxationMap", "concentration", "relaxation_by_flip_angle"]

_ITERATIONS = 60
_FASTEST_PER_S = 100.0
"""R1 above this (T1 below 10 ms) is no tissue; the search for R1 ends there."""


@dataclass(frozen=True, slots=True)
class RelaxationMap:
    """Longitudinal relaxation of each voxel."""

    r1_per_s: NDArray[np.float64]
    """R1 = 1 / T1 in 1/s, shape (voxels,); NaN where the signals allow none."""
    signal_at_equilibrium: NDArray[np.float64]
    """S0 in units of the signal, shape (voxels,)."""

    @property
    def t1_s(self) -> NDArray[np.float64]:
        """T1 in seconds."""
        return 1.0 / self.r1_per_s


def relaxation_by_flip_angle(
    signals: ArrayLike,
    flip_angles_degrees: ArrayLike,
    repetition_time_s: float,
    *,
    transmit_field: ArrayLike = 1.0,
    linear: bool = False,
) -> RelaxationMap:
    """T1 from spoiled gradient echoes at two or more flip angles.

    Parameters: `signals`, shape (voxels, angles); `flip_angles_degrees` nominal, shape (angles,);
    `repetition_time_s` in seconds; `transmit_field`: B1 as a fraction of nominal, a number or (voxels,);
    `linear`: the linear form alone (S / sin a against S / tan a), which weighs noise unevenly; otherwise it
    is the start of a least squares fit of the signal itself.
    Raises: InputError for fewer than two different angles, angles outside 0 to 90 degrees or a repetition
    time that is not positive. A voxel whose signals allow no R1 above 0 gets NaN.
    Source: Deoni 2003, doi:10.1002/mrm.10407 (named from memory, not opened).
    """
    measured = np.atleast_2d(np.asarray(signals, dtype=np.float64))
    nominal = np.asarray(flip_angles_degrees, dtype=np.float64)
    _refuse_angles(nominal, measured.shape[1], repetition_time_s)
    field = np.broadcast_to(np.asarray(transmit_field, dtype=np.float64), measured.shape[:1])
    angles = np.deg2rad(nominal)[None, :] * field[:, None]
    decay, equilibrium = _linear(measured, angles)
    if not linear:
        decay, equilibrium = _refined(measured, angles, decay, repetition_time_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        possible = (decay > 0) & (decay < 1) & (equilibrium > 0)
        rate = np.where(possible, -np.log(np.where(possible, decay, 0.5)) / repetition_time_s, np.nan)
    return RelaxationMap(rate, np.where(possible, equilibrium, np.nan))


def concentration(
    signals: ArrayLike,
    *,
    baseline: ArrayLike,
    t1_s: ArrayLike,
    flip_angle_degrees: float,
    repetition_time_s: float,
    relaxivity_per_mm_per_s: float,
) -> NDArray[np.float64]:
    """Concentration of the contrast agent in mM from the signal of a spoiled gradient echo.

    Parameters: `signals`, shape (voxels, times); `baseline`: the signal before contrast, (voxels,) or a
    number; `t1_s` before contrast in seconds, likewise; `relaxivity_per_mm_per_s`: r1 in 1/(mM s).
    A signal that no relaxation rate can give, or a T1 or baseline that is not positive, gives NaN. Negative
    concentrations (noise about zero) are kept. T2* decay is neglected, as the echo time is taken as short.
    """
    if not 0 < flip_angle_degrees <= 90 or repetition_time_s <= 0 or relaxivity_per_mm_per_s <= 0:
        raise InputError(
            f"a flip angle of {flip_angle_degrees:g} degrees, a repetition time of {repetition_time_s:g} s "
            f"and a relaxivity of {relaxivity_per_mm_per_s:g} /(mM s) cannot be.",
            "",
            "Give degrees up to 90, seconds and 1/(mM s), all above 0.",
        )
    measured = np.atleast_2d(np.asarray(signals, dtype=np.float64))
    before = np.broadcast_to(np.asarray(baseline, dtype=np.float64), measured.shape[:1])[:, None]
    t1 = np.broadcast_to(np.asarray(t1_s, dtype=np.float64), measured.shape[:1])[:, None]
    cosine = np.cos(np.deg2rad(flip_angle_degrees))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        decay_before = np.exp(-repetition_time_s / t1)
        share = measured / before * (1 - decay_before) / (1 - cosine * decay_before)
        decay = (1 - share) / (1 - share * cosine)
        # Beyond the signal of full relaxation, or below zero, the same formula gives a decay all the same.
        possible = (share > 0) & (share < 1)
        rate = np.where(possible, -np.log(np.where(possible, decay, 1.0)), np.nan) / repetition_time_s
        result = (rate - 1 / t1) / relaxivity_per_mm_per_s
        return np.where((before > 0) & (t1 > 0), result, np.nan)


def _refuse_angles(nominal: NDArray[np.float64], columns: int, repetition_time_s: float) -> None:
    if nominal.ndim != 1 or nominal.size != columns or np.unique(nominal).size < 2:
        raise InputError(
            f"{columns} signals a voxel with flip angles {nominal.tolist()} do not give a T1.",
            "flip angles",
            "Give one flip angle for each signal, at least two of them different.",
        )
    if not ((nominal > 0) & (nominal < 90)).all() or repetition_time_s <= 0:
        raise InputError(
            f"flip angles {nominal.tolist()} with a repetition time of {repetition_time_s:g} s cannot be.",
            "flip angles",
            "Give degrees between 0 and 90 and a repetition time in seconds.",
        )


def _linear(
    measured: NDArray[np.float64], angles: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E1 and S0 from the straight line S / sin a = E1 S / tan a + S0 (1 - E1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = measured / np.tan(angles), measured / np.sin(angles)
        x_mean, y_mean = x.mean(axis=1), y.mean(axis=1)
        from_mean = x - x_mean[:, None]
        slope = (from_mean * (y - y_mean[:, None])).sum(axis=1) / (from_mean**2).sum(axis=1)
        return slope, (y_mean - slope * x_mean) / (1 - slope)


def _refined(
    measured: NDArray[np.float64],
    angles: NDArray[np.float64],
    decay: NDArray[np.float64],
    repetition_time_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least squares of the signal: Levenberg-Marquardt in E1 with the best S0 for it, all voxels at once."""
    sine, cosine = np.sin(angles), np.cos(angles)
    slowest, fastest = 1 - 1e-9, float(np.exp(-repetition_time_s * _FASTEST_PER_S))
    usable = np.isfinite(measured).all(axis=1) & (measured > 0).any(axis=1)
    value = np.where(np.isfinite(decay), decay, 0.99).clip(fastest, slowest)

    def projected(e1: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        shape = sine * (1 - e1[:, None]) / (1 - cosine * e1[:, None])
        squares = (shape**2).sum(axis=1)
        best = (shape * measured).sum(axis=1) / squares
        residual = measured - best[:, None] * shape
        slope = sine * (cosine - 1) / (1 - cosine * e1[:, None]) ** 2
        # Of the derivative by E1, the part that S0 cannot follow.
        slope = best[:, None] * (slope - shape * ((slope * shape).sum(axis=1) / squares)[:, None])
        return best, residual, slope

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        best, residual, slope = projected(value)
        total = (residual**2).sum(axis=1)
        damping = np.full(value.shape, 1e-3)
        for _ in range(_ITERATIONS):
            curvature = (slope**2).sum(axis=1)
            step = (slope * residual).sum(axis=1) / (curvature * (1 + damping) + 1e-300)
            trial = (value + step).clip(fastest, slowest)
            trial_best, trial_residual, trial_slope = projected(trial)
            trial_total = (trial_residual**2).sum(axis=1)
            better = usable & (trial_total < total)
            moved = np.abs(trial - value)
            value = np.where(better, trial, value)
            best = np.where(better, trial_best, best)
            residual = np.where(better[:, None], trial_residual, residual)
            slope = np.where(better[:, None], trial_slope, slope)
            total = np.where(better, trial_total, total)
            damping = np.where(better, damping * 0.1, damping * 10.0)
            if not (better & (moved > 1e-12)).any() and (damping[usable] > 1e3).all():
                break
    at_edge = (value <= fastest) | (value >= slowest)
    return np.where(usable & ~at_edge, value, np.nan), best
