"""`neoher cohort fit`: a model of an outcome on the user's own cohort, and its model card."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neoher.cohort.change.roc import compare_areas
from neoher.cohort.exclusions import excluded_rows
from neoher.cohort.parts import Parts
from neoher.cohort.prediction.card import add_performance, methods_of, predictor_table
from neoher.cohort.prediction.figures import calibration_figure, decision_figure
from neoher.cohort.prediction.performance import Performance, judge
from neoher.cohort.prediction.subgroups import Subgroups, judge_subgroups, subgroup_performance
from neoher.cohort.prediction.training import (
    BoolArray,
    FloatArray,
    Patients,
    applicability_of,
    choose_penalty,
    design,
    fit_ridge,
    predictors_of,
)
from neoher.cohort.prediction.validation import Validation, cross_validate
from neoher.cohort.result import CohortResult, Figure, TestResult
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError
from neoher.record.conclusion import Caution
from neoher.response.prediction import PredictionModel

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

__all__ = ["FitQuestion", "FittedModel", "fit_model", "row_values"]

LEAST_OF_EACH = 10
"""With fewer patients with, or without, the outcome nothing is fitted [D]."""
EVENTS_PER_COEFFICIENT = 10
"""Below it the model card warns; a rule of thumb, and no promise above it [D]."""


@dataclass(frozen=True, slots=True)
class FitQuestion:
    """What is to be foretold, from what, and how it is judged."""

    outcome: str
    predictors: tuple[str, ...]
    outcome_is: str | None = None
    subgroups: tuple[str, ...] = ()
    validation: Validation = field(default_factory=Validation)
    resamples: int = 200
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class FittedModel:
    """The model as data, and the card that says what it is worth."""

    model: PredictionModel
    card: CohortResult


def fit_model(cohort: Cohort, question: FitQuestion, *, drawn: bool = True) -> FittedModel:
    """Fit on complete rows, cross-validate, and judge.

    Raises: InputError where a predictor is of no use, the outcome is a predictor, or there are fewer than 10
    patients with or without the outcome.
    """
    from sklearn import config_context  # type: ignore[import-untyped]

    used, patients, levels = _patients(cohort, question)
    # Complete rows of finite numbers were just made: checking them again at each of a thousand small fits
    # takes as long as fitting.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        return _fitted(cohort, question, used, patients, levels, drawn=drawn)


def _fitted(
    cohort: Cohort,
    question: FitQuestion,
    used: Cohort,
    patients: Patients,
    levels: dict[str, tuple[str, ...]],
    *,
    drawn: bool,
) -> FittedModel:
    units = {name: cohort.variables[name].unit for name in question.predictors}
    logistic, boosted = cross_validate(patients, levels, units, question.validation)
    performance = judge(logistic, patients.outcome, patients.person, question.level)
    judged = judge_subgroups(used, question.subgroups, patients, logistic, question.level)
    model = _model(cohort, question, patients, levels, performance, judged)

    parts = Parts()
    beside = judge(boosted, patients.outcome, patients.person, question.level)
    chances = {"logistic model": logistic, "gradient boosting": boosted}
    add_performance(parts, {"logistic model": performance, "gradient boosting": beside}, question.level)
    for column, groups in judged.items():
        named = {f"{column}={group}": each for group, each in groups.items()}
        add_performance(parts, named, question.level, name=f"subgroups-{column}", title=f"By {column}")
    parts.tests.append(_comparison(logistic, boosted, patients.outcome))
    parts.warnings += _warnings(model, performance, patients)
    figures: tuple[Figure, ...] = ()
    if drawn:
        figures = (
            calibration_figure(chances, patients.outcome, question.level),
            decision_figure(chances, patients.outcome),
        )
    columns = {question.outcome: _outcome(cohort, question)} | {
        name: cohort.frame[name] for name in question.predictors
    }
    card = CohortResult(
        title=f"Model card: {question.outcome}",
        n=model.n,
        excluded=excluded_rows(cohort, columns),
        main=predictor_table(model),
        further=tuple(parts.tables),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=methods_of(cohort, model, question.validation, question.resamples),
        warnings=(*cohort.warnings, *parts.warnings),
        figures=figures,
    )
    return FittedModel(model, card)


def row_values(cohort: Cohort, names: tuple[str, ...], option: str) -> list[dict[str, float | str | None]]:
    """The predictors of every row in order: numbers, groups as text, None where not known."""
    columns: dict[str, list[float | str | None]] = {}
    for name in names:
        if cohort.variable(name, option).kind is Kind.NUMBER:
            numbers = cohort.numbers(name, option).to_list()
            columns[name] = [None if math.isnan(each) else float(each) for each in numbers]
        else:
            groups = cohort.groups(name, option)
            known = groups.notna().to_list()
            texts = [str(each) for each in groups.to_list()]
            columns[name] = [text if held else None for text, held in zip(texts, known, strict=True)]
    return [{name: columns[name][place] for name in names} for place in range(len(cohort))]


def _outcome(cohort: Cohort, question: FitQuestion) -> pd.Series:
    return cohort.answers(question.outcome, "--outcome", yes=question.outcome_is)


def _patients(cohort: Cohort, question: FitQuestion) -> tuple[Cohort, Patients, dict[str, tuple[str, ...]]]:
    if question.outcome in question.predictors:
        raise InputError(
            "the outcome cannot foretell itself.", "--predictors", f"Leave out {question.outcome}."
        )
    values = row_values(cohort, question.predictors, "--predictors")
    outcome = _outcome(cohort, question)
    complete = [all(value is not None for value in each.values()) for each in values]
    keep = outcome.notna() & pd.Series(complete, outcome.index)
    used = cohort.where(keep)
    known = outcome[keep].to_numpy(dtype=bool)
    for count, words in ((int(known.sum()), "with"), (int((~known).sum()), "without")):
        if count < max(LEAST_OF_EACH, question.validation.folds):
            raise InputError(
                f"{count} patients {words} {question.outcome} are known in every predictor: too "
                "few for a model.",
                "--predictors",
                f"It takes {LEAST_OF_EACH} of each at least; fewer predictors may leave more rows.",
            )
    levels = {
        name: tuple(str(level) for level in cohort.groups(name).cat.categories)
        for name in question.predictors
        if cohort.variables[name].kind is not Kind.NUMBER
    }
    person = pd.factorize(used.patients().fillna(pd.Series(used.frame.index.astype(str), used.frame.index)))[
        0
    ]
    rows = [each for each, held in zip(values, keep.to_list(), strict=True) if held]
    for name in question.predictors:
        if len({each[name] for each in rows}) < 2:
            raise InputError(f"{name} does not vary among complete rows.", "--predictors", "Leave it out.")
    return used, Patients(rows, known, person.astype(np.int64)), levels


def _model(
    cohort: Cohort,
    question: FitQuestion,
    patients: Patients,
    levels: dict[str, tuple[str, ...]],
    performance: Performance,
    judged: Subgroups,
) -> PredictionModel:
    units = {name: cohort.variables[name].unit for name in question.predictors}
    definitions = {name: cohort.variables[name].definition for name in question.predictors}
    predictors = predictors_of(patients, levels, units, definitions)
    columns = design(predictors, patients, curved=True)
    penalty = choose_penalty(columns, patients, question.validation.seed)
    fit = fit_ridge(columns, patients.outcome, penalty)
    return PredictionModel(
        outcome=question.outcome
        if question.outcome_is is None
        else f"{question.outcome}={question.outcome_is}",
        definition=cohort.variables[question.outcome].definition,
        n=int(patients.outcome.size),
        events=int(patients.outcome.sum()),
        predictors=predictors,
        intercept=float(fit.intercept_[0]),
        coefficients=tuple(fit.coef_[0].tolist()),
        resampled=_resampled(columns, patients, fit, question),
        level=question.level,
        penalty=penalty,
        applicability=applicability_of(design(predictors, patients, curved=False)),
        performance={
            "auc": performance.area.value,
            "auc_low": performance.area.low,
            "auc_high": performance.area.high,
            "brier": performance.brier,
            "brier_of_rate": performance.brier_of_rate,
            "calibration_slope": performance.slope.value,
            "calibration_slope_low": performance.slope.low,
            "calibration_slope_high": performance.slope.high,
            "calibration_intercept": performance.intercept.value,
            "calibration_intercept_low": performance.intercept.low,
            "calibration_intercept_high": performance.intercept.high,
        },
        subgroups=tuple(subgroup_performance(judged)),
        data_sha256=tuple(each.sha256 for each in cohort.files),
    )


def _resampled(
    columns: FloatArray, patients: Patients, whole: LogisticRegression, question: FitQuestion
) -> tuple[tuple[float, ...], ...]:
    """Fits to patients drawn with replacement, whole patients at a time, knots and penalty as they are."""
    random = np.random.default_rng(question.validation.seed)
    persons = np.unique(patients.person)
    rows_of = [np.flatnonzero(patients.person == each) for each in persons]
    found: list[tuple[float, ...]] = []
    while len(found) < question.resamples:
        drawn = np.concatenate([rows_of[place] for place in random.integers(0, persons.size, persons.size)])
        if np.unique(patients.outcome[drawn]).size == 2:
            fit = fit_ridge(columns[drawn], patients.outcome[drawn], whole.C, whole)
            found.append((float(fit.intercept_[0]), *fit.coef_[0].tolist()))
    return tuple(found)


def _comparison(logistic: FloatArray, boosted: FloatArray, outcome: BoolArray) -> TestResult:
    found = compare_areas(logistic, boosted, outcome)
    known = bool(np.isfinite(found.z))
    return TestResult(
        name="area of the logistic model less that of gradient boosting",
        statistic=found.z if known else None,
        p=found.p if known else None,
        method="DeLong's test of two correlated areas",
        convention="two-sided; on cross-validated chances, whose folds share patients: p is approximate",
    )


def _warnings(model: PredictionModel, performance: Performance, patients: Patients) -> list[Caution]:
    warnings = [
        Caution(
            code="research-use",
            message="Research use: fitted on one cohort and validated only inside it; not for "
            "decisions about a "
            "patient, nor for another hospital, until it is validated there.",
        )
    ]
    rarer = min(model.events, model.n - model.events)
    if rarer < EVENTS_PER_COEFFICIENT * len(model.coefficients):
        warnings.append(
            Caution(
                code="few-events",
                message=f"{rarer} patients of the rarer outcome for {len(model.coefficients)} "
                "coefficients, fewer "
                f"than {EVENTS_PER_COEFFICIENT} each: the penalty holds the model back, but it "
                "rests on little.",
            )
        )
    if performance.brier >= performance.brier_of_rate:
        warnings.append(
            Caution(
                code="no-better-than-the-rate",
                message=f"The cross-validated Brier score ({performance.brier:.3f}) is no better "
                "than foretelling "
                f"everybody the rate ({performance.brier_of_rate:.3f}): the model says nothing.",
            )
        )
    if np.unique(patients.person).size < patients.outcome.size:
        warnings.append(
            Caution(
                code="rows-of-one-patient",
                message="Some patients have several rows: they stay together in folds and resamples.",
            )
        )
    return warnings
