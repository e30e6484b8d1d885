"""The HER2 PETs, biopsies and drug starts of a record, as pairing takes them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal

from neoher.errors import InputError
from neoher.pathology.her2.facts import Her2Facts
from neoher.pathology.recorded import her2_facts
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import PtExam
from neoher.record.finding import PetFinding
from neoher.record.specimen import Her2Result
from neoher.response.her2pet.facts import WINDOW_DAYS, Biopsy, DrugStart, Her2PetPairs, LesionScan
from neoher.response.her2pet.pairs import pair_events

__all__ = ["has_her2_pet", "is_her2_pet", "pairs_of_case"]

_HER2_TRACER = re.compile(r"trastuzumab|pertuzumab|affibody|aby-?025|ge-?226|her-?2", re.IGNORECASE)
_FDG = re.compile(r"fdg|fluorodeoxyglucose", re.IGNORECASE)


def has_her2_pet(case: Case) -> bool:
    """Whether the record holds a PET with a HER2 tracer."""
    return any(isinstance(exam, PtExam) and is_her2_pet(exam) for exam in case.exams)


def pairs_of_case(case: Case, *, window_days: int = WINDOW_DAYS) -> Conclusion[Her2PetPairs]:
    """The HER2 PETs of a record paired with its biopsies.

    FDG avidity of a lesion is that of the record's FDG PET nearest in time. Biopsies without a day are named
    as missing; findings without a lesion are left out.
    """
    found = pair_events(
        list(_scans(case)), list(_biopsies(case)), list(_drugs(case)), window_days=window_days
    )
    undated = [
        *(
            f"exams[{exam.id}].date"
            for exam in case.exams
            if isinstance(exam, PtExam) and is_her2_pet(exam) and exam.date is None
        ),
        *(
            f"specimens[{each.id}].date"
            for each in case.specimens
            if each.her2 is not None and each.date is None
        ),
    ]
    return found.model_copy(update={"missing": tuple(dict.fromkeys((*found.missing, *undated)))})


def is_her2_pet(exam: PtExam) -> bool:
    """Whether the exam's tracer seeks HER2."""
    return exam.tracer is not None and _HER2_TRACER.search(exam.tracer) is not None


def _scans(case: Case) -> Iterator[LesionScan]:
    for exam in case.exams:
        if not isinstance(exam, PtExam) or not is_her2_pet(exam) or exam.date is None:
            continue
        for finding in exam.findings:
            if finding.lesion is None:
                continue
            yield LesionScan(
                patient=case.patient.id,
                lesion=finding.lesion,
                date=exam.date,
                tracer=exam.tracer,
                suvmax=finding.suvmax,
                uptake=finding.uptake,
                fdg=_fdg(case, finding.lesion, exam.date),
            )


def _fdg(case: Case, lesion: str, day: dt.date) -> Literal["positive", "negative"] | None:
    readings = [
        (abs((exam.date - day).days), finding.uptake)
        for exam, finding in case.findings_of(lesion)
        if isinstance(exam, PtExam)
        and isinstance(finding, PetFinding)
        and exam.date is not None
        and exam.tracer is not None
        and _FDG.search(exam.tracer)
    ]
    uptake = min(readings, key=lambda reading: reading[0])[1] if readings else None
    return None if uptake is None or uptake == "indeterminate" else uptake


def _biopsies(case: Case) -> Iterator[Biopsy]:
    for specimen in case.specimens:
        if specimen.date is None or specimen.malignant == "no" or specimen.her2 is None:
            continue
        yield Biopsy(
            patient=case.patient.id,
            lesion=specimen.lesion,
            date=specimen.date,
            her2=_facts(specimen.her2),
        )


def _facts(stated: Her2Result) -> Her2Facts | None:
    try:
        return her2_facts(stated)
    except InputError:
        # A number that cannot be (a ratio of 0): the report names it where HER2 itself is concluded.
        return None


def _drugs(case: Case) -> Iterator[DrugStart]:
    for treatment in case.treatment:
        named = treatment.regimen or " + ".join(treatment.drugs) or None
        if treatment.start is not None:
            yield DrugStart(case.patient.id, treatment.start, named)
        firsts: dict[str, dt.date] = {}
        for dose in treatment.doses:
            if dose.drug is not None and dose.date is not None:
                firsts[dose.drug] = min(dose.date, firsts.get(dose.drug, dose.date))
        for drug, day in firsts.items():
            yield DrugStart(case.patient.id, day, drug)
