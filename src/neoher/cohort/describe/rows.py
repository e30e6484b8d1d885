"""The lines of table 1 for one column: counts and shares, or median and quartiles, in every group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pydantic import JsonValue

from neoher.cohort.statistics.summaries import summarise
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.cohort.table.units import said

__all__ = ["ALL", "Groups", "column_lines"]

ALL = "all"
Groups = dict[str, "pd.Series[bool]"]
"""The rows of each group by its key ('her2_class=low'), 'all' first."""


def column_lines(
    cohort: Cohort, name: str, groups: Groups, quantile_type: int
) -> Iterator[dict[str, JsonValue]]:
    """One line for each level of a category, one for a number; then what is not known, if anything.

    Cells are summaries by group: count and percent (of the known), or n, mean, sd, median, quartiles, least
    and most.
    """
    variable, column = cohort.variables[name], cohort.frame[name]
    match variable.kind:
        case Kind.CATEGORY | Kind.YES_NO | Kind.EVENT:
            yield from _levels(cohort, name, groups)
        case Kind.NUMBER | Kind.TIME:
            unit = f" ({said(variable.unit)})" if variable.unit else ""
            yield {
                "variable": name,
                "level": f"median (quartiles){unit}",
                **{key: _numbers(column[rows], quantile_type) for key, rows in groups.items()},
            }
        case Kind.DATE:
            yield {
                "variable": name,
                "level": "first to last",
                **{key: _dates(column[rows]) for key, rows in groups.items()},
            }
        case _:
            return
    if column.isna().any():
        absent: dict[str, JsonValue] = {
            key: {"count": int(column[rows].isna().sum())} for key, rows in groups.items()
        }
        yield {"variable": name, "level": "not known", **absent}


def _levels(cohort: Cohort, name: str, groups: Groups) -> Iterator[dict[str, JsonValue]]:
    levels = cohort.groups(name)
    names = cohort.variables[name].levels if cohort.variables[name].kind is Kind.EVENT else ()
    shown = list(levels.cat.categories)
    if cohort.variables[name].kind is Kind.YES_NO:
        shown = ["yes"]
    for level in shown:
        label = names[int(level)] if names and int(level) < len(names) else str(level)
        cells: dict[str, JsonValue] = {key: _share(levels[rows], str(level)) for key, rows in groups.items()}
        yield {"variable": name, "level": label, **cells}


def _share(column: pd.Series, level: str) -> JsonValue:
    known, count = int(column.notna().sum()), int((column == level).sum())
    return {"count": count, "n": known, "percent": 100 * count / known if known else None}


def _numbers(column: pd.Series, quantile_type: int) -> JsonValue:
    values = np.asarray(column.dropna(), dtype=np.float64)
    found = summarise(values, quantile_type)
    return {
        "n": found.n,
        "mean": found.mean,
        "sd": found.sd,
        "median": found.median,
        "q1": found.q1,
        "q3": found.q3,
        "least": found.least,
        "most": found.most,
    }


def _dates(column: pd.Series) -> JsonValue:
    known = column.dropna()
    if known.empty:
        return {"n": 0, "least": None, "most": None}
    return {
        "n": len(known),
        "least": known.min().date().isoformat(),
        "most": known.max().date().isoformat(),
    }
