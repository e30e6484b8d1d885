"""Vocabulary: a text as the things it names, whatever they are called, and its remaining words.

Brands, abbreviations, synonyms and trial names of the knowledge base stand for one thing each; everyday words
stand for those of the field. A word that nothing knows is corrected where a known one is near.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from neoher.guidance.asking.reading.correcting import Corrector, written_as_names
from neoher.guidance.asking.reading.language import (
    COMMON,
    EVERYDAY,
    FILLERS,
    NEAR_WORDS,
    NOT_HELD,
    PLAIN,
    REAL_WORDS,
    TERM_WORDS,
)
from neoher.guidance.asking.reading.passing import said_in_passing, without_background
from neoher.guidance.asking.reading.shorthand import written_out
from neoher.guidance.asking.reading.spelling import folded_words, stem
from neoher.guidance.asking.reading.values import (
    is_category,
    near_category,
    says_residual,
    with_parted_categories,
)
from neoher.guidance.asking.reading.word import Named, Word
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.item import Item

__all__ = ["Named", "Reading", "Vocabulary", "Word"]

_ABBREVIATION = 2
"""Letters up to which a word that nothing holds is a unit or an abbreviation, and no subject."""
_ALL_WORDS_TOO = 2
"""Things with names of this many words or more keep their words beside the thing."""
_DETERMINERS = {"the", "my", "your", "our", "their", "this", "these", "those"}
"""Words that may stand within a phrase and change nothing: keep my breast, keep the breast."""
_BOTH_ANTIBODIES = {"trastuzumab", "pertuzumab"}
_BOTH = {"xus"}
"""US: the country in what is stored; in a question the country or ultrasound."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as read."""

    words: tuple[Word, ...]
    fillers: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    """Words as written and as read."""
    text: str = ""
    """All words in their order, as read."""

    def named(self, *kinds: str) -> tuple[Named, ...]:
        """The things that the question names, of these kinds (all)."""
        found = (word.named for word in self.words if word.named)
        return tuple(each for each in found if not kinds or each.kind in kinds)


class Vocabulary:
    """Every name of the knowledge base, and how everyday words are read."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._phrases: dict[tuple[str, ...], Named | str] = {}
        self.things: dict[str, Named] = {}
        self._corrector = Corrector(_folded(FILLERS | PLAIN), _folded(NOT_HELD | REAL_WORDS | COMMON))
        self._held: set[str] = set()
        self._near: dict[str, tuple[str, ...]] = _near_things(knowledge)
        self._fillers = {stem(word) for word in FILLERS} | FILLERS
        for group in EVERYDAY:
            for phrase in filter(None, group):
                self._phrases[self._key(phrase)] = _one(group[0])
        for named, names in _things(knowledge):
            for phrase in TERM_WORDS.get(named.id, ()):
                self._phrases[self._key(phrase)] = named
            self.things[named.token] = named
            for name in names:
                key = self._key(name, name=named.kind != "term")
                # A thing's own name goes before an everyday word; two things of one name are neither.
                other = self._phrases.get(key)
                plain = not key or (len(key) == 1 and (len(key[0]) < 2 or key[0] in self._fillers))
                if plain or isinstance(other, Named):
                    continue
                if other is not None and named.kind == "term" and (len(key) > 1 or key[0] in _BOTH):
                    continue
                self._phrases[key] = named
        tokens = {named.id: named.token for named in self.things.values()}
        self._near_words = {
            word if word in tokens else _one(word): tuple(tokens.get(each, _one(each)) for each in near)
            for word, near in NEAR_WORDS.items()
        }
        self._longest: dict[str, int] = {}
        for key in self._phrases:
            self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))

    def _key(self, phrase: str, *, name: bool = False) -> tuple[str, ...]:
        words = folded_words(phrase)
        self._corrector.learn(words, telling=True, names=name)
        return tuple(stem(word) for word in words if word not in _DETERMINERS)

    def learn(self, texts: Iterable[str], *, telling: Iterable[str] = ()) -> None:
        """Take the words of these texts as rightly spelt; others are corrected into the `telling` ones."""
        for text in telling:
            self._corrector.learn(folded_words(text), telling=True)
        for text in texts:
            words = folded_words(text)
            self._corrector.learn(words)
            self._held.update(stem(word) for word in words)

    def tokens(self, text: str) -> Iterator[str]:
        """The things and words of a stored text, and the words of the things; fillers are left out."""
        words = [word for word in folded_words(text) if word not in _DETERMINERS]
        stems = [stem(word) for word in words]
        for place, length, meaning in self._cut(stems):
            if meaning is not None:
                yield from self._meant(words[place : place + length], meaning)
            elif words[place] not in FILLERS and stems[place] not in self._fillers:
                yield stems[place]

    def things_in(self, text: str) -> Iterator[str]:
        """The things and the remaining words of a stored text: a thing counts once, its words do not."""
        words = [word for word in folded_words(text) if word not in _DETERMINERS]
        stems = [stem(word) for word in words]
        for place, _, meaning in self._cut(stems):
            if isinstance(meaning, Named):
                yield meaning.token
            elif meaning is not None:
                yield from (meaning,) if meaning else ()
            elif words[place] not in FILLERS and stems[place] not in self._fillers:
                yield stems[place]

    def read(self, question: str) -> Reading:
        """The things and words of a question, misspelt ones corrected."""
        written = [
            word
            for word in folded_words(written_out(with_parted_categories(question)))
            if word not in _DETERMINERS
        ]
        names = written_as_names(question)
        words = [self._corrector.corrected(word, name=word in names) for word in written]
        corrections = tuple((one, other) for one, other in zip(written, words, strict=True) if one != other)
        found: list[Word] = []
        fillers: list[str] = []
        for place, length, meaning in self._cut([stem(word) for word in words]):
            part = words[place : place + length]
            tokens = tuple(self._meant(part, meaning))
            if not tokens:
                fillers += part
                continue
            changed = part != written[place : place + length]
            named = meaning if isinstance(meaning, Named) else None
            near = self._near.get(named.id, ()) + self._near_words.get(named.id, ()) if named else ()
            near += ("ultrasound",) if part == ["xus"] else ()
            if isinstance(meaning, str):
                near += self._near_words.get(meaning, ())
                near += self._things_within(part) if length > 1 else ()
            known = meaning is not None or part[0] not in NOT_HELD or stem(part[0]) in self._held
            tokens = tokens if meaning is None else tokens[:1]
            category = len(part) == 1 and not isinstance(meaning, Named) and is_category(part[0])
            category |= part == ["ypt"] and place + 1 < len(words) and is_category(words[place + 1])
            near += self._near_category(part[0]) if category else ()
            own = category or said_in_passing(words, place, length, meaning)
            plain = meaning is None and all(word in PLAIN or self._abbreviates(word) for word in part)
            common = meaning is None and all(word in COMMON for word in part)
            found.append(Word(" ".join(part), tokens + near, named, known, changed, plain, common, own))
        found = [*without_background(found)]
        unique = {word.tokens[0]: word for word in reversed(found)}
        return Reading(tuple(reversed(unique.values())), tuple(fillers), corrections, " ".join(words))

    def _near_category(self, word: str) -> tuple[str, ...]:
        things = ("term.stage", "term.residual") if says_residual(word) else ("term.stage",)
        tokens = {named.id: named.token for named in self.things.values()}
        return (*near_category(word), *(tokens[each] for each in things if each in tokens))

    def _abbreviates(self, word: str) -> bool:
        """Whether a word is too short to tell a subject, and is in no text that is held."""
        return word.isalpha() and len(word) <= _ABBREVIATION and stem(word) not in self._held

    def _things_within(self, words: Sequence[str], *kinds: str) -> tuple[str, ...]:
        """The things, of these kinds (all), that single words of a phrase name."""
        named = (self._phrases.get((stem(word),)) for word in words)
        return tuple(
            each.token for each in named if isinstance(each, Named) and (not kinds or each.kind in kinds)
        )

    def _cut(self, stems: Sequence[str]) -> Iterator[tuple[int, int, Named | str | None]]:
        """The words cut into the longest known phrases, from left to right."""
        place = 0
        while place < len(stems):
            length, meaning = 1, None
            for long in range(min(self._longest.get(stems[place], 0), len(stems) - place), 0, -1):
                meaning = self._phrases.get(tuple(stems[place : place + long]))
                if meaning is not None:
                    length = long
                    break
            yield place, length, meaning
            place += length

    def _meant(self, words: Sequence[str], meaning: Named | str | None) -> Iterator[str]:
        if isinstance(meaning, Named):
            yield meaning.token
            if len(words) >= _ALL_WORDS_TOO:
                yield from self._things_within(words, "trial")
                yield from (stem(word) for word in words if stem(word) not in self._fillers)
        elif meaning is not None:
            yield from (meaning,) if meaning else ()
            if meaning and len(words) >= _ALL_WORDS_TOO:
                yield from (stem(word) for word in words if stem(word) not in self._fillers)
        else:
            yield from (
                stem(word) for word in words if word not in FILLERS and stem(word) not in self._fillers
            )


def _folded(words: Iterable[str]) -> Iterator[str]:
    return (part for word in words for part in folded_words(word))


def _one(phrase: str) -> str:
    """The word that stands for a group of everyday words, named by its first."""
    return stem("".join(folded_words(phrase)))


def _things(knowledge: Knowledge) -> Iterator[tuple[Named, list[str]]]:
    number = 0
    contents = knowledge.contents
    kinds: Mapping[str, Sequence[Item]] = {
        "drug": contents.drugs,
        "regimen": contents.regimens,
        "trial": contents.trials,
        "marker": contents.markers,
        "term": contents.terms,
    }
    for kind, items in kinds.items():
        for item in items:
            number += 1
            names = [_own_name(item.title)]
            if kind in {"drug", "regimen", "trial"}:
                names.append(item.id.removesuffix("-trial"))
            for field in ("names", "aliases", "brands", "abbreviations", "synonyms"):
                names += getattr(item, field, ())
            names += [name.replace("-", "") for name in names if "-" in name]
            yield Named(f"zq{number}", kind, item.id, item.title), names


def _own_name(title: str) -> str:
    return title.partition(":")[0].partition(" (")[0]


def _near_things(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """For a thing, what a text may name in its place: a regimen's conjugate or antibodies, a drug's class."""
    tokens = {named.id: named.token for named, _ in _things(knowledge)}
    near: dict[str, list[str]] = defaultdict(list)
    conjugates = {each.id for each in knowledge.contents.drugs if "conjugate" in each.drug_class.lower()}
    for regimen in knowledge.contents.regimens:
        given = {each.drug for each in regimen.components}
        near[regimen.id] += [tokens[each] for each in sorted(given & conjugates)]
        if given >= _BOTH_ANTIBODIES and "term.dual-blockade" in tokens:
            near[regimen.id].append(tokens["term.dual-blockade"])
    for drug in knowledge.contents.drugs:
        if drug.anthracycline and "term.anthracycline" in tokens:
            near[drug.id].append(tokens["term.anthracycline"])
        if "taxane" in drug.drug_class.lower() and "term.taxane" in tokens:
            near[drug.id].append(tokens["term.taxane"])
        if "antibody" in drug.drug_class.lower() and "conjugate" not in drug.drug_class.lower():
            near[drug.id] += [
                stem("antibodies"),
                *(tokens[each] for each in ("term.dual-blockade",) if each in tokens),
            ]
    return {name: tuple(found) for name, found in near.items()}
