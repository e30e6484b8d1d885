"""Dates and times as ISO 8601 texts: a number is never read as a date, a date never as a midnight."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from neoher.record.values.refusal import refuse

__all__ = ["Day", "DayOrNone", "Moment"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def _day(stated: object) -> dt.date:
    if isinstance(stated, dt.datetime):
        raise refuse("a time of day does not belong here.", "Write the date alone: YYYY-MM-DD.")
    if isinstance(stated, dt.date):
        return stated
    if not isinstance(stated, str) or not _DAY.fullmatch(stated):
        raise refuse(f"{_shown(stated)} is not a date.", "Write it as YYYY-MM-DD, such as 2025-02-08.")
    return _in_our_time(_parsed(stated, stated)).date()


def _moment(stated: object) -> dt.datetime:
    if isinstance(stated, dt.datetime) and stated.tzinfo is None:
        return stated
    if isinstance(stated, str) and _DAY.fullmatch(stated):
        raise refuse(
            f"'{stated}' has no time of day; midnight would be a guess.",
            f"Write date and time, such as {stated}T10:15, or leave the field out.",
        )
    if not isinstance(stated, str) or not _MOMENT.fullmatch(stated):
        raise refuse(
            f"{_shown(stated)} is not a date with a time.",
            "Write YYYY-MM-DDThh:mm, local time of the scanner's clock, without a time zone.",
        )
    return _in_our_time(_parsed(stated, stated.replace(" ", "T")))


def _parsed(stated: str, iso: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(iso)
    except ValueError:
        raise refuse(f"'{stated}' does not exist in the calendar.", "Correct the date.") from None


def _in_our_time(moment: dt.datetime) -> dt.datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise refuse(f"the year {moment.year} cannot be meant.", "Correct the date.")
    return moment


def _shown(stated: object) -> str:
    return f"'{str(stated)[:40]}'"


def _day_or_none(stated: object) -> dt.date | Literal["none"]:
    return "none" if stated == "none" else _day(stated)


_DAY_SCHEMA = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}

Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema(_DAY_SCHEMA)]
"""A calendar day."""
DayOrNone = Annotated[
    dt.date | Literal["none"],
    BeforeValidator(_day_or_none),
    WithJsonSchema({"anyOf": [_DAY_SCHEMA, {"const": "none"}]}),
]
"""The day on which something was done, or `none`: stated that it was not done."""
Moment = Annotated[
    dt.datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": rf"^{_MOMENT.pattern}$"}),
]
"""A day and a time of day on the local clock."""
