"""How the disease answers to therapy: what a patient looks like at each visit, drawn from a seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from neoher.simulate.anatomy import Breast
from neoher.simulate.mr.visit import Kinetics

__all__ = ["Course", "Plan", "PlannedVisit", "plan_patient"]


class Course(StrEnum):
    """The courses that can be simulated."""

    COMPLETE_RESPONSE = "complete-response"
    """The mass shrinks concentrically and is gone before surgery."""


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit to the scanner."""

    name: str
    date: dt.date
    scale: float
    """Linear size of the tumour against baseline."""
    kinetics: Kinetics
    snr: float
    noise_seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One patient over the course of therapy."""

    seed: int
    course: Course
    breast: Breast
    start: dt.date
    """First day of therapy."""
    surgery: dt.date
    visits: tuple[PlannedVisit, ...]


FIRST_SCAN = dt.date(2025, 2, 8)
_DAYS = {"T0": 0, "T1": 33, "T2": 84, "T3": 140}
"""Days after the first scan; therapy begins on day 12, T1 is three weeks into it, T3 ends it."""


def plan_patient(seed: int, course: Course = Course.COMPLETE_RESPONSE) -> Plan:
    """The patient of a seed: 3 to 20 cc at baseline, parenchyma that quietens under therapy."""
    random = np.random.default_rng([seed, 20250208])
    radius_mm = float(np.cbrt(np.exp(random.uniform(np.log(3.2), np.log(19.0))) * 1000 * 3 / (4 * np.pi)))
    breast = Breast.random(random, radius_mm)
    snr = float(random.uniform(14.0, 22.0))
    tumour, gland = float(random.uniform(0.115, 0.16)), float(random.uniform(0.007, 0.012))
    shrinking = (1.0, float(random.uniform(0.78, 0.90)), float(random.uniform(0.58, 0.72)), 0.0)
    # Chemotherapy lowers the uptake of tumour and parenchyma alike.
    quieter = (1.0, 0.93, 0.86, 0.80)
    visits = tuple(
        PlannedVisit(
            name=name,
            date=FIRST_SCAN + dt.timedelta(days=days),
            scale=scale,
            kinetics=Kinetics(tumour * factor, gland * factor**2),
            snr=snr * float(random.uniform(0.95, 1.05)),
            noise_seed=int(random.integers(2**31)),
        )
        for (name, days), scale, factor in zip(_DAYS.items(), shrinking, quieter, strict=True)
    )
    return Plan(
        seed=seed,
        course=course,
        breast=breast,
        start=FIRST_SCAN + dt.timedelta(days=12),
        surgery=FIRST_SCAN + dt.timedelta(days=152),
        visits=visits,
    )
