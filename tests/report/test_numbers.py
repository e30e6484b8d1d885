"""Numbers as printed: rounded for reading, never to a value they are not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.report.numbers import change_percent, date_range, long_date, number, short_date, with_unit

THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (42.165085, "cm3", "42.2"),
        (421.65, "cm3", "422"),
        (4.2165, "cm3", "4.22"),
        (0.042165, "cm3", "0.042"),
        (0.0, "cm3", "0"),
        (0.0001, "cm3", f"<{THIN}0.001"),
        (29.4389, "mm", "29.4"),
        (38.0, "mm", "38"),
        (0.12415, "1", "0.12"),
        (float("nan"), "mm", "not known"),
    ],
)
def test_a_value_is_rounded_by_its_unit(value: float, unit: str, printed: str) -> None:
    assert number(value, unit) == printed


@given(st.floats(1e-12, 1e6), st.sampled_from(["mm", "cm3", "%", "1"]))
def test_only_nothing_is_printed_as_zero(value: float, unit: str) -> None:
    assert number(value, unit).strip("0.") != ""


def test_a_number_and_its_unit_stay_together() -> None:
    assert with_unit(9.808, "cm3") == f"9.81{THIN}cc"
    assert with_unit(0.83, "1") == "0.83"
    assert with_unit(12.7, "g/mL") == f"12.7{THIN}g/mL"


@pytest.mark.parametrize(
    ("percent", "printed"),
    [
        (-38.04, "−38"),
        (12.6, "+13"),
        (-3.14, "−3.1"),
        (-100.0, "−100"),
        (-99.97, "−99.9"),
        (0.0, "0"),
        (0.01, f"<{THIN}0.1"),
    ],
)
def test_only_what_is_gone_has_shrunk_by_all(percent: float, printed: str) -> None:
    assert change_percent(percent) == f"{printed}{THIN}%"


def test_dates_are_written_out_and_an_absent_one_is_not_known() -> None:
    day = dt.date(2025, 2, 8)
    assert (long_date(day), short_date(day)) == ("8 February 2025", "8 Feb 2025")
    assert long_date(None) == short_date(None) == date_range([]) == "date not known"


@pytest.mark.parametrize(
    ("last", "printed"),
    [
        (dt.date(2025, 2, 8), "8 Feb 2025"),
        (dt.date(2025, 2, 14), "8–14 Feb 2025"),
        (dt.date(2025, 3, 1), "8 Feb – 1 Mar 2025"),
        (dt.date(2026, 1, 2), "8 Feb 2025 – 2 Jan 2026"),
    ],
)
def test_a_range_of_dates_says_what_differs(last: dt.date, printed: str) -> None:
    assert date_range([last, dt.date(2025, 2, 8)]) == printed
