"""A cut-off chosen by cross-validation, so that what it is said to reach was not fitted to the same
patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.change.roc import BoolArray, FloatArray, roc_points
from neoher.errors import InputError

__all__ = ["CutOff", "cross_validated_cut", "youden_cut"]


@dataclass(frozen=True, slots=True)
class CutOff:
    """A cut-off with its performance on the patients it was chosen on, and on those left out."""

    cut: float
    """Chosen on all patients: 'case' from here on."""
    apparent_sensitivity: float
    apparent_specificity: float
    sensitivity: float
    """On patients left out, the mean over repeats."""
    specificity: float
    lowest_cut: float
    highest_cut: float
    """Range of the cut-offs that the folds chose."""
    folds: int
    repeats: int
    seed: int


def youden_cut(score: FloatArray, case: BoolArray) -> float:
    """The cut with the largest sensitivity + specificity; the highest of equals.

    It lies midway between that score and the next lower one.
    Source: Youden, Cancer 1950;3:32 (unverified).
    """
    points = roc_points(score, case)
    best = max(range(len(points)), key=lambda index: points[index].sensitivity + points[index].specificity)
    below = points[best + 1].cut if best + 1 < len(points) else points[best].cut
    return (points[best].cut + below) / 2


def cross_validated_cut(
    score: FloatArray, case: BoolArray, folds: int = 5, repeats: int = 20, seed: int = 0
) -> CutOff:
    """Youden's cut-off of all patients, and how such a choice does on patients it has not seen.

    Parameters: `score`, `case`: shape (n,), one entry a patient. Folds keep the share of cases.
    Raises: InputError where cases or controls are fewer than the folds.
    """
    from sklearn.model_selection import RepeatedStratifiedKFold  # type: ignore[import-untyped]

    fewest = int(min(case.sum(), (~case).sum()))
    if fewest < folds:
        raise InputError(
            f"{fewest} patients in the smaller group are too few for {folds} folds.", "cross-validation"
        )
    splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    called = np.zeros((repeats, score.size), dtype=bool)
    cuts = []
    for index, (train, test) in enumerate(splitter.split(score[:, None], case)):
        cut = youden_cut(score[train], case[train])
        called[index // folds, test] = score[test] >= cut
        cuts.append(cut)
    cut = youden_cut(score, case)
    return CutOff(
        cut,
        float((score[case] >= cut).mean()),
        float((score[~case] < cut).mean()),
        float(called[:, case].mean()),
        float((~called[:, ~case]).mean()),
        min(cuts),
        max(cuts),
        folds,
        repeats,
        seed,
    )
