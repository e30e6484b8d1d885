"""Cohen's kappa of two classifications, plain or weighted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.survival.kaplan_meier import normal_quantile
from neoher.errors import InputError

__all__ = ["Kappa", "KappaWeights", "cohens_kappa"]


class KappaWeights(StrEnum):
    """How much a disagreement counts by its distance."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance; the interval is cut at 1."""

    n: int
    value: float
    std_error: float
    low: float
    high: float
    observed: float
    """Share of exact agreement."""
    weights: KappaWeights


def cohens_kappa(
    table: NDArray[np.int64], weights: KappaWeights = KappaWeights.NONE, level: float = 0.95
) -> Kappa:
    """Kappa of a square table of counts, classes in order, shape (classes, classes).

    Raises: InputError where both classify all into one class: chance alone explains that.
    Source: Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323 (unverified), as statsmodels computes it.
    """
    from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa  # type: ignore[import-untyped]

    n = int(table.sum())
    if n == 0 or (table.sum(axis=0).max() == n and table.sum(axis=1).max() == n):
        raise InputError("kappa needs two classes in use.", "classes")
    kind = {KappaWeights.NONE: None, KappaWeights.LINEAR: "linear", KappaWeights.QUADRATIC: "quadratic"}
    result = statsmodels_kappa(table, wt=kind[weights])
    value, error = float(result.kappa), math.sqrt(max(float(result.var_kappa), 0.0))
    reach = normal_quantile(level) * error
    observed = float(np.trace(table)) / n
    return Kappa(n, value, error, value - reach, min(value + reach, 1.0), observed, weights)
