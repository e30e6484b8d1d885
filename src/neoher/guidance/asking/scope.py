"""Scope: what is not looked up, what lies outside, and why nothing is answered."""

from __future__ import annotations

from collections.abc import Sequence

from neoher.guidance.asking.finding.library import Library
from neoher.guidance.asking.finding.ranking import Found
from neoher.guidance.asking.finding.weights import OUTSIDE, UNSAID
from neoher.guidance.asking.reading.language import EMERGENCY, PROGNOSIS, SITUATIONS, STUDY
from neoher.guidance.asking.reading.spelling import folded_words, stem
from neoher.guidance.asking.reading.vocabulary import Reading

__all__ = ["SCOPE_STATEMENT", "not_looked_up", "outside", "says_little", "scope_words", "why_not"]

SCOPE_STATEMENT = "choice.out-of-scope"
"""The statement that says what the rules do not cover."""
_ABOUT_SCOPE = 0.68
"""Share from which a text is about what the rules do not cover (a design decision)."""
_EMERGENCY = (
    "This is no help in an emergency, and nothing was looked up. Call the emergency number or the "
    "treating team."
)
_PROGNOSIS = (
    "What will become of one person is not answered here: no figure of a study says it. Ask the treating "
    "team; `neoher outlook` gives what published figures say of a record, with their limits."
)
_SITUATIONS = {stem("".join(folded_words(word))) for word in SITUATIONS}


def not_looked_up(question: str) -> str | None:
    """Why a question is not even looked up; None where it is."""
    if EMERGENCY.search(question):
        return _EMERGENCY
    return _PROGNOSIS if PROGNOSIS.search(question) else None


def outside(question: str, reading: Reading, found: Sequence[Found], library: Library) -> str | None:
    """Why the question lies outside what is covered or held; None where a text is about what it names."""
    tokens = scope_words(reading)
    for token in tokens:
        about = len(reading.words) > len(tokens) and any(
            each.entry.id != SCOPE_STATEMENT
            and each.share >= _ABOUT_SCOPE
            and any(token in heading for heading in each.entry.titles)
            for each in found[:2]
        )
        if not about:
            return (
                f"The question is about {OUTSIDE[token]}, which lies outside: neoher covers HER2-positive "
                "breast cancer through neoadjuvant therapy."
            )
    for name in STUDY.findall(question):
        held = not name.isupper() and library.holds(stem(name.lower()))
        if not library.vocabulary.read(name).named() and not held:
            return f"The knowledge base holds no study called {name}."
    return None


def scope_words(reading: Reading) -> list[str]:
    """The words of the question that name what the rules do not cover."""
    return [word.tokens[0] for word in reading.words if word.tokens[0] in OUTSIDE]


def says_little(reading: Reading) -> bool:
    """Whether the question names a situation, or a number, and no subject."""
    return all(
        word.plain
        or word.common
        or word.tokens[0] in _SITUATIONS
        or word.tokens[0].replace(".", "").isdigit()
        or (word.named is not None and word.named.id in UNSAID)
        for word in reading.words
    )


def why_not(reading: Reading, found: Sequence[Found], library: Library) -> str:
    """Why no stored text answers the question."""
    if not reading.words:
        return "The question names nothing that could be looked up."
    unknown = [
        word.text
        for word in reading.words
        if not word.known or not any(library.holds(token) for token in word.tokens)
    ]
    if unknown:
        return f"The knowledge base holds nothing on: {', '.join(unknown)}."
    lacking = found[0].lacking if found else ()
    if lacking:
        return f"No statement answers this. The nearest says nothing of: {', '.join(lacking)}."
    return "No statement comes near enough to this question."
