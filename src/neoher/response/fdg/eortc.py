"""Metabolic response on FDG PET by the EORTC recommendations of 1999 at each scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated

from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen
from neoher.response.exact import all_of, exact_or_none, percent_of
from neoher.response.fdg.eortc_text import EXAMPLE_TABLE, EXPLANATION
from neoher.response.fdg.percist_facts import MetabolicResponse
from neoher.response.fdg.percist_lesions import new_lesions
from neoher.response.fdg.scans import FdgRow, Scan, scans_of
from neoher.response.fdg.sources import EORTC_1999, EORTC_TABLES

__all__ = ["CALCULATOR", "EortcInputs", "EortcVisit", "eortc"]

RISE = Fraction(25, 100)
FALL_AFTER_ONE_CYCLE = Fraction(15, 100)
FALL_AFTER_MORE = Fraction(25, 100)
EXTENT = Fraction(20, 100)

CMR, PMR, SMD = MetabolicResponse.CMR, MetabolicResponse.PMR, MetabolicResponse.SMD
PMD, NE = MetabolicResponse.PMD, MetabolicResponse.NE


class EortcInputs(Frozen):
    """The table of scans."""

    rows: Annotated[
        tuple[FdgRow, ...], Option("file", positional=True, rows=FdgRow, takes="a CSV, columns below")
    ]
    """A CSV with one lesion or reference region on one scan a row."""


class EortcVisit(Frozen):
    """A list with one entry per scan after the baseline, in date order."""

    visit: str
    response: MetabolicResponse
    change_percent: float | None
    """Change of the sum of SUVmax over the lesions of the baseline; null where one is not known."""
    change_suv: float | None
    """The same change in g/mL."""
    cycles: int | None
    """Cycles of therapy before the scan, as stated."""
    date: dt.date

    def in_words(self) -> str:
        """The scan as one line for a reader."""
        change = "change not known" if self.change_percent is None else f"SUV {self.change_percent:+.1f} %"
        after = (
            "" if self.cycles is None else f" after {self.cycles} {'cycle' if self.cycles == 1 else 'cycles'}"
        )
        return f"{self.visit}, {self.date}: {self.response}; {change}{after}"


_Value = tuple[EortcVisit, ...]


def eortc(inputs: EortcInputs) -> Conclusion[_Value]:
    """Metabolic response at each scan after the baseline, against the baseline.

    SUV in g/mL (by body weight or surface, the same throughout), diameters in mm; compared exactly.
    Returns: no value without a scan after the baseline or without a lesion at baseline. NE where a lesion's
    number is not known and the others are not PMD, or where the class rests on cycles that are not stated.
    Raises: InputError where rows contradict one another; see `scans_of`.
    Source: EORTC 1999 (PMID 10673991), its classes as reprinted in PMC7046919 and PMC4377159. FDG only.
    """
    reasons: Reasoning[_Value] = Reasoning()
    reasons.cite(EORTC_1999)
    scans = scans_of(inputs.rows)
    if not scans:
        reasons.miss("rows")
        return reasons.conclude(None)
    baseline = scans[0]
    if not baseline.lesions:
        reasons.miss(f"lesions at {baseline.name}")
        return reasons.conclude(None)
    reasons.miss(*(f"suvmax of {name} at {baseline.name}" for name in _unknown(baseline, baseline)))
    if len(scans) == 1:
        reasons.miss("a scan after the baseline")
        return reasons.conclude(None)
    return reasons.conclude(tuple(_visit(scans[: index + 1], reasons) for index in range(1, len(scans))))


def _visit(scans: Sequence[Scan], reasons: Reasoning[_Value]) -> EortcVisit:
    baseline, scan = scans[0], scans[-1]
    told = _class(scans)
    earlier, later = _sum(baseline, baseline), _sum(baseline, scan)
    reasons.step(
        f"{scan.name}: {told.response}, {told.why}",
        "CMR: resolved; PMD: SUV more than 25 % or extent 20 % higher, or a new lesion; PMR: 15 % lower "
        "after one cycle, more than 25 % after more; else SMD (EORTC 1999)",
        suvmax={
            name: None if (value := scan.suvmax(name)) is None else float(value) for name in scan.lesions
        },
        suvmax_at_baseline={
            name: None if (value := baseline.suvmax(name)) is None else float(value)
            for name in baseline.lesions
        },
        cycles=scan.cycles,
    )
    reasons.miss(*told.missing)
    if told.at_limit:
        reasons.warn(
            "tables-differ-at-25-percent",
            f"{scan.name}: the change is exactly 25 %. Two reprints of the classes count 25 % and more as "
            "PMR or PMD, the others only more than 25 %, which is applied here.",
            EORTC_TABLES,
        )
    return EortcVisit(
        visit=scan.name,
        response=told.response,
        change_percent=percent_of(later, earlier),
        change_suv=None if later is None or earlier is None else float(later - earlier),
        cycles=scan.cycles,
        date=scan.date,
    )


@dataclass(frozen=True, slots=True)
class _Class:
    response: MetabolicResponse
    why: str
    missing: tuple[str, ...] = ()
    at_limit: bool = False


def _class(scans: Sequence[Scan]) -> _Class:
    baseline, scan = scans[0], scans[-1]
    new, open_ones = new_lesions(scans, dict.fromkeys(baseline.lesions))
    pairs = {
        name: (first, now)
        for name in baseline.lesions
        if (first := baseline.suvmax(name)) is not None and (now := scan.suvmax(name)) is not None
    }
    extents = _Extents.of(baseline, scan)
    if new:
        return _Class(PMD, f"new lesion {', '.join(new)}")
    if risen := [name for name, (first, now) in pairs.items() if now - first > RISE * first]:
        return _Class(PMD, f"SUV of {', '.join(risen)} more than 25 % higher")
    if extents.grown:
        return _Class(PMD, f"extent of {', '.join(extents.grown)} 20 % higher or more")
    resolved = all_of(_resolved(scan, name) for name in baseline.lesions)
    if resolved and not open_ones:
        return _Class(CMR, "no uptake above the background in any lesion")
    missing = tuple(f"suvmax of {name} at {scan.name}" for name in _unknown(baseline, scan))
    missing += tuple(f"suvmax of {name} at {baseline.name}" for name in _unknown(baseline, baseline))
    missing += tuple(f"new of {name} at {scan.name}" for name in open_ones) + extents.missing
    earlier, later = _sum(baseline, baseline), _sum(baseline, scan)
    if missing or earlier is None or later is None:
        return _Class(NE, "what is not known could be progression", missing)
    at_limit = any(abs(now - first) == RISE * first for first, now in (*pairs.values(), (earlier, later)))
    return replace(_by_fall(scan, earlier, later, resolved=resolved), at_limit=at_limit)


def _by_fall(scan: Scan, earlier: Fraction, later: Fraction, *, resolved: bool | None) -> _Class:
    """PMR or SMD by the fall of the sum and the cycles before the scan."""
    fall = earlier - later
    doubt = () if resolved is False or fall <= 0 else _background_facts(scan)
    if fall > FALL_AFTER_MORE * earlier:
        return _Class(PMR, "SUV more than 25 % lower", doubt)
    if fall < FALL_AFTER_ONE_CYCLE * earlier or earlier == 0:
        return _Class(SMD, "SUV neither 15 % lower nor more than 25 % higher")
    if scan.cycles is None or scan.cycles == 0:
        return _Class(
            NE, "15 to 25 % lower: PMR after one cycle, SMD after more", (f"cycles at {scan.name}",)
        )
    if scan.cycles == 1:
        return _Class(PMR, "SUV 15 % lower or more after one cycle", doubt)
    return _Class(SMD, "SUV 15 to 25 % lower after more than one cycle (a design decision)")


def _background_facts(scan: Scan) -> tuple[str, ...]:
    undecided = (name for name in scan.lesions if _resolved(scan, name) is None)
    return tuple(f"at_background of {name} at {scan.name}" for name in undecided)


def _resolved(scan: Scan, name: str) -> bool | None:
    """Whether a lesion's uptake has gone, as the reader states or as an SUV of 0 says."""
    stated = scan.at_background(name)
    if stated is not None:
        return stated
    value = scan.suvmax(name)
    return True if value == 0 else None


def _unknown(baseline: Scan, scan: Scan) -> tuple[str, ...]:
    """The lesions of the baseline without a number on `scan`; one at background after therapy is known."""
    return tuple(name for name in baseline.lesions if scan.suvmax(name) is None)


def _sum(baseline: Scan, scan: Scan) -> Fraction | None:
    values = [scan.suvmax(name) for name in baseline.lesions]
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if len(known) == len(values) else None


@dataclass(frozen=True, slots=True)
class _Extents:
    """The longest diameters of the lesions' uptake, where they are stated."""

    grown: tuple[str, ...]
    missing: tuple[str, ...]

    @classmethod
    def of(cls, baseline: Scan, scan: Scan) -> _Extents:
        """What grew by 20 %, included; and what is missing where extents were stated in part."""
        grown: list[str] = []
        missing: list[str] = []
        for name, row in baseline.lesions.items():
            there = scan.lesions.get(name)
            first = exact_or_none(row.longest_mm)
            now = exact_or_none(there.longest_mm) if there else None
            if first is not None and now is not None and now > first and now - first >= EXTENT * first:
                grown.append(name)
            if (first is None) != (now is None) and not (there and there.at_background):
                missing.append(f"longest_mm of {name} at {(baseline if first is None else scan).name}")
        return cls(tuple(grown), tuple(missing))


CALCULATOR = Calculator(
    name="eortc",
    summary="Metabolic response by EORTC 1999 at each FDG scan from a table of lesions.",
    inputs=EortcInputs,
    output=_Value,
    compute=eortc,
    example="scans.csv",
    example_table=EXAMPLE_TABLE,
    sources=(EORTC_1999, EORTC_TABLES),
    explanation=EXPLANATION,
)
