"""Correcting: a misspelt word to the known word that was meant, or left as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from neoher.guidance.asking.reading.spelling import stem

__all__ = ["Corrector", "written_as_names"]

_SHORTEST = 4
"""Words below this length are taken as written."""
_TWO_ERRORS_FROM, _THREE_ERRORS_FROM = 7, 12
"""Letters from which a word may be two or three errors away from the one that was meant."""
_NAME = re.compile(r"\b(?:\w*[a-z]\w*[A-Z]\w*|[A-Z]{3,}\w*)\b")


def written_as_names(question: str) -> frozenset[str]:
    """Words with capitals inside, in small letters: names, which are no misspelt English words."""
    if question.upper() == question:
        return frozenset()
    return frozenset(found.lower() for found in _NAME.findall(question))


class Corrector:
    """The known words: those that tell what is asked, and those that are only rightly spelt."""

    def __init__(self, known: Iterable[str], never: Iterable[str]) -> None:
        self._never = frozenset(never)
        """Rightly spelt words that nobody is corrected into."""
        self._known = set(known) | self._never
        self._telling: set[str] = set()
        self._names: set[str] = set()

    def learn(self, words: Iterable[str], *, telling: bool = False, names: bool = False) -> None:
        """Take words as rightly spelt; `telling`: words by which a text is asked for; `names`: of things."""
        words = tuple(words)
        self._known.update(words)
        if telling or names:
            self._telling.update(words)
        if names:
            self._names.update(words)

    def knows(self, word: str) -> bool:
        """Whether a word is rightly spelt."""
        return word in self._known or stem(word) in self._stems

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as the vocabulary, which is one per knowledge base
    def corrected(self, word: str, *, name: bool = False) -> str:
        """The known word that was meant; the word itself where it is known, or none is near.

        `name`: it is written as a name, and may only be another name.
        """
        if len(word) < _SHORTEST or self.knows(word):
            return word
        digits = "".join(sign for sign in word if sign.isdigit())
        if digits and len(word) - len(digits) <= _SHORTEST:
            return word
        telling = self._nearest(word, self._of_names if name else self._of_telling, _errors(word), digits)
        if telling is not None and (name or telling[1] <= 1):
            return telling[0]
        # A word that tells nothing is only meant where a single error lies between.
        plain = None if name else self._nearest(word, self._of_all, 1, digits)
        best = plain or telling
        return word if best is None else best[0]

    def _nearest(
        self, word: str, candidates: tuple[str, ...], allowed: int, digits: str
    ) -> tuple[str, float] | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=12)
        near = [each for each in near if "".join(sign for sign in each[0] if sign.isdigit()) == digits]
        if len(word) == _SHORTEST:
            # So short a word lacks a letter; with any other error it may be an abbreviation.
            near = [each for each in near if len(each[0]) == len(word) + 1]
        same_start = [each for each in near if each[0][0] == word[0]]
        best = min(same_start or near, key=lambda each: _likeness(word, *each), default=None)
        if best is None or (best[0][0] != word[0] and (best[1] > 1 or len(word) == _SHORTEST)):
            return None
        return str(best[0]), float(best[1])

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self._known)

    @cached_property
    def _of_telling(self) -> tuple[str, ...]:
        return self._long(self._telling)

    @cached_property
    def _of_names(self) -> tuple[str, ...]:
        return self._long(self._names)

    @cached_property
    def _of_all(self) -> tuple[str, ...]:
        # Common words by which a text is asked for are meant where one error lies between: totla, haazrd.
        asked_for = (word for word in self._never & self._telling if len(word) > _SHORTEST)
        return tuple(sorted({*self._long(self._known), *asked_for}))

    def _long(self, words: set[str]) -> tuple[str, ...]:
        return tuple(sorted(word for word in words if len(word) > _SHORTEST and word not in self._never))


def _errors(word: str) -> int:
    return 1 if len(word) < _TWO_ERRORS_FROM else 2 if len(word) < _THREE_ERRORS_FROM else 3


def _likeness(word: str, candidate: str, distance: float, _: int) -> tuple[bool, bool, float, int, int]:
    """How likely a known word was meant, the smallest the likeliest.

    A letter not doubled, or doubled, is commonest, then two letters that changed places.
    """
    singled = re.sub(r"(.)\1", r"\1", candidate) == re.sub(r"(.)\1", r"\1", word)
    swapped = sorted(candidate) == sorted(word)
    return (not singled, not swapped, distance, -_begins_alike(word, candidate), -len(candidate))


def _begins_alike(word: str, candidate: str) -> int:
    """Letters that both have at their beginning."""
    alike = (one == other for one, other in zip(word, candidate, strict=False))
    return next((place for place, same in enumerate(alike) if not same), min(len(word), len(candidate)))
