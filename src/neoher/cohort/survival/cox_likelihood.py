"""Cox's partial likelihood with Breslow's or Efron's treatment of tied events.

Sums over risk sets are running sums from the last time to the first, so a million patients cost one sort and
a few passes. lifelines knows Efron's ties alone and statsmodels neither the exact form nor a test of
proportional hazards; the three conventions share one Newton iteration here (neoher.cohort.survival.cox).
"""

from __future__ import annotations

from collections.abc import Sequence
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
class _Sorted:
    """A stratum with its covariates by time: sums over risk sets then run through memory once."""

    events: TiedEvents
    covariates: FloatArray
    """Of `events.rows`, shape (rows, p)."""
    deaths: IntArray
    """Where the events lie among them, shape (events,)."""
    of_deaths: FloatArray
    """Summed covariates of the events, shape (p,)."""


@dataclass(frozen=True, slots=True)
class PartialLikelihood:
    """The likelihood of a cohort."""

    strata: tuple[_Sorted, ...]
    size: int
    """How many covariates, p."""

    @classmethod
    def of(cls, covariates: FloatArray, strata: list[TiedEvents]) -> PartialLikelihood:
        """`covariates`: shape (n, p)."""
        found = []
        place = np.zeros(covariates.shape[0], dtype=np.int64)
        for each in strata:
            place[each.rows] = np.arange(each.rows.size)
            deaths = place[each.deaths]
            mine = np.asfortranarray(covariates[each.rows])
            found.append(_Sorted(each, mine, deaths, mine[deaths].sum(axis=0)))
        return cls(tuple(found), covariates.shape[1])

    def at(self, coefficients: FloatArray) -> LikelihoodTerms:
        """The likelihood and its derivatives at coefficients of shape (p,)."""
        value, score, information = 0.0, np.zeros(self.size), np.zeros((self.size, self.size))
        for each in self.strata:
            terms = _terms(each, coefficients)
            value += float(terms.predictor[each.deaths].sum() - np.log(terms.total).sum())
            score += each.of_deaths - terms.mean.sum(axis=0)
            information += _information(each, terms, None)
        return LikelihoodTerms(value, score, information)

    def weighted_information(
        self, coefficients: FloatArray, weights: Sequence[tuple[FloatArray, ...]]
    ) -> tuple[FloatArray, ...]:
        """Information in which each event time counts with a weight.

        Parameters: `weights`: for each stratum the same number of weights, each of shape (m,); one result
        each.
        """
        found = [np.zeros((self.size, self.size)) for _ in weights[0]]
        for each, several in zip(self.strata, weights, strict=True):
            terms = _terms(each, coefficients)
            for place, weight in enumerate(several):
                found[place] += _information(each, terms, weight[each.events.of_time])
        return tuple(found)

    def residuals(self, coefficients: FloatArray) -> list[FloatArray]:
        """Schoenfeld's residuals summed over the events of each time, shape (m, p) a stratum."""
        found = []
        for each in self.strata:
            difference = each.covariates[each.deaths] - _terms(each, coefficients).mean
            found.append(np.add.reduceat(difference, each.events.death_starts, axis=0))
        return found


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the terms of the likelihood are made of."""

    predictor: FloatArray
    """Linear predictor of the rows, the largest 0."""
    relative: FloatArray
    """Relative hazard of the rows."""
    total: FloatArray
    """Weight of each term's risk set, shape (events,)."""
    mean: FloatArray
    """Mean covariates of each term's risk set, shape (events, p)."""


def _terms(each: _Sorted, coefficients: FloatArray) -> _Terms:
    predictor = each.covariates @ coefficients
    # The likelihood does not change when all predictors move together, and exp() stays in range.
    predictor = predictor - predictor.max()
    relative = np.exp(predictor)
    total = _risk_sums(each, relative)
    first = np.stack([_risk_sums(each, relative * column) for column in each.covariates.T], axis=1)
    return _Terms(predictor, relative, total, first / total[:, None])


def _information(each: _Sorted, terms: _Terms, weight: FloatArray | None) -> FloatArray:
    size = each.covariates.shape[1]
    share = 1 / terms.total if weight is None else weight / terms.total
    information = -(terms.mean if weight is None else terms.mean * weight[:, None]).T @ terms.mean
    for row in range(size):
        for column in range(row + 1):
            product = terms.relative * each.covariates[:, row] * each.covariates[:, column]
            second = float(_risk_sums(each, product) @ share)
            information[row, column] += second
            if row != column:
                information[column, row] += second
    return information


def _risk_sums(each: _Sorted, weight: FloatArray) -> FloatArray:
    """Sum of `weight` over the risk set of each term, less its share of the tied events; shape (events,)."""
    by_time = np.add.reduceat(weight, each.events.starts)[::-1].cumsum()[::-1][each.events.of_time]
    if not each.events.removed.any():
        return by_time
    tied = np.add.reduceat(weight[each.deaths], each.events.death_starts)
    sums: FloatArray = by_time - each.events.removed * tied[each.events.of_time]
    return sums
