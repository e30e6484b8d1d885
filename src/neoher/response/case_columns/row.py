"""The row of a case: one definition of every column, for a cohort of cases and for one patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neoher.record.case import Case
from neoher.record.column_kind import Kind
from neoher.record.lesion import Cancer
from neoher.record.measurement import Measurements
from neoher.response.case_columns import follow_up, imaging, tissue
from neoher.response.case_columns.declared import Cell, Declared

__all__ = ["COLUMNS", "CaseRow", "declaration", "rows_of"]

COLUMNS = {
    "patient": Declared(Kind.IDENTIFIER, "patient.id of case.yaml"),
    "cancer": Declared(Kind.TEXT, "id of the cancer, where the patient has several"),
    **follow_up.COLUMNS,
    **tissue.COLUMNS,
}
"""The columns that every case has; those of imaging hang on its visits (`declaration`)."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What a case says of one cancer."""

    cancer: Cancer | None
    cells: dict[str, Cell]
    """By column; one that is left out is not known."""


def rows_of(case: Case, measured: Measurements) -> Iterator[CaseRow]:
    """One row for each cancer of a case, one where no cancer is stated."""
    cancers: tuple[Cancer | None, ...] = case.cancers or (None,)
    for cancer in cancers:
        cells: dict[str, Cell] = {
            "patient": case.patient.id,
            "cancer": cancer.id if cancer is not None and len(cancers) > 1 else None,
            **follow_up.follow_up_cells(case, cancer),
            **tissue.tissue_cells(case, cancer),
            **imaging.imaging_cells(case, cancer, measured),
        }
        yield CaseRow(cancer, cells)


def declaration(name: str) -> Declared | None:
    """What the column of that name holds; None where no case has such a column."""
    return COLUMNS.get(name) or imaging.declared(name)
