"""How a number may have been rounded to what is printed."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from neoher.cohort.verify.claims import Printed

__all__ = ["ROUNDINGS", "holds", "rounded", "roundings_that_give"]

ROUNDINGS = {
    "half up": ROUND_HALF_UP,
    "half to even": ROUND_HALF_EVEN,
    "cut off": ROUND_DOWN,
    "up": ROUND_CEILING,
}
"""By name; the first is the usual one."""
DIGITS = 40


def rounded(value: Fraction, printed: Printed, rounding: str) -> Decimal:
    """The exact number with as many decimals as are printed."""
    # Forty digits hold every tie of counts: a fraction that is none differs from it long before.
    exact = Decimal(value.numerator * 10**DIGITS // value.denominator).scaleb(-DIGITS)
    return exact.quantize(printed.unit, rounding=ROUNDINGS[rounding])


def roundings_that_give(value: Fraction, printed: Printed) -> tuple[str, ...]:
    """The ways of rounding by which the number becomes the printed one."""
    return tuple(name for name in ROUNDINGS if rounded(value, printed, name) == printed.value)


def holds(value: float, printed: Printed) -> bool:
    """Whether a computed number is the printed one: rounded either way at a half, or by its inequality."""
    slack = 1e-12
    match printed.sign:
        case "<":
            return value <= float(printed.value) + slack
        case ">":
            return value >= float(printed.value) - slack
    return printed.low - slack <= value <= printed.high + slack
