"""Kaplan-Meier, log-rank and restricted means against R's survival; laws on any follow-up."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.survival.follow_up import FollowUp, merge_near_ties, since_landmark
from neoher.cohort.survival.kaplan_meier import Interval, restricted_mean, survival_curve
from neoher.cohort.survival.log_rank import log_rank
from neoher.errors import InputError

CURVE_IN_R = """
suppressPackageStartupMessages(library(survival))
lapply(input$cohorts, function(input) lapply(c("log", "log-log", "plain"), function(type) {
  s <- survfit(Surv(input$time, input$event) ~ 1, conf.type = type)
  q <- quantile(s, c(0.25, 0.5, 0.75, 0.9))
  m <- summary(s, rmean = input$horizon)$table
  list(survival = s$surv, low = s$lower, high = s$upper, at_risk = s$n.risk, quantile = unname(q$quantile),
       quantile_low = unname(q$lower), quantile_high = unname(q$upper), mean = unname(m["rmean"]),
       mean_error = unname(m["se(rmean)"]))
}))
"""


def generated(seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Times with ties (whole months) or without, events in a third to all."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 120))
    time = rng.exponential(20, n)
    time = np.ceil(time) if seed % 2 else time
    event = rng.random(n) < rng.uniform(0.3, 1)
    event[0] = True
    return time, event.astype(np.int64)


def none(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def test_curves_with_their_limits_quantiles_and_means_are_those_of_r(r: ModuleType) -> None:
    cohorts = {}
    for seed in range(8):
        time, event = generated(seed)
        cohorts[str(seed)] = {
            "time": time.tolist(),
            "event": event.tolist(),
            "horizon": float(time.max()) * 0.8,
        }
    for seed, theirs in r.run(CURVE_IN_R, cohorts=cohorts).items():
        for interval, expected in zip(Interval, theirs, strict=True):
            check_curve(r, cohorts[seed], interval, expected)


def check_curve(r: ModuleType, cohort: dict[str, Any], interval: Interval, expected: dict[str, Any]) -> None:
    curve = survival_curve(FollowUp.of(cohort["time"], cohort["event"]), interval)
    assert curve.at_risk.tolist() == np.atleast_1d(expected["at_risk"]).tolist()
    for ours, key in ((curve.survival, "survival"), (curve.low, "low"), (curve.high, "high")):
        assert all(r.same(none(a), b) for a, b in zip(ours, expected[key], strict=True)), (interval, key)
    for place, share in enumerate((0.25, 0.5, 0.75, 0.9)):
        found = curve.quantile(share)
        for limit, key in (
            (found.time, "quantile"),
            (found.low, "quantile_low"),
            (found.high, "quantile_high"),
        ):
            assert r.same(limit, expected[key][place]), (interval, share, key)
    mean = restricted_mean(curve, cohort["horizon"])
    assert r.same(mean.mean, expected["mean"])
    assert r.same(mean.std_error, expected["mean_error"])


def test_the_log_rank_test_is_that_of_r(r: ModuleType) -> None:
    cohorts = {}
    for seed in range(4):
        time, event = generated(seed)
        rng = np.random.default_rng(seed + 50)
        group, strata = rng.permutation(np.arange(time.size) % 3), rng.integers(0, 2, time.size)
        columns = {"time": time, "event": event, "group": group, "strata": strata}
        cohorts[str(seed)] = {name: column.tolist() for name, column in columns.items()}
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(survival))
        lapply(input$cohorts, function(input) {
          plain <- survdiff(Surv(input$time, input$event) ~ input$group)
          within <- survdiff(Surv(input$time, input$event) ~ input$group + strata(input$strata))
          list(plain = plain$chisq, expected = plain$exp, within = within$chisq, p = plain$pvalue)
        })
        """,
        cohorts=cohorts,
    )
    for seed, cohort in cohorts.items():
        follow_up, expected = FollowUp.of(cohort["time"], cohort["event"]), theirs[seed]
        group, strata = np.array(cohort["group"]), np.array(cohort["strata"])
        plain, within = log_rank(follow_up, group), log_rank(follow_up, group, strata)
        assert r.same(plain.statistic, expected["plain"])
        assert r.same(within.statistic, expected["within"])
        assert plain.df == within.df == 2
        assert all(r.same(a, b) for a, b in zip(plain.expected.tolist(), expected["expected"], strict=True))
        assert r.same(plain.p, expected["p"])


follow_ups = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40).map(
    lambda rows: FollowUp.of([row[0] for row in rows], [row[1] for row in rows])
)


@given(follow_ups, st.sampled_from(Interval))
def test_a_curve_falls_from_one_and_lies_within_its_limits(follow_up: FollowUp, interval: Interval) -> None:
    curve = survival_curve(follow_up, interval)
    assert (np.diff(curve.survival) <= 1e-15).all()
    assert 0 <= curve.survival.min() <= curve.survival.max() <= 1
    known = ~np.isnan(curve.low)
    assert (curve.low[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.high[known] >= curve.survival[known] - 1e-12).all()
    assert curve.events.sum() + curve.censored.sum() == follow_up.time.size


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_without_censoring_survival_is_the_share_still_free(times: list[int]) -> None:
    curve = survival_curve(FollowUp.of(times, [1] * len(times)))
    for time in range(51):
        share = sum(each > time for each in times) / len(times)
        assert curve.at(time).survival == pytest.approx(share, abs=1e-12)


def test_survival_is_not_known_beyond_the_last_follow_up() -> None:
    curve = survival_curve(FollowUp.of([3, 5, 8], [1, 0, 0]))
    assert curve.at(8).survival == pytest.approx(2 / 3)
    assert curve.at(8.01).survival is None
    assert curve.at(8.01).at_risk == 0
    assert survival_curve(FollowUp.of([3, 5], [1, 1])).at(9).survival == 0
    assert curve.quantile().time is None


def test_the_median_of_a_curve_flat_at_one_half_is_the_middle_of_the_flat_part() -> None:
    assert survival_curve(FollowUp.of([2, 6], [1, 1])).quantile().time == 4


def test_times_that_differ_by_rounding_are_ties() -> None:
    time = merge_near_ties(np.array([0.3, 0.1 + 0.2, 1.0]))
    assert time[0] == time[1]
    assert survival_curve(FollowUp.of([0.1 + 0.2, 0.3], [1, 1])).time.size == 1


def test_a_landmark_leaves_out_those_with_an_event_or_no_follow_up_until_then() -> None:
    follow_up = FollowUp.of([100, 180, 200, 400], [1, 0, 1, 1])
    since, kept = since_landmark(follow_up, np.array([180.0, 180.0, 180.0, np.nan]))
    assert kept.tolist() == [False, False, True, False]
    assert since.time.tolist() == [20]


def test_a_restricted_mean_beyond_the_follow_up_is_refused() -> None:
    with pytest.raises(InputError, match="last follow-up is at 5"):
        restricted_mean(survival_curve(FollowUp.of([2, 5], [1, 0])), 6)


@pytest.mark.parametrize(
    ("time", "event"), [([-1, 2], [1, 0]), ([float("nan"), 2], [1, 0]), ([1, 2], [-1, 0]), ([], [])]
)
def test_impossible_follow_up_is_refused(time: list[float], event: list[int]) -> None:
    with pytest.raises(InputError):
        FollowUp.of(time, event)


def test_the_log_rank_test_needs_groups_and_events() -> None:
    with pytest.raises(InputError, match="two groups"):
        log_rank(FollowUp.of([1, 2], [1, 1]), np.array([0, 0]))
    with pytest.raises(InputError, match="no event"):
        log_rank(FollowUp.of([1, 2], [0, 0]), np.array([0, 1]))
    with pytest.raises(InputError, match="same time"):
        log_rank(FollowUp.of([1, 2, 3, 4], [0, 0, 1, 1]), np.array([0, 0, 1, 1]))


@pytest.mark.slow
def test_a_million_patients_take_seconds() -> None:
    rng = np.random.default_rng(1)
    follow_up = FollowUp.of(rng.exponential(900, 1_000_000), rng.integers(0, 2, 1_000_000))
    curve = survival_curve(follow_up)
    assert curve.patients == 1_000_000
    # Half of the exponential endings are events at random: the hazard is half of 1 / 900.
    assert curve.at(900).survival == pytest.approx(np.exp(-0.5), abs=0.01)
