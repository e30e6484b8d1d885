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
WORST_VARIANCE = 1e4
"""A coefficient of an indicator or a standardised number with a larger variance is on its way to infinity:
groups that are separated."""
NOT_INVERTIBLE = 1e13
"""Condition number of the scaled information beyond which its inverse is noise."""


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """Coefficients with their covariance, and the log-likelihood."""

    names: tuple[str, ...]
    coefficients: Numbers
    covariance: Numbers
    log_likelihood: float

    @property
    def separated(self) -> bool:
        """Whether any coefficient runs to infinity."""
        return not all(self.estimable(name) for name in self.names)

    def estimable(self, name: str) -> bool:
        """Whether a coefficient is finite; one may be while another runs to infinity."""
        place = self.names.index(name)
        return bool(self.covariance[place, place] < WORST_VARIANCE)

    def odds_ratio(self, name: str, level: float = 0.95) -> Interval:
        """The odds ratio of a coefficient with Wald's interval; None where it runs to infinity."""
        if not self.estimable(name):
            return Interval(None)
        place = self.names.index(name)
        value, error = float(self.coefficients[place]), math.sqrt(float(self.covariance[place, place]))
        half = interval_z(level) * error
        return Interval(math.exp(value), math.exp(value - half), math.exp(value + half))

    def wald(self, name: str) -> Test:
        """Wald's z test of a coefficient."""
        if not self.estimable(name):
            return Test(None, None, None)
        place = self.names.index(name)
        z = float(self.coefficients[place]) / math.sqrt(float(self.covariance[place, place]))
        return Test(z, None, normal_two_sided(z))


def fit_logistic(
    design: Numbers, names: Sequence[str], events: Numbers, totals: Numbers
) -> LogisticFit | None:
    """Maximum likelihood of a logistic model on patterns: rows of `design` with events of totals.

    Shapes: design (patterns, coefficients), events and totals (patterns,). None where the columns of the
    design depend on each other. Newton's method (iteratively reweighted least squares) until the likelihood
    stands, also where a coefficient runs to infinity: the others and the likelihood have then come to rest.
    A dozen patterns need no library that takes seconds to load.
    """
    held = totals > 0
    design, events, totals = design[held], events[held], totals[held]
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    coefficients = np.zeros(design.shape[1])
    covariance = np.full((design.shape[1], design.shape[1]), np.inf)
    previous = -math.inf
    likelihood = previous
    for _ in range(STEPS):
        odds = design @ coefficients
        likelihood = -float(events @ np.logaddexp(0, -odds) + (totals - events) @ np.logaddexp(0, odds))
        # The least of both tails, so that a chance near 1 keeps its digits.
        chance, rest = np.exp(-np.logaddexp(0, -odds)), np.exp(-np.logaddexp(0, odds))
        information = (design * (totals * chance * rest)[:, None]).T @ design
        scale = np.sqrt(np.diag(information))
        if not scale.all():
            break
        scaled = information / np.outer(scale, scale)
        if np.linalg.cond(scaled) > NOT_INVERTIBLE:
            break
        covariance = np.linalg.inv(scaled) / np.outer(scale, scale)
        if abs(likelihood - previous) <= CONVERGED * (abs(likelihood) + 0.1):
            break
        previous = likelihood
        step = design.T @ (events * rest - (totals - events) * chance)
        coefficients = coefficients + np.linalg.solve(scaled, step / scale) / scale
    return LogisticFit(tuple(names), coefficients, covariance, likelihood)


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
