"""One clause of a report's HER2 wording: read from its test or gene to its first unknown word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from neoher.pathology.her2.wording.phrases import SELF_NAMING, Understood, shown, understood_of
from neoher.pathology.her2.wording.tokens import TOKENS
from neoher.pathology.her2.wording.vocabulary import NAMED, STOP_WORDS

__all__ = ["TESTS", "Reader", "read_clause"]

TESTS = ("her2", "ihc", "ish")
_BETWEEN = re.compile(r"[\s/:=.*|\"'_-]+")
_WORD = re.compile(r"[^\s,;()/:=]+|.")
_NEGATION = re.compile(
    r"(?:no|not|non|without|absence|lack|nicht|keine?|ohne|pas|sans|sin|senza|ni|nor|neither|denies)$"
)


@dataclass(slots=True)
class Reader:
    """The place in the text: which test is being spoken of, and what was found."""

    context: str
    """her2, ihc, ish; 'other' for another marker; 'none' before HER2 is named."""
    found: list[Understood] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    recount: bool = False


@dataclass(slots=True)
class _Clause:
    """How far one clause was read."""

    text: str
    sentence: str
    marked: bool
    """Whether it names HER2 or one of its tests anywhere."""
    found: list[Understood] = field(default_factory=list)
    position: int = 0
    named: bool = False
    """Whether HER2 or one of its tests was named before the place reached."""
    unknown: bool = False
    last: str = ""


def read_clause(text: str, sentence: str, reader: Reader) -> None:
    """Read one clause into `reader`: what it says, what was left, and where it leaves the context."""
    clause = _Clause(text, sentence, NAMED.search(text) is not None)
    if reader.context == "other" and "OTHER" not in text and re.match(r"\s*(?:DUAL)?ISH", text):
        reader.context = "ish"
    while clause.position < len(text):
        if between := _BETWEEN.match(text, clause.position):
            clause.position = between.end()
            continue
        kind, match = _token(text, clause.position)
        read_on = _skip_word(clause) if match is None else _read_phrase(kind, match, clause, reader)
        if not read_on:
            break
        if match is not None:
            clause.last, clause.position = kind, match.end()
    _close(clause, reader)


def _skip_word(clause: _Clause) -> bool:
    """Step over a word that is no phrase; False where the reading ends at it."""
    word = STOP_WORDS.match(clause.text, clause.position)
    if word is None:
        word = _WORD.match(clause.text, clause.position)
        clause.unknown = True
        if word is None or clause.named or not clause.marked or _NEGATION.match(word[0]):
            if word is not None and _NEGATION.match(word[0]):
                # What it negates is not known: nothing of the clause is taken ('positive, not confirmed').
                clause.found.clear()
                clause.position = 0
            return False
    clause.position = word.end()
    return True


def _read_phrase(kind: str, match: re.Match[str], clause: _Clause, reader: Reader) -> bool:
    """Take a phrase; False where the reading ends at it."""
    if kind == "other":
        if not clause.named:
            clause.found.clear()
        reader.context, clause.named, clause.unknown = "other", False, False
        return True
    if kind in TESTS:
        _enter(kind, match, clause, reader)
        return True
    if reader.context not in TESTS:
        if not _speaks_of_her2(kind, match[0], clause.text):
            clause.unknown = True
            return True
        reader.context = "ish" if "ish" in kind or kind in SELF_NAMING else "her2"
        clause.named = True
    if kind == "recount":
        reader.recount = True
    elif kind in {"pending", "not-done"}:
        reader.pending.extend(_tests_of(reader.context))
    elif kind != "context":
        context = "ish" if kind == "percent" and clause.last.startswith("ish-") else reader.context
        understood = understood_of(kind, match, context, clause.sentence, recount=reader.recount)
        if understood is None:
            clause.unknown = True
            return False
        clause.found.append(understood)
    return True


def _enter(kind: str, match: re.Match[str], clause: _Clause, reader: Reader) -> None:
    """Turn to the test or gene that was named."""
    if clause.unknown and not clause.named:
        clause.found.clear()
    clause.unknown = False
    if kind == "her2" and clause.last in {"ish", "ihc"} and reader.context == clause.last:
        return
    if kind != "her2" and reader.context == "other":
        # 'ER positive by IHC': the test is that of the other marker.
        return
    reader.context, clause.named = kind, True
    if "DUALISH" in match[0]:
        clause.found.append(Understood("ish_probe", "dual", shown(match[0]), clause.sentence))


def _close(clause: _Clause, reader: Reader) -> None:
    found = clause.found
    if clause.unknown and not clause.marked:
        # Only what is about in situ hybridisation in itself is taken from a clause with other subjects.
        found = [each for each in found if each.field.removeprefix("recount_") in SELF_NAMING]
        if reader.context in TESTS:
            reader.left.append(shown(clause.text))
            reader.context = "other"
    elif clause.position < len(clause.text) and (reader.context in TESTS or clause.marked):
        reader.left.append(shown(clause.text[clause.position :]))
    reader.found += found


def _token(clause: str, position: int) -> tuple[str, re.Match[str] | None]:
    for kind, pattern in TOKENS:
        match = pattern.match(clause, position)
        if match is not None and match.end() > position:
            return kind, match
    return "", None


def _speaks_of_her2(kind: str, phrase: str, clause: str) -> bool:
    """Whether a phrase after another marker, or before HER2 is named, names HER2 by itself."""
    if "HERTWO" in phrase or kind.startswith("triple"):
        return True
    return kind in {"ratio", "copies", "ish-negative", "ish-positive"} and "OTHER" not in clause


def _tests_of(context: str) -> tuple[str, ...]:
    return {"ihc": ("her2.ihc",), "ish": ("her2.ish",)}.get(context, ("her2.ihc", "her2.ish"))
