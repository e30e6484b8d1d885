"""Imaging against the specimen for a table of exams: `neoher specimen FILE.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.specimen.comparison import Seen, SpecimenSize, compare
from neoher.response.specimen.disagreement import Sight, disagreement_of
from neoher.response.specimen.facts import ExamAgainstSpecimen, SpecimenInputs, SpecimenRow
from neoher.response.specimen.modalities import kind_of
from neoher.response.specimen.sources import CALCIFICATIONS_AFTER_THERAPY, MARINOVICH_2015

__all__ = ["CALCULATOR", "specimen"]

_SIZES = ("invasive_mm", "invasive_and_in_situ_mm")


def specimen(inputs: SpecimenInputs) -> Conclusion[tuple[ExamAgainstSpecimen, ...]]:
    """Each exam of the table against its specimen, in the order of the rows; lengths in mm.

    Returns: no value where the table has no row. What a row does not state is None and missing.
    Raises: InputError where an exam is later than its operation, an invasive size exceeds the whole, or one
    specimen of a lesion is given two sizes.
    """
    reasons: Reasoning[tuple[ExamAgainstSpecimen, ...]] = Reasoning()
    reasons.cite(MARINOVICH_2015)
    if not inputs.rows:
        reasons.miss("rows")
        return reasons.conclude(None)
    _refuse_two_sizes(inputs.rows)
    compared = tuple(_compared(row, inputs.band_mm, reasons) for row in inputs.rows)
    _warn_of_disagreement(inputs, reasons)
    return reasons.conclude(compared)


def _compared(
    row: SpecimenRow, band_mm: float, reasons: Reasoning[tuple[ExamAgainstSpecimen, ...]]
) -> ExamAgainstSpecimen:
    needed = ("imaging_mm", *_SIZES, "exam_date", "surgery_date")
    place = _place(row)
    reasons.miss(*(f"{name} of {place}" for name in needed if getattr(row, name) is None))
    try:
        found = compare(_seen(row), _specimen(row), band_mm).named(row.patient, row.lesion, row.modality)
    except InputError as error:
        raise InputError(error.what, f"{place}: {error.where}", error.remedy) from None
    reasons.step(
        found.in_words(),
        f"error = imaging − specimen; beyond ±{band_mm:g} mm over or under (a design decision), else "
        "concordant; nothing seen where there is cancer is a false negative, something seen where there is "
        "none a false positive, whatever the size",
        imaging_mm=row.imaging_mm,
        invasive_mm=row.invasive_mm,
        invasive_and_in_situ_mm=row.invasive_and_in_situ_mm,
        exam_date=None if row.exam_date is None else row.exam_date.isoformat(),
        surgery_date=None if row.surgery_date is None else row.surgery_date.isoformat(),
    )
    for caution in found.warnings:
        reasons.warn(caution.code, f"{place}: {caution.message}")
    if row.finding == "calcifications":
        reasons.cite(CALCIFICATIONS_AFTER_THERAPY)
    return found


def _seen(row: SpecimenRow) -> Seen:
    return Seen.of_size(row.imaging_mm, row.exam_date, calcifications=row.finding == "calcifications")


def _specimen(row: SpecimenRow) -> SpecimenSize:
    return SpecimenSize(row.invasive_mm, row.invasive_and_in_situ_mm, row.surgery_date)


def _warn_of_disagreement(
    inputs: SpecimenInputs, reasons: Reasoning[tuple[ExamAgainstSpecimen, ...]]
) -> None:
    """Modalities of one lesion against one another, each by its last exam."""
    groups: dict[tuple[str | None, str, object], dict[tuple[str, bool], SpecimenRow]] = {}
    for row in inputs.rows:
        if row.lesion is None or row.modality is None:
            continue
        last = groups.setdefault((row.patient, row.lesion, row.surgery_date), {})
        # MR and MRI are one modality.
        slot = (str(kind_of(row.modality) or row.modality), row.finding == "calcifications")
        if slot not in last or _later(row, last[slot]):
            last[slot] = row
    for (patient, lesion, _), last in groups.items():
        for one, other in combinations(last.values(), 2):
            found = disagreement_of(
                Sight(str(one.modality), _seen(one)), Sight(str(other.modality), _seen(other)), inputs.band_mm
            )
            if found is not None:
                of = ", ".join(part for part in (patient, lesion) if part)
                reasons.warn(found.kind.code, f"{of}: {found.words}")


def _later(row: SpecimenRow, held: SpecimenRow) -> bool:
    return row.exam_date is not None and (held.exam_date is None or row.exam_date > held.exam_date)


def _refuse_two_sizes(rows: Sequence[SpecimenRow]) -> None:
    """One lesion of one operation has one specimen."""
    held: dict[tuple[object, ...], float] = {}
    for row in rows:
        if row.patient is None or row.lesion is None or row.surgery_date is None:
            continue
        for name in _SIZES:
            size = getattr(row, name)
            key = (row.patient, row.lesion, row.surgery_date, name)
            if size is not None and held.setdefault(key, size) != size:
                raise InputError(
                    f"the same specimen is {held[key]:g} mm in an earlier row and {size:g} mm here.",
                    f"{_place(row)}: {name}",
                    "A lesion has one specimen in an operation: correct one of them.",
                )


def _place(row: SpecimenRow) -> str:
    named = ", ".join(part for part in (row.patient, row.lesion, row.modality) if part)
    return named if row.line is None else f"line {row.line}" + (f" ({named})" if named else "")


CALCULATOR = Calculator(
    name="specimen",
    summary="Imaging against the surgical specimen: error in mm, over or under, false negative or positive.",
    inputs=SpecimenInputs,
    output=tuple[ExamAgainstSpecimen, ...],
    compute=specimen,
    example="exams.csv",
    example_table=(
        "patient,lesion,modality,exam_date,imaging_mm,surgery_date,invasive_mm,invasive_and_in_situ_mm,finding\n"
        "P1,L1,MRI,2025-06-28,0,2025-07-10,3,40,mass\n"
        "P1,L1,US,2025-06-27,6,2025-07-10,3,40,mass\n"
        "P1,L1,MG,2025-06-20,48,2025-07-10,3,40,calcifications\n"
    ),
    sources=(MARINOVICH_2015, CALCIFICATIONS_AFTER_THERAPY),
    explanation="""\
**Like with like.** A length on imaging is held against two lengths of the specimen, which are two questions:
the largest focus of invasive cancer, and the extent of invasive and in situ cancer together. HER2-positive
cancer often comes with much in situ cancer, so the two can lie far apart. Neither is the diameter of the
tumour bed, which also holds scar.

**Error** = imaging − specimen, in mm. Above the band it is `over`, below it `under`, up to and with the band
`concordant`. The band of 5 mm is a design decision without evidence behind it: set it with `--band`. Errors
are compared as written, without rounding.

**False negative and false positive come first.** Nothing seen (0 mm) where the specimen holds cancer is a
false negative and `under`, something seen where it holds none a false positive and `over`, also where the
error lies within the band. `false_negative` and `false_positive` ask for invasive cancer; the fields ending
in `_invasive_and_in_situ` ask for either. An invasive focus is enough to know that there is cancer; an extent
of 0 for both together is enough to know that there is no invasive focus. Apart from that, what is not stated
stays unknown: a blank is never 0.

**Time.** An exam more than 28 days before the operation (a design decision) brings the warning
`exam-too-old`; one after the operation is refused.

**Calcifications** do not follow the response of the cancer. A row whose `finding` is calcifications gets its
distance from the specimen but is neither over nor under, false negative nor false positive, and never counts
as non-response.

**Modalities that disagree.** The last exams of two modalities of one lesion, at most 28 days apart, disagree
where one sees it and the other does not, or where their sizes differ by more than twice the band: then they
cannot both be concordant with any specimen. This rule is a design decision.""",
)
