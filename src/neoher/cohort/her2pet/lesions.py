"""Lesions of a HER2 PET cohort with the class of their biopsy, and the flow of those that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.result import Excluded

__all__ = ["FlowStep", "Her2Class", "PairedLesion", "Study", "class_of_level", "select"]


class Her2Class(StrEnum):
    """The three classes by which lesions are compared; ultralow counts as 0 (Yeh 2025 had no such class)."""

    POSITIVE = "positive"
    LOW = "low"
    ZERO = "0"


_LEVELS = {
    Her2Class.POSITIVE: ("positive", "pos", "+", "her2-positive", "her2+", "3+", "2+/ish+", "2+ish+", "ish+"),
    Her2Class.LOW: ("low", "her2-low", "1+", "2+/ish-", "2+ish-"),
    Her2Class.ZERO: ("0", "zero", "her2-0", "her2-zero", "absent", "null", "ultralow", "0-unspecified"),
}


@dataclass(frozen=True, slots=True)
class PairedLesion:
    """One lesion's HER2 PET beside one biopsy; None where something is not known."""

    patient: str
    lesion: str
    tracer: str | None
    suvmax: float | None
    her2: Her2Class | None
    her2_stated: str | None
    """The class as the table or report gives it."""
    days_apart: float | None
    site: str | None
    """Where the lesion lies, such as breast, bone, liver."""
    biopsy: str | None
    """What was sampled, such as primary or metastasis."""
    uptake: str | None
    """The scan as read: positive, negative, indeterminate."""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class FlowStep:
    """What is left at one step, and what was left out on the way to it."""

    title: str
    patients: int
    lesions: int
    left_out: tuple[tuple[str, int], ...] = ()
    """Reasons with their lesions."""


@dataclass(frozen=True, slots=True)
class Study:
    """The lesions that are compared, and how the cohort came down to them."""

    lesions: tuple[PairedLesion, ...]
    flow: tuple[FlowStep, ...]
    excluded: tuple[Excluded, ...]

    def values(self) -> NDArray[np.float64]:
        """SUVmax, shape (lesions,)."""
        return np.array([each.suvmax for each in self.lesions], dtype=np.float64)

    def patient_codes(self) -> NDArray[np.int64]:
        """A number for each patient, shape (lesions,)."""
        return np.unique([each.patient for each in self.lesions], return_inverse=True)[1].astype(np.int64)

    def tracer_codes(self) -> NDArray[np.int64]:
        """A number for each tracer, shape (lesions,)."""
        return np.unique([each.tracer or "" for each in self.lesions], return_inverse=True)[1].astype(
            np.int64
        )

    def among(self, lesions: Sequence[PairedLesion]) -> Study:
        """The same study with some of its lesions."""
        return Study(tuple(lesions), self.flow, self.excluded)


def class_of_level(level: str | None) -> Her2Class | None:
    """The class of a level as a table words it; None where it does not decide ('negative', 2+ alone)."""
    if level is None:
        return None
    plain = level.strip().casefold().replace(" ", "")
    return next((each for each, levels in _LEVELS.items() if plain in levels), None)


def select(lesions: Sequence[PairedLesion], window_days: float, start: FlowStep | None = None) -> Study:
    """The lesions within the window that have a SUVmax, a tracer and a class.

    `start`: a step before, where the lesions were paired by this software. A lesion whose days between scan
    and biopsy are not known is left out: it cannot be said to lie within the window.
    """
    # What the first step left out is drawn on the way to the second.
    flow = [] if start is None else [replace(start, left_out=())]
    on_the_way = () if start is None else start.left_out
    flow.append(FlowStep("HER2 PET and biopsy of the lesion", *_count(lesions), on_the_way))
    excluded: list[Excluded] = []
    checks = (
        (
            f"biopsied within {window_days:g} days of the scan",
            lambda each: _outside(each, window_days),
            "days_apart",
        ),
        ("HER2 class known", _unclassified, "her2"),
        ("SUVmax and tracer known", _unmeasured, "suvmax"),
    )
    left = list(lesions)
    for title, reason_of, column in checks:
        reasons = [(each, reason_of(each)) for each in left]
        out = [(each, reason) for each, reason in reasons if reason]
        left = [each for each, reason in reasons if not reason]
        counts = {reason: sum(other == reason for _, other in out) for _, reason in out}
        flow.append(FlowStep(title, *_count(left), tuple(counts.items())))
        excluded += [
            Excluded(row=each.row, column=column, reason=f"{each.lesion}: {reason}", patient=each.patient)
            for each, reason in out
        ]
    return Study(tuple(left), tuple(flow), tuple(excluded))


def _count(lesions: Sequence[PairedLesion]) -> tuple[int, int]:
    return len({each.patient for each in lesions}), len(lesions)


def _outside(each: PairedLesion, window_days: float) -> str:
    if each.days_apart is None:
        return "days between scan and biopsy not known"
    return "" if abs(each.days_apart) <= window_days else f"more than {window_days:g} days apart"


def _unclassified(each: PairedLesion) -> str:
    if each.her2 is not None:
        return ""
    return (
        "HER2 not known"
        if not each.her2_stated
        else f"HER2 {each.her2_stated!r} is none of the three classes"
    )


def _unmeasured(each: PairedLesion) -> str:
    if each.suvmax is None:
        return "SUVmax not known"
    return "" if each.tracer else "tracer not known"
