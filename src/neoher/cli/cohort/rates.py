"""`neoher cohort rates`: a yes/no outcome by group, in strata, compared and adjusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, share_of

__all__ = ["rates"]


def rates(
    table: Path,
    *,
    outcome: str,
    by: str | None = None,
    strata: str | None = None,
    adjust: Annotated[list[str] | None, Parameter(negative="")] = None,
    subgroups: Annotated[list[str] | None, Parameter(negative="", consume_multiple=True)] = None,
    reference: str | None = None,
    outcome_is: str | None = None,
    level: float = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """Rates with Wilson and exact intervals; differences, ratios and tests; strata, interaction, forest plot.

    Parameters
    ----------
    table
        CSV, XLSX, Parquet, or a folder of cases.
    outcome
        Column of the outcome: yes and no.
    by
        Column of the groups that are compared.
    strata
        Column of the strata inside which they are compared, pooled and tested for interaction.
    adjust
        Columns to adjust for as well in a logistic model, A,B or repeated: numbers straight, groups by level.
    subgroups
        Columns, A,B or A B, inside whose levels the groups are compared as well, each with its interaction.
    reference
        Group that the others are compared with; left out, the first.
    outcome_is
        Level of the outcome that counts, where it holds more than yes and no.
    level
        Confidence level of the intervals, as a share.
    """
    from neoher.cohort.rates.analysis import RateQuestion, analyse_rates

    output = output or Output()
    cohort = (reading or Reading()).cohort(table)
    question = RateQuestion(
        outcome, outcome_is, by, strata, names_of(adjust), names_of(subgroups), reference, share_of(level)
    )
    result = analyse_rates(cohort, question, drawn=output.out is not None)
    deliver(result, cohort.files, "rates", output)
