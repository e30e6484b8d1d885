"""Columns of a cohort as covariates of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from neoher.cohort.survival.follow_up import FloatArray, IntArray
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError

__all__ = ["Covariates", "Reference", "codes_of", "covariates_of"]

Reference = tuple[str, str]
"""A column and the level that the others are compared with."""


@dataclass(frozen=True, slots=True)
class Covariates:
    """One column of numbers a coefficient, with its name ('hr: positive v negative')."""

    values: FloatArray
    """Shape (n, p)."""
    names: tuple[str, ...]


def covariates_of(cohort: Cohort, columns: Sequence[str], reference: Reference | None = None) -> Covariates:
    """Numbers as they are, groups as one indicator for each level but the first (or the reference).

    The rows of `cohort` are complete in `columns`.
    Raises: InputError for a reference level that is not in use, or no column.
    """
    values: list[FloatArray] = []
    names: list[str] = []
    for column in dict.fromkeys(columns):
        if cohort.variable(column, "--adjust").kind in (Kind.NUMBER, Kind.TIME):
            unit = cohort.variables[column].unit
            values.append(cohort.numbers(column).to_numpy(dtype=np.float64))
            names.append(f"{column}, +1 {unit}".rstrip())
            continue
        groups = cohort.groups(column, "--adjust")
        levels = [str(level) for level in groups.cat.categories]
        base = _base(levels, column, reference)
        for code, level in enumerate(levels):
            if level != base:
                values.append((groups.cat.codes == code).to_numpy().astype(np.float64))
                names.append(f"{column}: {level} v {base}")
    if not values:
        raise InputError("there is no covariate to estimate.", "--by", "Name a column of two groups or more.")
    return Covariates(np.stack(values, axis=1), tuple(names))


def _base(levels: list[str], column: str, reference: Reference | None) -> str:
    if reference is None or reference[0] != column:
        return levels[0]
    if reference[1] not in levels:
        raise InputError(
            f"the column {column} has no patient at level {reference[1]!r}.",
            "--reference",
            f"Its levels in use are {', '.join(levels)}.",
        )
    return reference[1]


def codes_of(groups: pd.Series) -> tuple[IntArray, tuple[str, ...]]:
    """Group numbers 0 .. k-1, shape (n,), and the names of the groups."""
    codes: IntArray = groups.cat.codes.to_numpy().astype(np.int64)
    return codes, tuple(str(level) for level in groups.cat.categories)
