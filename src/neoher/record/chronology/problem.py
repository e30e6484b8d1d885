"""Problems of dates: what cannot be, and what is hardly so.

`impossible` is kept for what contradicts itself or the order of care by definition; whatever has an honest
explanation (a biopsy during therapy, a second operation) is `implausible` and only pointed out. A day
without a time of day is never before itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neoher.record.case import Case

__all__ = ["Problem", "Severity", "entry_path", "implausible", "impossible"]


class Severity(StrEnum):
    """How sure it is that something is wrong."""

    IMPOSSIBLE = "impossible"
    IMPLAUSIBLE = "implausible"


@dataclass(frozen=True, slots=True)
class Problem:
    """Dates that do not go together."""

    severity: Severity
    message: str
    paths: tuple[str, ...]
    """The entries of the record that disagree."""
    remedy: str = "Correct one of the dates."


def entry_path(case: Case, group: str, position: int, field: str) -> str:
    """Where a field of the n-th entry (from 0) of a group stands: `treatment[0].start`, `surgery.date`."""
    alone = group in {"surgery", "restaging"} and len(getattr(case, group)) == 1
    return f"{group}.{field}" if alone else f"{group}[{position}].{field}"


def impossible(message: str, *paths: str, remedy: str = "Correct one of the dates.") -> Problem:
    """What cannot be."""
    return Problem(Severity.IMPOSSIBLE, message, paths, remedy)


def implausible(message: str, *paths: str, remedy: str = "Check both dates.") -> Problem:
    """What is hardly so."""
    return Problem(Severity.IMPLAUSIBLE, message, paths, remedy)
