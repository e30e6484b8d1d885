"""`neoher cohort change`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, share_of

__all__ = ["change"]


def change(
    table: Path,
    /,
    *,
    visits: Annotated[
        list[str],
        Parameter(
            help="Columns of one quantity, baseline first, joined by commas; repeated for another.",
            negative="",
        ),
    ],
    outcome: Annotated[
        str | None, Parameter(help="Column of the outcome to be foretold, such as pcr.")
    ] = None,
    outcome_is: Annotated[
        str | None, Parameter(help="Level of --outcome that counts, where it holds more than yes and no.")
    ] = None,
    by: Annotated[
        list[str] | None, Parameter(help="Give everything again within this column's groups.", negative="")
    ] = None,
    quality: Annotated[
        str | None, Parameter(help="Column of image quality: its strata are compared.")
    ] = None,
    direction: Annotated[
        Literal["fall", "rise"], Parameter(help="Which change goes with the outcome (ADC rises).")
    ] = "fall",
    folds: Annotated[int, Parameter(help="Folds of the cross-validation of cut-offs.")] = 5,
    repeats: Annotated[int, Parameter(help="How often the folds are drawn.")] = 20,
    seed: Annotated[int, Parameter(help="Seed of the folds.")] = 0,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """Change of a quantity over the visits: waterfall, spider, ROC by visit, cut-offs by cross-validation."""
    from neoher.cohort.change.analysis import ChangeQuestion, analyse_change
    from neoher.cohort.change.prediction import Direction, Validation
    from neoher.errors import InputError

    if folds < 2 or repeats < 1:
        raise InputError("cross-validation needs 2 folds and 1 repeat at least.", "--folds, --repeats")
    cohort = (reading or Reading()).cohort(table)
    question = ChangeQuestion(
        quantities=tuple(names_of([each]) for each in visits),
        outcome=outcome,
        outcome_is=outcome_is,
        by=names_of(by),
        quality=quality,
        direction=Direction(direction),
        validation=Validation(folds, repeats, seed),
        level=share_of(level),
    )
    deliver(analyse_change(cohort, question), cohort.files, "change", output or Output())
