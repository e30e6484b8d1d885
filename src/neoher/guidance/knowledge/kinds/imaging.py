"""Imaging knowledge: how appropriate an examination is in a situation, and what is done at which visit."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from neoher.guidance.knowledge.kinds.item import Item, Line, Passage
from neoher.record.conclusion import Frozen

__all__ = ["Appropriateness", "Need", "Rating", "Ratings", "ScheduledExam"]


class Rating(StrEnum):
    """How appropriate an examination is."""

    USUALLY_APPROPRIATE = "usually appropriate"
    USUALLY_NOT = "usually not appropriate"


class Ratings(Frozen):
    """The rating of one examination in one situation."""

    exam: Line
    rating: Rating
    median: float | None = Field(default=None, ge=1, le=9)
    """Median of the panel on its scale of 1 to 9, where it was read."""


class Appropriateness(Item):
    """One clinical situation with the ratings that were read; none where they were not."""

    variant: int
    """Number in the edition named by the source; numbers change between editions, the situation counts."""
    situation: Passage
    ratings: tuple[Ratings, ...] | None = None
    """None: not read. Never taken as 'not appropriate'."""
    expected: Passage | None = None
    """What one would expect where the ratings were not read; unverified."""


class Need(StrEnum):
    """How firmly an examination belongs to a visit."""

    MANDATORY = "mandatory"
    USUAL = "usual"
    OPTIONAL = "optional"
    IF_SUSPECTED = "if spread is suspected"
    RESEARCH = "research"


class ScheduledExam(Item):
    """One examination or step at one visit."""

    visit: Line
    """T0, T1, mid, pre-operative, post-operative."""
    exam: Line
    need: Need
    purpose: Passage
    patient: Passage
    """What it is for, in plain words."""
    days_before_surgery_at_most: int | None = None
    days_before_surgery_preferred: int | None = None
    weeks_from_start: float | None = None
