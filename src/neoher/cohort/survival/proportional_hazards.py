"""Test of proportional hazards: whether a hazard ratio changes with time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import numpy as np

from neoher.cohort.survival.cox import ChiSquare, CoxFit, Ties, chi_square
from neoher.cohort.survival.cox_likelihood import PartialLikelihood, TiedEvents, tied_events
from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray
from neoher.cohort.survival.kaplan_meier import survival_curve

__all__ = ["ProportionalHazards", "TimeScale", "proportional_hazards"]


class TimeScale(StrEnum):
    """The function of time with which a coefficient may change."""

    KAPLAN_MEIER = "kaplan-meier"
    IDENTITY = "identity"
    RANK = "rank"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class ProportionalHazards:
    """The test of each covariate, by name, and of all together."""

    terms: dict[str, ChiSquare]
    overall: ChiSquare
    scale: TimeScale
    ties: Ties
    """Ties of the likelihood that was tested; exact ties are tested with Efron's."""


def proportional_hazards(
    fit: CoxFit,
    follow_up: FollowUp,
    covariates: FloatArray,
    strata: IntArray | None = None,
    scale: TimeScale = TimeScale.KAPLAN_MEIER,
) -> ProportionalHazards:
    """Score test of coefficients that change with time: b + c g(t), H0 c = 0, for a fitted model.

    Parameters: `follow_up`, `covariates`, `strata`: as the model was fitted to. `scale`: g; 'kaplan-meier' is
    1 less the survival of the whole cohort just before t, 'rank' the middle rank among all times. g is
    centred on its mean over the events.
    Source: Grambsch and Therneau, Biometrika 1994;81:515 (unverified), as the score test of R's survival
    since 3.0, which uses the variance of every risk set, not their mean.
    """
    ties = Ties.BRESLOW if fit.ties is Ties.BRESLOW else Ties.EFRON
    events = tied_events(follow_up, strata, efron=ties is Ties.EFRON)
    centred = covariates - covariates.mean(axis=0)
    likelihood = PartialLikelihood.of(centred, events)
    weights = _time_weights(follow_up, events, scale)
    at = fit.coefficients
    powers = [(np.ones_like(weight), weight, weight**2) for weight in weights]
    none, once, twice = likelihood.weighted_information(at, powers)
    residuals = zip(likelihood.residuals(at), weights, strict=True)
    score: FloatArray = np.sum([weight @ residual for residual, weight in residuals], axis=0)
    terms = {}
    for index, term in enumerate(fit.terms):
        explained = once[index] @ np.linalg.solve(none, once[index])
        terms[term.name] = chi_square(float(score[index] ** 2 / (twice[index, index] - explained)), 1)
    remaining = twice - once @ np.linalg.solve(none, once)
    overall = chi_square(float(score @ np.linalg.solve(remaining, score)), score.size)
    return ProportionalHazards(terms, overall, scale, ties)


def _time_weights(follow_up: FollowUp, events: list[TiedEvents], scale: TimeScale) -> list[FloatArray]:
    """g at the event times of each stratum, centred over the events."""
    found = [_scaled(each.times, follow_up, scale) for each in events]
    mean = np.concatenate([each[one.of_time] for each, one in zip(found, events, strict=True)]).mean()
    return [each - mean for each in found]


def _scaled(times: FloatArray, follow_up: FollowUp, scale: TimeScale) -> FloatArray:
    match scale:
        case TimeScale.KAPLAN_MEIER:
            curve = survival_curve(follow_up)
            before = np.searchsorted(curve.time, times, side="left")
            gone: FloatArray = 1 - np.concatenate(([1.0], curve.survival))[before]
            return gone
        case TimeScale.IDENTITY:
            return times
        case TimeScale.LOG:
            return np.log(times)
        case TimeScale.RANK:
            everyone = np.sort(follow_up.time)
            first, last = (np.searchsorted(everyone, times, side=side) for side in ("left", "right"))
            middle: FloatArray = (first + 1 + last) / 2
            return middle
        case _:
            assert_never(scale)
