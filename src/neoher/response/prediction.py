"""A fitted model of the chance of an outcome, applied to one patient: the model is a data file.

`neoher cohort fit` makes the file from a cohort of the user's own; none is shipped. A patient whom the cohort
does not cover gets no number. Research use: not for decisions about a patient.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from neoher.errors import InputError
from neoher.record.conclusion import Caution, Conclusion, Frozen, Software, Step

__all__ = [
    "Applicability",
    "CategoryPredictor",
    "NumberPredictor",
    "Prediction",
    "PredictionModel",
    "Predictor",
    "SubgroupPerformance",
    "design_columns",
    "distance",
    "linear_columns",
    "predict",
    "read_model",
]

Stated = Mapping[str, float | str | None]
"""A patient's value of each predictor, in the model's unit; None or left out: not known."""
LARGEST_BYTES = 50_000_000


class NumberPredictor(Frozen):
    """A number, straight or as a restricted cubic spline."""

    kind: Literal["number"] = "number"
    name: str
    definition: str = ""
    """What exactly the column held in the fit."""
    unit: str = ""
    low: float
    """Least value among the patients of the fit; below it nothing is foretold."""
    high: float
    centre: float
    """Mean, subtracted before the coefficient."""
    spread: float = Field(gt=0)
    """Standard deviation, divided by."""
    knots: tuple[float, ...] = ()
    """Of the spline, rising; none: a straight line."""


class CategoryPredictor(Frozen):
    """Groups; the first level is the one that the others are compared with."""

    kind: Literal["category"] = "category"
    name: str
    definition: str = ""
    levels: tuple[str, ...] = Field(min_length=2)


Predictor = NumberPredictor | CategoryPredictor


class Applicability(Frozen):
    """How far from the middle of the fit's patients a patient may lie."""

    centre: tuple[float, ...]
    inverse: tuple[tuple[float, ...], ...]
    """Inverse of the covariance of the straight columns."""
    limit: float
    """Largest Mahalanobis distance among the patients of the fit."""


class SubgroupPerformance(Frozen):
    """How the cross-validated chances did in one group of the fit's patients."""

    column: str
    group: str
    n: int
    events: int
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    calibration_intercept: float | None
    """Calibration in the large: 0 is right, above 0 the chances are too low in this group."""


class PredictionModel(Frozen):
    """All that is needed to apply the model, and to judge whether one should."""

    neoher_model: Literal[1] = 1
    outcome: str
    definition: str = ""
    """What exactly the outcome is."""
    n: int
    events: int
    predictors: tuple[Predictor, ...] = Field(min_length=1)
    intercept: float
    coefficients: tuple[float, ...]
    """Of the columns of `design_columns`."""
    resampled: tuple[tuple[float, ...], ...]
    """Intercept and coefficients of fits to resampled patients: the interval comes from them."""
    level: float = Field(gt=0, lt=1)
    penalty: float
    """Inverse strength C of the ridge penalty."""
    applicability: Applicability
    performance: dict[str, float | None]
    """Cross-validated: auc, auc_low, auc_high, brier, brier_of_rate, calibration_slope (with _low and _high),
    calibration_intercept (with _low and _high)."""
    subgroups: tuple[SubgroupPerformance, ...] = ()
    data_sha256: tuple[str, ...] = ()
    software: Software = Field(default_factory=Software)

    @model_validator(mode="after")
    def _is_whole(self) -> PredictionModel:
        middle = {
            each.name: each.centre if isinstance(each, NumberPredictor) else each.levels[0]
            for each in self.predictors
        }
        wanted = len(design_columns(self.predictors, middle))
        straight = len(linear_columns(self.predictors, middle))
        held = self.applicability
        if (
            len(self.coefficients) != wanted
            or any(len(each) != wanted + 1 for each in self.resampled)
            or len(held.centre) != straight
            or [len(row) for row in held.inverse] != [straight] * straight
        ):
            raise ValueError("the coefficients do not belong to the predictors")
        return self


class Prediction(Frozen):
    """The chance of the outcome, as shares of 1."""

    probability: float
    low: float | None
    high: float | None
    level: float
    """Coverage of the interval, which is of the fitted chance and says nothing of another hospital."""


def read_model(path: Path) -> PredictionModel:
    """A model file. Raises: InputError where it is none."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"the file is larger than {LARGEST_BYTES / 1e6:.0f} MB.", str(path))
        return PredictionModel.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", str(path), "Name the model file.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(
            f"is no model of this form{f' ({place})' if place else ''}: {first['msg']}.",
            str(path),
            "Make it by `neoher cohort fit`.",
        ) from None


def predict(model: PredictionModel, stated: Stated) -> Conclusion[Prediction]:
    """The chance of the outcome for one patient, or why nothing is said.

    A predictor that is not known is named in `missing`; it is not filled in. A patient outside the data (a
    number beyond the range of the fit, a level that it did not hold, a combination further from its middle
    than any of its patients) gets no number and the warning `outside-the-data`.
    Raises: InputError where a value is of another kind than its predictor.
    """
    needed = {each.name for each in model.predictors}
    missing = tuple(sorted(name for name in needed if stated.get(name) is None))
    about = Step(
        step=f"model of {model.outcome} from {model.n} patients, {model.events} with the outcome",
        rule="ridge-penalised logistic regression with restricted cubic splines, fitted on the "
        "user's own cohort",
        inputs={name: stated.get(name) for name in sorted(needed)},
    )
    research = Caution(
        code="research-use",
        message="Research use: a model of one cohort, not validated elsewhere; not for decisions "
        "about a patient.",
    )
    if missing:
        return Conclusion[Prediction](value=None, because=(about,), missing=missing, warnings=(research,))
    outside = _outside(model, stated)
    if outside:
        warning = Caution(code="outside-the-data", message=f"Nothing is foretold: {'; '.join(outside)}.")
        return Conclusion[Prediction](value=None, because=(about,), warnings=(warning, research))
    columns = design_columns(model.predictors, stated)
    chances = sorted(_chance(each[0], each[1:], columns) for each in model.resampled)
    value = Prediction(
        probability=_chance(model.intercept, model.coefficients, columns),
        low=_quantile(chances, (1 - model.level) / 2),
        high=_quantile(chances, (1 + model.level) / 2),
        level=model.level,
    )
    return Conclusion[Prediction](value=value, because=(about,), warnings=(research,))


def linear_columns(predictors: Sequence[Predictor], stated: Stated) -> list[float]:
    """One standardised column a number, one indicator for each level but the first."""
    columns: list[float] = []
    for each in predictors:
        if isinstance(each, NumberPredictor):
            columns.append((_number(each, stated) - each.centre) / each.spread)
        else:
            columns += [float(str(stated[each.name]) == level) for level in each.levels[1:]]
    return columns


def design_columns(predictors: Sequence[Predictor], stated: Stated) -> list[float]:
    """The straight columns, then the curved terms of each spline (knots less 2), in units of the spread.

    Source: restricted cubic splines as in Harrell, Regression Modeling Strategies, 2.4.5 (unverified).
    """
    columns = linear_columns(predictors, stated)
    for each in predictors:
        if isinstance(each, NumberPredictor) and each.knots:
            columns += [term / each.spread for term in _spline(_number(each, stated), each.knots)]
    return columns


def distance(held: Applicability, columns: Sequence[float]) -> float:
    """Mahalanobis distance of a patient's straight columns from the middle of the fit's patients."""
    away = [value - middle for value, middle in zip(columns, held.centre, strict=True)]
    squared = sum(
        a * row * b
        for a, line in zip(away, held.inverse, strict=True)
        for row, b in zip(line, away, strict=True)
    )
    return math.sqrt(max(0.0, squared))


def _number(predictor: NumberPredictor, stated: Stated) -> float:
    value = stated[predictor.name]
    if isinstance(value, str) or value is None or not math.isfinite(value):
        raise InputError(f"{value!r} is no number.", predictor.name, "The model takes a number.")
    return float(value)


def _spline(value: float, knots: Sequence[float]) -> list[float]:
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> float:
        return float(max(0.0, value - knot) ** 3)

    return [
        (
            cube(knot)
            - cube(before) * (last - knot) / (last - before)
            + cube(last) * (before - knot) / (last - before)
        )
        / (last - knots[0]) ** 2
        for knot in knots[:-2]
    ]


def _outside(model: PredictionModel, stated: Stated) -> list[str]:
    found = []
    for each in model.predictors:
        if isinstance(each, NumberPredictor):
            value = _number(each, stated)
            if not each.low <= value <= each.high:
                held = f"{each.low:g} to {each.high:g} {each.unit}".rstrip()
                found.append(f"{each.name} of {value:g} lies outside {held}, the range of the fit")
        elif str(stated[each.name]) not in each.levels:
            found.append(f"the fit held no patient with {each.name} {stated[each.name]}")
    if found:
        return found
    away = distance(model.applicability, linear_columns(model.predictors, stated))
    # A hair of slack: the farthest patient of the fit itself lies exactly on the limit.
    if away > model.applicability.limit * (1 + 1e-9):
        found.append(
            f"the combination of values lies {away:.2f} from the middle of the fit's patients, of whom none "
            f"lies beyond {model.applicability.limit:.2f} (Mahalanobis distance)"
        )
    return found


def _chance(intercept: float, coefficients: Sequence[float], columns: Sequence[float]) -> float:
    score = intercept + sum(a * b for a, b in zip(coefficients, columns, strict=True))
    return 1 / (1 + math.exp(-score)) if score >= 0 else 1 - 1 / (1 + math.exp(min(score, 700.0)))


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """Type 7 of Hyndman and Fan; None where there is nothing."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
