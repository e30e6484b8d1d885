"""HER2 of each patient before and after therapy, and what became of those without a second result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neoher.cohort.her2_wording import level_of_wording
from neoher.cohort.result import Excluded
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError

__all__ = ["NO_TUMOUR", "ORDER", "POSITIVE", "Transitions", "is_positive", "transitions_of"]

ORDER = (
    "3+",
    "2+/ISH+",
    "ISH+",
    "positive",
    "2+",
    "equivocal",
    "2+/ISH-",
    "low",
    "1+",
    "ultralow",
    "0",
    "absent",
)
POSITIVE = ("3+", "2+/ISH+", "ISH+", "positive")
NEGATIVE = ("negative", "2+/ISH-", "low", "1+", "ultralow", "0", "absent", "null", "0-unspecified")
_SAME = {
    "2+ish+": "2+/ISH+",
    "2+ish-": "2+/ISH-",
    "her2-low": "low",
    "her2-0": "0",
    "zero": "0",
    "pos": "positive",
}
_NAMED = {name.casefold().replace(" ", ""): name for name in (*ORDER, *NEGATIVE)} | _SAME
NO_TUMOUR = "no invasive tumour left"
NOT_TESTED = "not tested after therapy"


def is_positive(level: str) -> bool | None:
    """Whether a class is HER2-positive; None where it does not decide (2+ without ISH, equivocal)."""
    if level in POSITIVE:
        return True
    return False if level in NEGATIVE else None


@dataclass(frozen=True, slots=True)
class Transitions:
    """Patients with a class before therapy."""

    before: tuple[str, ...]
    """Classes before therapy in use, in order."""
    after: tuple[str, ...]
    """Classes after therapy in use, in order."""
    counts: NDArray[np.int64]
    """Patients tested twice, shape (before, after)."""
    no_tumour: NDArray[np.int64]
    """Patients without invasive tumour left, by class before, shape (before,)."""
    not_tested: NDArray[np.int64]
    """Patients with tumour, or of whom that is not known, but no second result, shape (before,)."""
    pairs: pd.DataFrame
    """`before` and `after` of the patients tested twice, indexed by the row of the table."""
    excluded: tuple[Excluded, ...]


def transitions_of(cohort: Cohort, before: str, after: str, pcr: str | None) -> Transitions:
    """The transitions between two columns of classes; `pcr` tells those without tumour left.

    Raises: InputError for a cell that neither names a class nor words one, a patient with pCR and a second
    result, or nobody tested twice.
    """
    first, second = _levels(cohort, before, "--before"), _levels(cohort, after, "--after")
    gone = pd.Series(False, first.index)
    if pcr is not None:
        answers = cohort.answers(pcr, "--pcr")
        gone = answers.fillna(False).astype(bool)
        if (both := gone & second.notna()).any():
            row = int(both.index[both][0])
            raise InputError(
                f"there is a complete response and HER2 {second.loc[row]!r} of residual tumour.",
                f"row {row}, columns {pcr} and {after}",
                "One of the two is wrong; in-situ or nodal disease is no residual invasive tumour of the "
                "breast.",
            )
    known = first.notna()
    levels_before, levels_after = _in_order(first[known]), _in_order(second[known])
    if not levels_after:
        raise InputError(f"nobody has both {before} and {after}.", "--after")
    twice = known & second.notna()
    pairs = pd.DataFrame({"before": first[twice], "after": second[twice]})
    counts = np.zeros((len(levels_before), len(levels_after)), dtype=np.int64)
    for row, level in enumerate(levels_before):
        for column, other in enumerate(levels_after):
            counts[row, column] = int(((pairs["before"] == level) & (pairs["after"] == other)).sum())
    untested = known & second.isna()
    no_tumour = np.array([int((untested & gone & (first == level)).sum()) for level in levels_before])
    not_tested = np.array([int((untested & ~gone & (first == level)).sum()) for level in levels_before])
    return Transitions(
        levels_before,
        levels_after,
        counts,
        no_tumour,
        not_tested,
        pairs,
        _excluded(cohort, first, second, gone, (before, after)),
    )


def _levels(cohort: Cohort, name: str, option: str) -> pd.Series:
    variable = cohort.variable(name, option)
    if variable.kind is Kind.YES_NO:
        return cohort.frame[name].map({True: "positive", False: "negative"}).astype("object")
    if variable.kind in (Kind.NUMBER, Kind.EVENT):
        cells = cohort.groups(name, option).astype("object")
    elif variable.kind in (Kind.CATEGORY, Kind.TEXT):
        cells = cohort.frame[name].astype("object")
    else:
        raise InputError(f"the column {name} holds a {variable.kind}, not HER2 classes.", option)
    named = {text: _class_of(str(text)) for text in cells.dropna().unique()}
    for text, found in named.items():
        if found is None:
            row = int(cells.index[cells == text][0])
            raise InputError(
                f"{str(text)!r} is no HER2 class that is known here, nor wording of one.",
                f"row {row}, column {name}",
                f"Known are {', '.join(dict.fromkeys(_NAMED.values()))}.",
            )
    return cells.map(named)


def _class_of(text: str) -> str | None:
    """The class that a cell names, or that its wording says."""
    named = _NAMED.get(text.strip().casefold().replace(" ", ""))
    return named or level_of_wording(text)


def _in_order(levels: pd.Series) -> tuple[str, ...]:
    used = set(levels.dropna().unique())
    order = [*ORDER, *(name for name in NEGATIVE if name not in ORDER), "indeterminate"]
    return tuple(level for level in order if level in used)


def _excluded(
    cohort: Cohort, first: pd.Series, second: pd.Series, gone: pd.Series, columns: Sequence[str]
) -> tuple[Excluded, ...]:
    patients = cohort.patients() if cohort.patient else None
    found = []
    for row in first.index[first.isna() | second.isna()]:
        column, reason = columns[1], NO_TUMOUR if gone.loc[row] else NOT_TESTED
        if pd.isna(first.loc[row]):
            column, reason = columns[0], "not known"
        who = None if patients is None else str(patients.loc[row])
        found.append(Excluded(row=int(row), column=column, reason=reason, patient=who))
    return tuple(found)
