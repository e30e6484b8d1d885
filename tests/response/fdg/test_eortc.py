"""EORTC 1999: expected classes are worked by hand from its reprinted classes (PMC7046919 table 6, PMC4377159
table 2), or by the separate reading below in whole tenths of SUV.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.fdg.eortc import EortcInputs, eortc

START = dt.date(2025, 1, 6)


def lesion(
    name: str, visit: int, suv: float | None, cycles: int | None = None, **facts: Any
) -> dict[str, Any]:
    when = {"visit": f"V{visit}", "date": START + dt.timedelta(weeks=3 * visit)}
    seen = {"at_background": False} if visit else {}
    own = {"lesion": name, "kind": "lesion", "suvmax": suv, "cycles": cycles if visit else None}
    return {**when, **own, **seen, **facts}


def assess(rows: list[dict[str, Any]]) -> Conclusion[Any]:
    return eortc(EortcInputs.model_validate({"rows": rows}))


def response(rows: list[dict[str, Any]]) -> str:
    return str(assess(rows).value[-1].response)


def pair(then: float | None, now: float | None, cycles: int | None = 2, **facts: Any) -> list[dict[str, Any]]:
    return [lesion("A", 0, then), lesion("A", 1, now, cycles, **facts)]


HAND_WORKED = {
    "exactly 15 % lower after one cycle": (pair(10, 8.5, 1), "PMR"),
    "14.9 % lower after one cycle": (pair(10, 8.51, 1), "SMD"),
    "25 % lower after one cycle": (pair(10, 7.5, 1), "PMR"),
    "15 % lower after two": (pair(10, 8.5, 2), "SMD"),
    "exactly 25 % lower after two": (pair(10, 7.5, 2), "SMD"),
    "more than 25 % lower after two": (pair(10, 7.49, 2), "PMR"),
    "15 to 25 % lower, cycles not stated": (pair(10, 8, None), "NE"),
    "15 to 25 % lower before any cycle": (pair(10, 8, 0), "NE"),
    "more than 25 % lower, cycles not stated": (pair(10, 7, None), "PMR"),
    "less than 15 % lower, cycles not stated": (pair(10, 9, None), "SMD"),
    "exactly 25 % higher": (pair(10, 12.5), "SMD"),
    "more than 25 % higher": (pair(10, 12.51), "PMD"),
    "resolved, as the reader states": (pair(10, 1.1, at_background=True), "CMR"),
    "resolved, without a number": (pair(10, None, at_background=True), "CMR"),
    "an SUV of 0": (pair(10, 0, at_background=None), "CMR"),
    "a low SUV alone is no complete response": (pair(10, 1.1, at_background=None), "PMR"),
    "a new lesion beside resolution": (
        [*pair(10, 1, at_background=True), lesion("N", 1, 4, 2, new=True)],
        "PMD",
    ),
    "a lesion without a row at baseline must say": ([*pair(10, 5), lesion("N", 1, 4, 2)], "NE"),
    "stated as not new it changes nothing": ([*pair(10, 5), lesion("N", 1, 4, 2, new=False)], "PMR"),
    "one lesion grows, the sum falls": (
        [lesion("A", 0, 10), lesion("B", 0, 4), lesion("A", 1, 3, 2), lesion("B", 1, 5.1, 2)],
        "PMD",
    ),
    "the sum decides between lesions": (
        [lesion("A", 0, 10), lesion("B", 0, 4), lesion("A", 1, 5, 2), lesion("B", 1, 4.4, 2)],
        "PMR",
    ),
    "uptake exactly 20 % longer": (
        [lesion("A", 0, 10, longest_mm=30), lesion("A", 1, 5, 2, longest_mm=36)],
        "PMD",
    ),
    "uptake 19 % longer": (
        [lesion("A", 0, 10, longest_mm=30), lesion("A", 1, 5, 2, longest_mm=35.9)],
        "PMR",
    ),
    "the later length is not known": ([lesion("A", 0, 10, longest_mm=30), lesion("A", 1, 5, 2)], "NE"),
    "a lesion without a number": (
        [lesion("A", 0, 10), lesion("B", 0, 4), lesion("A", 1, 5, 2), lesion("B", 1, None, 2)],
        "NE",
    ),
    "the other one is PMD": (
        [lesion("A", 0, 10), lesion("B", 0, 4), lesion("A", 1, 13, 2)],
        "PMD",
    ),
    "no number at baseline": (pair(None, 5), "NE"),
}


@pytest.mark.parametrize("name", HAND_WORKED)
def test_a_course_worked_by_hand(name: str) -> None:
    rows, expected = HAND_WORKED[name]
    assert response(rows) == expected


@pytest.mark.parametrize("now", [7.5, 12.5])
def test_at_exactly_25_percent_the_difference_of_the_tables_is_said(now: float) -> None:
    assert [each.code for each in assess(pair(10, now)).warnings] == ["tables-differ-at-25-percent"]
    assert not assess(pair(10, now + 0.1)).warnings


def test_the_change_is_that_of_the_sum() -> None:
    rows = [lesion("A", 0, 10), lesion("B", 0, 6), lesion("A", 1, 5, 2), lesion("B", 1, 3, 2)]
    (visit,) = assess(rows).value
    assert (visit.change_percent, visit.change_suv, visit.cycles) == (-50, -8, 2)


@pytest.mark.parametrize(
    ("fact", "missing"),
    [
        ("suvmax", "suvmax of A at V1"),
        ("cycles", "cycles at V1"),
        ("at_background", "at_background of A at V1"),
    ],
)
def test_a_fact_that_is_taken_away_is_named(fact: str, missing: str) -> None:
    rows = pair(10, 8, 1)
    told = assess([rows[0], {**rows[1], fact: None}])
    assert missing in told.missing
    assert str(told.value[0].response) in {"PMR", "NE"}
    assert response(rows) == "PMR"


def test_a_new_lesion_stays_and_a_baseline_alone_says_nothing() -> None:
    rows = [*pair(10, 5), lesion("A", 2, 5, 3), lesion("N", 1, 4, 2, new=True)]
    assert [str(visit.response) for visit in assess(rows).value] == ["PMD", "PMD"]
    assert assess([lesion("A", 0, 10)]).missing == ("a scan after the baseline",)
    assert assess([]).missing == ("rows",)


def test_two_rows_of_a_lesion_are_refused() -> None:
    with pytest.raises(InputError, match="two rows"):
        assess([*pair(10, 5), lesion("A", 1, 6, 2)])


def by_the_text(before: Sequence[int], after: Sequence[int], cycles: int) -> str:
    """The class of lesions that are all known and still avid, from the reprinted classes."""
    if any(4 * (now - then) > then for then, now in zip(before, after, strict=True)):
        return "PMD"
    fell, was = sum(before) - sum(after), sum(before)
    reached = 100 * fell >= 15 * was if cycles == 1 else 4 * fell > was
    return "PMR" if reached else "SMD"


SUVS = st.tuples(st.integers(10, 300), st.integers(1, 400))
PAIRS = st.lists(SUVS, min_size=1, max_size=4)


def table(pairs: Sequence[tuple[int, int | None]], cycles: int) -> list[dict[str, Any]]:
    rows = []
    for name, (then, now) in zip("ABCD", pairs, strict=False):
        rows += [lesion(name, 0, then / 10), lesion(name, 1, None if now is None else now / 10, cycles)]
    return rows


@given(PAIRS, st.sampled_from([1, 2, 4]))
def test_the_class_agrees_with_a_separate_reading(pairs: list[tuple[int, int]], cycles: int) -> None:
    before, after = zip(*pairs, strict=True)
    assert response(table(pairs, cycles)) == by_the_text(before, after, cycles)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[int, int]], shuffler: random.Random) -> None:
    rows = table(pairs, 2)
    mixed = list(rows)
    shuffler.shuffle(mixed)
    assert assess(mixed) == assess(rows)


@given(PAIRS, st.integers(0, 3))
def test_a_lesion_without_a_number_hides_no_progression_of_the_others(
    pairs: list[tuple[int, int]], which: int
) -> None:
    hidden = which % len(pairs)
    rest = [pair for place, pair in enumerate(pairs) if place != hidden]
    others = any(4 * (now - then) > then for then, now in rest)
    rows = table([(then, None if place == hidden else now) for place, (then, now) in enumerate(pairs)], 2)
    assert response(rows) == ("PMD" if others else "NE")


@given(PAIRS, st.integers(2, 9))
def test_scaling_every_suv_changes_nothing(pairs: list[tuple[int, int]], factor: int) -> None:
    scaled = [(then * factor, now * factor) for then, now in pairs]
    assert response(table(scaled, 1)) == response(table(pairs, 1))


@given(PAIRS)
def test_a_new_lesion_is_progression(pairs: list[tuple[int, int]]) -> None:
    assert response([*table(pairs, 2), lesion("N", 1, 3, 2, new=True)]) == "PMD"
