"""Cox's partial likelihood with Breslow's or Efron's treatment of tied events.

Sums over risk sets are running sums from the last time to the first, so a million patients cost one sort and
a few passes. lifelines knows Efron's ties alone and statsmodels neither the exact form nor a test of
proportional hazards; the three conventions share one Newton iteration here (neoher.cohort.survival.cox).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray

__all__ = ["LikelihoodTerms", "PartialLikelihood", "TiedEvents", "tied_events"]


@dataclass(frozen=True, slots=True)
class LikelihoodTerms:
    """Log partial likelihood, its gradient, shape (p,), and minus its second derivative, shape (p, p)."""

    value: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True)
class TiedEvents:
    """One stratum sorted by time, with the events of each distinct event time.

    One term of the likelihood belongs to each event; the events of one time share its risk set.
    """

    rows: IntArray
    """Rows of the cohort, by ascending time, from the first event time on."""
    starts: IntArray
    """Where the risk set of each distinct event time starts in `rows`, shape (m,)."""
    deaths: IntArray
    """Rows with the event, by ascending time."""
    death_starts: IntArray
    """Where the events of each distinct time start in `deaths`, shape (m,)."""
    times: FloatArray
    """Distinct event times, shape (m,)."""
    of_time: IntArray
    """The distinct event time of each term, shape (events,)."""
    removed: FloatArray
    """Share of the tied events that each term takes out of its risk set, shape (events,); 0 by Breslow."""


def tied_events(follow_up: FollowUp, strata: IntArray | None, *, efron: bool) -> list[TiedEvents]:
    """The event times of each stratum; strata without an event say nothing and are left out."""
    parts = np.zeros(follow_up.time.size, dtype=np.int64) if strata is None else strata
    found = []
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        rows = rows[np.argsort(follow_up.time[rows], kind="stable")]
        time, event = follow_up.time[rows], follow_up.event[rows]
        if not event.any():
            continue
        times, death_starts, counts = np.unique(time[event], return_index=True, return_counts=True)
        starts = np.searchsorted(time, times, side="left")
        of_time = np.repeat(np.arange(times.size), counts)
        within = np.arange(of_time.size) - death_starts[of_time]
        removed = within / counts[of_time] if efron else np.zeros(of_time.size)
        found.append(
            TiedEvents(
                rows[starts[0] :], starts - starts[0], rows[event], death_starts, times, of_time, removed
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The likelihood of a cohort; `covariates`: shape (n, p)."""

    covariates: FloatArray
    strata: list[TiedEvents]

    def at(self, coefficients: FloatArray) -> LikelihoodTerms:
        """The likelihood and its derivatives at coefficients of shape (p,)."""
        size = self.covariates.shape[1]
        value, score, information = 0.0, np.zeros(size), np.zeros((size, size))
        for each in self.strata:
            predictor, total, mean = self._terms(each, coefficients)
            value += float(predictor[each.deaths].sum() - np.log(total).sum())
            score += self.covariates[each.deaths].sum(axis=0) - mean.sum(axis=0)
            information += self._information(each, predictor, total, mean, None)
        return LikelihoodTerms(value, score, information)

    def weighted_information(self, coefficients: FloatArray, weights: list[FloatArray]) -> FloatArray:
        """Information in which each event time counts with a weight; one array of shape (m,) a stratum."""
        size = self.covariates.shape[1]
        information = np.zeros((size, size))
        for each, weight in zip(self.strata, weights, strict=True):
            predictor, total, mean = self._terms(each, coefficients)
            information += self._information(each, predictor, total, mean, weight[each.of_time])
        return information

    def residuals(self, coefficients: FloatArray) -> list[FloatArray]:
        """Schoenfeld's residuals summed over the events of each time, shape (m, p) a stratum."""
        found = []
        for each in self.strata:
            _, _, mean = self._terms(each, coefficients)
            difference = self.covariates[each.deaths] - mean
            found.append(np.add.reduceat(difference, each.death_starts, axis=0))
        return found

    def _terms(self, each: TiedEvents, coefficients: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Linear predictor of all rows; weight and mean covariates of each term's risk set."""
        predictor = self.covariates @ coefficients
        # The likelihood does not change when all predictors move together, and exp() stays in range.
        predictor = predictor - predictor.max()
        relative = np.exp(predictor)
        total = _risk_sums(each, relative)
        first = np.stack([_risk_sums(each, relative * column) for column in self.covariates.T], axis=1)
        return predictor, total, first / total[:, None]

    def _information(
        self,
        each: TiedEvents,
        predictor: FloatArray,
        total: FloatArray,
        mean: FloatArray,
        weight: FloatArray | None,
    ) -> FloatArray:
        size = self.covariates.shape[1]
        relative = np.exp(predictor)
        share = 1 / total if weight is None else weight / total
        information = -(mean if weight is None else mean * weight[:, None]).T @ mean
        for row in range(size):
            for column in range(row + 1):
                product = relative * self.covariates[:, row] * self.covariates[:, column]
                second = float(_risk_sums(each, product) @ share)
                information[row, column] += second
                if row != column:
                    information[column, row] += second
        return information


def _risk_sums(each: TiedEvents, weight: FloatArray) -> FloatArray:
    """Sum of `weight` over the risk set of each term, less its share of the tied events; shape (events,)."""
    by_time = np.add.reduceat(weight[each.rows], each.starts)[::-1].cumsum()[::-1]
    tied = np.add.reduceat(weight[each.deaths], each.death_starts)
    sums: FloatArray = by_time[each.of_time] - each.removed * tied[each.of_time]
    return sums
