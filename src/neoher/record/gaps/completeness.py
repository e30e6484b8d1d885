"""Completeness: what a record does not say and should, at its stage of the course, and why it matters."""

from __future__ import annotations

from neoher.record.case import Case
from neoher.record.gaps.course import missing_course
from neoher.record.gaps.imaging import missing_imaging
from neoher.record.gaps.missing_fact import Importance, MissingFact
from neoher.record.gaps.tissue import missing_tissue

__all__ = ["Importance", "MissingFact", "missing_facts"]


def missing_facts(case: Case) -> tuple[MissingFact, ...]:
    """Facts that the record does not state, essential ones first, in the order of the course.

    Only what matters now is asked for: nothing of surgery before surgery. Absent facts are listed, never
    filled in.
    """
    found = [*missing_tissue(case), *missing_imaging(case), *missing_course(case)]
    return tuple(sorted(found, key=lambda fact: fact.importance is not Importance.ESSENTIAL))
