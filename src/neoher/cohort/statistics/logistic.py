"""Logistic regression on counted patterns: adjusted odds ratios and the test of an interaction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.statistics.laws import chi_squared_tail, interval_z, normal_two_sided
from neoher.cohort.statistics.outcome import Interval, Test

__all__ = ["LogisticFit", "fit_logistic", "likelihood_ratio_between"]

Numbers = NDArray[np.float64]
STEPS = 100
CONVERGED = 1e-14
WORST = 1e15
"""Condition number of the information beyond which a coefficient runs to infinity."""
LARGEST_LOG_ODDS = 25.0
"""A coefficient beyond this is taken as on its way to infinity: groups that are separated."""


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """Coefficients with their covariance, and the log-likelihood."""

    names: tuple[str, ...]
    coefficients: Numbers
    covariance: Numbers
    log_likelihood: float
    separated: bool
    """Whether a coefficient runs to infinity: no interval is given then."""

    def odds_ratio(self, name: str, level: float = 0.95) -> Interval:
        """The odds ratio of a coefficient with Wald's interval; None where groups are separated."""
        if self.separated:
            return Interval(None)
        place = self.names.index(name)
        value, error = float(self.coefficients[place]), math.sqrt(float(self.covariance[place, place]))
        half = interval_z(level) * error
        return Interval(math.exp(value), math.exp(value - half), math.exp(value + half))

    def wald(self, name: str) -> Test:
        """Wald's z test of a coefficient."""
        if self.separated:
            return Test(None, None, None)
        place = self.names.index(name)
        z = float(self.coefficients[place]) / math.sqrt(float(self.covariance[place, place]))
        return Test(z, None, normal_two_sided(z))


def fit_logistic(
    design: Numbers, names: Sequence[str], events: Numbers, totals: Numbers
) -> LogisticFit | None:
    """Maximum likelihood of a logistic model on patterns: rows of `design` with events of totals.

    Shapes: design (patterns, coefficients), events and totals (patterns,). None where the columns of the
    design depend on each other. Newton's method (iteratively reweighted least squares) to a relative change
    of the likelihood of 1e-14; a dozen patterns need no library that takes seconds to load.
    """
    held = totals > 0
    design, events, totals = design[held], events[held], totals[held]
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    coefficients = np.zeros(design.shape[1])
    previous = -math.inf
    for _ in range(STEPS):
        odds = design @ coefficients
        likelihood = -float(events @ np.logaddexp(0, -odds) + (totals - events) @ np.logaddexp(0, odds))
        chance = 1 / (1 + np.exp(-odds))
        information = (design * (totals * chance * (1 - chance))[:, None]).T @ design
        far = bool(np.abs(coefficients).max() > LARGEST_LOG_ODDS) or np.linalg.cond(information) > WORST
        if far or abs(likelihood - previous) <= CONVERGED * abs(likelihood):
            covariance = np.asarray(np.linalg.pinv(information), dtype=np.float64)
            return LogisticFit(tuple(names), coefficients, covariance, likelihood, separated=far)
        previous = likelihood
        coefficients = coefficients + np.linalg.solve(information, design.T @ (events - totals * chance))
    covariance = np.asarray(np.linalg.pinv(information), dtype=np.float64)
    return LogisticFit(tuple(names), coefficients, covariance, likelihood, separated=True)


def likelihood_ratio_between(smaller: LogisticFit | None, larger: LogisticFit | None) -> Test:
    """The likelihood-ratio test of two nested models."""
    if smaller is None or larger is None:
        return Test(None, None, None)
    statistic = max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))
    df = len(larger.names) - len(smaller.names)
    if df == 0:
        # One group only: there is nothing that the larger model adds.
        return Test(None, None, None)
    return Test(statistic, df, chi_squared_tail(statistic, df))
