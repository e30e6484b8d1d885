"""Shrinkage pattern of each lesion of a record, from what was measured and from what was reported on MRI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from neoher.errors import InputError
from neoher.record.case import Case
from neoher.record.conclusion import Caution, Conclusion
from neoher.record.exam import MrExam
from neoher.record.finding import FindingState, MrFinding
from neoher.record.footprint import Footprint
from neoher.record.lesion import LesionKind
from neoher.record.lexicon import MrFindingType
from neoher.record.measurement import Measurement, Measurements
from neoher.response.shrinkage.facts import ShrinkagePattern
from neoher.response.shrinkage.overlap import share_inside_percent
from neoher.response.shrinkage.pattern import CALCULATOR, shrinkage_pattern
from neoher.response.specimen.profile import therapy_start

__all__ = ["LesionPattern", "patterns_of"]

_COMPARED = ("pe_percent", "background_percent", "neighbours", "early_s", "late_s")
"""Parameters that must be equal for two measurements to be compared."""
_BREAST = {LesionKind.PRIMARY, LesionKind.SATELLITE, LesionKind.INDETERMINATE, None}


@dataclass(frozen=True, slots=True)
class LesionPattern:
    """The pattern of one lesion at one exam against the baseline."""

    lesion: str | None
    """None: a measured region that names no lesion."""
    exam: str
    visit: str | None
    date: dt.date
    baseline: str | None
    """The exam it is held against; None where there is none."""
    measured: bool
    """From what this software measured; else from what people reported."""
    conclusion: Conclusion[ShrinkagePattern]


def patterns_of(case: Case, measurements: Measurements | None = None) -> tuple[LesionPattern, ...]:
    """The shrinkage pattern at every MRI after the baseline and before surgery, measured ones first.

    The baseline is the first MRI, on or before the first day of therapy. Only MRI counts: what mammography
    says of calcifications, or any other modality of a size, is no shape of the enhancing lesion. Measured and
    reported facts are never mixed. Where facts are lacking the conclusion has no value and names them.
    """
    found = [*_measured(case, measurements or Measurements()), *_reported(case)]
    return tuple(found)


# Measured -------------------------------------------------------------------------------------------------


def _measured(case: Case, measurements: Measurements) -> Iterator[LesionPattern]:
    by_lesion: dict[str | None, list[Measurement]] = {}
    for entry in measurements.entries:
        if entry.quantity("fragments") is not None and entry.date is not None:
            by_lesion.setdefault(entry.lesion, []).append(entry)
    for lesion, entries in by_lesion.items():
        dated = sorted(_before_surgery(case, entries), key=lambda one: one.date or dt.date.max)
        first, later = dated[:1], dated[1:]
        if first and _after_start(case, first[0].date):
            first, later = [], dated
        for entry in later:
            assert entry.date is not None  # only dated ones came here
            baseline = first[0] if first else None
            yield LesionPattern(
                lesion=lesion,
                exam=entry.exam,
                visit=entry.visit,
                date=entry.date,
                baseline=baseline.exam if baseline else None,
                measured=True,
                conclusion=_of_measurements(lesion, baseline, entry),
            )


def _of_measurements(
    lesion: str | None, baseline: Measurement | None, now: Measurement
) -> Conclusion[ShrinkagePattern]:
    if baseline is None:
        return _cannot(_no_baseline(lesion or "the region"))
    if _basis(baseline) != _basis(now):
        what = f"a measurement of {baseline.exam} with the method and parameters of {now.exam}"
        return _cannot(what)
    before, after = _facts(baseline), _facts(now)
    if before["volume_cc"] == 0:
        return _cannot(f"an enhancing lesion on {baseline.exam}")
    inside = _inside(baseline, now)
    conclusion = _pattern({**_as_baseline(before), **after, "inside_baseline_percent": inside})
    if inside is None and after["volume_cc"] != 0:
        message = (
            f"{baseline.exam} and {now.exam} do not share a frame of reference: whether what is left lies "
            "where the lesion was cannot be said."
        )
        caution = Caution(code="overlap-unknown", message=message)
        return conclusion.model_copy(update={"warnings": (*conclusion.warnings, caution)})
    return conclusion


def _facts(entry: Measurement) -> dict[str, Any]:
    """The shape facts of one measurement; a region where no voxel counts has a volume of 0 and no other."""
    held = {quantity.name: quantity.value for quantity in entry.quantities}
    volume, fragments = held.get("functional_tumour_volume"), held.get("fragments")
    parts = "fragments_longest_diameter_3d" if fragments else "longest_diameter_3d"
    return {
        "volume_cc": volume,
        "extent_mm": held.get(parts),
        "fragments": None if fragments is None else int(fragments),
        "largest_mm": held.get("largest_component_longest_diameter_3d"),
        "enhancement_percent": held.get("percent_enhancement_mean"),
    }


def _basis(entry: Measurement) -> tuple[object, ...]:
    return (entry.method, *(entry.parameters.get(name) for name in _COMPARED))


def _inside(baseline: Measurement, now: Measurement) -> float | None:
    places = [_footprint(entry) for entry in (now, baseline)]
    if places[0] is None or places[1] is None:
        return None
    return share_inside_percent(places[0], places[1])


def _footprint(entry: Measurement) -> Footprint | None:
    stored = (entry.conclusion.value or {}).get("footprint")
    try:
        return None if stored is None else Footprint.model_validate(stored)
    except ValidationError:
        # Stored by another version: its place cannot be read.
        return None


# Reported -------------------------------------------------------------------------------------------------


def _reported(case: Case) -> Iterator[LesionPattern]:
    for lesion in case.lesions:
        if lesion.parent is not None or lesion.kind not in _BREAST:
            continue
        exams = [exam for exam in _mr_exams(case) if _says_something(case, exam, lesion.id)]
        first, later = exams[:1], exams[1:]
        if first and _after_start(case, first[0].date):
            first, later = [], exams
        for exam in later:
            assert exam.date is not None  # only dated ones came here
            yield LesionPattern(
                lesion=lesion.id,
                exam=exam.id,
                visit=exam.visit,
                date=exam.date,
                baseline=first[0].id if first else None,
                measured=False,
                conclusion=_of_findings(case, lesion.id, first, exam),
            )


def _of_findings(
    case: Case, lesion: str, first: Sequence[MrExam], exam: MrExam
) -> Conclusion[ShrinkagePattern]:
    if not first:
        return _cannot(_no_baseline(lesion))
    before = _reported_facts(case, first[0], lesion)
    if before["extent_mm"] == 0:
        return _cannot(f"a lesion that is there on {first[0].id}")
    return _pattern({**_as_baseline(before), **_reported_facts(case, exam, lesion)})


def _reported_facts(case: Case, exam: MrExam, lesion: str) -> dict[str, Any]:
    """What the reader states of a lesion and of the fragments that split from it."""
    own = next((one for one in exam.findings if one.lesion == lesion), None)
    split = {other.id for other in case.lesions if other.parent == lesion}
    parts = [one for one in exam.findings if one.lesion in split]
    left = [one for one in parts if one.finding is not FindingState.ABSENT]
    lengths = [one.longest_mm for one in left]
    gone = own is not None and own.finding is FindingState.ABSENT
    # Where fragments carry their own names, the lesion's own name may be given as gone.
    extent = 0.0 if gone and not left else own.longest_mm if own is not None else None
    mass = own is not None and own.type in {MrFindingType.MASS, MrFindingType.FOCUS}
    return {
        "volume_cc": own.functional_tumour_volume_cc if own is not None else None,
        "extent_mm": extent,
        "fragments": len(left) if parts else 1 if mass and not gone else None,
        "largest_mm": max((one for one in lengths if one is not None), default=None)
        if parts and all(one is not None for one in lengths)
        else extent,
    }


def _says_something(case: Case, exam: MrExam, lesion: str) -> bool:
    names = {lesion, *(other.id for other in case.lesions if other.parent == lesion)}
    return any(finding.lesion in names and _is_evaluated(finding) for finding in exam.findings)


def _is_evaluated(finding: MrFinding) -> bool:
    return finding.finding not in {None, FindingState.NOT_EVALUATED} or finding.longest_mm is not None


def _mr_exams(case: Case) -> list[MrExam]:
    exams = [exam for exam in case.exams if isinstance(exam, MrExam) and exam.date is not None]
    return sorted(_before_surgery(case, exams), key=lambda exam: exam.date or dt.date.max)


# Both -----------------------------------------------------------------------------------------------------


def _as_baseline(facts: dict[str, Any]) -> dict[str, Any]:
    return {f"baseline_{name}": value for name, value in facts.items()}


def _pattern(facts: dict[str, Any]) -> Conclusion[ShrinkagePattern]:
    try:
        return shrinkage_pattern(CALCULATOR.read(facts))
    except InputError as error:
        message = (
            f"The facts contradict each other, so nothing is concluded from them. {error.where}: {error.what}"
        )
        return Conclusion[ShrinkagePattern](
            value=None, warnings=(Caution(code="contradictory-facts", message=message),)
        )


def _cannot(*missing: str) -> Conclusion[ShrinkagePattern]:
    return Conclusion[ShrinkagePattern](value=None, missing=missing)


def _no_baseline(lesion: str) -> str:
    return f"an MRI of {lesion} before therapy"


def _after_start(case: Case, date: dt.date | None) -> bool:
    start = therapy_start(case)
    return start is not None and date is not None and date > start


def _before_surgery(case: Case, dated: Sequence[Any]) -> Iterator[Any]:
    surgery = min((one.date for one in case.surgery if one.date), default=None)
    for one in dated:
        if surgery is None or one.date <= surgery:
            yield one
