"""Kaplan-Meier's estimate of survival, with the numbers at risk and intervals of a named transform.

lifelines gives log-log intervals only and no interval of a restricted mean, so the product-limit estimate,
which is two lines of NumPy, stands here; R's survival is the oracle of the tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import numpy as np

from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray
from neoher.errors import InputError

__all__ = [
    "Interval",
    "RestrictedMean",
    "SurvivalAt",
    "SurvivalCurve",
    "SurvivalTime",
    "normal_quantile",
    "restricted_mean",
    "survival_curve",
]


class Interval(StrEnum):
    """Scale on which an interval of survival is symmetric."""

    LOG = "log"
    LOG_LOG = "log-log"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """Survival at one time; None where the curve is not known there."""

    time: float
    at_risk: int
    survival: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SurvivalTime:
    """A time by which a share has had the event, in the unit of the times; None where it is not reached."""

    time: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Kaplan-Meier's estimate; every array has one entry for each distinct time, ascending."""

    time: FloatArray
    at_risk: IntArray
    """Under observation just before the time."""
    events: IntArray
    censored: IntArray
    survival: FloatArray
    std_error: FloatArray
    """Standard error of `survival` (Greenwood)."""
    low: FloatArray
    high: FloatArray
    interval: Interval
    level: float

    @property
    def patients(self) -> int:
        """How many patients the curve describes."""
        return int(self.at_risk[0])

    def at(self, time: float) -> SurvivalAt:
        """Survival at a time. It is not known beyond the last follow-up unless everybody had the event."""
        index = int(np.searchsorted(self.time, time, side="right")) - 1
        at_risk = self.number_at_risk(time)
        if index < 0:
            limit = None if self.interval is Interval.LOG_LOG else 1.0
            return SurvivalAt(time, at_risk, 1.0, limit, limit)
        if time > self.time[-1] and self.survival[-1] > 0:
            return SurvivalAt(time, 0, None, None, None)
        survival, low, high = self.survival[index], self.low[index], self.high[index]
        return SurvivalAt(time, at_risk, float(survival), _known(low), _known(high))

    def number_at_risk(self, time: float) -> int:
        """How many were under observation just before a time."""
        index = int(np.searchsorted(self.time, time, side="left"))
        return int(self.at_risk[index]) if index < self.time.size else 0

    def quantile(self, share: float = 0.5) -> SurvivalTime:
        """The time by which `share` has had the event, with its interval; 0.5 is the median.

        Where the curve is flat at exactly that height, the middle of the flat part. The interval is read off
        the limits of the curve (Brookmeyer and Crowley, Biometrics 1982;38:29, unverified).
        """
        if not 0 < share < 1:
            raise InputError(f"the share {share} does not lie between 0 and 1.", "quantile")
        return SurvivalTime(
            self._crossing(self.survival, share),
            self._crossing(self.low, share),
            self._crossing(self.high, share),
        )

    def _crossing(self, curve: FloatArray, share: float) -> float | None:
        """Where a curve comes down to 1 - share: the middle of its flat part at that height, if it has one.

        A limit may rise again late; then the time at which it lies nearest below the height is taken, as R
        does.
        """
        height, tolerance = 1 - share, 1.5e-8
        known = ~np.isnan(curve)
        reached = np.flatnonzero(known & (curve <= height + tolerance))
        if reached.size == 0:
            return None
        start = float(self.time[reached[np.argmax(curve[reached])]])
        below = np.flatnonzero(known & (curve < height - tolerance))
        if below.size == 0:
            return (start + float(self.time[-1])) / 2 if known[-1] else None
        return (start + float(self.time[below[np.argmax(curve[below])]])) / 2


def survival_curve(
    follow_up: FollowUp, interval: Interval = Interval.LOG, level: float = 0.95
) -> SurvivalCurve:
    """Kaplan-Meier's estimate of being free of event 1; other causes count as censored.

    Parameters: `level`: coverage of each point's interval, between 0 and 1.
    Source: Kaplan and Meier, J Am Stat Assoc 1958;53:457; Greenwood 1926; transforms as Borgan and Liestol,
    Scand J Stat 1990;17:35 (unverified). No interval is given where the estimate is 0, nor, log-log, where it
    is 1.
    """
    time, inverse = np.unique(follow_up.time, return_inverse=True)
    endings = np.bincount(inverse, minlength=time.size)
    events = np.bincount(inverse, weights=follow_up.event, minlength=time.size).astype(np.int64)
    at_risk = follow_up.time.size - np.concatenate(([0], np.cumsum(endings)[:-1]))
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_variance = np.cumsum(events / (at_risk * (at_risk - events)))
        std_error = survival * np.sqrt(hazard_variance)
    low, high = _limits(survival, np.sqrt(hazard_variance), interval, normal_quantile(level))
    return SurvivalCurve(
        time, at_risk, events, endings - events, survival, std_error, low, high, interval, level
    )


def _limits(
    survival: FloatArray, log_error: FloatArray, interval: Interval, z: float
) -> tuple[FloatArray, FloatArray]:
    """Limits from the standard error of log survival."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        match interval:
            case Interval.PLAIN:
                low, high = survival - z * survival * log_error, survival + z * survival * log_error
            case Interval.LOG:
                low, high = survival * np.exp(-z * log_error), survival * np.exp(z * log_error)
            case Interval.LOG_LOG:
                spread = z * log_error / np.log(survival)
                low, high = survival ** np.exp(-spread), survival ** np.exp(spread)
            case _:
                assert_never(interval)
    # Without an event there is no error; the log-log scale cannot place 1 at all.
    certain = (survival == 1) & (interval is not Interval.LOG_LOG)
    low, high = np.where(certain, 1.0, np.maximum(low, 0)), np.where(certain, 1.0, np.minimum(high, 1))
    unknown = (survival == 0) | ((survival == 1) & (interval is Interval.LOG_LOG))
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time free of the event up to a horizon, in the unit of the times."""

    horizon: float
    mean: float
    std_error: float
    low: float
    high: float


def restricted_mean(curve: SurvivalCurve, horizon: float) -> RestrictedMean:
    """Area under the curve up to `horizon`, with a normal interval at the curve's level.

    Raises: InputError where the curve is not known up to the horizon.
    Source: variance as Klein and Moeschberger, Survival Analysis, section 4.5 (unverified).
    """
    if horizon <= 0:
        raise InputError(f"the horizon {horizon:g} is not above 0.", "horizon")
    if horizon > curve.time[-1] and curve.survival[-1] > 0:
        raise InputError(
            f"the last follow-up is at {curve.time[-1]:g}, so survival is not known up to {horizon:g}.",
            "horizon",
            "Take a horizon within the follow-up of every group.",
        )
    inside = curve.time < horizon
    edges = np.concatenate(([0.0], curve.time[inside], [horizon]))
    steps = np.diff(edges) * np.concatenate(([1.0], curve.survival[inside]))
    still_to_come = np.cumsum(steps[::-1])[::-1][1:]
    events, at_risk = curve.events[inside], curve.at_risk[inside]
    survivors = np.maximum(at_risk - events, 1)
    variance = float(np.sum(still_to_come**2 * events / (at_risk * survivors)))
    mean, spread = float(steps.sum()), normal_quantile(curve.level) * math.sqrt(variance)
    return RestrictedMean(horizon, mean, math.sqrt(variance), mean - spread, mean + spread)


def normal_quantile(level: float) -> float:
    """How many standard errors an interval of coverage `level` reaches to each side."""
    from statistics import NormalDist

    if not 0 < level < 1:
        raise InputError(f"the level {level} does not lie between 0 and 1.", "level", "95 % is 0.95.")
    return NormalDist().inv_cdf((1 + level) / 2)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
