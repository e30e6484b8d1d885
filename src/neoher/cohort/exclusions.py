"""Rows that an analysis cannot use, as the contract lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neoher.cohort.result import Excluded
from neoher.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from neoher.cohort.table.tidy import Cohort

__all__ = ["excluded_rows", "known_in_all", "nobody_left"]


def known_in_all(columns: Mapping[str, pd.Series]) -> pd.Series:
    """For each row, whether it is known in every column; columns share one index."""
    import pandas as pd

    series = list(columns.values())
    known = pd.Series(True, series[0].index)
    for column in series:
        known &= column.notna()
    return known


def nobody_left(columns: Mapping[str, pd.Series], where: str) -> InputError:
    """The error where no row is known in every column, naming those that hold nothing at all."""
    never = [name for name, column in columns.items() if not column.notna().any()]
    empty = f"{', '.join(never)} {'is' if len(never) == 1 else 'are'} known in no row" if never else ""
    together = "" if len(never) == len(columns) == 1 else f"no row is known in all of {', '.join(columns)}"
    what = "; ".join(part for part in (together, empty) if part)
    return InputError(f"{what}.", where, "Nothing was computed.")


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
