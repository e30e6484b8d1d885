"""The sum of the targets and their response at each visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.errors import InputError
from neoher.response.recist.baseline import NODE_NORMAL_BELOW_MM, Baseline
from neoher.response.recist.facts import RecistRow, Response
from neoher.response.recist.lesions import Visit, diameter, where

__all__ = ["TargetSum", "target_response", "target_sums"]

GROWTH = Fraction(20, 100)
GROWTH_MM = Fraction(5)
SHRINKAGE = Fraction(30, 100)


@dataclass(frozen=True, slots=True)
class TargetSum:
    """The targets at one visit."""

    parts: dict[str, tuple[str, Fraction | None]]
    """Kind and diameter in mm of each target or fragment; None: not evaluated."""

    @property
    def measured(self) -> Fraction:
        """Sum of what was measured, in mm."""
        return sum((size for _, size in self.parts.values() if size is not None), Fraction(0))

    @property
    def whole(self) -> Fraction | None:
        """Sum of all targets in mm; None where one is not evaluated."""
        return None if self.unevaluated else self.measured

    @property
    def unevaluated(self) -> tuple[str, ...]:
        """The targets without a diameter."""
        return tuple(name for name, (_, size) in self.parts.items() if size is None)

    @property
    def remaining(self) -> tuple[str, ...]:
        """The targets that are known to be there: a mass of any size, a node from 10 mm."""
        return tuple(
            name
            for name, (kind, size) in self.parts.items()
            if size is not None and (size >= NODE_NORMAL_BELOW_MM if kind == "node" else size > 0)
        )


def target_sums(visits: Sequence[Visit], baseline: Baseline) -> tuple[TargetSum, ...]:
    """The targets at each visit, baseline first.

    Fragments count beside what keeps the name of the lesion that split; a target that names the lesion with
    which it merged counts there.
    """
    sums: list[TargetSum] = []
    fragments: dict[str, str] = {}
    merged: set[str] = set()
    for visit in visits:
        for row in visit.of("target"):
            if row.parent is None:
                # A lesion with a row of its own again is separate again.
                merged.discard(row.lesion)
            elif row.lesion in baseline.targets:
                _refuse_measured_and_merged(row)
                merged.add(row.lesion)
            else:
                fragments.setdefault(row.lesion, row.parent)
        parts: dict[str, tuple[str, Fraction | None]] = {}
        for name in [*baseline.targets, *fragments]:
            kind = _kind(name, fragments, baseline)
            held = visit.row(name)
            # Once split, a lesion is its fragments, unless something still carries its name.
            if name in merged or (held is None and name in fragments.values()):
                continue
            parts[name] = (kind, diameter(held, kind))
        sums.append(TargetSum(parts))
    return tuple(sums)


def target_response(
    now: TargetSum, baseline_mm: Fraction, nadir_mm: Fraction, *, responded_before: bool
) -> Response:
    """Response of the targets, by exact comparison.

    CR: every mass gone, every node below 10 mm. PD: 20 % and 5 mm above the nadir. PR: 30 % below the
    baseline; a PR stays one until PD (`responded_before`). With a target not evaluated: PD where the others
    alone fulfil it, for what is not known can only add; else NE.
    Source: RECIST 1.1 (PMID 19097774) and the RECIST group's answers (recist.eortc.org).
    """
    grown = now.measured - nadir_mm
    progressed = grown >= GROWTH_MM and grown >= GROWTH * nadir_mm
    if now.unevaluated:
        return Response.PD if progressed else Response.NE
    if not now.remaining:
        return Response.CR
    if progressed:
        return Response.PD
    if responded_before or baseline_mm - now.measured >= SHRINKAGE * baseline_mm:
        return Response.PR
    return Response.SD


def _kind(name: str, fragments: dict[str, str], baseline: Baseline) -> str:
    while name not in baseline.targets:
        name = fragments[name]
    return baseline.targets[name]


def _refuse_measured_and_merged(row: RecistRow) -> None:
    if row.longest_mm is not None or row.short_mm is not None or row.finding is not None:
        raise InputError(
            f"it has merged with {row.parent}, yet has a finding of its own.",
            where(row),
            "Record the merged mass under one name, and leave the other without a diameter.",
        )
