"""The targets chosen at baseline: measurable, few enough, one modality each; else refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.errors import InputError
from neoher.response.recist.facts import RecistRow
from neoher.response.recist.lesions import Visit, diameter, family_of, method_of, where

__all__ = ["NODE_NORMAL_BELOW_MM", "Baseline", "baseline_of", "refuse_changed_modality", "refuse_late"]

MOST_TARGETS = 5
MOST_PER_ORGAN = 2
LEAST_MM = Fraction(10)
LEAST_CXR_MM = Fraction(20)
LEAST_NODE_MM = Fraction(15)
NODE_NORMAL_BELOW_MM = Fraction(10)
THICK_SLICE_MM = 5
NODES = "lymph nodes"
BREAST = "breast"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was chosen at baseline."""

    targets: dict[str, str]
    """Kind of each target, by name."""
    nontargets: Mapping[str, str | None]
    missing: tuple[str, ...]
    """Facts without which the targets cannot be checked."""
    computable: bool
    """Whether the baseline sum is known."""


def baseline_of(visits: Sequence[Visit]) -> Baseline:
    """The lesions of the baseline.

    Raises: InputError where a target is not measurable (10 mm, or twice a slice above 5 mm, or 20 mm on a
    chest X-ray; node 15 mm short axis), there are more than 5 or 2 per organ, a lesion appears later without
    being new, or a target's modality changes.
    Source: RECIST 1.1 (PMID 19097774).
    """
    first = visits[0]
    rows = [row for visit in visits for row in visit.rows]
    kinds = {row.lesion: row.kind for row in rows if row.kind is not None}
    missing: list[str] = []
    computable = True
    for row in first.of("new"):
        raise InputError("a lesion at baseline is not new.", where(row), "It is a target or a nontarget.")
    targets: dict[str, str] = {}
    for row in first.of("target"):
        kind = kinds.get(row.lesion)
        size = _baseline_size(row, kind)
        if kind is None or size is None:
            field = "kind" if kind is None else "short_mm" if kind == "node" else "longest_mm"
            missing.append(f"{field} of {row.lesion} at {first.name}")
            computable = False
        targets[row.lesion] = kind or "other"
    missing += _refuse_too_many(first.of("target"), kinds)
    refuse_late(visits[1:], first, rows)
    refuse_changed_modality(rows)
    nontargets = {row.lesion: kinds.get(row.lesion) for row in first.of("nontarget")}
    for row in first.of("nontarget"):
        if row.status in {"absent", "progressed"} or row.finding == "absent":
            raise InputError(
                f"a non-target lesion cannot be {row.status or row.finding} at baseline.",
                where(row),
                "Name what was there at baseline; leave out what was not.",
            )
    return Baseline(targets, nontargets, tuple(missing), computable)


def _baseline_size(row: RecistRow, kind: str | None) -> Fraction | None:
    """The diameter at baseline; None where it is not known."""
    if row.finding in {"absent", "too-small"} or row.status == "absent":
        stated = row.finding or row.status
        raise InputError(f"a target is {stated} at baseline.", where(row), "Choose measurable lesions only.")
    size = diameter(row, kind)
    if size is None:
        return None
    least, why = _least(row, kind)
    if size < least:
        axis = "short axis" if kind == "node" else "longest diameter"
        raise InputError(
            f"a target with a {axis} of {float(size):g} mm is not measurable: {why}.",
            where(row),
            "Record it as a non-target lesion.",
        )
    return size


def _least(row: RecistRow, kind: str | None) -> tuple[Fraction, str]:
    if kind == "node":
        return LEAST_NODE_MM, "a target node has a short axis of 15 mm or more"
    if method_of(row) == "CXR":
        return LEAST_CXR_MM, "on a chest X-ray a target has 20 mm or more"
    if row.slice_mm is not None and row.slice_mm > THICK_SLICE_MM:
        return (
            max(LEAST_MM, 2 * Fraction(repr(row.slice_mm))),
            f"with slices of {row.slice_mm:g} mm a target has twice that or more",
        )
    return LEAST_MM, "a target has a longest diameter of 10 mm or more"


def _organ(row: RecistRow, kind: str | None) -> str | None:
    if kind == "node":
        return NODES
    if row.organ is None:
        return None
    words = re.findall(r"[^\W_]+", row.organ.casefold())
    # 'left breast', 'breast (R)': both breasts are one organ.
    return BREAST if {BREAST, "breasts"} & set(words) else " ".join(words)


def _refuse_too_many(rows: Sequence[RecistRow], kinds: Mapping[str, str]) -> list[str]:
    """The targets whose organ is not known."""
    if len(rows) > MOST_TARGETS:
        raise InputError(
            f"there are {len(rows)} targets; RECIST 1.1 takes at most {MOST_TARGETS}.",
            remedy="Record the others as non-target lesions.",
        )
    organs = [(row, _organ(row, kinds.get(row.lesion))) for row in rows]
    for organ, count in Counter(organ for _, organ in organs if organ is not None).items():
        if count > MOST_PER_ORGAN:
            raise InputError(
                f"there are {count} targets in one organ ({organ}); RECIST 1.1 takes at most "
                f"{MOST_PER_ORGAN}. Both breasts are one organ, and so are all lymph nodes.",
                remedy="Record the others as non-target lesions.",
            )
    return [f"organ of {row.lesion}" for row, organ in organs if organ is None]


def refuse_late(later: Sequence[Visit], first: Visit, rows: Sequence[RecistRow]) -> None:
    """Raises: InputError where a lesion that is not new was not there at baseline in the same role."""
    held = {row.lesion: row.role for row in first.rows}
    for row in (each for visit in later for each in visit.rows if each.role != "new"):
        origin = family_of(row.lesion, rows)
        if held.get(origin) != row.role:
            raise InputError(
                f"a {row.role} lesion was not there at baseline ({first.name}).",
                where(row),
                "A lesion found later has the role new; a fragment names its parent of the same role.",
            )


def refuse_changed_modality(rows: Sequence[RecistRow]) -> None:
    """Raises: InputError where a target, or its fragment, is measured by another modality than before."""
    held: dict[str, tuple[str, RecistRow]] = {}
    for row in sorted(rows, key=lambda each: each.date):
        method = method_of(row)
        if row.role != "target" or method is None or row.finding == "not-evaluated":
            continue
        before, earlier = held.setdefault(family_of(row.lesion, rows), (method, row))
        if before != method:
            raise InputError(
                f"its modality changes from {earlier.modality} to {row.modality}.",
                where(row),
                "Measure a target by one modality throughout, or record it as not evaluated.",
            )
