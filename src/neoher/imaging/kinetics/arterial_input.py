"""Arterial input: the plasma concentration that feeds the tissue, as a piecewise linear curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neoher.errors import InputError

__all__ = ["HAEMATOCRIT", "ArterialInput", "measured_input", "parker_blood", "parker_input"]

HAEMATOCRIT = 0.42
"""Volume fraction of red cells in large vessels, by which blood is turned into plasma where none is given."""

_BLOOD_FROM_S = -1e-6  # the curve is zero before its first knot


@dataclass(frozen=True, slots=True)
class ArterialInput:
    """Plasma concentration over time; linear between its knots, zero before the first."""

    times_s: NDArray[np.float64]
    """Knots in seconds, rising, shape (knots,)."""
    plasma_mm: NDArray[np.float64]
    """Concentration in plasma in mM (mmol/L), shape (knots,)."""

    def __post_init__(self) -> None:
        """Refuse a curve that is no curve."""
        times, plasma = self.times_s, self.plasma_mm
        if times.ndim != 1 or times.shape != plasma.shape or times.size < 2:
            raise InputError(
                f"an arterial input needs as many concentrations as times, at least two; "
                f"got {plasma.size} and {times.size}.",
                "",
                "Give one concentration for each time.",
            )
        if not (np.isfinite(times).all() and np.isfinite(plasma).all()):
            raise InputError(
                "the arterial input holds a value that is no number.", "", "Leave such a time out."
            )
        if not (np.diff(times) > 0).all():
            raise InputError("the times of the arterial input do not rise.", "", "Sort them, each once.")

    def delayed(self, seconds: float) -> ArterialInput:
        """The same curve arriving `seconds` later."""
        return ArterialInput(self.times_s + seconds, self.plasma_mm)

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Concentration in mM at `times_s`; zero before the first knot. Raises: InputError past the last."""
        last = float(self.times_s[-1])
        if times_s.size and float(times_s.max()) > last + 1e-6:
            raise InputError(
                f"the tissue is seen until {times_s.max():.1f} s, the arterial input until {last:.1f} s.",
                "",
                "Give an arterial input that covers the whole scan, or leave the later times out.",
            )
        knots = np.concatenate(([self.times_s[0] + _BLOOD_FROM_S], self.times_s))
        return np.interp(times_s, knots, np.concatenate(([0.0], self.plasma_mm)), left=0.0)

    def integral_at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Integral of the concentration from its start, in mM·min, exact for the piecewise linear curve."""
        grid = np.union1d(np.append(self.times_s, self.times_s[0] + _BLOOD_FROM_S), times_s)
        plasma = self.at(grid)
        area = np.concatenate(([0.0], np.cumsum(0.5 * (plasma[1:] + plasma[:-1]) * np.diff(grid)))) / 60.0
        return np.interp(times_s, grid, area)


def measured_input(
    times_s: ArrayLike, blood_mm: ArrayLike, haematocrit: float = HAEMATOCRIT
) -> ArterialInput:
    """A curve measured in a vessel: blood concentration in mM at times in seconds, turned into plasma.

    Raises: InputError for a haematocrit outside 0 to below 1, or a curve that is none.
    """
    times, blood = np.asarray(times_s, dtype=np.float64), np.asarray(blood_mm, dtype=np.float64)
    return ArterialInput(times, _plasma(blood, haematocrit))


def parker_input(
    times_s: ArrayLike, *, arrival_s: float = 0.0, haematocrit: float = HAEMATOCRIT
) -> ArterialInput:
    """Parker's population average as plasma concentration with knots at `times_s`.

    Choose the knots finely (1 s or less), whatever the scan's time step: between them the curve is linear.
    """
    times = np.asarray(times_s, dtype=np.float64)
    return ArterialInput(times, _plasma(parker_blood(times, arrival_s=arrival_s), haematocrit))


def parker_blood(times_s: ArrayLike, *, arrival_s: float = 0.0) -> NDArray[np.float64]:
    """Parker's population-averaged blood concentration in mM; zero before `arrival_s`.

    Two Gaussians and an exponential with a sigmoid, for 0.1 mmol/kg of a gadolinium agent. Source: Parker
    2006, Magn Reson Med 56:993, doi:10.1002/mrm.21066 (named from memory, not opened; held against the
    reference curves of the OSIPI collection).
    """
    minutes = (np.asarray(times_s, dtype=np.float64) - arrival_s) / 60.0
    gaussians = sum(
        area / (width * np.sqrt(2 * np.pi)) * np.exp(-((minutes - centre) ** 2) / (2 * width**2))
        for area, width, centre in ((0.809, 0.0563, 0.17046), (0.330, 0.132, 0.365))
    )
    # The sigmoid's exponent overflows long before arrival, where the curve is zero anyway.
    after = np.maximum(minutes, 0.0)
    washout = 1.050 * np.exp(-0.1685 * after) / (1 + np.exp(-38.078 * (after - 0.483)))
    return np.asarray(np.where(minutes >= 0, gaussians + washout, 0.0), dtype=np.float64)


def _plasma(blood: NDArray[np.float64], haematocrit: float) -> NDArray[np.float64]:
    if not 0 <= haematocrit < 1:
        raise InputError(
            f"a haematocrit of {haematocrit:g} is no volume fraction.", "haematocrit", "Give 0.42 for 42 %."
        )
    return blood / (1 - haematocrit)
