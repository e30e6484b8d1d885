"""Finding: something wrong in the knowledge base, or something that needs a look."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day

__all__ = ["CheckedKnowledge", "Finding", "Severity"]


class Severity(StrEnum):
    """Whether an item may be shown as it stands."""

    ERROR = "error"
    """It must not be shown."""
    WARNING = "warning"
    """It may be shown, with what is found said beside it."""


class Finding(Frozen):
    """One thing found in one item."""

    severity: Severity
    code: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    kind: str
    item: str
    message: str


class CheckedKnowledge(Frozen):
    """The outcome of the check."""

    version: str
    date: Day
    checked_on: Day
    counts: dict[str, int]
    """Items by kind."""
    errors: int
    warnings: int
    findings: tuple[Finding, ...]

    def in_words(self) -> str:
        """The outcome as one line."""
        items = sum(self.counts.values())
        outcome = f"{self.errors} errors, {self.warnings} warnings" if self.findings else "nothing found"
        return f"Knowledge {self.version}, {items} items, checked on {self.checked_on}: {outcome}."
