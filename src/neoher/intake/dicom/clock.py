"""Dates and times as DICOM writes them, in full and in the short and old forms that scanners still write.

Source: DICOM PS3.5, 6.2 (DA, TM, DT). What is not a date or time gives None, never a guess.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

__all__ = ["Moment", "parse_date", "parse_date_time", "parse_time"]

_DATE = re.compile(r"(\d{4})(\.?)(\d{2})\2(\d{2})")
_TIME = re.compile(r"(\d{2})(?:(:?)(\d{2})(?:\2(\d{2})(?:\.(\d{1,6}))?)?)?")
_DATE_TIME = re.compile(r"(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)([+-]\d{4})?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A clock time as the scanner showed it, with its distance from UTC where the object states it."""

    clock: dt.datetime
    utc_offset_minutes: int | None = None


def parse_date(text: str) -> dt.date | None:
    """DA: YYYYMMDD, or the old YYYY.MM.DD."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None


def parse_time(text: str) -> dt.timedelta | None:
    """TM as time since midnight: HH, HHMM, HHMMSS, with a fraction of 1 to 6 digits, or the old HH:MM:SS.

    A 60th second (leap second) is taken as it stands.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[3] or 0), int(match[4] or 0)
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    microseconds = int((match[5] or "").ljust(6, "0"))
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)


def parse_date_time(text: str) -> Moment | None:
    """DT down to the hour at least: YYYYMMDDHH[MM[SS[.F]]][&ZZXX]."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    date, time = parse_date(match[1]), parse_time(match[2])
    if date is None or time is None or date.year > 9000:
        return None
    return Moment(dt.datetime.combine(date, dt.time()) + time, _utc_offset_minutes(match[3]))


def _utc_offset_minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    minutes = int(zone[1:3]) * 60 + int(zone[3:5])
    return -minutes if zone[0] == "-" else minutes
