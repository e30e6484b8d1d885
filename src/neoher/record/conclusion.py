"""Conclusion: the one result type of everything that computes."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from neoher import __version__

__all__ = ["Caution", "Conclusion", "Software", "Step"]

T = TypeVar("T")


class Frozen(BaseModel):
    """A fact that does not change after it was made; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Step(Frozen):
    """One step of the reasoning, in order."""

    step: str
    """What was concluded at this step, as a sentence."""
    rule: str
    """The rule or formula applied, with its source in short (guideline, PMID, DOI)."""
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    """The facts the step used, by name, with the unit in the name."""


class Caution(Frozen):
    """A warning with a stable code (kebab-case) and a sentence for the reader."""

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    message: str


class Software(Frozen):
    """Which program, in which version, concluded."""

    name: str = "neoher"
    version: str = __version__


class Conclusion(Frozen, Generic[T]):
    """A value with its basis: the steps that led to it, what is missing, warnings, sources.

    `value` is None when it cannot be said; then `missing` names the facts that would be needed.
    An absent fact is never taken as zero, negative or normal.
    """

    value: T | None
    because: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    """Paths in the record, or names of inputs, that would be needed."""
    warnings: tuple[Caution, ...] = ()
    sources: tuple[str, ...] = ()
    """Ids of the publications behind the rules, such as PMID:29846122 or doi:10.1200/JCO.2018.77.8738."""
    software: Software = Field(default_factory=Software)

    def as_json(self) -> dict[str, Any]:
        """The conclusion as plain JSON values, in the shape of the published contract."""
        return self.model_dump(mode="json", by_alias=True)
