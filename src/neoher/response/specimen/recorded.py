"""Imaging against the specimen for a patient's record: each modality's last exam before surgery."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

from neoher.pathology.reasoning import Reasoning
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.lesion import Lesion
from neoher.record.measurement import Measurements
from neoher.response.specimen.comparison import BAND_MM, compare
from neoher.response.specimen.disagreement import Disagreement, DisagreementKind, Sight, disagreement_of
from neoher.response.specimen.evidence import Profile, PublishedAgreement, published_agreement
from neoher.response.specimen.facts import ExamAgainstSpecimen
from neoher.response.specimen.modalities import ImagingKind
from neoher.response.specimen.operation import Operation, compared_lesions, operation_of
from neoher.response.specimen.profile import (
    antivascular_drugs,
    calcified_exams,
    hormone_receptors,
    malignant_type,
    non_mass_exam,
    therapy_start,
)
from neoher.response.specimen.reasons import Circumstances, Reason, likely_reasons
from neoher.response.specimen.sights import RecordedSight, last_sights
from neoher.response.specimen.sources import MARINOVICH_2015

__all__ = ["ExamOfLesion", "LesionAgainstSpecimen", "imaging_against_specimen"]


class ExamOfLesion(Frozen):
    """The last exam of one modality before surgery, against the specimen."""

    name: str
    """The modality for a reader; with what was looked at, and 'measured' where this software did."""
    exam: str
    visit: str | None
    date: dt.date
    measured: bool
    calcifications: bool
    """The size is the extent of calcifications, which is no size of the cancer."""
    imaging_mm: float | None
    """0 where nothing was seen; None where there is no number."""
    visible: bool | None
    comparison: ExamAgainstSpecimen | None
    """None where it is not compared; `not_compared` says why."""
    not_compared: str
    reasons: tuple[Reason, ...]
    published: tuple[PublishedAgreement, ...]


class LesionAgainstSpecimen(Frozen):
    """One lesion of the breast with its specimen and its exams."""

    lesion: str
    surgery_date: dt.date | None
    invasive_mm: float | None
    invasive_and_in_situ_mm: float | None
    exams: tuple[ExamOfLesion, ...]
    disagreements: tuple[str, ...]
    """Modalities that disagree with one another after therapy, in plain words."""

    def in_words(self) -> str:
        """The lesion as one line for a reader."""
        compared = [exam.comparison.in_words() for exam in self.exams if exam.comparison]
        return f"{self.lesion}: {' | '.join(compared) or 'no exam can be compared with the specimen'}"


def imaging_against_specimen(
    case: Case, measurements: Measurements | None = None, band_mm: float = BAND_MM
) -> Conclusion[tuple[LesionAgainstSpecimen, ...]]:
    """Each primary lesion: the last exam of each modality before surgery against the specimen.

    Per exam the errors in mm, the reasons for them that the record holds, and what was published on that
    modality for such a patient; per lesion the modalities that disagree. Exams before the start of therapy
    are not held against a specimen after it. Before surgery, errors are None and the rest is given.
    Returns: no value where the record names no primary lesion. Nodes and satellites are not compared: the
    record holds one invasive size per operation, that of the largest focus.
    Source: definitions as `neoher.response.specimen.comparison.compare`.
    """
    reasons: Reasoning[tuple[LesionAgainstSpecimen, ...]] = Reasoning()
    reasons.cite(MARINOVICH_2015)
    lesions = compared_lesions(case)
    if not lesions:
        reasons.miss("lesions of kind primary")
        return reasons.conclude(None)
    measured = measurements or Measurements()
    return reasons.conclude(tuple(_lesion(case, one, measured, band_mm, reasons) for one in lesions))


def _lesion(
    case: Case,
    lesion: Lesion,
    measurements: Measurements,
    band_mm: float,
    reasons: Reasoning[tuple[LesionAgainstSpecimen, ...]],
) -> LesionAgainstSpecimen:
    operation = operation_of(case, lesion, reasons)
    before = operation.surgery.date if operation.surgery else None
    sights = last_sights(case, lesion.id, before, measurements)
    if not sights:
        reasons.miss(f"a dated exam of {lesion.id} before surgery")
    start = therapy_start(case)
    if start is None and case.treatment:
        reasons.warn(
            "therapy-start-unknown",
            "The start of therapy is not stated: an exam may be from before it, and its size then no error.",
        )
    fragmented = _fragmented(case, lesion, measurements)
    exams = tuple(
        _exam(case, lesion, sight, operation, start, fragmented, band_mm, reasons) for sight in sights
    )
    disagreements = _disagreements(sights, start, band_mm)
    for found in disagreements:
        reasons.warn(found.kind.code, f"{lesion.id}: {found.words}")
    if operation.surgery is None and malignant_type(case, lesion.id):
        reasons.warn(
            "calcifications-to-be-excised",
            f"{lesion.id} had calcifications of a suspicious form: they are excised also after a complete "
            "response on imaging, unless a multidisciplinary team or a trial decides otherwise.",
        )
    return LesionAgainstSpecimen(
        lesion=lesion.id,
        surgery_date=before,
        invasive_mm=operation.size.invasive,
        invasive_and_in_situ_mm=operation.size.invasive_and_in_situ_mm,
        exams=exams,
        disagreements=tuple(found.words for found in disagreements),
    )


def _exam(
    case: Case,
    lesion: Lesion,
    sight: RecordedSight,
    operation: Operation,
    start: dt.date | None,
    fragmented: str,
    band_mm: float,
    reasons: Reasoning[tuple[LesionAgainstSpecimen, ...]],
) -> ExamOfLesion:
    seen = sight.seen
    assert seen.date is not None  # sights without a date are left out
    early = start is not None and seen.date <= start
    profile = Profile(
        hormone_receptors=hormone_receptors(case, lesion),
        non_mass=True if non_mass_exam(case, lesion.id) else None,
        calcifications=True if calcified_exams(case, lesion.id) else None,
        seen=None if seen.calcifications else seen.visible,
    )
    comparison = None
    found: tuple[Reason, ...] = ()
    if not early and operation.surgery is not None:
        comparison = compare(seen, operation.size, band_mm).named(case.patient.id, lesion.id, sight.name)
        around = _circumstances(case, lesion, sight, operation, fragmented)
        found = likely_reasons(sight.kind, comparison, around, band_mm)
        _tell(comparison, sight, operation, found, reasons)
    elif early:
        reasons.miss(f"an exam of {lesion.id} by {_spoken(sight)} after the start of therapy")
    return ExamOfLesion(
        name=sight.name,
        exam=sight.exam,
        visit=sight.visit,
        date=seen.date,
        measured=sight.measured,
        calcifications=seen.calcifications,
        imaging_mm=seen.size_mm,
        visible=seen.visible,
        comparison=comparison,
        not_compared=_why_not(comparison, early=early),
        reasons=found,
        published=published_agreement(sight.kind, profile) if sight.kind and not early else (),
    )


def _why_not(comparison: ExamAgainstSpecimen | None, *, early: bool) -> str:
    if early:
        return "only before therapy: its size is no error"
    return "" if comparison else "no specimen yet"


def _tell(
    comparison: ExamAgainstSpecimen,
    sight: RecordedSight,
    operation: Operation,
    found: tuple[Reason, ...],
    reasons: Reasoning[tuple[LesionAgainstSpecimen, ...]],
) -> None:
    reasons.step(
        comparison.in_words(),
        "error = imaging − specimen; over and under beyond the band (a design decision); false negative and "
        "false positive whatever the size",
        exam=sight.exam,
        imaging_mm=sight.seen.size_mm,
        invasive_mm=operation.size.invasive,
        invasive_and_in_situ_mm=operation.size.invasive_and_in_situ_mm,
        likely_reasons=[f"{reason.words} ({reason.found_in})" for reason in found],
    )
    for caution in comparison.warnings:
        reasons.warn(caution.code, f"{comparison.name}: {caution.message}")


def _circumstances(
    case: Case, lesion: Lesion, sight: RecordedSight, operation: Operation, fragmented: str
) -> Circumstances:
    non_mass, flecks = non_mass_exam(case, lesion.id), calcified_exams(case, lesion.id)
    return Circumstances(
        invasive_mm=operation.size.invasive,
        invasive_and_in_situ_mm=operation.size.invasive_and_in_situ_mm,
        specimen_path=operation.path,
        non_mass_exam=f"exams[{non_mass.id}]" if non_mass else "",
        calcified_exam=f"exams[{flecks[-1][0].id}]" if flecks else "",
        fragmented=fragmented,
        hormone_receptors=hormone_receptors(case, lesion),
        receptors_path="specimens",
        antivascular=antivascular_drugs(case, sight.seen.date),
        calcifications=sight.seen.calcifications,
        largest_part=sight.measured and sight.kind is ImagingKind.MRI,
    )


def _fragmented(case: Case, lesion: Lesion, measurements: Measurements) -> str:
    """Where the record says that the lesion is in several parts; empty where it does not."""
    parts = [other.id for other in case.lesions if other.parent == lesion.id]
    if len(parts) > 1:
        return f"lesions {', '.join(parts)}, which split from {lesion.id}"
    dated = [one for one in measurements.entries if one.lesion == lesion.id and one.date is not None]
    for entry in sorted(dated, key=lambda one: one.date or dt.date.min, reverse=True):
        fragments = entry.quantity("fragments")
        if fragments is not None and fragments.value is not None:
            return f"measurement of {entry.exam}: {fragments.value:g} parts" if fragments.value > 1 else ""
    return ""


def _disagreements(
    sights: tuple[RecordedSight, ...], start: dt.date | None, band_mm: float
) -> tuple[Disagreement, ...]:
    after = [one for one in sights if start is None or (one.seen.date and one.seen.date > start)]
    found = (
        disagreement_of(Sight(_spoken(one), one.seen), Sight(_spoken(other), other.seen), band_mm)
        for one, other in combinations(after, 2)
    )
    # Calcifications are set against the first modality that they exceed; once said is enough.
    named = {
        (
            one.kind,
            one.first.name,
            "" if one.kind is DisagreementKind.CALCIFICATIONS else one.second.name,
        ): one
        for one in reversed([one for one in found if one is not None])
    }
    return tuple(reversed(named.values()))


def _spoken(sight: RecordedSight) -> str:
    """The modality's name; that it is calcifications which it shows is said by the sentence."""
    return sight.name.removeprefix("calcifications on ")
