"""Cox's exact partial likelihood of tied events (discrete time, conditional logistic).

At an event time with d events the term is exp(sum of the events' predictors) over the sum of the same of
every d-subset of the risk set. These sums are elementary symmetric polynomials of the relative risks; they
grow by one patient at a time (Gail, Lubin and Rubinstein, Biometrika 1981;68:703, unverified). From the last
time to the first each patient is added once, and the means and second moments of the subsets' summed
covariates are carried along, so that nothing overflows and the derivatives come with the value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.cox_likelihood import LikelihoodTerms, TiedEvents
from neoher.cohort.survival.follow_up import FloatArray

__all__ = ["ExactLikelihood"]


@dataclass(frozen=True, slots=True)
class ExactLikelihood:
    """The exact likelihood of a cohort; `covariates`: shape (n, p). Cost: patients x largest tie x p^2."""

    covariates: FloatArray
    strata: list[TiedEvents]

    def at(self, coefficients: FloatArray) -> LikelihoodTerms:
        """The likelihood and its derivatives at coefficients of shape (p,)."""
        size = self.covariates.shape[1]
        value, score, information = 0.0, np.zeros(size), np.zeros((size, size))
        predictor = self.covariates @ coefficients
        predictor = predictor - predictor.max()
        for each in self.strata:
            value += float(predictor[each.deaths].sum())
            score += self.covariates[each.deaths].sum(axis=0)
            counts = np.diff(np.append(each.death_starts, each.deaths.size))
            subsets = _Subsets.empty(int(counts.max()), size)
            ends = np.append(each.starts[1:], each.rows.size)
            for time in range(each.times.size - 1, -1, -1):
                for row in each.rows[each.starts[time] : ends[time]]:
                    subsets.add(float(predictor[row]), self.covariates[row])
                tied = int(counts[time])
                mean = subsets.mean[tied]
                value -= float(subsets.log_sum[tied])
                score -= mean
                information += subsets.second[tied] - np.outer(mean, mean)
        return LikelihoodTerms(value, score, information)


@dataclass(slots=True)
class _Subsets:
    """Subsets of the patients added so far, by size 0 .. d."""

    log_sum: FloatArray
    """Log of the summed weight of all subsets, shape (d + 1,)."""
    mean: FloatArray
    """Mean of the summed covariates over subsets, shape (d + 1, p)."""
    second: FloatArray
    """Second moment of the same, shape (d + 1, p, p)."""

    @classmethod
    def empty(cls, largest: int, size: int) -> _Subsets:
        log_sum = np.full(largest + 1, -np.inf)
        log_sum[0] = 0.0
        return cls(log_sum, np.zeros((largest + 1, size)), np.zeros((largest + 1, size, size)))

    def add(self, predictor: float, covariates: FloatArray) -> None:
        """Take one more patient: a subset of k is an old one, or an old one of k - 1 with the patient."""
        joined = self.log_sum[:-1] + predictor
        grown = np.logaddexp(self.log_sum[1:], joined)
        with np.errstate(invalid="ignore"):
            share = np.where(np.isneginf(grown), 0.0, np.exp(joined - grown))
        before = self.mean[:-1]
        cross = before[:, :, None] * covariates
        second = self.second[:-1] + cross + cross.transpose(0, 2, 1) + np.outer(covariates, covariates)
        self.second[1:] += share[:, None, None] * (second - self.second[1:])
        self.mean[1:] += share[:, None] * (before + covariates - self.mean[1:])
        self.log_sum[1:] = grown
