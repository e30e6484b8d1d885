"""Read: one fact as the record states it, or the place at which it would stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from neoher.guidance.facts.reasons import Reason
from neoher.guidance.facts.treatments import Given
from neoher.guidance.knowledge import Knowledge
from neoher.record.case import Case
from neoher.record.lesion import Cancer, Lesion, LesionKind

__all__ = ["Patient", "Read", "Sheet", "Value", "days_between", "unknown"]

Value = bool | str | float


@dataclass(frozen=True, slots=True)
class Read:
    """A fact: its value, or None where the record does not say."""

    value: Value | None
    paths: tuple[str, ...] = ()
    """Where it stands in the record, or would stand."""
    assumes: tuple[str, ...] = ()
    """Paths at which nothing is stated, and which were read as 'not so far': named as missing."""
    asks: str = ""
    """What is asked for where it is missing, where that is more than the fact's own words."""


Sheet = Mapping[str, Read]
"""Facts by name."""


def unknown(*paths: str, asks: str = "") -> Read:
    """A fact that the record does not say."""
    return Read(None, paths, asks=asks)


def days_between(earlier: dt.date, later: dt.date) -> float:
    """Days from one date to another."""
    return float((later - earlier).days)


@dataclass(frozen=True, slots=True)
class Patient:
    """The record as rules read it: one cancer of one patient on one day."""

    case: Case
    """Without what is dated after `today`."""
    cancer: Cancer | None
    """None where the record names no cancer."""
    knowledge: Knowledge
    """All of it, whatever its date: it names drugs and regimens."""
    today: dt.date
    given: tuple[Given, ...]
    """Treatments in the order of the record, with their drugs."""
    reasons: tuple[Reason, ...] | None
    """Contraindications as they were understood; None where nothing is stated."""

    @property
    def cancer_path(self) -> str:
        """Where the cancer stands in the record."""
        return f"cancers[{self.cancer.id}]" if self.cancer else "cancers[0]"

    def owns(self, entry: object) -> bool:
        """Whether a lesion, specimen, surgery or restaging belongs to this cancer."""
        if self.cancer is None or len(self.case.cancers) < 2:
            return True
        return self.case.cancer_of(entry) is self.cancer  # type: ignore[arg-type]

    def lesions(self, *kinds: LesionKind) -> tuple[Lesion, ...]:
        """The lesions of this cancer of these kinds."""
        return tuple(each for each in self.case.lesions if each.kind in kinds and self.owns(each))

    @property
    def before_surgery(self) -> tuple[Given, ...]:
        """Treatments before the operation."""
        return tuple(each for each in self.given if each.before_surgery)

    @property
    def after_surgery(self) -> tuple[Given, ...]:
        """Treatments after the operation."""
        return tuple(each for each in self.given if not each.before_surgery)

    @property
    def first_dose(self) -> dt.date | None:
        """The earliest stated first day of therapy before surgery."""
        return min((each.start for each in self.before_surgery if each.start), default=None)
