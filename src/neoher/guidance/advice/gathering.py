"""Gathering: what advice collects on its way, each missing fact once with all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from neoher.guidance.advice.content import AdviceOption, Alert, Difference, MissingForAdvice, Pitfall
from neoher.guidance.facts.fact import Read
from neoher.guidance.facts.words import FACT_WORDS
from neoher.record.conclusion import Caution, Step

__all__ = ["Gathered"]


@dataclass(slots=True)
class Gathered:
    """Everything concluded so far."""

    options: list[AdviceOption] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    pitfalls: list[Pitfall] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    out_of_scope: list[str] = field(default_factory=list)
    because: list[Step] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    _missing: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    def miss(self, path: str, what: str, decides: str) -> None:
        """One missing fact."""
        _, reasons = self._missing.setdefault(path, (what, []))
        if decides not in reasons:
            reasons.append(decides)

    def miss_fact(self, name: str, read: Read, decides: str) -> None:
        """Every path at which a fact of the sheet would stand."""
        for path in read.paths:
            self.miss(path, FACT_WORDS[name], decides)

    def miss_assumed(self, reads: Iterable[tuple[str, Read]], decides: str) -> None:
        """Paths at which nothing is stated and which were read as 'not so far'."""
        for name, read in reads:
            for path in read.assumes:
                self.miss(path, f"{FACT_WORDS[name]} (nothing is stated: taken as not so far)", decides)

    def missing_facts(self) -> tuple[MissingForAdvice, ...]:
        """The missing facts in the order in which they were met."""
        return tuple(
            MissingForAdvice(path=path, what=what, decides=tuple(reasons))
            for path, (what, reasons) in self._missing.items()
        )
