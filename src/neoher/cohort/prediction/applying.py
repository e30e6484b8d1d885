"""`neoher cohort predict`: a fitted model applied to a table of patients."""

from __future__ import annotations

from neoher.cohort.prediction.analysis import row_values
from neoher.cohort.result import CohortResult, Estimate, Excluded, Heading, ResultTable
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError
from neoher.record.conclusion import Caution
from neoher.response.prediction import NumberPredictor, PredictionModel, predict

__all__ = ["apply_model"]

Row = dict[str, str | int | float | None]
METHOD = "ridge logistic model, percentiles of resampled fits"


def apply_model(cohort: Cohort, model: PredictionModel) -> CohortResult:
    """The chance of each row with its interval; a row without a chance says why.

    Raises: InputError where a predictor is no column, of another kind, or in another unit than the model's.
    """
    _refuse_other_units(cohort, model)
    names = tuple(each.name for each in model.predictors)
    values = row_values(cohort, names, "TABLE")
    patients = cohort.patients()
    unnamed = patients.isna().to_list()
    rows: list[Row] = []
    estimates: list[Estimate] = []
    excluded = list(cohort.left_out)
    for place, stated in enumerate(values):
        row = int(cohort.frame.index[place])
        found = predict(model, stated)
        patient = None if unnamed[place] else str(patients.iloc[place])
        chance = found.value
        outside = [each.message for each in found.warnings if each.code == "outside-the-data"]
        why = outside[0] if outside else f"not known: {', '.join(found.missing)}" if found.missing else None
        rows.append(
            {
                "row": row,
                "patient": patient,
                "chance_percent": 100 * chance.probability if chance else None,
                "low_percent": 100 * chance.low if chance and chance.low is not None else None,
                "high_percent": 100 * chance.high if chance and chance.high is not None else None,
                "note": why,
            }
        )
        if chance is None:
            column = ", ".join(found.missing) or ", ".join(names)
            excluded.append(Excluded(row=row, column=column, reason=why or "not known", patient=patient))
            continue
        estimates.append(
            Estimate(
                name=f"chance of {model.outcome}",
                value=chance.probability,
                low=chance.low,
                high=chance.high,
                level=chance.level,
                method=METHOD,
                group=patient,
            )
        )
    return CohortResult(
        title=f"Foretold chance of {model.outcome}",
        n=len(estimates),
        excluded=tuple(excluded),
        main=_table(rows, model),
        estimates=tuple(estimates),
        methods_text=_methods(cohort, model),
        warnings=(*cohort.warnings, *_warnings(rows)),
    )


def _refuse_other_units(cohort: Cohort, model: PredictionModel) -> None:
    for each in model.predictors:
        variable = cohort.variable(each.name, "TABLE")
        number = variable.kind is Kind.NUMBER
        if number != isinstance(each, NumberPredictor):
            raise InputError(
                f"the column {each.name} holds a {variable.kind}; the model takes a {each.kind}.",
                "TABLE",
                "State it in a mapping file: --mapping.",
            )
        if isinstance(each, NumberPredictor) and each.unit != variable.unit:
            ours, theirs = variable.unit or "no stated unit", each.unit or "no stated unit"
            raise InputError(
                f"the column {each.name} is in {ours}; the model was fitted in {theirs}.",
                "TABLE",
                "State or convert its unit in a mapping file: --mapping.",
            )


def _table(rows: list[Row], model: PredictionModel) -> ResultTable:
    columns = (
        Heading(key="row", heading="row"),
        Heading(key="patient", heading="patient"),
        Heading(key="chance_percent", heading=f"chance of {model.outcome}", unit="%", digits=1),
        Heading(key="low_percent", heading="low", unit="%", digits=1),
        Heading(key="high_percent", heading="high", unit="%", digits=1),
        Heading(key="note", heading="why not"),
    )
    note = f"Intervals cover {100 * model.level:g} % of resampled fits. Research use."
    return ResultTable(
        name="chances", title="Chances", columns=columns, rows=tuple({**row} for row in rows), note=note
    )


def _warnings(rows: list[Row]) -> list[Caution]:
    warnings = [
        Caution(
            code="research-use",
            message="Research use: a model of one cohort, not validated elsewhere; not for decisions about a "
            "patient.",
        )
    ]
    outside = sum(str(row["note"] or "").startswith("Nothing is foretold") for row in rows)
    if outside:
        message = (
            f"{outside} of {len(rows)} rows lie outside the data of the fit: nothing is foretold for them."
        )
        warnings.append(Caution(code="outside-the-data", message=message))
    return warnings


def _methods(cohort: Cohort, model: PredictionModel) -> str:
    def told(name: str) -> str:
        value = model.performance.get(name)
        return "not known" if value is None else f"{value:.3f}"

    return (
        f"{cohort.reading} The model of {model.outcome} was fitted on {model.n} patients "
        f"({model.events} with the "
        f"outcome) of data {', '.join(each[:12] for each in model.data_sha256) or 'without a hash'} by "
        f"{model.software.name} {model.software.version}. Cross-validated there: AUC {told('auc')} "
        f"({told('auc_low')} to {told('auc_high')}), Brier score {told('brier')}, calibration slope "
        f"{told('calibration_slope')}. What is not known is not filled in; nothing is foretold "
        "outside the data."
    )
