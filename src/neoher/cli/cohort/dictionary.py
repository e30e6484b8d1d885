"""`neoher cohort dictionary`: what each column of a cohort means."""

from __future__ import annotations

from pathlib import Path

from neoher.cli.cohort.common import Output, Reading, deliver

__all__ = ["dictionary"]


def dictionary(table: Path, *, reading: Reading | None = None, output: Output | None = None) -> None:
    """The data dictionary: kinds, units, codes, definitions, from when each endpoint is counted, gaps.

    A mapping (--mapping FILE, YAML) says what the columns of a table mean; docs/cohort.md shows its form.

    Parameters
    ----------
    table
        CSV, XLSX, Parquet, or a folder of cases.
    """
    from neoher.cohort.describe.dictionary import cohort_dictionary

    cohort = (reading or Reading()).cohort(table)
    deliver(cohort_dictionary(cohort), cohort.files, "dictionary", output or Output())
