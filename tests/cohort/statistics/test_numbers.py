"""Ranks, means, correlations, quartiles and standardised differences, held against R."""

from __future__ import annotations

from itertools import combinations
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.statistics import correlation, ranks, summaries

RNG = np.random.default_rng(11)
TIED = (np.array([3.0, 3, 5, 7, 7, 9]), np.array([1.0, 3, 4, 7, 8, 8, 12, 2, 3]))
SAMPLES = [
    TIED,
    (np.array([6.4, 5.8, 6.9, 7.1, 6.2, 6.5]), np.round(RNG.normal(12.7, 4, 16), 1)),
    (RNG.normal(0, 1, 12), RNG.normal(0.5, 1, 9)),
    (np.round(RNG.exponential(30, 60)), np.round(RNG.exponential(40, 140))),
    (np.array([1.0, 2.0]), np.array([3.0, 4.0])),
]

R_TWO = """
f <- function(x, y) {
  g <- factor(c(rep("a", length(x)), rep("b", length(y)))); v <- c(x, y)
  a <- suppressWarnings(wilcox.test(x, y, exact = FALSE))
  n <- suppressWarnings(wilcox.test(x, y, exact = FALSE, correct = FALSE))
  e <- if (length(v) < 60) as.numeric(coin::pvalue(coin::wilcox_test(v ~ g,
    distribution = "exact"))) else NULL
  k <- kruskal.test(list(x, y))
  t <- if (min(length(x), length(y)) > 1) t.test(x, y) else NULL
  q <- function(type) unname(quantile(x, c(.25, .5, .75), type = type))
  list(w = unname(a$statistic), p = a$p.value, plain = n$p.value, exact = e, k = unname(c(k$statistic,
    k$p.value)),
       t = if (is.null(t)) NULL else unname(c(t$statistic, t$parameter, t$p.value)),
       f = unname(unlist(oneway.test(v ~ g, var.equal = TRUE)[c("statistic", "p.value")])),
       q2 = q(2), q6 = q(6), q7 = q(7), mean = mean(x), sd = sd(x),
       d = (mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2), hl = median(outer(x, y, "-")))
}
lapply(seq_along(input$x), function(i) f(input$x[[i]], input$y[[i]]))
"""


@pytest.fixture(scope="module")
def two_samples(r: ModuleType) -> list[dict[str, object]]:
    answers: list[dict[str, object]] = r.run(
        R_TWO,
        x=[list(x) for x, _ in SAMPLES],
        y=[list(y) for _, y in SAMPLES],
    )
    return answers


@pytest.mark.parametrize("place", range(len(SAMPLES)))
def test_two_samples_are_compared_as_in_r(
    r: ModuleType, two_samples: list[dict[str, object]], place: int
) -> None:
    (x, y), theirs = SAMPLES[place], two_samples[place]
    test, plain = ranks.mann_whitney(x, y), ranks.mann_whitney(x, y, corrected=False)
    exact, kruskal = ranks.exact_mann_whitney(x, y), ranks.kruskal_wallis([x, y])
    welch, anova = summaries.welch(x, y), summaries.anova([x, y])
    pairs = {
        "W": ([test.statistic], [theirs["w"]]),
        "corrected": ([test.p], [theirs["p"]]),
        "uncorrected": ([plain.p], [theirs["plain"]]),
        "Kruskal-Wallis": ([kruskal.statistic, kruskal.p], theirs["k"]),
        "analysis of variance": ([anova.statistic, anova.p], theirs["f"]),
        "Hodges-Lehmann": ([ranks.hodges_lehmann(x, y).value], [theirs["hl"]]),
        "mean": ([summaries.summarise(x).mean], [theirs["mean"]]),
        "sd": ([summaries.summarise(x).sd], [theirs["sd"]]),
    }
    if theirs["exact"] is not None:
        pairs["exact"] = ([exact.p], [theirs["exact"]])
    if theirs["t"] is not None:
        pairs["Welch"] = ([welch.statistic, welch.df, welch.p], theirs["t"])
        pairs["standardised difference"] = ([summaries.standardised_difference(x, y)], [theirs["d"]])
    for kind in (2, 6, 7):
        found = summaries.summarise(x, kind)
        pairs[f"quartiles of type {kind}"] = ([found.q1, found.median, found.q3], theirs[f"q{kind}"])
    for name, (mine, his) in pairs.items():
        assert all(r.same(a, b) for a, b in zip(mine, his, strict=True)), (name, mine, his)  # type: ignore[call-overload]


def test_several_samples_are_compared_as_in_r(r: ModuleType) -> None:
    groups = [np.round(RNG.exponential(20, n)) for n in (14, 9, 30, 5)]
    theirs = r.run(
        """
k <- kruskal.test(input$g); v <- unlist(input$g); f <- factor(rep(seq_along(input$g), lengths(input$g)))
unname(c(k$statistic, k$parameter, k$p.value, unlist(oneway.test(v ~ f, var.equal = TRUE)[c("statistic",
  "p.value")])))
""",
        g=[list(group) for group in groups],
    )
    kruskal, anova = ranks.kruskal_wallis(groups), summaries.anova(groups)
    ours = (kruskal.statistic, kruskal.df, kruskal.p, anova.statistic, anova.p)
    assert all(r.same(a, b) for a, b in zip(ours, theirs, strict=True)), (ours, theirs)


@pytest.mark.parametrize("digits", [0, 6])
def test_correlations_are_those_of_r(r: ModuleType, digits: int) -> None:
    x = np.round(RNG.normal(0, 2, 45), digits)
    y = np.round(0.4 * x + RNG.normal(0, 2, 45), digits)
    theirs = r.run(
        """
x <- input$x; y <- input$y
p <- cor.test(x, y); s <- cor.test(rank(x), rank(y)); k <- suppressWarnings(cor.test(x, y,
  method = "kendall", exact = FALSE))
unname(c(p$estimate, p$p.value, p$conf.int, suppressWarnings(cor.test(x, y, method = "spearman",
  exact = FALSE)$estimate), s$p.value, k$estimate, k$p.value))
""",
        x=x,
        y=y,
    )
    pearson, spearman = correlation.pearson_correlation(x, y), correlation.spearman(x, y)
    kendall = correlation.kendall(x, y)
    assert pearson.statistic is not None
    interval = correlation.pearson_interval(pearson.statistic, len(x))
    ours = (
        pearson.statistic,
        pearson.p,
        interval.low,
        interval.high,
        spearman.statistic,
        spearman.p,
        kendall.statistic,
        kendall.p,
    )
    assert all(r.same(a, b) for a, b in zip(ours, theirs, strict=True)), (ours, theirs)


def test_the_standardised_difference_of_shares_is_the_mahalanobis_distance(r: ModuleType) -> None:
    for first, second in (([30, 36], [26, 118]), ([29, 9, 19, 5], [25, 9, 66, 34]), ([4, 0, 6], [1, 3, 9])):
        theirs = r.run(
            """
p <- (input$a / sum(input$a))[-1]; q <- (input$b / sum(input$b))[-1]
s <- function(p) { m <- -outer(p, p); diag(m) <- p * (1 - p); m }
k <- (s(p) + s(q)) / 2
sqrt(drop(t(p - q) %*% solve(k) %*% (p - q)))
""",
            a=first,
            b=second,
        )
        assert r.same(summaries.standardised_difference_of_shares(first, second), theirs)


small = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=5)


@given(small, small)
def test_the_exact_rank_test_counts_every_split(first: list[float], second: list[float]) -> None:
    """Held against every split of the pooled ranks, listed one by one."""
    from scipy.stats import rankdata

    pooled = rankdata([*first, *second])
    size = len(first)
    mean = size * (len(pooled) + 1) / 2
    own = abs(pooled[:size].sum() - mean)
    splits = [abs(sum(split) - mean) >= own - 1e-9 for split in combinations(pooled, size)]
    found = ranks.exact_mann_whitney(np.array(first), np.array(second))
    assert found.p == pytest.approx(sum(splits) / len(splits), rel=1e-12)


def test_empty_samples_give_nothing() -> None:
    empty, some = np.array([]), np.array([1.0, 2.0])
    assert ranks.mann_whitney(empty, some).p is None
    assert ranks.exact_mann_whitney(some, empty).p is None
    assert ranks.kruskal_wallis([some, empty]).p is None
    assert summaries.summarise(empty).median is None
    assert summaries.standardised_difference(empty, some) is None
    assert correlation.pearson_correlation(some, some).p is None
