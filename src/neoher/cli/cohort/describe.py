"""`neoher cohort describe`: table 1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of

__all__ = ["describe"]


def describe(
    table: Path,
    *,
    by: str | None = None,
    columns: Annotated[list[str] | None, Parameter(negative="", consume_multiple=True)] = None,
    correlate: Annotated[list[str] | None, Parameter(negative="", consume_multiple=True)] = None,
    quantile_type: int = 7,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """Table 1: counts, medians and quartiles by group, tests chosen and named, standardised differences.

    Parameters
    ----------
    table
        CSV, XLSX, Parquet, or a folder of cases.
    by
        Column of the groups.
    columns
        Columns to describe, A,B or A B; left out, all but identifiers and free text.
    correlate
        Columns of numbers to correlate in pairs, A,B or A B.
    quantile_type
        Type of the quartiles by Hyndman and Fan: 2 (SAS), 6 (SPSS) or 7 (R).
    """
    from neoher.cohort.describe.analysis import DescribeQuestion, describe_cohort

    output = output or Output()
    cohort = (reading or Reading()).cohort(table)
    question = DescribeQuestion(by, names_of(columns), names_of(correlate), quantile_type)
    result = describe_cohort(cohort, question, drawn=output.out is not None)
    deliver(result, cohort.files, "describe", output)
