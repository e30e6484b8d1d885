"""Cumulative incidence and Fine and Gray's model against R's cmprsk."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.survival.cox import fit_cox
from neoher.cohort.survival.cumulative_incidence import cumulative_incidence
from neoher.cohort.survival.fine_gray import fit_fine_gray
from neoher.cohort.survival.follow_up import FollowUp
from neoher.cohort.survival.gray_test import gray_test
from neoher.cohort.survival.kaplan_meier import survival_curve
from neoher.errors import InputError

TIMES = (4, 9, 15, 25)
IN_R = """
suppressPackageStartupMessages(library(cmprsk))
lapply(input$cohorts, function(one) {
  incidence <- timepoints(cuminc(one$time, one$cause), input$at)
  fit <- crr(one$time, one$cause, one$x, gtol = 1e-14, maxiter = 60)
  list(incidence = incidence$est, variance = incidence$var, coefficient = unname(fit$coef),
       covariance = fit$var, loglik = c(fit$loglik.null, fit$loglik))
})
"""


def cohort(seed: int, *, ties: bool) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n = 130
    x = np.stack([rng.normal(size=n), rng.integers(0, 2, n)], axis=1).astype(np.float64)
    time = rng.exponential(15 * np.exp(-0.4 * x[:, 0]), n)
    return {
        "time": np.ceil(time) if ties else time,
        "cause": rng.choice([0, 1, 1, 2, 3], n) if seed % 2 else rng.choice([0, 0, 0, 1, 2], n),
        "x": x,
    }


def test_incidences_and_subdistribution_hazards_are_those_of_r(r: ModuleType) -> None:
    every = {f"{seed} {ties}": cohort(seed, ties=ties) for seed in (1, 2, 3) for ties in (True, False)}
    asked = {name: {key: each.tolist() for key, each in data.items()} for name, data in every.items()}
    for name, expected in r.run(IN_R, at=list(TIMES), cohorts=asked).items():
        check_cohort(r, every[name], expected)


def check_cohort(r: ModuleType, data: dict[str, Any], theirs: dict[str, Any]) -> None:
    follow_up = FollowUp.of(data["time"], data["cause"])
    for cause in (1, 2):
        curve = cumulative_incidence(follow_up, cause)
        for place, time in enumerate(TIMES):
            point = curve.at(time)
            assert r.same(point.incidence, theirs["incidence"][cause - 1][place])
            assert point.std_error is not None
            assert r.same(point.std_error**2, theirs["variance"][cause - 1][place])
    fit = fit_fine_gray(follow_up, data["x"], ("age", "group"))
    assert all(
        r.same(term.coefficient, each) for term, each in zip(fit.terms, theirs["coefficient"], strict=True)
    )
    assert np.allclose(fit.covariance, theirs["covariance"], rtol=1e-6, atol=1e-12)
    assert r.same(fit.log_likelihood_null, theirs["loglik"][0])
    assert r.same(fit.log_likelihood, theirs["loglik"][1])


def test_equal_incidence_is_tested_as_by_r(r: ModuleType) -> None:
    cohorts = {}
    for seed, (n, groups) in enumerate([(40, 2), (80, 3), (150, 4), (300, 2), (25, 3)]):
        rng = np.random.default_rng(seed)
        time = rng.exponential(15, n)
        cohorts[str(seed)] = {
            "time": (np.ceil(time) if seed % 2 else time).tolist(),
            "cause": rng.choice([0, 1, 1, 2], n).tolist(),
            "group": (np.arange(n) % groups).tolist(),
            "strata": rng.integers(0, 2, n).tolist(),
        }
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(cmprsk))
        lapply(input$cohorts, function(d) {
          plain <- cuminc(d$time, d$cause, d$group)$Tests
          within <- cuminc(d$time, d$cause, d$group, d$strata)$Tests
          list(statistic = plain[, 1], p = plain[, 2], within = within[, 1])
        })
        """,
        cohorts=cohorts,
    )
    for seed, data in cohorts.items():
        follow_up, group = FollowUp.of(data["time"], data["cause"]), np.array(data["group"])
        for cause in (1, 2):
            plain = gray_test(follow_up, group, cause)
            within = gray_test(follow_up, group, cause, np.array(data["strata"]))
            assert r.same(plain.statistic, theirs[seed]["statistic"][cause - 1])
            assert r.same(plain.p, theirs[seed]["p"][cause - 1])
            assert r.same(within.statistic, theirs[seed]["within"][cause - 1])


def test_grays_test_needs_groups_and_the_event() -> None:
    with pytest.raises(InputError, match="two groups"):
        gray_test(FollowUp.of([1, 2], [1, 2]), np.array([0, 0]))
    with pytest.raises(InputError, match="not seen"):
        gray_test(FollowUp.of([1, 2], [2, 2]), np.array([0, 1]))
    with pytest.raises(InputError, match="same time"):
        gray_test(FollowUp.of([1, 2, 3, 4], [0, 0, 1, 2]), np.array([0, 0, 1, 1]))


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2)), min_size=2, max_size=40))
def test_incidences_of_all_causes_and_survival_add_up_to_one(rows: list[tuple[int, int]]) -> None:
    time, cause = [row[0] for row in rows], [row[1] for row in rows]
    follow_up = FollowUp.of(time, cause)
    free = survival_curve(FollowUp.of(time, [int(each > 0) for each in cause])).survival
    whole = sum((cumulative_incidence(follow_up, each).incidence for each in (1, 2)), free)
    assert whole == pytest.approx(np.ones(free.size))


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=2, max_size=40))
def test_without_competing_events_the_incidence_is_one_less_kaplan_meier(
    rows: list[tuple[int, bool]],
) -> None:
    follow_up = FollowUp.of([row[0] for row in rows], [row[1] for row in rows])
    curve, survival = cumulative_incidence(follow_up), survival_curve(follow_up)
    assert curve.incidence == pytest.approx(1 - survival.survival)
    assert (curve.variance >= -1e-15).all()


def test_an_incidence_beyond_the_follow_up_is_not_known() -> None:
    point = cumulative_incidence(FollowUp.of([2, 4, 6], [1, 2, 0])).at(7)
    assert (point.incidence, point.low, point.at_risk) == (None, None, 0)


def test_with_censoring_only_at_the_end_weights_are_one() -> None:
    """A competing event then stays in every risk set, as in Cox's model with that patient followed on."""
    rng = np.random.default_rng(8)
    time, cause = rng.permutation(np.arange(1, 61)).astype(float), rng.choice([1, 2], 60)
    cause[time > 50] = 0
    time[time > 50] = 51
    x = rng.normal(size=(60, 1))
    followed = np.where(cause == 2, 51, time)
    ours = fit_fine_gray(FollowUp.of(time, cause), x, ("x",))
    other = fit_cox(FollowUp.of(followed, cause == 1), x, ("x",))
    assert ours.terms[0].coefficient == pytest.approx(other.terms[0].coefficient, rel=1e-9)


def test_fine_and_gray_need_competing_events() -> None:
    with pytest.raises(InputError, match="no competing event"):
        fit_fine_gray(FollowUp.of([1, 2, 3], [1, 0, 1]), np.array([[0.0], [1], [0]]), ("x",))
    with pytest.raises(InputError, match="cause 0"):
        cumulative_incidence(FollowUp.of([1], [1]), 0)
