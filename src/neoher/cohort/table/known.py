"""Columns whose names say what they hold, for tables that come without a mapping.

The definitions are those of the data dictionary. Endpoints by STEEP 2.0 (doi:10.1200/JCO.20.03613, given from
memory and not opened: unverified). Limits of what is possible or plausible are ours (a design decision).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from neoher.cohort.table.tidy import Kind

__all__ = ["ENDPOINTS", "HER2_ORDER", "Known", "endpoint_of", "known_column"]

ENDPOINTS = {
    "os": "overall survival: death of any cause",
    "dfs": "disease-free survival: recurrence, second primary or death; counted from surgery",
    "idfs": "invasive disease-free survival: invasive recurrence, second primary invasive cancer or death; "
    "counted from surgery, or from randomisation after it",
    "efs": "event-free survival: progression before surgery, recurrence or death; counted from randomisation "
    "or the start of neoadjuvant therapy",
    "rfs": "recurrence-free survival: recurrence or death",
    "rfi": "recurrence-free interval: recurrence or death of breast cancer",
    "drfi": "distant recurrence-free interval: distant recurrence or death of breast cancer",
    "ddfs": "distant disease-free survival: distant recurrence or death",
    "drfs": "distant recurrence-free survival: distant recurrence or death",
    "pfs": "progression-free survival: progression or death",
    "bcss": "breast-cancer-specific survival: death of breast cancer",
}
"""Endpoints by their short name, with what counts as the event."""

HER2_ORDER = ("positive", "3+", "2+/ISH+", "ISH+", "low", "ultralow", "0", "absent", "null", "negative")

_TIME_WORDS = ("days", "months", "years", "weeks", "time", "d", "mo")
_EVENT_WORDS = ("event", "status", "ind", "indicator", "censor", "observed", "cause")
_YES_NO = {
    "0": False,
    "1": True,
    "no": False,
    "yes": True,
    "n": False,
    "y": True,
    "false": False,
    "true": True,
}
_SIGNS = {"0": "negative", "1": "positive", "negative": "negative", "positive": "positive"}
_SIGNS |= {"neg": "negative", "pos": "positive", "-": "negative", "+": "positive", "hr+": "positive"}
_SIGNS |= {"hr-": "negative", "er+": "positive", "er-": "negative", "pr+": "positive", "pr-": "negative"}
_SIGNS |= {"hr positive": "positive", "hr negative": "negative"}
_UNDECIDED: dict[str, object] = dict.fromkeys(("indeterminate", "equivocal", "borderline", "x", "gx"))


@dataclass(frozen=True, slots=True)
class Known:
    """What a column's name says of it."""

    kind: Kind
    codes: dict[str, object] | None = None
    """What the codes stand for; another code is impossible. None: any text."""
    levels: tuple[str, ...] = ()
    possible: tuple[float | None, float | None] = (None, None)
    plausible: tuple[float | None, float | None] = (None, None)
    definition: str = ""
    endpoint: str = ""
    strict: bool = True
    """Whether the name alone decides; otherwise only where most of the cells are such codes."""


def endpoint_of(name: str) -> str:
    """The endpoint that a column's name begins with (os, dfs, ...); '' where it is none."""
    first = re.split(r"[\s_.-]+", name.casefold())[0]
    return first if first in ENDPOINTS else ""


def known_column(name: str) -> Known | None:
    """What the name of a column says of it; None where it says nothing that we know."""
    words = [word for word in re.split(r"[\s_.\-()\[\]]+", name.casefold()) if word]
    if not words:
        return None
    plain = "_".join(words)
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if words[0] in ("pcr", "bpcr", "tpcr"):
        return Known(
            Kind.YES_NO, dict(_PCR), definition="pathological complete response; definition not stated"
        )
    endpoint = endpoint_of(name)
    if endpoint or words[0] in ("follow", "followup", "time", "survival") or words[-1] == "time":
        if words[-1] in _EVENT_WORDS:
            return Known(Kind.EVENT, definition=ENDPOINTS.get(endpoint, ""), endpoint=endpoint)
        if len(words) == 1 or words[-1] in _TIME_WORDS:
            return Known(
                Kind.TIME, possible=(0, None), definition=ENDPOINTS.get(endpoint, ""), endpoint=endpoint
            )
    if words[-1] in ("event", "status") and len(words) <= 2 and words[0] in ("death", "event", "status"):
        return Known(Kind.EVENT, strict=False)
    return _by_unit(words)


def _by_unit(words: list[str]) -> Known | None:
    if {"change", "pch", "delta", "diff", "difference"} & set(words):
        return None
    if words[-1] in ("percent", "pct") and len(words) > 1:
        return Known(Kind.NUMBER, possible=(0, 100))
    if words[-1] in ("mm", "cm", "cc", "ml") and len(words) > 1:
        return Known(Kind.NUMBER, possible=(0, None))
    if any(word.startswith("suv") for word in words):
        return Known(Kind.NUMBER, possible=(0, None), plausible=(None, 200))
    return None


_PCR: dict[str, object] = {
    **_YES_NO,
    "pcr": True,
    "non-pcr": False,
    "non pcr": False,
    "no pcr": False,
    "not pcr": False,
    "rd": False,
    "residual disease": False,
}
_RECEPTOR = Known(Kind.CATEGORY, {**_SIGNS, **_UNDECIDED}, ("negative", "positive"), strict=False)
_AGE = Known(Kind.NUMBER, possible=(0, 120), plausible=(18, 100), definition="age in years")
_BY_NAME = {
    "age": _AGE,
    "age_years": _AGE,
    "age_at_diagnosis": _AGE,
    "age_at_screening": _AGE,
    "hr": _RECEPTOR,
    "hr_status": _RECEPTOR,
    "er": _RECEPTOR,
    "er_status": _RECEPTOR,
    "pr": _RECEPTOR,
    "pr_status": _RECEPTOR,
    "rcb_class": Known(
        Kind.CATEGORY,
        {"0": "0", "i": "I", "ii": "II", "iii": "III", "1": "I", "2": "II", "3": "III"},
        ("0", "I", "II", "III"),
        definition="residual cancer burden class",
    ),
    "her2_ihc": Known(
        Kind.CATEGORY,
        {"0": "0", "1+": "1+", "2+": "2+", "3+": "3+", "1": "1+", "2": "2+", "3": "3+"},
        ("0", "1+", "2+", "3+"),
        definition="HER2 immunohistochemistry score",
    ),
    "grade": Known(
        Kind.CATEGORY,
        {"1": "1", "2": "2", "3": "3", "i": "1", "ii": "2", "iii": "3", "g1": "1", "g2": "2", "g3": "3"}
        | _UNDECIDED,
        ("1", "2", "3"),
        definition="histological grade",
        strict=False,
    ),
}
