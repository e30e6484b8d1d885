"""Weights: what a word of a question, and a place in a stored text, counts. Design decisions, no evidence.

Chosen on the half of tests/guidance/questions that scripts/ask_evaluation.py calls `set`; that script prints
what they give on the other half.
"""

from __future__ import annotations

from neoher.guidance.asking.reading.language import SCOPE_WORDS, SUBJECTS
from neoher.guidance.asking.reading.spelling import folded_words, stem

__all__ = [
    "BACKGROUND",
    "BELIEF",
    "BELIEF_HELD",
    "BELIEF_NAMED",
    "BELIEF_TAKEN",
    "ENOUGH",
    "ENOUGH_IN_FOCUS",
    "ENOUGH_OF_A_BELIEF",
    "IN_FOCUS",
    "KINDS",
    "LIKE_A_NAME",
    "MEANT_EVERYWHERE",
    "NAMED_ALONE",
    "OUTSIDE",
    "UNSAID",
    "WAYS",
    "WAYS_TO_HOLD",
    "Bonus",
    "Factor",
    "Weight",
]

ENOUGH = 0.75
"""Share of a question that a text must hold to be given as an answer."""
ENOUGH_IN_FOCUS = 0.65
"""The same where a phrase by which the text is asked for has most of the question."""
IN_FOCUS = 0.60
"""How far such a phrase and the question must be one."""
ENOUGH_OF_A_BELIEF = 0.57
"""Share of a question that a text must hold which corrects a belief that the question has."""
BELIEF_HELD = 0.60
"""Share of such a belief's words that the question must have; then it is shown, whatever comes first."""
NAMED_ALONE = 0.75
"""How far the name of a thing and the question must be one for its description to answer."""
BELIEF = 0.50
"""Share of a belief's words from which a question comes near it."""
BELIEF_TAKEN = 0.35
"""The same where the question takes something for granted."""
BELIEF_NAMED = 0.20
"""The same for the belief to be named beside a statement that answers such a question anyhow."""


def _one(phrase: str) -> str:
    return stem("".join(folded_words(phrase)))


class Weight:
    """What a word of the question weighs, beside how rare it is."""

    LEAST = 0.10
    """One that many entries have still tells something."""
    PLAIN = 0.12
    """One that only qualifies the question."""
    COMMON = 0.40
    """At most: one that is common in English."""
    UNKNOWN = 1.15
    """One that nothing holds."""
    BACKGROUND = 0.5
    """Part of its weight that a word keeps which nearly every question is about."""


class Factor:
    """By what the share of a text is multiplied."""

    NEAR = 0.85
    """A thing where only one that stands near it is in the text."""
    NAMED_ELSEWHERE = 0.80
    """Each thing that is asked about by its name and is not in the text."""
    WAY_NOT_SAID = 0.60
    """What is asked of a thing, its dose or its approval, of which the text says nothing."""
    OTHER_SIDE = 0.60
    """A text that is on the other side of a contrast: contraception afterwards for one who is pregnant."""
    OPPOSED = 0.80
    """A text whose title is about the opposite: node-negative for node-positive."""
    NO_DRUG_NAMED = 0.92
    """The same for a drug where the text names none: it is not about another."""


class Bonus:
    """What a text gains in the order of answers; its share stays as it is."""

    FOCUS = 0.30
    """A phrase by which it is asked for is the question: all of it is asked, and nothing beside it."""
    WORDING = 0.12
    """Such a phrase has the very words of the question, the small ones too."""
    FULL_TEXT = 0.10
    """It is the first that the full-text index finds (BM25)."""
    BELIEF = 0.12
    """The question comes near the belief that it corrects."""
    BELIEF_TAKEN = 0.22
    """The same where the question takes something for granted."""
    WAY = 0.12
    """It says what is asked of a thing: how long, how often."""
    CHAPTER = 0.10
    """Its chapter is about the things that are named."""
    CALLED = 0.10
    """Its title has the trial, drug or regimen that the question calls by its name."""
    DECIMAL = 0.12
    """It has a decimal figure of the question, which is seldom there by chance."""
    OWN_GROUP = 0.20
    """It is on the very ISH group that is asked about, not on all of them."""
    SITUATION_STATED = 0.15
    """Its title is for the situation that the stated categories make: residual disease, before therapy."""
    OTHER_TRIAL = -0.04
    """Its title is about a trial, and the question names none."""
    REFERRED = 0.15
    """The glossary names it for the thing whose meaning is asked."""
    OF_A_TRIAL = 0.60
    """It describes the trial of which the arms, the patients or their number are asked."""
    OUTSIDE = -0.10
    """Its title is about what lies outside, and the question is not."""
    SAME_REGION = 0.06
    """It applies in the asker's region."""
    OTHER_REGION = -0.06
    """It applies in another region than the asker's alone."""
    TITLE_OF_SUPERSEDED = 0.8
    """Share of its title from which a superseded text is shown at all."""


KINDS = {"statement": 0.0, "term": -0.18, "trial": -0.40, "drug": -0.40, "regimen": -0.40}
"""Statements come before descriptions of things."""

BACKGROUND = {
    _one(word)
    for word in ("chemotherapy", "imaging", "tumour", "positive", "laboratories", "membrane", "staining")
}
"""Words that nearly every question is about."""
LIKE_A_NAME = {_one(word) for word in SUBJECTS}
"""Words that a text must hold where they are asked about, as if they were a name."""
WAYS = {
    _one(word)
    for word in (
        "duration",
        "interval",
        "timing",
        "dose",
        "common",
        "appropriate",
        "formula",
        "number",
        "compare",
        "benefit",
        "predict",
        "limits",
        "approved",
        "choose",
    )
}
"""What is asked of a thing: how long, how often, how much. It tells less than the thing."""
WAYS_TO_HOLD = {_one(word) for word in ("dose", "approved")}
"""Those of them that a text must say to answer."""
OUTSIDE = {_one(word): what for word, what in SCOPE_WORDS.items()}
"""What the rules do not cover, by its word as texts have it."""
UNSAID = {"term.neoadjuvant", "term.MDT", "term.HER2", "term.HER2-positive"}
"""Things that a text of this knowledge base means without saying so."""
MEANT_EVERYWHERE = UNSAID | {"term.stage"}
"""Things that the whole knowledge base is about: a text that does not name them may mean them."""
