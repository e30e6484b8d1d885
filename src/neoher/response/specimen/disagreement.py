"""Modalities among themselves: where two exams of one lesion cannot both be right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neoher.response.specimen.comparison import BAND_MM, OLDEST_EXAM_DAYS, Seen, exact

__all__ = ["Disagreement", "DisagreementKind", "Sight", "disagreement_of"]


class DisagreementKind(StrEnum):
    """What two modalities disagree about."""

    PRESENCE = "presence"
    """One sees the lesion, the other does not."""
    SIZE = "size"
    """Both see it, and the sizes cannot both be concordant with one specimen."""
    CALCIFICATIONS = "calcifications"
    """Calcifications reach further than what another modality shows: two things, no contradiction."""

    @property
    def code(self) -> str:
        """The code of its warning."""
        return (
            "calcifications-beyond-lesion"
            if self is DisagreementKind.CALCIFICATIONS
            else "modalities-disagree"
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """What one modality says of a lesion."""

    name: str
    seen: Seen

    @property
    def words(self) -> str:
        """For a sentence: 'MRI shows nothing', 'MG shows 48 mm of calcifications'."""
        if self.seen.visible is False:
            return f"{self.name} shows {'no calcifications' if self.seen.calcifications else 'nothing'}"
        size = "a lesion too small to measure" if self.seen.size_mm is None else f"{self.seen.size_mm:g} mm"
        return f"{self.name} shows {size}" + (" of calcifications" if self.seen.calcifications else "")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two modalities that disagree, in plain words."""

    kind: DisagreementKind
    first: Sight
    second: Sight
    words: str


def disagreement_of(one: Sight, other: Sight, band_mm: float = BAND_MM) -> Disagreement | None:
    """Whether two modalities disagree about one lesion; None where they do not, or where it cannot be said.

    They disagree where one sees it and the other does not, or where their sizes differ by more than twice
    `band_mm`: no specimen lies within the band of both. Exams more than 28 days apart are not held against
    each other. Design decisions; no published rule was found. The extent of calcifications is set apart: it
    is no size of the cancer, so it contradicts no other modality.
    """
    if one.seen.visible is None or other.seen.visible is None or _too_far_apart(one.seen, other.seen):
        return None
    both = f"{one.words}, {other.words}"
    if one.seen.calcifications != other.seen.calcifications:
        return _calcifications(one, other, both, band_mm)
    if one.seen.visible is not other.seen.visible:
        return Disagreement(
            DisagreementKind.PRESENCE, one, other, f"{both}: they disagree about whether anything is left."
        )
    if one.seen.size_mm is None or other.seen.size_mm is None:
        return None
    apart = abs(exact(one.seen.size_mm) - exact(other.seen.size_mm))
    if apart <= 2 * exact(band_mm):
        return None
    return Disagreement(
        DisagreementKind.SIZE,
        one,
        other,
        f"{both}: {float(apart):g} mm apart, more than twice the band of {band_mm:g} mm, so they cannot both "
        "be concordant with the specimen (a design decision).",
    )


def _too_far_apart(one: Seen, other: Seen) -> bool:
    if one.date is None or other.date is None:
        return False
    return abs((one.date - other.date).days) > OLDEST_EXAM_DAYS


def _calcifications(one: Sight, other: Sight, both: str, band_mm: float) -> Disagreement | None:
    flecks, lesion = (one, other) if one.seen.calcifications else (other, one)
    if not flecks.seen.visible or lesion.seen.visible is None:
        return None
    extent, size = flecks.seen.size_mm, lesion.seen.size_mm
    if extent is not None and size is not None and exact(extent) - exact(size) <= 2 * exact(band_mm):
        return None
    if lesion.seen.visible and (extent is None or size is None):
        return None
    return Disagreement(
        DisagreementKind.CALCIFICATIONS,
        flecks,
        lesion,
        f"{both}: the two show different things. Calcifications that remain after therapy may be malignant "
        "or benign; they are no sign of non-response, and a complete response on another modality does not "
        "cancel their excision.",
    )
