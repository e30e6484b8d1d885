"""Prediction: models of the user's own cohort applied to this case, for research use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.measure.case import State, measurements_of
from neoher.report.content import Assessment, Fact
from neoher.report.numbers import NOT_KNOWN
from neoher.report.section import Section, Table, TableCell
from neoher.response.case_columns.row import declaration
from neoher.response.case_prediction import CasePrediction, predict_case
from neoher.response.model_file import ModelFile
from neoher.response.prediction import (
    NumberPredictor,
    Prediction,
    PredictionModel,
    Predictor,
    SubgroupPerformance,
)

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["prediction_section"]

_NOT_STATED = "not stated"
_RESEARCH = (
    "Research use: a model of one cohort, validated only inside it. Not for decisions about a patient, nor "
    "for another hospital until it is validated there."
)
_INTERVAL = (
    "The interval says how much the fit depends on its patients: neither how the penalty shrinks it nor "
    "whether the model holds elsewhere. What the record does not state is not filled in."
)


def prediction_section(findings: Findings) -> Section | None:
    """One part for each model and cancer; None where no model was given."""
    if not findings.models:
        return None
    # What may no longer hold is not handed to a model.
    current = [result for result in findings.results if result.state is not State.STALE]
    measured = measurements_of(current)
    parts = []
    for number, file in enumerate(findings.models, start=1):
        found = predict_case(file.model, findings.case, measured)
        name = f"prediction-{number}"
        parts += [_part(file, each, name, of_several=len(found) > 1) for each in found]
    return Section(
        id="prediction",
        title="Prediction (research use)",
        cautions=(_RESEARCH,),
        parts=tuple(parts),
        closing=(_INTERVAL,),
    )


def _part(file: ModelFile, found: CasePrediction, name: str, *, of_several: bool) -> Section:
    model = file.model
    cancer = found.cancer.id if found.cancer is not None and of_several else None
    of = f", cancer {cancer}" if cancer else ""
    assessment = Assessment(
        title=f"Chance of {model.outcome}{of}, by {file.name}",
        headline=_headline(found),
        conclusion=found.conclusion,
        cancer=cancer,
    )
    return Section(
        id=f"{name}-{cancer.lower()}" if cancer else name,
        title=f"{model.outcome}{of}: model {file.name} (research use)",
        facts=tuple(_facts(file, found)),
        assessments=(assessment,),
        tables=(_predictors(model, found), *_subgroups(model, found)),
    )


def _headline(found: CasePrediction) -> str:
    value = found.conclusion.value
    if value is not None:
        return f"{_percent(value.probability)}{_interval(value)}, research use"
    if any(each.code == "outside-the-data" for each in found.conclusion.warnings):
        return "nothing is foretold: outside the data of the fit (research use)"
    if any(each.code.startswith("predictor-") for each in found.conclusion.warnings):
        return "nothing is foretold: a record cannot give what the model takes (research use)"
    return "cannot be said: not all that the model takes is known (research use)"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u202f%"


def _interval(value: Prediction) -> str:
    if value.low is None or value.high is None:
        return ""
    return f" ({100 * value.level:g}\u202f% interval {_percent(value.low)} to {_percent(value.high)})"


def _facts(file: ModelFile, found: CasePrediction) -> Iterator[Fact]:
    model = file.model
    yield Fact("outcome", model.definition or _NOT_STATED, known=bool(model.definition))
    if found.recorded_outcome is not None:
        held = declaration(model.outcome)
        defined = f" ({held.definition})" if held else ""
        word = "yes" if found.recorded_outcome else "no"
        yield Fact("already recorded in this case", f"{model.outcome}: {word}{defined}")
    rate = f"{_percent(model.events / model.n)} of them" if model.n else NOT_KNOWN
    yield Fact("fitted on", f"{model.n} patients, {model.events} with the outcome ({rate})")
    yield Fact("cross-validated there", _performance(model))
    if not model.subgroups:
        yield Fact("in groups", "the model card judges no group of patients", known=False)
    data = ", ".join(each[:16] for each in model.data_sha256)
    yield Fact("data of the fit, SHA-256", data or NOT_KNOWN, known=bool(data))
    yield Fact("model file, SHA-256", f"{file.name}, {file.sha256[:16]}")
    yield Fact("fitted by", f"{model.software.name} {model.software.version}")


def _performance(model: PredictionModel) -> str:
    told = [
        _stated(model, "auc", "AUC", 2),
        _stated(model, "brier", "Brier score", 3),
        _stated(model, "brier_of_rate", "Brier score of foretelling everybody the rate", 3),
        _stated(model, "calibration_slope", "calibration slope (1 is right)", 2),
        _stated(model, "calibration_intercept", "calibration in the large (0 is right)", 2),
    ]
    return "; ".join(told)


def _stated(model: PredictionModel, name: str, words: str, digits: int) -> str:
    value = model.performance.get(name)
    if value is None:
        return f"{words} {NOT_KNOWN}"
    low, high = (model.performance.get(f"{name}_{end}") for end in ("low", "high"))
    return f"{words} {_number(value, digits)}{_range(low, high, digits)}"


def _range(low: float | None, high: float | None, digits: int) -> str:
    return "" if low is None or high is None else f" ({_number(low, digits)} to {_number(high, digits)})"


def _number(value: float, digits: int) -> str:
    # Adding 0.0 makes a rounded \u22120.00 plain 0.00.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")


def _predictors(model: PredictionModel, found: CasePrediction) -> Table:
    rows = tuple(
        (
            TableCell(each.name, each.unit if isinstance(each, NumberPredictor) else ""),
            _value(found.stated[each.name]),
            TableCell(_covered(each)),
            *_definitions(each),
        )
        for each in model.predictors
    )
    return Table(
        "What the model takes of this case",
        ("predictor", "in this record", "the fit covers", "meant in the fit", "meant in a record"),
        rows,
        "Where the two meanings differ, whether the model may be applied is for the reader to judge.",
    )


def _value(stated: float | str | None) -> TableCell:
    if stated is None:
        return TableCell(NOT_KNOWN, known=False)
    return TableCell(f"{stated:g}" if isinstance(stated, float) else stated)


def _covered(predictor: Predictor) -> str:
    if isinstance(predictor, NumberPredictor):
        return f"{predictor.low:g} to {predictor.high:g}"
    return ", ".join(predictor.levels)


def _definitions(predictor: Predictor) -> tuple[TableCell, TableCell]:
    held = declaration(predictor.name)
    fitted = TableCell(predictor.definition or _NOT_STATED, known=bool(predictor.definition))
    if held is None:
        return fitted, TableCell("a record has no such column", known=False)
    return fitted, TableCell("the same" if held.definition == predictor.definition else held.definition)


def _subgroups(model: PredictionModel, found: CasePrediction) -> Iterator[Table]:
    """The groups of the model card, hers marked where the record says which."""
    if not model.subgroups:
        return
    rows = tuple(_subgroup(each, found) for each in model.subgroups)
    yield Table(
        "In groups of the fit's patients, cross-validated",
        ("group", "patients", "with the outcome", "AUC", "calibration in the large"),
        rows,
        "Few patients in a group say little: a difference between groups may be chance.",
    )


def _subgroup(group: SubgroupPerformance, found: CasePrediction) -> tuple[TableCell, ...]:
    hers = found.groups.get(group.column) == group.group
    return (
        TableCell(f"{group.column}: {group.group}", "this patient's group" if hers else ""),
        TableCell(str(group.n)),
        TableCell(str(group.events)),
        _or_not_known(group.auc, _range(group.auc_low, group.auc_high, 2)),
        _or_not_known(group.calibration_intercept, ""),
    )


def _or_not_known(value: float | None, interval: str) -> TableCell:
    if value is None:
        return TableCell("cannot be said of so few", known=False)
    return TableCell(f"{_number(value, 2)}{interval}")
