"""Sentences that the methods texts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neoher.cohort.table.units import said

if TYPE_CHECKING:
    from neoher.cohort.table.tidy import Cohort

__all__ = ["column_words", "left_out_words"]


def column_words(cohort: Cohort, name: str) -> str:
    """What a column means: definition, source column, unit, origin; '' where nothing is known."""
    variable = cohort.variables[name]
    parts = []
    if variable.definition:
        parts.append(variable.definition.rstrip("."))
    if variable.origin:
        parts.append(f"counted from {variable.origin}")
    if variable.unit:
        parts.append(f"in {said(variable.unit)}")
    if variable.source_column and variable.source_column != name:
        parts.append(f"column {variable.source_column} of the table")
    return f"{name}: {'; '.join(parts)}." if parts else ""


def left_out_words(rows: int, used: int, columns: Sequence[str]) -> str:
    """How many rows were left out, and for which missing facts."""
    if used == rows:
        return f"All {rows} rows were used."
    listed = ", ".join(columns)
    return f"Of {rows} rows, {rows - used} were left out because {listed} was not known (complete cases)."
