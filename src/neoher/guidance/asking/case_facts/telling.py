"""Telling: which function answers which sort of question about a patient."""

from __future__ import annotations

from collections.abc import Mapping

from neoher.guidance.asking.case_facts import course, heart, imaging, next_steps, tissue, volume, year
from neoher.guidance.asking.case_facts.told import Asked, TellFact, Told
from neoher.guidance.facts.known import known_on

__all__ = ["TELLING", "told_of"]

TELLING: Mapping[str, TellFact] = {
    "next steps": next_steps.tell_next_steps,
    "what is missing": next_steps.tell_missing,
    "alerts": next_steps.tell_alerts,
    "cycles left": year.tell_cycles_left,
    "last dose": year.tell_last_dose,
    "CPS+EG": tissue.tell_bioscore,
    "functional tumour volume": volume.tell_volume,
    "imaging against the specimen": imaging.tell_against_specimen,
    "next echo": heart.tell_next_echo,
    "ejection fraction": heart.tell_heart,
    "residual cancer burden": tissue.tell_residual,
    "complete response": tissue.tell_response,
    "Ki67 and grade": tissue.tell_biology,
    "hormone receptors": tissue.tell_receptors,
    "tests and events": course.tell_safety,
    "clip": imaging.tell_clip,
    "change of size": imaging.tell_change,
    "size": imaging.tell_sizes,
    "HER2": tissue.tell_her2,
    "stage": course.tell_stage,
    "surgery": tissue.tell_operation,
    "therapy": course.tell_therapy,
    "outcome": course.tell_outcome,
    "person": course.tell_person,
    "exams": imaging.tell_exams,
}
"""By the name of the fact, as `recognising.FACTS` has it."""


def told_of(fact: str, asked: Asked) -> Told:
    """What the record answers; what is dated after `asked.today` is left out."""
    known, _ = known_on(asked.case, asked.today)
    return TELLING[fact](Asked(asked.text, known, asked.knowledge, asked.today, asked.measurements))
