"""Change against repeatability (sources: knowledge of repeatability limits, PMID 22221829, PMC3998689)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.response.change import change_between

SIZES = st.floats(min_value=0.01, max_value=1e4)


def test_a_tumour_from_42_to_21_cc_halved() -> None:
    conclusion = change_between("functional_tumour_volume", 42.0, 21.0)
    assert conclusion.value is not None
    assert conclusion.value.absolute == -21.0
    assert conclusion.value.percent == -50.0


def test_a_lesion_that_was_not_measured_has_not_shrunk() -> None:
    conclusion = change_between("longest_diameter_3d", 38.0, None)
    assert conclusion.value is None
    assert conclusion.missing == ("longest_diameter_3d (later)",)


def test_growth_from_nothing_has_no_percentage() -> None:
    conclusion = change_between("functional_tumour_volume", 0.0, 3.0)
    assert conclusion.value is not None
    assert conclusion.value.percent is None
    assert conclusion.value.absolute == 3.0


@pytest.mark.parametrize("quantity", ["functional_tumour_volume", "longest_diameter_in_plane"])
def test_without_a_published_limit_no_change_is_called_beyond_noise(quantity: str) -> None:
    conclusion = change_between(quantity, 10.0, 1.0)
    assert conclusion.value is not None
    assert conclusion.value.beyond_noise is None
    assert "published" in conclusion.value.limit
    assert conclusion.sources


@given(SIZES, SIZES)
def test_percent_and_absolute_change_have_the_same_sign(earlier: float, later: float) -> None:
    value = change_between("longest_diameter_3d", earlier, later).value
    assert value is not None
    assert value.percent is not None
    assert value.absolute * value.percent >= 0


def test_a_change_at_the_limit_is_within_noise_and_above_it_beyond() -> None:
    """ADC mean: 13.3 % (PMID 30350329); FDG SUVmax: -28 % and +39 % (QIBA profile 1.14)."""
    told = {
        (quantity, later): change_between(quantity, 1000.0, later).value
        for quantity, later in [
            *(("adc_mean", value) for value in (1133.0, 1133.1, 867.0, 866.9)),
            *(("FDG SUVmax", value) for value in (1390.0, 1390.1, 720.0, 719.9)),
        ]
    }
    beyond = {key: value.beyond_noise for key, value in told.items() if value is not None}
    assert beyond == {
        ("adc_mean", 1133.0): False,
        ("adc_mean", 1133.1): True,
        ("adc_mean", 867.0): False,
        ("adc_mean", 866.9): True,
        ("FDG SUVmax", 1390.0): False,
        ("FDG SUVmax", 1390.1): True,
        ("FDG SUVmax", 720.0): False,
        ("FDG SUVmax", 719.9): True,
    }


@given(SIZES, SIZES)
def test_a_change_that_is_exceeded_in_percent_is_beyond_noise(earlier: float, later: float) -> None:
    value = change_between("adc_mean", earlier, later).value
    assert value is not None
    assert value.percent is not None
    if abs(abs(value.percent) - 13.3) > 1e-6:
        assert value.beyond_noise is (abs(value.percent) > 13.3)
