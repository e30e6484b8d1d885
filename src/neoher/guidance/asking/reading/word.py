"""Word: one thing or word of a question, with what it stands for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Named", "Word"]


@dataclass(frozen=True, slots=True)
class Named:
    """One thing of the knowledge base."""

    token: str
    kind: str
    """drug, regimen, trial, marker or term."""
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Word:
    """One thing or word of a question."""

    text: str
    """As the asker wrote it, in small letters."""
    tokens: tuple[str, ...]
    """What it matches; the first is the thing itself, the others stand near it."""
    named: Named | None = None
    known: bool = True
    """Whether anything that is held contains it."""
    corrected: bool = False
    plain: bool = False
    """Whether it only qualifies the question, and names no subject."""
    common: bool = False
    """Whether it is a common English word."""
    own: bool = False
    """Whether it is a category of the asker's own patient: a text need not name it."""
