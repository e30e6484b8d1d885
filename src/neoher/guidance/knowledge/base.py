"""Knowledge: everything that is held, by kind and id, with the ways to look it up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from pydantic import Field

from neoher.errors import InputError
from neoher.guidance.knowledge.kinds.imaging import Appropriateness, ScheduledExam
from neoher.guidance.knowledge.kinds.item import Entry, Item, ItemId, Line, Place, first_day, last_day
from neoher.guidance.knowledge.kinds.limits import CardiacLimits, ToxicityLimits
from neoher.guidance.knowledge.kinds.rule import Rule
from neoher.guidance.knowledge.kinds.source import Source
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.guidance.knowledge.kinds.terms import Marker, Term
from neoher.guidance.knowledge.kinds.treatment import Drug, Regimen
from neoher.guidance.knowledge.kinds.trial import Trial
from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day

__all__ = ["OURS", "Contents", "Edition", "Knowledge", "Subject"]

E = TypeVar("E", bound=Entry)

OURS = "neoher"
"""Where an item comes from that no overlay has replaced."""


class Contents(Frozen):
    """The items of every kind, in the order of the files."""

    sources: tuple[Source, ...] = ()
    trials: tuple[Trial, ...] = ()
    drugs: tuple[Drug, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    statements: tuple[Statement, ...] = ()
    cardiac_limits: tuple[CardiacLimits, ...] = ()
    toxicity_limits: tuple[ToxicityLimits, ...] = ()
    appropriateness: tuple[Appropriateness, ...] = ()
    schedule: tuple[ScheduledExam, ...] = ()
    markers: tuple[Marker, ...] = ()
    terms: tuple[Term, ...] = ()
    rules: tuple[Rule, ...] = ()

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The names of the kinds, as files and commands write them."""
        return tuple(cls.model_fields)

    def of(self, kind: str) -> tuple[Entry, ...]:
        """The items of one kind."""
        items: tuple[Entry, ...] = getattr(self, kind)
        return items


class Subject(Frozen):
    """A chapter of the knowledge base."""

    id: ItemId
    title: Line
    patient: Line
    """The chapter's question in plain words."""


class Edition(Frozen):
    """Which state of the knowledge base this is."""

    version: Line
    date: Day
    rules_from: Day | None = None
    """The day from which the rules hold all of what was known; of earlier days they hold a part."""
    maintainers: Line
    subjects: tuple[Subject, ...]
    review_days: Mapping[str, int] = Field(default_factory=dict)
    """After how many days since it was checked an item expires: by kind, or for statements by their kind."""
    fingerprint: str = ""
    """Hash of the data files, filled in when they are read."""


class Knowledge:
    """The knowledge base as it is looked up. Does not change after it was made."""

    def __init__(
        self, edition: Edition, contents: Contents, origins: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self.edition = edition
        self.contents = contents
        self._origins = dict(origins or {})

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id."""
        return _by_id(self.contents.sources)

    @cached_property
    def trials(self) -> Mapping[str, Trial]:
        """Trials by id."""
        return _by_id(self.contents.trials)

    @cached_property
    def drugs(self) -> Mapping[str, Drug]:
        """Drugs by id."""
        return _by_id(self.contents.drugs)

    @cached_property
    def regimens(self) -> Mapping[str, Regimen]:
        """Regimens by id."""
        return _by_id(self.contents.regimens)

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """Statements by id."""
        return _by_id(self.contents.statements)

    @cached_property
    def cardiac_limits(self) -> Mapping[str, CardiacLimits]:
        """Cardiac rules by id."""
        return _by_id(self.contents.cardiac_limits)

    @cached_property
    def toxicity_limits(self) -> Mapping[str, ToxicityLimits]:
        """Tables of dose changes by id."""
        return _by_id(self.contents.toxicity_limits)

    @cached_property
    def appropriateness(self) -> Mapping[str, Appropriateness]:
        """Appropriateness of imaging by id."""
        return _by_id(self.contents.appropriateness)

    @cached_property
    def schedule(self) -> Mapping[str, ScheduledExam]:
        """Scheduled examinations by id."""
        return _by_id(self.contents.schedule)

    @cached_property
    def markers(self) -> Mapping[str, Marker]:
        """Investigational markers by id."""
        return _by_id(self.contents.markers)

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """Glossary by id."""
        return _by_id(self.contents.terms)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Rules of advice by id."""
        return _by_id(self.contents.rules)

    def items(self) -> Iterator[tuple[str, Entry]]:
        """Every item with its kind."""
        for kind in Contents.kinds():
            for item in self.contents.of(kind):
                yield kind, item

    def found(self, item_id: str) -> tuple[tuple[str, Entry], ...]:
        """Every item of this id with its kind; sources also by another number they are known by."""
        exact = [(kind, item) for kind, item in self.items() if item.id == item_id]
        source = self.find_source(item_id)
        if source is not None and ("sources", source) not in exact:
            exact.append(("sources", source))
        return tuple(exact)

    def item(self, item_id: str) -> Entry:
        """The item of this id, whatever its kind.

        Raises: InputError that names the nearest ids where there is none, or the kinds of several.
        """
        found = self.found(item_id)
        if len(found) == 1:
            return found[0][1]
        if not found:
            raise InputError(f"the knowledge base holds no {item_id!r}.", remedy=self._nearest(item_id))
        raise InputError(
            f"{item_id!r} names several items: {', '.join(kind for kind, _ in found)}.",
            remedy="Look it up in the mapping of its kind.",
        )

    def find_source(self, name: str) -> Source | None:
        """The source known by this id, PMID, DOI, PMC number or address; None where there is none."""
        return self._sources_by_name.get(_folded(name))

    def source(self, name: str) -> Source:
        """The source known by this name.

        Raises: InputError where there is none.
        """
        source = self.find_source(name)
        if source is None:
            raise InputError(f"the knowledge base holds no source {name!r}.", remedy=self._nearest(name))
        return source

    def origin(self, kind: str, item_id: str) -> str:
        """Whose item it is: ours, or the name of the overlay that brought or replaced it."""
        return self._origins.get((kind, item_id), OURS)

    def statements_about(self, subject: str) -> tuple[Statement, ...]:
        """The statements of one subject, in the order of the files.

        Raises: InputError for a subject that the edition does not list.
        """
        subjects = [each.id for each in self.edition.subjects]
        if subject not in subjects:
            raise InputError(f"there is no subject {subject!r}.", remedy=f"Subjects: {', '.join(subjects)}.")
        return tuple(each for each in self.contents.statements if each.subject == subject)

    def named(self, text: str) -> tuple[tuple[str, Entry], ...]:
        """The items that are called so: id, name, brand, abbreviation or synonym; capitals do not matter."""
        return self._by_name.get(_folded(text), ())

    def superseding(self, item_id: str, on: dt.date | None = None) -> tuple[Item, ...]:
        """The items that take this one's place, by `on` where a day is given."""
        known = self._superseding.get(item_id, ())
        return tuple(item for item in known if on is None or self._counts_from(item) <= on)

    def expires(self, kind: str, item: Entry) -> dt.date | None:
        """The day from which an item counts as unchecked; None where its kind does not expire."""
        if item.expires is not None:
            return item.expires
        wanted = f"statements:{item.kind}" if isinstance(item, Statement) else kind
        days = self.edition.review_days.get(wanted)
        return None if days is None else item.checked + dt.timedelta(days=days)

    def as_of(self, day: dt.date, region: Place | None = None) -> Knowledge:
        """What was known on `day` and, where a region is given, applies there.

        An item counts from the last day that its date can mean (a bare year: from its end), so that a case of
        the past is not judged by what came later that year; but from the day of the edition at the latest,
        since what the edition holds was out by then. One that was superseded or had ended by then is left
        out. Sources stay: what rests on them decides.
        """
        kept: dict[str, tuple[Entry, ...]] = {"sources": self.contents.sources}
        for kind in Contents.kinds():
            if kind != "sources":
                known = [item for item in self.contents.of(kind) if self._in_force(item, day, region)]
                gone = {name for item in known if isinstance(item, Item) for name in item.supersedes}
                kept[kind] = tuple(item for item in known if item.id not in gone)
        return Knowledge(self.edition, Contents.model_construct(**kept), self._origins)  # type: ignore[arg-type]

    def _counts_from(self, item: Item) -> dt.date:
        """The day from which an item counts; see `as_of`."""
        return min(last_day(item.since), max(self.edition.date, first_day(item.since)))

    def _in_force(self, item: Entry, day: dt.date, region: Place | None) -> bool:
        if not isinstance(item, Item):
            return True
        ended = item.until is not None and first_day(item.until) <= day
        here = region is None or not item.regions or region in item.regions
        return self._counts_from(item) <= day and not ended and here

    @cached_property
    def _superseding(self) -> Mapping[str, tuple[Item, ...]]:
        found: dict[str, list[Item]] = {}
        items = (item for kind in Contents.kinds() for item in self.contents.of(kind))
        for item in items:
            if isinstance(item, Item):
                for name in item.supersedes:
                    found.setdefault(name, []).append(item)
        return {name: tuple(items) for name, items in found.items()}

    @cached_property
    def _sources_by_name(self) -> Mapping[str, Source]:
        return {_folded(name): source for source in self.contents.sources for name in source.names()}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[tuple[str, Entry], ...]]:
        names: dict[str, list[tuple[str, Entry]]] = {}
        for kind, item in self.items():
            if kind in {"sources", "statements"}:
                continue
            for name in dict.fromkeys(_folded(name) for name in _names(item)):
                names.setdefault(name, []).append((kind, item))
        return {name: tuple(found) for name, found in names.items()}

    def _nearest(self, item_id: str) -> str:
        from rapidfuzz import process

        ids = list(dict.fromkeys(item.id for _, item in self.items()))
        near = [name for name, _, _ in process.extract(item_id, ids, limit=3, score_cutoff=60)]
        listing = "`neoher knowledge list` names them all."
        return f"The nearest: {', '.join(near)}. {listing}" if near else listing


def _by_id(items: tuple[E, ...]) -> Mapping[str, E]:
    return MappingProxyType({item.id: item for item in items})


def _folded(name: str) -> str:
    """A name without capitals and without the ways of writing the same address."""
    folded = name.strip().casefold()
    for prefix in ("https://doi.org/", "http://dx.doi.org/", "doi "):
        if folded.startswith(prefix):
            return f"doi:{folded.removeprefix(prefix)}"
    return folded.removeprefix("https://").removeprefix("http://").removesuffix("/")


def _names(item: Entry) -> Iterator[str]:
    yield item.id
    yield item.title
    for field in ("names", "aliases", "brands", "abbreviations", "synonyms"):
        yield from getattr(item, field, ())
