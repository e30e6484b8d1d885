"""The HER2 results of a record in the order of the course, cancer by cancer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypedDict

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.change_facts import DatedHer2, Setting
from neoher.pathology.her2.facts import Her2Facts
from neoher.pathology.recorded import her2_facts
from neoher.record.case import Case
from neoher.record.chronology.problem import entry_path
from neoher.record.lesion import LesionKind
from neoher.record.specimen import Her2Result, Specimen
from neoher.record.surgery import Surgery
from neoher.record.treatment import Setting as TreatmentSetting

__all__ = ["her2_of_cancers", "undated_her2"]


def her2_of_cancers(case: Case) -> dict[str | None, tuple[DatedHer2, ...]]:
    """The dated specimens with HER2 of each cancer by its id; None where the cancer is not known.

    A biopsy before the first dose is 'biopsy', between first dose and operation 'during-therapy'; an
    operation after a first dose is 'residual'; tissue of a metastasis is 'metastasis' whenever it was taken.
    Facts that exclude each other are left out, with the reason in `contradiction`.
    """
    found: dict[str | None, list[DatedHer2]] = {}
    for cancer, specimen in (*_biopsies(case), *_operations(case)):
        found.setdefault(cancer, []).append(specimen)
    return {
        cancer: tuple(sorted(specimens, key=lambda each: each.date)) for cancer, specimens in found.items()
    }


def undated_her2(case: Case) -> tuple[str, ...]:
    """Paths of the specimens whose HER2 is stated and whose day is not: they have no place in the course."""
    paths = [
        f"specimens[{each.id}].date"
        for each in case.specimens
        if each.her2 is not None and each.date is None and each.malignant != "no"
    ]
    paths += [
        entry_path(case, "surgery", position, "date")
        for position, each in enumerate(case.surgery)
        if each.specimen is not None and each.specimen.her2 is not None and each.date is None
    ]
    return tuple(paths)


def _biopsies(case: Case) -> Iterator[tuple[str | None, DatedHer2]]:
    start = _first_dose(case)
    for specimen in case.specimens:
        if specimen.her2 is None or specimen.date is None or specimen.malignant == "no":
            continue
        cancer = case.cancer_of(specimen)
        yield (
            cancer.id if cancer else None,
            DatedHer2(
                specimen=specimen.id,
                date=specimen.date,
                setting=_setting(case, specimen, specimen.date, start),
                **_facts(specimen.her2, f"specimens[{specimen.id}]"),
            ),
        )


def _operations(case: Case) -> Iterator[tuple[str | None, DatedHer2]]:
    for position, surgery in enumerate(case.surgery):
        if surgery.specimen is None or surgery.specimen.her2 is None or surgery.date is None:
            continue
        cancer = case.cancer_of(surgery)
        yield (
            cancer.id if cancer else None,
            DatedHer2(
                specimen=_name_of(surgery),
                date=surgery.date,
                setting=Setting.RESIDUAL if _after_therapy(case, surgery.date) else Setting.OTHER,
                **_facts(surgery.specimen.her2, entry_path(case, "surgery", position, "specimen")),
            ),
        )


def _after_therapy(case: Case, operated: dt.date) -> bool:
    start = _first_dose(case)
    if start is not None:
        return start < operated
    return any(treatment.setting is TreatmentSetting.NEOADJUVANT for treatment in case.treatment)


class _Facts(TypedDict):
    facts: Her2Facts | None
    where: str
    contradiction: str


def _facts(stated: Her2Result, path: str) -> _Facts:
    try:
        facts = her2_facts(stated)
        HER2.compute(facts)
    except InputError as error:
        return _Facts(facts=None, where=path, contradiction=f"{error.what} {error.remedy}".strip())
    return _Facts(facts=facts, where=path, contradiction="")


def _name_of(surgery: Surgery) -> str:
    return f"{surgery.procedure or 'operation'} specimen"


def _setting(case: Case, specimen: Specimen, taken: dt.date, start: dt.date | None) -> Setting:
    lesion = case.lesion(specimen.lesion) if specimen.lesion else None
    if lesion is not None and lesion.kind is LesionKind.METASTASIS:
        return Setting.METASTASIS
    if start is None:
        # With treatment of unknown days nobody can tell before from during.
        return Setting.OTHER if case.treatment else Setting.BIOPSY
    if taken <= start:
        return Setting.BIOPSY
    operations = [surgery.date for surgery in case.surgery if surgery.date is not None]
    if operations and taken >= min(operations):
        return Setting.OTHER
    return Setting.DURING_THERAPY


def _first_dose(case: Case) -> dt.date | None:
    """The first known day of systemic treatment before surgery."""
    days = [
        day
        for treatment in case.treatment
        if treatment.setting is not TreatmentSetting.ADJUVANT
        for day in (treatment.start, *(dose.date for dose in treatment.doses))
        if day is not None
    ]
    return min(days, default=None)
