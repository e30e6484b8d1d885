"""Told: what a record answers, or the paths at which the answer would stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from neoher.errors import InputError
from neoher.guidance.knowledge import Knowledge
from neoher.record.case import Case
from neoher.record.conclusion import Caution, Conclusion, Step

if TYPE_CHECKING:
    from neoher.record.measurement import Measurements

__all__ = ["Asked", "Line", "TellFact", "Told", "day", "entry_of"]


class _InWords(Protocol):
    def in_words(self) -> str: ...


V = TypeVar("V", bound=_InWords)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the patient of a record."""

    text: str
    """The question in small letters, misspelt words corrected."""
    case: Case
    """Without what is dated after `today`."""
    knowledge: Knowledge
    today: dt.date
    measurements: Measurements | None = None
    """What the software measured on the images of the case, as stored."""

    def says(self, *words: str) -> bool:
        """Whether the question has one of these words."""
        return any(word in self.text for word in words)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the record says."""

    text: str
    plain: str
    """The same in words for the patient."""
    paths: tuple[str, ...]
    """Places in the record that it rests on."""
    sources: tuple[str, ...]


@dataclass(slots=True)
class Told:
    """Lines with the places they rest on; where there is none, `missing` says what it would take."""

    lines: list[Line] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    because: list[Step] = field(default_factory=list)

    def say(self, text: str, *paths: str, sources: tuple[str, ...] = (), plain: str | None = None) -> None:
        """Add a line; without `plain` the patient reads the same."""
        self.lines.append(Line(text, plain or text, paths, sources))

    def miss(self, *paths: str) -> None:
        """Name what is not in the record."""
        self.missing += [path for path in paths if path not in self.missing]

    def conclude(
        self,
        about: str,
        path: str,
        conclusion: Conclusion[V],
        plainly: Callable[[V], str],
        plain_about: str = "",
    ) -> None:
        """Add a concluded value in its own words, with its basis and what it lacks.

        `plainly` gives the value in the patient's words; `plain_about` stands before them.
        """
        if conclusion.value is not None:
            self.say(
                f"{about}: {conclusion.value.in_words()}",
                path,
                sources=conclusion.sources,
                plain=f"{plain_about}{plainly(conclusion.value)}",
            )
        self.miss(*(f"{path}.{name}" for name in conclusion.missing))
        self.warnings += conclusion.warnings
        self.because += conclusion.because

    def contradict(self, about: str, path: str, error: InputError) -> None:
        """Say that recorded facts exclude each other, so that nothing is concluded from them."""
        message = f"{about}: the recorded facts cannot all be true ({path}): {error.what}"
        self.warnings.append(Caution(code="contradictory-facts", message=message))


TellFact = Callable[[Asked], Told]
"""A function that answers one sort of question from a record."""


def day(date: dt.date | None) -> str:
    """A date for a reader; said to be not stated where it is not."""
    return date.isoformat() if date else "date not stated"


def entry_of(group: str, position: int, entry_id: str | None = None) -> str:
    """The place of an entry in the record."""
    return f"{group}[{entry_id}]" if entry_id else f"{group}[{position}]"
