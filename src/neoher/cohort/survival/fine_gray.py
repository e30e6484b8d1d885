"""Fine and Gray's model of the hazard of the subdistribution: what acts on the cumulative incidence.

Neither lifelines nor statsmodels fits it; R's cmprsk is the oracle of the tests. Patients with a competing
event stay at risk with the weight G(t-)/G(X-), G being Kaplan-Meier's estimate of remaining uncensored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.cox import (
    ChiSquare,
    HazardRatio,
    Standardised,
    chi_square,
    hazard_ratios,
    maximise,
)
from neoher.cohort.survival.cox_likelihood import LikelihoodTerms
from neoher.cohort.survival.follow_up import BoolArray, FloatArray, FollowUp, IntArray
from neoher.cohort.survival.kaplan_meier import survival_curve
from neoher.errors import InputError

__all__ = ["FineGrayFit", "fit_fine_gray"]


@dataclass(frozen=True, slots=True)
class FineGrayFit:
    """Subdistribution hazard ratios, with robust standard errors."""

    terms: tuple[HazardRatio, ...]
    covariance: FloatArray
    """Of the coefficients, shape (p, p); counts that the censoring distribution is estimated."""
    log_likelihood: float
    log_likelihood_null: float
    wald: ChiSquare
    level: float
    patients: int
    events: int
    competing: int


def fit_fine_gray(
    follow_up: FollowUp, covariates: FloatArray, names: tuple[str, ...], level: float = 0.95
) -> FineGrayFit:
    """Subdistribution hazard ratios of event 1; causes 2 and above compete. Tied events by Breslow.

    Parameters: `covariates`: shape (n, p), finite, constant in time. Censoring is taken not to depend on
    them.
    Raises: InputError where no event or no competing event is seen, or an estimate runs to infinity.
    Source: Fine and Gray, J Am Stat Assoc 1999;94:496 (unverified); the variance is their formula (7).
    """
    if not follow_up.event.any():
        raise InputError("no event was seen, so no hazard ratio can be estimated.", "event")
    if not (follow_up.cause > 1).any():
        raise InputError(
            "there is no competing event.", "event", "Without one, Cox's model answers the same question."
        )
    scaled = Standardised.of(covariates, names)
    order = np.argsort(follow_up.time, kind="stable")
    ordered = FollowUp(follow_up.time[order], follow_up.cause[order])
    likelihood = _Subdistribution.of(ordered, scaled.values[order])
    start = likelihood.at(np.zeros(len(names)))
    at, end = maximise(likelihood, names)
    inner = np.linalg.inv(end.information)
    influence = likelihood.influence(at)
    robust = inner @ (influence.T @ influence) @ inner
    covariance = robust / np.outer(scaled.spread, scaled.spread)
    coefficients = at / scaled.spread
    return FineGrayFit(
        hazard_ratios(names, coefficients, covariance, level),
        covariance,
        end.value,
        start.value,
        chi_square(float(at @ np.linalg.solve(robust, at)), len(names)),
        level,
        follow_up.time.size,
        int(follow_up.event.sum()),
        int((follow_up.cause > 1).sum()),
    )


@dataclass(frozen=True, slots=True)
class _Subdistribution:
    """The weighted likelihood of patients sorted by time."""

    follow_up: FollowUp
    covariates: FloatArray
    competing: BoolArray
    times: FloatArray
    """Distinct times of event 1, shape (m,)."""
    tied: FloatArray
    """Events at each, shape (m,)."""
    uncensored: FloatArray
    """G just before each of `times`, shape (m,)."""
    own_uncensored: FloatArray
    """G just before each patient's own time, shape (n,)."""

    @classmethod
    def of(cls, follow_up: FollowUp, covariates: FloatArray) -> _Subdistribution:
        times, tied = np.unique(follow_up.time[follow_up.event], return_counts=True)
        censoring = survival_curve(FollowUp(follow_up.time, (follow_up.cause == 0).astype(np.int64)))
        before = np.concatenate(([1.0], censoring.survival))
        return cls(
            follow_up,
            covariates,
            follow_up.cause > 1,
            times,
            tied.astype(np.float64),
            before[np.searchsorted(censoring.time, times, side="left")],
            before[np.searchsorted(censoring.time, follow_up.time, side="left")],
        )

    def at(self, coefficients: FloatArray) -> LikelihoodTerms:
        """The likelihood and its derivatives at coefficients of shape (p,)."""
        predictor, relative = self._relative(coefficients)
        total, mean = self._risk_sets(relative)
        event = self.follow_up.event
        value = float(predictor[event].sum() - self.tied @ np.log(total))
        score = self.covariates[event].sum(axis=0) - self.tied @ mean
        size = self.covariates.shape[1]
        information = -(mean * self.tied[:, None]).T @ mean
        for row in range(size):
            for column in range(size):
                product = relative * self.covariates[:, row] * self.covariates[:, column]
                information[row, column] += float((self.tied / total) @ self._at_risk(product))
        return LikelihoodTerms(value, score, information)

    def influence(self, coefficients: FloatArray) -> FloatArray:
        """What each patient adds to the score, the estimated censoring counted, shape (n, p)."""
        _, relative = self._relative(coefficients)
        total, mean = self._risk_sets(relative)
        hazard = self.tied / total
        weighted = hazard * self.uncensored
        own = self._own_influence(relative, mean, hazard, weighted)
        return own + self._censoring_influence(relative, mean, weighted)

    def _own_influence(
        self, relative: FloatArray, mean: FloatArray, hazard: FloatArray, weighted: FloatArray
    ) -> FloatArray:
        z, event = self.covariates, self.follow_up.event
        until = np.searchsorted(self.times, self.follow_up.time, side="right")
        sum_hazard, sum_mean = _running(hazard), _running(hazard[:, None] * mean)
        compensator = z * sum_hazard[until][:, None] - sum_mean[until]
        sum_weighted, sum_weighted_mean = _running(weighted), _running(weighted[:, None] * mean)
        later = z * (sum_weighted[-1] - sum_weighted[until])[:, None]
        later = later - (sum_weighted_mean[-1] - sum_weighted_mean[until])
        share = np.where(self.competing, 1 / self.own_uncensored, 0.0)
        influence: FloatArray = -relative[:, None] * (compensator + share[:, None] * later)
        influence[event] += z[event] - mean[until[event] - 1]
        return influence

    def _censoring_influence(
        self, relative: FloatArray, mean: FloatArray, weighted: FloatArray
    ) -> FloatArray:
        time, censored = self.follow_up.time, self.follow_up.cause == 0
        size = self.covariates.shape[1]
        ends, counts = np.unique(time[censored], return_counts=True)
        if ends.size == 0:
            return np.zeros((time.size, size))
        share = np.where(self.competing, relative / self.own_uncensored, 0.0)
        gone = np.searchsorted(time, ends, side="left")
        past = _running(share)[gone]
        past_sum = _running(share[:, None] * self.covariates)[gone]
        after = np.searchsorted(self.times, ends, side="left")
        sum_weighted, sum_mean = _running(weighted), _running(weighted[:, None] * mean)
        later, later_mean = sum_weighted[-1] - sum_weighted[after], sum_mean[-1] - sum_mean[after]
        at_risk = (time.size - gone).astype(np.float64)
        pull = (past_sum * later[:, None] - past[:, None] * later_mean) / at_risk[:, None]
        compensator = _running(pull * (counts / at_risk)[:, None])
        until: IntArray = np.searchsorted(ends, time, side="right")
        influence = -compensator[until]
        influence[censored] += pull[until[censored] - 1]
        return influence

    def _relative(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        predictor = self.covariates @ coefficients
        predictor = predictor - predictor.max()
        return predictor, np.exp(predictor)

    def _risk_sets(self, relative: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weight and mean covariates of each risk set, shapes (m,) and (m, p)."""
        total = self._at_risk(relative)
        first = np.stack([self._at_risk(relative * column) for column in self.covariates.T], axis=1)
        return total, first / total[:, None]

    def _at_risk(self, weight: FloatArray) -> FloatArray:
        """Sum of `weight` over those under observation and, by their share, those with a competing event."""
        before = np.searchsorted(self.follow_up.time, self.times, side="left")
        present = weight.sum() - _running(weight)[before]
        kept = _running(np.where(self.competing, weight / self.own_uncensored, 0.0))[before]
        sums: FloatArray = present + self.uncensored * kept
        return sums


def _running(values: FloatArray) -> FloatArray:
    """Sums of the first 0, 1, … entries along the first axis."""
    total: FloatArray = np.concatenate((np.zeros_like(values[:1]), np.cumsum(values, axis=0)))
    return total
