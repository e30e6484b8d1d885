"""Item: what every entry of the knowledge base has, whatever its kind."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day

__all__ = [
    "Entry",
    "Item",
    "ItemId",
    "Line",
    "PartialDate",
    "Passage",
    "PcrDefinition",
    "Place",
    "Review",
    "Verification",
    "first_day",
    "last_day",
]

ItemId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][^\s\x00-\x1f]*( [^\s\x00-\x1f]+)*$", max_length=160)
]
"""Name of an item, unique within its kind. A publication is named as it is cited: PMID:29846122, doi:10.…"""
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\n]*$")
]
"""One line of text."""
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""One or a few sentences."""

_PARTIAL = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


def _partial_date(stated: object) -> object:
    if isinstance(stated, int) and not isinstance(stated, bool):
        stated = str(stated)
    if not isinstance(stated, str) or not _PARTIAL.fullmatch(stated):
        raise ValueError("is not a year, YYYY-MM or YYYY-MM-DD")
    first_day(stated)
    return stated


PartialDate = Annotated[
    str,
    BeforeValidator(_partial_date),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": rf"^{_PARTIAL.pattern}$"},
                {"type": "integer", "minimum": 1900},
            ]
        }
    ),
]
"""A day, a month or a year, as exactly as the source gives it: 2026-05-15, 2026-02, 2025."""


def first_day(stated: str) -> dt.date:
    """The first day that a partial date can mean."""
    year, month, day = (*(int(part) for part in stated.split("-")), 1, 1)[:3]
    return dt.date(year, month, day)


def last_day(stated: str) -> dt.date:
    """The last day that a partial date can mean: on it, what the date dates was certainly known."""
    parts = [int(part) for part in stated.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return dt.date(year, month, day)


class Verification(StrEnum):
    """How far what stands behind an item was read."""

    VERIFIED = "verified"
    """Read in the source, its abstract, or an excerpt of it."""
    SECONDARY = "secondary"
    """Read in another publication or public code that quotes the source; the source was not opened."""
    UNVERIFIED = "unverified"
    """From memory; the source was not opened. Shown as such."""
    COMPUTED = "computed"
    """Follows from a stated formula; reproducible."""
    DESIGN = "design decision"
    """Ours; no evidence behind it. Said wherever it appears."""

    @property
    def standing(self) -> int:
        """How much an item may rest on it: 3 read or computed, 2 secondary, 1 unverified, 0 our decision."""
        return _STANDING[self]


_STANDING = {
    Verification.VERIFIED: 3,
    Verification.COMPUTED: 3,
    Verification.SECONDARY: 2,
    Verification.UNVERIFIED: 1,
    Verification.DESIGN: 0,
}


class Review(StrEnum):
    """Who has looked at an item so far: docs/editorial-policy.md."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under review"
    APPROVED = "approved"


class Place(StrEnum):
    """Where an item applies."""

    US = "US"
    EU = "EU"
    UK = "UK"
    CH = "CH"


class PcrDefinition(StrEnum):
    """Which pathological complete response a figure counts. Figures of two definitions are never compared."""

    TOTAL = "ypT0/is ypN0"
    STRICT = "ypT0 ypN0"
    BREAST = "ypT0/is"
    NOT_STATED = "definition not stated in what was read"


class Entry(Frozen):
    """What a source and every other item have in common."""

    id: ItemId
    title: Line
    verification: Verification
    review: Review = Review.SUBMITTED
    reviewers: tuple[Line, ...] = ()
    """Who reviewed it, with their role."""
    approved_on: Day | None = None
    checked: Day
    """When it was last held against its sources."""
    expires: Day | None = None
    """Where it differs from the interval of its subject (docs/editorial-policy.md)."""

    @model_validator(mode="after")
    def _approval_is_signed(self) -> Self:
        if (self.review is Review.APPROVED) is not (self.approved_on is not None and bool(self.reviewers)):
            raise ValueError("`approved` goes with `reviewers` and `approved_on`, and they with it")
        return self


class Item(Entry):
    """An item that rests on sources."""

    sources: tuple[ItemId, ...] = Field(min_length=1)
    """Ids of the sources, or another number they are known by."""
    since: PartialDate
    """When it was published or came into force, as exactly as known."""
    until: PartialDate | None = None
    """When it ceased to hold, where nothing in the knowledge base supersedes it."""
    regions: tuple[Place, ...] = ()
    """Where it applies; none: everywhere."""
    supersedes: tuple[ItemId, ...] = ()
    """Items of the same kind whose place it takes from `since` on."""
