"""Columns of a cohort table as paired lesions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from neoher.cohort.her2_wording import level_of_wording
from neoher.cohort.her2pet.lesions import Her2Class, PairedLesion, class_of_level
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError

__all__ = ["LesionColumns", "lesions_of"]


@dataclass(frozen=True, slots=True)
class LesionColumns:
    """Which column holds what; those with None are looked for by their usual name and may be absent."""

    lesion: str = "lesion"
    tracer: str = "tracer"
    suvmax: str = "suvmax"
    her2: str = "her2_class"
    days_apart: str = "days_apart"
    site: str = "site"
    biopsy: str = "biopsy"
    uptake: str = "uptake"


def lesions_of(cohort: Cohort, columns: LesionColumns) -> tuple[list[PairedLesion], tuple[str, ...]]:
    """One lesion a row, and the columns that the table does not have.

    Raises: InputError where there is no patient, SUVmax or HER2 class, or a SUVmax is below 0.
    """
    if cohort.patient is None:
        raise InputError(
            "the table names no patient.", "patient", "Lesions of one patient must be known as such."
        )
    for name, option in ((columns.suvmax, "--suvmax"), (columns.her2, "--her2")):
        cohort.variable(name, option)
    suvmax = cohort.numbers(columns.suvmax, "--suvmax")
    if (suvmax < 0).any():
        row = int(suvmax.index[suvmax < 0][0])
        raise InputError(f"SUVmax is {suvmax.loc[row]:g}.", f"row {row}, column {columns.suvmax}")
    missing = tuple(
        name
        for name in (columns.tracer, columns.days_apart, columns.site, columns.biopsy, columns.uptake)
        if name not in cohort.variables
    )
    days = _numbers(cohort, columns.days_apart)
    patients = cohort.patients()
    found = []
    for row in cohort.frame.index:
        her2 = _text(cohort, columns.her2, row)
        patient = patients.loc[row]
        if pd.isna(patient):
            raise InputError("the patient is not named.", f"row {row}")
        value = suvmax.loc[row]
        found.append(
            PairedLesion(
                patient=str(patient),
                lesion=_text(cohort, columns.lesion, row) or f"row {row}",
                tracer=_text(cohort, columns.tracer, row),
                suvmax=None if pd.isna(value) else float(value),
                her2=_class_of(her2),
                her2_stated=her2,
                days_apart=None if days is None or pd.isna(days.loc[row]) else float(days.loc[row]),
                site=_text(cohort, columns.site, row),
                biopsy=_text(cohort, columns.biopsy, row),
                uptake=_text(cohort, columns.uptake, row),
                row=int(row),
            )
        )
    return found, missing


def _class_of(stated: str | None) -> Her2Class | None:
    """The class that a cell names, or that its wording says."""
    return class_of_level(stated) or (None if stated is None else class_of_level(level_of_wording(stated)))


def _numbers(cohort: Cohort, name: str) -> pd.Series | None:
    return cohort.numbers(name) if name in cohort.variables else None


def _text(cohort: Cohort, name: str, row: object) -> str | None:
    if name not in cohort.variables:
        return None
    value = cohort.frame.at[row, name]
    if pd.isna(value):
        return None
    if cohort.variables[name].kind is Kind.YES_NO:
        return "positive" if value else "negative"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
