"""A fitted model applied to a case: its predictors read from the record by the columns of a cohort of cases.

Research use. What the record does not state is named by its place in the record and never filled in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from neoher.record.case import Case
from neoher.record.column_kind import Kind
from neoher.record.conclusion import Caution, Conclusion
from neoher.record.lesion import Cancer
from neoher.record.measurement import Measurements
from neoher.response.case_columns.declared import Cell, Declared
from neoher.response.case_columns.places import places
from neoher.response.case_columns.row import CaseRow, declaration, rows_of
from neoher.response.prediction import NumberPredictor, Prediction, PredictionModel, Predictor, predict

__all__ = ["CasePrediction", "predict_case"]


@dataclass(frozen=True, slots=True)
class CasePrediction:
    """What a model foretells for one cancer of a case, or why it says nothing."""

    cancer: Cancer | None
    """None where the case states no cancer."""
    stated: dict[str, float | str | None]
    """The record's value of each predictor in the model's order; None where it is not known."""
    groups: dict[str, str | None]
    """Her group in each column in which the model was judged by groups; None where it is not known."""
    conclusion: Conclusion[Prediction]
    """Its `missing` are paths of the record."""
    recorded_outcome: bool | None
    """The outcome itself where the record already states it."""


def predict_case(model: PredictionModel, case: Case, measured: Measurements) -> tuple[CasePrediction, ...]:
    """The model's chance for each cancer of a case.

    A predictor that no case can state (a column of the user's own table) or that the fit held in another unit
    or kind gives no number, with the warning `predictor-not-of-a-case` or `predictor-differs`.
    """
    return tuple(_one(model, case, row) for row in rows_of(case, measured))


def _one(model: PredictionModel, case: Case, row: CaseRow) -> CasePrediction:
    unusable = tuple(_unusable(model))
    barred = {each.name for each in model.predictors if _reason(each) is not None}
    stated = {
        each.name: None if each.name in barred else _plain(row.cells.get(each.name))
        for each in model.predictors
    }
    found = predict(model, stated)
    missing = [
        place for name in found.missing if name not in barred for place in places(name, case, row.cancer)
    ]
    conclusion = found.model_copy(
        update={"missing": tuple(dict.fromkeys(missing)), "warnings": (*unusable, *found.warnings)}
    )
    outcome = row.cells.get(model.outcome)
    return CasePrediction(
        cancer=row.cancer,
        stated=stated,
        groups={each.column: _group(row.cells.get(each.column)) for each in model.subgroups},
        conclusion=conclusion,
        recorded_outcome=outcome if isinstance(outcome, bool) else None,
    )


def _unusable(model: PredictionModel) -> Iterator[Caution]:
    for each in model.predictors:
        reason = _reason(each)
        if reason is not None:
            code = "predictor-not-of-a-case" if declaration(each.name) is None else "predictor-differs"
            yield Caution(code=code, message=f"Nothing is foretold: {reason}.")


def _reason(predictor: Predictor) -> str | None:
    """Why a record cannot give this predictor; None where it can."""
    held = declaration(predictor.name)
    if held is None:
        return (
            f"{predictor.name} is a column of the table that the model was fitted on, and no record of a "
            "case states it"
        )
    if isinstance(predictor, NumberPredictor) != (held.kind is Kind.NUMBER):
        return f"{predictor.name} was a {predictor.kind} in the fit and is a {held.kind} in a record"
    if isinstance(predictor, NumberPredictor) and predictor.unit != held.unit:
        return (
            f"{predictor.name} was fitted {_unit(predictor.unit)}, and a record holds it {_unit(held.unit)}; "
            "state the unit in the mapping of the fit"
        )
    return _not_a_group(predictor, held)


def _not_a_group(predictor: Predictor, held: Declared) -> str | None:
    if isinstance(predictor, NumberPredictor) or held.kind in (Kind.CATEGORY, Kind.YES_NO, Kind.TEXT):
        return None
    return f"{predictor.name} is a {held.kind} in a record, not a group"


def _unit(unit: str) -> str:
    return f"in {unit}" if unit else "without a stated unit"


def _group(cell: Cell) -> str | None:
    value = _plain(cell)
    return f"{value:g}" if isinstance(value, float) else value


def _plain(cell: Cell) -> float | str | None:
    """A cell as the cohort's columns give it to a model."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return float(cell) if isinstance(cell, int) else cell
