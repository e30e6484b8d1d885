"""Counts that no cell holds: expected refusals from arithmetic on the stated totals."""

from __future__ import annotations

from typing import Any

import pytest

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR, her2
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts
from neoher.record.conclusion import Conclusion


def concluded(**stated: Any) -> Conclusion[Her2Assessment]:
    return her2(Her2Facts(ihc="2+", **stated))


def codes(conclusion: Conclusion[Her2Assessment]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


def test_a_total_of_signals_is_refused_as_copies_per_cell_and_the_mean_is_named() -> None:
    with pytest.raises(InputError, match=r"816 HER2 copies per cell are implausible.*total") as refusal:
        concluded(ish_probe="dual", ratio=8, copies=816, cells=40)
    assert "20.40 per cell" in refusal.value.remedy
    assert refusal.value.where == "copies"


def test_a_total_in_a_wording_is_refused_too() -> None:
    with pytest.raises(InputError, match="implausible"):
        CALCULATOR.compute(CALCULATOR.read({"text": "HER2 2+, FISH copies 816"}))


@pytest.mark.parametrize(
    ("stated", "where"),
    [
        ({"copies": 101.0}, "copies"),
        ({"ish_probe": "single", "copies": 112.0}, "copies"),
        ({"ratio": 51.0}, "ratio"),
        ({"ratio": 1.5, "copies": 90.0}, "ratio, copies"),
        ({"ratio": 2.1, "copies": 5.0, "recount_copies": 300.0}, "recount_copies"),
        ({"ratio": 2.1, "copies": 5.0, "recount_ratio": 0.05, "recount_copies": 5.0}, "recount"),
        ({"copies": 5.0, "cep17": 60.0}, "cep17"),
        ({"ish_probe": "single", "copies": 5.0, "cep17": 2.0}, "ish_probe, cep17"),
    ],
)
def test_what_no_cell_can_hold_is_refused(stated: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as refusal:
        concluded(**stated)
    assert where in refusal.value.where
    assert refusal.value.remedy


@pytest.mark.parametrize("stated", [{"ratio": 20.0, "copies": 100.0}, {"ratio": 0.5, "copies": 25.0}])
def test_what_lies_on_the_limit_is_taken_and_doubted(stated: dict[str, Any]) -> None:
    conclusion = concluded(ish_probe="dual", **stated)
    assert conclusion.value is not None
    assert codes(conclusion) & {"check-copies-per-cell", "check-ratio-and-copies"}


def test_a_ratio_that_was_not_stated_is_the_quotient_of_the_means() -> None:
    conclusion = concluded(ish_probe="dual", copies=5.0, cep17=2.0)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.value.ish_group) == ("positive", 1)
    assert any(step.step == "ratio 2.50 computed" for step in conclusion.because)


def test_a_ratio_on_the_other_side_of_two_than_its_means_is_refused() -> None:
    with pytest.raises(InputError, match=r"2\.50, on the other side"):
        concluded(ish_probe="dual", ratio=1.8, copies=5.0, cep17=2.0)


def test_a_ratio_on_the_same_side_as_its_means_is_used_and_the_difference_named() -> None:
    conclusion = concluded(ish_probe="dual", ratio=3.5, copies=5.0, cep17=2.0)
    assert conclusion.value is not None
    assert conclusion.value.status == "positive"
    assert "check-ratio-and-copies" in codes(conclusion)


# The band in which readers disagree -----------------------------------------------------------------------


@pytest.mark.parametrize("stated", [{"ihc": "0"}, {"ihc": "1+"}, {"ihc": "0", "membrane_staining": True}])
def test_labels_from_zero_to_one_plus_are_said_to_lie_where_readers_disagree(stated: dict[str, Any]) -> None:
    conclusion = her2(Her2Facts(**stated))
    (said,) = [each.message for each in conclusion.warnings if each.code == "reader-disagreement-band"]
    # Fernandez 2022: a quarter of 56 negative cores; Zaakouk 2023 (PMID 37419078): 6 % of 50 slides.
    assert "56 negative cores" in said
    assert "6 %" in said
    assert "PMID:37419078" in conclusion.sources


@pytest.mark.parametrize("stated", [{"ihc": "2+"}, {"ihc": "3+"}, {"ihc": "1+", "ratio": 3.0, "copies": 8.0}])
def test_other_results_are_not(stated: dict[str, Any]) -> None:
    assert "reader-disagreement-band" not in codes(her2(Her2Facts(**stated)))


@pytest.mark.parametrize(("percent", "near"), [(4, False), (5, True), (10, True), (15, True), (16, False)])
def test_a_share_beside_the_cut_is_named(percent: float, near: bool) -> None:
    conclusion = her2(Her2Facts(intensity="faint", completeness="incomplete", percent=percent))
    (said,) = [each.message for each in conclusion.warnings if each.code == "reader-disagreement-band"]
    assert ("beside the cut" in said) is near


@pytest.mark.parametrize(
    ("stated", "doubted"),
    [
        ({"ratio": 50.0}, False),
        ({"ratio": 5.0, "copies": 30.0}, False),
        ({"ratio": 5.0, "copies": 30.1}, True),
        ({"ratio": 0.5, "copies": 6.0}, False),
        ({"ratio": 0.5, "copies": 6.1}, True),
        ({"ratio": 4.0, "copies": 4.0}, False),
        ({"ratio": 4.0, "copies": 3.9}, True),
        ({"ratio": 2.2, "copies": 4.0, "cep17": 2.0}, False),
        ({"ratio": 2.25, "copies": 4.0, "cep17": 2.0}, True),
        ({"copies": 25.0, "cep17": 50.0}, True),
    ],
)
def test_each_limit_of_doubt_lies_outside_what_is_doubted(stated: dict[str, Any], doubted: bool) -> None:
    found = codes(concluded(ish_probe="dual", **stated))
    assert bool(found & {"check-copies-per-cell", "check-ratio-and-copies"}) is doubted


def test_means_whose_ratio_lies_exactly_at_two_stand_on_the_high_side() -> None:
    with pytest.raises(InputError, match=r"2\.00, on the other side"):
        concluded(ish_probe="dual", ratio=1.6, copies=4.0, cep17=2.0)
    with pytest.raises(InputError, match=r"1\.50, on the other side"):
        concluded(ish_probe="dual", ratio=2.0, copies=4.5, cep17=3.0)
