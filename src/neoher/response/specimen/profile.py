"""What a record says of a patient that bears on how far imaging and specimen agree."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.exam import Exam, MrExam
from neoher.record.finding import MgFinding, MrFinding
from neoher.record.lesion import Lesion
from neoher.record.lexicon import CalcificationMorphology, MgFindingType, MrFindingType
from neoher.record.treatment import Setting, Treatment

__all__ = [
    "antivascular_drugs",
    "calcified_exams",
    "hormone_receptors",
    "malignant_type",
    "non_mass_exam",
    "therapy_start",
]

POSITIVE_FROM_PERCENT = 1.0
"""Stained nuclei from which a receptor counts as positive (Allison 2020, PMID 31928404)."""

_DRUGS = {
    "bevacizumab": "bevacizumab",
    "trastuzumab": "trastuzumab",
    "pertuzumab": "pertuzumab",
    "docetaxel": "docetaxel",
    "paclitaxel": "paclitaxel",
    "nab-paclitaxel": "nab-paclitaxel",
}
_REGIMENS = {
    "tchp": ("docetaxel", "trastuzumab", "pertuzumab"),
    "tcbhp": ("docetaxel", "trastuzumab", "pertuzumab"),
    "tch": ("docetaxel", "trastuzumab"),
    "thp": ("a taxane", "trastuzumab", "pertuzumab"),
    "th": ("a taxane", "trastuzumab"),
    "hp": ("trastuzumab", "pertuzumab"),
    "php": ("paclitaxel", "trastuzumab", "pertuzumab"),
    "nabphp": ("nab-paclitaxel", "trastuzumab", "pertuzumab"),
}
"""Drugs of the usual regimens that the pitfall names: antibodies and taxanes."""
_SUSPICIOUS = {
    CalcificationMorphology.AMORPHOUS,
    CalcificationMorphology.COARSE_HETEROGENEOUS,
    CalcificationMorphology.FINE_PLEOMORPHIC,
    CalcificationMorphology.FINE_LINEAR,
}


def therapy_start(case: Case) -> dt.date | None:
    """The first day of treatment before surgery; None where no date is stated."""
    days = [
        day for one in _before_surgery(case) for day in (one.start, *(dose.date for dose in one.doses)) if day
    ]
    return min(days, default=None)


def hormone_receptors(case: Case, lesion: Lesion) -> bool | None:
    """Whether ER or PR of the cancer's biopsies is positive; None while that is not known.

    Source: positive from 1 % of stained nuclei (Allison 2020, PMID 31928404).
    """
    cancer = case.cancer_of(lesion)
    known = [
        value
        for specimen in case.specimens
        if case.cancer_of(specimen) == cancer
        for value in (specimen.er_percent, specimen.pr_percent)
    ]
    if any(value is not None and value >= POSITIVE_FROM_PERCENT for value in known):
        return True
    return False if known and all(value is not None for value in known) else None


def non_mass_exam(case: Case, lesion: str) -> MrExam | None:
    """The first MRI on which the lesion is a non-mass enhancement."""
    for exam, finding in case.findings_of(lesion):
        non_mass = isinstance(finding, MrFinding) and finding.type is MrFindingType.NON_MASS_ENHANCEMENT
        if isinstance(exam, MrExam) and non_mass:
            return exam
    return None


def calcified_exams(case: Case, lesion: str) -> tuple[tuple[Exam, MgFinding], ...]:
    """The mammograms that show calcifications with the lesion, by date."""
    return tuple(
        (exam, finding)
        for exam, finding in case.findings_of(lesion)
        if isinstance(finding, MgFinding)
        and (finding.calcifications is not None or finding.type is MgFindingType.CALCIFICATIONS)
    )


def malignant_type(case: Case, lesion: str) -> bool:
    """Whether calcifications of one of the four suspicious forms were seen with the lesion at any time."""
    return any(
        finding.calcifications is not None and finding.calcifications.morphology in _SUSPICIOUS
        for _, finding in calcified_exams(case, lesion)
    )


def antivascular_drugs(case: Case, until: dt.date | None) -> tuple[str, ...]:
    """Antibodies and taxanes begun on or before a day, by name; all of them where the day is not known."""
    found: dict[str, None] = {}
    for treatment in _before_surgery(case):
        if until is not None and treatment.start is not None and treatment.start > until:
            continue
        for name in _named_drugs(treatment):
            found.setdefault(name)
    return tuple(found)


def _before_surgery(case: Case) -> Iterator[Treatment]:
    first = min((one.date for one in case.surgery if one.date), default=None)
    for treatment in case.treatment:
        later = first is not None and treatment.start is not None and treatment.start >= first
        if treatment.setting is not Setting.ADJUVANT and not later:
            yield treatment


def _named_drugs(treatment: Treatment) -> Iterator[str]:
    words = [*treatment.drugs, *(dose.drug for dose in treatment.doses if dose.drug)]
    for word in words:
        yield from (drug for drug in (_DRUGS.get(word.casefold()),) if drug)
    for token in re.split(r"[^a-z0-9]+", (treatment.regimen or "").casefold()):
        yield from _REGIMENS.get(token, (_DRUGS[token],) if token in _DRUGS else ())
