"""Tables of several groups, strata and logistic models, held against R."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from neoher.cohort.statistics import exact_tables, stratified
from neoher.cohort.statistics.logistic import fit_logistic, likelihood_ratio_between
from neoher.cohort.statistics.two_by_two import TwoByTwo

LARGER = [
    [[30, 36], [26, 118], [5, 9]],
    [[29, 9, 19, 5], [25, 9, 66, 34]],
    [[3, 0, 1], [0, 2, 2], [1, 1, 4]],
    [[2, 1], [0, 3], [1, 1], [4, 0]],
    [[47, 16, 4, 0, 0], [116, 23, 5, 1, 2]],
    [[55, 33], [57, 99], [141, 219], [64, 317]],
]
"""I-SPY 1 and 2 among them: RCB class, race and subtype by HER2, pCR by subtype."""

STRATA = [
    [(19, 14, 18, 33), (11, 22, 8, 85)],
    [(3, 1, 2, 2), (0, 4, 1, 3), (5, 2, 2, 6)],
    [(13, 55, 6, 43), (40, 20, 30, 25), (7, 7, 3, 9), (1, 12, 2, 8)],
]


@pytest.mark.parametrize("rows", LARGER)
def test_several_groups_are_compared_as_in_r(r: ModuleType, rows: list[list[int]]) -> None:
    theirs = r.run(
        """
x <- input$x
e <- outer(rowSums(x), colSums(x)) / sum(x)
g <- 2 * sum(ifelse(x > 0, x * log(x / e), 0))
k <- suppressWarnings(chisq.test(x, correct = FALSE))
trend <- if (ncol(x) == 2) suppressWarnings(prop.trend.test(x[, 1], rowSums(x))) else NULL
list(pearson = unname(c(k$statistic, k$parameter, k$p.value)), g = c(g, pchisq(g, k$parameter,
  lower.tail = FALSE)), exact = fisher.test(x, workspace = 2e7)$p.value,
  trend = if (is.null(trend)) NULL else unname(c(trend$statistic, trend$p.value)))
""",
        x=rows,
    )
    counts = np.array(rows)
    pearson, g = exact_tables.pearson_of(counts), exact_tables.likelihood_ratio_of(counts)
    pairs = [
        (pearson.statistic, theirs["pearson"][0]),
        (pearson.df, theirs["pearson"][1]),
        (pearson.p, theirs["pearson"][2]),
        (g.statistic, theirs["g"][0]),
        (g.p, theirs["g"][1]),
    ]
    exact = exact_tables.exact_test(counts)
    if exact.p is not None:
        pairs.append((exact.p, theirs["exact"]))
    if theirs["trend"] is not None:
        found = exact_tables.trend(counts[:, 0], counts.sum(1))
        pairs += [(found.statistic, theirs["trend"][0]), (found.p, theirs["trend"][1])]
    assert all(r.same(ours, his) for ours, his in pairs), pairs


def test_the_exact_test_of_a_two_by_two_table_is_fishers(r: ModuleType) -> None:
    for table in ((3, 1, 1, 3), (13, 55, 6, 43), (0, 5, 4, 0)):
        theirs = r.run("\nfisher.test(matrix(input$x, 2))$p.value", x=list(table))
        assert r.same(exact_tables.exact_test(np.array(table).reshape(2, 2)).p, theirs)


def test_too_many_tables_give_no_exact_p_rather_than_a_guess() -> None:
    counts = np.full((5, 6), 40)
    assert exact_tables.exact_test(counts).p is None


@pytest.mark.parametrize("tables", STRATA)
def test_strata_are_pooled_as_in_r(r: ModuleType, tables: list[tuple[int, ...]]) -> None:
    theirs = r.run(
        """
x <- array(unlist(apply(input$x, 1, function(t) matrix(t, 2, byrow = TRUE), simplify = FALSE)), c(2, 2,
  nrow(input$x)))
with <- mantelhaen.test(x); without <- mantelhaen.test(x, correct = FALSE)
a <- x[1, 1, ]; b <- x[1, 2, ]; c <- x[2, 1, ]; d <- x[2, 2, ]; n1 <- a + b; n0 <- c + d; n <- n1 + n0
rr <- sum(a * n0 / n) / sum(c * n1 / n)
vr <- sum((n1 * n0 * (a + c) - a * c * n) / n^2) / (sum(a * n0 / n) * sum(c * n1 / n))
w <- n1 * n0 / n; rd <- sum(w * (a / n1 - c / n0)) / sum(w)
vd <- sum((a * b * n0^3 + c * d * n1^3) / (n1 * n0 * n^2)) / sum(w)^2
or <- unname(without$estimate)
ex <- sapply(seq_along(n), function(i) { s <- a[i] + c[i]
  uniroot(function(t) t * (n0[i] - s + t) - or * (n1[i] - t) * (s - t), c(max(0, s - n0[i]), min(n1[i],
  s)), tol = 1e-15)$root })
s <- a + c; v <- 1 / (1 / ex + 1 / (n1 - ex) + 1 / (s - ex) + 1 / (n0 - s + ex))
bd <- sum((a - ex)^2 / v); bdt <- bd - sum(a - ex)^2 / sum(v)
z <- qnorm(.975)
list(cc = unname(c(with$statistic, with$p.value)), plain = unname(c(without$statistic, without$p.value)),
  or = c(or, without$conf.int), rr = rr * exp(c(0, -1, 1) * z * sqrt(vr)), rd = rd + c(0, -1,
  1) * z * sqrt(vd), bd = c(bd, pchisq(bd, length(n) - 1, lower.tail = FALSE)), bdt = c(bdt, pchisq(bdt,
  length(n) - 1, lower.tail = FALSE)))
""",
        x=[list(table) for table in tables],
    )
    strata = [TwoByTwo(*table) for table in tables]
    corrected = stratified.cochran_mantel_haenszel(strata, corrected=True)
    plain = stratified.cochran_mantel_haenszel(strata, corrected=False)
    ratio, risk = stratified.common_odds_ratio(strata), stratified.common_risk_ratio(strata)
    difference = stratified.common_risk_difference(strata)
    day, tarone = (stratified.breslow_day(strata, tarone=each) for each in (False, True))
    pairs = [
        ([corrected.statistic, corrected.p], theirs["cc"]),
        ([plain.statistic, plain.p], theirs["plain"]),
        ([ratio.value, ratio.low, ratio.high], theirs["or"]),
        ([risk.value, risk.low, risk.high], theirs["rr"]),
        ([difference.value, difference.low, difference.high], theirs["rd"]),
        ([day.statistic, day.p], theirs["bd"]),
        ([tarone.statistic, tarone.p], theirs["bdt"]),
    ]
    for ours, his in pairs:
        assert all(r.same(a, b) for a, b in zip(ours, his, strict=True)), (ours, his)


def test_the_general_association_of_three_groups_in_strata_is_that_of_r(r: ModuleType) -> None:
    strata = [[[10, 5], [3, 9], [6, 6]], [[2, 8], [7, 1], [4, 4]], [[0, 3], [5, 5], [1, 9]]]
    theirs = r.run(
        """
x <- array(0, c(3, 2, 3)); for (k in 1:3) x[, , k] <- input$x[k, , ]
m <- mantelhaen.test(x)
unname(c(m$statistic, m$parameter, m$p.value))
""",
        x=strata,
    )
    found = stratified.generalised_cmh([np.array(each) for each in strata])
    assert all(r.same(a, b) for a, b in zip((found.statistic, found.df, found.p), theirs, strict=True))


def test_logistic_models_are_those_of_r(r: ModuleType) -> None:
    rng = np.random.default_rng(3)
    design = np.array([[1, g, s, a] for g in (0, 1) for s in (0, 1) for a in (0, 1)], dtype=float)
    totals = rng.integers(5, 60, len(design)).astype(float)
    events = np.floor(totals * rng.uniform(0.1, 0.8, len(design)))
    crossed = np.column_stack([design, design[:, 1] * design[:, 2]])
    theirs = r.run(
        """
d <- as.data.frame(input$d); names(d) <- c("one", "g", "s", "a"); y <- cbind(input$y, input$n - input$y)
k <- glm.control(epsilon = 1e-14, maxit = 100)
m <- glm(y ~ g + s + a, binomial, d, control = k); x <- glm(y ~ g * s + a, binomial, d, control = k)
l <- anova(m, x, test = "LRT")
list(coef = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))), lrt = c(l$Deviance[2], l[["Pr(>Chi)"]][2]))
""",
        d=design,
        y=events,
        n=totals,
    )
    main = fit_logistic(design, ["one", "g", "s", "a"], events, totals)
    with_both = fit_logistic(crossed, ["one", "g", "s", "a", "gs"], events, totals)
    assert main is not None
    assert all(r.same(a, b) for a, b in zip(main.coefficients, theirs["coef"], strict=True))
    assert all(r.same(a, b) for a, b in zip(np.sqrt(np.diag(main.covariance)), theirs["se"], strict=True))
    test = likelihood_ratio_between(main, with_both)
    assert r.same(test.statistic, theirs["lrt"][0])
    assert r.same(test.p, theirs["lrt"][1])


@pytest.mark.parametrize("events", [(4, 5), (5, 5), (6, 4), (5, 6)])
def test_the_continuity_correction_over_strata_is_that_of_r(r: ModuleType, events: tuple[int, int]) -> None:
    """Differences from the expected of 0, about a half and more: R corrects from a half on, and not below."""
    tables = [TwoByTwo(events[0], 10 - events[0], 5, 5), TwoByTwo(3, 6, events[1], 15 - events[1])]
    theirs = r.run(
        """
x <- array(c(input$a, input$b), c(2, 2, 2)); m <- mantelhaen.test(x); c(unname(m$statistic), m$p.value)
""",
        a=[events[0], 5, 10 - events[0], 5],
        b=[3, events[1], 6, 15 - events[1]],
    )
    found = stratified.cochran_mantel_haenszel(tables, corrected=True)
    assert r.same(found.statistic, theirs[0])
    assert r.same(found.p, theirs[1])


def test_separated_groups_have_no_odds_ratio() -> None:
    design = np.array([[1.0, 0.0], [1.0, 1.0]])
    fit = fit_logistic(design, ["one", "group"], np.array([0.0, 5.0]), np.array([10.0, 9.0]))
    assert fit is not None
    assert fit.separated
    assert fit.odds_ratio("group").value is None
    assert fit.wald("group").p is None


def test_the_test_of_an_interaction_stands_where_a_cell_is_separated(r: ModuleType) -> None:
    """3 of 3 against 1 of 3 beside other strata: the supremum of the likelihood, as R finds it."""
    design = np.array([[1.0, g, s] for s in (0, 1) for g in (0, 1)])
    crossed = np.column_stack([design, design[:, 1] * design[:, 2]])
    events, totals = np.array([11.0, 12.0, 1.0, 3.0]), np.array([33.0, 22.0, 3.0, 3.0])
    theirs = r.run(
        """
d <- as.data.frame(input$d); names(d) <- c("one", "g", "s"); y <- cbind(input$y, input$n - input$y)
k <- glm.control(epsilon = 1e-14, maxit = 200); m <- glm(y ~ g + s, binomial, d, control = k)
x <- suppressWarnings(glm(y ~ g * s, binomial, d, control = k))
deviance(m) - deviance(x)
""",
        d=design,
        y=events,
        n=totals,
    )
    main = fit_logistic(design, ["one", "g", "s"], events, totals)
    larger = fit_logistic(crossed, ["one", "g", "s", "gs"], events, totals)
    assert larger is not None
    assert larger.separated
    assert r.same(likelihood_ratio_between(main, larger).statistic, theirs)


def test_a_group_beside_a_separated_one_keeps_its_odds_ratio(r: ModuleType) -> None:
    """Nobody of group h has the outcome: its coefficient runs to infinity, that of g does not."""
    design = np.array([[1.0, g, h, s] for s in (0, 1) for g, h in ((0, 0), (1, 0), (0, 1))])
    events, totals = np.array([9.0, 4.0, 0.0, 7.0, 2.0, 0.0]), np.array([20.0, 19.0, 18.0, 11.0, 9.0, 12.0])
    theirs = r.run(
        """
d <- as.data.frame(input$d); names(d) <- c("one", "g", "h", "s"); y <- cbind(input$y, input$n - input$y)
k <- glm.control(epsilon = 1e-14, maxit = 200)
m <- suppressWarnings(glm(y ~ g + h + s, binomial, d, control = k)); o <- glm(y ~ s, binomial, d, control = k)
list(b = coef(m)[["g"]], se = sqrt(vcov(m)["g", "g"]), lr = deviance(o) - deviance(m))
""",
        d=design,
        y=events,
        n=totals,
    )
    names = ["one", "g", "h", "s"]
    fit = fit_logistic(design, names, events, totals)
    assert fit is not None
    assert [fit.estimable(name) for name in names] == [True, True, False, True]
    assert r.same(float(fit.coefficients[1]), theirs["b"])
    assert r.same(float(np.sqrt(fit.covariance[1, 1])), theirs["se"])
    assert fit.odds_ratio("h").value is None
    alone = fit_logistic(design[:, [0, 3]], ["one", "s"], events, totals)
    assert r.same(likelihood_ratio_between(alone, fit).statistic, theirs["lr"])


def test_a_model_that_foretells_everybody_gives_the_supremum_of_its_likelihood() -> None:
    """Perfect separation: the likelihood comes to 0, so the statistic is that of the intercept alone."""
    design = np.array([[1.0, 0.0], [1.0, 1.0]])
    events, totals = np.array([0.0, 9.0]), np.array([10.0, 9.0])
    alone = fit_logistic(design[:, :1], ["one"], events, totals)
    both = fit_logistic(design, ["one", "group"], events, totals)
    by_hand = -2 * (9 * np.log(9 / 19) + 10 * np.log(10 / 19))
    assert likelihood_ratio_between(alone, both).statistic == pytest.approx(by_hand, rel=1e-9)


def test_dependent_columns_give_no_model() -> None:
    design = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    assert (
        fit_logistic(design, ["one", "a", "b"], np.array([1.0, 2.0, 3.0]), np.array([5.0, 5.0, 5.0])) is None
    )
