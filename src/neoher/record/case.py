"""Case: the whole of case.yaml, what people state about one patient.

With one cancer, `cancer` may be left out of lesions, specimens, surgery and restaging. Every field but
`neoher` and `patient.id` may be left out; what is left out is not known.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import model_validator

from neoher.record.conclusion import Frozen
from neoher.record.exam import AnyExam, Exam
from neoher.record.finding import Finding
from neoher.record.lesion import Cancer, Lesion, LesionKind, Side
from neoher.record.patient import Patient
from neoher.record.provenance import Provenance
from neoher.record.references import contradictions
from neoher.record.safety import AdverseEvents, BaselineTests, Contraindications, HeartMeasurement
from neoher.record.specimen import Specimen
from neoher.record.surgery import Outcome, Restaging, Surgery
from neoher.record.treatment import Treatment
from neoher.record.values.fact import OneOrMore, without_empty_fields
from neoher.record.values.refusal import refuse_all
from neoher.record.values.text import WholeNumber

__all__ = ["Case", "OfCancer", "Visit"]

_NUMBERED = {"cancers": "cancer", "lesions": "lesion", "specimens": "specimen", "exams": "exam"}


class OfCancer(Protocol):
    """An entry that names its cancer, or leaves it out where there is one."""

    @property
    def cancer(self) -> str | None:
        """Id of the cancer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """All exams of one time point."""

    label: str
    date: dt.date | None
    """The earliest stated date of its exams."""
    exams: tuple[Exam, ...]


class Case(Frozen):
    """The record of one patient."""

    neoher: Annotated[Literal[1], WholeNumber]
    """Version of the form of this file."""
    patient: Patient
    provenance: Provenance | None = None
    cancers: tuple[Cancer, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    exams: tuple[AnyExam, ...] = ()
    treatment: tuple[Treatment, ...] = ()
    heart: tuple[HeartMeasurement, ...] = ()
    baseline_tests: BaselineTests | None = None
    adverse_events: AdverseEvents | None = None
    contraindications: Contraindications | None = None
    restaging: OneOrMore[Restaging] = ()
    surgery: OneOrMore[Surgery] = ()
    outcome: Outcome | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_entries_without_an_id(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            return stated
        numbered = without_empty_fields(cls, stated)
        for group, word in _NUMBERED.items():
            entries = numbered.get(group)
            if isinstance(entries, list | tuple):
                numbered[group] = [
                    {**entry, "id": f"{word}-{position}"}
                    if isinstance(entry, dict) and entry.get("id") is None
                    else entry
                    for position, entry in enumerate(entries, start=1)
                ]
        return numbered

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Case:
        found = contradictions(self)
        if found:
            raise refuse_all(found)
        return self

    def lesion(self, lesion_id: str) -> Lesion | None:
        """The lesion of that id; None where there is none."""
        return next((lesion for lesion in self.lesions if lesion.id == lesion_id), None)

    def exam(self, exam_id: str) -> Exam | None:
        """The exam of that id; None where there is none."""
        return next((exam for exam in self.exams if exam.id == exam_id), None)

    def cancer(self, cancer_id: str) -> Cancer | None:
        """The cancer of that id; None where there is none."""
        return next((cancer for cancer in self.cancers if cancer.id == cancer_id), None)

    def cancer_of(self, entry: OfCancer) -> Cancer | None:
        """The cancer an entry belongs to: the one it names, the one of its lesion, or the only one."""
        if entry.cancer is not None:
            return self.cancer(entry.cancer)
        lesion = self.lesion(entry.lesion) if isinstance(entry, Specimen) and entry.lesion else None
        if lesion is not None:
            return self.cancer_of(lesion)
        return self.cancers[0] if len(self.cancers) == 1 else None

    def side_of(self, lesion: Lesion) -> Side | None:
        """The lesion's side: as stated, else that of its cancer for a lesion of the breast or its nodes."""
        regional = {LesionKind.PRIMARY, LesionKind.SATELLITE, LesionKind.NODE}
        if lesion.side is not None or lesion.kind not in regional:
            return lesion.side
        cancer = self.cancer_of(lesion)
        return cancer.side if cancer else None

    def visits(self) -> tuple[Visit, ...]:
        """Time points that exams name, by date; those without any date last, as listed."""
        labels = Counter(exam.visit for exam in self.exams if exam.visit is not None)
        visits = []
        for label in labels:
            exams = tuple(exam for exam in self.exams if exam.visit == label)
            dates = [exam.date for exam in exams if exam.date is not None]
            visits.append(Visit(label, min(dates, default=None), exams))
        return tuple(sorted(visits, key=lambda visit: visit.date or dt.date.max))

    def findings_of(self, lesion_id: str) -> tuple[tuple[Exam, Finding], ...]:
        """What each exam states of a lesion, by date of exam; exams without a date last, as listed."""
        found = [
            (exam, finding) for exam in self.exams for finding in exam.findings if finding.lesion == lesion_id
        ]
        return tuple(sorted(found, key=lambda pair: pair[0].date or dt.date.max))
