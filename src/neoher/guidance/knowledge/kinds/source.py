"""Source: a publication, label, page or decision that items rest on, with the facts it supports."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import model_validator

from neoher.guidance.knowledge.kinds.item import Entry, Line, Passage, PcrDefinition, Verification
from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day

__all__ = ["Fact", "Source", "SourceKind"]


class SourceKind(StrEnum):
    """What a source is: a reader weighs a label, a trial and a patient page differently."""

    GUIDELINE = "guideline"
    LABEL = "label"
    REGULATOR = "regulator"
    TRIAL = "trial"
    META_ANALYSIS = "meta-analysis"
    REVIEW = "review"
    COHORT = "cohort"
    METHOD = "method"
    PREPRINT = "preprint"
    ABSTRACT = "conference abstract"
    NEWS = "news report"
    SECONDARY_SITE = "secondary site"
    PATIENT_PAGE = "patient page"
    EXPERT_ANSWER = "expert answer"
    SOFTWARE = "software"
    PATENT = "patent"
    DESIGN = "design decision"
    COMPUTATION = "computation"


class Fact(Frozen):
    """One fact that a source supports, in our words, with its numbers."""

    fact: Passage
    verification: Verification
    """How this fact was read; it may differ from the rest of the source."""
    pcr: PcrDefinition | None = None
    """Which complete response a figure of it counts."""


class Source(Entry):
    """A source. `title` is our short name where the title itself was not read."""

    kind: SourceKind
    authors: Line | None = None
    """First author and 'et al.', or the body that issued it."""
    year: int | None = None
    journal: Line | None = None
    """Journal with volume and page, as a citation gives them."""
    pmid: Line | None = None
    doi: Line | None = None
    pmcid: Line | None = None
    urls: tuple[Line, ...] = ()
    """Where it, or the page in which it was read, stands."""
    grade: Line | None = None
    """Strength or level as this source itself prints it; absent where it prints none or none was read."""
    reading: Passage
    """How far it was read: abstract, excerpt, as quoted elsewhere, not opened."""
    accessed: Day
    """When it was last looked at."""
    also_known_as: tuple[Line, ...] = ()
    """Further ids that name the same source."""
    facts: tuple[Fact, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _facts_in_one_line(cls, stated: Any) -> Any:
        """A fact written as a plain text is read as the source itself is."""
        if not isinstance(stated, dict) or not isinstance(stated.get("facts"), list | tuple):
            return stated
        own = {"verification": stated.get("verification")}
        facts = [
            {"fact": each} | own if isinstance(each, str) else own | each if isinstance(each, dict) else each
            for each in stated["facts"]
        ]
        return {**stated, "facts": facts}

    def names(self) -> tuple[str, ...]:
        """Every id by which the source may be named."""
        known = (
            self.id,
            *self.also_known_as,
            f"PMID:{self.pmid}" if self.pmid else "",
            f"doi:{self.doi}" if self.doi else "",
            self.pmcid or "",
            *self.urls,
        )
        return tuple(dict.fromkeys(name for name in known if name))

    def citation(self) -> str:
        """The source as one line: authors, title, journal, year."""
        parts = (self.authors, self.title, self.journal)
        line = ". ".join(part.rstrip(".") for part in parts if part)
        return line if self.year is None or str(self.year) in line else f"{line} ({self.year})"
