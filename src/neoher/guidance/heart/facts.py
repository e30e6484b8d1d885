"""What is stated of the heart, and what the rule sets answer."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.errors import InputError
from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day
from neoher.record.values.units import LARGEST_FRACTION

__all__ = [
    "Action",
    "CardiacDrug",
    "CardiacFacts",
    "CardiacVerdict",
    "HeartReading",
    "RuleSet",
    "readings_of",
]


class CardiacDrug(StrEnum):
    """Drugs with rules for the ejection fraction."""

    TRASTUZUMAB = "trastuzumab"
    PERTUZUMAB = "pertuzumab"
    T_DM1 = "t-dm1"
    T_DXD = "t-dxd"


class RuleSet(StrEnum):
    """Whose rules: US label; EU product information; UK, the EU text with NICE's limit to start."""

    US = "US"
    EU = "EU"
    UK = "UK"


class Action(StrEnum):
    """What a rule set says after the newest measurement."""

    CONTINUE = "continue"
    HOLD = "hold"
    RECHECK = "recheck"
    """The drug goes on, and the measurement is repeated early."""
    STOP = "stop"
    CANNOT_START = "cannot-start"


class CardiacFacts(Frozen):
    """Ejection fractions under one drug. None: not known; never taken as normal."""

    drug: Annotated[CardiacDrug | None, Option("drug")] = None
    """The HER2-directed drug that is given or planned."""
    region: Annotated[RuleSet | None, Option("region")] = None
    """Whose rules are applied; the others are computed beside them."""
    lvef: Annotated[
        tuple[str, ...],
        Option(
            "lvef",
            unit="DATE=%",
            repeated=True,
            takes="a day with an ejection fraction, such as 2025-02-12=62",
        ),
    ] = ()
    """Left ventricular ejection fraction with its day; once for each measurement."""
    lln: Annotated[float | None, Field(gt=0, le=100, allow_inf_nan=False), Option("lln", unit="%")] = None
    """Lower limit of normal of the laboratory."""
    baseline: Annotated[Day | None, Option("baseline", takes="YYYY-MM-DD")] = None
    """Day of the measurement before the drug; left out, the first by date."""
    symptoms: Annotated[bool | None, Option("symptoms")] = None
    """Whether there is symptomatic heart failure at the newest measurement."""
    after_anthracycline: Annotated[bool | None, Option("after-anthracycline")] = None
    """Whether an anthracycline was given before."""
    last_dose: Annotated[Day | None, Option("last-dose", takes="YYYY-MM-DD")] = None
    """Day of the last dose, once therapy is over."""
    today: Annotated[Day | None, Option("today", takes="YYYY-MM-DD")] = None
    """The day on which it is asked: whether the next echo is overdue; later measurements are left out."""


class CardiacVerdict(Frozen):
    """What one rule set says."""

    action: Action | None
    """None where it hangs on a fact that is not known."""
    next_echo: dt.date | None
    """Day on which the next measurement is due; None where the rule set fixes none."""
    overdue: bool | None
    """Whether that day is past; None without `today` or without a day."""
    says: str | None
    """The row that decided, in words; None where none could be."""
    verification: str
    """How far the rule set was read."""


class CardiacAssessment(Frozen):
    """The applied rule set and every one that was computed."""

    applied: RuleSet | None
    """None where the region is not stated."""
    by_rule_set: dict[RuleSet, CardiacVerdict]
    baseline_percent: float
    latest_percent: float
    fall_points: float
    """Baseline minus newest, percentage points; below 0 where it rose."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        parts = [
            f"{name}: {verdict.action or 'cannot be said'}" + (f" ({verdict.says})" if verdict.says else "")
            for name, verdict in self.by_rule_set.items()
        ]
        applied = f"applied: {self.applied}" if self.applied else "region not stated, none is applied"
        return f"LVEF {self.baseline_percent:g} to {self.latest_percent:g} %; {applied}. " + "; ".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class HeartReading:
    """One measurement."""

    date: dt.date
    lvef_percent: float


_READING = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*[=:]\s*([0-9]+(?:\.[0-9]+)?)\s*%?\s*", re.ASCII)


def readings_of(facts: CardiacFacts) -> tuple[HeartReading, ...]:
    """The measurements by date, from the baseline on, up to `today`.

    Raises: InputError for what is no measurement, two values of one day, a baseline that was not measured, a
    last dose before the baseline.
    """
    readings: dict[dt.date, float] = {}
    for stated in facts.lvef:
        reading = _reading(stated)
        if readings.setdefault(reading.date, reading.lvef_percent) != reading.lvef_percent:
            raise InputError(
                f"two different values are given for {reading.date}.", "lvef", "Give the one that counts."
            )
    if facts.baseline is not None and readings and facts.baseline not in readings:
        raise InputError(
            f"no value is given for {facts.baseline}.", "baseline", "Name the day of one of the measurements."
        )
    start = facts.baseline or min(readings, default=None)
    if facts.last_dose is not None and start is not None and facts.last_dose < start:
        raise InputError(
            f"the last dose, {facts.last_dose}, lies before the baseline of {start}.",
            "last_dose, lvef",
            "Correct one of the days.",
        )
    return tuple(
        HeartReading(date, lvef)
        for date, lvef in sorted(readings.items())
        if start and date >= start and (facts.today is None or date <= facts.today)
    )


def _reading(stated: str) -> HeartReading:
    found = _READING.fullmatch(stated)
    remedy = "It takes a day with an ejection fraction in %, such as 2025-02-12=62."
    if found is None:
        raise InputError(f"'{stated[:40]}' is no measurement.", "lvef", remedy)
    try:
        date = dt.date.fromisoformat(found[1])
    except ValueError:
        raise InputError(f"'{found[1]}' does not exist in the calendar.", "lvef", remedy) from None
    lvef = float(found[2])
    if lvef <= LARGEST_FRACTION:
        raise InputError(f"{found[2]} reads as a fraction, not as percent.", "lvef", remedy)
    if lvef > 100:
        raise InputError(f"{found[2]} cannot be an ejection fraction.", "lvef", remedy)
    return HeartReading(date, lvef)
