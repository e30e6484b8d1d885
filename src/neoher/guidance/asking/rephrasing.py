"""Rephrasing: a language model may word an answer anew; what the stored text does not hold is thrown out.

Off unless an endpoint is named. It is sent the stored statements of the answer, by id, and who reads them:
never the question, never a fact of the case. Each sentence that comes back must name a statement it was
given; each number in it must stand in that statement, no negation may be lost or won, and no drug, regimen or
trial may appear that the statement does not name. Else the stored wording is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from neoher.errors import InputError
from neoher.guidance.asking.answer import Answer, AnswerLine, Origin
from neoher.guidance.asking.reading.vocabulary import Vocabulary
from neoher.guidance.knowledge import load_knowledge
from neoher.record.conclusion import Caution

__all__ = ["Endpoint", "faithful", "rephrased"]

_TIMEOUT_S = 30
_LARGEST_BYTES = 1_000_000
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|"
    r"twice|third|quarter|double|dozen)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|without|neither|nor|cannot|nobody|nothing)\b|n't\b|\bun(?:safe|likely|proven|known)\b",
    re.IGNORECASE,
)
_DIRECTION = (
    re.compile(
        r"\b(?:above|over|more than|higher|exceed\w*|greater|at least|rises?|increas\w*)\b|[>\u2265]", re.I
    ),
    re.compile(r"\b(?:below|under|less than|lower|fewer|at most|falls?|decreas\w*|drops?)\b|[<\u2264]", re.I),
)
_INSTRUCTION = (
    "You word medical statements anew for a reader. Keep every number, drug, condition and negation. Add "
    'nothing. Answer with JSON alone: {"sentences": [{"statement": "<id>", "text": "<sentence>"}]}.'
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible chat endpoint."""

    address: str
    """Its base, such as http://127.0.0.1:8080/v1."""
    model: str
    key: str = ""


def rephrased(answer: Answer, endpoint: Endpoint) -> Answer:
    """The answer with the lines that came back faithful in new words; the others as stored.

    An endpoint that does not answer, or answers with something else, changes nothing but a caution.
    Raises: InputError where the address is none.
    """
    stored = {
        line.item: line for line in answer.answer if line.origin is Origin.KNOWLEDGE and line.item is not None
    }
    if not stored:
        return answer
    try:
        sentences = _asked(endpoint, answer, stored)
    except (URLError, OSError, ValueError, KeyError, TypeError, IndexError) as error:
        caution = Caution(
            code="not-rephrased", message=f"The endpoint gave nothing usable ({type(error).__name__})."
        )
        return answer.model_copy(update={"warnings": (*answer.warnings, caution)})
    vocabulary = Vocabulary(load_knowledge())
    worded = {
        name: " ".join(texts)
        for name, texts in sentences.items()
        if name in stored
        and all(faithful(text, stored[name].text, vocabulary) for text in texts)
        and _nothing_lost(" ".join(texts), stored[name].text)
    }
    lines = tuple(_worded(line, worded) for line in answer.answer)
    thrown_out = len(stored) - len(worded)
    warnings = answer.warnings
    if thrown_out:
        message = (
            f"{thrown_out} of {len(stored)} lines stand in the stored wording: the new one did not hold."
        )
        warnings = (*warnings, Caution(code="rephrasing-thrown-out", message=message))
    return answer.model_copy(update={"answer": lines, "warnings": warnings})


def faithful(text: str, stored: str, vocabulary: Vocabulary) -> bool:
    """Whether a sentence says nothing that the stored text does not hold.

    Looks at numbers (in figures and in words), negations, directions of limits, and names of drugs, regimens
    and trials. Does not understand: a sentence that passes is still shown beside the stored text.
    """
    if not text.strip() or len(text) > 3 * len(stored) + 80:
        return False
    figures = set(_NUMBER.findall(stored.replace(",", "")))
    if not set(_NUMBER.findall(text.replace(",", ""))) <= figures:
        return False
    words = {word.lower() for word in _NUMBER_WORDS.findall(stored)}
    if not {word.lower() for word in _NUMBER_WORDS.findall(text)} <= words:
        return False
    if bool(_NEGATION.search(text)) and not _NEGATION.search(stored):
        return False
    if any(pattern.search(text) and not pattern.search(stored) for pattern in _DIRECTION):
        return False
    return _called(text, vocabulary) <= _called(stored, vocabulary)


def _nothing_lost(text: str, stored: str) -> bool:
    """Whether the sentences of a statement together keep its negation and its directions."""
    pairs = (_NEGATION, *_DIRECTION)
    return all(bool(pattern.search(text)) == bool(pattern.search(stored)) for pattern in pairs)


def _called(text: str, vocabulary: Vocabulary) -> set[str]:
    reading = vocabulary.read(text)
    return {named.id for named in reading.named("drug", "regimen", "trial")}


def _worded(line: AnswerLine, worded: Mapping[str, str]) -> AnswerLine:
    new = worded.get(line.item or "")
    if new is None or new == line.text:
        return line
    return line.model_copy(update={"text": new, "stored": line.text, "rephrased": True})


def _asked(endpoint: Endpoint, answer: Answer, stored: Mapping[str, AnswerLine]) -> dict[str, list[str]]:
    """Sentences by statement, as the endpoint gives them."""
    address = endpoint.address.rstrip("/")
    if urlsplit(address).scheme not in {"http", "https"}:
        raise InputError(f"'{address}' is no web address.", "rephrase", "Such as http://127.0.0.1:8080/v1.")
    statements = [{"statement": name, "text": line.text} for name, line in stored.items()]
    body = {
        "model": endpoint.model,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": _INSTRUCTION},
            {
                "role": "user",
                "content": json.dumps({"reader": str(answer.audience), "statements": statements}),
            },
        ],
    }
    headers = {"Content-Type": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    request = Request(f"{address}/chat/completions", json.dumps(body).encode(), headers)
    with urlopen(request, timeout=_TIMEOUT_S) as reply:
        content: Any = json.loads(reply.read(_LARGEST_BYTES))
    said = json.loads(content["choices"][0]["message"]["content"])
    sentences: dict[str, list[str]] = {}
    for each in said["sentences"]:
        sentences.setdefault(str(each["statement"]), []).append(str(each["text"]))
    return sentences
