"""What is asked of the rates of a cohort, and the lines that answer it."""

from __future__ import annotations

from dataclasses import dataclass

from neoher.cohort.rates.counting import ALL, RateCounts

__all__ = ["RateQuestion", "as_percent", "rate_lines"]


@dataclass(frozen=True, slots=True)
class RateQuestion:
    """What is asked of a cohort."""

    outcome: str
    yes: str | None = None
    """Level of the outcome that counts, where it holds more than yes and no."""
    by: str | None = None
    strata: str | None = None
    adjust: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    """Columns inside whose levels the groups are compared as well."""
    reference: str | None = None
    """Group that the others are compared with; None: the first in the order of the column."""
    level: float = 0.95


def rate_lines(counts: RateCounts, question: RateQuestion) -> list[tuple[str, str, int, int]]:
    """Stratum, group, yes and all of every line: all strata together first."""
    cells = []
    strata: list[tuple[str, int | None]] = [(ALL, None)]
    if question.strata:
        strata += [(name, place) for place, name in enumerate(counts.strata)]
    for name, place in strata:
        grid = counts.grid(place)
        if question.by:
            cells += [
                (name, group, int(row[0]), int(row.sum()))
                for group, row in zip(counts.groups, grid, strict=True)
            ]
        cells.append((name, ALL, int(grid[:, 0].sum()), int(grid.sum())))
    return cells


def as_percent(share: float | None) -> float | None:
    """A share as a percentage; None stays None."""
    return None if share is None else 100 * share
