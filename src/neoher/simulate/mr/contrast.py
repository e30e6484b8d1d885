"""Forward model of contrast enhancement: arterial input, extended Tofts, spoiled gradient echo.

Stands here on its own, on purpose: what the measurements are tested against must not come from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sequence", "TissueUptake", "concentration", "parker_input", "spoiled_gradient_echo"]

Array = NDArray[np.float64]

_STEP_S = 0.5
_HAEMATOCRIT = 0.42


@dataclass(frozen=True, slots=True)
class Sequence:
    """A T1-weighted spoiled gradient echo with fat suppression."""

    repetition_s: float
    flip_degrees: float
    relaxivity_per_mm_s: float
    """Longitudinal relaxivity in 1/(mM s)."""


@dataclass(frozen=True, slots=True)
class TissueUptake:
    """Extended Tofts parameters of every voxel of one tissue."""

    ktrans_per_min: Array
    ve: float
    vp: float


def parker_input(time_s: Array) -> Array:
    """Plasma concentration in mM after a bolus that arrives at time 0; 0 before.

    Source: Parker et al., Magn Reson Med 2006;56:993 (doi 10.1002/mrm.21066), population average; from blood
    to plasma by a haematocrit of 0.42.
    """
    minutes = np.asarray(time_s, dtype=float) / 60.0
    amplitude, centre, width = (0.809, 0.330), (0.17046, 0.365), (0.0563, 0.132)
    alpha, beta, slope, middle = 1.050, 0.1685, 38.078, 0.483
    blood = alpha * np.exp(-beta * minutes) / (1.0 + np.exp(-slope * (minutes - middle)))
    for area, mean, sigma in zip(amplitude, centre, width, strict=True):
        blood = blood + area / (sigma * np.sqrt(2 * np.pi)) * np.exp(
            -((minutes - mean) ** 2) / (2 * sigma**2)
        )
    return np.where(minutes < 0, 0.0, blood) / (1.0 - _HAEMATOCRIT)


def concentration(uptake: TissueUptake, time_s: float) -> Array:
    """Tissue concentration in mM, `time_s` seconds after the bolus arrives; 0 before.

    Extended Tofts: vp Cp(t) + Ktrans times the integral of Cp(s) exp(-(t - s) Ktrans / ve). The plasma curve
    is taken as straight between samples 0.5 s apart, for which each step of the convolution is exact.
    """
    if time_s <= 0:
        return np.zeros_like(uptake.ktrans_per_min)
    # The integral depends on the rate constant alone: a table over it serves every voxel.
    rates = uptake.ktrans_per_min / uptake.ve / 60.0
    table = np.linspace(0.0, max(float(rates.max(initial=0.0)), 1e-6), 240)
    integral = np.interp(rates, table, _convolved(table, time_s))
    plasma = float(parker_input(np.array([time_s]))[0])
    return uptake.vp * plasma + uptake.ktrans_per_min / 60.0 * integral


def _convolved(rates: Array, time_s: float) -> Array:
    steps = max(int(np.ceil(time_s / _STEP_S)), 1)
    times = np.linspace(0.0, time_s, steps + 1)
    plasma = parker_input(times)
    width = times[1]
    total = np.zeros_like(rates)
    x = rates * width
    small = x < 1e-4
    safe = np.where(small, 1.0, x)
    decay = np.exp(-x)
    # Weights of the two ends of a straight piece under exp(-rate (end - s)); their limits where rate -> 0.
    last = np.where(small, 0.5 - x / 6, 1.0 / safe - (1.0 - decay) / safe**2) * width
    first = np.where(small, 0.5 - x / 3, (1.0 - decay) / safe**2 - decay / safe) * width
    for index in range(steps):
        total = total * decay + first * plasma[index] + last * plasma[index + 1]
    return total


def spoiled_gradient_echo(
    density: Array | float, t1_s: float, concentration_mm: Array, sequence: Sequence
) -> Array:
    """Steady-state signal of a spoiled gradient echo, arbitrary units; T2* is left out.

    S = density sin(a) (1 - E) / (1 - E cos(a)) with E = exp(-TR R1) and R1 = 1/T1 + r1 C.
    """
    rate = 1.0 / t1_s + sequence.relaxivity_per_mm_s * concentration_mm
    decay = np.exp(-sequence.repetition_s * rate)
    angle = np.deg2rad(sequence.flip_degrees)
    signal: Array = density * np.sin(angle) * (1.0 - decay) / (1.0 - np.cos(angle) * decay)
    return signal
