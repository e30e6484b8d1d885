"""Terms of the field, and markers that are still investigational."""

from __future__ import annotations

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, Passage

__all__ = ["Marker", "Term"]


class Term(Item):
    """A term with what else it is called and what it means."""

    abbreviations: tuple[Line, ...] = ()
    synonyms: tuple[Line, ...] = ()
    """Other words that a reader may use, lay words and frequent misspellings included."""
    means: Passage
    patient: Passage
    """In plain words."""
    refers_to: ItemId | None = None
    """The drug, regimen, trial or statement that it names."""


class Marker(Item):
    """A marker or strategy that changes no recommendation yet."""

    synonyms: tuple[Line, ...] = ()
    summary: Passage
    patient: Passage
    statements: tuple[ItemId, ...] = ()
    """The statements that report its evidence."""
