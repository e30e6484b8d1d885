"""The report's subjects: one module each, all given the same `Findings`, each giving its section or none.

`SECTIONS` holds them in the order of the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.measure.case import ExamResult
from neoher.record.case import Case
from neoher.report.assessing import TissueAssessments
from neoher.report.content import ExamImages, LesionTable
from neoher.report.section import Section
from neoher.report.sections.advice import (
    missing_for_advice_section,
    next_steps_section,
    safety_section,
)
from neoher.report.sections.her2 import her2_section
from neoher.report.sections.methods import evidence_section, formulas_section
from neoher.report.sections.outlook import outlook_section
from neoher.report.sections.pattern import pattern_section
from neoher.report.sections.pet import fdg_pet_section, her2_pet_section, other_pet_section
from neoher.report.sections.prediction import prediction_section
from neoher.report.sections.response import response_section
from neoher.report.sections.specimen import specimen_section
from neoher.report.sections.why import why_section
from neoher.response.model_file import ModelFile

__all__ = ["RESEARCHER_SECTIONS", "SECTIONS", "Findings", "sections_of"]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is known when the report is built."""

    case: Case
    results: Sequence[ExamResult]
    """Every exam that was measured, or the reason why it was not."""
    images: Sequence[ExamImages]
    tissue: TissueAssessments
    lesions: Sequence[LesionTable]
    """The lesion tables with the codes of their provenance rows."""
    today: dt.date
    audience: Audience = Audience.CLINICIAN
    """Who reads the page."""
    models: Sequence[ModelFile] = ()
    """Models of the user's own cohort to apply to this case."""


SECTIONS: tuple[Callable[[Findings], Section | None], ...] = (
    response_section,
    pattern_section,
    specimen_section,
    fdg_pet_section,
    her2_pet_section,
    other_pet_section,
    her2_section,
    outlook_section,
    prediction_section,
    next_steps_section,
    safety_section,
    why_section,
    missing_for_advice_section,
)


RESEARCHER_SECTIONS: tuple[Callable[[Findings], Section | None], ...] = (formulas_section, evidence_section)
"""What follows for a researcher."""


def sections_of(findings: Findings) -> Iterator[Section]:
    """The sections that have something to say to this reader, in the order of the page."""
    if findings.audience is Audience.PATIENT:
        from neoher.report.patient import patient_sections

        yield from patient_sections(findings)
        return
    more = RESEARCHER_SECTIONS if findings.audience is Audience.RESEARCHER else ()
    for make in (*SECTIONS, *more):
        section = make(findings)
        if section is not None:
            yield section
