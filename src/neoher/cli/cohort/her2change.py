"""`neoher cohort her2change`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, share_of

__all__ = ["her2change"]


def her2change(
    table: Path,
    /,
    *,
    before: Annotated[
        str, Parameter(help="Column of HER2 before therapy: 3+, 2+/ISH+, low, 0, ...")
    ] = "her2_before",
    after: Annotated[str, Parameter(help="Column of HER2 after therapy.")] = "her2_after",
    pcr: Annotated[
        str | None, Parameter(help="Column of the complete response: who had no tumour left to test.")
    ] = None,
    by: Annotated[
        list[str] | None, Parameter(help="Compare the loss between this column's groups too.", negative="")
    ] = None,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """HER2 before and after therapy: transition table, Sankey diagram, loss compared between classes."""
    from neoher.cohort.her2change.analysis import Her2ChangeQuestion, analyse_her2change

    cohort = (reading or Reading()).cohort(table)
    question = Her2ChangeQuestion(before, after, pcr, names_of(by), share_of(level))
    deliver(analyse_her2change(cohort, question), cohort.files, "her2change", output or Output())
