"""Exact rank tests of two groups of lesions, one patient having several.

The distribution of a sum of integer scores over all ways to choose the members of one group is counted, not
sampled (Pagano and Tritchler, J Am Stat Assoc 1983;78:435; Streitberg and Roehmel 1986, unverified), ties and
all. SciPy's exact Mann-Whitney takes no ties and knows no patients.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["RankSum", "clustered_rank_sum", "exact_rank_sum"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LARGEST_TABLE = 20_000_000
"""Cells of the distribution counted at most; beyond, the normal approximation of the same distribution."""


@dataclass(frozen=True, slots=True)
class RankSum:
    """A two-sided rank test. `u`: Mann-Whitney's U of the first group, ties counting half."""

    u: float
    z: float
    """Standardised by the exact mean and variance under the null."""
    p: float
    exact: bool
    first: int
    second: int
    units: int
    """What was exchanged: lesions, or patients."""


def exact_rank_sum(first: FloatArray, second: FloatArray) -> RankSum:
    """Mann-Whitney's test of two independent samples, exact given the ties.

    Parameters: `first`, `second`: shapes (n,) and (m,), each entry independent.
    p is the share of arrangements whose rank sum lies at least as far from its expectation.
    Raises: InputError for an empty group.
    """
    values = np.concatenate((first, second))
    member = np.arange(values.size) < first.size
    return clustered_rank_sum(values, member, np.arange(values.size))


def clustered_rank_sum(values: FloatArray, member: BoolArray, patient: NDArray[np.int64]) -> RankSum:
    """The rank-sum test in which patients, not lesions, are exchanged.

    Parameters: `values`, `member` (of the first group) and `patient`: shape (n,), one entry a lesion. Null: a
    patient's class says nothing of the uptake of her lesions. Patients whose lesions are all of one class
    exchange their classes with one another, all lesions of a patient together; in a patient with both classes
    the lesions exchange theirs. Every such arrangement counts once. With one lesion a patient it is
    Mann-Whitney's test. The statistic is the sum over the first group's lesions of rank less mean rank.
    """
    from scipy.stats import norm, rankdata

    size, chosen = values.size, int(member.sum())
    if chosen in (0, size):
        raise InputError("one of the two groups has no lesion.", "groups")
    doubled = np.rint(2 * rankdata(values)).astype(np.int64) - (size + 1)
    observed = int(doubled[member].sum())
    u = (observed + chosen * (size + 1)) / 2 - chosen * (chosen + 1) / 2
    pools = _pools(doubled, member, patient)
    mean = sum(pool.mean for pool in pools)
    variance = sum(pool.variance for pool in pools)
    distance = abs(observed - mean)
    z = (observed - mean) / math.sqrt(variance) if variance > 0 else 0.0
    units = int(np.unique(patient).size)
    if sum(pool.cells for pool in pools) > LARGEST_TABLE:
        return RankSum(u, z, 2 * float(norm.sf(abs(z))), False, chosen, size - chosen, units)
    counts = _distribution(pools)
    total = sum(counts.values())
    # Scores are whole numbers, so the mean alone needs a tolerance.
    beyond = sum(count for score, count in counts.items() if abs(score - mean) >= distance - 1e-9)
    return RankSum(u, z, beyond / total, True, chosen, size - chosen, units)


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
    def cells(self) -> int:
        return len(self.scores) * self.chosen * sum(abs(score) for score in self.scores)


def _pools(doubled: NDArray[np.int64], member: BoolArray, patient: NDArray[np.int64]) -> list[_Pool]:
    whole: list[int] = []
    of_first = 0
    pools = []
    for each in np.unique(patient):
        mine = patient == each
        scores, labels = doubled[mine], member[mine]
        if labels.all() or not labels.any():
            whole.append(int(scores.sum()))
            of_first += int(labels.any())
        else:
            pools.append(_Pool(scores.tolist(), int(labels.sum())))
    if whole:
        pools.append(_Pool(whole, of_first))
    return pools


def _distribution(pools: Sequence[_Pool]) -> dict[int, int]:
    """How many arrangements give each sum, as exact integers."""
    total: dict[int, int] = {0: 1}
    for pool in pools:
        by_size: list[Counter[int]] = [Counter({0: 1})] + [Counter() for _ in range(pool.chosen)]
        for seen, score in enumerate(pool.scores):
            for size in range(min(seen + 1, pool.chosen), 0, -1):
                grown = by_size[size]
                for smaller, count in by_size[size - 1].items():
                    grown[smaller + score] += count
        joined: Counter[int] = Counter()
        for left, ways in total.items():
            for right, count in by_size[pool.chosen].items():
                joined[left + right] += ways * count
        total = dict(joined)
    return total
