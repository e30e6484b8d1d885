"""Tracer-kinetic fits beside what a user would otherwise run: dcmri and a loop of SciPy's curve_fit."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import dcmri
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from neoher.imaging.kinetics.arterial_input import ArterialInput, parker_blood
from neoher.imaging.kinetics.exchange import fit_extended_tofts, fit_patlak, fit_tofts

VOXELS, PEER_VOXELS, POINTS, STEP_S = 100_000, 500, 60, 6.0
HAEMATOCRIT, TR_S, FLIP_DEGREES, RELAXIVITY, T1_S = 0.42, 0.005, 15.0, 4.5, 1.4


@dataclass(frozen=True, slots=True)
class KineticSpeed:
    """Voxels a second, each the best of three; dcmri and the loop on fewer voxels of the same curves."""

    tofts: float
    extended_tofts: float
    patlak: float
    patlak_bytes_s: float
    traffic_bytes_s: float
    """Bytes read and written by a memory copy of the same curves."""
    dcmri: float
    curve_fit: float


def kinetic_speed() -> KineticSpeed:
    """Time every fit on curves with noise of 0.01 mM."""
    times, arterial, curves = _curves()
    tofts = _best(lambda: fit_tofts(curves, times, arterial))
    extended = _best(lambda: fit_extended_tofts(curves, times, arterial))
    patlak = _best(lambda: fit_patlak(curves, times, arterial))
    target = np.empty_like(curves)
    copied = _best(lambda: np.copyto(target, curves))
    few = curves[:PEER_VOXELS]
    return KineticSpeed(
        tofts=VOXELS / tofts,
        extended_tofts=VOXELS / extended,
        patlak=VOXELS / patlak,
        patlak_bytes_s=curves.nbytes / patlak,
        traffic_bytes_s=2 * curves.nbytes / copied,
        dcmri=PEER_VOXELS / _once(lambda: _dcmri(few, times, arterial)),
        curve_fit=PEER_VOXELS / _once(lambda: _curve_fit(few, times, arterial)),
    )


def _curves() -> tuple[NDArray[np.float64], ArterialInput, NDArray[np.float64]]:
    random = np.random.default_rng(1)
    times = np.arange(POINTS) * STEP_S
    fine = np.arange(0.0, times[-1] + 0.1, 0.1)
    plasma = parker_blood(fine, arrival_s=30.0) / (1 - HAEMATOCRIT)
    curves = np.empty((VOXELS, POINTS))
    for n in range(0, VOXELS, 100):
        transfer, volume, fraction = random.uniform((0.02, 0.1, 0.0), (0.5, 0.6, 0.1))
        kernel = np.exp(-transfer / volume * fine / 60)
        convolved = np.convolve(plasma, kernel)[: fine.size] * 0.1 / 60
        curves[n : n + 100] = np.interp(times, fine, fraction * plasma + transfer * convolved)
    curves += random.normal(0.0, 0.01, curves.shape)
    random.shuffle(curves)
    return times, ArterialInput(times, np.interp(times, fine, plasma)), curves


def _curve_fit(curves: NDArray[np.float64], times: NDArray[np.float64], arterial: ArterialInput) -> None:
    minutes = times / 60.0
    step = minutes[1]

    def model(_: NDArray[np.float64], transfer: float, volume: float, fraction: float) -> NDArray[np.float64]:
        kernel = np.exp(-transfer / volume * minutes)
        convolved = np.convolve(arterial.plasma_mm, kernel)[: minutes.size] * step
        return fraction * arterial.plasma_mm + transfer * convolved

    for curve in curves:
        curve_fit(model, minutes, curve, p0=(0.1, 0.3, 0.02), bounds=((0, 0.01, 0), (10, 1, 1)))


def _dcmri(curves: NDArray[np.float64], times: NDArray[np.float64], arterial: ArterialInput) -> None:
    """dcmri fits signals: the curves are turned into those of a spoiled gradient echo first."""
    angle = np.deg2rad(FLIP_DEGREES)
    decay = np.exp(-TR_S * (1 / T1_S + RELAXIVITY * curves))
    signals = 1000 * np.sin(angle) * (1 - decay) / (1 - np.cos(angle) * decay)
    for signal in signals:
        tissue = dcmri.Tissue(
            kinetics="HF",
            ca=arterial.plasma_mm * (1 - HAEMATOCRIT) / 1000,  # mol/L in blood
            t=times,
            r1=RELAXIVITY * 1000,
            TR=TR_S,
            FA=FLIP_DEGREES,
            R10=1 / T1_S,
            H=HAEMATOCRIT,
            n0=4,
        )
        tissue.train(times, signal)


def _once(run: Callable[[], object]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn of single curves; only their time is asked for
        start = time.perf_counter()
        run()
        return time.perf_counter() - start


def _best(run: Callable[[], object]) -> float:
    run()  # compile and warm
    return min(_once(run) for _ in range(3))
