"""Areas under the curve, their comparison and cut-offs against R's pROC and the definitions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.change.cut_off import cross_validated_cut, youden_cut
from neoher.cohort.change.roc import area_under_curve, compare_areas, roc_points
from neoher.errors import InputError

IN_R = """
suppressPackageStartupMessages(library(pROC))
lapply(input$studies, function(study) {
  one <- roc(study$case, study$first, quiet = TRUE, direction = "<", levels = c(0, 1))
  two <- roc(study$case, study$second, quiet = TRUE, direction = "<", levels = c(0, 1))
  test <- roc.test(one, two, method = "delong", paired = TRUE)
  best <- coords(one, "all", ret = c("sensitivity", "specificity"), transpose = FALSE)
  list(area = c(ci.auc(one, method = "delong"))[c(2, 1, 3)], variance = var(one, method = "delong"),
       second = c(auc(two)), z = unname(test$statistic), p = test$p.value,
       youden = max(best$sensitivity + best$specificity))
})
"""


def study(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n = (14, 40, 90, 200)[seed]
    case = (np.arange(n) % 3 == 0).astype(int)
    first = rng.normal(size=n) + case
    if seed % 2:
        first = np.round(first, 1)
    return {"case": case.tolist(), "first": first.tolist(), "second": (first + rng.normal(size=n)).tolist()}


def test_areas_intervals_and_their_comparison_are_those_of_r(r: ModuleType) -> None:
    studies = {str(seed): study(seed) for seed in range(4)}
    for seed, expected in r.run(IN_R, studies=studies).items():
        case = np.array(studies[seed]["case"], dtype=bool)
        first, second = np.array(studies[seed]["first"]), np.array(studies[seed]["second"])
        area = area_under_curve(first, case)
        assert all(
            r.same(a, b) for a, b in zip((area.value, area.low, area.high), expected["area"], strict=True)
        )
        assert r.same(area.std_error**2, expected["variance"])
        assert r.same(area_under_curve(second, case).value, expected["second"])
        test = compare_areas(first, second, case)
        assert r.same(test.z, expected["z"])
        assert r.same(test.p, expected["p"])
        cut = youden_cut(first, case)
        reached = float((first[case] >= cut).mean() + (first[~case] < cut).mean())
        assert r.same(reached, expected["youden"])


scored = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(row[1] for row in rows) <= len(rows) - 2
)


@given(scored)
def test_an_area_is_the_share_of_pairs_in_order_and_turns_over_with_the_score(
    rows: list[tuple[int, bool]],
) -> None:
    score, case = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    higher = np.subtract.outer(score[case], score[~case])
    share = float((higher > 0).mean() + (higher == 0).mean() / 2)
    area, turned = area_under_curve(score, case), area_under_curve(-score, case)
    assert area.value == pytest.approx(share)
    assert area.value + turned.value == pytest.approx(1)
    assert area.std_error == pytest.approx(turned.std_error)
    assert 0 <= area.low <= area.value <= area.high <= 1
    alone = area_under_curve(score, case, np.arange(score.size))
    assert alone.std_error == pytest.approx(area.std_error)


@given(scored)
def test_points_climb_from_the_strictest_cut_to_the_loosest(rows: list[tuple[int, bool]]) -> None:
    points = roc_points(np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows]))
    sensitivity = [point.sensitivity for point in points]
    assert sensitivity == sorted(sensitivity)
    assert points[-1].sensitivity == 1
    assert points[-1].specificity == 0


def test_lesions_of_one_patient_widen_the_interval() -> None:
    """Every lesion taken twice says nothing new: by patient the error is that of the originals."""
    rng = np.random.default_rng(4)
    score, case = rng.normal(size=60), np.arange(60) < 25
    once = area_under_curve(score, case)
    twice, doubled, patient = np.tile(score, 2), np.tile(case, 2), np.tile(np.arange(60), 2)
    naive, clustered = area_under_curve(twice, doubled), area_under_curve(twice, doubled, patient)
    assert naive.std_error < 0.8 * once.std_error
    assert clustered.std_error == pytest.approx(once.std_error, rel=1e-9)
    assert clustered.clusters == 60


def test_a_cut_off_without_any_information_does_not_look_good_on_patients_left_out() -> None:
    rng = np.random.default_rng(11)
    apparent, honest = [], []
    for _ in range(25):
        score, case = rng.normal(size=60), np.arange(60) % 3 == 0
        cut = cross_validated_cut(score, case, repeats=2)
        apparent.append(cut.apparent_sensitivity + cut.apparent_specificity)
        honest.append(cut.sensitivity + cut.specificity)
    assert np.mean(apparent) > 1.1
    assert np.mean(honest) == pytest.approx(1, abs=0.06)


def test_cut_offs_are_the_same_with_the_same_seed() -> None:
    rng = np.random.default_rng(2)
    score, case = rng.normal(size=50), np.arange(50) % 2 == 0
    assert cross_validated_cut(score, case, seed=3) == cross_validated_cut(score, case, seed=3)


def test_too_few_cases_have_no_area_and_no_cut_off() -> None:
    score, case = np.array([1.0, 2, 3, 4]), np.array([True, False, False, False])
    with pytest.raises(InputError, match="1 cases and 3 controls"):
        area_under_curve(score, case)
    with pytest.raises(InputError, match="too few for 5 folds"):
        cross_validated_cut(score, case)
    with pytest.raises(InputError, match="of one patient"):
        area_under_curve(score, np.array([True, True, False, False]), np.array([0, 0, 1, 2]))
