"""How the disease answers to therapy: what a patient looks like at each visit, drawn from a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from neoher.simulate.anatomy import Breast
from neoher.simulate.mr.truth import Followed
from neoher.simulate.mr.visit import Kinetics
from neoher.simulate.tumour.mass import Mass
from neoher.simulate.tumour.segment import Segment
from neoher.simulate.tumour.shape import Together, TumourShape

__all__ = ["Course", "Plan", "PlannedVisit", "plan_patient"]


class Course(StrEnum):
    """The courses that can be simulated."""

    COMPLETE_RESPONSE = "complete-response"
    """The mass shrinks concentrically and is gone before surgery."""
    CONCENTRIC_SHRINKAGE = "concentric-shrinkage"
    """The mass shrinks about its centre; a small one is left at surgery."""
    FRAGMENTATION = "fragmentation"
    """The mass breaks into islands within its former outline."""
    NON_MASS_ENHANCEMENT = "non-mass-enhancement"
    """A segment of clumped enhancement empties within nearly the same outline and is not gone at surgery."""
    PROGRESSION = "progression"
    """The mass grows under therapy."""
    NEW_LESION = "new-lesion"
    """The mass shrinks, and from the third visit another one grows in the same breast."""

    CALCIFICATIONS_STAY = "calcifications-stay"
    """The mass goes as in complete response; its calcifications stay on the mammogram."""

    @property
    def keeps_calcifications(self) -> bool:
        """Whether the mammogram before surgery still shows the calcifications."""
        return self is not Course.COMPLETE_RESPONSE

    @property
    def responds(self) -> bool:
        """Whether the known tumour loses volume."""
        return self is not Course.PROGRESSION


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit to the scanner."""

    name: str
    date: dt.date
    scale: float
    """Linear size of the tumour against baseline; of islands the size of each."""
    tumour: TumourShape
    second: TumourShape | None
    """A lesion elsewhere in the breast, where the course has one; without any part before it comes."""
    second_scale: float
    kinetics: Kinetics
    snr: float
    noise_seed: int

    @property
    def disease(self) -> TumourShape:
        """All tumours together."""
        return (
            self.tumour
            if self.second is None
            else Together(self.tumour.centre_mm, (self.tumour, self.second))
        )

    def followed(self, breast: Breast) -> Followed:
        """The primary, L1."""
        return Followed(self.tumour, self.scale, breast.voi)

    def followed_second(self, breast: Breast) -> Followed | None:
        """The lesion that came later, L2; None where the course has none."""
        if self.second is None or breast.second_voi is None:
            return None
        return Followed(self.second, self.second_scale, breast.second_voi)


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
_SIZES_CC = {
    # Islands must be large enough to be counted; beside a small mass there is room for another lesion.
    Course.FRAGMENTATION: (8.5, 19.0),
    Course.NON_MASS_ENHANCEMENT: (7.0, 13.0),
    Course.PROGRESSION: (3.2, 7.0),
    Course.NEW_LESION: (3.2, 5.0),
}
"""Volume at baseline; of a segment the volume of a mass that reaches as far."""
_ANY_SIZE_CC = (3.2, 19.0)
_SECOND_RADIUS_MM = 6.0
_ISLANDS = 5


def plan_patient(seed: int, course: Course = Course.COMPLETE_RESPONSE) -> Plan:
    """The patient of a seed: 3 to 20 cc at baseline, parenchyma that quietens under therapy."""
    random = np.random.default_rng([seed, 20250208])
    least, most = _SIZES_CC.get(course, _ANY_SIZE_CC)
    drawn_cc = float(np.exp(random.uniform(np.log(least), np.log(most))))
    radius_mm = float(np.cbrt(drawn_cc * 1000 * 3 / (4 * np.pi)))
    sizes = _sizes(course)
    breast = Breast.random(
        random,
        radius_mm,
        Segment if course is Course.NON_MASS_ENHANCEMENT else Mass,
        growth=max(high for _, high in sizes),
        second_radius_mm=_SECOND_RADIUS_MM if course is Course.NEW_LESION else None,
    )
    snr = float(random.uniform(14.0, 22.0))
    tumour, gland = float(random.uniform(0.115, 0.16)), float(random.uniform(0.007, 0.012))
    scales = [low if low == high else float(random.uniform(low, high)) for low, high in sizes]
    # Chemotherapy lowers the uptake of parenchyma, and of a tumour that answers to it.
    quieter = (1.0, 0.93, 0.86, 0.80)
    visits = tuple(
        PlannedVisit(
            name=name,
            date=FIRST_SCAN + dt.timedelta(days=days),
            scale=scale,
            tumour=shape,
            second=None if breast.second is None else breast.second.at(second_scale),
            second_scale=second_scale,
            kinetics=Kinetics(tumour * (factor if course.responds else 1.0), gland * factor**2),
            snr=snr * float(random.uniform(0.95, 1.05)),
            noise_seed=int(random.integers(2**31)),
        )
        for (name, days), scale, shape, second_scale, factor in zip(
            _DAYS.items(),
            scales,
            _shapes(course, breast.tumour, scales),
            (0.0, 0.0, 0.75, 1.0),
            quieter,
            strict=True,
        )
    )
    return Plan(
        seed=seed,
        course=course,
        breast=breast,
        start=FIRST_SCAN + dt.timedelta(days=12),
        surgery=FIRST_SCAN + dt.timedelta(days=152),
        visits=visits,
    )


def _sizes(course: Course) -> tuple[tuple[float, float], ...]:
    """Least and greatest linear size against baseline, by visit."""
    return {
        Course.COMPLETE_RESPONSE: ((1.0, 1.0), (0.78, 0.90), (0.58, 0.72), (0.0, 0.0)),
        Course.CALCIFICATIONS_STAY: ((1.0, 1.0), (0.78, 0.90), (0.58, 0.72), (0.0, 0.0)),
        Course.CONCENTRIC_SHRINKAGE: ((1.0, 1.0), (0.78, 0.90), (0.58, 0.72), (0.42, 0.52)),
        Course.FRAGMENTATION: ((1.0, 1.0), (0.84, 0.92), (0.31, 0.34), (0.26, 0.29)),
        Course.NON_MASS_ENHANCEMENT: ((1.0, 1.0), (0.86, 0.93), (0.70, 0.80), (0.48, 0.60)),
        Course.PROGRESSION: ((1.0, 1.0), (1.06, 1.12), (1.20, 1.30), (1.38, 1.48)),
        Course.NEW_LESION: ((1.0, 1.0), (0.78, 0.90), (0.62, 0.74), (0.50, 0.58)),
    }[course]


def _shapes(course: Course, tumour: Mass | Segment, scales: list[float]) -> Iterator[TumourShape]:
    for visit, scale in enumerate(scales):
        if course is Course.FRAGMENTATION and visit >= 2 and isinstance(tumour, Mass):
            yield tumour.broken(_ISLANDS, scale)
        else:
            yield tumour.at(scale)
