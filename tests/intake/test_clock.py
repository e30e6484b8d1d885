"""Dates and times as DICOM writes them. Forms: DICOM PS3.5, table 6.2-1."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.intake.dicom.clock import Moment, parse_date, parse_date_time, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("09", 9 * 3600),
        ("0905", 9 * 3600 + 5 * 60),
        ("090507", 32707),
        ("090507.5", 32707.5),
        ("090507.123456", 32707.123456),
        ("09:05:07", 32707),
        ("235960", 86400),
    ],
)
def test_a_time_may_be_short_or_have_a_fraction(text: str, seconds: float) -> None:
    time = parse_time(text)
    assert time is not None
    assert time.total_seconds() == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["", "9", "ab", "0960", "2400", "090561", "09050", "090507.1234567", "-90507"]
)
def test_what_is_no_time_gives_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize("text", ["20250208", "2025.02.08"])
def test_a_date_may_be_written_the_old_way(text: str) -> None:
    assert parse_date(text) == dt.date(2025, 2, 8)


@pytest.mark.parametrize("text", ["", "20250230", "2025-02-08", "250208", "2025.0208"])
def test_what_is_no_date_gives_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_date_time_keeps_the_clock_and_its_distance_from_utc() -> None:
    assert parse_date_time("20250208090507.25-0530") == Moment(dt.datetime(2025, 2, 8, 9, 5, 7, 250000), -330)
    assert parse_date_time("2025020809") == Moment(dt.datetime(2025, 2, 8, 9), None)


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(2100, 1, 1)))
def test_every_clock_time_reads_back(clock: dt.datetime) -> None:
    moment = parse_date_time(clock.strftime("%Y%m%d%H%M%S.%f"))
    assert moment is not None
    assert moment.clock == clock


@given(st.text(max_size=30))
def test_no_text_makes_a_date_or_time_fail(text: str) -> None:
    for parse in (parse_date, parse_time, parse_date_time):
        parse(text)
