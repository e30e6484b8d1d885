"""Answer: stored texts with their sources, or why none is given; the same object as JSON and as a page."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, JsonValue

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.conclusion import Caution, Frozen, Software, Step
from neoher.record.values.dates import Day

__all__ = ["Answer", "AnswerLine", "CitedSource", "Edition", "Origin", "Related"]


class Origin(StrEnum):
    """Where a line of an answer comes from."""

    KNOWLEDGE = "knowledge"
    RECORD = "record"


class CitedSource(Frozen):
    """One source as it is shown beside a line."""

    id: str
    citation: str
    kind: str
    """guideline, label, trial, patient page …"""
    grade: str | None = None
    """Strength or level as the source prints it."""
    reading: str
    """How far it was read."""
    address: str | None = None


class AnswerLine(Frozen):
    """One stored text, or one fact of the record, with everything that a reviewer needs to check it."""

    text: str
    sources: tuple[str, ...]
    """Ids of the sources; for a fact of the record, those of the rule that concluded it."""
    origin: Origin = Origin.KNOWLEDGE
    item: str | None = None
    """Id of the statement, term, trial, drug or regimen."""
    kind: str | None = None
    """statement, term, trial, drug, regimen."""
    title: str | None = None
    sort: str | None = None
    """What sort of claim a statement makes: recommendation, evidence, safety …"""
    grade: str | None = None
    verification: str | None = None
    """How far its sources were read: verified, secondary, unverified, computed, design decision."""
    review: str | None = None
    """submitted, under review, approved."""
    since: str | None = None
    """From when it holds."""
    checked: Day | None = None
    expired: bool = False
    """Its date of review is past."""
    regions: tuple[str, ...] = ()
    """Where it applies; none: everywhere."""
    corrects: str | None = None
    """A belief, often met, that it corrects and that the question comes near."""
    differs: bool = False
    """It says otherwise than the first line: shown beside it, with its date."""
    superseded_by: tuple[str, ...] = ()
    """Statements that have taken its place: shown as history."""
    paths: tuple[str, ...] = ()
    """Places in the record that a fact rests on."""
    rephrased: bool = False
    """The words are those of a language model, held against the stored text; `stored` has that."""
    stored: str | None = None
    cited: tuple[CitedSource, ...] = ()


class Related(Frozen):
    """A question that can be asked next."""

    question: str
    item: str


class Edition(Frozen):
    """Which knowledge answered."""

    version: str
    date: Day
    fingerprint: str


class Answer(Frozen):
    """The answer to one question."""

    question: str
    understood_as: str
    """The question as it was looked up: corrected, and with what a follow-up leaves out."""
    audience: Audience
    answer: tuple[AnswerLine, ...] = ()
    abstained: bool
    reason: str | None = None
    """Why nothing is answered."""
    held: tuple[Related, ...] = ()
    """Where nothing is answered: what is held that comes nearest."""
    related: tuple[Related, ...] = ()
    missing: tuple[str, ...] = ()
    """Paths in the record that the answer would need."""
    warnings: tuple[Caution, ...] = ()
    because: tuple[Step, ...] = ()
    sources: tuple[str, ...] = ()
    knowledge: Edition
    disclaimer: str
    case: str | None = None
    """Id of the patient of the record, where one was given."""
    today: Day
    software: Software = Field(default_factory=Software)

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values: the contract's keys beside those of a conclusion.

        `value` holds the answer of a question that is answered, and is null where it is not.
        """
        plain: dict[str, JsonValue] = self.model_dump(mode="json")
        answered = {name: plain[name] for name in ("answer", "abstained", "related")}
        return plain | {"value": None if self.abstained else answered}
