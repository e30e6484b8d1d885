"""The patient's pattern A to D: how much of the FDG-avid load takes up the HER2 tracer (ZEPHIR)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from neoher.pathology.reasoning import Reasoning
from neoher.response.her2pet.facts import LesionScan, PatientPattern, Pattern
from neoher.response.her2pet.sources import MILEVA_2024

__all__ = ["pattern_of_share", "patterns"]


def pattern_of_share(share: float | Fraction) -> Pattern | None:
    """The pattern of a share (0 to 1) of the FDG-avid load with tracer uptake; None at exactly one half.

    A: all of it; B: the dominant part; C: a minor part; D: none. That dominant is more than half is a design
    choice of this project; exactly half is neither.
    Source: Mileva 2024 (PMID 38184611).
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not at {share}")
    if share == 1:
        return Pattern.A
    if share == 0:
        return Pattern.D
    if share == Fraction(1, 2):
        return None
    return Pattern.B if share > Fraction(1, 2) else Pattern.C


def patterns(scans: Sequence[LesionScan], reasons: Reasoning[Any]) -> Iterator[PatientPattern]:
    """The pattern of each HER2 PET; null where a lesion's FDG avidity or uptake is not known.

    Parameters: `scans`: one entry per lesion and scan. A lesion that is FDG-negative carries no load.
    """
    for (patient, date, tracer), lesions in groupby(sorted(scans, key=_key), key=_key):
        yield _pattern(patient, date, tracer or None, list(lesions), reasons)


def _key(scan: LesionScan) -> tuple[str, dt.date, str]:
    return scan.patient, scan.date, scan.tracer or ""


def _pattern(
    patient: str, date: dt.date, tracer: str | None, lesions: list[LesionScan], reasons: Reasoning[Any]
) -> PatientPattern:
    avid = [lesion for lesion in lesions if lesion.fdg == "positive"]
    missing = []
    if any(lesion.fdg is None for lesion in lesions):
        missing.append("fdg")
    if any(lesion.uptake is None for lesion in avid) or (
        missing and all(lesion.uptake is None for lesion in lesions)
    ):
        missing.append("uptake")
    reasons.miss(*missing)
    unread = any(lesion.uptake == "indeterminate" for lesion in avid)
    if missing or unread or not avid:
        return PatientPattern(
            patient=patient,
            scan_date=date,
            tracer=tracer,
            pattern=None,
            her2_imaging=None,
            share=None,
            share_of=None,
        )
    share, share_of = _share(avid)
    pattern = pattern_of_share(share)
    if pattern is None:
        reasons.warn(
            "pattern-at-one-half",
            f"{patient}, {date}: exactly half of the FDG-avid load takes up the tracer: neither the "
            "dominant nor a minor part, so no pattern.",
        )
    reasons.step(
        f"{patient}, {date}: pattern {pattern or 'not said'}",
        "A all, B the dominant part (more than half, this program's reading), C a minor part, D none of "
        "the FDG-avid load takes up the tracer; A and B are HER2-positive on imaging, C and D negative "
        "(Mileva 2024)",
        MILEVA_2024,
        tracer=tracer,
        share=float(share),
        share_of=share_of,
        lesions=len(avid),
    )
    return PatientPattern(
        patient=patient,
        scan_date=date,
        tracer=tracer,
        pattern=pattern,
        her2_imaging=None
        if pattern is None
        else ("positive" if pattern in {Pattern.A, Pattern.B} else "negative"),
        share=float(share),
        share_of=share_of,
    )


def _share(avid: Sequence[LesionScan]) -> tuple[Fraction, Literal["volume", "lesions"]]:
    """Exact, so that a half is a half."""
    loads = [Fraction(str(lesion.fdg_load_cc)) for lesion in avid if lesion.fdg_load_cc]
    if len(loads) == len(avid):
        with_uptake = sum(
            (load for lesion, load in zip(avid, loads, strict=True) if lesion.uptake == "positive"),
            Fraction(0),
        )
        return with_uptake / sum(loads, Fraction(0)), "volume"
    return Fraction(sum(lesion.uptake == "positive" for lesion in avid), len(avid)), "lesions"
