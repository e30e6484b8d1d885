"""What the page is, and what it is not: the statements of intended use in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.guidance.knowledge import load_knowledge
from neoher.report.patient.words import day
from neoher.report.section import Section

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["use_section"]


def use_section(findings: Findings) -> Section:
    """The disclaimer, with the day of the facts and of the knowledge."""
    edition = load_knowledge().edition
    return Section(
        id="about",
        title="About this page",
        introduction=(
            "A computer program made this page from what is written in your record. It is for research. It "
            "is not a medical device. Do not start, change or stop a treatment because of this page.",
            "Your team decides with you. Show them this page and ask what is not clear.",
            "In an emergency, call your hospital or the emergency number. Do not wait for this page.",
            "The program names treatments that are studied or allowed. It does not know you. It gives no "
            "chance of cure, because numbers from studies are about groups of people.",
        ),
        closing=(f"Made on {day(findings.today)}. What it knows about treatment is of {day(edition.date)}.",),
    )
