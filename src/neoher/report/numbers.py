"""Numbers, units and dates as the page prints them: rounded for reading, never to a value they are not."""

from __future__ import annotations

import datetime as dt
import math

__all__ = [
    "NOT_KNOWN",
    "change_percent",
    "date_range",
    "long_date",
    "number",
    "short_date",
    "unit_word",
    "with_unit",
]

NOT_KNOWN = "not known"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNIT_WORDS = {"cm3": "cc", "1": "", "%": "%", "mm": "mm", "s": "s", "10*-6.mm2/s": "×10⁻⁶\u202fmm²/s"}
_DECIMALS = {"mm": 1, "%": 1, "1": 2, "s": 0}
"""Decimals by UCUM unit; volumes go by their size (see `number`)."""
_MINUS = "\u2212"
_THIN = "\u202f"
"""Narrow no-break space: keeps a number and its unit together."""


def unit_word(unit: str) -> str:
    """A UCUM code as the field writes it: cm3 is cc; the unit 1 has no word."""
    return _UNIT_WORDS.get(unit, unit)


def number(value: float, unit: str) -> str:
    """A value rounded for reading, without its unit.

    Lengths and percentages to one decimal, ratios to two, volumes to three significant digits and at most
    three decimals. A whole number stays whole. A value that would be rounded to 0 is printed as being below
    the last decimal, and only an exact 0 is printed as 0.
    """
    if not math.isfinite(value):
        return NOT_KNOWN
    if value == int(value) and abs(value) < 1e15:
        return _signed(f"{int(value)}")
    decimals = _DECIMALS.get(unit, _volume_decimals(value))
    smallest = 10.0**-decimals
    if abs(value) < smallest / 2:
        return f"<{_THIN}{smallest:.{decimals}f}" if value > 0 else f">{_THIN}{_MINUS}{smallest:.{decimals}f}"
    return _signed(f"{value:.{decimals}f}")


def with_unit(value: float, unit: str) -> str:
    """A value rounded for reading with its unit: '42.2 cc'."""
    word = unit_word(unit)
    return f"{number(value, unit)}{_THIN}{word}" if word else number(value, unit)


def change_percent(percent: float) -> str:
    """A change in percent with its sign: '+12 %'. Only what is gone altogether prints as −100 %."""
    decimals = 0 if abs(percent) >= 10 else 1
    if -100.0 < percent < -99.5:
        # 99.97 % smaller is not gone.
        return f"{_MINUS}{math.floor(-percent * 10) / 10:.1f}{_THIN}%"
    text = f"{abs(percent):.{decimals}f}"
    if float(text) == 0:
        return f"0{_THIN}%" if percent == 0 else f"<{_THIN}0.1{_THIN}%"
    return f"{'+' if percent > 0 else _MINUS}{text}{_THIN}%"


def long_date(date: dt.date | None) -> str:
    """'8 February 2025', or that the date is not known."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}" if date else f"date {NOT_KNOWN}"


def short_date(date: dt.date | None) -> str:
    """'8 Feb 2025', or that the date is not known."""
    return f"{date.day} {_MONTHS[date.month - 1][:3]} {date.year}" if date else f"date {NOT_KNOWN}"


def date_range(dates: list[dt.date]) -> str:
    """One date, or the first and the last: '5–8 Feb 2025', '28 Feb – 3 Mar 2025'."""
    if not dates:
        return f"date {NOT_KNOWN}"
    first, last = min(dates), max(dates)
    if first == last:
        return short_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{short_date(last)}"
    if first.year == last.year:
        return f"{short_date(first)[:-5]} – {short_date(last)}"
    return f"{short_date(first)} – {short_date(last)}"


def _signed(text: str) -> str:
    return _MINUS + text[1:] if text.startswith("-") else text


def _volume_decimals(value: float) -> int:
    if value == 0:
        return 0
    return min(3, max(0, 2 - math.floor(math.log10(abs(value)))))
