"""What the tissue tests say: HER2 and hormone receptors of every sample, and what a change of HER2 means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.pathology.her2.facts import Her2Assessment, Her2Status, Spectrum
from neoher.pathology.receptors import ReceptorFacts, ReceptorStatus, receptors
from neoher.pathology.recorded_conclusions import CONTRADICTORY_FACTS
from neoher.record.case import Case
from neoher.record.specimen import SpecimenKind, TissueFacts
from neoher.report.content import Assessment
from neoher.report.numbers import NOT_KNOWN, short_date, with_unit
from neoher.report.patient.words import lesion_in_words
from neoher.report.section import Section, Table, TableCell
from neoher.report.words import capitalised

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["tissue_section"]

_STATUS = {
    Her2Status.POSITIVE: "HER2-positive",
    Her2Status.NEGATIVE: "HER2-negative",
    Her2Status.EQUIVOCAL: "not clear yet: a second test is needed",
    Her2Status.INDETERMINATE: "not clear: experts have to look at it",
}
_SPECTRUM = {
    Spectrum.THREE_PLUS: "score 3+, the highest",
    Spectrum.TWO_PLUS_ISH_POSITIVE: "score 2+, and the gene test was positive",
    Spectrum.ISH_POSITIVE: "the gene test was positive",
    Spectrum.LOW: "a little HER2 (called HER2-low)",
    Spectrum.ULTRALOW: "a trace of HER2 (called HER2-ultralow)",
    Spectrum.ABSENT: "no HER2 at all",
    Spectrum.ZERO_UNSPECIFIED: "score 0",
}
_LOST = "change.loss-katherine"
_KINDS = {
    SpecimenKind.FINE_NEEDLE_ASPIRATION: "sample by a thin needle",
    SpecimenKind.EXCISION: "tissue from an operation",
    SpecimenKind.SENTINEL_NODE: "lymph node from an operation",
    SpecimenKind.SKIN_BIOPSY: "sample of the skin",
}


def tissue_section(findings: Findings) -> Section:
    """The result of each sample by date, and in words what it means for her."""
    found = sorted(findings.tissue.her2, key=lambda one: one.date or dt.date.max)
    if not found:
        return Section(
            id="her2",
            title="What the HER2 test says",
            introduction=(
                "HER2 is a protein on cancer cells that makes them grow.",
                "No HER2 result is recorded. Ask your team for it.",
            ),
        )
    return Section(
        id="her2",
        title="What the HER2 test says",
        introduction=(
            "HER2 is a protein on cancer cells that makes them grow. Medicines can block it when the cells "
            "carry much of it. Then the cancer is called HER2-positive.",
            *_meaning(findings, found),
        ),
        tables=(
            Table(
                caption="Every sample that was tested",
                header=("Day", "Sample", "HER2", "Hormones"),
                rows=tuple(_row(findings.case, one) for one in found),
            ),
        ),
    )


def _row(case: Case, one: Assessment) -> tuple[TableCell, ...]:
    value = one.conclusion.value
    said = _status(one)
    tissue = _tissue(case, one)
    detail = _SPECTRUM.get(value.spectrum, "") if value is not None and value.spectrum else ""
    return (
        TableCell(short_date(one.date)),
        TableCell(_sample(case, one)),
        TableCell(said, note=detail, known=value is not None, emphasis=value is not None),
        _hormones(tissue),
    )


def _status(one: Assessment) -> str:
    value = one.conclusion.value
    if value is None:
        contradictory = any(each.code == CONTRADICTORY_FACTS for each in one.conclusion.warnings)
        return "the record contradicts itself: ask your team" if contradictory else NOT_KNOWN
    return _STATUS[value.status]


def _tissue(case: Case, one: Assessment) -> TissueFacts | None:
    specimen = next((each for each in case.specimens if one.path == f"specimens[{each.id}]"), None)
    if specimen is not None:
        return specimen
    done = [each.specimen for each in case.surgery if each.specimen is not None and each.date == one.date]
    return done[0] if done else None


def _sample(case: Case, one: Assessment) -> str:
    specimen = next((each for each in case.specimens if one.path == f"specimens[{each.id}]"), None)
    if specimen is None:
        return "Tissue from the operation"
    kind = _KINDS.get(specimen.kind, "tissue sample") if specimen.kind else "tissue sample"
    lesion = case.lesion(specimen.lesion) if specimen.lesion else None
    return capitalised(f"{kind} of {lesion_in_words(case, lesion)}" if lesion else kind)


def _hormones(tissue: TissueFacts | None) -> TableCell:
    if tissue is None or (tissue.er_percent is None and tissue.pr_percent is None):
        return TableCell(NOT_KNOWN, known=False)
    value = receptors(ReceptorFacts(er_percent=tissue.er_percent, pr_percent=tissue.pr_percent)).value
    status = value.hormone_receptor if value else None
    words = {
        ReceptorStatus.POSITIVE: "hormone-positive",
        ReceptorStatus.NEGATIVE: "hormone-negative",
    }
    shares = [
        f"{name} in {with_unit(share, '%')} of cells"
        for name, share in (
            ("oestrogen receptor", tissue.er_percent),
            ("progesterone receptor", tissue.pr_percent),
        )
        if share is not None
    ]
    return TableCell(words.get(status, NOT_KNOWN) if status else NOT_KNOWN, note="; ".join(shares))


def _meaning(findings: Findings, found: list[Assessment]) -> Iterator[str]:
    """What the results together mean, sample by sample never averaged."""
    operated = min((each.date for each in findings.case.surgery if each.date), default=None)
    values: list[tuple[bool, Her2Assessment]] = [
        (bool(operated and one.date and one.date >= operated), one.conclusion.value)
        for one in found
        if one.conclusion.value is not None
    ]
    before = {value.status for after, value in values if not after}
    after = {value.status for late, value in values if late}
    if not values:
        yield "It is not known yet whether your cancer is HER2-positive. Ask your team."
        return
    if before == {Her2Status.POSITIVE}:
        yield "Your cancer was HER2-positive before treatment. Medicines against HER2 are made for this."
    elif before == {Her2Status.NEGATIVE}:
        yield "Your cancer was HER2-negative before treatment. Medicines against HER2 are not made for this."
    elif len(before) > 1:
        yield "Your samples do not agree on HER2. This can happen. Ask your team what it means for you."
    elif before:
        yield "The HER2 result before treatment is not clear yet. Ask your team which test comes next."
    if Her2Status.POSITIVE in before and after == {Her2Status.NEGATIVE}:
        yield "The cancer that was left at the operation no longer shows HER2."
        statement = load_knowledge().statements.get(_LOST)
        if statement is not None:
            yield statement.wording(Audience.PATIENT)
    if Her2Status.NEGATIVE in before and Her2Status.POSITIVE in after:
        yield "The cancer that was left at the operation shows HER2. Ask your team what this changes."
