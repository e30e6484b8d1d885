"""Reasoning: the steps, gaps, warnings and sources that a conclusion gathers on its way."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import JsonValue

from neoher.record.calculator import Source
from neoher.record.conclusion import Caution, Conclusion, Step

__all__ = ["Reasoning"]

T = TypeVar("T")


class Reasoning(Generic[T]):
    """Gathers the basis of one conclusion in the order in which it is found."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._missing: list[str] = []
        self._warnings: list[Caution] = []
        self._sources: list[str] = []

    def step(self, step: str, rule: str, source: Source | None = None, **inputs: JsonValue) -> None:
        """One step: what was concluded, by which rule, from which facts (units in their names)."""
        self._steps.append(Step(step=step, rule=rule, inputs=inputs))
        self.cite(source)

    def miss(self, *facts: str) -> None:
        """Facts that would be needed; each is named once."""
        self._missing.extend(fact for fact in facts if fact not in self._missing)

    def warn(self, code: str, message: str, source: Source | None = None) -> None:
        """A warning with its stable code."""
        self._warnings.append(Caution(code=code, message=message))
        self.cite(source)

    def cite(self, source: Source | None) -> None:
        """The publication behind a rule, where there is one; each is named once."""
        if source is not None and source.id not in self._sources:
            self._sources.append(source.id)

    def conclude(self, value: T | None) -> Conclusion[T]:
        """The conclusion with everything gathered so far."""
        return Conclusion[T](
            value=value,
            because=tuple(self._steps),
            missing=tuple(self._missing),
            warnings=tuple(self._warnings),
            sources=tuple(self._sources),
        )
