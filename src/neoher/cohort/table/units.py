"""Units of cohort columns: how they are written, and the factor between two of one quantity."""

from __future__ import annotations

import re

__all__ = ["DAYS_PER_MONTH", "DAYS_PER_YEAR", "factor", "unit_in_name", "unit_named", "with_unit"]

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

_LENGTH = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
_VOLUME = {"cc": 1.0, "mm3": 0.001, "l": 1000.0}
_TIME = {"d": 1.0, "wk": 7.0, "mo": DAYS_PER_MONTH, "a": DAYS_PER_YEAR}
_MASS = {"mg": 1.0, "g": 1000.0, "kg": 1e6}
_OTHER = {"%": 1.0}
_QUANTITIES = (_LENGTH, _VOLUME, _TIME, _MASS, _OTHER)
_WRITTEN = {
    "millimeter": "mm",
    "centimeter": "cm",
    "ml": "cc",
    "cm3": "cc",
    "ccm": "cc",
    "cm^3": "cc",
    "cm³": "cc",
    "mm³": "mm3",
    "mm^3": "mm3",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "mos": "mo",
    "mth": "mo",
    "year": "a",
    "years": "a",
    "yr": "a",
    "yrs": "a",
    "y": "a",
    "percent": "%",
    "pct": "%",
}
_SAID = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}
_NUMBER_AND_UNIT = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*([A-Za-zµ%][A-Za-z0-9/%µ³^]*\.?)")


def unit_named(written: str) -> str | None:
    """Our name of a unit as people write it (UCUM, but cc for mL); None where it is none that we know."""
    plain = written.strip().rstrip(".").casefold()
    plain = _WRITTEN.get(plain, plain)
    return plain if any(plain in quantity for quantity in _QUANTITIES) else None


def factor(source: str, target: str) -> float | None:
    """What a number in `source` is multiplied with to be in `target`; None between two quantities."""
    ours, wanted = unit_named(source), unit_named(target)
    if source == target:
        return 1.0
    for quantity in _QUANTITIES:
        if ours in quantity and wanted in quantity:
            return quantity[ours] / quantity[wanted]
    return None


def with_unit(text: str) -> tuple[str, str] | None:
    """'3.4 cm' as number and unit; None where the text is not a number with a unit we know."""
    found = _NUMBER_AND_UNIT.fullmatch(text.strip())
    if found is None:
        return None
    unit = unit_named(found.group(2))
    return (found.group(1), unit) if unit else None


def unit_in_name(column: str) -> str:
    """The unit that ends a column's name: 'os_days', 'MRI LD (mm)', 'time [months]'; '' where none does."""
    words = [word for word in re.split(r"[\s_()\[\]]+", column) if word]
    if len(words) < 2 or words[-1] in ("m", "a", "d", "L", "l", "g", "y"):
        return ""
    return unit_named(words[-1]) or ""


def said(unit: str) -> str:
    """The unit as a reader says it."""
    return _SAID.get(unit, unit)
