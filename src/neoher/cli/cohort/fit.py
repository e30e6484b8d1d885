"""`neoher cohort fit`: a model of an outcome on the user's own cohort."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, share_of

__all__ = ["fit"]


def fit(
    table: Path,
    /,
    *,
    predictors: Annotated[
        list[str], Parameter(help="Columns to foretell from: A,B or repeated.", negative="")
    ],
    model: Annotated[Path, Parameter(help="File that the model is written to (JSON).")],
    outcome: Annotated[str, Parameter(help="Column of the outcome, yes or no.")] = "pcr",
    outcome_is: Annotated[
        str | None, Parameter(help="Level of --outcome that counts, where it holds more than yes and no.")
    ] = None,
    subgroups: Annotated[
        list[str] | None, Parameter(help="Judge the model within the groups of this column.", negative="")
    ] = None,
    folds: Annotated[int, Parameter(help="Outer folds of the cross-validation.")] = 5,
    repeats: Annotated[int, Parameter(help="How often the folds are drawn.")] = 3,
    resamples: Annotated[int, Parameter(help="Fits to resampled patients, for intervals.")] = 200,
    seed: Annotated[int, Parameter(help="Seed of folds and resamples.")] = 0,
    jobs: Annotated[
        int, Parameter(help="Processes for the cross-validation; -1: one a core. The result is the same.")
    ] = 1,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """A model of an outcome on your own cohort: penalised logistic regression, gradient boosting beside it.

    The page of --out is the model card: cross-validated performance, calibration, decision curve, subgroups.
    No model is shipped with this software. Research use.
    """
    from neoher.cohort.prediction.analysis import FitQuestion, fit_model
    from neoher.cohort.prediction.validation import Validation
    from neoher.errors import InputError
    from neoher.record.storing import replace_atomically

    if folds < 2 or repeats < 1 or resamples < 40:
        raise InputError(
            "cross-validation needs 2 folds and 1 repeat, intervals 40 resamples at least.",
            "--folds, --repeats, --resamples",
        )
    if jobs < 1 and jobs != -1:
        raise InputError(f"{jobs} is no number of processes.", "--jobs", "It takes 1 or more, or -1.")
    if not names_of(predictors):
        raise InputError("no column is named.", "--predictors", "Such as age,her2_class.")
    if not model.parent.is_dir():
        raise InputError("there is no such folder.", str(model.parent), "Name another: --model FILE.")
    output = output or Output()
    cohort = (reading or Reading()).cohort(table)
    question = FitQuestion(
        outcome=outcome,
        predictors=names_of(predictors),
        outcome_is=outcome_is,
        subgroups=names_of(subgroups),
        validation=Validation(folds, repeats, seed, jobs),
        resamples=resamples,
        level=share_of(level),
    )
    fitted = fit_model(cohort, question, drawn=output.out is not None)

    def write_model() -> None:
        replace_atomically(model, (fitted.model.model_dump_json(indent=1) + "\n").encode())
        print(f"Written: {model}", file=sys.stderr)

    deliver(fitted.card, cohort.files, "fit", output, write_model)
