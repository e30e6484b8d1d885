"""Nested cross-validation: every prediction is of a patient whom neither the fit nor its tuning has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neoher.cohort.prediction.training import (
    BoolArray,
    FloatArray,
    IntArray,
    Patients,
    choose_penalty,
    design,
    fit_ridge,
    log_loss,
    predictors_of,
)

__all__ = ["LEARNING_RATE", "TREES", "Validation", "cross_validate"]

TREES = (10, 20, 40, 80)
"""Numbers of trees among which the inner cross-validation chooses."""
LEARNING_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Validation:
    """How the folds are drawn."""

    folds: int = 5
    repeats: int = 3
    seed: int = 0
    jobs: int = 1
    """Processes; the result is the same with any number."""


def cross_validate(
    patients: Patients,
    levels: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    validation: Validation,
) -> tuple[FloatArray, FloatArray]:
    """Chances from the logistic model and from gradient boosting, each the mean over the repeats; shape (n,).

    Scales, knots, penalty and number of trees are chosen within each outer training set.
    """
    from sklearn.model_selection import StratifiedGroupKFold  # type: ignore[import-untyped]
    from sklearn.utils.parallel import Parallel, delayed  # type: ignore[import-untyped]

    parts = []
    for repeat in range(validation.repeats):
        seed = validation.seed + repeat
        outer = StratifiedGroupKFold(validation.folds, shuffle=True, random_state=seed)
        split = outer.split(patients.outcome, patients.outcome, patients.person)
        parts += [(train, test, seed) for train, test in split]
    work = delayed(_held_out_chances)
    found = Parallel(n_jobs=validation.jobs)(
        work(patients, levels, units, train, test, seed) for train, test, seed in parts
    )
    logistic, boosted = np.zeros(patients.outcome.size), np.zeros(patients.outcome.size)
    for (_, test, _), (of_logistic, of_boosted) in zip(parts, found, strict=True):
        logistic[test] += of_logistic
        boosted[test] += of_boosted
    return logistic / validation.repeats, boosted / validation.repeats


def _held_out_chances(
    patients: Patients,
    levels: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    train: IntArray,
    test: IntArray,
    seed: int,
) -> tuple[FloatArray, FloatArray]:
    learning, held_out = patients.of(train), patients.of(test)
    predictors = predictors_of(learning, levels, units)
    curved = design(predictors, learning, curved=True)
    fit = fit_ridge(curved, learning.outcome, choose_penalty(curved, learning, seed))
    logistic: FloatArray = fit.predict_proba(design(predictors, held_out, curved=True))[:, 1]
    straight = design(predictors, learning, curved=False)
    return logistic, _boosted(straight, learning, design(predictors, held_out, curved=False), seed)


def _boosted(columns: FloatArray, learning: Patients, held_out: FloatArray, seed: int) -> FloatArray:
    from sklearn.ensemble import GradientBoostingClassifier  # type: ignore[import-untyped]
    from sklearn.model_selection import StratifiedGroupKFold

    def grown(rows: FloatArray, outcome: BoolArray, trees: int) -> GradientBoostingClassifier:
        return GradientBoostingClassifier(
            n_estimators=trees, learning_rate=LEARNING_RATE, max_depth=2, subsample=0.8, random_state=seed
        ).fit(rows, outcome)

    losses = np.zeros(len(TREES))
    inner = StratifiedGroupKFold(3, shuffle=True, random_state=seed)
    for train, test in inner.split(columns, learning.outcome, learning.person):
        fit = grown(columns[train], learning.outcome[train], TREES[-1])
        stages = list(fit.staged_predict_proba(columns[test]))
        for place, trees in enumerate(TREES):
            losses[place] += log_loss(stages[trees - 1][:, 1], learning.outcome[test])
    best = TREES[int(np.argmin(losses))]
    chances: FloatArray = grown(columns, learning.outcome, best).predict_proba(held_out)[:, 1]
    return chances
