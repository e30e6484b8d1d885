"""Language of questions: words that carry no subject, everyday words for those of the field, scope.

About how people ask, not about medicine: what drugs, trials and terms are called stands in the glossary. The
lists lie in `words`; none of them is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "COMMON",
    "DEFINITION",
    "EMERGENCY",
    "EVERYDAY",
    "FILLERS",
    "NEAR_WORDS",
    "NOT_HELD",
    "OPPOSITES",
    "PLAIN",
    "PREMISE",
    "PROGNOSIS",
    "REAL_WORDS",
    "SCOPE_WORDS",
    "SITUATIONS",
    "STUDY",
    "SUBJECTS",
    "TERM_WORDS",
]

_FOLDER = Path(__file__).parent / "words"
_LEFT_OUT = "-"


def _lines(name: str) -> list[str]:
    """The entries of a list: one a line; what is indented continues the line above."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").replace("\n    ", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _groups(name: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.partition(": ") for line in _lines(name))
    return {head: tuple(rest.split(", ")) for head, _, rest in pairs}


def _words(name: str) -> frozenset[str]:
    return frozenset(" ".join(_lines(name)).split())


FILLERS = _words("fillers")
"""Words that carry no subject."""
PLAIN = _words("plain")
"""Everyday words that qualify a question and name no subject: a text that lacks one may still answer."""
COMMON = _words("common")
"""Common English words: one that a text lacks weighs less than a rare one, which is a subject of its own."""
NOT_HELD = _words("beyond")
"""Words of matters on which nothing is held; named so that they are not read as misspelt."""
REAL_WORDS = _words("real")
"""Real words that the knowledge may not hold: never corrected into another."""
EVERYDAY = tuple(("" if head == _LEFT_OUT else head, *others) for head, others in _groups("everyday").items())
"""Everyday words; the first of each group stands for all, an empty one for nothing."""
TERM_WORDS: Mapping[str, tuple[str, ...]] = _groups("terms")
"""Everyday wordings of terms of the glossary, by id of the term."""
NEAR_WORDS: Mapping[str, tuple[str, ...]] = _groups("near")
"""Words, or ids of terms, that may stand for another; a text with one of them counts somewhat less."""

OPPOSITES = (
    ("nodeposit", "nodenegat"),
    ("hrposit", "hrnegat"),
    ("usa", "europ"),
    ("premenopausal", "postmenopausal"),
)
"""Words as questions are read of which one excludes the other."""

SITUATIONS = (
    "after surgery",
    "after therapy",
    "preoperative",
    "baseline",
    "tumour",
    "positive",
    "negative",
    "small",
    "spread",
    "age",
)
"""Words that say when or in what state; alone they are no subject."""

SUBJECTS = (
    "lymph node",
    "axilla",
    "liver",
    "lung",
    "heart",
    "kidney",
    "brain",
    "platelets",
    "neutrophils",
    "fertility",
    "pregnant",
    "contraception",
    "breastfeeding",
    "hepatitis",
    "radiotherapy",
    "calcifications",
)
"""Parts of the body and matters that a text must hold where they are asked about, as it must a drug."""

SCOPE_WORDS: Mapping[str, str] = {
    "metastatic": "metastatic disease",
    "her2negative": "HER2-negative disease",
    "children": "children",
}
"""What the rules do not cover, by its word; such a question is answered only where a text is about it."""

PROGNOSIS = re.compile(
    r"\b(?:will (?:i|she|he) (?:die|survive|live|make it|be cured)|"
    r"how long (?:do|does|have|has|will) (?:i|she|he)\b.{0,20}\b(?:live|left)|life expectancy|"
    r"(?:prognosis|survival chances?|outlook|life expectancy)(?: is)? (?:of|for|in) (?:this|the|my|our) "
    r"(?:patient|woman|lady|case|mother|wife|sister|friend)\b|"
    r"this (?:patient|woman)'?s (?:prognosis|outlook)|"
    r"(?:my|her|his) (?:\w+ )?(?:prognosis|chances?|odds)|(?:chances?|likely|odds|probab\w*)\b.{0,30}"
    r"\b(?:i|she|he) (?:personally |will )?(?:get|gets|have|has|die|dies|survive|relapse)|"
    r"(?:am|is) (?:i|she|he) going to (?:die|live|survive))\b",
    re.IGNORECASE,
)
"""Questions about what will become of one person."""

PREMISE = re.compile(
    r"^\s*(?:as|since|because|given|now that|if|so|but)\b|\b(?:right|true|correct|isn't it|doesn't it|"
    r"don't they|can't (?:it|they|we)|aren't they|proven|proved|always|never|everybody|every patient|"
    r"all patients|must|of course|obviously|why (?:do|does|is|are|must|should)|how do (?:we|i|you))\b|, so\b|"
    r"^(?!\s*(?:what|which|how|when|who|is|are|do|does|did|can|should|may)\b)"
    r".*\b(?:is|are|was|has|can be|got)\b.*,\s*(?:at |for |in )?(?:which|what|how (?:many|much|long))\b",
    re.IGNORECASE,
)
"""Words by which a question takes something for granted."""

EMERGENCY = re.compile(
    r"\b(emergency|ambulance|call (?:911|112|999)|can(?:no|')?t breathe|cannot breathe|suicid\w*|"
    r"collapsed|unconscious|fainted|chest pain|seizure|anaphyla\w*)\b",
    re.IGNORECASE,
)
"""Words at which nothing is looked up."""

STUDY = re.compile(r"\b((?:[A-Z][\w-]*[A-Z0-9][\w-]*)(?: \d+)?)\s+(?:trial|study|phase)\b")
"""A study called by its name."""

DEFINITION = re.compile(
    r"^\s*(?:please\s+)?(?:what(?:'s| is| are| does| do)|define|explain|meaning of|what is meant by|"
    r"definition of|what.?s)\b",
    re.IGNORECASE,
)
"""How questions begin that ask what something is."""
