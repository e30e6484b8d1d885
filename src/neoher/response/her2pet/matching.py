"""Which scan goes with which biopsy: same lesion, nearest in time, no HER2-directed drug started between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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
    Of two biopsies equally near, the earlier is taken; one without a drug between goes before one with.
    """
    scanned, biopsied = _by_lesion(scans), _by_lesion(biopsies)
    started: dict[str, list[DrugStart]] = {}
    for start in her2_drugs:
        started.setdefault(start.patient, []).append(start)
    candidates = sorted(
        (
            bool(_between(scans[place], biopsies[other], started)),
            days,
            biopsies[other].date,
            scans[place].date,
            place,
            other,
        )
        for lesion, places in scanned.items()
        for place in places
        for other in biopsied.get(lesion, ())
        if (days := abs((scans[place].date - biopsies[other].date).days)) <= window_days
    )
    paired_scans: dict[int, int] = {}
    taken: set[tuple[int, str | None]] = set()
    pairs: list[tuple[int, Matched]] = []
    for between, _, _, _, place, other in candidates:
        scan, biopsy = scans[place], biopsies[other]
        if place in paired_scans or (other, scan.tracer) in taken or (between and not keep_treated):
            continue
        paired_scans[place] = other
        taken.add((other, scan.tracer))
        pairs.append((place, Matched(scan, biopsy, ("her2-drug-between",) if between else ())))
    used = set(paired_scans.values())
    exclusions = [
        _not_paired(
            "scan", scan, [biopsies[other] for other in biopsied.get(_lesion(scan), ())], started, window_days
        )
        for place, scan in enumerate(scans)
        if place not in paired_scans
    ]
    exclusions += [
        _not_paired(
            "biopsy",
            biopsy,
            [scans[place] for place in scanned.get(_lesion(biopsy), ())],
            started,
            window_days,
        )
        for other, biopsy in enumerate(biopsies)
        if other not in used
    ]
    ordered = sorted(
        pairs, key=lambda each: (each[1].scan.patient, str(each[1].scan.lesion), each[1].scan.date, each[0])
    )
    return Matching(tuple(matched for _, matched in ordered), tuple(sorted(exclusions, key=_by_patient)))


def _by_patient(each: NotPaired) -> tuple[str, str, dt.date, str]:
    return each.patient, each.lesion or "", each.date, each.event


def _lesion(event: LesionScan | Biopsy) -> tuple[str, str | None]:
    return event.patient, event.lesion


def _by_lesion(events: Sequence[LesionScan | Biopsy]) -> dict[tuple[str, str | None], list[int]]:
    """The places of the events of each lesion; a lesion that is not stated is never the same as another."""
    places: dict[tuple[str, str | None], list[int]] = {}
    for place, event in enumerate(events):
        if event.lesion is not None:
            places.setdefault(_lesion(event), []).append(place)
    return places


def _not_paired(
    event: Literal["scan", "biopsy"],
    one: LesionScan | Biopsy,
    others: Sequence[Biopsy] | Sequence[LesionScan],
    drugs: Mapping[str, Sequence[DrugStart]],
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
    drugs: Mapping[str, Sequence[DrugStart]],
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
    one: LesionScan | Biopsy, other: LesionScan | Biopsy, drugs: Mapping[str, Sequence[DrugStart]]
) -> list[DrugStart]:
    first, last = sorted((one.date, other.date))
    return [each for each in drugs.get(one.patient, ()) if first <= each.date <= last]
