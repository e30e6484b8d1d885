"""A cohort as counts: outcome by group, in strata and in patterns of the adjusting columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neoher.cohort.exclusions import excluded_rows, known_in_all, nobody_left
from neoher.cohort.result import Excluded
from neoher.cohort.statistics.two_by_two import TwoByTwo
from neoher.cohort.table.tidy import Cohort, Kind

__all__ = ["ALL", "RateCounts", "count_rates", "pattern_of"]

ALL = "all"
"""The stratum of everybody, and the group of everybody where none is named."""


@dataclass(frozen=True)
class RateCounts:
    """Yes and all by stratum and group.

    `events` and `totals` have the shape (strata, groups); `patterns` has one row for each combination of
    group, stratum and adjusting columns that occurs: their positions (a number: its distance from the mean in
    standard deviations; the columns are named by `pattern_of`), then yes and all.
    """

    groups: tuple[str, ...]
    strata: tuple[str, ...]
    events: NDArray[np.int64]
    totals: NDArray[np.int64]
    patterns: pd.DataFrame
    adjusting: dict[str, tuple[str, ...]]
    """Adjusting columns with their levels; none: a number, which enters as a straight line."""
    n: int
    excluded: tuple[Excluded, ...]

    def table(self, group: int, reference: int, stratum: int | None = None) -> TwoByTwo:
        """A group against the reference, in a stratum or over all."""
        events = self.events.sum(0) if stratum is None else self.events[stratum]
        totals = self.totals.sum(0) if stratum is None else self.totals[stratum]
        a, c = int(events[group]), int(events[reference])
        return TwoByTwo(a, int(totals[group]) - a, c, int(totals[reference]) - c)

    def grid(self, stratum: int | None = None) -> NDArray[np.int64]:
        """Groups (rows) by yes and no (columns), in a stratum or over all."""
        events = self.events.sum(0) if stratum is None else self.events[stratum]
        totals = self.totals.sum(0) if stratum is None else self.totals[stratum]
        return np.column_stack([events, totals - events])


def count_rates(
    cohort: Cohort,
    outcome: str,
    *,
    yes: str | None = None,
    by: str | None = None,
    strata: str | None = None,
    adjust: Sequence[str] = (),
) -> RateCounts:
    """The counts of an outcome; rows that lack the outcome, the group or the stratum are left out and listed.

    Raises: InputError where a column is none, or is not what its place takes, or nobody is known in all.
    """
    columns: dict[str, pd.Series] = {outcome: cohort.answers(outcome, "--outcome", yes=yes)}
    if by is not None:
        columns[by] = cohort.groups(by, "--by")
    if strata is not None:
        columns[strata] = cohort.groups(strata, "--strata")
    for name in adjust:
        columns[name] = _adjusting(cohort, name)
    known = known_in_all(columns)
    if not known.any():
        raise nobody_left(columns, cohort.name)
    frame = pd.DataFrame({"yes": columns[outcome][known].astype("int64")})
    group_levels = _levels(columns[by][known]) if by else (ALL,)
    stratum_levels = _levels(columns[strata][known]) if strata else (ALL,)
    frame["group"] = _codes(columns[by][known], group_levels) if by else 0
    frame["stratum"] = _codes(columns[strata][known], stratum_levels) if strata else 0
    adjusting = {name: _levels(columns[name][known]) for name in adjust}
    for name, levels in adjusting.items():
        column = columns[name][known]
        frame[pattern_of(name)] = _codes(column, levels) if levels else _standardised(column)
    patterns = (
        frame.groupby(["group", "stratum", *map(pattern_of, adjusting)])["yes"]
        .agg(yes="sum", all="size")
        .reset_index()
    )
    shape = (len(stratum_levels), len(group_levels))
    events, totals = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(events, (patterns["stratum"], patterns["group"]), patterns["yes"])
    np.add.at(totals, (patterns["stratum"], patterns["group"]), patterns["all"])
    return RateCounts(
        group_levels,
        stratum_levels,
        events,
        totals,
        patterns,
        adjusting,
        int(known.sum()),
        excluded_rows(cohort, columns),
    )


def pattern_of(name: str) -> str:
    """The column of `patterns` that holds an adjusting column, whatever that is called."""
    return f"adjusting {name}"


def _adjusting(cohort: Cohort, name: str) -> pd.Series:
    if cohort.variable(name, "--adjust").kind in (Kind.NUMBER, Kind.TIME):
        return cohort.numbers(name, "--adjust")
    return cohort.groups(name, "--adjust")


def _standardised(column: pd.Series) -> pd.Series:
    """Deviations from the mean in standard deviations: the same model, in numbers of one size."""
    spread = float(column.std(ddof=0)) if len(column) else 0.0
    return (column - column.mean()) / (spread or 1.0)


def _levels(column: pd.Series) -> tuple[str, ...]:
    """The levels that occur among the rows that are analysed; none of a column of numbers."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return ()
    return tuple(str(level) for level in column.cat.remove_unused_categories().cat.categories)


def _codes(column: pd.Series, levels: tuple[str, ...]) -> NDArray[np.int64]:
    return np.asarray(column.cat.set_categories(list(levels)).cat.codes, dtype=np.int64)
