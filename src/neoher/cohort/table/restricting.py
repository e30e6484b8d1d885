"""A cohort restricted to the rows of a question: her2_class=positive, arm=TH|THP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from neoher.cohort.exclusions import excluded_rows
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

__all__ = ["restrict"]


def restrict(cohort: Cohort, conditions: Sequence[str]) -> Cohort:
    """The rows that meet every condition COLUMN=LEVEL or COLUMN=LEVEL|LEVEL.

    A row of which a condition is not known is left out and listed; one that does not meet it is outside of
    the question and only counted.
    Raises: InputError where a column or level is none, or no row is left.
    """
    for condition in conditions:
        name, equals, wanted = condition.partition("=")
        if not equals or not wanted.strip():
            raise InputError(
                f"{condition!r} is no condition.", "--where", "It takes COLUMN=LEVEL or COLUMN=A|B."
            )
        name = name.strip()
        column = cohort.groups(name, "--where")
        levels = [level.strip() for level in wanted.split("|")]
        if unknown := [level for level in levels if level not in column.cat.categories]:
            raise InputError(
                f"the column {name} has no level {', '.join(map(repr, unknown))}.",
                "--where",
                f"It has {', '.join(map(str, column.cat.categories))}.",
            )
        before = len(cohort)
        left_out = excluded_rows(cohort, {name: column}, "not known whether the row belongs to the question")
        kept = cohort.where(column.isin(levels))
        absent = int(column.isna().sum())
        said = f" Rows were restricted to {name} = {' or '.join(levels)}: {len(kept)} of {before}"
        said += f" ({absent} not known)." if absent else "."
        cohort = replace(kept, reading=cohort.reading + said, left_out=left_out)
        if not len(cohort):
            raise InputError("no row meets the conditions.", "--where", "Nothing was computed.")
    return cohort
