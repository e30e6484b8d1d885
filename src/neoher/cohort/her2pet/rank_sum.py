"""Exact rank tests of two groups of lesions, one patient having several.

The distribution of a sum of integer scores over all ways to choose the members of one group is counted, not
sampled (Pagano and Tritchler, J Am Stat Assoc 1983;78:435; Streitberg and Roehmel 1986, unverified), ties and
all. SciPy's exact Mann-Whitney takes no ties and knows no patients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["RankSum", "clustered_rank_sum", "exact_rank_sum"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

LARGEST_TABLE = 10_000_000
"""Cells of the distribution counted at most; beyond, the normal approximation of the same distribution."""


@dataclass(frozen=True, slots=True)
class RankSum:
    """A two-sided rank test."""

    u: float
    """Mann-Whitney's U of the first group, ties counting half; added over strata."""
    z: float
    """The rank sum standardised by its exact mean and variance under the null."""
    p: float
    exact: bool
    first: int
    """Lesions of the first group."""
    second: int
    units: int
    """Patients (or lesions, where each stands alone)."""
    arrangements: float
    """How many arrangements the null makes alike."""


def exact_rank_sum(first: FloatArray, second: FloatArray) -> RankSum:
    """Mann-Whitney's test of two independent samples, exact given the ties.

    Parameters: `first`, `second`: shapes (n,) and (m,), each entry independent.
    p is the share of arrangements whose rank sum lies at least as far from its expectation.
    Raises: InputError for an empty group.
    """
    values = np.concatenate((first, second))
    return clustered_rank_sum(values, np.arange(values.size) < first.size, np.arange(values.size))


def clustered_rank_sum(
    values: FloatArray, member: BoolArray, patient: IntArray, stratum: IntArray | None = None
) -> RankSum:
    """The rank-sum test in which patients, not lesions, are exchanged.

    Parameters: `values`, `member` (of the first group), `patient`: shape (n,), one entry a lesion. `stratum`:
    shape (n,), such as the tracer: lesions are ranked within it, the sums are added, and only patients of the
    same strata exchange, so that no value is held against one of another stratum.
    Null: a patient's class says nothing of the uptake and the number of her lesions. Patients whose lesions
    are all of one class exchange their classes with one another, all lesions of a patient together; in a
    patient with both classes the lesions exchange theirs. Every such arrangement counts once. With one lesion
    a patient it is Mann-Whitney's test. The statistic is the sum, over the first group's lesions, of the rank
    less the mean rank.
    Raises: InputError for an empty group.
    """
    from scipy.stats import norm, rankdata

    size, chosen = values.size, int(member.sum())
    if chosen in (0, size):
        raise InputError("one of the two groups has no lesion.", "groups")
    strata = np.zeros(size, dtype=np.int64) if stratum is None else stratum
    doubled = np.zeros(size, dtype=np.int64)
    u = 0.0
    for each in np.unique(strata):
        mine = strata == each
        ranks = rankdata(values[mine])
        doubled[mine] = np.rint(2 * ranks).astype(np.int64) - (ranks.size + 1)
        inside = int(member[mine].sum())
        u += float(ranks[member[mine]].sum()) - inside * (inside + 1) / 2
    pools = _pools(doubled, member, patient, strata)
    observed = int(doubled[member].sum())
    mean, variance = sum(pool.mean for pool in pools), sum(pool.variance for pool in pools)
    z = (observed - mean) / math.sqrt(variance) if variance > 0 else 0.0
    units = int(np.unique(patient).size)
    arrangements = math.exp(min(sum(pool.log_arrangements for pool in pools), 700.0))
    exact = max(pool.cells for pool in pools) <= LARGEST_TABLE
    if exact:
        scores, share = _distribution(pools)
        # Scores are whole numbers; the mean alone needs a tolerance.
        p = float(share[np.abs(scores - mean) >= abs(observed - mean) - 1e-7].sum())
    else:
        p = 2 * float(norm.sf(abs(z)))
    return RankSum(u, z, min(p, 1.0), exact, chosen, size - chosen, units, arrangements)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Scores of which `chosen` belong to the first group, any of them alike."""

    scores: Sequence[int]
    chosen: int

    @property
    def mean(self) -> float:
        return self.chosen * sum(self.scores) / len(self.scores)

    @property
    def variance(self) -> float:
        n = len(self.scores)
        if n < 2:
            return 0.0
        centre = sum(self.scores) / n
        spread = sum((score - centre) ** 2 for score in self.scores) / (n - 1)
        return self.chosen * (n - self.chosen) / n * spread

    @property
    def log_arrangements(self) -> float:
        n, k = len(self.scores), self.chosen
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    @property
    def cells(self) -> int:
        least = min(self.scores)
        reach = sum(sorted((score - least for score in self.scores), reverse=True)[: self.chosen])
        return (self.chosen + 1) * (reach + 1)


def _pools(doubled: IntArray, member: BoolArray, patient: IntArray, strata: IntArray) -> list[_Pool]:
    """Patients of one class pooled by the strata they have lesions in; patients of both classes alone."""
    whole: dict[tuple[int, ...], list[tuple[int, bool]]] = {}
    pools = []
    for each in np.unique(patient):
        mine = patient == each
        scores, labels = doubled[mine], member[mine]
        if labels.all() or not labels.any():
            where = tuple(np.unique(strata[mine]).tolist())
            whole.setdefault(where, []).append((int(scores.sum()), bool(labels.any())))
            continue
        parts = [strata[mine] == one for one in np.unique(strata[mine])]
        pools += [_Pool(scores[part].tolist(), int(labels[part].sum())) for part in parts]
    every = whole.values()
    return [*pools, *(_Pool([score for score, _ in each], sum(first for _, first in each)) for each in every)]


def _distribution(pools: Sequence[_Pool]) -> tuple[IntArray, FloatArray]:
    """Every possible sum and its share of the arrangements."""
    start, share = 0, np.ones(1)
    for pool in pools:
        least, own = _of_pool(pool)
        start, share = start + least, np.convolve(share, own)
    return start + np.arange(share.size), share


def _of_pool(pool: _Pool) -> tuple[int, FloatArray]:
    """The least sum of a pool, and the share of each sum from there on."""
    least = min(pool.scores)
    shifted = sorted(score - least for score in pool.scores)
    reach = sum(shifted[len(shifted) - pool.chosen :])
    table = np.zeros((pool.chosen + 1, reach + 1))
    table[0, 0] = 1.0
    for seen, score in enumerate(shifted):
        top = min(seen + 1, pool.chosen)
        grown = table[:top, : reach + 1 - score].copy()
        table[1 : top + 1, score:] += grown
        # Counts beyond 1e300 would overflow; shares do not change when all are scaled.
        if (largest := table.max()) > 1e250:
            table /= largest
    counts = table[pool.chosen]
    return least * pool.chosen, counts / counts.sum()
