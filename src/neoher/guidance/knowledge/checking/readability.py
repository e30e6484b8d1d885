"""Patient wordings that are hard to read: Flesch-Kincaid grade and length of sentences.

Grade = 0.39 × words per sentence + 11.8 × syllables per word − 15.59 (Kincaid et al., 1975; from memory,
unverified). Names of drugs and words that the glossary explains count two syllables: they cannot be put
simpler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.checking.finding import Finding, Severity

__all__ = ["HARDEST_GRADE", "hard_wordings", "reading_grade"]

HARDEST_GRADE = 9.0
"""Ours: the aim is grade 8; a wording above this is pointed out."""
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_VOWELS = re.compile(r"[aeiouy]+")


def reading_grade(text: str, known: frozenset[str] = frozenset()) -> float:
    """The US school grade at which a text reads; `known` words, in small letters, count two syllables."""
    words = _WORD.findall(text)
    sentences = max(1, len([part for part in _SENTENCE.split(text) if part.strip()]))
    if not words:
        return 0.0
    syllables = sum(min(2, _syllables(word)) if word.lower() in known else _syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def hard_wordings(knowledge: Knowledge) -> Iterator[Finding]:
    """Patient wordings of statements above the hardest grade."""
    known = _explained(knowledge)
    for statement in knowledge.contents.statements:
        grade = reading_grade(statement.patient, known)
        if grade > HARDEST_GRADE:
            message = f"the patient's wording reads at grade {grade:.1f}: {statement.patient}"
            yield Finding(
                severity=Severity.WARNING,
                code="hard-to-read",
                kind="statements",
                item=statement.id,
                message=message,
            )


def _explained(knowledge: Knowledge) -> frozenset[str]:
    names = [
        name
        for drug in knowledge.contents.drugs
        for name in (drug.id, drug.title, *drug.brands, *drug.abbreviations)
    ]
    names += [
        name
        for term in knowledge.contents.terms
        for name in (term.title, *term.abbreviations, *term.synonyms)
    ]
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))


def _syllables(word: str) -> int:
    plain = word.lower()
    if plain.endswith("e") and not plain.endswith("le"):
        plain = plain[:-1]
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")):
        plain = plain[:-2]
    return max(1, len(_VOWELS.findall(plain)))
