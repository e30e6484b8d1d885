"""Expected scores: ASCO/CAP 2018 figure 1 and its note (PMID 29846122); Rakha 2026 for ultralow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.her2.ihc import (
    Completeness,
    IhcScore,
    Intensity,
    Pattern,
    possible_scores,
    score_staining,
)

COMPLETE, INCOMPLETE = Completeness.COMPLETE, Completeness.INCOMPLETE
STAINING = st.sampled_from([each for each in Intensity if each is not Intensity.NONE])
SHARES = st.floats(0.01, 100)


@pytest.mark.parametrize(
    ("intensity", "completeness", "percent", "score"),
    [
        (Intensity.INTENSE, COMPLETE, 60, "3+"),
        (Intensity.INTENSE, COMPLETE, 10.01, "3+"),
        (Intensity.INTENSE, COMPLETE, 10, "2+"),
        (Intensity.MODERATE, COMPLETE, 11, "2+"),
        (Intensity.WEAK, COMPLETE, 11, "2+"),
        (Intensity.FAINT, INCOMPLETE, 11, "1+"),
        (Intensity.FAINT, INCOMPLETE, 10, "0"),
        (Intensity.FAINT, INCOMPLETE, 1, "0"),
        (Intensity.NONE, None, None, "0"),
        (Intensity.NONE, INCOMPLETE, 0, "0"),
    ],
)
def test_the_four_definitions_of_the_score_cut_strictly_above_ten_percent(
    intensity: Intensity, completeness: Completeness | None, percent: float | None, score: str
) -> None:
    reading = score_staining(intensity, completeness, percent)
    assert reading is not None
    assert reading.score == score


@pytest.mark.parametrize(
    ("intensity", "completeness", "percent", "pattern"),
    [
        (Intensity.INTENSE, COMPLETE, 10, Pattern.LIMITED_EXTENT),
        (Intensity.INTENSE, COMPLETE, 1, Pattern.LIMITED_EXTENT),
        (Intensity.MODERATE, INCOMPLETE, 60, Pattern.UNUSUAL),
        (Intensity.INTENSE, INCOMPLETE, 5, Pattern.UNUSUAL),
        (Intensity.WEAK, COMPLETE, 8, Pattern.NOT_COVERED),
        (Intensity.MODERATE, COMPLETE, 10, Pattern.NOT_COVERED),
        (Intensity.FAINT, COMPLETE, 60, Pattern.NOT_COVERED),
        (Intensity.WEAK, INCOMPLETE, 60, Pattern.NOT_COVERED),
    ],
)
def test_a_pattern_that_no_definition_covers_is_two_plus_and_says_so(
    intensity: Intensity, completeness: Completeness, percent: float, pattern: Pattern
) -> None:
    reading = score_staining(intensity, completeness, percent)
    assert reading is not None
    assert (reading.score, reading.pattern) == ("2+", pattern)


def test_faint_staining_of_few_cells_is_membrane_staining_and_none_is_not() -> None:
    few = score_staining(Intensity.FAINT, INCOMPLETE, 10)
    none = score_staining(Intensity.NONE, None, 0)
    assert few is not None
    assert none is not None
    assert (few.membrane_staining, none.membrane_staining) == (True, False)


@pytest.mark.parametrize(
    ("intensity", "percent"), [(Intensity.NONE, 5), (Intensity.FAINT, 0), (Intensity.INTENSE, 0)]
)
def test_staining_of_no_cell_and_no_staining_of_some_cells_contradict_themselves(
    intensity: Intensity, percent: float
) -> None:
    with pytest.raises(InputError, match="contradicts itself"):
        score_staining(intensity, COMPLETE, percent)


@given(STAINING, st.sampled_from(Completeness), SHARES)
def test_a_pattern_that_is_only_half_known_gives_no_score(
    intensity: Intensity, completeness: Completeness, percent: float
) -> None:
    assert score_staining(intensity, completeness, None) is None
    assert score_staining(intensity, None, percent) is None


@given(STAINING, st.sampled_from(Completeness), SHARES)
def test_the_score_is_always_among_those_that_part_of_the_pattern_leaves_possible(
    intensity: Intensity, completeness: Completeness, percent: float
) -> None:
    reading = score_staining(intensity, completeness, percent)
    assert reading is not None
    assert reading.score in possible_scores(intensity, completeness, percent)
    assert reading.score in possible_scores(None, completeness, percent)
    assert reading.score in possible_scores(intensity, None, percent)
    assert reading.score in possible_scores(intensity, completeness, None)


@given(STAINING, st.sampled_from(Completeness), SHARES, SHARES)
def test_more_stained_cells_never_lower_the_score(
    intensity: Intensity, completeness: Completeness, one: float, other: float
) -> None:
    order = list(IhcScore)
    fewer = score_staining(intensity, completeness, min(one, other))
    more = score_staining(intensity, completeness, max(one, other))
    assert fewer is not None
    assert more is not None
    assert order.index(fewer.score) <= order.index(more.score)
