"""Bland-Altman, Lin's concordance, intraclass correlation and kappa against R and the definitions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.agreement.analysis import AgreementQuestion, analyse_agreement
from neoher.cohort.agreement.bland_altman import Bounds, bland_altman
from neoher.cohort.agreement.classes import shared_levels
from neoher.cohort.agreement.concordance import lins_concordance
from neoher.cohort.agreement.intraclass import IntraclassForm, intraclass
from neoher.cohort.agreement.kappa import KappaWeights, cohens_kappa
from neoher.cohort.agreement.sizes import SizeGroup, verdicts
from neoher.cohort.table.building import as_cohort
from neoher.errors import InputError

IN_R = """
suppressPackageStartupMessages(library(psych))
lapply(input$cohorts, function(input) {
x <- input$measured; y <- input$reference; d <- x - y; n <- length(d); s <- sd(d); z <- qnorm(0.975)
q <- qt(c(0.025, 0.975), n - 1)
k <- qt(c(0.025, 0.975), n - 1, ncp = z * sqrt(n)) / sqrt(n)
line <- summary(lm(d ~ I((x + y) / 2)))$coefficients
icc <- ICC(cbind(x, y), lmer = FALSE)$results
m <- (n - 1) / n
ccc <- 2 * m * cov(x, y) / (m * var(x) + m * var(y) + (mean(x) - mean(y))^2)
rho <- cor(x, y); u <- (mean(x) - mean(y)) / sqrt(m * sd(x) * sd(y))
v <- sqrt(((1 - rho^2) * ccc^2 / ((1 - ccc^2) * rho^2)
           + 2 * ccc^3 * (1 - ccc) * u^2 / (rho * (1 - ccc^2)^2)
           - ccc^4 * u^4 / (2 * rho^2 * (1 - ccc^2)^2)) / (n - 2))
reach <- q * s * sqrt(1 / n + z^2 / (2 * (n - 1)))
list(bias = c(mean(d), mean(d) + q * s / sqrt(n)),
     upper_exact = c(mean(d) + z * s, mean(d) + k * s),
     lower_exact = c(mean(d) - z * s, mean(d) - rev(k) * s),
     upper_approximate = c(mean(d) + z * s, mean(d) + z * s + reach),
     slope = line[2, c(1, 3, 4)], icc = icc$ICC, icc_low = icc[["lower bound"]],
     icc_high = icc[["upper bound"]], icc_p = icc$p, f = icc$F,
     ccc = c(ccc, tanh(atanh(ccc) + c(-1, 1) * z * v), rho))
})
"""


def sizes(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    reference = np.round(rng.gamma(3, 8, 12 + 20 * seed))
    return {
        "measured": np.maximum(np.round(1.1 * reference + rng.normal(2, 6, reference.size)), 0),
        "reference": reference,
    }


def test_agreement_of_sizes_is_that_of_r(r: ModuleType) -> None:
    every = {str(seed): sizes(seed) for seed in range(4)}
    asked = {seed: {key: each.tolist() for key, each in data.items()} for seed, data in every.items()}
    for seed, expected in r.run(IN_R, cohorts=asked).items():
        check_sizes(r, every[seed], expected)


def check_sizes(r: ModuleType, data: dict[str, Any], theirs: dict[str, Any]) -> None:
    limits = bland_altman(data["measured"], data["reference"])
    for name in ("bias", "upper_exact", "lower_exact", "upper_approximate"):
        ours: Bounds = getattr(limits, name)
        assert all(
            r.same(a, b) for a, b in zip((ours.value, ours.low, ours.high), theirs[name], strict=True)
        ), name
    slope = (limits.slope, limits.slope_t, limits.slope_p)
    assert all(r.same(a, b) for a, b in zip(slope, theirs["slope"], strict=True))
    forms = intraclass(np.stack([data["measured"], data["reference"]], axis=1))
    for place, form in enumerate(IntraclassForm):
        each = forms[form]
        assert r.same(each.value, theirs["icc"][place])
        assert r.same(each.low, theirs["icc_low"][place])
        assert r.same(each.high, theirs["icc_high"][place])
        assert r.same(each.f, theirs["f"][place])
        assert r.same(each.p, theirs["icc_p"][place])
    lin = lins_concordance(data["measured"], data["reference"])
    found = (lin.value, lin.low, lin.high, lin.correlation)
    assert all(r.same(a, b) for a, b in zip(found, theirs["ccc"], strict=True))


def test_three_methods_are_rated_as_by_r(r: ModuleType) -> None:
    rng = np.random.default_rng(9)
    true = rng.normal(30, 9, 40)
    ratings = np.stack([true + shift + rng.normal(0, 3, 40) for shift in (0, 1, 4)], axis=1)
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(psych))
        icc <- ICC(input$ratings, lmer = FALSE)$results
        list(value = icc$ICC, low = icc[["lower bound"]], high = icc[["upper bound"]])
        """,
        ratings=ratings,
    )
    for place, each in enumerate(intraclass(ratings).values()):
        for ours, key in ((each.value, "value"), (each.low, "low"), (each.high, "high")):
            assert r.same(ours, theirs[key][place])


def test_a_constant_between_the_methods_is_full_consistency_and_no_full_agreement(r: ModuleType) -> None:
    first = np.array([1.0, 4, 2, 8, 5])
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(psych))
        icc <- suppressWarnings(ICC(cbind(input$x, input$x + 7), lmer = FALSE)$results)
        list(value = icc$ICC, low = icc[["lower bound"]], high = icc[["upper bound"]])
        """,
        x=first,
    )
    found = intraclass(np.stack([first, first + 7], axis=1))
    for place, each in enumerate(found.values()):
        for ours, key in ((each.value, "value"), (each.low, "low"), (each.high, "high")):
            assert r.same(ours, theirs[key][place]), each.form
    alike = intraclass(np.stack([first, first], axis=1))
    assert {(each.value, each.low, each.high) for each in alike.values()} == {(1.0, 1.0, 1.0)}


def test_ratings_that_cancel_out_have_no_correlation_of_their_mean() -> None:
    """Sums of 9 in every subject: nothing varies between them, so ICC(1,1) and ICC(3,1) are -1."""
    first = np.array([1.0, 4, 2, 8, 5])
    found = intraclass(np.stack([first, 9 - first], axis=1))
    assert found[IntraclassForm.ONE_WAY].value == -1
    assert found[IntraclassForm.CONSISTENCY].value == -1
    means = (IntraclassForm.ONE_WAY_MEAN, IntraclassForm.AGREEMENT_MEAN, IntraclassForm.CONSISTENCY_MEAN)
    assert [found[form].value for form in means] == [None, None, None]


TABLES = {
    "ordered": [[20, 3, 1], [4, 15, 5], [0, 2, 9]],
    "two": [[45, 15], [25, 15]],
    "small": [[5, 0, 0], [1, 1, 0], [0, 2, 3]],
}


def test_kappa_is_that_of_r_and_its_error_that_of_the_definition(r: ModuleType) -> None:
    every = r.run(
        """
        suppressPackageStartupMessages(library(psych))
        lapply(input$tables, function(table) {
          n <- nrow(table); d <- abs(outer(1:n, 1:n, "-")) / (n - 1)
          plain <- cohen.kappa(table)
          list(none = plain$kappa, variance = plain$var.kappa, quadratic = plain$weighted.kappa,
               linear = cohen.kappa(table, w = 1 - d)$weighted.kappa)
        })
        """,
        tables=TABLES,
    )
    for name, theirs in every.items():
        counts = np.array(TABLES[name])
        for weights in KappaWeights:
            kappa = cohens_kappa(counts, weights)
            assert r.same(kappa.value, theirs[str(weights)])
            # psych's variance of weighted kappa is not Fleiss, Cohen and Everitt's: the definition decides.
            assert kappa.std_error**2 == pytest.approx(variance_by_delta(counts, weights), rel=1e-5)
        assert r.same(cohens_kappa(counts).std_error ** 2, theirs["variance"])


def variance_by_delta(counts: np.ndarray[Any, Any], weights: KappaWeights) -> float:
    """The multinomial delta method with numerical derivatives."""
    size, n = counts.shape[0], counts.sum()
    distance = np.abs(np.subtract.outer(range(size), range(size))) / (size - 1)
    power = {KappaWeights.LINEAR: distance, KappaWeights.QUADRATIC: distance**2}
    weight = 1 - power.get(weights, (distance > 0).astype(float))

    def kappa(share: np.ndarray[Any, Any]) -> float:
        share = share / share.sum()
        observed = (weight * share).sum()
        expected = (weight * np.outer(share.sum(axis=1), share.sum(axis=0))).sum()
        return float((observed - expected) / (1 - expected))

    share = counts / n
    gradient = np.zeros_like(share)
    for cell in np.ndindex(share.shape):
        step = np.zeros_like(share)
        step[cell] = 1e-6
        gradient[cell] = (kappa(share + step) - kappa(share - step)) / 2e-6
    return float(((share * gradient**2).sum() - (share * gradient).sum() ** 2) / n)


pairs = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=3, max_size=40)


@given(pairs)
def test_concordance_is_symmetric_and_never_exceeds_correlation(rows: list[tuple[int, int]]) -> None:
    first, second = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return
    one, other = lins_concordance(first, second), lins_concordance(second, first)
    assert one.value == pytest.approx(other.value)
    assert abs(one.value) <= abs(one.correlation) + 1e-12


@given(st.lists(st.integers(0, 90), min_size=3, max_size=30))
def test_perfect_agreement_has_no_bias_and_concordance_one(values: list[int]) -> None:
    size = np.array(values, dtype=float)
    limits = bland_altman(size, size)
    assert (limits.bias.value, limits.spread) == (0, 0)
    if np.ptp(size) > 0:
        assert lins_concordance(size, size).value == pytest.approx(1)


@given(pairs, st.integers(0, 20))
def test_every_pair_is_over_under_or_concordant(rows: list[tuple[int, int]], band: int) -> None:
    first, second = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    counts = verdicts(SizeGroup("mri", None, first, second, "mm", 0.95, band))
    assert counts.over + counts.under + counts.concordant == len(rows)
    other = verdicts(SizeGroup("mri", None, second, first, "mm", 0.95, band))
    assert (other.over, other.under, other.false_negative) == (
        counts.under,
        counts.over,
        counts.false_positive,
    )


def test_a_difference_of_exactly_the_band_is_concordant() -> None:
    measured, reference = np.array([17.1, 17.2, 6.9, 7.0]), np.array([12.1, 12.1, 12.0, 12.0])
    counts = verdicts(SizeGroup("mri", None, measured, reference, "mm", 0.95, 5))
    assert (counts.over, counts.under, counts.concordant) == (1, 1, 2)


def test_classes_that_one_method_never_gives_stand_in_their_order() -> None:
    """The first never says low: weighted kappa must still place low between 3+ and 0."""
    first = ["3+"] * 6 + ["0"] * 6
    second = ["3+"] * 4 + ["low"] * 4 + ["0"] * 4
    frame = pd.DataFrame({"core": first, "specimen": second})
    result = analyse_agreement(as_cohort(frame), AgreementQuestion(("core",), "specimen"))
    (found,) = [each for each in result.estimates if "linear" in each.name]
    assert found.method.endswith("classes in the order 3+, low, 0")
    # By hand: weights 1, 1/2, 0 by distance; observed 4 + 2 x 1/2 + 2 x 1/2 + 4 of 12; expected by margins.
    observed = (4 + 2 / 2 + 2 / 2 + 4) / 12
    expected = (6 * 4 + 6 * 4 / 2 + 6 * 4 / 2 + 6 * 4) / 144
    assert found.value == pytest.approx((observed - expected) / (1 - expected))


@pytest.mark.parametrize(
    ("one", "other", "orders", "levels"),
    [
        (["0", "1+"], ["1+", "3+"], (), ["0", "1+", "3+"]),
        (["positive", "0"], ["low", "0"], (), ["positive", "low", "0"]),
        (["big", "small"], ["small", "mid"], (("big", "mid", "small"),), ["big", "mid", "small"]),
        (["big", "small"], ["small", "mid", "big"], (), ["small", "mid", "big"]),
    ],
)
def test_levels_of_two_columns_come_into_one_order(
    one: list[str], other: list[str], orders: tuple[tuple[str, ...], ...], levels: list[str]
) -> None:
    columns = [pd.Series(pd.Categorical(each, each, ordered=True)) for each in (one, other)]
    assert shared_levels(columns[0], columns[1], orders) == levels


def test_means_that_do_not_vary_have_no_slope() -> None:
    first = np.array([1.0, 4, 2, 8])
    assert bland_altman(first, 9 - first).slope is None
    assert bland_altman(first, first - 2).slope == 0


def test_too_few_pairs_are_refused() -> None:
    two = np.array([1.0, 2.0])
    with pytest.raises(InputError, match="3 pairs"):
        bland_altman(two, two)
    with pytest.raises(InputError, match="3 pairs"):
        lins_concordance(two, two)
    with pytest.raises(InputError, match="single value"):
        lins_concordance(np.ones(4), np.arange(4.0))
    with pytest.raises(InputError, match="no subject differs"):
        intraclass(np.array([[1.0, 2], [1, 2], [1, 2]]))
    with pytest.raises(InputError, match="two classes"):
        cohens_kappa(np.array([[7, 0], [0, 0]]))
