"""What the steps of an analysis add to its result."""

from __future__ import annotations

from dataclasses import dataclass, field

from neoher.cohort.result import Estimate, ResultTable, TestResult
from neoher.record.conclusion import Caution

__all__ = ["Parts", "group_label"]


@dataclass(slots=True)
class Parts:
    """Gathered in the order in which they are found."""

    tables: list[ResultTable] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    tests: list[TestResult] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def group_label(by: str | None, name: str) -> str | None:
    """'hr=positive'; None where nothing divides the patients."""
    return None if by is None else f"{by}={name}"
