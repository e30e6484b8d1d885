"""Library: the stored texts that can be given as an answer, and the index by which they are found.

Statements first; a term, a trial, a drug or a regimen answers where somebody asks what it is. The index is
SQLite's full-text search in memory, over things and words as `Vocabulary` reads them.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from neoher.guidance.asking.reading.spelling import folded_words, stem
from neoher.guidance.asking.reading.vocabulary import Vocabulary
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.item import Item
from neoher.guidance.knowledge.kinds.statement import Audience, Statement
from neoher.guidance.knowledge.kinds.terms import Term
from neoher.guidance.knowledge.kinds.treatment import Drug, Regimen
from neoher.guidance.knowledge.kinds.trial import Trial

__all__ = ["FIELDS", "Entry", "Library"]

FIELDS: Mapping[str, float] = {
    "title": 1.0,
    "keywords": 0.97,
    "clinician": 0.95,
    "patient": 0.92,
    "researcher": 0.92,
    "names": 0.85,
    "corrects": 0.7,
    "subject": 0.9,
}
"""Fields of an entry and what a word found in them counts."""
_OTHER_WORDINGS = {"patient", "researcher"}
"""A number that only another reader's wording has is not shown, so it answers nothing."""
_HITS = 60
_LONGEST_LEAD = 48
_ASKED_OF_A_TRIAL = (
    "control arm, comparator, arms, design, population, enrolled, who was in it, number of patients"
)
"""What a trial's record says beside its results."""


PHRASES: Mapping[str, float] = {"title": 1.0, "lead": 0.8, "keywords": 1.0}
"""What a phrase counts by which an entry is asked for."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words by which an entry is asked for."""

    things: frozenset[str]
    """What it names."""
    words: frozenset[str]
    """Every word, the small ones too."""
    counts: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored item with the words of each of its fields."""

    item: Item
    kind: str
    """statement, term, trial, drug or regimen."""
    weights: Mapping[str, float]
    """By word: what it counts, from the best field that holds it."""
    titles: tuple[frozenset[str], ...]
    """Its title, and what its text begins with where a colon follows: 'PERSEPHONE: 6 months were …'."""
    headed: frozenset[str]
    """Everything that its headings name, also within the name of something else."""
    corrects: frozenset[str]
    asked: tuple[Phrase, ...]
    """What it is asked for by: its title, what stands before its colon, its keywords."""
    names_a_drug: bool
    subject: frozenset[str]
    """Things that the title of its chapter names."""
    text: str
    """All its words, for checks of numbers."""
    superseded_by: tuple[str, ...] = ()
    """The statements that have taken its place."""

    @property
    def id(self) -> str:
        """Id of the item."""
        return self.item.id

    def wording(self, audience: Audience) -> str:
        """The stored text for this reader."""
        return _wording(self.item, audience)


class Library:
    """Everything of one knowledge base that can answer, ready to be searched."""

    def __init__(self, knowledge: Knowledge, names: Knowledge | None = None) -> None:
        self.knowledge = knowledge
        names = names or knowledge
        self.vocabulary = Vocabulary(names)
        self._successors = _successors(knowledge)
        gone = [each for each in names.contents.statements if each.id in self._successors]
        stored: list[tuple[str, Item]] = [
            *(("statement", each) for each in (*knowledge.contents.statements, *gone)),
            *(("term", each) for each in names.contents.terms),
            *(("trial", each) for each in knowledge.contents.trials),
            *(("drug", each) for each in knowledge.contents.drugs),
            *(("regimen", each) for each in knowledge.contents.regimens),
        ]
        self._drugs = {
            each.token for each in self.vocabulary.things.values() if each.kind in {"drug", "regimen"}
        }
        self._patient_questions = {each.id: each for each in knowledge.edition.subjects}
        fields = [self._fields(item) for _, item in stored]
        self.vocabulary.learn(
            (text for each in fields for text in each.values()),
            telling=(each.get(field, "") for each in fields for field in ("title", "keywords")),
        )
        self._frequency: Counter[str] = Counter()
        words = [
            {field: frozenset(self.vocabulary.tokens(text)) for field, text in texts.items()}
            for texts in fields
        ]
        self._number = len(stored)
        for each in words:
            self._frequency.update(frozenset().union(*each.values()))
        self.entries = tuple(
            self._entry(kind, item, texts, found)
            for (kind, item), texts, found in zip(stored, fields, words, strict=True)
        )

    def _fields(self, item: Item) -> dict[str, str]:
        if isinstance(item, Statement):
            subject = self._patient_questions.get(item.subject)
            return {
                "title": item.title,
                "keywords": ". ".join(item.keywords),
                "clinician": item.clinician,
                "patient": item.patient,
                "researcher": item.researcher,
                "names": ". ".join((*item.trials, *item.regimens, *item.drugs)),
                "corrects": item.corrects or "",
                "subject": f"{subject.title}. {subject.patient}" if subject else "",
            }
        texts = {"title": item.title, "clinician": _wording(item, Audience.CLINICIAN)}
        if isinstance(item, Term):
            texts |= {"keywords": ". ".join((*item.abbreviations, *item.synonyms)), "patient": item.patient}
        if isinstance(item, Trial):
            texts |= {"keywords": ". ".join(item.aliases), "names": _ASKED_OF_A_TRIAL}
        if isinstance(item, Drug):
            texts |= {"keywords": ". ".join((*item.brands, *item.abbreviations, *item.synonyms))}
        if isinstance(item, Regimen):
            texts |= {"keywords": ". ".join(item.names), "patient": item.patient}
        return texts

    def _entry(
        self, kind: str, item: Item, texts: Mapping[str, str], words: Mapping[str, frozenset[str]]
    ) -> Entry:
        weights: dict[str, float] = {}
        for field in texts:
            for word in words[field]:
                if field in _OTHER_WORDINGS and _is_number(word):
                    continue
                weights[word] = max(weights.get(word, 0.0), FIELDS[field])
        return Entry(
            item,
            kind,
            weights,
            tuple(frozenset(self.vocabulary.things_in(each)) for each in _headings(item)),
            frozenset(word for each in _headings(item) for word in self.vocabulary.tokens(each)),
            frozenset(self.vocabulary.things_in(texts.get("corrects", ""))),
            tuple(self._phrases(item, texts)),
            any(word in self._drugs for word in weights),
            words.get("subject", frozenset()),
            " ".join(texts.values()),
            self._successors.get(item.id, ()) if kind == "statement" else (),
        )

    def _phrases(self, item: Item, texts: Mapping[str, str]) -> Iterator[Phrase]:
        title, *leads = _headings(item)
        names = getattr(item, "keywords", None) or texts.get("keywords", "").split(". ")
        for field, phrases in (("title", (title,)), ("lead", leads), ("keywords", names)):
            for each in filter(None, phrases):
                things = frozenset(self.vocabulary.things_in(each))
                yield Phrase(things, frozenset(stem(word) for word in folded_words(each)), PHRASES[field])

    @cached_property
    def by_id(self) -> Mapping[tuple[str, str], Entry]:
        """Entries by kind and id."""
        return {(entry.kind, entry.id): entry for entry in self.entries}

    def rarity(self, word: str) -> float:
        """How much a word tells: 0 where every entry has it, most where none has."""
        count = self._frequency.get(word, 0)
        return math.log((self._number + 1) / (count + 1)) / math.log(self._number + 1)

    def called(self, kinds: Collection[str]) -> frozenset[str]:
        """The words for the things of these kinds."""
        return frozenset(each.token for each in self.vocabulary.things.values() if each.kind in kinds)

    @cached_property
    def parts(self) -> Mapping[str, frozenset[str]]:
        """By the word for a regimen, the words for its drugs."""
        tokens = {(each.kind, each.id): each.token for each in self.vocabulary.things.values()}
        return {
            tokens["regimen", regimen.id]: frozenset(
                tokens["drug", each.drug] for each in regimen.components if ("drug", each.drug) in tokens
            )
            for regimen in self.knowledge.contents.regimens
            if ("regimen", regimen.id) in tokens
        }

    def holds(self, word: str) -> bool:
        """Whether any entry has this word."""
        return word in self._frequency

    @cached_property
    def _index(self) -> sqlite3.Connection:
        index = sqlite3.connect(":memory:", check_same_thread=False)
        index.execute("CREATE VIRTUAL TABLE entry USING fts5(title, body, tokenize='unicode61')")
        index.executemany(
            "INSERT INTO entry (rowid, title, body) VALUES (?, ?, ?)",
            (
                (number, " ".join(frozenset().union(*entry.titles)), " ".join(sorted(entry.weights)))
                for number, entry in enumerate(self.entries)
            ),
        )
        return index

    def candidates(self, words: Iterable[str]) -> list[tuple[Entry, float]]:
        """The entries that hold any of these words, best first, with their BM25 scaled to 0..1."""
        wanted = [word for word in dict.fromkeys(words) if self.holds(word)]
        if not wanted:
            return []
        phrase = " OR ".join(f'"{word}"' for word in wanted)
        rows = self._index.execute(
            "SELECT rowid, bm25(entry, 3.0, 1.0) AS rank FROM entry WHERE entry MATCH ? "
            "ORDER BY rank LIMIT ?",
            (phrase, _HITS),
        ).fetchall()
        if not rows:
            return []
        best = min(rank for _, rank in rows) or -1.0
        return [(self.entries[number], rank / best) for number, rank in rows]


def _is_number(word: str) -> bool:
    return not word.startswith("zq") and any(sign.isdigit() for sign in word)


def _successors(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """By superseded statement, the statements in force that have taken its place."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in knowledge.contents.statements:
        for name in statement.supersedes:
            if name not in knowledge.statements:
                found[name] = (*found.get(name, ()), statement.id)
    return found


def _headings(item: Item) -> tuple[str, ...]:
    lead, colon, _ = item.clinician.partition(":") if isinstance(item, Statement) else ("", "", "")
    return (item.title, lead) if colon and len(lead) < _LONGEST_LEAD else (item.title,)


def _wording(item: Item, audience: Audience) -> str:
    if isinstance(item, Statement):
        return item.wording(audience)
    patient = audience is Audience.PATIENT
    if isinstance(item, Term):
        return item.patient if patient else f"{item.title}: {item.means}"
    if isinstance(item, Trial):
        count = f", {item.n} patients" if item.n else ""
        arms = "; ".join(arm.name for arm in item.arms)
        return f"{item.title}. {item.design}{count}. {item.population} Arms: {arms}."
    if isinstance(item, Regimen):
        return item.patient if patient else f"{item.title}. {item.eligibility}"
    if isinstance(item, Drug):
        brands = f" ({', '.join(item.brands)})" if item.brands else ""
        return f"{item.title}{brands}: {item.drug_class}."
    return item.title
