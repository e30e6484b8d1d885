"""PHERGain's rule: SUVmax 40 % lower or more in all target lesions after two cycles (J Nucl Med 65/5:708)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.record.conclusion import Conclusion
from neoher.response.fdg.phergain import PhergainInputs, phergain

START = dt.date(2025, 1, 6)


def lesion(name: str, visit: int, suv: float | None, **facts: Any) -> dict[str, Any]:
    when = {"visit": f"V{visit}", "date": START + dt.timedelta(weeks=6 * visit)}
    return {**when, "lesion": name, "kind": "lesion", "suvmax": suv, "cycles": 2 * visit or None, **facts}


LIVER = {"visit": "V0", "date": START, "kind": "liver", "suv_mean": 2.0, "suv_sd": 0.25}
"""Threshold 1.5 × 2.0 + 2 × 0.25 = 3.5."""


def assess(rows: list[dict[str, Any]]) -> Conclusion[Any]:
    return phergain(PhergainInputs.model_validate({"rows": rows}))


def responder(*rows: dict[str, Any], liver: dict[str, Any] | None = LIVER) -> bool | None:
    told: bool | None = assess([*rows, *([liver] if liver else [])]).value[0].responder
    return told


def test_every_target_must_fall_by_40_percent_included() -> None:
    first = [lesion("A", 0, 10), lesion("B", 0, 5)]
    assert responder(*first, lesion("A", 1, 6), lesion("B", 1, 3)) is True
    assert responder(*first, lesion("A", 1, 6.01), lesion("B", 1, 1)) is False
    assert responder(*first, lesion("A", 1, 1), lesion("B", 1, 3.01)) is False


def test_a_lesion_below_the_threshold_of_the_liver_is_no_target() -> None:
    rows = [lesion("A", 0, 10), lesion("B", 0, 3.49), lesion("A", 1, 5), lesion("B", 1, 3.49)]
    assert responder(*rows) is True
    at_threshold = [lesion("A", 0, 10), lesion("B", 0, 3.5), lesion("A", 1, 5), lesion("B", 1, 3.5)]
    assert responder(*at_threshold) is False


@pytest.mark.parametrize(
    ("rows", "liver", "missing"),
    [
        ([lesion("A", 0, 10), lesion("A", 1, None)], LIVER, "suvmax of A at V1"),
        ([lesion("A", 0, None), lesion("A", 1, 5)], LIVER, "suvmax of A at V0"),
        ([lesion("A", 0, 10), lesion("A", 1, 5)], None, "suv_mean of liver at V0"),
        ([lesion("A", 0, 10), lesion("A", 1, 5)], {**LIVER, "suv_sd": None}, "suv_sd of liver at V0"),
        ([lesion("A", 0, 10), lesion("A", 1, 5, cycles=None)], LIVER, "cycles at V1"),
        ([lesion("A", 0, 10), lesion("A", 1, 5), lesion("N", 1, 4)], LIVER, "new of N at V1"),
    ],
)
def test_what_is_not_known_is_no_response(
    rows: list[dict[str, Any]], liver: dict[str, Any] | None, missing: str
) -> None:
    assert responder(*rows, liver=liver) is None
    assert missing in assess([*rows, *([liver] if liver else [])]).missing


def test_a_target_that_did_not_fall_decides_although_another_is_unknown() -> None:
    rows = [lesion("A", 0, 10), lesion("B", 0, 5), lesion("A", 1, 8), lesion("B", 1, None)]
    assert responder(*rows) is False


def test_a_new_lesion_is_no_response() -> None:
    assert responder(lesion("A", 0, 10), lesion("A", 1, 2), lesion("N", 1, 4, new=True)) is False


@pytest.mark.parametrize("cycles", [0, 1, 3])
def test_the_rule_is_defined_after_two_cycles_alone(cycles: int) -> None:
    rows = [lesion("A", 0, 10), lesion("A", 1, 2, cycles=cycles)]
    assert responder(*rows) is None
    assert "not-after-two-cycles" in {each.code for each in assess([*rows, LIVER]).warnings}


def test_it_always_says_that_it_is_investigational() -> None:
    told = assess([lesion("A", 0, 10), lesion("A", 1, 2), LIVER])
    assert told.warnings[0].code == "investigational"
    assert "no reason to omit" in told.warnings[0].message
    assert "investigational" in told.value[0].in_words()


@given(st.lists(st.tuples(st.integers(35, 300), st.integers(0, 300)), min_size=1, max_size=4))
def test_it_agrees_with_whole_numbers(pairs: list[tuple[int, int]]) -> None:
    rows = []
    for name, (then, now) in zip("ABCD", pairs, strict=False):
        rows += [lesion(name, 0, then / 10), lesion(name, 1, now / 10)]
    assert responder(*rows) is all(10 * (then - now) >= 4 * then for then, now in pairs)
