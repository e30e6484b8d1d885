"""Fitting a ridge-penalised logistic model with restricted cubic splines, and making it a data file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neoher.response.prediction import (
    Applicability,
    CategoryPredictor,
    NumberPredictor,
    Predictor,
    design_columns,
    distance,
    linear_columns,
)

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

__all__ = [
    "Patients",
    "applicability_of",
    "choose_penalty",
    "design",
    "fit_ridge",
    "log_loss",
    "predictors_of",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
PENALTIES = tuple(float(10.0**power) for power in np.arange(-3, 2.1, 0.5))
"""Inverse strengths C among which cross-validation chooses."""
KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the knots: Harrell's default for four (unverified)."""
LEAST_DISTINCT = 10
"""A number with fewer distinct values enters as a straight line [D]."""
INNER_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Patients:
    """Complete rows: values by predictor, the outcome, and who they are."""

    values: Sequence[Mapping[str, float | str | None]]
    outcome: BoolArray
    """Shape (n,)."""
    person: IntArray
    """Shape (n,): rows of one patient share a number and are never parted by cross-validation."""

    def of(self, rows: IntArray) -> Patients:
        """Those rows."""
        return Patients([self.values[int(row)] for row in rows], self.outcome[rows], self.person[rows])


def predictors_of(
    patients: Patients,
    levels: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    definitions: Mapping[str, str] | None = None,
) -> tuple[Predictor, ...]:
    """Ranges, scales, knots and levels as these patients have them.

    Parameters: `levels` of each predictor that is a group (others are numbers), `units` of the numbers,
    `definitions` as the data dictionary has them.
    A predictor that does not vary among these patients is left out.
    """
    found: list[Predictor] = []
    defined = definitions or {}
    for name in patients.values[0]:
        if name in levels:
            held = {str(each[name]) for each in patients.values}
            used = tuple(level for level in levels[name] if level in held)
            if len(used) > 1:
                found.append(CategoryPredictor(name=name, definition=defined.get(name, ""), levels=used))
            continue
        numbers = np.array([each[name] for each in patients.values], dtype=np.float64)
        spread = float(numbers.std(ddof=1))
        if spread == 0:
            continue
        knots: tuple[float, ...] = ()
        if np.unique(numbers).size >= LEAST_DISTINCT:
            places = tuple(float(each) for each in np.quantile(numbers, KNOTS))
            knots = places if len(set(places)) == len(KNOTS) else ()
        found.append(
            NumberPredictor(
                name=name,
                definition=defined.get(name, ""),
                unit=units.get(name, ""),
                low=float(numbers.min()),
                high=float(numbers.max()),
                centre=float(numbers.mean()),
                spread=spread,
                knots=knots,
            )
        )
    return tuple(found)


def design(predictors: Sequence[Predictor], patients: Patients, *, curved: bool) -> FloatArray:
    """The columns of every patient, by the very function that is used to foretell; shape (n, columns)."""
    columns = design_columns if curved else linear_columns
    return np.array([columns(predictors, each) for each in patients.values], dtype=np.float64)


def fit_ridge(
    columns: FloatArray,
    outcome: BoolArray,
    penalty: float,
    begin: LogisticRegression | None = None,
) -> LogisticRegression:
    """One fit at the given inverse strength; the intercept is not penalised.

    Parameters: `begin`: a fit of the same columns from whose coefficients the iteration starts. The solution
    is unique, so it is the same from anywhere; from nearby it is reached in fewer steps.
    """
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=200, tol=1e-8, warm_start=True)
    if begin is not None:
        fit.coef_, fit.intercept_, fit.classes_ = begin.coef_, begin.intercept_, begin.classes_
    return fit.fit(columns, outcome)


def choose_penalty(columns: FloatArray, patients: Patients, seed: int) -> float:
    """The inverse strength with the least cross-validated log loss; of equals the stronger penalty."""
    from sklearn.model_selection import StratifiedGroupKFold  # type: ignore[import-untyped]

    rare = int(min(patients.outcome.sum(), (~patients.outcome).sum()))
    folds = StratifiedGroupKFold(min(INNER_FOLDS, max(2, rare)), shuffle=True, random_state=seed)
    losses = np.zeros(len(PENALTIES))
    for train, test in folds.split(columns, patients.outcome, patients.person):
        if np.unique(patients.outcome[train]).size < 2:
            continue
        fit = None
        for place, penalty in enumerate(PENALTIES):
            fit = fit_ridge(columns[train], patients.outcome[train], penalty, fit)
            losses[place] += log_loss(fit.predict_proba(columns[test])[:, 1], patients.outcome[test])
    return PENALTIES[int(np.argmin(losses))]


def log_loss(chance: FloatArray, outcome: BoolArray) -> float:
    """Less the log-likelihood of what happened, summed over the patients; shapes (n,)."""
    of_what_happened = np.clip(np.where(outcome, chance, 1 - chance), 1e-15, 1.0)
    return -float(np.log(of_what_happened).sum())


def applicability_of(columns: FloatArray) -> Applicability:
    """The middle of the patients, how they scatter, and how far the farthest lies.

    Parameters: `columns`, straight ones, shape (n, columns). Directions without scatter count for nothing.
    """
    centre = columns.mean(axis=0)
    scatter = np.atleast_2d(np.cov(columns, rowvar=False))
    inverse = np.linalg.pinv(scatter, hermitian=True)
    held = Applicability(
        centre=tuple(centre.tolist()), inverse=tuple(tuple(row) for row in inverse.tolist()), limit=0.0
    )
    limit = max(distance(held, row) for row in columns.tolist())
    return held.model_copy(update={"limit": limit})
