"""HER2 over time: biopsy, specimen after therapy, metastasis, with HER2 PET beside; what a change means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.pathology.her2.change import LOSS, her2_course
from neoher.pathology.her2.change_facts import DatedHer2, Her2Course, Her2Point, Her2Shift, ShiftKind
from neoher.pathology.her2.facts import SPECTRUM_WORDS, Her2Status
from neoher.pathology.her2.recorded_course import her2_of_cancers, undated_her2
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import PtExam
from neoher.report.content import Assessment, Fact, KeyImage
from neoher.report.drawing.spectrum_chart import SpectrumMark, chart_aspect, spectrum_chart
from neoher.report.numbers import NOT_KNOWN, short_date
from neoher.report.section import Section, Table, TableCell
from neoher.response.her2pet.facts import Her2PetPairs, Pair, PatientPattern
from neoher.response.her2pet.recorded import has_her2_pet, is_her2_pet, pairs_of_case

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["her2_section"]

_SHOWN_WARNINGS = {
    LOSS,
    "her2-loss-frequency",
    "loss-more-often-in-2plus",
    "her2-loss-in-metastasis",
    "her2-gain",
    "label-change-in-reader-band",
    "biopsies-before-therapy-differ",
    "contradictory-facts",
}
"""What is about the change; the rest stands with each specimen's own assessment."""


def her2_section(findings: Findings) -> Section | None:
    """HER2 of each cancer over time; None for one specimen alone, which its own assessment says already."""
    case = findings.case
    courses = her2_of_cancers(case)
    pairs = pairs_of_case(case) if has_her2_pet(case) else None
    if pairs is None and all(len(specimens) == 1 for specimens in courses.values()):
        return None
    undated = undated_her2(case)
    parts = [
        _of_cancer(case, cancer, specimens, alone=len(courses) == 1) for cancer, specimens in courses.items()
    ]
    alone = parts[0] if len(parts) == 1 else None
    return Section(
        id="her2-over-time",
        title="HER2 over time",
        introduction=(
            "The status (negative or positive) is what guidelines act on; the place on the scale "
            "describes the same tissue more finely and never overwrites it.",
        ),
        cautions=alone.cautions if alone else (),
        figures=alone.figures if alone else (),
        wide=True,
        tables=(*(alone.tables if alone else ()), *(() if pairs is None else _pair_tables(pairs))),
        assessments=(
            *(alone.assessments if alone else ()),
            *(() if pairs is None else (_pairing(pairs),)),
        ),
        parts=() if alone else tuple(parts),
        closing=tuple(f"Not in the course, because its day is not stated: {path}." for path in undated),
    )


def _of_cancer(case: Case, cancer: str | None, specimens: tuple[DatedHer2, ...], *, alone: bool) -> Section:
    conclusion = her2_course(specimens)
    course = conclusion.value
    points = course.results if course else ()
    of = f", cancer {cancer}" if cancer and not alone else ""
    return Section(
        id=f"her2-over-time-{cancer or 'cancer-not-known'}",
        title=f"Cancer {cancer}" if cancer else "Cancer not known",
        cautions=tuple(each.message for each in conclusion.warnings if each.code == LOSS),
        figures=_figure(case, points, of),
        wide=True,
        assessments=_changes(conclusion, of),
        tables=(_results(points), *_comparisons(conclusion)) if points else (),
    )


def _figure(case: Case, points: tuple[Her2Point, ...], of: str) -> tuple[KeyImage, ...]:
    scans = _scans(case)
    marks = [SpectrumMark(point.date, point.specimen, point.status, point.spectrum) for point in points]
    marks += scans
    svg = spectrum_chart(marks)
    if not points or not svg:
        return ()
    return (
        KeyImage(
            title=f"HER2 on its scale{of}",
            caption="Each specimen by date. A bar covers the places that a result leaves open."
            + (
                " A HER2 PET stands beside: its uptake is no HER2 class, so it has no place." if scans else ""
            ),
            alt="Scale of HER2 from absent to 3+ with one line per specimen; the table holds the values.",
            svg=svg,
            aspect=chart_aspect(len(marks)),
        ),
    )


def _scans(case: Case) -> list[SpectrumMark]:
    marks = []
    for exam in case.exams:
        if not isinstance(exam, PtExam) or exam.date is None or not is_her2_pet(exam):
            continue
        read = [
            f"{each.lesion} {each.uptake or 'uptake not stated'}"
            + (f", SUVmax {each.suvmax:g}" if each.suvmax is not None else "")
            for each in exam.findings
            if each.lesion
        ]
        marks.append(SpectrumMark(exam.date, "HER2 PET", beside="; ".join(read) or "no lesion stated"))
    return marks


def _results(points: tuple[Her2Point, ...]) -> Table:
    return Table(
        "HER2 of each specimen by date",
        ("Specimen", "Taken", "Status (ASCO/CAP)", "Spectrum", "Three classes"),
        tuple(
            (
                TableCell(point.specimen, note=point.setting.in_words),
                TableCell(short_date(point.date)),
                _cell(_status(point.status)),
                _cell(SPECTRUM_WORDS[point.spectrum] if point.spectrum else ""),
                _cell(str(point.three_class) if point.three_class else ""),
            )
            for point in points
        ),
        note="Three classes: positive, low, 0, as imaging studies use them; ultralow counts as 0.",
    )


def _status(status: Her2Status | None) -> str:
    return "" if status is None else f"HER2-{status}" if status in {"positive", "negative"} else str(status)


def _cell(text: str) -> TableCell:
    return TableCell(text) if text else TableCell(NOT_KNOWN, known=False)


def _changes(conclusion: Conclusion[Her2Course], of: str) -> tuple[Assessment, ...]:
    course = conclusion.value
    if course is None or len(course.results) < 2:
        return ()
    shown = conclusion.model_copy(
        update={
            "warnings": tuple(
                each for each in conclusion.warnings if each.code in _SHOWN_WARNINGS and each.code != LOSS
            )
        }
    )
    return (
        Assessment(
            title=f"Change of HER2{of}",
            headline=_headline(course),
            conclusion=shown,
        ),
    )


def _headline(course: Her2Course) -> str:
    """Each later specimen against the first, those that changed named."""
    against_first = [each for each in course.changes if each.from_specimen == course.results[0].specimen]
    changed = [
        f"{each.kind.in_words} ({each.to_specimen})"
        for each in against_first
        if each.kind not in {ShiftKind.UNCHANGED, ShiftKind.SAME_STATUS}
    ]
    return "; ".join(changed) if changed else f"no change since {course.results[0].specimen}"


def _comparisons(conclusion: Conclusion[Her2Course]) -> tuple[Table, ...]:
    course = conclusion.value
    if course is None or not course.changes:
        return ()
    return (
        Table(
            "Each later specimen against the first and the one before",
            ("From", "To", "Days", "Status", "Spectrum", "Read as"),
            tuple(_comparison(each) for each in course.changes),
        ),
    )


def _comparison(shift: Her2Shift) -> tuple[TableCell, ...]:
    changed = shift.kind in {ShiftKind.LOSS, ShiftKind.GAIN}
    return (
        TableCell(shift.from_specimen),
        TableCell(shift.to_specimen),
        TableCell(str(shift.days)),
        TableCell(f"{shift.from_status or NOT_KNOWN} to {shift.to_status or NOT_KNOWN}"),
        TableCell(f"{shift.from_spectrum or NOT_KNOWN} to {shift.to_spectrum or NOT_KNOWN}"),
        TableCell(shift.kind.in_words, emphasis=changed),
    )


def _pairing(pairs: Conclusion[Her2PetPairs]) -> Assessment:
    value = pairs.value
    count = len(value.pairs) if value else 0
    return Assessment(
        title="HER2 PET against biopsy",
        headline=f"{count} lesion{'s' if count != 1 else ''} paired with a biopsy within the time window",
        conclusion=pairs,
        facts=tuple(_pattern(each) for each in value.patients) if value else (),
    )


def _pattern(found: PatientPattern) -> Fact:
    label = f"pattern A to D, {short_date(found.scan_date)}"
    if found.pattern is None:
        return Fact(label, NOT_KNOWN, known=False)
    return Fact(label, f"{found.pattern}: HER2-{found.her2_imaging} on imaging, no HER2 status of tissue")


def _pair_tables(pairs: Conclusion[Her2PetPairs]) -> tuple[Table, ...]:
    value = pairs.value
    if value is None:
        return ()
    tables = []
    if value.pairs:
        tables.append(
            Table(
                "HER2 PET paired with a biopsy of the same lesion",
                ("Lesion", "Scan", "SUVmax", "Biopsy", "Apart", "HER2 of the biopsy"),
                tuple(_pair_row(pair) for pair in value.pairs),
                note="SUVmax in g/mL, by body weight; it gives no HER2 class.",
            )
        )
    if value.exclusions:
        tables.append(
            Table(
                "Not paired, and why",
                ("Lesion", "Event", "Date", "Reason"),
                tuple(
                    (
                        TableCell(each.lesion or "not stated", known=each.lesion is not None),
                        TableCell("HER2 PET" if each.event == "scan" else "biopsy"),
                        TableCell(short_date(each.date)),
                        TableCell(each.message),
                    )
                    for each in value.exclusions
                ),
            )
        )
    return tuple(tables)


def _pair_row(pair: Pair) -> tuple[TableCell, ...]:
    flags = ", ".join(each.replace("-", " ") for each in pair.flags)
    reclassified = "negative in two classes, HER2-low in three" if pair.reclassified_three_class else ""
    return (
        TableCell(pair.lesion),
        TableCell(short_date(pair.scan_date), note=pair.tracer or "tracer not stated"),
        _cell("" if pair.suvmax is None else f"{pair.suvmax:g}"),
        TableCell(short_date(pair.biopsy_date)),
        TableCell(f"{pair.days_apart} days"),
        TableCell(
            SPECTRUM_WORDS[pair.spectrum] if pair.spectrum else _status(pair.status) or NOT_KNOWN,
            note="; ".join(part for part in (reclassified, flags) if part),
            known=pair.status is not None,
        ),
    )
