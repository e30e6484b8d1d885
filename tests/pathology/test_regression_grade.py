"""Expected grades: tables of doi:10.1186/s12916-015-0472-7 (table 1) and BMC Cancer 2013;13:50 (table 2),
with the limits of Miller-Payne at 30 and 90 % and the gap of Sataloff at 50 %."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.regression_grade.calculator import CALCULATOR, regression_grade
from neoher.pathology.regression_grade.facts import RegressionGrade
from neoher.record.conclusion import Conclusion


def concluded(**stated: object) -> Conclusion[RegressionGrade]:
    return regression_grade(CALCULATOR.read(stated))


def graded(**stated: object) -> RegressionGrade:
    value = concluded(**stated).value
    assert value is not None
    return value


def codes(**stated: object) -> set[str]:
    return {each.code for each in concluded(**stated).warnings}


# Miller-Payne ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "grade"),
    [(0, 1), (0.1, 2), (30, 2), (30.1, 3), (60, 3), (90, 3), (90.1, 4), (99.9, 4), (100, 5)],
)
def test_miller_payne_by_the_loss_of_cells(loss: float, grade: int) -> None:
    assert graded(loss_percent=loss).miller_payne == grade


@pytest.mark.parametrize(
    ("before", "after", "grade"),
    [(50, 50, 1), (50, 60, 1), (60, 42, 2), (60, 41.9, 3), (70, 7, 3), (30, 3, 3), (70, 6.9, 4), (70, 0, 5)],
)
def test_miller_payne_from_two_cellularities_is_exact_at_the_limits(
    before: float, after: float, grade: int
) -> None:
    stated = {"cellularity_before_percent": before, "cellularity_after_percent": after}
    assert graded(**stated).miller_payne == grade
    assert "conditions-not-stated" not in codes(**stated)


def test_no_invasive_cell_is_grade_five_and_speaks_of_the_breast_alone() -> None:
    assert graded(invasive_remaining=False).miller_payne == 5
    assert "breast-only" in codes(invasive_remaining=False)
    assert "breast-only" not in codes(loss_percent=95)


def test_exactly_thirty_percent_says_that_one_table_differs() -> None:
    assert "exactly-30-percent" in codes(loss_percent=30)
    assert "exactly-30-percent" not in codes(loss_percent=29)


def test_without_the_biopsy_there_is_no_miller_payne_grade() -> None:
    conclusion = concluded(loss_percent=95, effect_percent=20, compared_with_biopsy=False)
    assert conclusion.value is not None
    assert conclusion.value.miller_payne is None
    assert conclusion.value.sataloff_breast == "T-C"
    assert "compared_with_biopsy" in conclusion.missing
    assert "conditions-not-stated" in codes(loss_percent=95)


@pytest.mark.parametrize(
    "stated",
    [
        {"invasive_remaining": True, "loss_percent": 100},
        {"invasive_remaining": False, "loss_percent": 99},
        {"invasive_remaining": False, "cellularity_before_percent": 50, "cellularity_after_percent": 5},
        {"loss_percent": 20, "cellularity_before_percent": 50, "cellularity_after_percent": 5},
        {"effect_percent": 50, "near_total": True},
        {"effect_percent": 100, "near_total": False},
    ],
)
def test_facts_that_cannot_both_be_true_are_refused(stated: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"Correct|scattered|Without"):
        concluded(**stated)


# Sataloff -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "near_total", "grade"),
    [
        (0, None, "T-D"),
        (0.5, None, "T-C"),
        (49.9, False, "T-C"),
        (50.1, False, "T-B"),
        (95, False, "T-B"),
        (95, True, "T-A"),
        (None, True, "T-A"),
        (100, None, "T-A"),
    ],
)
def test_sataloff_by_the_effect_in_the_breast(
    effect: float | None, near_total: bool | None, grade: str
) -> None:
    assert graded(effect_percent=effect, near_total=near_total).sataloff_breast == grade


def test_exactly_fifty_percent_is_not_defined_and_is_asked() -> None:
    conclusion = concluded(effect_percent=50)
    assert conclusion.value is None
    assert "effect_percent" in conclusion.missing
    assert "exactly-50-percent-not-defined" in {each.code for each in conclusion.warnings}


def test_over_fifty_percent_it_must_be_stated_whether_the_effect_is_near_total() -> None:
    conclusion = concluded(effect_percent=95)
    assert conclusion.value is None
    assert "near_total" in conclusion.missing


def test_t_a_is_not_a_complete_response() -> None:
    assert "not-a-complete-response" in codes(near_total=True)


# Nodes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metastasis", "effect", "payne", "sataloff"),
    [
        (False, False, "A", "N-B"),
        (True, False, "B", "N-D"),
        (True, True, "C", "N-C"),
        (False, True, "D", "N-A"),
    ],
)
def test_nodes_by_metastasis_and_effect(metastasis: bool, effect: bool, payne: str, sataloff: str) -> None:
    value = graded(node_metastasis=metastasis, node_effect=effect)
    assert (value.miller_payne_nodes, value.sataloff_nodes) == (payne, sataloff)
    assert "unverified-rule" in codes(node_metastasis=metastasis, node_effect=effect)


# What is not known ----------------------------------------------------------------------------------------


def test_nothing_stated_names_what_each_grade_needs() -> None:
    conclusion = concluded()
    assert conclusion.value is None
    assert conclusion.missing == ("loss_percent", "effect_percent", "node_metastasis", "node_effect")


@pytest.mark.parametrize(
    ("removed", "lost"),
    [
        ("loss_percent", "miller_payne"),
        ("effect_percent", "sataloff_breast"),
        ("near_total", "sataloff_breast"),
        ("node_metastasis", "sataloff_nodes"),
        ("node_effect", "sataloff_nodes"),
    ],
)
def test_a_fact_taken_away_leaves_its_grade_unsaid_and_no_other(removed: str, lost: str) -> None:
    whole = {
        "loss_percent": 95,
        "effect_percent": 95,
        "near_total": False,
        "node_metastasis": False,
        "node_effect": True,
    }
    conclusion = concluded(**{name: value for name, value in whole.items() if name != removed})
    value = conclusion.value
    assert value is not None
    assert getattr(value, lost) is None
    assert conclusion.missing == (removed,)
    nodes = {"miller_payne_nodes", "sataloff_nodes"}
    others = set(RegressionGrade.model_fields) - (nodes if lost in nodes else {lost})
    assert {name: getattr(value, name) for name in others} == {
        name: getattr(graded(**whole), name) for name in others
    }


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_greater_loss_never_lowers_the_grade(first: float, second: float) -> None:
    low, high = sorted((first, second))
    before = graded(loss_percent=low).miller_payne
    after = graded(loss_percent=high).miller_payne
    assert before is not None
    assert after is not None
    assert before <= after
