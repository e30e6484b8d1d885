"""Numbers as a page or a terminal shows them; JSON and CSV keep every digit."""

from __future__ import annotations

import math

from neoher.cohort.result import Estimate, Heading

__all__ = ["NOT_KNOWN", "cell", "estimate_text", "number", "p_value", "percent"]

NOT_KNOWN = "–"
SMALLEST_P = 0.0001


def number(value: float | None, digits: int | None = None) -> str:
    """A number with `digits` decimals, or with three significant digits; '–' where it is not known."""
    if value is None:
        return NOT_KNOWN
    if not math.isfinite(value):
        return {"inf": "∞", "-inf": "−∞"}.get(str(value), NOT_KNOWN)
    if digits is not None:
        text = f"{value:.{digits}f}"
    elif value == int(value) and abs(value) < 1e7:
        text = str(int(value))
    elif 1e-3 <= abs(value) < 1e7:
        decimals = max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:.{decimals}f}"
    else:
        text = f"{value:.2e}"
    zero = set(text) <= set("-0.")
    return text.removeprefix("-") if zero else text.replace("-", "−", 1) if text.startswith("-") else text


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return NOT_KNOWN if share is None else f"{number(100 * share, digits)} %"


def p_value(p: float | None) -> str:
    """A p value: two significant digits, never rounded to 0 nor to the side of 0.05 it is not on."""
    if p is None:
        return NOT_KNOWN
    if p < SMALLEST_P:
        return f"< {SMALLEST_P}"
    for digits in (2, 3, 4):
        text = f"{p:.{digits}f}"
        if float(text) >= 10 ** (1 - digits) and (float(text) < 0.05) == (p < 0.05) and float(text) < 1:
            return text
    return f"{p:.4f}" if p < 0.9999 else "> 0.9999"


def estimate_text(estimate: Estimate) -> str:
    """'12.3 (10.1 to 15.0) mm'."""
    unit = f" {estimate.unit}" if estimate.unit else ""
    if estimate.value is None:
        return NOT_KNOWN
    value = number(estimate.value)
    if estimate.low is None and estimate.high is None:
        return f"{value}{unit}"
    return f"{value} ({number(estimate.low)} to {number(estimate.high)}){unit}"


def cell(value: object, heading: Heading) -> str:
    """A cell of a result table; a summary in its own form: '12 (34.5 %)' or '50 (42 to 57)'."""
    match value:
        case {"count": int(count), "percent": float(share)}:
            return f"{count} ({number(share, 1)} %)"
        case {"count": int(count)}:
            return str(count)
        case {"median": float(median), "q1": float(q1), "q3": float(q3)}:
            return f"{number(median)} ({number(q1)} to {number(q3)})"
        case {"least": str(least), "most": str(most)}:
            return f"{least} to {most}"
        case dict():
            return NOT_KNOWN
        case list():
            return "; ".join(map(str, value)) or NOT_KNOWN
        case None:
            return NOT_KNOWN
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return p_value(value) if heading.key == "p" else number(value, heading.digits)
    return str(value)
