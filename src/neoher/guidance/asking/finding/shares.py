"""Shares: how much of a phrase or a question another holds, and what a word that is lacking costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from neoher.guidance.asking.finding.library import Entry, Library
from neoher.guidance.asking.finding.weights import LIKE_A_NAME, MEANT_EVERYWHERE, Factor, Weight
from neoher.guidance.asking.reading.vocabulary import Reading, Word

__all__ = ["cost", "covered", "part", "referred", "same"]


def cost(word: Word, entry: Entry) -> float:
    """By what the share of a text is multiplied that has not got a word of the question."""
    factor = Factor.NAMED_ELSEWHERE if word.tokens[0] in LIKE_A_NAME else 1.0
    if word.named is None or word.named.id in MEANT_EVERYWHERE:
        return factor
    silent = word.named.kind == "drug" and not entry.names_a_drug
    return factor * (Factor.NO_DRUG_NAMED if silent else Factor.NAMED_ELSEWHERE)


def same(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the words of both that both have."""
    return len(one & other) / len(one | other) if one and other else 0.0


def part(wanted: list[str], held: Collection[str]) -> float:
    """Share of the wanted words that are held."""
    return sum(each in held for each in wanted) / len(wanted)


def covered(library: Library, words: Collection[str], asked: Collection[str]) -> float:
    """Share of these words, by what they tell, that the question has."""
    weights = {word: max(Weight.LEAST, library.rarity(word)) for word in words}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in asked) / total if total else 0.0


def referred(library: Library, reading: Reading) -> Iterator[str]:
    """The statements to which the terms and markers of a question refer."""
    for named in reading.named("term", "marker"):
        term, marker = library.knowledge.terms.get(named.id), library.knowledge.markers.get(named.id)
        if term is not None and term.refers_to:
            yield term.refers_to
        if marker is not None and len(reading.words) == 1:
            yield from marker.statements[:1]
