"""The log-rank test of equal survival in two or more groups, also within strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray
from neoher.errors import InputError

__all__ = ["LogRank", "log_rank"]


@dataclass(frozen=True, slots=True)
class LogRank:
    """The test, and what it compares: `observed` and `expected` events, shape (groups,)."""

    observed: FloatArray
    expected: FloatArray
    statistic: float
    df: int
    p: float


def log_rank(follow_up: FollowUp, group: IntArray, strata: IntArray | None = None) -> LogRank:
    """Log-rank test with the hypergeometric variance of tied events.

    Parameters: `group`: shape (n,), 0 .. k-1, each with a patient. `strata`: shape (n,); expectations are
    made within each and added.
    Raises: InputError for a single group, or where no event is seen.
    Source: Mantel, Cancer Chemother Rep 1966;50:163; Peto and Peto, J R Stat Soc A 1972;135:185 (unverified).
    """
    from scipy.special import chdtrc

    groups = int(group.max()) + 1
    if groups < 2 or np.bincount(group, minlength=groups).min() == 0:
        raise InputError("the log-rank test compares two groups or more, each with patients.", "group")
    if not follow_up.event.any():
        raise InputError("no event was seen, so survival cannot be compared.", "event")
    parts = np.zeros(group.size, dtype=np.int64) if strata is None else strata
    observed, expected = np.zeros(groups), np.zeros(groups)
    covariance = np.zeros((groups, groups))
    for part in np.unique(parts):
        chosen = parts == part
        deaths, at_risk = _tables(follow_up.among(chosen), group[chosen], groups)
        total, dead = at_risk.sum(axis=1), deaths.sum(axis=1)
        share = at_risk / total[:, None]
        observed += deaths.sum(axis=0)
        expected += (dead[:, None] * share).sum(axis=0)
        spread = np.where(total > 1, dead * (total - dead) / np.maximum(total - 1, 1), 0.0)
        covariance += np.diag((spread[:, None] * share).sum(axis=0)) - (share * spread[:, None]).T @ share
    # A group that is never at risk beside another one has nothing to compare and takes no degree of freedom.
    compared = np.diag(covariance) > 0
    df = int(compared.sum()) - 1
    if df < 1:
        raise InputError("the groups are never at risk at the same time.", "group")
    difference = (observed - expected)[compared][:-1]
    inner = covariance[np.ix_(compared, compared)][:-1, :-1]
    statistic = float(difference @ np.linalg.solve(inner, difference))
    return LogRank(observed, expected, statistic, df, float(chdtrc(df, statistic)))


def _tables(follow_up: FollowUp, group: IntArray, groups: int) -> tuple[FloatArray, FloatArray]:
    """Deaths and numbers at risk at each event time, both of shape (event times, groups)."""
    event = follow_up.event
    times, died_at = np.unique(follow_up.time[event], return_inverse=True)
    deaths = np.bincount(died_at * groups + group[event], minlength=times.size * groups)
    # Who ends at or after an event time is at risk at it: count the endings after each, from the last back.
    passed = np.searchsorted(times, follow_up.time, side="right")
    ended = np.bincount(passed * groups + group, minlength=(times.size + 1) * groups)
    at_risk = ended.reshape(-1, groups)[:0:-1].cumsum(axis=0)[::-1]
    return deaths.reshape(-1, groups).astype(np.float64), at_risk.astype(np.float64)
