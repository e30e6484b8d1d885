"""In passing: what a question only says beside its subject, and no text need have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from neoher.guidance.asking.reading.spelling import folded_words, stem
from neoher.guidance.asking.reading.values import is_category
from neoher.guidance.asking.reading.word import Named, Word

__all__ = ["ISH_GROUPS", "said_in_passing", "without_background"]

_MEANWHILE = {"during", "after", "under", "on", "last", "post", "following", "since", "finished"}
"""Before a regimen they say when, not what is asked about."""
_NOT_DONE = {("not", "done"), ("not", "known"), ("not", "available"), ("not", "performed"), ("not", "stated")}
ISH_GROUPS = {f"group{number}" for number in range(1, 6)}
_SCORES = {"0plus", "1plus", "2plus", "3plus"}
_UNITS = {"hour", "hours", "day", "days", "minute", "minutes", "point", "points", "h"}
_RESULTS = {
    "term.pCR",
    "term.rCR",
    "term.OS",
    "term.EFS",
    "term.iDFS",
    "term.DFS",
    "term.hazard-ratio",
    "surviv",
    "respons",
    "dos",
    "sideeffect",
    "loss",
    "interv",
    "common",
    "overestimat",
    "underestimat",
    "benefit",
    "compar",
}
"""What is asked of a regimen itself."""


def said_in_passing(words: Sequence[str], place: int, length: int, meaning: Named | str | None) -> bool:
    """Whether a word only says what was not done, when, or in which unit: no text need have it.

    The regimen after which somebody is operated on, the test that was not done, the hours after a number.
    """
    before, after = words[max(0, place - 2) : place], words[place + length : place + length + 2]
    if isinstance(meaning, Named) and meaning.kind == "regimen":
        counted = bool(before) and before[-1].isdigit() and after[:1] in (["cycle"], ["cycles"])
        return counted or any(word in _MEANWHILE for word in before)
    if tuple(after) in _NOT_DONE or after[:1] == ["unknown"]:
        return isinstance(meaning, Named) and meaning.kind in {"term", "marker"}
    return meaning == _one("ascocap") or (
        meaning is None and words[place] in _UNITS and bool(before) and before[-1].isdigit()
    )


def without_background(found: Sequence[Word]) -> Iterator[Word]:
    """The words; a regimen that only says when is the subject after all where a result of it is asked."""
    asks_result = any(
        word.tokens[0] in _RESULTS or (word.named is not None and word.named.id in _RESULTS) for word in found
    )
    drug = any(word.named is not None and word.named.kind == "drug" for word in found)
    grouped = any(word.tokens[0] in ISH_GROUPS for word in found)
    staged = grouped or any(is_category(word.text) for word in found)
    dose = any(word.tokens[0] in {"dos", "cycl"} for word in found)
    for word in found:
        is_ish = word.named is not None and word.named.id == "term.ISH"
        if (staged and word.tokens[0] in _SCORES) or (grouped and is_ish):
            yield replace(word, own=True)
        elif word.own and asks_result and word.named is not None and word.named.kind == "regimen":
            yield replace(word, own=False)
        elif drug and _says_after_surgery(word) and not dose:
            yield replace(word, own=True)
        else:
            yield word


def _says_after_surgery(word: Word) -> bool:
    named = word.named is not None and word.named.id == "term.adjuvant"
    return named or word.tokens[0] == _one("after surgery")


def _one(phrase: str) -> str:
    return stem("".join(folded_words(phrase)))
