"""The sections of the patient's page in reading order; each new word is explained where it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from neoher.guidance.knowledge import load_knowledge
from neoher.report.patient.course import course_section
from neoher.report.patient.found import found_section
from neoher.report.patient.glossary import with_words
from neoher.report.patient.heart import heart_section
from neoher.report.patient.next_steps import next_section, urgent_section
from neoher.report.patient.scans import scans_section
from neoher.report.patient.size import size_section
from neoher.report.patient.tissue import tissue_section
from neoher.report.patient.unknown import unknown_section
from neoher.report.patient.use import use_section
from neoher.report.section import Section

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["patient_sections"]

_SECTIONS: tuple[Callable[[Findings], Section | None], ...] = (
    urgent_section,
    found_section,
    size_section,
    tissue_section,
    course_section,
    next_section,
    scans_section,
    heart_section,
    unknown_section,
    use_section,
)


def patient_sections(findings: Findings) -> tuple[Section, ...]:
    """The page's sections, the glossary last.

    Holds no number that the clinician's page does not hold, and none of a chance of cure or relapse: rates of
    groups of patients are no rate of hers.
    """
    sections = [made for make in _SECTIONS if (made := make(findings)) is not None]
    return with_words(sections, load_knowledge())
