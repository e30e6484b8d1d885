"""Shrinkage pattern of each lesion on MRI, measured and reported, exam by exam."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neoher.measure.case import State, measurements_of
from neoher.report.content import LesionTable
from neoher.report.numbers import NOT_KNOWN, change_percent, short_date
from neoher.report.section import Section, Table, TableCell
from neoher.response.shrinkage.pattern import SHRINKAGE_COHORT
from neoher.response.shrinkage.recorded import LesionPattern, patterns_of

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["pattern_section"]

_SAID = {"diameter-misleads", "mostly-outside-baseline", "contradictory-facts"}
"""Warnings that stand before the table."""


def pattern_section(findings: Findings) -> Section | None:
    """The pattern of every lesion at every MRI after the baseline; None where there is no second MRI."""
    held = [one for one in findings.results if one.state is not State.STALE]
    found = patterns_of(findings.case, measurements_of(held))
    if not found:
        return None
    cautions = [
        f"{_name(one)} at {_visit(one)}: {each.message}"
        for one in found
        for each in one.conclusion.warnings
        if each.code in _SAID
    ]
    named = list(dict.fromkeys(one.lesion for one in found))
    return Section(
        id="shrinkage-pattern",
        title="Shrinkage pattern on MRI",
        cautions=tuple(dict.fromkeys(cautions)),
        introduction=(
            "How the enhancing lesion changed since the MRI before therapy. Calcifications are left out.",
        ),
        tables=tuple(
            _table(lesion, [one for one in found if one.lesion == lesion], findings.lesions)
            for lesion in named
        ),
        closing=(
            "Readers judge the pattern by eye; the limits behind these words are design decisions (see "
            "the reference page of neoher pattern). In 51 HER2-positive patients concentric shrinkage "
            f"went with pathological complete response, RECIST did not ({SHRINKAGE_COHORT.id}, excerpt "
            "read). Nothing left to see is no pathological complete response.",
        ),
    )


def _table(lesion: str | None, found: Sequence[LesionPattern], tables: Sequence[LesionTable]) -> Table:
    title = next((one.title for one in tables if one.lesion == (lesion or "")), lesion or "Measured region")
    return Table(
        caption=title,
        header=("Exam", "Pattern", "Extent", "Volume", "Enhancement", "Parts"),
        rows=tuple(_row(one) for one in found),
    )


def _row(one: LesionPattern) -> tuple[TableCell, ...]:
    origin = "measured" if one.measured else "reported"
    against = f", against {one.baseline}" if one.baseline else ""
    exam = TableCell(_visit(one), note=f"{one.exam}, {short_date(one.date)}, {origin}{against}")
    value = one.conclusion.value
    if value is None:
        lacking = ", ".join(name.replace("_", " ") for name in one.conclusion.missing)
        pattern = TableCell(
            "cannot be said", note=f"would be needed: {lacking}" if lacking else "", known=False
        )
        return exam, pattern, *(TableCell(NOT_KNOWN, known=False) for _ in range(4))
    words = value.pattern.in_words
    unknown = any(each.code == "overlap-unknown" for each in one.conclusion.warnings)
    note = "whether it lies where the lesion was cannot be said" if unknown else ""
    parts = (
        NOT_KNOWN
        if value.fragments is None or value.baseline_fragments is None
        else f"{value.baseline_fragments} to {value.fragments}"
    )
    return (
        exam,
        TableCell(words[0].upper() + words[1:], note=note),
        _change(value.extent_change_percent),
        _change(value.volume_change_percent),
        _change(value.enhancement_change_percent),
        TableCell(parts, known=parts != NOT_KNOWN),
    )


def _change(percent: float | None) -> TableCell:
    if percent is None:
        return TableCell(NOT_KNOWN, known=False)
    return TableCell(change_percent(percent))


def _visit(one: LesionPattern) -> str:
    return one.visit or one.exam


def _name(one: LesionPattern) -> str:
    return one.lesion or "the measured region"
