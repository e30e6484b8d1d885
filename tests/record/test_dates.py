"""Dates and times."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from neoher.record.values.dates import Day, DayOrNone, Moment

DAY: TypeAdapter[dt.date] = TypeAdapter(Day)
MOMENT: TypeAdapter[dt.datetime] = TypeAdapter(Moment)


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31)))
def test_a_day_in_iso_8601_is_that_day(day: dt.date) -> None:
    assert DAY.validate_python(day.isoformat()) == day


@pytest.mark.parametrize(
    "stated",
    [
        "2025-02-30",
        "08.02.2025",
        "2025-2-8",
        "20250208",
        20250208,
        1.0,
        "2025-02-08T00:00",
        "0000-01-01",
        True,
        "",
    ],
)
def test_what_is_no_iso_date_is_refused_and_never_guessed(stated: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(stated)


def test_a_moment_has_a_day_and_a_time() -> None:
    assert MOMENT.validate_python("2025-02-08T10:15") == dt.datetime(2025, 2, 8, 10, 15)
    assert MOMENT.validate_python("2025-02-08 10:15:30.5") == dt.datetime(2025, 2, 8, 10, 15, 30, 500_000)


@pytest.mark.parametrize(
    "stated", ["2025-02-08", "2025-02-08T25:00", "2025-02-08T10:15Z", "2025-02-08T10:15+01:00", 5]
)
def test_a_date_without_a_time_is_no_midnight(stated: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(stated)


def test_none_is_a_statement_where_something_may_not_have_been_done() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(DayOrNone)
    assert adapter.validate_python("none") == "none"
    with pytest.raises(ValidationError):
        adapter.validate_python("no")
