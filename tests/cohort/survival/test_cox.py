"""Cox's model, its ties and its test of proportional hazards against R's survival and lifelines."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neoher.cohort.survival.cox import Ties, fit_cox
from neoher.cohort.survival.follow_up import FollowUp
from neoher.cohort.survival.proportional_hazards import TimeScale, proportional_hazards
from neoher.errors import InputError

COX_IN_R = """
suppressPackageStartupMessages(library(survival))
control <- coxph.control(eps = 1e-14, toler.inf = 1e-10, iter.max = 60)
lapply(input$cohorts, function(input) lapply(list(input$strata * 0, input$strata), function(part) {
  fit <- coxph(Surv(input$time, input$event) ~ input$x + strata(part), ties = input$ties, control = control)
  s <- summary(fit)
  ph <- if (input$ties == "exact") NULL else
    lapply(c("km", "identity", "rank", "log"), function(g) {
      cox.zph(fit, transform = g, terms = FALSE)$table[, 1]
    })
  list(coefficient = unname(coef(fit)), covariance = vcov(fit), loglik = fit$loglik, ph = ph,
       low = s$conf.int[, 3], high = s$conf.int[, 4], p = s$coefficients[, 5],
       tests = c(s$logtest[[1]], fit$wald.test[[1]], s$sctest[[1]]))
}))
"""
NAMES = ("x", "second", "third")


def cohort(seed: int, n: int = 140) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    x = np.stack([rng.normal(55, 12, n), group == 1, group == 2], axis=1).astype(np.float64)
    scale = 18 * np.exp(-0.02 * (x[:, 0] - 55) + 0.5 * x[:, 2])
    return {
        "time": np.ceil(rng.exponential(scale)),
        "event": (rng.random(n) < 0.6).astype(np.int64),
        "x": x,
        "strata": rng.integers(0, 3, n),
    }


def test_every_treatment_of_ties_is_that_of_r(r: ModuleType) -> None:
    asked = {
        f"{ties} {seed}": {"ties": str(ties)} | {name: each.tolist() for name, each in cohort(seed).items()}
        for ties in Ties
        for seed in (1, 2)
    }
    theirs = r.run(COX_IN_R, cohorts=asked)
    for name, expected in theirs.items():
        ties, seed = name.split()
        check_fits(r, Ties(ties), cohort(int(seed)), expected)


def check_fits(r: ModuleType, ties: Ties, data: dict[str, Any], theirs: list[dict[str, Any]]) -> None:
    follow_up = FollowUp.of(data["time"], data["event"])
    for strata, expected in zip((None, data["strata"]), theirs, strict=True):
        fit = fit_cox(follow_up, data["x"], NAMES, ties, strata)
        for place, term in enumerate(fit.terms):
            assert r.same(term.coefficient, expected["coefficient"][place])
            assert r.same(term.low, expected["low"][place])
            assert r.same(term.high, expected["high"][place])
            assert r.same(term.p, expected["p"][place])
        assert np.allclose(fit.covariance, expected["covariance"], rtol=1e-6, atol=0)
        assert r.same(fit.log_likelihood_null, expected["loglik"][0])
        assert r.same(fit.log_likelihood, expected["loglik"][1])
        tests = (fit.likelihood_ratio, fit.wald, fit.score)
        assert all(r.same(a.statistic, b) for a, b in zip(tests, expected["tests"], strict=True))
        if ties is Ties.EXACT:
            continue
        for scale, statistics in zip(TimeScale, expected["ph"], strict=True):
            test = proportional_hazards(fit, follow_up, data["x"], strata, scale)
            ours = [*(each.statistic for each in test.terms.values()), test.overall.statistic]
            assert all(r.same(a, b) for a, b in zip(ours, statistics, strict=True)), scale


def test_efron_is_that_of_lifelines_converged() -> None:
    from lifelines import CoxPHFitter

    data = cohort(3)
    frame = pd.DataFrame(data["x"], columns=list(NAMES))
    frame["time"], frame["event"] = data["time"], data["event"]
    fitted = CoxPHFitter().fit(frame, "time", "event", fit_options={"precision": 1e-12})
    ours = fit_cox(FollowUp.of(data["time"], data["event"]), data["x"], NAMES)
    assert ours.coefficients == pytest.approx(fitted.params_.to_numpy(), rel=1e-7)


def test_without_ties_the_three_conventions_agree() -> None:
    data = cohort(4)
    time = data["time"] + np.linspace(0, 0.5, data["time"].size)
    follow_up = FollowUp.of(time, data["event"])
    first, *others = (fit_cox(follow_up, data["x"], NAMES, ties).coefficients for ties in Ties)
    for other in others:
        assert other == pytest.approx(first, rel=1e-9)


def test_a_hazard_ratio_does_not_depend_on_origin_and_unit() -> None:
    data = cohort(5)
    plain = fit_cox(FollowUp.of(data["time"], data["event"]), data["x"], NAMES)
    moved = data["x"] * [1000, 1, 1] + [1e6, 0, 0]
    other = fit_cox(FollowUp.of(data["time"] * 30.4, data["event"]), moved, NAMES)
    assert other.coefficients == pytest.approx(plain.coefficients / [1000, 1, 1], rel=1e-6)


def test_a_group_without_events_has_no_hazard_ratio() -> None:
    follow_up = FollowUp.of([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    for ties in Ties:
        with pytest.raises(InputError, match="runs to infinity"):
            fit_cox(follow_up, np.array([[0.0], [0], [0], [1], [1], [1]]), ("group",), ties)


@pytest.mark.parametrize(
    ("covariates", "what"),
    [
        (np.ones((4, 1)), "one value"),
        (np.array([[0.0, 0], [1, 2], [0, 0], [1, 2]]), "follows from the others"),
        (np.array([[0.0], [np.nan], [1], [0]]), "not a number"),
        (np.zeros((4, 0)), "no covariate"),
    ],
)
def test_covariates_that_say_nothing_are_named(covariates: np.ndarray[Any, Any], what: str) -> None:
    names = tuple(f"x{place}" for place in range(covariates.shape[1]))
    with pytest.raises(InputError, match=what):
        fit_cox(FollowUp.of([1, 2, 3, 4], [1, 1, 0, 1]), covariates, names)


def test_without_events_there_is_no_model() -> None:
    with pytest.raises(InputError, match="no event"):
        fit_cox(FollowUp.of([1, 2], [0, 2]), np.array([[0.0], [1]]), ("x",))
