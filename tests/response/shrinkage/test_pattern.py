"""Shrinkage patterns of courses made by hand and of bodies with known geometry, and laws."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.shrinkage.facts import Pattern, PatternFacts
from neoher.response.shrinkage.pattern import CALCULATOR, FRAGMENT_FLOOR_CC, shrinkage_pattern

BASELINE = {
    "baseline_extent_mm": 38.0,
    "baseline_volume_cc": 9.4,
    "baseline_fragments": 1,
    "baseline_enhancement_percent": 190.0,
}


def concluded(**now: Any) -> Conclusion[Any]:
    return shrinkage_pattern(PatternFacts(**BASELINE | now))


def pattern(**now: Any) -> str | None:
    value = concluded(**now).value
    return None if value is None else str(value.pattern)


def ball_cc(diameter_mm: float) -> float:
    return math.pi / 6 * diameter_mm**3 / 1000


# Courses, as a reader would see them ----------------------------------------------------------------------

COURSES = {
    "nothing left": ({"extent_mm": 0, "volume_cc": 0, "fragments": 0}, "complete"),
    "one remnant in the middle": (
        {"extent_mm": 18, "volume_cc": 1.1, "fragments": 1, "enhancement_percent": 150},
        "concentric",
    ),
    "islands over the old extent": (
        {"extent_mm": 35, "volume_cc": 1.6, "fragments": 4, "enhancement_percent": 150},
        "fragmented",
    ),
    "islands over a smaller extent": ({"extent_mm": 20, "volume_cc": 1.0, "fragments": 2}, "fragmented"),
    "a thin veil over the old extent": (
        {"extent_mm": 36, "volume_cc": 2.4, "fragments": 1, "enhancement_percent": 120},
        "diffuse-decrease",
    ),
    "specks over the old extent": ({"extent_mm": 36, "volume_cc": 0.4, "fragments": 0}, "diffuse-decrease"),
    "as large, weaker": (
        {"extent_mm": 37, "volume_cc": 8.9, "fragments": 1, "enhancement_percent": 120},
        "intensity-only",
    ),
    "as large, as bright": (
        {"extent_mm": 37, "volume_cc": 9.6, "fragments": 1, "enhancement_percent": 185},
        "none",
    ),
    "larger": ({"extent_mm": 47, "volume_cc": 15, "fragments": 1}, "progression"),
    "denser within the same outline": ({"extent_mm": 38, "volume_cc": 17, "fragments": 1}, "progression"),
}


@pytest.mark.parametrize("course", COURSES)
def test_each_course_has_its_pattern(course: str) -> None:
    now, expected = COURSES[course]
    assert pattern(**now) == expected


def test_every_pattern_has_a_course() -> None:
    assert {expected for _, expected in COURSES.values()} == set(Pattern)


def test_two_foci_that_each_shrink_are_concentric_although_they_stay_apart() -> None:
    apart = {"baseline_fragments": 2, "baseline_extent_mm": 60, "baseline_largest_mm": 22}
    now = {"extent_mm": 50, "largest_mm": 10, "fragments": 2, "volume_cc": 0.7}
    assert pattern(**apart, **now) == "concentric"
    assert pattern(**apart, **(now | {"fragments": 1, "extent_mm": 10})) == "concentric"
    assert pattern(**apart, **(now | {"fragments": 3})) == "fragmented"
    assert concluded(**apart, **(now | {"largest_mm": None})).missing == ("largest_mm",)


def test_what_is_left_elsewhere_is_no_shrinkage_of_this_lesion() -> None:
    now = {"extent_mm": 18, "volume_cc": 1.1, "fragments": 1}
    assert pattern(**now, inside_baseline_percent=50) == "concentric"
    elsewhere = concluded(**now, inside_baseline_percent=49.9)
    assert elsewhere.value is None
    assert [warning.code for warning in elsewhere.warnings] == ["mostly-outside-baseline"]


def test_a_complete_response_on_imaging_says_that_it_is_no_pathological_one() -> None:
    codes = [warning.code for warning in concluded(volume_cc=0).warnings]
    assert codes == ["not-a-pathologic-statement"]


# Limits, met when reached exactly -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # 38 to 45.6 is 20 % and 7.6 mm.
        ({"extent_mm": 45.6}, "progression"),
        ({"extent_mm": 45.5}, "none"),
        # 20 % but 4.9 mm, and 5 mm.
        ({"baseline_extent_mm": 24.5, "extent_mm": 29.4}, "none"),
        ({"baseline_extent_mm": 25, "extent_mm": 30}, "progression"),
        # Volume: 1.728 times, and at least a part's worth.
        ({"baseline_volume_cc": 1, "volume_cc": 1.728, "extent_mm": 38}, "progression"),
        ({"baseline_volume_cc": 1, "volume_cc": 1.727, "extent_mm": 38}, "none"),
        ({"baseline_volume_cc": 0.02, "volume_cc": 0.084, "extent_mm": 38}, "none"),
        ({"baseline_volume_cc": 0.02, "volume_cc": 0.085, "extent_mm": 38}, "progression"),
        # 38 to 26.6 is 30 %.
        ({"extent_mm": 26.6}, "concentric"),
        ({"extent_mm": 26.7}, "none"),
        # Enhancement 190 to 152 is 20 %.
        ({"enhancement_percent": 152}, "intensity-only"),
        ({"enhancement_percent": 152.1}, "none"),
    ],
)
def test_a_limit_is_met_when_it_is_reached(now: dict[str, float], expected: str) -> None:
    same = {"extent_mm": 38, "volume_cc": 9.4, "fragments": 1, "enhancement_percent": 190}
    assert pattern(**(same | now)) == expected


def test_the_floor_of_a_part_is_a_ball_of_five_mm() -> None:
    assert pytest.approx(ball_cc(5), abs=0.0005) == FRAGMENT_FLOOR_CC


def test_in_step_is_half_way_to_shrinking_alike() -> None:
    # An eighth of the volume: alike, the length would halve; half-way is three quarters of 40 mm.
    eighth = {"baseline_volume_cc": 8, "volume_cc": 1, "fragments": 1, "baseline_extent_mm": 40}
    assert pattern(**eighth, extent_mm=30) == "concentric"
    assert pattern(**eighth, extent_mm=30.1) == "diffuse-decrease"


# Absent is never 0, one or unchanged ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ({}, ("extent_mm", "volume_cc")),
        ({"extent_mm": 37}, ("volume_cc",)),
        ({"extent_mm": 18, "volume_cc": 1.1}, ("fragments",)),
        ({"extent_mm": 37, "volume_cc": 9}, ("enhancement_percent",)),
        ({"volume_cc": 1.1, "fragments": 1}, ("extent_mm",)),
        (
            {"extent_mm": 18, "volume_cc": 1.1, "fragments": 3, "baseline_fragments": None},
            ("baseline_fragments",),
        ),
    ],
)
def test_what_would_decide_is_missing(now: dict[str, Any], missing: tuple[str, ...]) -> None:
    conclusion = concluded(**now)
    assert conclusion.value is None
    assert conclusion.missing == missing


def test_one_part_needs_no_count_at_baseline() -> None:
    assert pattern(extent_mm=18, volume_cc=1.1, fragments=1, baseline_fragments=None) == "concentric"


# Contradictions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({"baseline_extent_mm": 0}, "no lesion at baseline"),
        ({"extent_mm": 18, "largest_mm": 20}, "longer than the whole lesion"),
        ({"extent_mm": 0, "volume_cc": 1}, "gone by one fact and there by another"),
        ({"volume_cc": 0, "fragments": 1}, "gone by one fact and there by another"),
    ],
)
def test_what_cannot_be_is_refused(now: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        concluded(**now)


# Laws on bodies of known geometry -------------------------------------------------------------------------


@given(st.floats(10, 80), st.floats(0.05, 0.69), st.floats(0.1, 2))
def test_a_ball_that_shrinks_alike_in_every_direction_is_concentric(
    diameter: float, share: float, units: float
) -> None:
    # The same in any unit of length: volumes go with its cube.
    now = shrinkage_pattern(
        PatternFacts(
            baseline_extent_mm=diameter * units,
            extent_mm=diameter * units * share,
            baseline_volume_cc=ball_cc(diameter * units),
            volume_cc=ball_cc(diameter * units * share),
            baseline_fragments=1,
            fragments=1,
        )
    )
    assert now.value is not None
    assert now.value.pattern is Pattern.CONCENTRIC


@given(st.floats(20, 80), st.integers(2, 9))
def test_a_ball_that_leaves_balls_at_its_rim_is_fragmented(diameter: float, parts: int) -> None:
    small = 0.2 * diameter
    now = shrinkage_pattern(
        PatternFacts(
            baseline_extent_mm=diameter,
            extent_mm=diameter,
            baseline_volume_cc=ball_cc(diameter),
            volume_cc=parts * ball_cc(small),
            baseline_fragments=1,
            fragments=parts,
        )
    )
    assert now.value is not None
    assert now.value.pattern is Pattern.FRAGMENTED


@given(st.floats(10, 80), st.floats(0.05, 0.6))
def test_a_ball_that_thins_without_shrinking_is_a_diffuse_decrease(diameter: float, left: float) -> None:
    now = shrinkage_pattern(
        PatternFacts(
            baseline_extent_mm=diameter,
            extent_mm=diameter,
            baseline_volume_cc=ball_cc(diameter),
            volume_cc=ball_cc(diameter) * left,
            baseline_fragments=1,
            fragments=1,
        )
    )
    assert now.value is not None
    assert now.value.pattern is Pattern.DIFFUSE_DECREASE


@given(st.floats(1, 80), st.floats(0.1, 50), st.integers(0, 9))
def test_growth_is_never_hidden_by_the_number_of_parts(extent: float, volume: float, parts: int) -> None:
    assume(extent >= 45.6)
    assert pattern(extent_mm=extent, volume_cc=volume, fragments=parts) == "progression"


def test_nothing_of_calcifications_can_be_entered() -> None:
    assert not any("calcification" in name for name in CALCULATOR.options())
