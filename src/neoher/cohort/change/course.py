"""Percent change of a quantity over the visits of each patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neoher.cohort.result import Excluded
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

__all__ = ["Course", "course_of"]


@dataclass(frozen=True, slots=True)
class Course:
    """One quantity at each visit, and its change from the first, in percent; NaN where not known."""

    name: str
    visits: tuple[str, ...]
    """Columns, the baseline first."""
    unit: str
    values: pd.DataFrame
    """Rows of the cohort, one column a visit."""
    change: pd.DataFrame
    """The visits after the baseline, in percent of it."""
    excluded: tuple[Excluded, ...]

    def at(self, visit: str) -> NDArray[np.float64]:
        """Changes at a visit, shape (rows,)."""
        return self.change[visit].to_numpy(dtype=np.float64)


def course_of(cohort: Cohort, visits: tuple[str, ...]) -> Course:
    """The course over columns in the order of the visits.

    A patient whose baseline is 0 or not known has no percent change and is named among the excluded.
    Raises: InputError for fewer than two visits, units that differ, or a negative value.
    """
    if len(visits) < 2:
        raise InputError(
            "a change needs a baseline and a later visit.", "--visits", "Such as ftv_t0_cc,ftv_t1_cc."
        )
    values = pd.DataFrame({visit: cohort.numbers(visit, "--visits") for visit in visits})
    units = {visit: cohort.variables[visit].unit for visit in visits}
    if len(set(units.values())) > 1:
        stated = ", ".join(f"{visit} in {unit or 'no unit'}" for visit, unit in units.items())
        raise InputError(
            f"the visits are in different units: {stated}.", "--visits", "Use to_unit in the mapping."
        )
    if (values < 0).any(axis=None):
        visit = next(visit for visit in visits if (values[visit] < 0).any())
        row = int(values.index[values[visit] < 0][0])
        raise InputError(
            f"is {values.loc[row, visit]:g}: a percent change needs values of 0 or more.",
            f"row {row}, column {visit}",
        )
    baseline = values[visits[0]]
    usable = baseline.where(baseline > 0)
    change = pd.DataFrame({visit: 100 * (values[visit] - usable) / usable for visit in visits[1:]})
    patients = cohort.patients() if cohort.patient else None
    excluded = tuple(
        Excluded(
            row=int(row),
            column=visits[0],
            reason="not known" if pd.isna(baseline.loc[row]) else "baseline is 0, so no percent change",
            patient=None if patients is None else str(patients.loc[row]),
        )
        for row in values.index[usable.isna()]
    )
    if usable.isna().all():
        raise InputError("nobody has a baseline above 0.", visits[0])
    return Course(visits[0], visits, units[visits[0]], values, change, excluded)
