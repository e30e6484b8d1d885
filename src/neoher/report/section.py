"""A section of the report that is made of common pieces, so that a subject needs no template of its own.

A module in `neoher.report.sections` decides what its section says, as a pure function of the record, the
measurements and the assessments; the page draws every section alike and report.json holds the same pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neoher.report.content import Assessment, Fact, KeyImage

__all__ = ["Section", "Table", "TableCell"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: its text, and how it is to be read."""

    text: str
    note: str = ""
    """A second, quiet line."""
    known: bool = True
    """False where the text says that nothing is known."""
    provenance: str | None = None
    """Id of the provenance row of its number."""
    sources: tuple[str, ...] = ()
    """Publications it rests on, as 'PMID:…', 'doi:…' or 'PMC…'."""
    emphasis: bool = False
    """True where a reader must not miss it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    note: str = ""
    """One line below the table."""

    def __post_init__(self) -> None:
        """Every row has a cell for every heading."""
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"a row of '{self.caption}' has not {len(self.header)} cells")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the report, its pieces in reading order; a piece that is empty is left out."""

    id: str
    """Anchor in the page, in kebab-case."""
    title: str
    introduction: tuple[str, ...] = ()
    """Paragraphs: what the section is about, and what must be known to read it."""
    cautions: tuple[str, ...] = ()
    """What a reader must know before the first number."""
    formulas: tuple[str, ...] = ()
    """Blocks of fixed width, their line breaks kept."""
    items: tuple[str, ...] = ()
    """A list, one sentence or a few each."""
    facts: tuple[Fact, ...] = ()
    figures: tuple[KeyImage, ...] = ()
    wide: bool = False
    """Figures take the full width of the page each."""
    assessments: tuple[Assessment, ...] = ()
    tables: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()
    """Small print below."""
    words: tuple[Fact, ...] = ()
    """Words that are first used here, each with what it means."""
    folded: bool = False
    """On a screen the section opens at a click; on paper it is open."""
    parts: Sequence[Section] = ()
    """Sections inside this one, such as one per lesion."""
