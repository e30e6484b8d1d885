"""HER2 before and after therapy: counts by hand, tests against R, and contradictions."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from neoher.cohort.her2change.analysis import Her2ChangeQuestion, analyse_her2change
from neoher.cohort.her2change.transitions import is_positive
from neoher.cohort.result import CohortResult
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

COUNTS = {
    ("3+", "3+", "no"): 30,
    ("3+", "low", "no"): 5,
    ("3+", "0", "no"): 1,
    ("3+", "", "yes"): 40,
    ("3+", "", "no"): 4,
    ("2+/ISH+", "2+/ISH+", "no"): 9,
    ("2+/ISH+", "low", "no"): 8,
    ("2+/ISH+", "2+", "no"): 2,
    ("2+/ISH+", "", "yes"): 3,
    ("low", "3+", "no"): 1,
    ("low", "low", "no"): 6,
    ("", "3+", "no"): 2,
}


def table() -> str:
    rows = ["patient,her2_before,her2_after,pcr,drug"]
    for (before, after, pcr), count in COUNTS.items():
        rows += [
            f"P{len(rows) + place},{before},{after},{pcr},{'THP' if place % 3 else 'TH'}"
            for place in range(count)
        ]
    return "\n".join(rows) + "\n"


def value_of(result: CohortResult, name: str, group: str) -> tuple[float | None, float | None, float | None]:
    found = next(each for each in result.estimates if (each.name, each.group) == (name, group))
    return found.value, found.low, found.high


def test_transitions_and_loss_are_those_counted_and_tested_by_r(
    cohort_of: Callable[[str], Cohort], r: ModuleType
) -> None:
    question = Her2ChangeQuestion(pcr="pcr", by=("drug",))
    result = analyse_her2change(cohort_of(table()), question)
    rows = {row["before"]: row for row in result.main.rows}
    assert [rows["3+"][level] for level in ("3+", "2+/ISH+", "low", "0")] == [30, 0, 5, 1]
    assert (rows["3+"]["no_tumour"], rows["3+"]["not_tested"], rows["3+"]["tested_twice"]) == (40, 4, 36)
    assert rows["low"]["unchanged_percent"] == pytest.approx(600 / 7)
    assert result.n == 62
    theirs = r.run(
        """
        loss <- matrix(c(6, 8, 30, 9), 2)
        list(fisher = fisher.test(loss)$p.value, pearson = chisq.test(loss, correct = FALSE)$p.value,
             mcnemar = binom.test(14, 15)$p.value, wilson = c(prop.test(6, 36, correct = FALSE)$conf.int),
             exact = c(binom.test(8, 17)$conf.int))
        """
    )
    value, low, high = value_of(result, "loss of HER2 positivity", "her2_before=3+")
    assert value == pytest.approx(6 / 36)
    assert r.same(low, theirs["wilson"][0])
    assert r.same(high, theirs["wilson"][1])
    # A second result of 2+ without in situ hybridisation is neither kept nor lost: 17 of 19 count.
    exact = [each for each in result.estimates if each.group == "her2_before=2+/ISH+"][1]
    assert exact.n == 17
    assert r.same(exact.low, theirs["exact"][0])
    assert r.same(exact.high, theirs["exact"][1])
    by_method = {each.method: each.p for each in result.tests if "v 2+/ISH+" in str(each.group)}
    assert r.same(by_method["Fisher's exact test"], theirs["fisher"])
    assert r.same(by_method["Pearson's chi-square test"], theirs["pearson"])
    assert r.same(next(each.p for each in result.tests if "McNemar" in each.method), theirs["mcnemar"])
    assert {each.group for each in result.estimates} >= {"drug=TH", "drug=THP", "drug: TH v THP"}
    codes = {each.code for each in result.warnings}
    assert {"loss-does-not-withhold", "not-all-tested", "status-undecided"} <= codes
    assert [figure.name for figure in result.figures] == ["sankey"]


def test_those_without_a_second_result_are_named_with_the_reason(cohort_of: Callable[[str], Cohort]) -> None:
    result = analyse_her2change(cohort_of(table()), Her2ChangeQuestion(pcr="pcr"))
    reasons = [each.reason for each in result.excluded]
    assert reasons.count("no invasive tumour left") == 43
    assert reasons.count("not tested after therapy") == 4
    assert reasons.count("not known") == 2
    without = analyse_her2change(cohort_of(table()), Her2ChangeQuestion())
    assert without.missing == ("pcr: who had no tumour left to test",)
    assert [each.reason for each in without.excluded].count("not tested after therapy") == 47


def test_the_wording_of_reports_is_read(cohort_of: Callable[[str], Cohort]) -> None:
    result = analyse_her2change(
        cohort_of(
            "patient,her2_before,her2_after\n"
            'A,"HER2 2+, FISH amplified","HER2 2+, FISH not amplified"\n'
            "B,IHC 3+,IHC 3+\nC,IHC 3+,HER2 negative\nD,IHC 1+,IHC 2+\n"
        ),
        Her2ChangeQuestion(),
    )
    counts = {row["before"]: row for row in result.main.rows}
    assert counts["2+/ISH+"]["low"] == 1
    assert (counts["3+"]["3+"], counts["3+"]["negative"]) == (1, 1)
    assert counts["low"]["equivocal"] == 1
    assert value_of(result, "loss of HER2 positivity", "her2_before=3+")[0] == 0.5


def test_nobody_changing_between_positive_and_negative_is_no_test(cohort_of: Callable[[str], Cohort]) -> None:
    result = analyse_her2change(
        cohort_of("patient,her2_before,her2_after\nA,3+,3+\nB,low,0\nC,2+/ISH+,3+\n"), Her2ChangeQuestion()
    )
    (test,) = [each for each in result.tests if "McNemar" in each.method]
    assert test.p is None
    assert "nobody changed" in test.convention


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "patient,her2_before,her2_after,pcr\nA,3+,low,yes\nB,3+,3+,no\n",
            "complete response and HER2 'low'",
        ),
        ("patient,her2_before,her2_after,pcr\nA,3+,purple,no\nB,3+,3+,no\n", "no HER2 class that is known"),
        ("patient,her2_before,her2_after,pcr\nA,3+,,no\nB,,3+,no\n", "nobody has both"),
    ],
)
def test_contradictions_are_refused(cohort_of: Callable[[str], Cohort], text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        analyse_her2change(cohort_of(text), Her2ChangeQuestion(pcr="pcr"))


@pytest.mark.parametrize(
    ("level", "positive"),
    [("3+", True), ("2+/ISH+", True), ("low", False), ("0", False), ("2+", None), ("equivocal", None)],
)
def test_a_class_is_positive_only_where_it_decides(level: str, positive: bool | None) -> None:
    assert is_positive(level) is positive
