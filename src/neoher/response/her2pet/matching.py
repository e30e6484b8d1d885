"""Which scan goes with which biopsy: same lesion, nearest in time, no HER2-directed drug started between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from neoher.response.her2pet.facts import Biopsy, DrugStart, ExclusionReason, LesionScan, NotPaired

__all__ = ["Matched", "Matching", "match"]


@dataclass(frozen=True, slots=True)
class Matched:
    """A scan with its biopsy."""

    scan: LesionScan
    biopsy: Biopsy
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """The pairs by patient, lesion and day of the scan, and every event that is in none."""

    pairs: tuple[Matched, ...]
    exclusions: tuple[NotPaired, ...]


def match(
    scans: Sequence[LesionScan],
    biopsies: Sequence[Biopsy],
    her2_drugs: Sequence[DrugStart],
    window_days: int,
    keep_treated: bool,
) -> Matching:
    """The pairs, nearest first; each scan is used once, each biopsy once per tracer.

    Parameters: `her2_drugs`: starts of HER2-directed antibodies and conjugates alone.
    Of two biopsies equally near, the earlier is taken.
    """
    candidates = sorted(
        (
            (abs((scan.date - biopsy.date).days), biopsy.date, scan.date, place, other)
            for place, scan in enumerate(scans)
            for other, biopsy in enumerate(biopsies)
            if _same_lesion(scan, biopsy) and abs((scan.date - biopsy.date).days) <= window_days
        ),
    )
    paired_scans: dict[int, int] = {}
    taken: set[tuple[int, str | None]] = set()
    pairs: list[tuple[int, Matched]] = []
    for _, _, _, place, other in candidates:
        scan, biopsy = scans[place], biopsies[other]
        between = any(_between(scan, biopsy, her2_drugs))
        if place in paired_scans or (other, scan.tracer) in taken or (between and not keep_treated):
            continue
        paired_scans[place] = other
        taken.add((other, scan.tracer))
        pairs.append((place, Matched(scan, biopsy, ("her2-drug-between",) if between else ())))
    used = set(paired_scans.values())
    exclusions = [
        *(
            _not_paired(
                "scan", scan, [each for each in biopsies if _same_lesion(scan, each)], her2_drugs, window_days
            )
            for place, scan in enumerate(scans)
            if place not in paired_scans
        ),
        *(
            _not_paired(
                "biopsy",
                biopsy,
                [each for each in scans if _same_lesion(each, biopsy)],
                her2_drugs,
                window_days,
            )
            for other, biopsy in enumerate(biopsies)
            if other not in used
        ),
    ]
    ordered = sorted(
        pairs, key=lambda each: (each[1].scan.patient, str(each[1].scan.lesion), each[1].scan.date, each[0])
    )
    return Matching(tuple(matched for _, matched in ordered), tuple(sorted(exclusions, key=_by_patient)))


def _by_patient(each: NotPaired) -> tuple[str, str, dt.date, str]:
    return each.patient, each.lesion or "", each.date, each.event


def _same_lesion(scan: LesionScan, biopsy: Biopsy) -> bool:
    return scan.lesion is not None and (scan.patient, scan.lesion) == (biopsy.patient, biopsy.lesion)


def _not_paired(
    event: Literal["scan", "biopsy"],
    one: LesionScan | Biopsy,
    others: Sequence[Biopsy] | Sequence[LesionScan],
    drugs: Sequence[DrugStart],
    window_days: int,
) -> NotPaired:
    reason, message = _reason(event, one, list(others), drugs, window_days)
    return NotPaired(
        patient=one.patient, event=event, lesion=one.lesion, date=one.date, reason=reason, message=message
    )


def _reason(
    event: Literal["scan", "biopsy"],
    one: LesionScan | Biopsy,
    others: Sequence[LesionScan | Biopsy],
    drugs: Sequence[DrugStart],
    window_days: int,
) -> tuple[ExclusionReason, str]:
    counterpart = "biopsy" if event == "scan" else "scan"
    if one.lesion is None:
        return ExclusionReason.LESION_NOT_STATED, "the lesion is not stated"
    if not others:
        none = ExclusionReason.NO_BIOPSY if event == "scan" else ExclusionReason.NO_SCAN
        return none, f"no {counterpart} of this lesion"
    nearest = min(others, key=lambda each: (abs((each.date - one.date).days), each.date))
    days = abs((nearest.date - one.date).days)
    if days > window_days:
        return (
            ExclusionReason.OUTSIDE_WINDOW,
            f"the nearest {counterpart}, {nearest.date}, lies {days} days apart; the window is {window_days}",
        )
    for start in _between(one, nearest, drugs):
        return (
            ExclusionReason.DRUG_BETWEEN,
            f"{start.drug} was started on {start.date}, between this {event} and the {counterpart} of "
            f"{nearest.date}",
        )
    return (
        ExclusionReason.PAIRED_WITH_ANOTHER,
        f"the nearest {counterpart}, {nearest.date}, is paired with another {event}",
    )


def _between(
    one: LesionScan | Biopsy, other: LesionScan | Biopsy, drugs: Sequence[DrugStart]
) -> Iterator[DrugStart]:
    first, last = sorted((one.date, other.date))
    return (each for each in drugs if each.patient == one.patient and first <= each.date <= last)
