"""The report as plain JSON values: the same content as the page, for other programs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel, JsonValue

from neoher.record.intended_use import IntendedUse
from neoher.report.content import ReportContent

__all__ = ["FORM", "as_json"]

FORM = 1
"""Version of the form; it rises when a key changes its name or its meaning."""

_DRAWN = frozenset({"svg", "aspect"})
"""What only a page needs: the drawings themselves."""


def as_json(content: ReportContent) -> dict[str, JsonValue]:
    """The content by the names of its fields, conclusions in the form of the contract, dates as ISO 8601.

    Pictures are left out; their captions and legends are not. A number that is not finite becomes null.
    """
    plain = _plain(content)
    assert isinstance(plain, dict)  # a dataclass becomes an object
    return {"neoher_report": FORM, **plain}


def _plain(value: Any) -> JsonValue:
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json", by_alias=True))
    if isinstance(value, IntendedUse):
        return _plain(value._asdict())
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in _DRAWN}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in the JSON form of a report")
