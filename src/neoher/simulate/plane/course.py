"""Mammography and ultrasound over the course of therapy: before it and before surgery."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neoher.simulate.course import Course, Plan
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.mammogram import calcifications_mm
from neoher.simulate.plane.mammogram_writing import MammogramForm, PlaneHeader
from neoher.simulate.plane.mammography import write_mammography
from neoher.simulate.plane.sonogram import Node
from neoher.simulate.plane.sonogram_forms import SonogramForm
from neoher.simulate.plane.ultrasound import write_ultrasound

__all__ = ["PlaneForms", "node_of", "write_plane_exams"]

BEFORE = Node(long_mm=21.0, short_mm=14.0, cortex_mm=7.0)
AFTER = Node(long_mm=12.0, short_mm=5.0, cortex_mm=2.0)
GROWN = Node(long_mm=25.0, short_mm=17.0, cortex_mm=8.5)


@dataclass(frozen=True, slots=True)
class PlaneForms:
    """How the plane images state their scale."""

    mammography: MammogramForm = MammogramForm.FACTOR
    ultrasound: SonogramForm = SonogramForm.ONE_REGION


def node_of(course: Course, visit: str) -> Node:
    """The node of the axilla: it goes the way of the tumour."""
    if visit == "T0":
        return BEFORE
    return AFTER if course.responds else GROWN


def write_plane_exams(
    case: Path, plan: Plan, patient: str, birth_year: int, forms: PlaneForms
) -> dict[str, PlaneExam]:
    """Write the plane images of the first and the last visit below `case`; by exam, what is true of them."""
    exams: dict[str, PlaneExam] = {}
    for visit, mammography, ultrasound in ((plan.visits[0], -3, -1), (plan.visits[-1], 1, 1)):
        seed = plan.seed
        taken = dt.datetime.combine(visit.date + dt.timedelta(days=mammography), dt.time(14, 5))
        name = f"MG-{visit.name}"
        specks = calcifications_mm(plan.breast, seed)
        if not plan.course.keeps_calcifications and visit is plan.visits[-1]:
            specks = np.empty((0, 3))
        exams[name] = write_mammography(
            case,
            f"imaging/{visit.name.lower()}-mg",
            PlaneHeader(patient, birth_year, seed, name, taken),
            plan.breast,
            visit.tumour,
            specks,
            forms.mammography,
        )
        name = f"US-{visit.name}"
        taken = dt.datetime.combine(visit.date + dt.timedelta(days=ultrasound), dt.time(9, 20))
        exams[name] = write_ultrasound(
            case,
            f"imaging/{visit.name.lower()}-us",
            PlaneHeader(patient, birth_year, seed, name, taken),
            visit.tumour,
            node_of(plan.course, visit.name),
            forms.ultrasound,
        )
    return exams
