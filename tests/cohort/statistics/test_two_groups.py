"""Proportions and two by two tables, held against R and against counts printed in publications."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.statistics import two_by_two
from neoher.cohort.statistics.proportions import exact_interval, wilson_interval
from neoher.cohort.statistics.two_by_two import TwoByTwo

REAL = [
    (30, 36, 26, 118),
    (19, 14, 18, 33),
    (13, 55, 6, 43),
    (49, 58, 31, 76),
    (42, 65, 23, 84),
    (26, 18, 8, 23),
]
"""I-SPY 1 HER2+ against HER2-, the same in HR-, Ma 2025 dual against single, NeoSphere breast and total pCR,
I-SPY 2 THP against TH."""
SMALL = [(1, 1, 1, 1), (0, 3, 2, 5), (3, 0, 1, 4), (2, 2, 0, 7), (7, 1, 3, 0), (0, 5, 4, 0), (1, 30, 0, 29)]
RANDOM = [tuple(map(int, row)) for row in np.random.default_rng(7).integers(1, 60, (40, 4))]
TABLES = REAL + SMALL + RANDOM
counts = st.integers(0, 40)

R_TABLES = """
exact_or <- function(t, level) {
  m <- t[1] + t[2]; n <- t[3] + t[4]; k <- t[1] + t[3]; x <- t[1]
  lo <- max(0, k - n); hi <- min(k, m); s <- lo:hi
  lw <- dhyper(s, m, n, k, log = TRUE)
  d <- function(l) { w <- exp(lw + s * l - max(lw + s * l)); w / sum(w) }
  solve <- function(f) exp(uniroot(f, c(-60, 60), tol = 1e-15, maxiter = 10000)$root)
  a <- (1 - level) / 2
  list(value = if (x == lo) 0 else if (x == hi) NA else solve(function(l) sum(s * d(l)) - x),
       low = if (x == lo) 0 else solve(function(l) sum(d(l)[s >= x]) - a),
       high = if (x == hi) NA else solve(function(l) sum(d(l)[s <= x]) - a))
}
one <- function(t) {
  x <- matrix(t, 2, byrow = TRUE)
  z <- qnorm(.975)
  p <- t[1] / (t[1] + t[2]); q <- t[3] / (t[3] + t[4])
  w1 <- prop.test(t[1], t[1] + t[2], correct = FALSE)$conf.int
  w2 <- prop.test(t[3], t[3] + t[4], correct = FALSE)$conf.int
  b <- binom.test(t[1], t[1] + t[2])$conf.int
  g <- 2 * sum(ifelse(x > 0, x * log(x / (outer(rowSums(x), colSums(x)) / sum(x))), 0))
  s <- max(0, t[1] + t[3] - t[3] - t[4]):min(t[1] + t[3], t[1] + t[2])
  d <- dhyper(s, t[1] + t[2], t[3] + t[4], t[1] + t[3]); own <- d[s == t[1]]
  list(
    wilson = w1, exact = b,
    newcombe = c(p - q - sqrt((p - w1[1])^2 + (w2[2] - q)^2), p - q + sqrt((w1[2] - p)^2 + (q - w2[1])^2)),
    wald = c(p - q - z * sqrt(p * (1 - p) / (t[1] + t[2]) + q * (1 - q) / (t[3] + t[4])),
             p - q + z * sqrt(p * (1 - p) / (t[1] + t[2]) + q * (1 - q) / (t[3] + t[4]))),
    pearson = unname(unlist(suppressWarnings(chisq.test(x, correct = FALSE))[c("statistic", "p.value")])),
    yates = unname(unlist(suppressWarnings(chisq.test(x))[c("statistic", "p.value")])),
    g = c(g, pchisq(g, 1, lower.tail = FALSE)),
    fisher = fisher.test(x)$p.value, midp = fisher.test(x)$p.value - own / 2,
    midp_doubled = epitools::ormidp.test(t[1], t[2], t[3], t[4])$two.sided,
    rr = if (all(t[c(1, 3)] > 0)) epitools::riskratio.wald(matrix(c(t[4], t[3], t[2], t[1]), 2,
      byrow = TRUE))$measure[2, ] else NULL,
    or = if (all(t > 0)) epitools::oddsratio.wald(matrix(c(t[4], t[3], t[2], t[1]), 2,
      byrow = TRUE))$measure[2, ] else NULL,
    conditional = exact_or(t, .95), conditional_rough = unname(fisher.test(x)$estimate)
  )
}
lapply(seq_len(nrow(input$tables)), function(i) one(input$tables[i, ]))
"""


@pytest.fixture(scope="module")
def from_r(r: ModuleType) -> dict[tuple[int, ...], dict[str, Any]]:
    answers = r.run(R_TABLES, tables=[list(table) for table in TABLES])
    return dict(zip(TABLES, answers, strict=True))


@pytest.mark.parametrize("table", TABLES)
def test_two_proportions_are_those_of_r(
    r: ModuleType, from_r: dict[tuple[int, ...], dict[str, Any]], table: tuple[int, ...]
) -> None:
    theirs, ours = from_r[table], TwoByTwo(*table)
    n1 = table[0] + table[1]
    wilson, exact = wilson_interval(table[0], n1), exact_interval(table[0], n1)
    newcombe = two_by_two.risk_difference_newcombe(ours)
    wald = two_by_two.risk_difference_wald(ours)
    pairs = {
        "Wilson": ([wilson.low, wilson.high], theirs["wilson"]),
        "Clopper-Pearson": ([exact.low, exact.high], theirs["exact"]),
        "Newcombe": ([newcombe.low, newcombe.high], theirs["newcombe"]),
        "Wald": ([wald.low, wald.high], theirs["wald"]),
    }
    pearson, yates = two_by_two.pearson(ours), two_by_two.pearson(ours, corrected=True)
    g = two_by_two.likelihood_ratio(ours)
    pairs |= {
        "Pearson": ([pearson.statistic, pearson.p], theirs["pearson"]),
        "Yates": ([yates.statistic, yates.p], theirs["yates"]),
        "likelihood ratio": ([g.statistic, g.p], theirs["g"]),
        "Fisher": ([two_by_two.fisher(ours).p], [theirs["fisher"]]),
        "mid-p": ([two_by_two.mid_p(ours).p], [theirs["midp"]]),
        "mid-p doubled": ([two_by_two.mid_p(ours, two_sided="doubled").p], [theirs["midp_doubled"]]),
    }
    conditional = two_by_two.conditional_odds_ratio(ours)
    exact_or = theirs["conditional"]
    pairs["conditional odds ratio"] = (
        [conditional.value, conditional.low, conditional.high],
        [exact_or["value"], exact_or["low"], exact_or["high"]],
    )
    if theirs["rr"] is not None:
        found = two_by_two.risk_ratio(ours)
        pairs["risk ratio"] = ([found.value, found.low, found.high], theirs["rr"])
    if theirs["or"] is not None:
        found = two_by_two.odds_ratio(ours)
        pairs["odds ratio"] = ([found.value, found.low, found.high], theirs["or"])
    for name, (mine, his) in pairs.items():
        assert all(r.same(a, b) for a, b in zip(mine, his, strict=True)), (name, mine, his)
    if isinstance(theirs["conditional_rough"], float) and conditional.value:
        # fisher.test solves its own estimate roughly.
        assert r.same(conditional.value, theirs["conditional_rough"], relative=5e-3)


def test_the_tests_of_ma_2025_are_those_of_its_counts() -> None:
    """Dual 13/68, single 6/49: none of the usual tests gives the printed p = 0.287 (knowledge file 00)."""
    table = TwoByTwo(13, 55, 6, 43)
    found = {
        "Pearson": two_by_two.pearson(table).p,
        "Yates": two_by_two.pearson(table, corrected=True).p,
        "Fisher": two_by_two.fisher(table).p,
        "mid-p": two_by_two.mid_p(table).p,
        "likelihood ratio": two_by_two.likelihood_ratio(table).p,
    }
    printed = {"Pearson": 0.320, "Yates": 0.459, "Fisher": 0.447, "mid-p": 0.384, "likelihood ratio": 0.314}
    assert {name: round(p or 0, 3) for name, p in found.items()} == printed


def test_the_tests_of_neosphere_are_those_of_its_counts() -> None:
    """Breast pCR 49/107 v 31/107, total pCR 42/107 v 23/107 (knowledge file 00)."""
    breast, total = TwoByTwo(49, 58, 31, 76), TwoByTwo(42, 65, 23, 84)
    assert round(two_by_two.pearson(breast).p or 0, 3) == 0.011
    assert round(two_by_two.pearson(breast, corrected=True).p or 0, 3) == 0.016
    assert round(two_by_two.pearson(total).p or 0, 4) == 0.0047
    assert round(two_by_two.pearson(total, corrected=True).p or 0, 4) == 0.0075


@given(counts, counts, counts, counts)
def test_swapping_the_groups_changes_no_test_and_turns_every_effect(a: int, b: int, c: int, d: int) -> None:
    one, other = TwoByTwo(a, b, c, d), TwoByTwo(c, d, a, b)
    for test in (two_by_two.pearson, two_by_two.fisher, two_by_two.mid_p, two_by_two.likelihood_ratio):
        first, second = test(one).p, test(other).p
        assert (first is None) == (second is None)
        assert first is None or first == pytest.approx(second, rel=1e-9, abs=1e-12)
    forth, back = two_by_two.risk_difference_newcombe(one), two_by_two.risk_difference_newcombe(other)
    if forth.value is not None and back.value is not None:
        assert forth.value == pytest.approx(-back.value)
        assert forth.low == pytest.approx(-(back.high or 0), abs=1e-12)


@given(counts, counts, counts, counts)
def test_p_values_are_chances_and_yates_is_never_smaller(a: int, b: int, c: int, d: int) -> None:
    table = TwoByTwo(a, b, c, d)
    plain, corrected = two_by_two.pearson(table).p, two_by_two.pearson(table, corrected=True).p
    exact, mid = two_by_two.fisher(table).p, two_by_two.mid_p(table).p
    if plain is None:
        assert corrected is exact is mid is None
        return
    assert corrected is not None
    assert exact is not None
    assert mid is not None
    assert 0 <= plain <= corrected <= 1 + 1e-12
    assert 0 < mid < exact <= 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_rate_and_lies_between_0_and_1(events: int, others: int) -> None:
    n = events + others
    for interval in (wilson_interval(events, n), exact_interval(events, n)):
        if n == 0:
            assert interval.value is interval.low is interval.high is None
            continue
        assert interval.low is not None
        assert interval.high is not None
        assert 0 <= interval.low <= events / n <= interval.high <= 1


def test_nobody_in_a_group_gives_nothing_rather_than_zero() -> None:
    empty = TwoByTwo(0, 0, 3, 4)
    assert two_by_two.risk_difference_newcombe(empty).value is None
    assert two_by_two.risk_ratio(empty).value is None
    assert two_by_two.odds_ratio(empty).value is None
    assert two_by_two.conditional_odds_ratio(empty).value is None
    assert two_by_two.pearson(empty).p is None
    assert two_by_two.fisher(empty).p is None
