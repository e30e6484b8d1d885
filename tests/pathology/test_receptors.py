"""Expected statuses: the cuts of ASCO/CAP 2020 (doi 10.1200/JCO.19.02309): positive from 1 %, low positive
from 1 to 10 % of oestrogen receptor alone, no low class of the progesterone receptor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.receptors import CALCULATOR, ReceptorFacts, Receptors, receptors
from neoher.record.conclusion import Conclusion


def concluded(**stated: object) -> Conclusion[Receptors]:
    return receptors(ReceptorFacts.model_validate(stated))


def result(**stated: object) -> Receptors:
    value = concluded(**stated).value
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("percent", "er", "pr"),
    [
        (0, "negative", "negative"),
        (0.9, "negative", "negative"),
        (1, "low-positive", "positive"),
        (5, "low-positive", "positive"),
        (10, "low-positive", "positive"),
        (10.1, "positive", "positive"),
        (100, "positive", "positive"),
    ],
)
def test_each_receptor_at_and_beside_its_cuts(percent: float, er: str, pr: str) -> None:
    value = result(er_percent=percent, pr_percent=percent)
    assert (value.er, value.pr) == (er, pr)


@pytest.mark.parametrize(
    ("er", "pr", "together"),
    [
        (0, 0, "negative"),
        (5, 0, "positive"),
        (0, 5, "positive"),
        (60, None, "positive"),
        (None, 60, "positive"),
        (0, None, None),
        (None, 0, None),
    ],
)
def test_both_are_negative_only_where_both_are_stated(
    er: float | None, pr: float | None, together: str | None
) -> None:
    conclusion = concluded(er_percent=er, pr_percent=pr)
    assert conclusion.value is not None
    assert conclusion.value.hormone_receptor == together
    assert ("er_percent" in conclusion.missing) is (er is None)
    assert ("pr_percent" in conclusion.missing) is (pr is None)


def test_nothing_stated_says_nothing() -> None:
    conclusion = concluded(ki67_percent=30)
    assert conclusion.value is None
    assert conclusion.missing == ("er_percent", "pr_percent")


def test_ki67_is_given_back_and_not_classed() -> None:
    assert result(er_percent=60, pr_percent=0, ki67_percent=30).ki67_percent == 30


@pytest.mark.parametrize(("er", "asked"), [(0, True), (10, True), (10.5, False)])
def test_the_control_is_asked_for_up_to_ten_percent(er: float, asked: bool) -> None:
    assert ("internal_control" in concluded(er_percent=er, pr_percent=0).missing) is asked


def test_a_control_that_does_not_stain_is_named() -> None:
    conclusion = concluded(er_percent=0, pr_percent=0, internal_control=False)
    assert "er-control-not-stained" in {each.code for each in conclusion.warnings}
    assert conclusion.missing == ()


def test_er_low_positive_is_commented() -> None:
    assert [each.code for each in concluded(er_percent=5, pr_percent=20).warnings] == ["er-low-positive"]


@pytest.mark.parametrize("stated", [{"er_percent": "101"}, {"pr_percent": "-1"}, {"er_percent": "nan"}])
def test_a_share_beyond_a_hundred_or_below_nothing_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises(InputError):
        CALCULATOR.read(stated)


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_staining_never_makes_a_receptor_less_positive(one: float, other: float) -> None:
    order = ["negative", "low-positive", "positive"]
    low, high = sorted((one, other))
    assert order.index(str(result(er_percent=low).er)) <= order.index(str(result(er_percent=high).er))


def test_the_line_for_a_reader_says_what_is_known_and_what_is_not() -> None:
    assert (
        result(er_percent=5).in_words() == "ER low positive (5 %) · PR not known · hormone receptors positive"
    )
    assert result(er_percent=0, pr_percent=0, ki67_percent=30).in_words().endswith("negative · Ki-67 30 %")
