"""`neoher cohort doseresponse`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, deliver

__all__ = ["doseresponse"]


def doseresponse(
    table: Path,
    /,
    *,
    half: Annotated[float, Parameter(help="Response at the absolute IC50: half of the control.")] = 50.0,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    output: Output | None = None,
) -> None:
    """Dose-response curves as a page with figures; `neoher doseresponse` gives the same numbers alone."""
    from neoher.cohort.dose_response.calculator import CALCULATOR
    from neoher.cohort.dose_response.facts import DoseRow
    from neoher.cohort.dose_response.page import dose_response_result
    from neoher.cohort.table.files.raw import data_file
    from neoher.record.rows import read_rows

    stated = {"rows": read_rows(table, DoseRow), "half": half, "level": level}
    inputs = CALCULATOR.read(stated, label=lambda name: f"--{name}")
    deliver(dose_response_result(inputs), (data_file(table),), "doseresponse", output or Output())
