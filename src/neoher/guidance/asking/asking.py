"""Asking: a question in free words to stored statements, or to an abstention that says what is held."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from neoher.guidance.asking.answer import Answer, Edition, Related
from neoher.guidance.asking.case_facts.recognising import CaseAnswer, answer_from_case
from neoher.guidance.asking.cautions import GENERAL, cautions_of, numbers_not_held
from neoher.guidance.asking.composing import line_of, related_to
from neoher.guidance.asking.conversation import Conversation, followed_up
from neoher.guidance.asking.finding.library import Entry, Library
from neoher.guidance.asking.finding.ranking import Found, believes, rank
from neoher.guidance.asking.finding.weights import BELIEF_HELD
from neoher.guidance.asking.reading.language import DEFINITION
from neoher.guidance.asking.reading.values import with_group
from neoher.guidance.asking.reading.vocabulary import Reading
from neoher.guidance.asking.scope import (
    SCOPE_STATEMENT,
    not_looked_up,
    outside,
    says_little,
    scope_words,
    why_not,
)
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.item import Place
from neoher.guidance.knowledge.kinds.statement import Audience, Statement
from neoher.record.intended_use import GUIDANCE

if TYPE_CHECKING:
    from neoher.record.case import Case
    from neoher.record.measurement import Measurements

__all__ = ["Question", "ask", "library_of"]

_MOST_LINES = 3
_CLOSE = 0.10
"""A further line comes within this score of the first."""
_RELATED = 5
_NEARBY = 0.1
"""Share of the question from which a text is named as what is held nearby."""
_SHORT = 3
"""A question of at most so many things asks for a meaning where it begins so."""
_TITLE_ASKED = 0.8
"""A question that names a situation alone, such as after surgery, is answered where it asks for a title."""

_REGIONS = {"usa": Place.US, "europ": Place.EU, "uk": Place.UK}
"""Regions by their word as questions are read."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything that it is asked with."""

    text: str
    audience: Audience = Audience.CLINICIAN
    today: dt.date = dt.date.max
    """The day of asking: what was not known on it is not answered."""
    region: Place | None = None
    case: Case | None = None
    conversation: Conversation | None = None
    measurements: Measurements | None = None
    """What was measured on the images of the case, as stored beside it."""


@lru_cache(maxsize=8)
def library_of(knowledge: Knowledge, day: dt.date) -> Library:
    """The searchable form of what was known on a day; made once per knowledge base and day.

    Names of things are no claims: they are read as today's glossary has them.
    """
    return Library(knowledge.as_of(day), names=knowledge)


def ask(question: Question, knowledge: Knowledge) -> Answer:
    """The answer to a question from the knowledge base and, with a case, from the record.

    Returns: stored statements in the wording of `question.audience`, first the one that holds most of what
    was asked; or, below the threshold and outside the scope, none, with the reason and what is held nearby.
    No text is made: a line is a stored wording or a recorded or concluded fact. Does not choose a therapy.
    """
    library = library_of(knowledge, question.today)
    unasked = not_looked_up(question.text)
    if unasked:
        return _abstention(question, library, question.text, unasked, ())
    looked_up = with_group(followed_up(question.text, question.conversation, library.vocabulary))
    reading = library.vocabulary.read(looked_up)
    region = _region_named(reading) or question.region or _region_of(question.case)
    from_case = answer_from_case(
        looked_up,
        reading,
        question.case,
        knowledge,
        question.today,
        audience=question.audience,
        measurements=question.measurements,
    )
    one_name = len(reading.words) == 1 and bool(reading.named("term", "marker"))
    definition = one_name or (bool(DEFINITION.match(looked_up)) and len(reading.words) <= _SHORT)
    found = rank(library, reading, definition=definition, region=region)
    least = _TITLE_ASKED if says_little(reading) else 0.0
    good = [each for each in found if each.answers and each.title >= least]
    understood = _as_read(looked_up, reading)
    if from_case is not None:
        return _from_case(question, library, understood, from_case, good)
    beyond = outside(looked_up, reading, found, library)
    if beyond or not good:
        reason = beyond or why_not(reading, found, library)
        return _abstention(question, library, understood, reason, found, reading)
    return _answer(question, library, understood, reading, good, region)


def _answer(
    question: Question,
    library: Library,
    understood: str,
    reading: Reading,
    good: Sequence[Found],
    region: Place | None,
) -> Answer:
    first = good[0]
    chosen = [first, *(each for each in good[1:] if each.score >= first.score - _CLOSE)][:_MOST_LINES]
    chosen += [each for each in good if each.belief >= BELIEF_HELD and each not in chosen][:1]
    entries = _own_region_first(library, [each.entry for each in chosen], region)
    shown = {entry.id for entry in entries}
    lines = [
        line_of(
            library,
            entry,
            question.audience,
            question.today,
            corrects=_belief(entry, reading, library, question.text),
        )
        for entry in entries
    ]
    for other in _differing(library, entries[0]):
        if other.id in shown:
            lines = [
                line.model_copy(update={"differs": line.item == other.id or line.differs}) for line in lines
            ]
        else:
            lines.append(line_of(library, other, question.audience, question.today, differs=True))
            shown.add(other.id)
    return _finished(
        question,
        library,
        understood,
        answer=tuple(lines),
        abstained=False,
        related=_related(library, entries[0], good, shown),
        warnings=(
            *cautions_of(lines),
            *numbers_not_held(question.text, lines, library),
            *((GENERAL,) if question.case else ()),
        ),
    )


def _from_case(
    question: Question, library: Library, understood: str, told: CaseAnswer, good: Sequence[Found]
) -> Answer:
    behind = [each.entry for each in good[:2] if each.entry.kind == "statement"]
    related = tuple(related_to(entry) for entry in behind)
    return _finished(
        question,
        library,
        understood,
        answer=told.lines,
        abstained=not told.lines,
        reason=told.reason,
        related=related,
        missing=told.missing,
        warnings=told.warnings,
        because=told.because,
    )


def _abstention(
    question: Question,
    library: Library,
    understood: str,
    reason: str,
    found: Sequence[Found],
    reading: Reading | None = None,
) -> Answer:
    near = [each.entry for each in found if each.share > _NEARBY and each.entry.kind == "statement"]
    scope = library.by_id.get(("statement", SCOPE_STATEMENT))
    if scope is not None and reading is not None and scope_words(reading):
        near = [scope, *(entry for entry in near if entry is not scope)]
    held = tuple(related_to(entry) for entry in near[:_RELATED])
    return _finished(question, library, understood, abstained=True, reason=reason, held=held, related=held)


def _finished(question: Question, library: Library, understood: str, **parts: object) -> Answer:
    edition = library.knowledge.edition
    lines = parts.get("answer", ())
    assert isinstance(lines, tuple)
    return Answer.model_validate(
        {
            "question": question.text,
            "understood_as": understood,
            "audience": question.audience,
            "sources": tuple(dict.fromkeys(source for line in lines for source in line.sources)),
            "knowledge": Edition(version=edition.version, date=edition.date, fingerprint=edition.fingerprint),
            "disclaimer": GUIDANCE.statement,
            "case": question.case.patient.id if question.case else None,
            "today": question.today,
            **parts,
        }
    )


def _belief(entry: Entry, reading: Reading, library: Library, question: str) -> str | None:
    """The belief that a statement corrects, where the question comes near it."""
    item = entry.item
    if not isinstance(item, Statement) or item.corrects is None or not entry.corrects:
        return None
    return item.corrects if believes(library, entry, reading, question) else None


def _differing(library: Library, entry: Entry) -> list[Entry]:
    item = entry.item
    names = item.differs_from if isinstance(item, Statement) else ()
    return [found for name in names if (found := library.by_id.get(("statement", name))) is not None]


def _own_region_first(library: Library, entries: list[Entry], region: Place | None) -> list[Entry]:
    """The entries, led by what holds in the asker's region where the first holds in another alone."""
    if region is None or not entries[0].item.regions or region in entries[0].item.regions:
        return entries
    own = next((each for each in _differing(library, entries[0]) if region in each.item.regions), None)
    return entries if own is None else [own, *(each for each in entries[1:] if each.id != own.id)]


def _related(library: Library, first: Entry, good: Sequence[Found], shown: set[str]) -> tuple[Related, ...]:
    subject = first.item.subject if isinstance(first.item, Statement) else None
    near = [each.entry for each in good if each.entry.kind == "statement" and each.entry.id not in shown]
    same = [
        entry
        for entry in library.entries
        if isinstance(entry.item, Statement) and entry.item.subject == subject and entry.id not in shown
    ]
    unique = {entry.id: entry for entry in [*near[:2], *same]}
    return tuple(related_to(entry) for entry in list(unique.values())[:_RELATED])


def _region_of(case: Case | None) -> Place | None:
    region = case.patient.region if case else None
    return Place(str(region)) if region is not None and str(region) in set(Place) else None


def _region_named(reading: Reading) -> Place | None:
    """The region that the question names; None where it names none or several."""
    named = {_REGIONS[word.tokens[0]] for word in reading.words if word.tokens[0] in _REGIONS}
    return named.pop() if len(named) == 1 else None


def _as_read(text: str, reading: Reading) -> str:
    read = text
    for written, corrected in reading.corrections:
        read = re.sub(rf"\b{re.escape(written)}\b", corrected, read, flags=re.IGNORECASE)
    return read
