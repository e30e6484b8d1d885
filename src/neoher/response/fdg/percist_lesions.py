"""The lesions of one FDG scan against the baseline: the hottest, the new ones, rises, extent, resolution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.response.exact import all_of, exact_or_none
from neoher.response.fdg.comparability import Reference
from neoher.response.fdg.scans import FdgRow, Scan

__all__ = [
    "Extent",
    "LesionRise",
    "avid_lesions",
    "complete",
    "extent",
    "five_hottest",
    "hottest",
    "new_lesions",
]

CHANGE_SHARE = Fraction(30, 100)
CHANGE_SUL = Fraction(8, 10)
EXTENT_SHARE = Fraction(75, 100)
MOST_LESIONS, MOST_PER_ORGAN = 5, 2


@dataclass(frozen=True, slots=True)
class LesionRise:
    """SULpeak of one lesion at baseline and now, in g/mL."""

    name: str
    earlier: Fraction
    now: Fraction

    @property
    def strong(self) -> bool:
        """Whether it rose by 30 % and 0.8 SUL, both included."""
        rise = self.now - self.earlier
        return rise >= CHANGE_SHARE * self.earlier and rise >= CHANGE_SUL

    @property
    def forbids_response(self) -> bool:
        """Whether it rose by more than 30 %."""
        return self.now - self.earlier > CHANGE_SHARE * self.earlier


@dataclass(frozen=True, slots=True)
class Extent:
    """Total lesion glycolysis of the baseline's lesions, in g."""

    earlier: Fraction | None
    now: Fraction
    """Of what is known: what is not known can only add."""
    missing: tuple[str, ...]
    judged: bool
    """Whether any was stated."""

    @property
    def increased(self) -> bool | None:
        """Whether it rose by 75 %, included; None where that cannot be said."""
        if not self.judged or self.earlier is None or self.earlier == 0:
            return None
        if self.now >= (1 + EXTENT_SHARE) * self.earlier:
            return True
        return None if self.missing else False


def avid_lesions(baseline: Scan) -> dict[str, Fraction | None]:
    """SULpeak of each lesion avid at baseline; one stated at background, without a number, was not."""
    return {
        name: exact_or_none(row.sulpeak)
        for name, row in baseline.lesions.items()
        if row.sulpeak is not None or row.at_background is not True
    }


def hottest(scan: Scan) -> tuple[str, Fraction] | None:
    """The lesion with the highest SULpeak of those that have one; by name where two are alike."""
    peaks = [(name, peak) for name in scan.lesions if (peak := scan.sulpeak(name)) is not None]
    return min(peaks, key=lambda each: (-each[1], each[0]), default=None)


def new_lesions(scans: Sequence[Scan], avid: dict[str, Fraction | None]) -> tuple[list[str], list[str]]:
    """The new lesions at the last of `scans`, and those of which it is not stated whether they are new.

    A new lesion stays until it is stated at background.
    """
    now = scans[-1]
    found: list[str] = []
    open_ones: list[str] = []
    for name in sorted({name for scan in scans[1:] for name in scan.lesions} - avid.keys()):
        states = [row for scan in scans[1:] if (row := scan.lesions.get(name)) is not None]
        last = states[-1]
        if last.at_background:
            continue
        if any(row.new for row in states):
            found.append(name)
        elif name in now.lesions and all(row.new is None for row in states):
            open_ones.append(name)
    return found, open_ones


def complete(scan: Scan, names: Sequence[str], target: str, reference: Reference) -> bool | None:
    """Whether every lesion has resolved: SULpeak below the liver's mean and not above the blood pool.

    The reader's word on the background counts before the numbers; without it, and without a blood pool, it
    cannot be said. The target itself needs its number. That a SULpeak not above the mean of the blood pool
    is indistinguishable from it is a design decision.
    """
    pool = exact_or_none(scan.blood_pool.sul_mean) if scan.blood_pool else None
    return all_of(_resolved(scan, name, target, reference, pool) for name in names)


def _resolved(scan: Scan, name: str, target: str, reference: Reference, pool: Fraction | None) -> bool | None:
    stated, peak = scan.at_background(name), scan.sulpeak(name)
    if peak is None:
        return None if stated and name == target else stated
    below: bool | None = None
    if reference.kind == "liver" and reference.mean is not None:
        below = peak < reference.mean
    elif reference.kind == "blood-pool" and reference.mean is not None:
        # Without a liver to compare with, only the blood pool is left.
        below = peak <= reference.mean
    at_background = stated if stated is not None else None if pool is None else peak <= pool
    return all_of((below, at_background))


def extent(baseline: Scan, scan: Scan, names: Sequence[str]) -> Extent:
    """Total lesion glycolysis of the baseline's lesions, there and now; at background it adds nothing."""
    missing: list[str] = []
    totals: list[Fraction] = []
    stated = False
    for each in (baseline, scan):
        total = Fraction(0)
        for name in names:
            row = each.lesions.get(name)
            value = exact_or_none(row.tlg) if row else None
            stated = stated or value is not None
            if value is not None:
                total += value
            elif not (row and row.at_background):
                missing.append(f"tlg of {name} at {each.name}")
        totals.append(total)
    incomplete = any(each.endswith(f" at {baseline.name}") for each in missing)
    return Extent(None if incomplete else totals[0], totals[1], tuple(missing), stated)


def five_hottest(scan: Scan) -> Fraction | None:
    """Sum of SULpeak over the five hottest lesions, two per organ at most, in g/mL.

    None where a lesion has neither number nor the background as its state, or where an organ is not stated
    and three lesions or more stand to choose from.
    """
    rows = list(scan.lesions.values())
    if not rows or any(row.sulpeak is None and not row.at_background for row in rows):
        return None
    if len(rows) > MOST_PER_ORGAN and any(not row.organ for row in rows):
        return None
    return sum(_chosen(rows), Fraction(0))


def _chosen(rows: Sequence[FdgRow]) -> Iterator[Fraction]:
    taken: Counter[str] = Counter()
    ranked = sorted(rows, key=lambda row: (-(row.sulpeak or 0.0), row.name))
    for row in ranked:
        organ = (row.organ or row.name).strip().casefold()
        if taken.total() < MOST_LESIONS and taken[organ] < MOST_PER_ORGAN:
            taken[organ] += 1
            yield exact_or_none(row.sulpeak) or Fraction(0)
