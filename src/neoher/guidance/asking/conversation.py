"""Conversation: earlier questions, so that a follow-up may leave out what it is about."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from neoher.errors import InputError
from neoher.guidance.asking.finding.weights import WAYS
from neoher.guidance.asking.reading.language import OPPOSITES
from neoher.guidance.asking.reading.vocabulary import Vocabulary
from neoher.record.conclusion import Frozen

__all__ = ["Conversation", "Turn", "followed_up", "read_conversation", "write_conversation"]

_LARGEST_BYTES = 2_000_000
_MOST_TURNS = 200
_FOLLOWING = re.compile(
    r"^\s*(?:and|but|also|so|then|or|same)\b|^\s*(?:what|how) about\b|^\s*(?:why|how long|how often|"
    r"how many(?: \w+)?|what dose|which dose|when|"
    r"since when|which|where|who|says who|source|sources|"
    r"are you sure|in the (?:us|eu|uk|usa)|in europe)\s*(?:\?|$)",
    re.IGNORECASE,
)
_WITH_OTHER = re.compile(r"^\s*(?:for|with|in|under|on|if|after|without|by)\s", re.IGNORECASE)
"""How a question begins that only changes what the last one was about: `for pertuzumab?`."""
_POINTING = re.compile(
    r"\b(?:it|that|this|they|them|these|those|the same|the other|the former|the latter|there|then)\b",
    re.IGNORECASE,
)
_LITTLE = 1
"""A question with so few things and words of its own that points back is a follow-up."""


class Turn(Frozen):
    """One question and what it was answered with."""

    question: str
    understood_as: str
    items: tuple[str, ...] = ()
    """Ids of the items given, the first answer first."""


class Conversation(Frozen):
    """The turns so far, the oldest first."""

    neoher_conversation: int = 1
    turns: tuple[Turn, ...] = ()

    def after(self, turn: Turn) -> Conversation:
        """The conversation with one more turn; the oldest go where there are too many."""
        return Conversation(turns=(*self.turns, turn)[-_MOST_TURNS:])


def followed_up(question: str, conversation: Conversation | None, vocabulary: Vocabulary) -> str:
    """The question with what the last one was about, where it leaves that out.

    A drug, trial or regimen that the new question names takes the place of one of its kind in the last one,
    and a word that of its opposite: node-negative that of node-positive. What was asked of a thing, its dose,
    is not asked of another subject.
    """
    if conversation is None or not conversation.turns:
        return question
    reading = vocabulary.read(question)
    follows = bool(_FOLLOWING.match(question))
    points = bool(_POINTING.search(question)) and len(reading.words) <= _LITTLE + 1
    changes = bool(_WITH_OTHER.match(question)) and len(reading.words) <= _LITTLE + 1
    if not follows and not points and not changes and reading.words:
        return question
    last = vocabulary.read(conversation.turns[-1].understood_as)
    replaced = {named.kind for named in reading.named("drug", "trial", "regimen")}
    own = {word.tokens[0] for word in reading.words}
    regions = {"usa", "europ", "uk"}
    opposites = {one: other for pair in OPPOSITES for one, other in (pair, pair[::-1])}
    excluded = {opposites[token] for token in own if token in opposites}
    subject = any(
        not word.plain and not word.own and word.tokens[0] not in WAYS | regions | opposites.keys()
        for word in reading.words
        if word.named is None or word.named.kind not in {"drug", "trial", "regimen"}
    )
    if subject:
        excluded |= WAYS
    kept = [
        "US" if word.text == "xus" else word.text
        for word in last.words
        if word.tokens[0] not in own | excluded
        and not (word.named and word.named.kind in replaced)
        and not (word.tokens[0] in regions and own & regions)
    ]
    return f"{question.rstrip(' ?')} {' '.join(kept)}?" if kept else question


def read_conversation(file: Path) -> Conversation:
    """The conversation in a file; a new one where there is no such file.

    Raises: InputError where the file is none.
    """
    if not file.exists():
        return Conversation()
    remedy = "Name a file that `neoher ask --conversation` wrote, or a new one."
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise InputError("the file is too large for a conversation.", str(file), remedy)
        return Conversation.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", str(file), remedy) from None
    except ValidationError:
        raise InputError("this is no conversation.", str(file), remedy) from None


def write_conversation(file: Path, conversation: Conversation) -> None:
    """Put the conversation in its file, whole or not at all."""
    from neoher.record.storing import replace_atomically

    replace_atomically(file, (conversation.model_dump_json(indent=1) + "\n").encode())
