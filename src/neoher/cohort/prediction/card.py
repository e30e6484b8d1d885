"""The tables and words of a model card."""

from __future__ import annotations

from neoher.cohort.parts import Parts
from neoher.cohort.prediction.performance import Performance
from neoher.cohort.prediction.training import INNER_FOLDS, LEAST_DISTINCT, PENALTIES
from neoher.cohort.prediction.validation import LEARNING_RATE, TREES, Validation
from neoher.cohort.result import Estimate, Heading, ResultTable
from neoher.cohort.statistics.outcome import Interval
from neoher.cohort.table.tidy import Cohort
from neoher.response.prediction import NumberPredictor, PredictionModel

__all__ = ["add_performance", "methods_of", "predictor_table"]


def predictor_table(model: PredictionModel) -> ResultTable:
    """What the model needs of a patient, and what it covers."""
    rows = []
    for each in model.predictors:
        if isinstance(each, NumberPredictor):
            covers = f"{each.low:g} to {each.high:g}"
            form = (
                f"spline, knots {', '.join(f'{knot:g}' for knot in each.knots)}" if each.knots else "straight"
            )
            rows.append({"predictor": each.name, "unit": each.unit, "covers": covers, "form": form})
        else:
            form = f"each level against {each.levels[0]}"
            rows.append({"predictor": each.name, "unit": "", "covers": ", ".join(each.levels), "form": form})
    return ResultTable(
        name="predictors",
        title="Predictors",
        columns=(
            Heading(key="predictor", heading="predictor"),
            Heading(key="unit", heading="unit"),
            Heading(key="covers", heading="covers"),
            Heading(key="form", heading="enters as"),
        ),
        rows=tuple(rows),
        note="A patient outside what is covered, or with one of them not known, gets no number.",
    )


def add_performance(
    parts: Parts,
    judged: dict[str, Performance],
    level: float,
    *,
    name: str = "performance",
    title: str = "Cross-validated performance",
) -> None:
    """One row for each set of predictions, and its estimates."""
    rows = []
    for who, each in judged.items():
        rows.append(
            {
                "who": who,
                "n": each.n,
                "events": each.events,
                "auc": each.area.value,
                "brier": each.brier,
                "brier_of_rate": each.brier_of_rate,
                "expected_percent": 100 * each.expected,
                "observed_percent": 100 * each.events / each.n if each.n else None,
                "slope": each.slope.value,
                "intercept": each.intercept.value,
            }
        )
        stated = (
            ("area under the ROC curve", each.area, "DeLong"),
            ("calibration slope", each.slope, "logistic regression on the log odds, Wald"),
            ("calibration in the large", each.intercept, "intercept with the log odds as offset, Wald"),
            ("Brier score", Interval(each.brier), "mean squared error of the chance"),
        )
        for quantity, found, method in stated:
            parts.estimates.append(
                Estimate(
                    name=quantity,
                    value=found.value,
                    low=found.low,
                    high=found.high,
                    level=level if found.low is not None else None,
                    method=method if found.value is not None else f"{method}: cannot be said of so few",
                    group=who,
                    n=each.n,
                )
            )
    columns = (
        Heading(key="who", heading="predictions of"),
        Heading(key="n", heading="n"),
        Heading(key="events", heading="with the outcome"),
        Heading(key="auc", heading="AUC", digits=3),
        Heading(key="brier", heading="Brier", digits=3),
        Heading(key="brier_of_rate", heading="Brier of the rate", digits=3),
        Heading(key="expected_percent", heading="foretold", unit="%", digits=1),
        Heading(key="observed_percent", heading="observed", unit="%", digits=1),
        Heading(key="slope", heading="calibration slope", digits=2),
        Heading(key="intercept", heading="calibration in the large", digits=2),
    )
    parts.tables.append(ResultTable(name=name, title=title, columns=columns, rows=tuple(rows)))


def methods_of(cohort: Cohort, model: PredictionModel, validation: Validation, resamples: int) -> str:
    """Every choice of the fit."""
    defined = f" ({model.definition})" if model.definition else ""
    return (
        f"{cohort.reading} {model.outcome}{defined} was modelled in {model.n} complete rows, "
        f"{model.events} with "
        "the outcome; what is not known was not filled in. Logistic regression with a ridge penalty on "
        "standardised numbers and indicators of groups (scikit-learn); numbers of "
        f"{LEAST_DISTINCT} distinct values or more enter as restricted cubic splines with four "
        "knots at the 5th, "
        f"35th, 65th and 95th percentile. The penalty (C = {model.penalty:g}) was chosen among "
        f"{len(PENALTIES)} "
        f"from {PENALTIES[0]:g} to {PENALTIES[-1]:g} by the log loss of {INNER_FOLDS}-fold cross-validation. "
        f"Gradient boosting (trees of depth 2, learning rate {LEARNING_RATE:g}, "
        f"{', '.join(map(str, TREES))} trees by inner cross-validation) stands beside it for "
        "comparison and is "
        f"not stored. Performance is of nested cross-validation, {validation.folds} folds drawn "
        f"{validation.repeats} times (seed {validation.seed}), stratified by outcome, patients "
        "kept together; "
        "scales, knots and tuning are chosen inside each training set, and a patient's chances "
        "are averaged over "
        "the repeats. Intervals of performance take the chances as given. "
        f"The interval of a foretold chance spans the percentiles of {resamples} fits to resampled "
        "patients with "
        "the penalty as chosen: it says how much the fit depends on its patients, not how the "
        "penalty shrinks it "
        "nor what holds elsewhere. A patient is outside the data where a number lies beyond the "
        "range of the fit, "
        "a level was not held, or the Mahalanobis distance of the straight columns exceeds that "
        "of every patient "
        "of the fit. The model is a JSON file of numbers without code."
    )
