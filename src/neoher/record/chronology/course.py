"""Order of care: biopsy, therapy, restaging, surgery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.chronology.problem import Problem, entry_path, implausible, impossible
from neoher.record.lesion import Cancer, LesionKind
from neoher.record.specimen import Specimen, SpecimenKind
from neoher.record.surgery import Surgery
from neoher.record.treatment import Setting, Treatment

__all__ = ["course_problems"]

_BIOPSIES = {SpecimenKind.CORE_BIOPSY, SpecimenKind.VACUUM_BIOPSY, SpecimenKind.FINE_NEEDLE_ASPIRATION}


def course_problems(case: Case) -> Iterator[Problem]:
    """Dates of biopsies, treatment, restaging and surgery that do not go together."""
    for cancer in case.cancers or (None,):
        yield from _biopsy_first(case, cancer)
    for position, treatment in enumerate(case.treatment):
        yield from _within(treatment, f"treatment[{position}]")
    yield from _around_surgery(case)
    yield from _restaging(case)


def _biopsy_first(case: Case, cancer: Cancer | None) -> Iterator[Problem]:
    """One cancer (None: entries that belong to no listed cancer): tissue comes before therapy and surgery."""
    biopsies = [specimen for specimen in case.specimens if _is_biopsy_of(case, specimen, cancer)]
    dated = [specimen for specimen in biopsies if specimen.date is not None]
    if not dated or len(dated) < len(biopsies):
        return
    first = min(dated, key=lambda specimen: specimen.date or dt.date.max)
    day, path = first.date, f"specimens[{first.id}].date"
    recurred = case.outcome is not None and isinstance(case.outcome.events, tuple)
    for position, surgery in enumerate(case.surgery):
        if day and surgery.date and surgery.date < day and case.cancer_of(surgery) is cancer and not recurred:
            message = f"surgery on {surgery.date} lies before the first biopsy, {first.id} on {day}."
            yield impossible(message, entry_path(case, "surgery", position, "date"), path)
    for position, treatment in enumerate(case.treatment):
        if day and treatment.start and treatment.start < day and len(case.cancers) <= 1:
            message = f"therapy began on {treatment.start}, before the first biopsy, {first.id} on {day}."
            remedy = "Add the biopsy before therapy, or correct one of the dates."
            yield implausible(message, f"treatment[{position}].start", path, remedy=remedy)


def _is_biopsy_of(case: Case, specimen: Specimen, cancer: Cancer | None) -> bool:
    lesion = case.lesion(specimen.lesion) if specimen.lesion else None
    distant = lesion is not None and lesion.kind is LesionKind.METASTASIS
    return specimen.kind in _BIOPSIES and not distant and case.cancer_of(specimen) is cancer


def _within(treatment: Treatment, path: str) -> Iterator[Problem]:
    name = treatment.regimen or "therapy"
    if treatment.start and treatment.end and treatment.end < treatment.start:
        message = f"{name} ends on {treatment.end}, before it starts on {treatment.start}."
        yield impossible(message, f"{path}.end", f"{path}.start")
    given: set[tuple[str, dt.date]] = set()
    for index, dose in enumerate(treatment.doses):
        if dose.date is None:
            continue
        drug, at = dose.drug or "a dose", f"{path}.doses[{index}].date"
        if treatment.start and dose.date < treatment.start:
            message = f"{drug} on {dose.date} lies before the start of {name} on {treatment.start}."
            yield impossible(message, at, f"{path}.start")
        if treatment.end and dose.date > treatment.end:
            message = f"{drug} on {dose.date} lies after the end of {name} on {treatment.end}."
            yield impossible(message, at, f"{path}.end")
        if dose.drug and (dose.drug, dose.date) in given:
            remedy = "Remove one, unless it was given twice."
            yield implausible(f"{drug} stands twice on {dose.date}.", at, remedy=remedy)
        given.add((drug, dose.date))
    if treatment.cycles and treatment.cycles_planned and treatment.cycles > treatment.cycles_planned:
        message = f"{treatment.cycles} cycles of {name} were given, {treatment.cycles_planned} were planned."
        yield implausible(message, f"{path}.cycles", f"{path}.cycles_planned", remedy="Check both numbers.")


def _around_surgery(case: Case) -> Iterator[Problem]:
    operations = [(surgery.date, at) for at, surgery in enumerate(case.surgery) if surgery.date]
    if not operations:
        return
    (first, first_at), (last, last_at) = min(operations), max(operations)
    first_path = entry_path(case, "surgery", first_at, "date")
    last_path = entry_path(case, "surgery", last_at, "date")
    for position, treatment in enumerate(case.treatment):
        path, name = f"treatment[{position}]", treatment.regimen or "therapy"
        late = [(day, at) for day, at in _days(treatment, path) if day > last]
        if treatment.setting is Setting.NEOADJUVANT:
            for day, at in late:
                message = f"{name} is neoadjuvant, and {day} lies after surgery on {last}."
                yield impossible(message, at, last_path, remedy="Correct the date, or the setting.")
        if treatment.setting is Setting.ADJUVANT and treatment.start and treatment.start < first:
            message = f"{name} is adjuvant, and begins on {treatment.start}, before surgery on {first}."
            yield impossible(message, f"{path}.start", first_path, remedy="Correct the date, or the setting.")
        if treatment.setting is None and treatment.start and treatment.start <= first:
            for day, at in late:
                message = f"{name} begins before surgery on {last} and goes on to {day}."
                remedy = "Write therapy before and after surgery as two entries, each with its `setting`."
                yield implausible(message, at, last_path, remedy=remedy)


def _days(treatment: Treatment, path: str) -> Iterator[tuple[dt.date, str]]:
    if treatment.start:
        yield treatment.start, f"{path}.start"
    if treatment.end:
        yield treatment.end, f"{path}.end"
    for index, dose in enumerate(treatment.doses):
        if dose.date:
            yield dose.date, f"{path}.doses[{index}].date"


def _restaging(case: Case) -> Iterator[Problem]:
    starts = [
        (treatment.start, position)
        for position, treatment in enumerate(case.treatment)
        if treatment.start and treatment.setting is not Setting.ADJUVANT
    ]
    for position, restaging in enumerate(case.restaging):
        path = entry_path(case, "restaging", position, "date")
        if restaging.date is None:
            continue
        if starts and restaging.date < min(starts)[0]:
            start, index = min(starts)
            message = f"restaging on {restaging.date} lies before the start of therapy on {start}."
            yield impossible(message, path, f"treatment[{index}].start")
        for number, surgery in enumerate(case.surgery):
            if (
                surgery.date
                and restaging.date > surgery.date
                and _same_cancer(case, restaging.cancer, surgery)
            ):
                message = (
                    f"restaging before surgery is dated {restaging.date}, after surgery on {surgery.date}."
                )
                yield impossible(message, path, entry_path(case, "surgery", number, "date"))


def _same_cancer(case: Case, cancer: str | None, surgery: Surgery) -> bool:
    return len(case.cancers) <= 1 or cancer == surgery.cancer
