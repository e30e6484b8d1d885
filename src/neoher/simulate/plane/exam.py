"""A plane exam: what was written of a visit's mammography or ultrasound, and what is true of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.simulate.plane.line import Line

__all__ = ["AxesVolume", "PlaneExam"]


@dataclass(frozen=True, slots=True)
class AxesVolume:
    """The volume that three axes make, beside the volume that is there."""

    lesion: str
    axes_mm: tuple[float, float, float]
    """True lengths: the longest, the one across it in the same section, the third across that section."""
    ellipsoid_cc: float
    """Of the ellipsoid with these axes: pi/6 a b c."""
    tumour_cc: float
    """Continuous volume of the lesion, whatever its shape."""


@dataclass(frozen=True, slots=True)
class PlaneExam:
    """What was written, and every length that is true of it."""

    folder: str
    form: str
    """How its images state their scale."""
    taken_at: dt.datetime
    objects: int
    lines: tuple[Line, ...]
    volumes: tuple[AxesVolume, ...] = ()
    """Of ultrasound."""

    def longest_mm(self, lesion: str, what: str) -> float | None:
        """The longest true length over the images; None where there is none."""
        found = (line.true_mm for line in self.lines if (line.lesion, line.what) == (lesion, what))
        return max(found, default=None)
