"""Cumulative incidence of one cause in the presence of competing ones (Aalen and Johansen)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray
from neoher.cohort.survival.kaplan_meier import normal_quantile
from neoher.errors import InputError

__all__ = ["CumulativeIncidence", "IncidenceAt", "cumulative_incidence"]


@dataclass(frozen=True, slots=True)
class IncidenceAt:
    """Cumulative incidence at one time; None where it is not known there."""

    time: float
    at_risk: int
    incidence: float | None
    std_error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Probability of having had the cause by each time; arrays have one entry a distinct time, ascending."""

    time: FloatArray
    at_risk: IntArray
    incidence: FloatArray
    variance: FloatArray
    cause: int
    level: float

    def at(self, time: float) -> IncidenceAt:
        """The incidence at a time, with a log-log interval; not known beyond the last follow-up.

        Interval: F to the power exp(+-z se / (F log F)), as Choudhury, Stat Med 2002;21:1129 (unverified).
        """
        index = int(np.searchsorted(self.time, time, side="right")) - 1
        following = int(np.searchsorted(self.time, time, side="left"))
        at_risk = int(self.at_risk[following]) if following < self.time.size else 0
        if index < 0:
            return IncidenceAt(time, at_risk, 0.0, 0.0, None, None)
        if time > self.time[-1]:
            return IncidenceAt(time, 0, None, None, None, None)
        incidence, error = float(self.incidence[index]), math.sqrt(max(self.variance[index], 0.0))
        if not 0 < incidence < 1:
            return IncidenceAt(time, at_risk, incidence, error, None, None)
        spread = normal_quantile(self.level) * error / (incidence * math.log(incidence))
        low, high = incidence ** math.exp(-spread), incidence ** math.exp(spread)
        return IncidenceAt(time, at_risk, incidence, error, min(low, high), max(low, high))


def cumulative_incidence(follow_up: FollowUp, cause: int = 1, level: float = 0.95) -> CumulativeIncidence:
    """Cumulative incidence of `cause`, the other causes competing.

    One less Kaplan-Meier with competing events censored would overstate it. Tied events are kept as they are
    (lifelines moves them apart at random), and the variance counts them as draws without replacement.
    Source: Aalen and Johansen, Scand J Stat 1978;5:141; variance by the delta method as Marubini and
    Valsecchi, Analysing Survival Data from Clinical Trials, 1995, and R's cmprsk (unverified).
    Raises: InputError for a cause below 1.
    """
    if cause < 1:
        raise InputError(f"cause {cause} is no event.", "cause", "Causes are numbered from 1.")
    time, inverse = np.unique(follow_up.time, return_inverse=True)
    endings = np.bincount(inverse, minlength=time.size)
    mine = np.bincount(inverse[follow_up.cause == cause], minlength=time.size).astype(np.float64)
    every = np.bincount(inverse[follow_up.cause > 0], minlength=time.size).astype(np.float64)
    others = every - mine
    at_risk = follow_up.time.size - np.concatenate(([0], np.cumsum(endings)[:-1]))
    free = np.cumprod(1 - every / at_risk)
    free_before = np.concatenate(([1.0], free[:-1]))
    incidence = np.cumsum(free_before * mine / at_risk)
    return CumulativeIncidence(
        time, at_risk, incidence, _variance(mine, others, at_risk, free, free_before, incidence), cause, level
    )


def _variance(
    mine: FloatArray,
    others: FloatArray,
    at_risk: IntArray,
    free: FloatArray,
    free_before: FloatArray,
    incidence: FloatArray,
) -> FloatArray:
    """Variance at each time t: a sum over earlier times u of (weight of an event at u on F(t))^2.

    An own event at u adds 1 and takes away what would have followed, (F(t) - F(u)) / S(u); a competing one
    only takes away. The sum over u is spread into three running sums, since F(t) stands in each term.
    """
    scale = (free_before / at_risk) ** 2
    alone = np.maximum(at_risk - 1, 1)
    own = scale * np.where(mine > 0, 1 - (mine - 1) / alone, 0.0) * mine
    competing = scale * np.where(others > 0, 1 - (others - 1) / alone, 0.0) * others
    # Once nobody is left free, no later incidence can change: those terms carry no weight.
    left = free > 0
    inverse = np.where(left, 1 / np.where(left, free, 1.0), 0.0)
    own_weight, competing_weight = 1 + incidence * inverse, np.where(left, incidence * inverse, 0.0)
    competing = np.where(left, competing, 0.0)
    zeroth = np.cumsum(own * own_weight**2 + competing * competing_weight**2)
    first = np.cumsum((own * own_weight + competing * competing_weight) * inverse)
    second = np.cumsum((own + competing) * inverse**2)
    variance: FloatArray = zeroth - 2 * incidence * first + incidence**2 * second
    return variance
