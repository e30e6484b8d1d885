"""Cell: one value that a record gives a column, and Declared: what such a column holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.record.column_kind import Kind

__all__ = ["Cell", "Declared", "agreed"]

Cell = str | float | int | bool | dt.date | None
"""None: not known."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a column made from records holds."""

    kind: Kind
    definition: str
    unit: str = ""
    levels: tuple[str, ...] = ()
    endpoint: str = ""
    origin: str = ""
    event: str = ""


def agreed(found: list[str | None]) -> str | None:
    """The one value that all known entries agree on; None where nothing is known or they differ."""
    known = {value for value in found if value is not None}
    return known.pop() if len(known) == 1 else None
