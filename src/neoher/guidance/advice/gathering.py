"""Gathering: what advice collects on its way, each missing fact once with all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from neoher.guidance.advice.content import AdviceOption, Alert, Difference, MissingForAdvice, Pitfall
from neoher.guidance.facts.fact import Read
from neoher.guidance.facts.words import FACT_WORDS
from neoher.record.conclusion import Caution, Step

if TYPE_CHECKING:
    from neoher.guidance.advice.heart import StartVerdict

__all__ = ["Bar", "Gathered"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What speaks against going on with a drug now: a hold, or a stop for good."""

    for_good: bool
    why: str


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
    bars: dict[str, Bar] = field(default_factory=dict)
    """By drug; a stop outweighs a hold."""
    below_start: dict[str, StartVerdict] = field(default_factory=dict)
    """Drugs whose options are not shown, since the ejection fraction is below their limit to start."""
    _assumed: dict[str, None] = field(default_factory=dict)
    _missing: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    def bar(self, drug: str, why: str, *, for_good: bool) -> None:
        """A hold or a stop of a drug."""
        known = self.bars.get(drug)
        if known is None or (for_good and not known.for_good):
            self.bars[drug] = Bar(for_good, why)

    def miss(self, path: str, what: str, decides: str) -> None:
        """One missing fact."""
        self._miss(path, what, decides)
        self._assumed.pop(path, None)

    def miss_fact(self, name: str, read: Read, decides: str) -> None:
        """Every path at which a fact of the sheet would stand."""
        for path in read.paths:
            self.miss(path, read.asks or FACT_WORDS[name], decides)

    def miss_assumed(self, reads: Iterable[tuple[str, Read]], decides: str) -> None:
        """Paths at which nothing is stated and which were read as 'not so far'."""
        for name, read in reads:
            for path in read.assumes:
                if path not in self._missing:
                    self._assumed[path] = None
                self._miss(path, FACT_WORDS[name], decides)

    def _miss(self, path: str, what: str, decides: str) -> None:
        _, reasons = self._missing.setdefault(path, (what, []))
        if decides not in reasons:
            reasons.append(decides)

    def missing_facts(self) -> tuple[MissingForAdvice, ...]:
        """The missing facts in the order in which they were met, those taken as 'not so far' last."""
        found = [
            MissingForAdvice(path=path, what=what, decides=tuple(reasons), assumed=path in self._assumed)
            for path, (what, reasons) in self._missing.items()
        ]
        return tuple(sorted(found, key=lambda each: each.assumed))
