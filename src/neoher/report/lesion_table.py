"""Lesion tables: every quantity of a lesion over the visits, reported and measured side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from neoher.measure.case import ExamResult
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import Exam, Modality, PlaneExam
from neoher.record.finding import Finding
from neoher.record.measurement import Measurement
from neoher.report.content import Cell, LesionTable, Origin, QuantityRow, VisitHeading
from neoher.report.measured import page_of
from neoher.report.provenance import NumberSources
from neoher.report.reported import modality_of, reported_numbers
from neoher.report.visits import ReportVisit
from neoher.report.words import lesion_title
from neoher.response.change import Change, change_between
from neoher.response.repeatability import repeatability_of

__all__ = ["lesion_tables"]

_LENGTH = "longest_diameter_reported"
_NO_CHANGE = {
    "calcification_extent": (
        "no change is given: calcifications do not follow the response of the cancer",
        ("doi:10.1186/s12957-017-1263-8",),
    ),
    "components": ("no change is given: a number of parts is no size", ()),
    "sphericity": ("no change is given: a shape is no size", ()),
}
_EXAM_IN_WORDS = {modality.value: modality.in_words for modality in Modality}
_ZERO_VOLUME = "no voxel reaches the thresholds; this is not a pathologic statement"
_ON_DETECTOR = "on the detector: longer than in the body"
_NO_VOXEL = "none: no voxel reaches the thresholds"


@dataclass(frozen=True, slots=True)
class _RowKey:
    quantity: str
    label: str
    unit: str
    origin: Origin
    modality: str
    repeat: int = 1
    """1 for the first exam of this modality at a visit, 2 for a second one."""
    always: bool = False
    """A measured row that stands there even where no visit has a value."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One number of one exam, before it has a place in the table."""

    key: _RowKey
    visit: str
    date: dt.date | None
    value: float | None
    absent: str
    gone: bool = False
    note: str = ""
    provenance: str | None = None
    stale: bool = False
    basis: tuple[object, ...] = ()
    """What must be equal for two values to be compared: the method and its parameters."""


def lesion_tables(
    case: Case, visits: Sequence[ReportVisit], results: Sequence[ExamResult], sources: NumberSources
) -> tuple[LesionTable, ...]:
    """One table per lesion of the record, then one for what was measured without naming a lesion.

    A cell without a number says why. Change counts from the first value of the same row; it is left out
    where the two values were measured by other methods or parameters.
    """
    headings = tuple(VisitHeading(visit.label, visit.dates, visit.date) for visit in visits)
    named = {lesion.id: lesion_title(case, lesion) for lesion in case.lesions}
    # Images without callipers have no lesion, no number and no row of a table.
    unnamed = [result for result in results if result.lesion not in named and _may_hold_numbers(result)]
    tables = [
        LesionTable(lesion, title, headings, _rows(_entries(lesion, visits, results, sources), visits))
        for lesion, title in named.items()
    ]
    for lesion in dict.fromkeys(result.lesion for result in unnamed):
        title = f"Measured region {lesion}" if lesion else "Measured region, assigned to no lesion"
        rows = _rows(_entries(lesion, visits, unnamed, sources), visits)
        tables.append(LesionTable(lesion or "", title, headings, rows))
    return tuple(tables)


def _may_hold_numbers(result: ExamResult) -> bool:
    by_stored = page_of(result).why_absent is not None
    return not by_stored or bool(result.measurement and result.measurement.quantities)


def _entries(
    lesion: str | None, visits: Sequence[ReportVisit], results: Sequence[ExamResult], sources: NumberSources
) -> Iterator[_Entry]:
    """Measured numbers first, then reported ones, each in the order of the visits."""
    for visit in visits:
        shown = {exam.id for exam in visit.exams}
        for result in results:
            if result.exam.id in shown and result.lesion == lesion:
                yield from _measured_entries(result, visit.label, sources)
    for visit in visits:
        for exam in visit.exams:
            for position, finding in enumerate(exam.findings):
                if lesion is not None and finding.lesion == lesion:
                    row = sources.reported.get((exam.id, position))
                    yield from _reported_entries(exam, finding, visit.label, row.id if row else None)


def _reported_entries(exam: Exam, finding: Finding, visit: str, row: str | None) -> Iterator[_Entry]:
    for number in reported_numbers(finding):
        yield _Entry(
            _RowKey(number.quantity, number.label, number.unit, Origin.REPORTED, modality_of(exam)),
            visit,
            exam.date,
            number.value,
            absent=number.state,
            gone=number.gone,
            provenance=row if number.value is not None else None,
        )


def _measured_entries(result: ExamResult, visit: str, sources: NumberSources) -> Iterator[_Entry]:
    measurement = result.measurement
    page, row = page_of(result), sources.measured.get(result.key)
    empty = _is_empty(measurement)
    for name, (label, unit) in page.quantities.items():
        stored = measurement.quantity(name) if measurement else None
        value = stored.value if stored else None
        by_stored = page.why_absent is not None and measurement is not None
        if by_stored and stored is None:
            continue
        always = by_stored or name == page.always_shown
        yield _Entry(
            _RowKey(name, label, unit, Origin.MEASURED, modality_of(result.exam), always=always),
            visit,
            result.exam.date,
            value,
            absent="" if value is not None else _why_absent(result, name),
            gone=empty and value is None,
            note=_note(measurement, name, value),
            provenance=row.id if row and value is not None else None,
            stale=row.stale if row else False,
            basis=_basis(measurement, page.compared_parameters),
        )


def _note(measurement: Measurement | None, quantity: str, value: float | None) -> str:
    if value == 0 and quantity == "functional_tumour_volume":
        return _ZERO_VOLUME
    on_detector = "detector" in str(measurement.parameters.get("plane")) if measurement else False
    return _ON_DETECTOR if on_detector and value is not None else ""


def _why_absent(result: ExamResult, quantity: str) -> str:
    measurement = result.measurement
    if measurement is None:
        return f"not measured: {result.problem.what}" if result.problem else "not measured"
    if measurement.conclusion.value is None:
        return "not measured: no region to measure in"
    if _is_empty(measurement):
        return _NO_VOXEL
    why_absent = page_of(result).why_absent
    if why_absent is not None:
        return why_absent(measurement.conclusion.value, quantity)
    if quantity == page_of(result).always_shown:
        return f"cannot be said without {', '.join(measurement.conclusion.missing) or 'more phases'}"
    return "not measured"


def _is_empty(measurement: Measurement | None) -> bool:
    """Whether it was measured that no voxel counts."""
    components = measurement.quantity("components") if measurement else None
    return components is not None and components.value == 0


def _basis(measurement: Measurement | None, compared: Sequence[str]) -> tuple[object, ...]:
    if measurement is None:
        return ()
    return (measurement.method, *(measurement.parameters.get(name) for name in compared))


def _rows(entries: Iterator[_Entry], visits: Sequence[ReportVisit]) -> tuple[QuantityRow, ...]:
    placed: dict[_RowKey, dict[str, _Entry]] = {}
    for entry in entries:
        key = entry.key
        while entry.visit in placed.get(key, {}):
            key = replace(key, repeat=key.repeat + 1)
        placed.setdefault(key, {})[entry.visit] = entry
    with_values = {
        key for key, by_visit in placed.items() if any(entry.value is not None for entry in by_visit.values())
    }
    return tuple(
        _row(key, by_visit, visits)
        for key, by_visit in placed.items()
        if key in with_values or _shown_without_values(key, with_values)
    )


def _shown_without_values(key: _RowKey, with_values: set[_RowKey]) -> bool:
    """A measured volume always; a reported diameter whose report says why, where no other row says it."""
    if key.origin is Origin.MEASURED:
        return key.always
    said = any((other.origin, other.modality) == (key.origin, key.modality) for other in with_values)
    return key.quantity == _LENGTH and not said


def _row(key: _RowKey, by_visit: Mapping[str, _Entry], visits: Sequence[ReportVisit]) -> QuantityRow:
    entries = [by_visit.get(visit.label) for visit in visits]
    first = next((entry for entry in entries if entry and entry.value is not None), None)
    limit, limit_sources = _limit(key)
    return QuantityRow(
        quantity=key.quantity,
        label=key.label if key.repeat == 1 else f"{key.label}, exam {key.repeat} of the visit",
        unit=key.unit,
        origin=key.origin,
        modality=key.modality,
        cells=tuple(
            _cell(entry, first) if entry else _empty_cell(key, visit)
            for entry, visit in zip(entries, visits, strict=True)
        ),
        limit=limit,
        limit_sources=limit_sources,
    )


def _cell(entry: _Entry, first: _Entry | None) -> Cell:
    comparable = first is not None and first is not entry and first.basis == entry.basis
    change = _change(entry, first) if comparable and first and entry.value is not None else None
    notes = [entry.note] if entry.note else []
    if first is not None and entry.value is not None and first.basis != entry.basis:
        notes.append(f"not compared with {first.visit}: other method or parameters")
    if change and first and first.stale:
        notes.append(f"the value at {first.visit} is stale, so the change is too")
    return Cell(
        visit=entry.visit,
        date=entry.date,
        value=entry.value,
        absent=entry.absent,
        gone=entry.gone,
        note="; ".join(notes),
        provenance=entry.provenance,
        stale=entry.stale,
        change=change,
        since=first.visit if change and first else "",
    )


def _change(entry: _Entry, first: _Entry) -> Conclusion[Change] | None:
    if entry.key.quantity in _NO_CHANGE:
        return None
    return change_between(_repeatability(entry.key), first.value, entry.value)


def _empty_cell(key: _RowKey, visit: ReportVisit) -> Cell:
    absent = _why_not_measured(visit, key.modality) if key.origin is Origin.MEASURED else "not reported"
    return Cell(
        visit.label,
        None,
        None,
        absent,
        gone=False,
        note="",
        provenance=None,
        stale=False,
        change=None,
        since="",
    )


def _why_not_measured(visit: ReportVisit, modality: str) -> str:
    exams = [exam for exam in visit.exams if modality_of(exam) == modality]
    if not exams:
        return f"not measured: no {_EXAM_IN_WORDS.get(modality, modality)}"
    if all(exam.images is None for exam in exams):
        return "not measured: no images"
    if all(isinstance(exam, PlaneExam) for exam in exams):
        return "not measured: no callipers for this lesion"
    return "not measured: no region for this lesion"


def _repeatability(key: _RowKey) -> str:
    """The quantity's name in the table of repeatability; published limits of size are those of MRI."""
    return key.quantity if key.modality == "MR" else f"{key.quantity} on {key.modality}"


def _limit(key: _RowKey) -> tuple[str, tuple[str, ...]]:
    if key.quantity in _NO_CHANGE:
        return _NO_CHANGE[key.quantity]
    known = repeatability_of(_repeatability(key))
    return known.words, known.sources
