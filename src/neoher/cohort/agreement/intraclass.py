"""Intraclass correlation in its six named forms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["Intraclass", "IntraclassForm", "intraclass"]


class IntraclassForm(StrEnum):
    """Model and unit, as Shrout and Fleiss name them."""

    ONE_WAY = "ICC(1,1)"
    AGREEMENT = "ICC(2,1)"
    CONSISTENCY = "ICC(3,1)"
    ONE_WAY_MEAN = "ICC(1,k)"
    AGREEMENT_MEAN = "ICC(2,k)"
    CONSISTENCY_MEAN = "ICC(3,k)"


@dataclass(frozen=True, slots=True)
class Intraclass:
    """One form with its interval and the F test of no correlation."""

    form: IntraclassForm
    value: float
    low: float
    high: float
    f: float
    df_between: int
    df_error: int
    p: float


def intraclass(ratings: NDArray[np.float64], level: float = 0.95) -> dict[IntraclassForm, Intraclass]:
    """All six forms of a complete table of n subjects rated by k methods, shape (n, k).

    (1,.): raters differ from subject to subject. (2,.): methods are a sample; absolute agreement, a bias
    between them counts. (3,.): these methods alone; consistency, a bias does not count. (.,1): one rating;
    (.,k): the mean of k.
    Raises: InputError for fewer than 2 subjects or methods, an incomplete table, or no variation within
    subjects.
    Source: Shrout and Fleiss, Psychol Bull 1979;86:420; intervals of (2,.) as McGraw and Wong, Psychol
    Methods 1996;1:30 (unverified).
    """
    from scipy.stats import f as f_distribution

    if ratings.ndim != 2 or min(ratings.shape) < 2 or not np.isfinite(ratings).all():
        raise InputError("needs two subjects or more, each rated by the same two methods or more.", "ratings")
    n, k = ratings.shape
    grand = ratings.mean()
    between = k * float(((ratings.mean(axis=1) - grand) ** 2).sum()) / (n - 1)
    columns = n * float(((ratings.mean(axis=0) - grand) ** 2).sum()) / (k - 1)
    total = float(((ratings - grand) ** 2).sum())
    within = (total - between * (n - 1)) / (n * (k - 1))
    error = (total - between * (n - 1) - columns * (k - 1)) / ((n - 1) * (k - 1))
    if error <= 1e-12 * max(total, 1e-300) or within <= 1e-12 * max(total, 1e-300):
        raise InputError("the methods differ by nothing but a constant, so no interval exists.", "ratings")
    tail = (1 + level) / 2
    one_way, two_way = between / within, between / error
    df, df_within, df_error = n - 1, n * (k - 1), (n - 1) * (k - 1)

    def limits(ratio: float, df_other: int) -> tuple[float, float]:
        return (
            ratio / float(f_distribution.ppf(tail, df, df_other)),
            ratio * float(f_distribution.ppf(tail, df_other, df)),
        )

    found: dict[IntraclassForm, Intraclass] = {}

    def add(form: IntraclassForm, bounds: tuple[float, float, float], ratio: float, df_other: int) -> None:
        p = float(f_distribution.sf(ratio, df, df_other))
        found[form] = Intraclass(form, *bounds, ratio, df, df_other, p)

    one, two = limits(one_way, df_within), limits(two_way, df_error)
    single = tuple((ratio - 1) / (ratio + k - 1) for ratio in (one_way, *one))
    add(IntraclassForm.ONE_WAY, (single[0], single[1], single[2]), one_way, df_within)
    agreement = (between - error) / (between + (k - 1) * error + k * (columns - error) / n)
    low, high = _agreement_limits(between, columns, error, agreement, (n, k), tail)
    add(IntraclassForm.AGREEMENT, (agreement, low, high), two_way, df_error)
    single = tuple((ratio - 1) / (ratio + k - 1) for ratio in (two_way, *two))
    add(IntraclassForm.CONSISTENCY, (single[0], single[1], single[2]), two_way, df_error)
    add(IntraclassForm.ONE_WAY_MEAN, (1 - 1 / one_way, 1 - 1 / one[0], 1 - 1 / one[1]), one_way, df_within)
    mean = (between - error) / (between + (columns - error) / n)
    bounds = (mean, low * k / (1 + low * (k - 1)), high * k / (1 + high * (k - 1)))
    add(IntraclassForm.AGREEMENT_MEAN, bounds, two_way, df_error)
    add(IntraclassForm.CONSISTENCY_MEAN, (1 - 1 / two_way, 1 - 1 / two[0], 1 - 1 / two[1]), two_way, df_error)
    return found


def _agreement_limits(
    between: float, columns: float, error: float, value: float, shape: tuple[int, int], tail: float
) -> tuple[float, float]:
    """Limits of ICC(2,1), with Satterthwaite's degrees of freedom."""
    from scipy.stats import f as f_distribution

    n, k = shape
    ratio = columns / error
    spread = k * value * ratio + n * (1 + (k - 1) * value) - k * value
    df = (k - 1) * (n - 1) * spread**2
    df /= (n - 1) * k**2 * value**2 * ratio**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    upper, lower = float(f_distribution.ppf(tail, n - 1, df)), float(f_distribution.ppf(tail, df, n - 1))
    rest = k * columns + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return low, high
