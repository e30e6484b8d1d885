"""The sum of reported diameters over the visits, by modality: context, and no class of RECIST.

RECIST needs targets chosen at baseline, non-target lesions and a reader's word on new ones. A record states
none of these, so a class is never concluded from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.pathology.reasoning import Reasoning
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.exam import Exam, Modality
from neoher.record.finding import Finding, FindingState
from neoher.record.lesion import Lesion, LesionKind
from neoher.response.exact import exact, percent_of
from neoher.response.recist.lesions import TOO_SMALL_MM
from neoher.response.recist.sources import EISENHAUER_2009, RECIST_GROUP

__all__ = ["DiameterSum", "DiameterSums", "SumAtVisit", "diameter_sums"]

_SECTIONAL = (Modality.MR, Modality.CT)


class SumAtVisit(Frozen):
    """The sum at one visit."""

    visit: str
    date: dt.date | None
    sum_mm: float | None
    """None where a lesion of the first visit has no diameter."""
    change_from_first_percent: float | None
    change_from_smallest_percent: float | None
    """From the smallest complete sum of the earlier visits; None at the first and where that is 0."""
    not_measured: tuple[str, ...]
    """Lesions of the first visit without a diameter, by id."""
    gone: tuple[str, ...]
    """Lesions of the first visit that are stated absent, by id; they count 0."""
    too_small: tuple[str, ...]
    """Those stated too small to measure and given no size, by id; they count 5 mm."""
    appeared: tuple[str, ...]
    """Lesions with a size here and none at the first visit, by id; whether they are new is not stated."""


class DiameterSum(Frozen):
    """The lesions of one modality over its visits."""

    modality: Modality
    lesions: tuple[str, ...]
    """The lesions with a diameter at the first visit, by id; nodes by their short axis."""
    visits: tuple[SumAtVisit, ...]


DiameterSums = tuple[DiameterSum, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the exams of one modality say at one visit."""

    visit: str
    date: dt.date | None
    sizes: dict[str, Fraction | None]
    """Diameter in mm by lesion; None: not evaluated, or two exams disagree."""
    too_small: frozenset[str]
    """The lesions whose diameter stands in for a size that nobody could measure."""


def diameter_sums(case: Case) -> Conclusion[DiameterSums]:
    """Sum of the reported diameters of each lesion, by MRI and by CT, at each visit (mm).

    Longest diameters, of nodes short axes; a lesion that is gone counts 0, one too small to measure 5 mm, as
    RECIST 1.1 counts them. Ultrasound and mammography are left out: RECIST does not measure by them.
    Returns: no value where no modality has diameters at two visits. Exams without a visit, and lesions that
    two exams of a visit size differently, are not guessed at.
    Source: RECIST 1.1 (PMID 19097774, as reprinted) for what is added up; the sum is context, not a class.
    """
    reasons: Reasoning[DiameterSums] = Reasoning()
    reasons.cite(EISENHAUER_2009)
    reasons.cite(RECIST_GROUP)
    told = tuple(
        _sum(modality, seen) for modality in _SECTIONAL if len(seen := list(_seen(case, modality))) > 1
    )
    reasons.miss("roles of the lesions (target, non-target) and a reader's word on new lesions, for RECIST")
    if not told:
        reasons.miss("diameters of a lesion at two visits by MRI or by CT")
        return reasons.conclude(None)
    for each in told:
        reasons.step(
            f"{each.modality.in_words}: "
            + ", ".join(
                f"{at.visit} {'not known' if at.sum_mm is None else f'{at.sum_mm:g} mm'}"
                for at in each.visits
            ),
            "longest diameters, of nodes short axes; gone 0, too small to measure 5 mm (RECIST 1.1)",
            lesions=list(each.lesions),
        )
        reasons.miss(
            *(
                f"diameter of {name} at {at.visit} by {each.modality}"
                for at in each.visits
                for name in at.not_measured
            )
        )
    return reasons.conclude(told)


def _seen(case: Case, modality: Modality) -> Iterator[_Seen]:
    """The visits of a modality from the first with a diameter on."""
    started = False
    for visit in case.visits():
        exams = [exam for exam in visit.exams if exam.modality is modality]
        if not exams:
            continue
        sizes = _sizes(case, exams)
        started = started or any(size for size in sizes.values())
        if started:
            dates = [exam.date for exam in exams if exam.date is not None]
            yield _Seen(visit.label, min(dates, default=None), sizes, _too_small(exams))


def _sizes(case: Case, exams: Sequence[Exam]) -> dict[str, Fraction | None]:
    held: dict[str, Fraction | None] = {}
    for exam in exams:
        for finding in exam.findings:
            lesion = case.lesion(finding.lesion) if finding.lesion else None
            if lesion is None:
                continue
            size = _size(finding, lesion)
            known_before = lesion.id in held
            held[lesion.id] = size if not known_before or held[lesion.id] == size else None
    return held


def _too_small(exams: Sequence[Exam]) -> frozenset[str]:
    return frozenset(
        finding.lesion
        for exam in exams
        for finding in exam.findings
        if finding.lesion and finding.finding is FindingState.TOO_SMALL
        if finding.longest_mm is None and finding.short_mm is None
    )


def _size(finding: Finding, lesion: Lesion) -> Fraction | None:
    if finding.finding is FindingState.ABSENT:
        return Fraction(0)
    stated = finding.short_mm if lesion.kind is LesionKind.NODE else finding.longest_mm
    if stated is not None:
        return exact(float(stated))
    return TOO_SMALL_MM if finding.finding is FindingState.TOO_SMALL else None


def _sum(modality: Modality, seen: Sequence[_Seen]) -> DiameterSum:
    followed = tuple(name for name, size in seen[0].sizes.items() if size)
    sums = [_total(each, followed) for each in seen]
    return DiameterSum(
        modality=modality,
        lesions=followed,
        visits=tuple(
            SumAtVisit(
                visit=each.visit,
                date=each.date,
                sum_mm=None if total is None else float(total),
                change_from_first_percent=percent_of(total, sums[0]) if place else None,
                change_from_smallest_percent=percent_of(total, _smallest(sums[:place])),
                not_measured=tuple(name for name in followed if each.sizes.get(name) is None),
                gone=tuple(name for name in followed if each.sizes.get(name) == 0),
                too_small=tuple(name for name in followed if name in each.too_small),
                appeared=tuple(name for name, size in each.sizes.items() if size and name not in followed),
            )
            for place, (each, total) in enumerate(zip(seen, sums, strict=True))
        ),
    )


def _total(seen: _Seen, followed: Sequence[str]) -> Fraction | None:
    sizes = [seen.sizes.get(name) for name in followed]
    known = [size for size in sizes if size is not None]
    return sum(known, Fraction(0)) if len(known) == len(sizes) else None


def _smallest(sums: Sequence[Fraction | None]) -> Fraction | None:
    return min((total for total in sums if total is not None), default=None)
