"""What advice is made of."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, JsonValue

from neoher.guidance.knowledge.kinds.rule import Severity, Strength, Topic
from neoher.record.conclusion import Frozen

__all__ = [
    "Advice",
    "AdviceOption",
    "Alert",
    "Difference",
    "EvidenceLine",
    "FactUsed",
    "MissingForAdvice",
    "Pitfall",
    "Position",
]


class EvidenceLine(Frozen):
    """One statement of the knowledge base behind an option."""

    statement: str
    """Its id."""
    text: str
    kind: str
    """What sort of claim it is: recommendation, evidence, regulatory …"""
    source_kinds: tuple[str, ...]
    """What each of its sources is, in their order: guideline, label, trial …"""
    grade: str | None
    """Strength as the source prints it; None where it prints none."""
    since: str
    verification: str
    sources: tuple[str, ...]


class FactUsed(Frozen):
    """A fact of the record on which a rule rests."""

    name: str
    what: str
    """In words."""
    value: bool | str | float
    where: tuple[str, ...]
    """Where it stands in the record."""
    assumed: tuple[str, ...] = ()
    """Where nothing is stated and it was read as 'not so far'."""


class AdviceOption(Frozen):
    """Something that can be done; never an order. To be discussed in a multidisciplinary meeting."""

    rule: str
    """Id of the rule that gives it."""
    text: str
    strength: Strength
    sources: tuple[str, ...]
    would_change: tuple[str, ...]
    topic: Topic
    regimen: str | None = None
    cancer: str | None = None
    """Id of the cancer, where the patient has several."""
    not_before: tuple[str, ...] = ()
    """Tests that must be there before the first dose, holds that must be over before the next."""
    on_hold: tuple[str, ...] = ()
    """Drugs of it that are on hold now."""
    notes: tuple[str, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    title: str
    """The rule's name."""
    row: str
    """The row of the rule that decided, in words."""
    facts: tuple[FactUsed, ...] = ()
    """The facts of the record that met the row."""
    since: str
    """When the rule came into force, or what it rests on was published."""
    verification: str
    """How far what it rests on was read."""
    review: str
    """Who has looked at the rule so far."""


class Alert(Frozen):
    """A matter of safety."""

    code: str
    text: str
    severity: Severity
    rule: str
    """The rule in words."""
    numbers: dict[str, JsonValue] = Field(default_factory=dict)
    """The numbers that it compared, with units in their names."""
    sources: tuple[str, ...]
    verification: str
    cancer: str | None = None


class Pitfall(Frozen):
    """What misleads in a patient like this one."""

    rule: str
    text: str
    sources: tuple[str, ...]
    verification: str
    cancer: str | None = None


class Position(Frozen):
    """What one body, label or trial says."""

    statement: str
    """Id of the statement in the knowledge base."""
    who: str
    says: str
    since: str
    sources: tuple[str, ...]
    verification: str


class Difference(Frozen):
    """Where guidelines or labels differ, side by side."""

    rule: str
    text: str
    positions: tuple[Position, ...]


class MissingForAdvice(Frozen):
    """A fact that the record does not state and that decides something here."""

    path: str
    what: str
    decides: tuple[str, ...]
    """What hangs on it."""
    assumed: bool = False
    """True where nothing is stated and advice took it as 'not so far'."""


class Advice(Frozen):
    """Advice on one day, by the knowledge of that day."""

    options: tuple[AdviceOption, ...]
    alerts: tuple[Alert, ...]
    missing: tuple[str, ...]
    """Paths in the record; why stands in `missing_facts`."""
    pitfalls: tuple[Pitfall, ...]
    differences: tuple[Difference, ...]
    missing_facts: tuple[MissingForAdvice, ...]
    out_of_scope: tuple[str, ...]
    """Why no option is given, where that is so."""
    today: dt.date
    knowledge_version: str
    knowledge_date: dt.date

    def in_words(self) -> str:
        """The result as one line for a reader."""
        head = " ".join(self.out_of_scope) or f"{len(self.options)} options"
        return (
            f"{head}, {len(self.alerts)} alerts, {len(self.missing)} facts missing; knowledge "
            f"{self.knowledge_version} as of {self.today}"
        )
