"""The PET exams of a course: FDG before therapy and after its first cycle, HER2 PET before therapy."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np

from neoher.simulate.course import Plan
from neoher.simulate.pet.administration import Administration, PetTimes, Physique
from neoher.simulate.pet.exam import SLICES_PER_BED, PlannedPet
from neoher.simulate.pet.tracer import FDG, PERTUZUMAB, Tracer

__all__ = ["plan_pets"]

FDG_DAY, INJECTION_DAY, RESPONSE_DAY = 3, 4, 32
"""Days after the first MRI; therapy begins on day 12, its second cycle on day 33."""


def plan_pets(plan: Plan, form: str, breathing_mm: float = 0.0) -> tuple[Physique, tuple[PlannedPet, ...]]:
    """The patient's body and her PET exams.

    Parameters: `form`: a name in VENDOR_FORMS; `breathing_mm`: excursion of the diaphragm.
    Nothing of the plan's own randomness is used up: a patient's MRI is the same with PET and without.
    """
    random = np.random.default_rng([plan.seed, 20250211])
    physique = Physique(
        weight_kg=round(float(random.uniform(56.0, 84.0)), 1),
        height_m=round(float(random.uniform(1.56, 1.76)), 2),
    )
    first, second = plan.visits[0], plan.visits[1]
    drawn = float(random.uniform(0.48, 0.64))
    # A tumour that answers takes up less; one that grows takes up no less.
    quieter = drawn if plan.course.responds else 1.0 + 0.25 * drawn
    late_min = (float(random.uniform(0.0, 4.0)), float(random.uniform(0.0, 4.0)))
    morning = dt.time(9, 41, 20)
    staging = first.date + dt.timedelta(days=FDG_DAY)
    planned = (
        _planned("PT-T0-FDG", FDG, random, staging, morning, late_min[0], form),
        _planned(
            "PT-T0-HER2",
            PERTUZUMAB,
            random,
            first.date + dt.timedelta(days=INJECTION_DAY),
            dt.time(10, 15),
            50.0,
            form,
        ),
        _planned(
            "PT-T1-FDG",
            FDG,
            random,
            first.date + dt.timedelta(days=RESPONSE_DAY),
            morning,
            late_min[1],
            form,
            scale=second.scale,
            uptake=quieter,
        ),
    )
    return physique, tuple(dataclasses.replace(pet, breathing_mm=breathing_mm) for pet in planned)


def _planned(
    name: str,
    tracer: Tracer,
    random: np.random.Generator,
    day: dt.date,
    clock: dt.time,
    late_min: float,
    form: str,
    *,
    scale: float = 1.0,
    uptake: float = 1.0,
) -> PlannedPet:
    _, visit, kind = name.split("-")
    injected_at = dt.datetime.combine(day, clock)
    start = injected_at + dt.timedelta(seconds=round(tracer.uptake_s + late_min * 60.0))
    syringe = round(tracer.injected_mbq * float(random.uniform(0.96, 1.04)), 1)
    return PlannedPet(
        id=name,
        visit=visit,
        folder=f"imaging/{visit.lower()}-{kind.lower()}-pet",
        administration=Administration(
            tracer=tracer,
            injected_at=injected_at,
            syringe_mbq=syringe,
            residual_mbq=round(syringe * float(random.uniform(0.008, 0.02)), 2),
            residual_at=injected_at + dt.timedelta(minutes=3),
        ),
        times=PetTimes(start, tracer.bed_s, SLICES_PER_BED),
        lesion_scale=scale,
        uptake=uptake,
        form=form,
        noise_seed=int(random.integers(2**31)),
        glucose_mg_dl=int(random.integers(84, 108)) if tracer is FDG else None,
    )
