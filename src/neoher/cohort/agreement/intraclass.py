"""Intraclass correlation in its six named forms."""

from __future__ import annotations

import math
from collections.abc import Callable
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
    value: float | None
    """None where its variances leave nothing to divide by, as for a mean of ratings that cancel out."""
    low: float | None
    high: float | None
    f: float
    """Infinite where the methods differ by nothing but a constant."""
    df_between: int
    df_error: int
    p: float


def intraclass(ratings: NDArray[np.float64], level: float = 0.95) -> dict[IntraclassForm, Intraclass]:
    """All six forms of a complete table of n subjects rated by k methods, shape (n, k).

    (1,.): raters differ from subject to subject. (2,.): methods are a sample; absolute agreement, a bias
    between them counts. (3,.): these methods alone; consistency, a bias does not count. (.,1): one rating;
    (.,k): the mean of k.
    Where the methods differ by nothing but a constant, forms of consistency are 1.
    Raises: InputError for fewer than 2 subjects or methods, an incomplete table, or subjects all alike.
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
    # What is left by rounding alone is nothing.
    between, within, error = (0.0 if each <= 1e-12 * total else each for each in (between, within, error))
    if not between and not error:
        raise InputError("no subject differs from another, so nothing can correlate.", "ratings")
    one_way, two_way = (between / each if each else math.inf for each in (within, error))
    tail = (1 + level) / 2
    found: dict[IntraclassForm, Intraclass] = {}
    df, df_within, df_error = n - 1, n * (k - 1), (n - 1) * (k - 1)

    def single(ratio: float) -> float | None:
        return 1.0 if ratio == math.inf else (ratio - 1) / (ratio + k - 1)

    def mean(ratio: float) -> float | None:
        return 1 - 1 / ratio if ratio else None

    def add(form: IntraclassForm, ratio: float, df_other: int, made: Callable[[float], float | None]) -> None:
        low = ratio / float(f_distribution.ppf(tail, df, df_other))
        high = ratio * float(f_distribution.ppf(tail, df_other, df))
        p = float(f_distribution.sf(ratio, df, df_other))
        found[form] = Intraclass(form, made(ratio), made(low), made(high), ratio, df, df_other, p)

    add(IntraclassForm.ONE_WAY, one_way, df_within, single)
    agreement = _share(between - error, between + (k - 1) * error + k * (columns - error) / n)
    low, high = _agreement_limits(between, columns, error, agreement, (n, k), tail)
    p = float(f_distribution.sf(two_way, df, df_error))

    def add_agreement(form: IntraclassForm, bounds: tuple[float | None, float | None, float | None]) -> None:
        found[form] = Intraclass(form, *bounds, two_way, df, df_error, p)

    add_agreement(IntraclassForm.AGREEMENT, (agreement, low, high))
    add(IntraclassForm.CONSISTENCY, two_way, df_error, single)
    add(IntraclassForm.ONE_WAY_MEAN, one_way, df_within, mean)
    of_means = _share(between - error, between + (columns - error) / n)
    bounds = (_of_means(low, k), _of_means(high, k)) if of_means is not None else (None, None)
    add_agreement(IntraclassForm.AGREEMENT_MEAN, (of_means, *bounds))
    add(IntraclassForm.CONSISTENCY_MEAN, two_way, df_error, mean)
    return found


def _of_means(single: float | None, k: int) -> float | None:
    """The correlation of means of k from that of single ratings (Spearman and Brown)."""
    return None if single is None else single * k / (1 + single * (k - 1))


def _share(above: float, below: float) -> float | None:
    """A share of variance; None where estimated variances below it come to nothing."""
    return above / below if below > 0 else None


def _agreement_limits(
    between: float, columns: float, error: float, value: float | None, shape: tuple[int, int], tail: float
) -> tuple[float | None, float | None]:
    """Limits of ICC(2,1), with Satterthwaite's degrees of freedom."""
    from scipy.stats import f as f_distribution

    n, k = shape
    if value is None or between == 0:
        return None, None
    if error == 0 and columns <= 1e-12 * between:
        return 1.0, 1.0
    # Without error the ratio grows beyond bounds, and so do its terms alone.
    ratio = columns / error if error else 1e100
    spread = k * value * ratio + n * (1 + (k - 1) * value) - k * value
    df = (k - 1) * (n - 1) * spread**2
    df /= (n - 1) * k**2 * value**2 * ratio**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    upper, lower = float(f_distribution.ppf(tail, n - 1, df)), float(f_distribution.ppf(tail, df, n - 1))
    rest = k * columns + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return low, high
