"""Rows that an analysis cannot use, as the contract lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neoher.cohort.result import Excluded

if TYPE_CHECKING:
    import pandas as pd

    from neoher.cohort.table.tidy import Cohort

__all__ = ["excluded_rows", "known_in_all"]


def known_in_all(columns: Mapping[str, pd.Series]) -> pd.Series:
    """For each row, whether it is known in every column; columns share one index."""
    import pandas as pd

    series = list(columns.values())
    known = pd.Series(True, series[0].index)
    for column in series:
        known &= column.notna()
    return known


def excluded_rows(
    cohort: Cohort, columns: Mapping[str, pd.Series], reason: str = "not known"
) -> tuple[Excluded, ...]:
    """What reading left out, then one entry for each row that lacks one of `columns`, under the first."""
    patients = cohort.patients() if cohort.patient else None
    found: list[Excluded] = []
    seen: set[int] = set()
    for name, column in columns.items():
        for row in column.index[column.isna()]:
            if row not in seen:
                seen.add(int(row))
                who = None if patients is None or patients.isna().loc[row] else str(patients.loc[row])
                found.append(Excluded(row=int(row), column=name, reason=reason, patient=who))
    return (*cohort.left_out, *sorted(found, key=lambda each: each.row or 0))
