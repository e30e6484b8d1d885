"""Which of the series below a path is the PET series to measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from neoher.errors import SeriesError
from neoher.intake.dicom.series import Series
from neoher.intake.pet.object_facts import read_pet_object

__all__ = ["ENHANCED_PET_CLASSES", "PET_CLASS", "choose_pet_series"]

PET_CLASS: Final = "1.2.840.10008.5.1.4.1.1.128"
ENHANCED_PET_CLASSES: Final = ("1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1")
"""Enhanced PET Image Storage, Legacy Converted Enhanced PET Image Storage."""


def choose_pet_series(groups: Sequence[Series], where: str) -> tuple[Series, tuple[tuple[str, str], ...]]:
    """The one PET series among the series, and what beside it was left out, with the reason.

    Of several, the one that is corrected for attenuation is taken where it is the only such one.
    Raises: SeriesError where there is none, or which one is meant cannot be told.
    """
    candidates = [group for group in groups if group.headers[0].identity.sop_class_uid == PET_CLASS]
    if not candidates:
        raise _none(groups, where)
    if len(candidates) == 1:
        return candidates[0], ()
    corrected = [group for group in candidates if _attenuation_corrected(group)]
    if len(corrected) == 1:
        others = tuple(
            (group.title, "it is not corrected for attenuation")
            for group in candidates
            if group is not corrected[0]
        )
        return corrected[0], others
    titles = "".join(f"\n    {group.title}" for group in candidates)
    raise SeriesError(
        f"{len(candidates)} PET series lie here; which one is meant is not guessed:{titles}",
        where,
        "Give the folder of one, or name it: --series NUMBER, UID or description.",
    )


def _attenuation_corrected(group: Series) -> bool:
    corrections = read_pet_object(group.headers[0]).shared.corrections
    return corrections is None or "ATTN" in corrections


def _none(groups: Sequence[Series], where: str) -> SeriesError:
    if any(group.headers[0].identity.sop_class_uid in ENHANCED_PET_CLASSES for group in groups):
        return SeriesError(
            "the PET images are enhanced multi-frame objects, which are not read.",
            where,
            "Export the series as single slices (PET Image Storage).",
        )
    kinds = ", ".join(sorted({group.modality or "no modality" for group in groups}))
    return SeriesError(f"there is no PET series here ({kinds}).", where, "Give the folder of the PET series.")
