"""Plain words for what the record names by codes: lesions, scans, samples, days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from neoher.record.case import Case
from neoher.record.exam import Exam, Modality, PtExam
from neoher.record.lesion import Lesion, LesionKind
from neoher.report.numbers import NOT_KNOWN, long_date

__all__ = ["day", "exam_in_words", "lesion_in_words", "listed", "site_in_words"]

_EXAMS = {
    Modality.MR: "MRI",
    Modality.MG: "mammogram",
    Modality.US: "ultrasound",
    Modality.PT: "PET scan",
    Modality.CT: "CT scan",
    Modality.NM: "bone scan",
    Modality.DX: "plain X-ray",
}
_BREAST = {
    "central": "middle part",
    "upper outer quadrant": "upper outer part",
    "upper inner quadrant": "upper inner part",
    "lower outer quadrant": "lower outer part",
    "lower inner quadrant": "lower inner part",
}
_STATIONS = {
    "axilla": "armpit",
    "axilla level I": "armpit",
    "axilla level II": "armpit",
    "axilla level III": "armpit, near the collarbone",
    "internal mammary": "chest, beside the breastbone",
    "supraclavicular": "neck, above the collarbone",
    "intramammary": "breast",
}
_HER2_TRACER = re.compile(r"trastuzumab|pertuzumab|affibody|abh2|her2|nanobody", re.IGNORECASE)


def lesion_in_words(case: Case, lesion: Lesion) -> str:
    """'the tumour in your left breast'; several of one name are told apart by their place, or by a number."""
    name = _name(case, lesion)
    same = [other for other in case.lesions if _name(case, other) == name]
    if len(same) < 2:
        return name
    place = site_in_words(lesion)
    if place and sum(site_in_words(other) == place for other in same) == 1:
        return f"{name}, {place}"
    return f"{name}, number {same.index(lesion) + 1} of {len(same)}"


def _name(case: Case, lesion: Lesion) -> str:
    side = case.side_of(lesion)
    of_breast = f"your {side} breast" if side else "your breast"
    match lesion.kind:
        case LesionKind.PRIMARY:
            return f"the tumour in {of_breast}"
        case LesionKind.SATELLITE:
            return f"a second spot in {of_breast}"
        case LesionKind.NODE:
            place = _STATIONS.get(lesion.site or "", "")
            return f"a lymph node in your {f'{side} ' if side else ''}{place}" if place else "a lymph node"
        case LesionKind.METASTASIS:
            return f"a spot outside the breast{f' ({lesion.site})' if lesion.site else ''}"
    return f"a spot in {of_breast} of a kind that is not known yet"


def site_in_words(lesion: Lesion) -> str:
    """'upper outer part'; as it is stated where there is no plain word, empty where it is not stated."""
    if lesion.kind is LesionKind.NODE or not lesion.site:
        return ""
    return _BREAST.get(lesion.site.lower(), lesion.site)


def exam_in_words(exam: Exam) -> str:
    """'MRI', 'HER2 PET scan'."""
    if exam.modality is None:
        return "scan of a kind that is not recorded"
    if isinstance(exam, PtExam) and exam.tracer and _HER2_TRACER.search(exam.tracer):
        return "HER2 PET scan"
    return _EXAMS[Modality(exam.modality)]


def day(date: dt.date | None) -> str:
    """'8 February 2025', or that the day is not known."""
    return long_date(date) if date else f"day {NOT_KNOWN}"


def listed(names: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    every = list(names)
    return " and ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)
