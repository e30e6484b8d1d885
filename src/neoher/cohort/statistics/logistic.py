"""Logistic regression on counted patterns: adjusted odds ratios and the test of an interaction."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.statistics.laws import chi_squared_tail, interval_z, normal_two_sided
from neoher.cohort.statistics.outcome import Interval, Test

__all__ = ["LogisticFit", "fit_logistic", "likelihood_ratio_between"]

Numbers = NDArray[np.float64]
STEPS = 100
CONVERGED = 1e-12
LARGEST_LOG_ODDS = 15.0
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
    design depend on each other. Iteratively reweighted least squares to a change of the deviance of 1e-12.
    """
    from statsmodels.genmod.families import Binomial  # type: ignore[import-untyped]
    from statsmodels.genmod.generalized_linear_model import GLM  # type: ignore[import-untyped]

    held = totals > 0
    design, events, totals = design[held], events[held], totals[held]
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    counts = np.column_stack([events, totals - events])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation is seen in the coefficients below
        fit = GLM(counts, design, family=Binomial()).fit(maxiter=STEPS, tol=CONVERGED)
    coefficients = np.asarray(fit.params, dtype=np.float64)
    chance = np.clip(np.asarray(fit.fittedvalues, dtype=np.float64), 1e-300, 1 - 1e-16)
    likelihood = float((events * np.log(chance) + (totals - events) * np.log1p(-chance)).sum())
    separated = not fit.converged or bool(np.abs(coefficients).max() > LARGEST_LOG_ODDS)
    covariance = np.asarray(fit.cov_params(), dtype=np.float64)
    return LogisticFit(tuple(names), coefficients, covariance, likelihood, separated)


def likelihood_ratio_between(smaller: LogisticFit | None, larger: LogisticFit | None) -> Test:
    """The likelihood-ratio test of two nested models."""
    if smaller is None or larger is None:
        return Test(None, None, None)
    statistic = max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))
    df = len(larger.names) - len(smaller.names)
    return Test(statistic, df, chi_squared_tail(statistic, df))
