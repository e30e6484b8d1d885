"""Reading: every fact that rules may ask for, of one cancer on one day."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.facts.course import course_facts
from neoher.guidance.facts.extent import extent_facts
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.imaging import imaging_facts
from neoher.guidance.facts.reasons import reasons_of
from neoher.guidance.facts.safety import safety_facts
from neoher.guidance.facts.tissue import tissue_facts
from neoher.guidance.facts.treatments import treatments_of
from neoher.guidance.knowledge import Knowledge
from neoher.record.case import Case

__all__ = ["cancers_of", "facts_of"]


def cancers_of(case: Case, knowledge: Knowledge, today: dt.date) -> tuple[Patient, ...]:
    """The record seen by each of its cancers; once without a cancer where none is stated.

    `case` is without what is dated after `today`.
    """
    given = treatments_of(case, knowledge, case.surgery)
    reasons = reasons_of(case.contraindications, knowledge)
    return tuple(
        Patient(case, cancer, knowledge, today, given, reasons) for cancer in case.cancers or (None,)
    )


def facts_of(patient: Patient) -> Sheet:
    """The facts of one cancer by name."""
    return {
        **course_facts(patient),
        **tissue_facts(patient),
        **extent_facts(patient),
        **imaging_facts(patient),
        **safety_facts(patient),
    }
