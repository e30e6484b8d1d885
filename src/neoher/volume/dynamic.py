"""Contrast phases of a DCE-MRI exam: their times, then their signal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid

__all__ = ["DynamicSeries", "Phase", "Scale", "TimeAxis"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Stored number to signal: signal = slope * stored + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One contrast phase as acquired; whether it is pre, early or late is not decided here."""

    index: int
    """0 for the first acquired."""
    start_s: float
    """Start in seconds after the start of the first phase."""
    duration_s: float | None
    """How long its acquisition took; None when neither stated nor derivable."""
    duration_basis: str
    """Where the duration came from, for a reader: 'AcquisitionDuration (0018,9073)', 'interval to next'."""
    series_uid: str
    description: str
    slices: int


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The phases of one exam in time, before anything is computed from them."""

    phases: tuple[Phase, ...]
    first_start: dt.datetime | None
    """Clock time at which the first phase started, where the objects state it."""
    bolus_start_s: float | None
    """Start of the contrast injection in seconds after the first phase's start; None when not stated."""
    bolus_basis: str
    """Where the injection's start came from, for a reader; empty when it is not stated."""
    told_apart_by: str
    """What separates the phases: 'AcquisitionTime inside one series', 'one series per phase' …"""
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DynamicSeries:
    """Signal of some or all phases on one grid.

    `signal[i]` belongs to phase `loaded[i]` of `time_axis`; shape (phases loaded, slices, rows, columns),
    stored numbers as read (int16, uint16, or float32 where the slices of a phase differ in scale);
    `scales[i]` turns them into signal.
    """

    grid: Grid
    time_axis: TimeAxis
    loaded: tuple[int, ...]
    signal: NDArray[np.generic]
    scales: tuple[Scale, ...]

    def phase(self, index: int) -> tuple[NDArray[np.generic], Scale]:
        """Stored numbers, shape (slices, rows, columns), and scale of phase `index` of the time axis."""
        position = self.loaded.index(index)
        return self.signal[position], self.scales[position]
