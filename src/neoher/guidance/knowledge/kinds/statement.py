"""Statement: one claim, in three wordings."""

from __future__ import annotations

from enum import StrEnum

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, Passage, PcrDefinition
from neoher.record.conclusion import Frozen

__all__ = ["Audience", "Claim", "Statement", "StatementKind"]


class StatementKind(StrEnum):
    """What sort of claim it is."""

    RECOMMENDATION = "recommendation"
    EVIDENCE = "evidence"
    REGULATORY = "regulatory"
    SAFETY = "safety"
    DEFINITION = "definition"
    METHOD = "method"
    PITFALL = "pitfall"
    LIMITATION = "limitation"
    INVESTIGATIONAL = "investigational"
    PRACTICE = "practice"


class Audience(StrEnum):
    """For whom a wording is."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    RESEARCHER = "researcher"


class Claim(Frozen):
    """What a statement says of a thing that has one answer; two that differ contradict one another."""

    about: ItemId
    """The thing, such as residual-disease.high-risk.first-choice."""
    says: Line


class Statement(Item):
    """One claim with its sources."""

    subject: ItemId
    """One of the subjects that the edition lists."""
    kind: StatementKind
    clinician: Passage
    patient: Passage
    """Plain language, for a reader without medical training."""
    researcher: Passage
    grade: Line | None = None
    """Strength or level as the source prints it."""
    pcr: PcrDefinition | None = None
    """Which complete response its figures count."""
    claim: Claim | None = None
    differs_from: tuple[ItemId, ...] = ()
    """Statements of other bodies or regions that say otherwise: shown side by side."""
    corrects: Passage | None = None
    """A belief, often met, that this statement corrects."""
    trials: tuple[ItemId, ...] = ()
    regimens: tuple[ItemId, ...] = ()
    drugs: tuple[ItemId, ...] = ()
    keywords: tuple[Line, ...] = ()
    """Words by which a reader may ask for it, beside those of its texts."""

    def wording(self, audience: Audience) -> str:
        """The text for this reader."""
        texts = {
            Audience.CLINICIAN: self.clinician,
            Audience.PATIENT: self.patient,
            Audience.RESEARCHER: self.researcher,
        }
        return texts[audience]
