"""Kind: what a column of patients holds, whether it comes from a table or from records."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Kind"]


class Kind(StrEnum):
    """What a column holds."""

    IDENTIFIER = "identifier"
    CATEGORY = "category"
    YES_NO = "yes-no"
    NUMBER = "number"
    TIME = "time"
    """A follow-up time."""
    EVENT = "event"
    """0 where the follow-up ended without the event, 1 and above the events."""
    DATE = "date"
    TEXT = "text"
