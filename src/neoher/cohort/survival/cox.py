"""Cox's proportional hazards model with the treatment of ties named, converged to the last digits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from neoher.cohort.survival.cox_exact import ExactLikelihood
from neoher.cohort.survival.cox_likelihood import LikelihoodTerms, PartialLikelihood, tied_events
from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray
from neoher.cohort.survival.kaplan_meier import normal_quantile
from neoher.errors import InputError

__all__ = [
    "ChiSquare",
    "CoxFit",
    "HazardRatio",
    "Standardised",
    "Ties",
    "chi_square",
    "fit_cox",
    "hazard_ratios",
    "maximise",
]

MOST_STEPS = 50
CONVERGED = 1e-10
"""A last step below this share of a standard error."""
DRIFT = 1e-4
"""A likelihood that no longer changes while a step is longer than this, per standard deviation, has no
maximum."""


class Ties(StrEnum):
    """How events at the same time enter the partial likelihood."""

    EFRON = "efron"
    BRESLOW = "breslow"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """One covariate of a fitted model."""

    name: str
    coefficient: float
    """Log hazard ratio per unit of the covariate."""
    std_error: float
    ratio: float
    low: float
    high: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A test with a chi-square distribution."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A fitted model: estimates in the order of the covariates, and the tests of all of them together."""

    terms: tuple[HazardRatio, ...]
    covariance: FloatArray
    """Of the coefficients, shape (p, p)."""
    log_likelihood: float
    log_likelihood_null: float
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    score: ChiSquare
    ties: Ties
    level: float
    patients: int
    events: int

    @property
    def coefficients(self) -> FloatArray:
        """Log hazard ratios, shape (p,)."""
        return np.array([term.coefficient for term in self.terms])


class Likelihood(Protocol):
    """What the iteration climbs."""

    def at(self, coefficients: FloatArray) -> LikelihoodTerms:
        """Value, gradient and information at coefficients of shape (p,)."""


def fit_cox(
    follow_up: FollowUp,
    covariates: FloatArray,
    names: tuple[str, ...],
    ties: Ties = Ties.EFRON,
    strata: IntArray | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Hazard ratios of event 1; other causes count as censored (cause-specific hazards).

    Parameters: `covariates`: shape (n, p), finite. `strata`: shape (n,); each has its own baseline hazard.
    Raises: InputError where a covariate does not vary, repeats others, or its estimate runs to infinity.
    Source: Cox, J R Stat Soc B 1972;34:187; Efron, J Am Stat Assoc 1977;72:557; Breslow, Biometrics
    1974;30:89 (unverified).
    """
    if not follow_up.event.any():
        raise InputError("no event was seen, so no hazard ratio can be estimated.", "event")
    scaled = Standardised.of(covariates, names)
    events = tied_events(follow_up, strata, efron=ties is Ties.EFRON)
    likelihood: Likelihood = (
        ExactLikelihood(scaled.values, events)
        if ties is Ties.EXACT
        else PartialLikelihood.of(scaled.values, events)
    )
    start = likelihood.at(np.zeros(len(names)))
    at, end = maximise(likelihood, names)
    inner = np.linalg.inv(end.information)
    coefficients, covariance = at / scaled.spread, inner / np.outer(scaled.spread, scaled.spread)
    return CoxFit(
        hazard_ratios(names, coefficients, covariance, level),
        covariance,
        end.value,
        start.value,
        chi_square(2 * (end.value - start.value), len(names)),
        chi_square(float(at @ end.information @ at), len(names)),
        chi_square(float(start.score @ np.linalg.solve(start.information, start.score)), len(names)),
        ties,
        level,
        follow_up.time.size,
        int(follow_up.event.sum()),
    )


@dataclass(frozen=True, slots=True)
class Standardised:
    """Covariates with mean 0 and standard deviation 1: the iteration does not depend on their units."""

    values: FloatArray
    spread: FloatArray
    """Standard deviations, shape (p,)."""

    @classmethod
    def of(cls, covariates: FloatArray, names: tuple[str, ...]) -> Standardised:
        """Raises: InputError naming a covariate that does not vary or follows from the others."""
        if covariates.ndim != 2 or covariates.shape[1] != len(names) or not names:
            raise InputError("there is no covariate to estimate.", "covariates")
        if not np.isfinite(covariates).all():
            raise InputError("a covariate is not a number.", "covariates")
        spread = covariates.std(axis=0)
        for name, each in zip(names, spread, strict=True):
            if each == 0:
                raise InputError("takes one value in all patients analysed.", name, "Leave it out.")
        values = (covariates - covariates.mean(axis=0)) / spread
        if np.linalg.matrix_rank(values) < len(names):
            raise InputError("one covariate follows from the others.", ", ".join(names), "Leave one out.")
        return cls(values, spread)


def maximise(likelihood: Likelihood, names: tuple[str, ...]) -> tuple[FloatArray, LikelihoodTerms]:
    """The maximum by Newton's method with halved steps, for standardised covariates.

    Raises: InputError where the likelihood has no maximum, naming the covariate whose estimate runs away.
    """
    at = np.zeros(len(names))
    terms = likelihood.at(at)
    for _ in range(MOST_STEPS):
        try:
            step = np.linalg.solve(terms.information, terms.score)
            error = np.sqrt(np.diag(np.linalg.inv(terms.information)))
        except np.linalg.LinAlgError:
            raise _no_maximum(names, at) from None
        if (np.abs(step) <= CONVERGED * error).all():
            return at, terms
        after = likelihood.at(at + step)
        while not after.value >= terms.value - 1e-9 * (1 + abs(terms.value)):
            step = step / 2
            if np.abs(step).max() < 1e-14:
                break
            after = likelihood.at(at + step)
        settled = abs(after.value - terms.value) <= 1e-9 * (1 + abs(after.value))
        if settled and np.abs(step).max() > DRIFT:
            raise _no_maximum(names, at + step)
        at, terms = at + step, after
    raise _no_maximum(names, at)


def _no_maximum(names: tuple[str, ...], at: FloatArray) -> InputError:
    worst = names[int(np.argmax(np.abs(at)))]
    return InputError(
        "the estimate runs to infinity: in one of its groups nobody, or everybody first, had the event.",
        worst,
        "Join groups, or compare survival without a model (log-rank).",
    )


def hazard_ratios(
    names: tuple[str, ...], coefficients: FloatArray, covariance: FloatArray, level: float
) -> tuple[HazardRatio, ...]:
    """Wald intervals and tests of each coefficient."""
    from scipy.special import erfc

    z_level = normal_quantile(level)
    found = []
    for name, coefficient, variance in zip(names, coefficients, np.diag(covariance), strict=True):
        error = math.sqrt(variance)
        low, high = coefficient - z_level * error, coefficient + z_level * error
        z = float(coefficient / error)
        found.append(
            HazardRatio(
                name,
                float(coefficient),
                error,
                math.exp(coefficient),
                math.exp(low),
                math.exp(high),
                z,
                float(erfc(abs(z) / math.sqrt(2))),
            )
        )
    return tuple(found)


def chi_square(statistic: float, df: int) -> ChiSquare:
    """The upper tail of a chi-square statistic."""
    # scipy.special loads in a fraction of the time of scipy.stats.
    from scipy.special import chdtrc

    return ChiSquare(statistic, df, float(chdtrc(df, max(statistic, 0.0))))
