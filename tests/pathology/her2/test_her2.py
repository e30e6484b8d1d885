"""Expected results: the tables of ASCO/CAP 2018 (PMID 29846122), written out here row by row; the spectrum by
Rakha 2026 (doi 10.1016/j.modpat.2025.100925)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR, her2
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts
from neoher.pathology.her2.plausibility import MOST_CEP17, MOST_COPIES, MOST_RATIO
from neoher.record.conclusion import Conclusion

COUNTS = {1: (2.0, 4.0), 2: (2.3, 3.9), 3: (1.5, 6.0), 4: (1.99, 5.9), 5: (1.2, 2.4)}
"""A dual-probe count of each group, at or near the cuts."""


def concluded(**stated: Any) -> Conclusion[Her2Assessment]:
    return her2(Her2Facts(**stated))


def result(**stated: Any) -> Her2Assessment:
    value = concluded(**stated).value
    assert value is not None
    return value


def codes(conclusion: Conclusion[Her2Assessment]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


def dual(group: int) -> dict[str, Any]:
    ratio, copies = COUNTS[group]
    return {"ish_probe": "dual", "ratio": ratio, "copies": copies}


def recount(group: int) -> dict[str, Any]:
    ratio, copies = COUNTS[group]
    return {"recount_ratio": ratio, "recount_copies": copies}


# IHC alone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "status", "spectrum", "three_class", "missing"),
    [
        ({"ihc": "3+"}, "positive", "3+", "positive", ()),
        ({"ihc": "2+"}, "equivocal", None, None, ("her2.ish",)),
        ({"ihc": "1+"}, "negative", "low", "low", ()),
        ({"ihc": "0"}, "negative", "0-unspecified", "0", ("her2.membrane_staining",)),
        ({"ihc": "0", "membrane_staining": True}, "negative", "ultralow", "0", ()),
        ({"ihc": "0", "membrane_staining": False}, "negative", "absent", "0", ()),
    ],
)
def test_ihc_alone(
    stated: dict[str, Any],
    status: str,
    spectrum: str | None,
    three_class: str | None,
    missing: tuple[str, ...],
) -> None:
    conclusion = concluded(**stated)
    assert conclusion.value is not None
    assert conclusion.value.model_dump() == {
        "status": status,
        "ihc": stated["ihc"],
        "ish_group": None,
        "spectrum": spectrum,
        "three_class": three_class,
    }
    assert conclusion.missing == missing


def test_complete_intense_staining_of_most_cells_is_positive_and_needs_no_ish() -> None:
    conclusion = concluded(intensity="intense", completeness="complete", percent=60)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.value.spectrum) == ("positive", "3+")
    assert conclusion.missing == ()


def test_complete_intense_staining_of_exactly_ten_percent_is_two_plus_and_needs_ish() -> None:
    conclusion = concluded(intensity="intense", completeness="complete", percent=10)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.value.ihc) == ("equivocal", "2+")
    assert conclusion.missing == ("her2.ish",)
    assert codes(conclusion) == {"ihc-limited-extent"}


@pytest.mark.parametrize(("percent", "ihc", "spectrum"), [(10, "0", "ultralow"), (11, "1+", "low")])
def test_faint_incomplete_staining_is_ultralow_up_to_ten_percent_and_low_above(
    percent: float, ihc: str, spectrum: str
) -> None:
    value = result(intensity="faint", completeness="incomplete", percent=percent)
    assert (value.ihc, value.spectrum, value.status) == (ihc, spectrum, "negative")


def test_weak_complete_staining_of_few_cells_is_two_plus_for_a_pathologist_to_confirm() -> None:
    conclusion = concluded(intensity="weak", completeness="complete", percent=8)
    assert conclusion.value is not None
    assert conclusion.value.ihc == "2+"
    assert codes(conclusion) == {"ihc-pattern-not-covered"}
    assert conclusion.missing == ("her2.ish",)


@pytest.mark.parametrize("part", [{"percent": 5}, {"intensity": "faint"}])
def test_a_reported_zero_with_some_staining_is_ultralow(part: dict[str, Any]) -> None:
    assert result(ihc="0", **part).spectrum == "ultralow"


@pytest.mark.parametrize("stated", [{"ihc": "1+"}, {"ihc": "0"}, {"ihc": "0", "membrane_staining": True}])
def test_low_and_ultralow_are_said_to_have_no_role_before_surgery(stated: dict[str, Any]) -> None:
    assert "spectrum-not-for-neoadjuvant-decisions" in codes(concluded(**stated))


# Dual probe: every cell of the work-up table --------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "ihc", "status", "spectrum", "missing"),
    [
        (1, "0", "positive", "ISH+", ()),
        (1, "1+", "positive", "ISH+", ()),
        (1, "2+", "positive", "2+/ISH+", ()),
        (1, "3+", "positive", "3+", ()),
        (1, None, "positive", None, ("her2.ihc",)),
        (2, "0", "negative", "0-unspecified", ("her2.membrane_staining",)),
        (2, "1+", "negative", "low", ()),
        (2, "2+", "equivocal", None, ("her2.ish.recount_ratio", "her2.ish.recount_copies")),
        (2, "3+", "positive", "3+", ()),
        (2, None, "equivocal", None, ("her2.ihc",)),
        (3, "0", "negative", "0-unspecified", ("her2.membrane_staining",)),
        (3, "1+", "negative", "low", ()),
        (3, "2+", "equivocal", None, ("her2.ish.recount_ratio", "her2.ish.recount_copies")),
        (3, "3+", "positive", "3+", ()),
        (3, None, "equivocal", None, ("her2.ihc",)),
        (4, "0", "negative", "0-unspecified", ("her2.membrane_staining",)),
        (4, "1+", "negative", "low", ()),
        (4, "2+", "equivocal", None, ("her2.ish.recount_ratio", "her2.ish.recount_copies")),
        (4, "3+", "positive", "3+", ()),
        (4, None, "equivocal", None, ("her2.ihc",)),
        (5, "0", "negative", "0-unspecified", ("her2.membrane_staining",)),
        (5, "1+", "negative", "low", ()),
        (5, "2+", "negative", "low", ()),
        (5, "3+", "positive", "3+", ()),
        (5, None, "negative", None, ("her2.ihc",)),
    ],
)
def test_dual_probe_groups_with_ihc_of_the_same_sample(
    group: int, ihc: str | None, status: str, spectrum: str | None, missing: tuple[str, ...]
) -> None:
    conclusion = concluded(ihc=ihc, **dual(group))
    assert conclusion.value is not None
    value = conclusion.value
    assert (value.status, value.ish_group, value.spectrum) == (status, group, spectrum)
    assert conclusion.missing == missing


@pytest.mark.parametrize(
    ("group", "second", "status", "spectrum"),
    [
        (2, 2, "negative", "low"),
        (3, 3, "positive", "2+/ISH+"),
        (4, 4, "negative", "low"),
        *[
            (group, second, "indeterminate", None)
            for group in (2, 3, 4)
            for second in (1, 2, 3, 4, 5)
            if second != group
        ],
    ],
)
def test_the_blinded_recount_of_two_plus_confirms_its_group_or_goes_to_adjudication(
    group: int, second: int, status: str, spectrum: str | None
) -> None:
    value = result(ihc="2+", **dual(group), **recount(second))
    assert (value.status, value.ish_group, value.spectrum) == (status, group, spectrum)


def test_group_four_confirmed_by_a_recount_is_negative_with_a_comment() -> None:
    conclusion = concluded(ihc="2+", ratio=1.99, copies=5.9, recount_ratio=1.95, recount_copies=5.5)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.value.spectrum) == ("negative", "low")
    assert "ish-group-comment" in codes(conclusion)


def test_group_three_confirmed_by_a_recount_is_positive() -> None:
    value = result(ihc="2+", ratio=1.5, copies=6.0, recount_ratio=1.6, recount_copies=6.3)
    assert (value.status, value.spectrum, value.three_class) == ("positive", "2+/ISH+", "positive")


def test_group_two_with_three_plus_is_positive() -> None:
    value = result(ihc="3+", ratio=2.3, copies=3.9)
    assert (value.status, value.ish_group) == ("positive", 2)


@pytest.mark.parametrize(("group", "ihc"), [(1, "0"), (1, "1+"), (5, "3+")])
def test_ihc_and_ish_that_disagree_are_positive_and_flagged(group: int, ihc: str) -> None:
    conclusion = concluded(ihc=ihc, **dual(group))
    assert conclusion.value is not None
    assert conclusion.value.status == "positive"
    assert "ihc-ish-discordant" in codes(conclusion)


@pytest.mark.parametrize(("group", "ihc"), [(1, "3+"), (1, "2+"), (5, "2+"), (5, "1+"), (2, "3+")])
def test_ihc_and_ish_that_agree_are_not_flagged(group: int, ihc: str) -> None:
    assert "ihc-ish-discordant" not in codes(concluded(ihc=ihc, **dual(group)))


def test_a_recount_that_nobody_asked_for_and_that_changes_the_result_goes_to_adjudication() -> None:
    conclusion = concluded(ihc="2+", **dual(1), **recount(5))
    assert conclusion.value is not None
    assert conclusion.value.status == "indeterminate"
    assert "recount-not-called-for" in codes(conclusion)


def test_a_recount_with_half_its_numbers_names_the_other_half() -> None:
    conclusion = concluded(ihc="2+", **dual(3), recount_ratio=1.6)
    assert conclusion.value is not None
    assert conclusion.value.status == "equivocal"
    assert conclusion.missing == ("her2.ish.recount_copies",)


def test_two_plus_with_positive_ish_prints_its_investigational_name() -> None:
    conclusion = concluded(ihc="2+", **dual(1))
    assert conclusion.value is not None
    assert "HER2-moderate (Ma 2025, investigational)" in conclusion.value.in_words()
    assert "her2-moderate-investigational" in codes(conclusion)


# Single probe ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("copies", "ihc", "status", "spectrum", "missing"),
    [
        (6.0, "0", "positive", "ISH+", ()),
        (6.0, "1+", "positive", "ISH+", ()),
        (6.0, "2+", "positive", "2+/ISH+", ()),
        (6.0, "3+", "positive", "3+", ()),
        (6.0, None, "positive", None, ("her2.ihc",)),
        (5.0, "1+", "negative", "low", ()),
        (5.0, "2+", "equivocal", None, ("her2.ish.ratio",)),
        (5.0, "3+", "positive", "3+", ()),
        (4.0, None, "equivocal", None, ("her2.ihc",)),
        (3.9, "1+", "negative", "low", ()),
        (3.9, "2+", "negative", "low", ()),
        (3.9, "3+", "positive", "3+", ()),
        (3.9, None, "negative", None, ("her2.ihc",)),
    ],
)
def test_a_single_probe_with_concurrent_ihc(
    copies: float, ihc: str | None, status: str, spectrum: str | None, missing: tuple[str, ...]
) -> None:
    conclusion = concluded(ihc=ihc, ish_probe="single", copies=copies)
    assert conclusion.value is not None
    value = conclusion.value
    assert (value.status, value.ish_group, value.spectrum) == (status, None, spectrum)
    assert conclusion.missing == missing


# What is not known ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({}, ("her2.ihc", "her2.ish")),
        ({"membrane_staining": False}, ("her2.ihc", "her2.ish")),
        ({"intensity": "weak"}, ("her2.completeness", "her2.percent", "her2.ish")),
        ({"ish_probe": "dual"}, ("her2.ihc", "her2.ish.ratio", "her2.ish.copies")),
        ({"ratio": 1.5}, ("her2.ihc", "her2.ish.copies")),
        ({"ish_probe": "single"}, ("her2.ihc", "her2.ish.copies")),
    ],
)
def test_facts_that_decide_nothing_give_no_value_and_name_what_is_missing(
    stated: dict[str, Any], missing: tuple[str, ...]
) -> None:
    conclusion = concluded(**stated)
    assert conclusion.value is None
    assert conclusion.missing == missing


def test_an_ish_without_its_copies_leaves_one_plus_open_where_the_ratio_is_high() -> None:
    conclusion = concluded(ihc="1+", ish_probe="dual", ratio=3.0)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.missing) == ("equivocal", ("her2.ish.copies",))


def test_an_ish_without_its_copies_decides_where_every_group_left_agrees() -> None:
    conclusion = concluded(ihc="1+", ish_probe="dual", ratio=1.2)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.missing) == ("negative", ("her2.ish.copies",))


# Contradictions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stated",
    [
        {"ihc": "3+", "intensity": "none"},
        {"ihc": "3+", "percent": 0},
        {"ihc": "3+", "percent": 10},
        {"ihc": "0", "percent": 60},
        {"ihc": "1+", "intensity": "intense", "completeness": "complete", "percent": 60},
        {"ihc": "2+", "membrane_staining": False},
        {"intensity": "none", "membrane_staining": True},
        {"intensity": "none", "percent": 30},
        {"ish_probe": "single", "ratio": 2.0, "copies": 4.0},
        {"ish_probe": "single", "copies": 5.0, "recount_copies": 5.0},
        {"ihc": "2+", "recount_ratio": 2.0, "recount_copies": 4.0},
    ],
)
def test_facts_that_contradict_each_other_are_refused(stated: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        concluded(**stated)


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({"ratio": "0"}, "ratio"),
        ({"ratio": "-1"}, "ratio"),
        ({"copies": "inf"}, "copies"),
        ({"percent": "101"}, "percent"),
        ({"ihc": "4+"}, "ihc"),
        ({"ihc": "2"}, "ihc"),
        ({"membrane_staining": "perhaps"}, "membrane_staining"),
        ({"cells": "0"}, "cells"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(stated: dict[str, str], named: str) -> None:
    with pytest.raises(InputError) as refusal:
        CALCULATOR.read(stated)
    assert refusal.value.where == named


def test_a_ratio_and_a_copy_number_that_changed_places_are_doubted() -> None:
    assert "check-ratio-and-copies" in codes(concluded(ihc="2+", ratio=5.6, copies=2.4))
    assert "check-ratio-and-copies" not in codes(concluded(ihc="2+", ratio=2.4, copies=5.6))


def test_fewer_than_twenty_cells_are_noted() -> None:
    assert "fewer-than-20-cells" in codes(concluded(ihc="2+", ratio=2.4, copies=5.6, cells=19))
    assert "fewer-than-20-cells" not in codes(concluded(ihc="2+", ratio=2.4, copies=5.6, cells=20))


# Laws -----------------------------------------------------------------------------------------------------


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


NUMBERS = st.sampled_from([0.5, 1.99, 2.0, 3.99, 4.0, 5.99, 6.0]) | st.floats(0.1, 60)
ANY_FACTS = st.fixed_dictionaries(
    {
        "ihc": _maybe(st.sampled_from(["0", "1+", "2+", "3+"])),
        "intensity": _maybe(st.sampled_from(["none", "faint", "weak", "moderate", "intense"])),
        "completeness": _maybe(st.sampled_from(["complete", "incomplete"])),
        "percent": _maybe(st.sampled_from([0.0, 10.0, 11.0]) | st.floats(0, 100)),
        "membrane_staining": _maybe(st.booleans()),
        "ish_probe": _maybe(st.sampled_from(["dual", "single"])),
        "ratio": _maybe(NUMBERS),
        "copies": _maybe(NUMBERS),
        "cells": _maybe(st.integers(1, 200)),
        "recount_ratio": _maybe(NUMBERS),
        "recount_copies": _maybe(NUMBERS),
    }
)


def _outcome(stated: dict[str, Any]) -> Conclusion[Her2Assessment] | InputError:
    try:
        return concluded(**stated)
    except InputError as refusal:
        return refusal


@given(ANY_FACTS)
def test_any_facts_give_a_conclusion_or_a_named_refusal(stated: dict[str, Any]) -> None:
    outcome = _outcome(stated)
    if isinstance(outcome, InputError):
        assert outcome.what
        assert outcome.remedy
        assert set(outcome.where.split(", ")) <= set(Her2Facts.model_fields)
        return
    conclusion = outcome
    assert set(conclusion.sources) <= {source.id for source in CALCULATOR.sources}
    value = conclusion.value
    if value is None:
        assert conclusion.missing
        return
    assert conclusion.because
    if value.status == "equivocal":
        assert conclusion.missing
    if value.ihc == "3+":
        assert value.status == "positive"
    if value.status in {"equivocal", "indeterminate"}:
        assert (value.spectrum, value.three_class) == (None, None)
    if value.status == "positive":
        assert value.three_class == "positive"
        assert value.spectrum in {None, "3+", "2+/ISH+", "ISH+"}
    if value.status == "negative":
        assert value.spectrum in {None, "low", "ultralow", "absent", "0-unspecified"}


@given(ANY_FACTS)
def test_a_group_one_that_no_recount_disputes_is_positive(stated: dict[str, Any]) -> None:
    disputed = {"recount_ratio": None, "recount_copies": None, "ratio": 2.4, "copies": 5.6}
    stated |= disputed
    assume(stated["ish_probe"] != "single")
    try:
        assert result(**stated).status == "positive"
    except InputError:
        assume(False)


@given(st.sampled_from([None, "0", "1+", "2+", "3+"]), NUMBERS, NUMBERS, st.sampled_from([1, 2, 3]))
def test_what_is_decided_without_a_number_of_the_ish_is_not_undone_by_it(
    ihc: str | None, ratio: float, copies: float, kept: int
) -> None:
    assume(ratio <= MOST_RATIO and copies <= MOST_COPIES and copies / ratio <= MOST_CEP17)
    known = {"ratio": ratio if kept & 1 else None, "copies": copies if kept & 2 else None}
    part = concluded(ihc=ihc, ish_probe="dual", **known).value
    whole = result(ihc=ihc, ish_probe="dual", ratio=ratio, copies=copies)
    if part is not None and part.status in {"positive", "negative"}:
        assert part.status == whole.status


@given(ANY_FACTS)
def test_membrane_staining_never_changes_the_status(stated: dict[str, Any]) -> None:
    statuses = set()
    for staining in (None, True, False):
        try:
            value = concluded(**stated | {"membrane_staining": staining}).value
        except InputError:
            continue
        statuses.add(value.status if value else None)
    assert len(statuses) <= 1
