"""Numbers in texts: which a text states, and which a fact holds."""

from __future__ import annotations

import math
import re
from functools import cache

__all__ = ["held_numbers", "is_held", "stated_numbers"]

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_HELD = re.compile(rf"(?<![A-Za-z\d.,])(?<![A-Za-z]-)({_DIGITS})")
"""A number that does not belong to a name such as HER2 or DB-05; a unit may follow without a space."""
_STATED = re.compile(rf"(?<![A-Za-z\d.,])(?<![A-Za-z]-)({_DIGITS})(?![A-Za-z\d]|[.,]\d)")
"""The same, without names that begin with a number, such as 89Zr."""
_SCORES = re.compile(r"(?<![\d.])[0-3](?:/[0-3])*\+(?:/[0-3]\+)*")
"""IHC scores such as 2+ and 0/1+ are names."""
_STAGES = re.compile(r"\b[cy]?[cp]?[TNM]\d[a-d]?(?:mi)?(?:-\d)?\b")
"""Categories such as cT1-3 and N0-1 are names."""
_POWERS = re.compile(r"\b10\^\d+(?:/L)?")


@cache
def stated_numbers(text: str) -> frozenset[float]:
    """The numbers that a text states, without signs; scores and names are not numbers."""
    return _numbers(_STATED, text)


@cache
def held_numbers(text: str) -> frozenset[float]:
    """The numbers that a fact holds, without signs."""
    return _numbers(_HELD, text)


def is_held(number: float, held: frozenset[float], *, rounded: bool) -> bool:
    """Whether a number is among those held; with `rounded`, as a whole number that one of them rounds to."""
    if number in held:
        return True
    return rounded and number.is_integer() and any(abs(each - number) <= 0.5 for each in held)


def _numbers(pattern: re.Pattern[str], text: str) -> frozenset[float]:
    plain = _POWERS.sub(" ", _STAGES.sub(" ", _SCORES.sub(" ", text)))
    found = (float(digits.replace(",", "")) for digits in pattern.findall(plain))
    return frozenset(number for number in found if math.isfinite(number))
