"""`neoher cohort predict`: a fitted model applied to a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver

__all__ = ["predict"]


def predict(
    table: Path,
    /,
    *,
    model: Annotated[Path, Parameter(help="Model file of `neoher cohort fit`.")],
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """The chance of the model's outcome for each patient with its interval, or why nothing is said.

    A patient outside the data of the fit gets no number. Research use.
    """
    from neoher.cohort.prediction.applying import apply_model
    from neoher.cohort.table.files.raw import data_file
    from neoher.response.prediction import read_model

    fitted = read_model(model)
    cohort = (reading or Reading()).cohort(table)
    used = data_file(model).model_copy(update={"role": "model"})
    deliver(apply_model(cohort, fitted), (*cohort.files, used), "predict", output or Output())
