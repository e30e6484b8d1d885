"""Contrasts: statements on one subject of which only one answers, by what the question says.

Pregnant now against contraception afterwards, the limit to start against the limit to hold: the words are the
same, the answers are not. A statement of the other side must not stand first. Design decisions, no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from neoher.guidance.asking.reading.language import OPPOSITES

__all__ = ["on_other_side", "opposed"]


@dataclass(frozen=True, slots=True)
class _Contrast:
    """A question of this sort is not answered by a statement with such a title."""

    asked: re.Pattern[str]
    unless: re.Pattern[str]
    """Words of the question by which it does mean the other side."""
    other: re.Pattern[str]
    """In the title of a statement on the other side."""


def _contrast(asked: str, unless: str, other: str) -> _Contrast:
    return _Contrast(*(re.compile(each, re.IGNORECASE) for each in (asked, unless, other)))


_START = r"\b(?:start\w*|begin\w*|initiat\w*|minimum|min|lowest|before (?:the )?(?:first|starting))\b"
_HOLD = r"\b(?:hold\w*|held|paus\w*|stop\w*|withh\w*|interrupt\w*|suspend\w*|discontinu\w*)\b"
_HEART = r"\b(?:lvef|ef|ejection|heart|echo)\b"
_GROWS = (
    r"\b(?:gr[oe]w(?:s|n|ing)?|bigger|larger|progress(?:es|ed|ing|ion)?|enlarg\w*)\b.{0,60}"
    r"\b(?:now what|what now|what next|what (?:to|should|do|can|shall)|next|then|switch|change)\b"
)
_CONTRASTS = (
    _contrast(
        r"\bpregnan|\bexpecting a (?:baby|child)\b|\bgestation",
        r"\b(?:after|contracept\w*|become|becom\w*|get|getting|got|soon|wait\w*|plan\w*|birth control|until|"
        r"fertil\w*|later|conceive|have a baby|last dose|avoid\w*|prevent\w*)\b",
        r"contraception|fertility|boxed",
    ),
    _contrast(rf"{_HEART}.*{_START}|{_START}.*{_HEART}", _HOLD, r"\bhold\b|\bheld\b|\bstopped\b|resumed"),
    _contrast(
        r"\b(?:min(?:imum)?|lowest)\b.*\bbefore\b|\bbefore\b.*\b(?:min(?:imum)?|lowest)\b",
        _HOLD,
        r"\bhold\b|\bheld\b|\bstopped\b",
    ),
    _contrast(rf"{_HEART}.*{_HOLD}|{_HOLD}.*{_HEART}", _START, r"\bstart\b|\bstarting\b"),
    _contrast(
        r"\bwhat (?:is|to|should|do|can|must|happens)\b.*\b(?:progress|gr[oe]w|bigger|enlarg)",
        r"\b(?:how (?:often|rare|common)|risk|frequen\w*|often)\b",
        r"progression is rare",
    ),
    _contrast(_GROWS, r"\b(?:how (?:often|rare|common)|risk of|frequen\w*|often)\b", r"progression is rare"),
    _contrast(
        r"\boften\b.{0,20}\b(?:progress\w*|gr[oe]w\w*)|\b(?:how (?:often|rare|common)|risk of|frequen\w*)\b"
        r".{0,40}\b(?:progress\w*|gr[oe]w\w*)",
        r"\bwhat now\b",
        r"^progression under therapy$",
    ),
    # Cancer was left: what follows pCR is not for her.
    _contrast(
        r"\bypt?n?[1-4]|\bresidual (?:disease|cancer|tumou?r)|\b(?:no|non|without|not)[ -]?pcr\b",
        r"(?<!no )(?<!non )(?<!without )(?<!not )\bpcr\b|complete response",
        r"^pcr after",
    ),
    _contrast(
        r"\b(?:yp|c)[tn].*\b(?:adjuvant|regimen|options?|conjugate|"
        r"(?:which|what|next) (?:\w+ )?(?:drug|therapy|treatment|adc))\b",
        r"\b(?:size|limits?|stage|category)\b",
        r"^size|limits|\bstage",
    ),
    # What is decided before any therapy is decided for one whose specimen after it is stated.
    _contrast(r"\byp[tn]", r"\bwould|\bhad been\b", r"surgery first|gets? neoadjuvant|^preferred options"),
    _contrast(r"\b[23]plus\b", r"\b[01]plus\b|\bihc 0\b|discordant", r"^ihc 0 or 1\+ with"),
    _contrast(
        r"\bypt?n?[1-4]|\bresidual\b",
        r"t.?dxd|enhertu|deruxtecan|ds.?8201",
        r"^residual disease after neoadjuvant t-dxd",
    ),
    _contrast(
        r"\bfor good\b|\bpermanent",
        r"\b(?:hold\w*|held|paus\w*|withh\w*|interrupt\w*|suspend\w*)\b",
        r"\bis held\b|\bhold\b",
    ),
    # Involved nodes after therapy are high risk (DESTINY-Breast05).
    _contrast(
        r"\bypn[1-3]",
        r"\b(?:lower|low|other)[ -]?risk\b",
        r"^other residual disease|lower-risk residual|^pcr after",
    ),
    _contrast(
        r"\bgroup [1-5]\b", r"\b(?:how (?:often|rare|common)|frequen\w*|share|percent)", r"^how often groups"
    ),
    # The criteria of 1979 are history: they are meant where they are named.
    _contrast(
        r"",
        r"\bxwho\b|\bwho (?:criteria|response|partial|progression)\b|bidimension|product|perpendicular|1979|"
        r"two.dimension",
        r"^who criteria$",
    ),
)


def on_other_side(question: str, title: str) -> bool:
    """Whether a statement of this title is on the other side of what the question asks."""
    return any(
        each.other.search(title) and each.asked.search(question) and not each.unless.search(question)
        for each in _CONTRASTS
    )


def opposed(asked: Collection[str], headed: Collection[str]) -> bool:
    """Whether a heading is about the opposite of what is asked: node-negative for node-positive."""
    return any(
        (one in asked and other not in asked and other in headed and one not in headed)
        or (other in asked and one not in asked and one in headed and other not in headed)
        for one, other in OPPOSITES
    )
