"""Gray's test of equal cumulative incidence in two or more groups with competing events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.cox import ChiSquare, chi_square
from neoher.cohort.survival.follow_up import BoolArray, FloatArray, FollowUp, IntArray
from neoher.errors import InputError

__all__ = ["gray_test"]


@dataclass(frozen=True, slots=True)
class _Counts:
    """At each event time, shape (times, groups)."""

    at_risk: FloatArray
    mine: FloatArray
    """Events of the cause."""
    others: FloatArray
    """Competing events."""


def gray_test(
    follow_up: FollowUp, group: IntArray, cause: int = 1, strata: IntArray | None = None
) -> ChiSquare:
    """The test of equal cumulative incidence of `cause`, each event time counting alike (rho = 0).

    Parameters: `group`: shape (n,), 0 .. k-1, each with a patient. `strata`: shape (n,); scores are added.
    Source: Gray, Ann Stat 1988;16:1141 (unverified); variance by its formula, tied events as draws without
    replacement. R's cmprsk is the oracle of the tests.
    Raises: InputError for a single group, or where the cause is not seen or never with two groups at risk.
    """
    groups = int(group.max()) + 1
    if groups < 2 or np.bincount(group, minlength=groups).min() == 0:
        raise InputError("Gray's test compares two groups or more, each with patients.", "group")
    if not (follow_up.cause == cause).any():
        raise InputError("the event was not seen, so incidences cannot be compared.", "event")
    parts = np.zeros(group.size, dtype=np.int64) if strata is None else strata
    score, variance = np.zeros(groups), np.zeros((groups, groups))
    for part in np.unique(parts):
        chosen = parts == part
        counts = _counts(follow_up.among(chosen), group[chosen], groups, cause)
        if counts.mine.any():
            more, spread = _score_and_variance(counts)
            score += more
            variance += spread
    inner = variance[:-1, :-1]
    if np.linalg.matrix_rank(inner) < groups - 1:
        raise InputError("the groups are never at risk at the same time.", "group")
    return chi_square(float(score[:-1] @ np.linalg.solve(inner, score[:-1])), groups - 1)


def _counts(follow_up: FollowUp, group: IntArray, groups: int, cause: int) -> _Counts:
    event: BoolArray = follow_up.cause > 0
    times = np.unique(follow_up.time[event])

    def table(rows: BoolArray) -> FloatArray:
        place = np.searchsorted(times, follow_up.time[rows]) * groups + group[rows]
        counted = np.bincount(place, minlength=times.size * groups)
        return counted.reshape(times.size, groups).astype(np.float64)

    passed = np.searchsorted(times, follow_up.time, side="right")
    ended = np.bincount(passed * groups + group, minlength=(times.size + 1) * groups)
    at_risk = ended.reshape(-1, groups)[:0:-1].cumsum(axis=0)[::-1].astype(np.float64)
    mine: BoolArray = follow_up.cause == cause
    return _Counts(at_risk, table(mine), table(event & ~mine))


def _score_and_variance(counts: _Counts) -> tuple[FloatArray, FloatArray]:
    """Scores z, shape (groups,), and their variance, shape (groups, groups)."""
    at_risk, mine, others = counts.at_risk, counts.mine, counts.others
    present = at_risk > 0
    safe = np.where(present, at_risk, 1.0)
    free = np.cumprod(1 - (mine + others) / safe, axis=0).astype(np.float64)
    before = np.vstack((np.ones_like(free[:1]), free[:-1]))
    held: FloatArray = np.where(present, before, 1.0)
    own = np.cumsum(held * mine / safe, axis=0)
    own_before = np.vstack((np.zeros_like(own[:1]), own[:-1]))
    events = mine.sum(axis=1)
    adjusted = at_risk * (1 - own_before) / held
    score = (mine - events[:, None] * adjusted / adjusted.sum(axis=1)[:, None]).sum(axis=0)
    return score, _variance(counts, events, free, held, present)


def _variance(
    counts: _Counts, events: FloatArray, free: FloatArray, held: FloatArray, present: BoolArray
) -> FloatArray:
    """Sum over groups r and events of (what one event in r moves each score)^2 x its variance.

    An event at t moves score i by a[i, r](t) at once, and by what it takes away of the later ones: c(end) -
    c(t), with c the running sum of a dGamma and Gamma the pooled cumulative hazard of the subdistribution.
    """
    weight = np.where(present, counts.at_risk / held, 0.0)
    total = weight.sum(axis=1)
    pooled = np.cumsum(events / total)
    pooled_before = np.concatenate(([0.0], pooled[:-1]))
    groups = weight.shape[1]
    at_once = weight[:, :, None] * (np.eye(groups) - weight[:, None, :] / total[:, None, None])
    running = np.cumsum(at_once * (events / (total * (1 - pooled_before)))[:, None, None], axis=0)
    later = running[-1] - running
    safe_free = np.where(free > 0, free, 1.0)
    taken = np.where(free > 0, (1 - pooled)[:, None] / safe_free, 0.0)
    at_risk = np.where(present, counts.at_risk, 1.0)
    alone = total[:, None] * held - 1
    tied = np.where(events[:, None] > 1, 1 - (events[:, None] - 1) / np.where(alone > 0, alone, 1.0), 1.0)
    first = np.where(present, tied * held * events[:, None] / (total[:, None] * at_risk), 0.0)
    tied = np.where(counts.others > 1, 1 - (counts.others - 1) / np.maximum(at_risk - 1, 1), 1.0)
    second = np.where(free > 0, tied * held**2 * counts.others / at_risk**2, 0.0)
    by_event = at_once + (1 - taken)[:, None, :] * later
    by_other = taken[:, None, :] * later
    variance: FloatArray = np.einsum("tir,tjr,tr->ij", by_event, by_event, first)
    variance += np.einsum("tir,tjr,tr->ij", by_other, by_other, second)
    return variance
