"""Missing facts: what a record does not say, and why that matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Importance", "MissingFact", "essential", "useful"]


class Importance(StrEnum):
    """Whether a conclusion hangs on the fact."""

    ESSENTIAL = "essential"
    """A measurement, a class or a safety check cannot be given without it."""
    USEFUL = "useful"
    """It makes a conclusion sharper or checks it."""


@dataclass(frozen=True, slots=True)
class MissingFact:
    """One fact that the record does not state."""

    path: str
    """Where it would stand in case.yaml."""
    what: str
    """The fact, in the words of the field."""
    why: str
    """What hangs on it, with the source."""
    importance: Importance


def essential(path: str, what: str, why: str) -> MissingFact:
    """A fact that a conclusion hangs on."""
    return MissingFact(path, what, why, Importance.ESSENTIAL)


def useful(path: str, what: str, why: str) -> MissingFact:
    """A fact that makes a conclusion sharper."""
    return MissingFact(path, what, why, Importance.USEFUL)
