"""Expected patterns: ZEPHIR (PMID 38184611): A entire, B dominant, C minor part, D none of the FDG-avid
load."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.pathology.reasoning import Reasoning
from neoher.response.her2pet.facts import LesionScan, PatientPattern
from neoher.response.her2pet.pattern import pattern_of_share, patterns


def scan(lesion: str, **stated: Any) -> LesionScan:
    facts: dict[str, Any] = {"fdg": "positive", "uptake": "positive"} | stated
    return LesionScan("P1", lesion, dt.date(2025, 3, 1), "89Zr-trastuzumab", **facts)


def patient(*scans: LesionScan) -> tuple[PatientPattern, Reasoning[object]]:
    reasons: Reasoning[object] = Reasoning()
    (pattern,) = patterns(scans, reasons)
    return pattern, reasons


@pytest.mark.parametrize(
    ("share", "pattern"),
    [
        (1, "A"),
        (0.99, "B"),
        (0.7, "B"),
        (Fraction(51, 100), "B"),
        (0.49, "C"),
        (0.01, "C"),
        (0, "D"),
        (0.5, None),
    ],
)
def test_the_pattern_of_a_share(share: float, pattern: str | None) -> None:
    assert pattern_of_share(share) == pattern


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_more_uptake_never_gives_a_lower_pattern(one: Fraction, other: Fraction) -> None:
    low, high = (pattern_of_share(share) for share in sorted((one, other)))
    if low is not None and high is not None:
        assert str(high) <= str(low)


def test_seventy_percent_of_the_volume_is_pattern_b_and_positive() -> None:
    found, _ = patient(scan("a", fdg_load_cc=70), scan("b", uptake="negative", fdg_load_cc=30))
    assert (found.pattern, found.her2_imaging, found.share, found.share_of) == (
        "B",
        "positive",
        0.7,
        "volume",
    )


def test_where_one_volume_lacks_lesions_are_counted() -> None:
    found, _ = patient(
        scan("a", fdg_load_cc=90), scan("b", uptake="negative"), scan("c", uptake="negative", fdg_load_cc=1)
    )
    assert (found.pattern, found.share_of) == ("C", "lesions")
    assert found.share == pytest.approx(1 / 3)


def test_a_lesion_without_fdg_carries_no_load() -> None:
    found, _ = patient(scan("a"), scan("b", fdg="negative", uptake="negative"))
    assert (found.pattern, found.her2_imaging) == ("A", "positive")


@pytest.mark.parametrize(("stated", "missing"), [({"fdg": None}, ("fdg",)), ({"uptake": None}, ("uptake",))])
def test_what_is_not_read_is_missing_and_not_negative(
    stated: dict[str, Any], missing: tuple[str, ...]
) -> None:
    found, reasons = patient(scan("a"), scan("b", **stated))
    assert found.pattern is None
    assert reasons.conclude(None).missing == missing


def test_an_indeterminate_lesion_or_no_avid_lesion_leaves_it_open() -> None:
    assert patient(scan("a"), scan("b", uptake="indeterminate"))[0].pattern is None
    assert patient(scan("a", fdg="negative"))[0].pattern is None


def test_exactly_half_is_no_pattern_and_says_so() -> None:
    found, reasons = patient(scan("a"), scan("b", uptake="negative"))
    assert (found.pattern, found.her2_imaging, found.share) == (None, None, 0.5)
    assert [each.code for each in reasons.conclude(None).warnings] == ["pattern-at-one-half"]
