"""How good predictions are: discrimination, calibration, and what acting on them would gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.change.roc import area_under_curve
from neoher.cohort.prediction.training import BoolArray, FloatArray, IntArray
from neoher.cohort.statistics.logistic import fit_logistic
from neoher.cohort.statistics.outcome import Interval
from neoher.errors import InputError

__all__ = ["THRESHOLDS", "Performance", "judge", "net_benefit"]

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Chances from which one would act, of the decision curve."""
SMALLEST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Performance:
    """Of one set of predictions."""

    n: int
    events: int
    area: Interval
    """Area under the ROC curve; None where there are too few of either."""
    brier: float
    brier_of_rate: float
    """Brier score of foretelling everybody the rate: a model above it is worse than none."""
    expected: float
    """Mean chance; the rate stands beside it."""
    slope: Interval
    """Calibration slope: 1 is right, below 1 too extreme."""
    intercept: Interval
    """Calibration in the large, with slope 1: 0 is right, above 0 the chances are too low."""


def judge(chance: FloatArray, outcome: BoolArray, person: IntArray, level: float) -> Performance:
    """Discrimination and calibration of chances against what happened; shapes (n,).

    Source: calibration slope and intercept as in Van Calster et al., BMC Medicine 2019;17:230 (unverified).
    """
    rate = float(outcome.mean())
    held = np.clip(chance, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    score = np.log(held / (1 - held))
    clusters = person if np.unique(person).size < person.size else None
    try:
        found = area_under_curve(chance, outcome, clusters, level)
        area = Interval(found.value, found.low, found.high)
    except InputError:
        area = Interval(None)
    return Performance(
        n=int(outcome.size),
        events=int(outcome.sum()),
        area=area,
        brier=float(((chance - outcome) ** 2).mean()),
        brier_of_rate=rate * (1 - rate),
        expected=float(chance.mean()),
        slope=_slope(score, outcome, level),
        intercept=_intercept(score, outcome, level),
    )


def net_benefit(chance: FloatArray, outcome: BoolArray, threshold: float) -> float:
    """True positives less false positives at the threshold's odds, for one patient.

    Source: Vickers and Elkin, Med Decis Making 2006;26:565 (unverified).
    """
    acted = chance >= threshold
    true, false = float((acted & outcome).mean()), float((acted & ~outcome).mean())
    return true - false * threshold / (1 - threshold)


def _slope(score: FloatArray, outcome: BoolArray, level: float) -> Interval:
    columns = np.column_stack([np.ones_like(score), score])
    fit = fit_logistic(columns, ("intercept", "slope"), outcome.astype(np.float64), np.ones(score.size))
    if fit is None or not fit.estimable("slope"):
        return Interval(None)
    return _wald(float(fit.coefficients[1]), float(fit.covariance[1, 1]), level)


def _intercept(score: FloatArray, outcome: BoolArray, level: float) -> Interval:
    """Newton's steps of the intercept alone, the score as offset: one unknown, a concave likelihood."""
    if outcome.all() or not outcome.any():
        return Interval(None)
    value = 0.0
    information = 1.0
    for _ in range(100):
        chance = 1 / (1 + np.exp(-(score + value)))
        information = float((chance * (1 - chance)).sum())
        step = float((outcome - chance).sum()) / information
        value += float(np.clip(step, -2, 2))
        if abs(step) < 1e-12:
            break
    return _wald(value, 1 / information, level)


def _wald(value: float, variance: float, level: float) -> Interval:
    from neoher.cohort.statistics.laws import interval_z

    half = interval_z(level) * variance**0.5
    return Interval(value, value - half, value + half)
