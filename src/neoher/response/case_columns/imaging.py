"""What the images of one cancer say, visit by visit: sizes as reported, volumes as measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.column_kind import Kind
from neoher.record.lesion import Cancer, LesionKind
from neoher.record.measurement import Measurements
from neoher.response.case_columns.declared import Cell, Declared

__all__ = ["declared", "exam_places", "imaging_cells"]

MEASURED = {
    "functional_tumour_volume": ("ftv", "cc", "functional tumour volume, measured"),
    "longest_diameter_3d": (
        "mr_ld",
        "mm",
        "longest diameter of the enhancing region in three dimensions, measured",
    ),
}
_NAME = re.compile(r"[^a-z0-9]+")


def imaging_cells(case: Case, cancer: Cancer | None, measured: Measurements) -> dict[str, Cell]:
    """Longest diameters as reported and quantities as measured, by column (`mr_longest_t0_mm`, `ftv_t0_cc`).

    Of several lesions of a breast, the largest; a lesion that is stated as gone has no size here.
    """
    cells: dict[str, Cell] = {}
    for name, value in (*_reported(case, cancer), *_measured(case, cancer, measured)):
        before = cells.get(name)
        cells[name] = value if not isinstance(before, float) else max(before, value)
    return cells


def declared(name: str) -> Declared | None:
    """What a column of `imaging_cells` holds, by its name; None for any other name."""
    quantity, _, unit = name.rpartition("_")
    for short, wanted, definition in MEASURED.values():
        if quantity.startswith(f"{short}_") and unit == wanted:
            return Declared(Kind.NUMBER, f"{definition}, visit {quantity.removeprefix(f'{short}_')}", unit)
    modality, longest, visit = quantity.partition("_longest_")
    if not (modality and longest and visit and unit == "mm"):
        return None
    return Declared(
        Kind.NUMBER, f"longest diameter as reported, {modality.upper()}, visit {visit}, largest lesion", unit
    )


def exam_places(name: str, case: Case) -> tuple[str, ...]:
    """Where the number of a column of `imaging_cells` would stand: in the exams of its visit."""
    quantity, _, _ = name.rpartition("_")
    measured = next((f"{short}_" for short, *_ in MEASURED.values() if quantity.startswith(f"{short}_")), "")
    if declared(name) is None:
        return ()
    modality, _, visit = (
        ("mr", "", quantity.removeprefix(measured)) if measured else quantity.partition("_longest_")
    )
    exams = [
        exam
        for exam in case.exams
        if exam.modality is not None
        and exam.modality.lower() == modality
        and exam.visit is not None
        and _plain(exam.visit) == visit
    ]
    if not exams:
        return (f"exams (none of modality {modality.upper()} at visit {visit})",)
    if measured:
        return tuple(
            f"exams[{exam.id}].images" if exam.images is None else f"exams[{exam.id}], measured"
            for exam in exams
        )
    return tuple(f"exams[{exam.id}].findings, longest_mm" for exam in exams)


def _reported(case: Case, cancer: Cancer | None) -> Iterator[tuple[str, float]]:
    for lesion in case.lesions:
        if (
            lesion.kind not in (None, LesionKind.PRIMARY, LesionKind.SATELLITE)
            or case.cancer_of(lesion) != cancer
        ):
            continue
        for exam, finding in case.findings_of(lesion.id):
            if exam.modality is not None and exam.visit is not None and finding.longest_mm is not None:
                yield f"{exam.modality.lower()}_longest_{_plain(exam.visit)}_mm", float(finding.longest_mm)


def _measured(case: Case, cancer: Cancer | None, measured: Measurements) -> Iterator[tuple[str, float]]:
    several = len(case.cancers) > 1
    for entry in measured.entries:
        lesion = case.lesion(entry.lesion) if entry.lesion else None
        # A region of the whole exam belongs to no one cancer of two.
        if entry.visit is None or (several and (lesion is None or case.cancer_of(lesion) != cancer)):
            continue
        for quantity in entry.quantities:
            if quantity.name in MEASURED and quantity.value is not None:
                short, unit, _ = MEASURED[quantity.name]
                yield f"{short}_{_plain(entry.visit)}_{unit}", quantity.value


def _plain(visit: str) -> str:
    return _NAME.sub("_", visit.casefold()).strip("_")
