"""The table of FDG PET scans: one row per lesion or reference region, gathered into scans in date order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from neoher.errors import InputError
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day
from neoher.response.exact import exact_or_none

__all__ = ["FdgRow", "Scan", "scans_of"]

T = TypeVar("T")

_Uptake = Annotated[
    float | None,
    Field(ge=0, lt=1000, allow_inf_nan=False),
    Column(unit="g/mL", may_be_left_out=True),
]
_Flag = Annotated[bool | None, Column(may_be_left_out=True)]


class FdgRow(Row):
    """One lesion, the liver or the blood pool on one scan."""

    lesion: Annotated[str | None, Column(takes="text; may be empty for liver and blood-pool")] = None
    """Name of the lesion, the same on every scan."""
    kind: Literal["lesion", "liver", "blood-pool"]
    """What was measured: a lesion, the liver (3 cm sphere, right lobe) or the blood pool (aorta)."""
    visit: str
    """Name of the visit; the first by date is the baseline."""
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    """Date of the scan."""
    suvmax: _Uptake = None
    """SUVmax of the lesion, by body weight or body surface, the same throughout."""
    sulpeak: _Uptake = None
    """SULpeak of the lesion: highest mean in a sphere of 1 cm3, by lean body mass."""
    sul_mean: _Uptake = None
    """Mean SUL of the liver or of the blood pool."""
    sul_sd: _Uptake = None
    """Standard deviation of SUL in the liver or in the blood pool."""
    tlg: Annotated[
        float | None,
        Field(ge=0, lt=1e6, allow_inf_nan=False),
        Column(unit="g", may_be_left_out=True),
    ] = None
    """Total lesion glycolysis; left out throughout: the extent is not judged."""
    new: _Flag = None
    """Whether the lesion is new since the baseline, FDG-avid and typical of cancer."""
    sul_formula: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Formula of the lean body mass: janmahasatian, james …"""
    uptake_min: Annotated[
        float | None,
        Field(ge=0, lt=1440, allow_inf_nan=False),
        Column(unit="min", may_be_left_out=True),
    ] = None
    """Time from injection to scan; given on one row of a scan or on all."""
    injected_mbq: Annotated[
        float | None,
        Field(gt=0, lt=10000, allow_inf_nan=False),
        Column(unit="MBq", may_be_left_out=True),
    ] = None
    """Injected activity."""
    glucose_mg_dl: Annotated[
        float | None,
        Field(gt=0, lt=2000, allow_inf_nan=False),
        Column(unit="mg/dL", may_be_left_out=True),
    ] = None
    """Blood glucose before the injection."""
    scanner: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Scanner, by any name that is the same on every scan."""
    organ: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Organ of a lesion; for the five hottest lesions, two per organ at most."""
    at_background: _Flag = None
    """Whether the reader cannot tell the lesion's uptake from the blood pool around it."""
    diseased: _Flag = None
    """Of the liver: whether disease in it forbids it as reference; then the blood pool is taken."""
    suv_mean: _Uptake = None
    """Mean SUV of the liver, for the targets of PHERGain."""
    suv_sd: _Uptake = None
    """Standard deviation of SUV in the liver, for the targets of PHERGain."""
    longest_mm: Annotated[
        float | None,
        Field(ge=0, lt=1000, allow_inf_nan=False),
        Column(unit="mm", may_be_left_out=True),
    ] = None
    """Longest diameter of the lesion's FDG uptake, for EORTC; left out throughout: extent is not judged."""
    cycles: Annotated[int | None, Field(ge=0, le=60), Column(may_be_left_out=True)] = None
    """Cycles of therapy given before the scan, for EORTC and PHERGain."""

    @property
    def name(self) -> str:
        """The lesion's name; of a reference region its kind."""
        return self.lesion if self.kind == "lesion" and self.lesion else self.kind


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan with what was measured on it. Numbers are as written; None is not known."""

    name: str
    date: dt.date
    lesions: dict[str, FdgRow]
    liver: FdgRow | None
    blood_pool: FdgRow | None
    formula: str | None
    uptake_min: Fraction | None
    injected_mbq: Fraction | None
    glucose_mg_dl: Fraction | None
    scanner: str | None
    cycles: int | None

    def sulpeak(self, lesion: str) -> Fraction | None:
        """SULpeak of a lesion in g/mL; None where there is no row or no number."""
        row = self.lesions.get(lesion)
        return None if row is None else exact_or_none(row.sulpeak)

    def suvmax(self, lesion: str) -> Fraction | None:
        """SUVmax of a lesion in g/mL; None where there is no row or no number."""
        row = self.lesions.get(lesion)
        return None if row is None else exact_or_none(row.suvmax)

    def at_background(self, lesion: str) -> bool | None:
        """What the reader states of a lesion's uptake against the blood pool around it."""
        row = self.lesions.get(lesion)
        return None if row is None else row.at_background


def scans_of(rows: Sequence[FdgRow]) -> tuple[Scan, ...]:
    """The scans in date order, baseline first; the order of rows does not matter.

    Raises: InputError where a scan has two dates, two scans the same date, a lesion or reference two rows on
    one scan, a lesion no name, facts of one scan differ between its rows, or a lesion is new at baseline or
    although it was avid there.
    """
    by_visit: dict[str, list[FdgRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (each.date, each.kind, each.name, each.line or 0)):
        if row.kind == "lesion" and not row.lesion:
            raise InputError("a lesion has no name.", _where(row), "Name it the same on every scan.")
        by_visit[row.visit].append(row)
    scans = sorted((_scan(name, held) for name, held in by_visit.items()), key=lambda scan: scan.date)
    for earlier, later in pairwise(scans):
        if earlier.date == later.date:
            raise InputError(
                f"scans {earlier.name} and {later.name} have the same date, {later.date}.",
                remedy="Each visit is one scan with its own date.",
            )
    if scans:
        _refuse_new_that_is_not(scans)
    return tuple(scans)


def _scan(name: str, rows: Sequence[FdgRow]) -> Scan:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.date != rows[0].date:
            raise InputError(
                f"the scan has two dates, {rows[0].date} and {row.date}.",
                _where(row),
                "A visit here is one scan; give another scan its own visit.",
            )
        if (key := (row.kind, row.name)) in seen:
            raise InputError("it has two rows on this scan.", _where(row), "Keep the one that counts.")
        seen.add(key)
        if row.kind != "lesion" and 0 in {row.sul_mean, row.suv_mean}:
            raise InputError("its mean is 0, which no scan gives.", _where(row), "Leave the cell empty.")
        if row.new and row.at_background:
            raise InputError(
                "a new lesion is FDG-avid, yet this one is at background.",
                _where(row),
                "State one of the two.",
            )
    return Scan(
        name=name,
        date=rows[0].date,
        lesions={row.name: row for row in rows if row.kind == "lesion"},
        liver=next((row for row in rows if row.kind == "liver"), None),
        blood_pool=next((row for row in rows if row.kind == "blood-pool"), None),
        formula=_one(rows, "sul_formula", lambda text: text.removeprefix("lbm-").removeprefix("lbm")),
        uptake_min=exact_or_none(_one_number(rows, "uptake_min")),
        injected_mbq=exact_or_none(_one_number(rows, "injected_mbq")),
        glucose_mg_dl=exact_or_none(_one_number(rows, "glucose_mg_dl")),
        scanner=_one(rows, "scanner", lambda text: text),
        cycles=None if (cycles := _one_number(rows, "cycles")) is None else int(cycles),
    )


def _one(rows: Sequence[FdgRow], field: str, spelling: Callable[[str], str]) -> str | None:
    """The text that the rows of a scan agree on, in one spelling; None where none states it."""
    return _agreed(rows, field, lambda value: spelling(str(value).strip().casefold().replace(" ", "-")))


def _one_number(rows: Sequence[FdgRow], field: str) -> float | None:
    return _agreed(rows, field, lambda value: value)


def _agreed(rows: Sequence[FdgRow], field: str, spelling: Callable[[Any], T]) -> T | None:
    held: T | None = None
    for row in rows:
        value = getattr(row, field)
        if value is None:
            continue
        stated = spelling(value)
        if held is not None and stated != held:
            raise InputError(
                f"{field} is {stated} here and {held} on another row of the same scan.",
                _where(row),
                "State it once, or alike on every row of the scan.",
            )
        held = stated
    return held


def _refuse_new_that_is_not(scans: Sequence[Scan]) -> None:
    first = scans[0]
    for row in first.lesions.values():
        if row.new:
            raise InputError(
                "a lesion at baseline is not new.", _where(row), "Leave the cell empty, or correct the dates."
            )
    for scan in scans[1:]:
        for name, row in scan.lesions.items():
            known = first.lesions.get(name)
            if row.new and known is not None and not known.at_background:
                raise InputError(
                    f"it is new, yet has a row at baseline ({first.name}).",
                    _where(row),
                    "A new lesion has its own name.",
                )


def _where(row: FdgRow) -> str:
    place = f"{row.name} at visit {row.visit}"
    return place if row.line is None else f"line {row.line}: {place}"
