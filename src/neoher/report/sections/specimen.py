"""Imaging against the specimen: each modality's last exam, its errors, reasons and published agreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from neoher.measure.case import State, measurements_of
from neoher.record.conclusion import Conclusion
from neoher.report.content import Assessment, KeyImage, LegendEntry, LesionTable, Origin
from neoher.report.drawing.specimen_chart import chart_aspect, specimen_chart
from neoher.report.numbers import NOT_KNOWN, short_date, with_unit
from neoher.report.section import Section, Table, TableCell
from neoher.response.specimen.comparison import BAND_MM
from neoher.response.specimen.facts import Agreement
from neoher.response.specimen.recorded import ExamOfLesion, LesionAgainstSpecimen, imaging_against_specimen

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["specimen_section"]

_FIRST = {
    "false-negative",
    "false-positive",
    "in-situ-only",
    "in-situ-not-seen",
    "modalities-disagree",
    "calcifications-beyond-lesion",
    "calcifications-to-be-excised",
    "exam-too-old",
    "contradictory-facts",
    "several-operations",
    "therapy-start-unknown",
}
"""Warnings that stand before the first number; the others stand with the basis."""
_QUANTITIES = {
    # measured, calcifications: the quantities of the lesion table that holds the size
    (True, False): ("largest_component_longest_diameter_3d", "longest_diameter"),
    (True, True): ("calcification_extent",),
    (False, False): ("longest_diameter_reported",),
    (False, True): ("calcification_extent",),
}


def specimen_section(findings: Findings) -> Section | None:
    """Each primary lesion against its specimen; before surgery, modalities that disagree and calcifications.

    None where there is nothing to compare, no disagreement and no calcification to be excised.
    """
    held = [one for one in findings.results if one.state is not State.STALE]
    conclusion = imaging_against_specimen(findings.case, measurements_of(held))
    to_excise = any(each.code == "calcifications-to-be-excised" for each in conclusion.warnings)
    lesions = [one for one in conclusion.value or () if to_excise or _says_something(one)]
    if not lesions:
        return None
    cautions = [each.message for each in conclusion.warnings if each.code in _FIRST]
    operated = any(lesion.surgery_date is not None for lesion in lesions)
    return Section(
        id="imaging-against-specimen",
        title="Imaging against the specimen",
        cautions=tuple(dict.fromkeys(cautions)),
        introduction=(
            "The last exam of each modality before surgery is held against two sizes of the specimen: the "
            "largest focus of invasive cancer, and the extent of invasive and in situ cancer together."
            if operated
            else "Before surgery: what the modalities say of the same lesion, one beside the other.",
        ),
        assessments=(_basis(conclusion),),
        closing=(
            f"Error = imaging − specimen. Beyond ±{BAND_MM:g} mm it is called over or under, within it "
            "concordant; nothing seen where there is cancer is a false negative, something seen where there "
            "is none a false positive, whatever the size. Two modalities disagree where one sees the lesion "
            f"and the other does not, or beyond {2 * BAND_MM:g} mm. These limits and the 28 days between "
            "exam and surgery are design decisions. Reasons are likely, not proven: the record shows that "
            "they were there.",
        ),
        parts=tuple(_part(lesion, findings.lesions) for lesion in lesions),
    )


def _says_something(lesion: LesionAgainstSpecimen) -> bool:
    return bool(lesion.disagreements) or any(exam.comparison for exam in lesion.exams)


def _basis(conclusion: Conclusion[tuple[LesionAgainstSpecimen, ...]]) -> Assessment:
    rest = tuple(each for each in conclusion.warnings if each.code not in _FIRST)
    unique = tuple({each.message.partition(": ")[2]: each for each in rest}.values())
    compared = sum(exam.comparison is not None for one in conclusion.value or () for exam in one.exams)
    return Assessment(
        title="Comparison with the specimen",
        headline=f"{compared} exam{'' if compared == 1 else 's'} compared",
        conclusion=conclusion.model_copy(update={"warnings": unique}),
    )


def _part(lesion: LesionAgainstSpecimen, tables: Sequence[LesionTable]) -> Section:
    table = next((one for one in tables if one.lesion == lesion.lesion), None)
    return Section(
        id=f"imaging-against-specimen-{lesion.lesion}",
        title=table.title if table else lesion.lesion,
        figures=tuple(_figures(lesion)),
        wide=True,
        tables=tuple(_tables(lesion, table)),
    )


def _figures(lesion: LesionAgainstSpecimen) -> Iterator[KeyImage]:
    svg = specimen_chart(lesion)
    if not svg:
        return
    legend = [
        LegendEntry("#8c2f2f", "specimen, invasive", _size(lesion.invasive_mm)),
        LegendEntry("#e2b8ae", "specimen, invasive and in situ", _size(lesion.invasive_and_in_situ_mm)),
        LegendEntry("#a04a1c", "imaging, as reported", ""),
    ]
    if any(exam.measured for exam in lesion.exams):
        legend.append(LegendEntry("#1f4e79", "imaging, measured", ""))
    yield KeyImage(
        title="Imaging and specimen",
        caption="Bars that pass the dashed lines are larger than the specimen, bars that end before them "
        "smaller. A cross: nothing seen. An outline: calcifications, which are no size of the cancer.",
        alt=f"Sizes of {lesion.lesion} on imaging beside the specimen",
        svg=svg,
        aspect=chart_aspect(lesion),
        legend=tuple(legend),
    )


def _tables(lesion: LesionAgainstSpecimen, table: LesionTable | None) -> Iterator[Table]:
    yield Table(
        caption="Last exam of each modality before surgery",
        header=("Exam", "Imaging", "Against invasive", "Against invasive and in situ", "Likely reasons"),
        rows=tuple(_row(exam, table) for exam in lesion.exams),
    )
    published = [(exam, one) for exam in lesion.exams for one in exam.published]
    seen: dict[tuple[str, str, str], tuple[TableCell, ...]] = {}
    for exam, one in published:
        kind = exam.name.removeprefix("calcifications on ").removesuffix(" (measured)")
        key = (kind, one.population, one.agreement)
        seen[key] = (
            TableCell(kind[0].upper() + kind[1:]),
            TableCell(one.population),
            TableCell(one.agreement, sources=(one.source,), note=one.reading),
        )
    if seen:
        yield Table(
            caption="Published agreement of these modalities for a patient like this one",
            header=("Modality", "Compared in", "Found"),
            rows=tuple(seen[key] for key in sorted(seen, key=lambda key: _order(lesion, key[0]))),
            note="Where a fact that tells groups apart is not known, each group is shown.",
        )


def _order(lesion: LesionAgainstSpecimen, kind: str) -> int:
    return next((place for place, exam in enumerate(lesion.exams) if kind in exam.name), len(lesion.exams))


def _row(exam: ExamOfLesion, table: LesionTable | None) -> tuple[TableCell, ...]:
    found = exam.comparison
    days = (
        ""
        if found is None or found.days_before_surgery is None
        else f", {found.days_before_surgery} days before"
    )
    name = TableCell(exam.name[0].upper() + exam.name[1:], note=f"{exam.exam}, {short_date(exam.date)}{days}")
    size = TableCell(
        "nothing seen" if exam.visible is False else _size(exam.imaging_mm, seen=exam.visible),
        known=exam.visible is False or exam.imaging_mm is not None,
        provenance=_provenance(exam, table),
        note="extent, no size of the cancer" if exam.calcifications else "",
    )
    if found is None:
        unknown = TableCell(exam.not_compared, known=False)
        return name, size, unknown, unknown, TableCell("")
    invasive = _error_cell(
        found.error_invasive_mm, found.agreement_invasive, found.false_negative, found.false_positive
    )
    whole = _error_cell(
        found.error_invasive_and_in_situ_mm,
        found.agreement_invasive_and_in_situ,
        found.false_negative_invasive_and_in_situ,
        found.false_positive_invasive_and_in_situ,
    )
    return name, size, invasive, whole, _reasons_cell(exam)


def _reasons_cell(exam: ExamOfLesion) -> TableCell:
    sourced = tuple(
        dict.fromkeys(one.basis for one in exam.reasons if one.basis.startswith(("doi:", "PMC", "PMID")))
    )
    said = "; ".join(f"{one.words} ({one.found_in})" for one in exam.reasons)
    unverified = [one.code for one in exam.reasons if "unverified" in one.basis]
    note = f"unverified: {', '.join(unverified)}" if unverified else ""
    differs = exam.comparison is not None and {
        exam.comparison.agreement_invasive,
        exam.comparison.agreement_invasive_and_in_situ,
    } & {Agreement.OVER, Agreement.UNDER}
    nothing = "none found in the record" if differs else ""
    return TableCell(said or nothing, note=note, known=bool(said) or not differs, sources=sourced)


def _error_cell(
    error: float | None, agreement: Agreement | None, missed: bool | None, invented: bool | None
) -> TableCell:
    flag = "false negative" if missed else "false positive" if invented else ""
    said = NOT_KNOWN if error is None else f"{'+' if error > 0 else ''}{with_unit(error, 'mm')}"
    verdict = flag or (str(agreement) if agreement else "")
    return TableCell(said, note=verdict, known=error is not None or bool(flag), emphasis=bool(flag))


def _size(size_mm: float | None, *, seen: bool | None = None) -> str:
    if size_mm is None:
        return "seen, no size" if seen else NOT_KNOWN
    return with_unit(size_mm, "mm")


def _provenance(exam: ExamOfLesion, table: LesionTable | None) -> str | None:
    """The code beside the same number in the lesion's table."""
    quantities = _QUANTITIES[exam.measured, exam.calcifications]
    origin = Origin.MEASURED if exam.measured else Origin.REPORTED
    for row in table.rows if table else ():
        if row.quantity in quantities and row.origin is origin:
            for cell in row.cells:
                if cell.date == exam.date and cell.value == exam.imaging_mm and cell.provenance:
                    return cell.provenance
    return None
