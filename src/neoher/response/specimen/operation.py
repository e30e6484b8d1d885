"""The operation whose specimen a lesion is held against, and the two sizes that its report states."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.case import Case
from neoher.record.chronology.problem import entry_path
from neoher.record.lesion import Lesion, LesionKind
from neoher.record.surgery import Surgery, SurgicalSpecimen
from neoher.response.specimen.comparison import SpecimenSize

__all__ = ["Operation", "compared_lesions", "operation_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation:
    """The specimen to compare with, and where it stands in the record."""

    surgery: Surgery | None
    path: str
    size: SpecimenSize


def compared_lesions(case: Case) -> tuple[Lesion, ...]:
    """Primary lesions; those that name no kind where there is none; fragments belong to their parent."""
    whole = [lesion for lesion in case.lesions if lesion.parent is None]
    primary = tuple(lesion for lesion in whole if lesion.kind is LesionKind.PRIMARY)
    return primary or tuple(lesion for lesion in whole if lesion.kind is None)


def operation_of(case: Case, lesion: Lesion, reasons: Reasoning[T]) -> Operation:
    """The first operation with a specimen of the lesion's cancer."""
    own = case.cancer_of(lesion)
    found: list[tuple[Surgery, SurgicalSpecimen, str]] = []
    for position, surgery in enumerate(case.surgery):
        # A record with several cancers names the one of every operation and lesion.
        if surgery.specimen is not None and case.cancer_of(surgery) == own:
            found.append((surgery, surgery.specimen, entry_path(case, "surgery", position, "specimen")))
    if not found:
        reasons.miss("surgery.specimen")
        return Operation(None, "", SpecimenSize(None, None, None))
    if len(found) > 1:
        reasons.warn(
            "several-operations",
            f"{lesion.id}: there are {len(found)} specimens; the first is compared, and further excision may "
            "have held more.",
        )
    surgery, specimen, path = min(found, key=lambda one: one[0].date or dt.date.max)
    if surgery.date is None:
        reasons.miss(path.replace("specimen", "date"))
    sharing = [other for other in compared_lesions(case) if case.cancer_of(other) == own]
    if len(sharing) > 1:
        reasons.miss(f"the size of {lesion.id} in the specimen, which holds {len(sharing)} lesions")
        return Operation(surgery, path, SpecimenSize(None, None, surgery.date))
    size = _size(specimen, surgery.date)
    try:
        invasive = size.invasive
    except InputError as error:
        reasons.warn("contradictory-facts", f"{path}: {error.what} {error.remedy}")
        return Operation(surgery, path, SpecimenSize(None, None, surgery.date))
    reasons.miss(
        *(
            f"{path}.{name}"
            for name, value in (
                ("invasive_mm", invasive),
                ("invasive_and_in_situ_mm", size.invasive_and_in_situ_mm),
            )
            if value is None
        )
    )
    return Operation(surgery, path, size)


def _size(specimen: SurgicalSpecimen, date: dt.date | None) -> SpecimenSize:
    """The two sizes as stated; ypT0 states that neither is there, ypTis that there is only in situ cancer."""
    invasive, whole = specimen.invasive_mm, specimen.invasive_and_in_situ_mm
    if specimen.ypT in {"0", "is"} and invasive is None:
        invasive = 0.0
    if specimen.ypT == "0" and whole is None:
        whole = 0.0
    return SpecimenSize(invasive, whole, date, holds_in_situ=True if specimen.ypT == "is" else None)
