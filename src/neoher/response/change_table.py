"""Change of every quantity of every lesion over the visits, beyond or within noise, from a table."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day
from neoher.response.change import change_between
from neoher.response.change_units import in_unit_of_first
from neoher.response.repeatability import SOURCES, Tracer, quantity_of, tracer_of

__all__ = ["CALCULATOR", "ChangeInputs", "ChangeRow", "LesionChange", "changes"]


class ChangeRow(Row):
    """One quantity of one lesion at one visit."""

    lesion: str
    """Name of the lesion, the same at every visit."""
    quantity: str
    """What was measured, by the field's term: ADC mean, FDG SUVmax, FTV, longest diameter …"""
    unit: str
    """Unit of the value: mm, cc, 1e-6 mm2/s, g/mL, % …; 1 for a number without unit."""
    visit: str
    """Name of the visit; the first by date is what a change counts from."""
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    """Date of the examination."""
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    """The value in the unit; empty: not measured."""
    tracer: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Tracer of an uptake on PET, such as 18F-FDG, where the quantity does not name it."""


class ChangeInputs(Frozen):
    """The table of measurements."""

    rows: Annotated[
        tuple[ChangeRow, ...], Option("file", positional=True, rows=ChangeRow, takes="a CSV, columns below")
    ]
    """A CSV with one quantity of one lesion at one visit a row."""


class LesionChange(Frozen):
    """A list with one entry per lesion, quantity and visit after the first, in that order."""

    lesion: str
    quantity: str
    visit: str
    change: float | None
    """Value minus that of the first visit, in `unit`; null where one of them is not known."""
    percent: float | None
    """Of the first value; null where that is 0 or not known."""
    limit: float | None
    """What a change in this direction must exceed to be beyond noise, in percent; null where no limit is
    published or there is no percentage."""
    beyond_noise: bool | None
    """Whether it does; exactly at the limit it does not. Null without a limit."""
    unit: str
    """Unit of the first visit's value, in which the change is given."""
    since: str
    """The first visit."""
    limit_in_words: str
    """The limit and what it holds for, or that none is published."""
    sources: tuple[str, ...]
    """Where the limit was published."""
    date: dt.date

    def in_words(self) -> str:
        """The change as one line for a reader."""
        name = f"{self.lesion}, {self.quantity}, {self.since} to {self.visit}"
        if self.change is None:
            return f"{name}: not known"
        percent = "" if self.percent is None else f" ({self.percent:+.1f} %)"
        verdict = {True: "beyond noise", False: "within noise", None: "noise not known"}[self.beyond_noise]
        return f"{name}: {self.change:+g} {self.unit}{percent}, {verdict}; limit: {self.limit_in_words}"


_Value = tuple[LesionChange, ...]


def changes(inputs: ChangeInputs) -> Conclusion[_Value]:
    """Change of each quantity of each lesion from its first visit to every later one.

    Values are compared exactly, in the unit of the first visit; a unit of the same kind is converted.
    Returns: no value where no quantity has a second visit. A change is null where one of its two values is
    not known.
    Raises: InputError where a quantity has two rows at one visit, a visit two dates, two visits one date, its
    unit changes in kind or does not fit the quantity, or its tracer changes.
    Limits and their sources: `neoher.response.repeatability`.
    """
    reasons: Reasoning[_Value] = Reasoning()
    series: dict[tuple[str, str], list[ChangeRow]] = defaultdict(list)
    for row in inputs.rows:
        series[(row.lesion.strip(), row.quantity.strip())].append(row)
    if not series:
        reasons.miss("rows")
        return reasons.conclude(None)
    told: list[LesionChange] = []
    for key in sorted(series):
        told += _series(sorted(series[key], key=lambda row: (row.date, row.visit)), reasons)
    if not told:
        reasons.miss("a second visit of a quantity")
        return reasons.conclude(None)
    return reasons.conclude(tuple(told))


def _series(rows: Sequence[ChangeRow], reasons: Reasoning[_Value]) -> list[LesionChange]:
    _refuse_contradictions(rows)
    first = rows[0]
    named = quantity_of(first.quantity)
    tracer = next((row.tracer for row in rows if row.tracer), None)
    if named.is_uptake and named.tracer is Tracer.NOT_STATED and tracer_of(tracer) is Tracer.NOT_STATED:
        reasons.miss(f"tracer of {first.lesion}, {first.quantity}")
        reasons.warn(
            "tracer-not-stated",
            f"{first.lesion}, {first.quantity}: limits are held for FDG alone. State the tracer, in the "
            "quantity ('FDG SUVmax') or in a column tracer.",
        )
    reasons.miss(*(f"{row.quantity} of {row.lesion} at {row.visit}" for row in rows if row.value is None))
    values = [in_unit_of_first(row.value, row.unit, first.unit, named.name, _where(row)) for row in rows]
    told = []
    for row, value in zip(rows[1:], values[1:], strict=True):
        conclusion = change_between(first.quantity, values[0], value, tracer=tracer)
        # Asked of 1 to 1, the limit is told also where there is no change to hold against it.
        held = conclusion if conclusion.value else change_between(first.quantity, 1.0, 1.0, tracer=tracer)
        assert held.value is not None
        if conclusion.value:
            reasons.step(
                f"{row.lesion}, {row.quantity}, {first.visit} to {row.visit}: {conclusion.because[0].step}",
                conclusion.because[0].rule,
                earlier=values[0],
                later=value,
                unit=first.unit,
                limit_percent=conclusion.value.limit_percent,
            )
        for source in SOURCES:
            reasons.cite(source if source.id in held.sources else None)
        change = conclusion.value
        told.append(
            LesionChange(
                lesion=first.lesion.strip(),
                quantity=first.quantity.strip(),
                visit=row.visit,
                change=change.absolute if change else None,
                percent=change.percent if change else None,
                limit=change.limit_percent if change else None,
                beyond_noise=change.beyond_noise if change else None,
                unit=first.unit,
                since=first.visit,
                limit_in_words=held.value.limit,
                sources=held.sources,
                date=row.date,
            )
        )
    return told


def _refuse_contradictions(rows: Sequence[ChangeRow]) -> None:
    dates: dict[dt.date, ChangeRow] = {}
    visits: dict[str, ChangeRow] = {}
    tracers: dict[str, ChangeRow] = {}
    for row in rows:
        if row.visit in visits:
            raise InputError("it has two rows at this visit.", _where(row), "Keep the one that counts.")
        if row.date in dates:
            raise InputError(
                f"visits {dates[row.date].visit} and {row.visit} have the same date, {row.date}.",
                _where(row),
                "Which came first is not guessed: correct a date.",
            )
        visits[row.visit] = dates[row.date] = row
        if row.tracer:
            tracers.setdefault(row.tracer.strip().casefold(), row)
    if len(tracers) > 1:
        raise InputError(
            f"its tracer changes ({', '.join(sorted(tracers))}).",
            _where(rows[-1]),
            "Values of two tracers are never compared: name them as two quantities.",
        )


def _where(row: ChangeRow) -> str:
    place = f"{row.quantity} of lesion {row.lesion} at visit {row.visit}"
    return place if row.line is None else f"line {row.line}: {place}"


CALCULATOR = Calculator(
    name="change",
    summary="Change of each measured quantity over the visits, beyond or within the noise of measuring.",
    inputs=ChangeInputs,
    output=_Value,
    compute=changes,
    example="measurements.csv",
    example_table="""\
lesion,quantity,unit,visit,date,value
L1,ADC mean,1e-6 mm2/s,T0,2025-02-08,980
L1,ADC mean,1e-6 mm2/s,T1,2025-03-13,1090
L1,ADC mean,1e-6 mm2/s,T2,2025-04-24,1310
L1,FDG SUVmax,g/mL,T0,2025-02-10,11.2
L1,FDG SUVmax,g/mL,T2,2025-04-25,5.0
L1,FTV,cc,T0,2025-02-08,12.3
L1,FTV,cc,T1,2025-03-13,6.2
""",
    sources=SOURCES,
    explanation="""\
**The change** counts from the first visit by date: later minus earlier, and in percent of the earlier
value. Where the first value is not known there is no change; a later visit is not put in its place.

**The limit** is what repeating the measurement on an unchanged lesion gives, as far as that was published.
A change beyond it is beyond noise; exactly at it is within. ADC mean: 13.3 %. ADC 15th and 25th percentile:
22.4 %, which is an upper bound. FDG SUVmax on the same scanner and protocol: -28 % or +39 %. FDG SUVpeak,
SULpeak and SUVmean: 27 %, found between two harmonised scanners, as none is held for one. For
functional tumour volume, diameters and HER2 PET none was found, and none is applied: `beyond_noise` is
null.

**Tracer.** An uptake has a limit for FDG alone. Name the tracer in the quantity (`FDG SUVmax`) or in a
column `tracer`; without it no limit is applied.

**Units.** Values are converted to the unit of the first visit where the kind is the same (cm to mm);
another kind is refused. A change beyond noise is a change of the number: what it means for the patient is
another question.
""",
)
