"""Values in the column types that `Cohort` states, by the kind of their variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.cohort.table.level_order import level_order
from neoher.cohort.table.tidy import Kind, Variable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["typed_values"]


def typed_values(variable: Variable, values: pd.Series) -> pd.Series:
    """A category as an ordered Categorical, numbers and times as float64 with NaN, the rest as it is."""
    import pandas as pd

    if variable.kind is Kind.CATEGORY:
        levels = list(variable.levels) or list(level_order(values.dropna().unique()))
        return pd.Series(pd.Categorical(values.astype(object), levels, ordered=True), values.index)
    if variable.kind in (Kind.NUMBER, Kind.TIME):
        return values.astype("float64")
    return values
