"""Ranking: how well each stored text answers a question, and in which order.

A text is judged by the share of what the question tells that it holds: rare words weigh more than common
ones, a word that nothing holds weighs most, and a thing that is asked about by its name and is not in the
text counts against it twice. The share decides whether a text may answer; the order adds where it holds it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from neoher.guidance.asking.finding.contrasts import on_other_side, opposed
from neoher.guidance.asking.finding.library import Entry, Library
from neoher.guidance.asking.finding.shares import cost, covered, part, referred, same
from neoher.guidance.asking.finding.weights import (
    BACKGROUND,
    BELIEF,
    BELIEF_HELD,
    BELIEF_NAMED,
    BELIEF_TAKEN,
    ENOUGH,
    ENOUGH_IN_FOCUS,
    ENOUGH_OF_A_BELIEF,
    IN_FOCUS,
    KINDS,
    MEANT_EVERYWHERE,
    NAMED_ALONE,
    OUTSIDE,
    UNSAID,
    WAYS,
    WAYS_TO_HOLD,
    Bonus,
    Factor,
    Weight,
)
from neoher.guidance.asking.reading.language import PREMISE
from neoher.guidance.asking.reading.passing import ISH_GROUPS
from neoher.guidance.asking.reading.spelling import stem
from neoher.guidance.asking.reading.values import is_category, says_residual
from neoher.guidance.asking.reading.vocabulary import Reading, Word
from neoher.guidance.knowledge.kinds.item import Place

__all__ = ["Found", "believes", "rank"]

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_DECIMAL = re.compile(r"\d+\.\d+")
_OF_A_TRIAL = re.compile(
    r"\bhow many (?:patients|women|people|participants)\b(?! (?:had|have|got|with|who|relaps\w*))|"
    r"\b(?:control|comparator|design|enrol\w*|population)\b|\barms\b"
)
"""Words that ask for a trial's record, not for its results."""
_RESIDUAL = re.compile(r"\bresidual disease\b", re.IGNORECASE)
_BEFORE_THERAPY = re.compile(r"gets neoadjuvant|preferred options|surgery first|dual blockade", re.IGNORECASE)
_THERAPY = re.compile(r"\b(?:regimens?|options?|therapy|treatment|chemo\w*)\b")
_FEW_GROUPS = 2
_IHC_THAT_DECIDES = {"0plus", "1plus", "3plus"}
_NEVER = re.compile(r"(?!)")
_REGIONS = {"usa", "europ", "uk"}
_CALLED = {"trial", "drug", "regimen"}
_DEFINED = {"term", "drug", "regimen"}


@dataclass(frozen=True, slots=True)
class Found:
    """One entry with how well it answers."""

    entry: Entry
    share: float
    """Share of the question that it holds, 0..1; compared with `weights.ENOUGH`."""
    score: float
    """By this entries are ordered."""
    lacking: tuple[str, ...]
    """Words of the question that it does not hold."""
    title: float = 0.0
    """Share of its title that the question has."""
    focus: float = 0.0
    """How far a phrase by which it is asked for and the question are one."""
    beside: bool = False
    """Whether the question has a word that nothing holds, or names a drug, trial or regimen that this entry
    does not."""

    belief: float = 0.0
    """Share of the belief that it corrects which the question has."""

    @property
    def answers(self) -> bool:
        """Whether it holds enough of the question to be given as an answer.

        A description of a thing answers only where the thing is what is asked.
        """
        if self.entry.kind != "statement" and self.focus < NAMED_ALONE:
            return False
        in_focus = self.share >= ENOUGH_IN_FOCUS and self.focus >= IN_FOCUS and not self.beside
        believed = self.share >= ENOUGH_OF_A_BELIEF and self.belief >= BELIEF_HELD and not self.beside
        return self.share >= ENOUGH or in_focus or believed


def rank(
    library: Library, reading: Reading, *, definition: bool = False, region: Place | None = None
) -> list[Found]:
    """Every entry that holds part of the question, the best answer first.

    `definition`: the question asks what something is. `region`: whose rules the asker goes by.
    """
    asked = _Asked(library, reading, definition, region)
    if not asked.total:
        return []
    tokens = [token for word in reading.words for token in word.tokens]
    found = [asked.judged(entry, closeness) for entry, closeness in library.candidates(tokens)]
    return sorted(found, key=lambda each: (-each.score, each.entry.id))


def believes(library: Library, entry: Entry, reading: Reading, question: str) -> bool:
    """Whether a question comes near the belief that a statement corrects."""
    tokens = {token for word in reading.words for token in word.tokens}
    least = BELIEF_NAMED if PREMISE.search(question) else BELIEF
    return covered(library, entry.corrects, tokens) >= least


@dataclass(frozen=True)
class _Asked:
    """A question with everything that an entry is held against."""

    library: Library
    reading: Reading
    definition: bool
    region: Place | None

    @cached_property
    def weighed(self) -> list[tuple[Word, float]]:
        """The words with their weights; what is asked of a thing weighs nothing beside the thing."""
        weights = [(word, self._weight(word)) for word in self.reading.words]
        if all(word.tokens[0] in WAYS for word, _ in weights):
            return weights
        return [(word, 0.0 if word.tokens[0] in WAYS else weight) for word, weight in weights]

    def _weight(self, word: Word) -> float:
        if word.plain or (word.own and not self._held(word)):
            return Weight.PLAIN
        if not self._held(word):
            return Weight.COMMON if word.common else Weight.UNKNOWN
        weight = max(Weight.LEAST, self.library.rarity(word.tokens[0]))
        if word.named is not None and word.named.id in MEANT_EVERYWHERE:
            return max(Weight.LEAST, Weight.BACKGROUND * weight)
        weight = Weight.BACKGROUND * weight if word.tokens[0] in BACKGROUND else weight
        return min(weight, Weight.COMMON) if word.common else weight

    @cached_property
    def unknown(self) -> bool:
        """Whether nothing holds a word of the question that names a subject."""
        return any(
            not self._held(word) for word in self.reading.words if not (word.plain or word.common or word.own)
        )

    def _beside(self, entry: Entry) -> bool:
        called = (
            word for word in self.reading.words if word.named and word.named.kind in _CALLED and not word.own
        )
        return self.unknown or any(entry.weights.keys().isdisjoint(word.tokens) for word in called)

    def _held(self, word: Word) -> bool:
        return word.known and any(self.library.holds(token) for token in word.tokens)

    @cached_property
    def total(self) -> float:
        """The weight of all words."""
        return sum(weight for _, weight in self.weighed)

    @cached_property
    def tokens(self) -> set[str]:
        """What the question is about: things without what stands near them, everyday words with it."""
        return {token for word in self.reading.words for token in word.tokens[: 1 if word.named else None]}

    @cached_property
    def everything(self) -> set[str]:
        """The things and words of the question with what stands near them."""
        return {token for word in self.reading.words for token in word.tokens}

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Every word of the question, the small ones too."""
        return frozenset(stem(word) for word in self.reading.text.split())

    @cached_property
    def named(self) -> list[str]:
        """The things that the question names."""
        return [word.tokens[0] for word in self.reading.words if word.named]

    @cached_property
    def called(self) -> list[str]:
        """The trials, drugs and regimens among them."""
        return [
            word.tokens[0]
            for word in self.reading.words
            if word.named and word.named.kind in _CALLED and not word.own
        ]

    @cached_property
    def takes_for_granted(self) -> bool:
        """Whether the question rests on something that it says is so."""
        return bool(PREMISE.search(self.reading.text))

    @property
    def near_belief(self) -> float:
        """Share of a belief from which the question comes near it."""
        return BELIEF_TAKEN if self.takes_for_granted else BELIEF

    @cached_property
    def referred(self) -> set[str]:
        """The statements that the glossary and the list of markers name for what is to be defined."""
        return set(referred(self.library, self.reading)) if self.definition else set()

    def judged(self, entry: Entry, closeness: float) -> Found:
        """How well an entry answers; `closeness` is its place in the full-text index, 0..1."""
        share, lacking = self._share(entry)
        title, *_ = (covered(self.library, heading, self.tokens) for heading in entry.titles)
        if entry.superseded_by and title < Bonus.TITLE_OF_SUPERSEDED:
            return Found(entry, 0.0, 0.0, lacking)
        focus = max((each.counts * self._alike(each.things) for each in entry.asked), default=0.0)
        if entry.kind == "trial" and _OF_A_TRIAL.search(self.reading.text):
            focus = max(focus, NAMED_ALONE)
        wording = max((each.counts * same(each.words, self.small_words) for each in entry.asked), default=0.0)
        if on_other_side(self.reading.text, entry.item.title) or self._of_another(entry):
            share *= Factor.OTHER_SIDE
        elif opposed(self.everything, entry.headed):
            share *= Factor.OPPOSED
        score = share + Bonus.FOCUS * focus + Bonus.WORDING * wording + Bonus.FULL_TEXT * closeness
        belief = covered(self.library, entry.corrects, self.tokens)
        score += sum(self._bonuses(entry, belief))
        return Found(entry, share, score, lacking, title, focus, self._beside(entry), belief)

    def _of_another(self, entry: Entry) -> bool:
        """Whether its title is about other drugs, or other trials, than those that the question calls."""
        named = [word for word in self.reading.words if word.named and not word.own]
        for kinds in ({"drug", "regimen"}, {"trial"}):
            asked = {
                token for word in named if word.named and word.named.kind in kinds for token in word.tokens
            }
            headed = entry.headed & self.library.called(kinds)
            if asked and headed and not self._with_parts(headed) & self._with_parts(asked):
                return True
        return False

    def _holds_everywhere(self, word: Word, entry: Entry) -> bool:
        """Whether it is a region, and the text holds in every one: unless an approval is asked for."""
        region = word.tokens[0] in _REGIONS and not entry.item.regions
        return region and not any(each.tokens[0] in WAYS_TO_HOLD for each in self.reading.words)

    def _with_parts(self, tokens: Collection[str]) -> set[str]:
        """These things and the drugs of the regimens among them."""
        parts = self.library.parts
        return {part for token in tokens for part in (token, *parts.get(token, ()))}

    def _share(self, entry: Entry) -> tuple[float, tuple[str, ...]]:
        held = not_asked_of_a_text = 0.0
        factor = 1.0
        lacking: list[str] = []
        for word, weight in self.weighed:
            if not weight:
                unsaid = word.tokens[0] in WAYS_TO_HOLD and word.tokens[0] not in entry.weights
                if unsaid and not (self.takes_for_granted and entry.corrects):
                    factor *= Factor.WAY_NOT_SAID
                    lacking.append(word.text)
                continue
            own = entry.weights.get(word.tokens[0], 0.0)
            near = max((entry.weights.get(token, 0.0) for token in word.tokens[1:]), default=0.0)
            best = max(own, Factor.NEAR * near) if word.known else 0.0
            held += weight * best
            if best:
                continue
            if (
                word.own
                or self._holds_everywhere(word, entry)
                or _FIGURE.fullmatch(word.text)
                or (word.named is not None and word.named.id in UNSAID)
            ):
                # A value of the asker's own: texts give limits, not every number below and above.
                not_asked_of_a_text += weight
                continue
            if word.plain:
                continue
            lacking.append(word.text)
            factor *= cost(word, entry)
        whole = self.total - not_asked_of_a_text
        return (held / whole * factor if whole > 0 else 0.0), tuple(lacking)

    def _of_the_situation(self, entry: Entry) -> Iterator[float]:
        if self._of_its_group(entry):
            yield Bonus.OWN_GROUP
        if self._situation.search(entry.item.title):
            yield Bonus.SITUATION_STATED

    def _of_its_group(self, entry: Entry) -> bool:
        """Whether it is on the ISH group that is asked about; with IHC 2+, or with none stated."""
        asked = self.tokens & ISH_GROUPS
        others = entry.weights.keys() & ISH_GROUPS
        return (
            len(asked) == 1
            and asked <= others
            and len(others) <= _FEW_GROUPS
            and not self.tokens & _IHC_THAT_DECIDES
            and "group" in entry.item.title.lower()
        )

    @cached_property
    def _situation(self) -> re.Pattern[str]:
        """What a title says that is for the situation which the categories of the question make."""
        words = [word.text for word in self.reading.words if is_category(word.text)]
        if any(says_residual(word) for word in words):
            return _RESIDUAL
        before = any(word.startswith("c") for word in words) and _THERAPY.search(self.reading.text)
        return _BEFORE_THERAPY if before else _NEVER

    def _bonuses(self, entry: Entry, belief: float) -> Iterator[float]:
        kind = KINDS[entry.kind]
        yield kind / 3 if self.definition and entry.kind in _DEFINED else kind
        if entry.id in self.referred:
            yield Bonus.REFERRED
        regions = entry.item.regions
        if self.region is not None and regions:
            yield Bonus.SAME_REGION if self.region in regions else Bonus.OTHER_REGION
        if belief >= self.near_belief:
            yield (Bonus.BELIEF_TAKEN if self.takes_for_granted else Bonus.BELIEF) * belief
        if any(token in entry.titles[0] and token not in self.tokens for token in OUTSIDE):
            yield Bonus.OUTSIDE
        if entry.kind == "trial" and _OF_A_TRIAL.search(self.reading.text):
            yield Bonus.OF_A_TRIAL
        if any(
            _DECIMAL.fullmatch(word.text) and word.tokens[0] in entry.weights for word in self.reading.words
        ):
            yield Bonus.DECIMAL
        trial_asked = any(word.named and word.named.kind == "trial" for word in self.reading.words)
        if (
            not trial_asked
            and entry.headed & self.library.called({"trial"})
            and not entry.headed & set(self.called)
        ):
            yield Bonus.OTHER_TRIAL
        yield from self._of_the_situation(entry)
        if self.named:
            yield Bonus.CHAPTER * part(self.named, entry.subject)
        if self.called:
            yield Bonus.CALLED * part(self.called, entry.headed)
        for word, weight in self.weighed:
            if not weight:
                yield Bonus.WAY * max(entry.weights.get(token, 0.0) for token in word.tokens)

    def _alike(self, phrase: frozenset[str]) -> float:
        """How far a phrase and the question are one: the harmonic mean of what each has of the other."""
        share = covered(self.library, phrase, self.tokens)
        if not share:
            return 0.0
        recalled = sum(weight for word, weight in self.weighed if not phrase.isdisjoint(word.tokens))
        return 2 * share * recalled / (share * self.total + recalled)
