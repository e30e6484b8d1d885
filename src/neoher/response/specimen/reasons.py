"""Likely reasons, found in the record, why imaging and specimen differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neoher.record.conclusion import Frozen
from neoher.response.specimen import sources
from neoher.response.specimen.comparison import OLDEST_EXAM_DAYS, exact
from neoher.response.specimen.facts import Agreement, ExamAgainstSpecimen
from neoher.response.specimen.modalities import ImagingKind

__all__ = ["Circumstances", "Reason", "likely_reasons"]

UNSOURCED = "named as a pitfall of HER2-positive cancer; no publication was read for it: unverified"
_ENHANCING = {ImagingKind.MRI, ImagingKind.CONTRAST_MAMMOGRAPHY}
_MAMMOGRAPHIC = {ImagingKind.MAMMOGRAPHY, ImagingKind.TOMOSYNTHESIS, ImagingKind.CONTRAST_MAMMOGRAPHY}


class Reason(Frozen):
    """One likely reason, and where the record says so."""

    code: str
    """Stable word: in-situ-share, calcifications, non-mass-enhancement, fragmentation, hormone-receptors,
    anti-vascular-effect, time."""
    words: str
    found_in: str
    """Where the record states the fact."""
    basis: str
    """The publication behind it, or that it is arithmetic or unverified."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the record holds that bears on one lesion; '' or None where it says nothing of the kind."""

    invasive_mm: float | None
    invasive_and_in_situ_mm: float | None
    specimen_path: str
    non_mass_exam: str
    calcified_exam: str
    fragmented: str
    """Where the lesion is found to be in several parts."""
    hormone_receptors: bool | None
    receptors_path: str
    antivascular: tuple[str, ...]
    """Antibodies and taxanes given before the exam."""
    calcifications: bool
    """The exam's size is the extent of calcifications."""
    largest_part: bool
    """The exam's size is that of the largest part alone."""


def likely_reasons(
    kind: ImagingKind | None, found: ExamAgainstSpecimen, around: Circumstances, band_mm: float
) -> tuple[Reason, ...]:
    """The reasons that fit the direction of what was found; () where imaging and specimen agree.

    They are likely, not proven: the record shows that each was there, not that it acted. What is behind each
    is said beside it. Scar and inflammation, which make imaging too large, no record states.
    """
    verdicts = {found.agreement_invasive, found.agreement_invasive_and_in_situ}
    over, under = Agreement.OVER in verdicts, Agreement.UNDER in verdicts
    return tuple(_reasons(kind, found, around, band_mm, over=over, under=under))


def _reasons(
    kind: ImagingKind | None,
    found: ExamAgainstSpecimen,
    around: Circumstances,
    band_mm: float,
    *,
    over: bool,
    under: bool,
) -> Iterator[Reason]:
    differs = over or under
    if (over or under or around.calcifications) and (reason := _in_situ(found, around, band_mm)):
        yield reason
    if kind in _MAMMOGRAPHIC and (over or around.calcifications) and around.calcified_exam:
        yield Reason(
            code="calcifications",
            words="calcifications, which stay when cancer goes, make mammography too large",
            found_in=around.calcified_exam,
            basis=sources.CALCIFICATIONS_AFTER_THERAPY.id,
        )
    if kind is ImagingKind.MRI and differs and around.non_mass_exam:
        yield Reason(
            code="non-mass-enhancement",
            words="non-mass enhancement agrees less often than a mass (odds ratio for discordance 17, where "
            "surgery came first)",
            found_in=around.non_mass_exam,
            basis=sources.AZHDEH.id,
        )
    if around.fragmented and over and not around.largest_part:
        yield Reason(
            code="fragmentation",
            words="the lesion is in parts, and a diameter over all of them is too large",
            found_in=around.fragmented,
            basis=sources.TAKEDA_NAC.id,
        )
    if around.fragmented and under and kind is ImagingKind.MRI:
        yield Reason(
            code="fragmentation",
            words="the lesion is in parts, and only the largest was measured"
            if around.largest_part
            else "the lesion is in parts, of which enhancement may not show all",
            found_in=around.fragmented,
            basis="the definition of the measurement" if around.largest_part else UNSOURCED,
        )
    if kind is ImagingKind.MRI and under and around.hormone_receptors:
        yield Reason(
            code="hormone-receptors",
            words="hormone receptors are positive: MRI misses residual cancer more often than without them",
            found_in=around.receptors_path,
            basis=sources.MRI_BY_SUBTYPE.id,
        )
    if kind in _ENHANCING and under and around.antivascular:
        yield Reason(
            code="anti-vascular-effect",
            words=f"{', '.join(around.antivascular)} may lower enhancement without removing the cancer",
            found_in="treatment",
            basis=UNSOURCED,
        )
    if differs and found.days_before_surgery is not None and found.days_before_surgery > OLDEST_EXAM_DAYS:
        yield Reason(
            code="time",
            words=f"{found.days_before_surgery} days lie between exam and operation",
            found_in="exams, surgery",
            basis="a design decision",
        )


def _in_situ(found: ExamAgainstSpecimen, around: Circumstances, band_mm: float) -> Reason | None:
    """In situ cancer, where it makes the difference between the two sizes of the specimen."""
    invasive, whole = around.invasive_mm, around.invasive_and_in_situ_mm
    if invasive is None or whole is None or exact(whole) - exact(invasive) <= exact(band_mm):
        return None
    too_large = found.agreement_invasive is Agreement.OVER or around.calcifications
    too_small = found.agreement_invasive_and_in_situ is Agreement.UNDER
    if not (too_large or too_small):
        return None
    share = f"of {whole:g} mm with in situ cancer {invasive:g} mm are invasive"
    effects = [
        "what was seen beyond the invasive cancer may be in situ cancer" if too_large else "",
        "imaging did not show all of the in situ cancer" if too_small else "",
    ]
    return Reason(
        code="in-situ-share",
        words=f"{share}: {'; '.join(effect for effect in effects if effect)}",
        found_in=around.specimen_path,
        basis="arithmetic on the two sizes of the specimen",
    )
