"""Given: a treatment of the record with the drugs that its name stands for, and whether it goes on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.treatment import Regimen
from neoher.record.case import Case
from neoher.record.surgery import Surgery
from neoher.record.treatment import Setting, StopReason, Treatment

__all__ = [
    "ANTHRACYCLINES",
    "HER2_DRUGS",
    "TAXANES",
    "Given",
    "drug_named",
    "drugs_named",
    "regimen_named",
    "treatments_of",
]

ANTHRACYCLINES = frozenset({"doxorubicin", "epirubicin"})
TAXANES = frozenset({"docetaxel", "paclitaxel", "nab-paclitaxel", "taxane"})
HER2_DRUGS = frozenset({"trastuzumab", "pertuzumab", "T-DM1", "T-DXd"})
"""Antibodies and conjugates that count towards the year of HER2-directed therapy."""

_ABBREVIATIONS: Mapping[str, tuple[str, ...]] = {
    "h": ("trastuzumab",),
    "p": ("pertuzumab",),
    "hp": ("trastuzumab", "pertuzumab"),
    "th": ("taxane", "trastuzumab"),
    "ac": ("doxorubicin", "cyclophosphamide"),
    "ddac": ("doxorubicin", "cyclophosphamide"),
    "ec": ("epirubicin", "cyclophosphamide"),
    "ddec": ("epirubicin", "cyclophosphamide"),
    "fec": ("fluorouracil", "epirubicin", "cyclophosphamide"),
    "taxane": ("taxane",),
    "phesgo": ("trastuzumab", "pertuzumab"),
    "pertuzumabtrastuzumabsc": ("trastuzumab", "pertuzumab"),
}
"""Abbreviations of the field that name several drugs, or that only a treatment's name makes clear."""
_PARTS = re.compile(r"\s*(?:[+,;/&]|\band\b|\bwith\b)\s*", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:\bthen\b|\bfollowed by\b|->|=>|\u2192)\s*", re.IGNORECASE)
"""What stands between the blocks of a sequence."""
_HYPHEN = re.compile(r"\s*[-\u2010-\u2013]\s*")
"""Stands between the blocks of a sequence where both sides are known: EC-THP."""
_NOT_NAMES = re.compile(
    r"\b(?:adjuvant|neoadjuvant|weekly|q3w|iv|sc|subcutaneous|dose[- ]dense)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Given:
    """One entry of `treatment`."""

    path: str
    treatment: Treatment
    drugs: frozenset[str] | None
    """Ids of its drugs; None where its name is not known here or none is stated."""
    regimen: Regimen | None
    before_surgery: bool
    ended: bool
    """Whether the record says that it is over."""
    sequence: tuple[frozenset[str], ...] = ()
    """The drugs of its blocks in their order, where its name states a sequence that no regimen held has."""

    @property
    def start(self) -> dt.date | None:
        """The first day."""
        return self.treatment.start

    @property
    def names(self) -> tuple[str, ...]:
        """Where its drugs are stated, or would be."""
        stated = [name for name in ("regimen", "drugs") if getattr(self.treatment, name)]
        return tuple(f"{self.path}.{name}" for name in stated or ("regimen", "drugs"))

    def has(self, drugs: Iterable[str]) -> bool | None:
        """Whether one of these drugs has been begun; None where its drugs are not known."""
        return None if self.begun is None else bool(self.begun & frozenset(drugs))

    @property
    def begun(self) -> frozenset[str] | None:
        """Its drugs but for those of later blocks of a sequence that its cycles have not reached."""
        blocks = self._blocks_reached()
        return self.drugs if blocks is None else frozenset().union(*(drugs for drugs, _ in blocks))

    @property
    def being_given(self) -> frozenset[str] | None:
        """The drugs of the block that it has reached; none once it is over; None where they are not known."""
        if self.ended:
            return frozenset()
        blocks = self._blocks_reached()
        return self.drugs if blocks is None else blocks[-1][0]

    @property
    def within_block(self) -> bool:
        """Whether cycles of the block that it has reached are left."""
        blocks = self._blocks_reached()
        return blocks is not None and (self.treatment.cycles or 0) < blocks[-1][1]

    def _blocks_reached(self) -> list[tuple[frozenset[str], int]] | None:
        """Each block up to that of the newest cycle: its drugs, and the cycles up to its end.

        None where there is no sequence, or where nobody can tell how far it is.
        """
        cycles, components = self.treatment.cycles, self.regimen.components if self.regimen else ()
        numbers = sorted({part.block for part in components})
        if cycles is None or len(numbers) < 2:
            return None
        reached: list[tuple[frozenset[str], int]] = []
        so_far = 0
        for number in numbers:
            parts = [part for part in components if part.block == number]
            stated = parts[0].cycles or ""
            if not stated.isdigit():
                return None
            so_far += int(stated)
            reached.append((_expanded(part.drug for part in parts), so_far))
            if cycles <= so_far:
                break
        return reached

    @property
    def last_dose(self) -> dt.date | None:
        """The day of the last dose, where it is stated."""
        doses = [dose.date for dose in self.treatment.doses if dose.date]
        return self.treatment.end or (max(doses) if doses and self.ended else None)

    def her2_cycles(self) -> int | None:
        """Cycles with a HER2-directed drug so far; None where that is not known.

        In a sequence the cycles count through its blocks in their order.
        """
        cycles = self.treatment.cycles
        if self.drugs is not None and not self.drugs & HER2_DRUGS:
            return 0
        if cycles is None or self.drugs is None:
            return None
        if any(not block & HER2_DRUGS for block in self.sequence):
            return None  # how many of the cycles each block had is not stated
        before = 0
        for block in sorted({part.block for part in self.regimen.components} if self.regimen else ()):
            assert self.regimen is not None
            parts = [part for part in self.regimen.components if part.block == block]
            if any(part.drug in HER2_DRUGS for part in parts):
                break
            stated = parts[0].cycles or ""
            if not stated.isdigit():
                return None
            before += int(stated)
        return max(0, cycles - before)


def treatments_of(case: Case, knowledge: Knowledge, operations: tuple[Surgery, ...]) -> tuple[Given, ...]:
    """Every entry of `treatment`; one that says neither setting nor date counts as given before surgery."""
    names = _names(knowledge)
    operated = min((each.date for each in operations if each.date), default=None)
    # Once every cancer was operated on, what was given before surgery is over.
    over = len(operations) >= max(1, len(case.cancers))
    return tuple(
        _given(position, each, names, operated, over=over) for position, each in enumerate(case.treatment)
    )


def drugs_named(text: str, knowledge: Knowledge) -> frozenset[str] | None:
    """The ids of the drugs that a text names, alone or by a regimen; None where one part is not known."""
    return _drugs(text, _names(knowledge))


def regimen_named(text: str, knowledge: Knowledge) -> Regimen | None:
    """The regimen of that name."""
    return _names(knowledge).regimens.get(_folded(text))


def drug_named(text: str | None, knowledge: Knowledge) -> str | None:
    """The id of the one drug that is named so."""
    found = _drugs(text or "", _names(knowledge))
    return next(iter(found)) if found and len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Names:
    regimens: Mapping[str, Regimen]
    drugs: Mapping[str, str]


@lru_cache(maxsize=8)
def _names(knowledge: Knowledge) -> _Names:
    regimens = {
        _folded(name): regimen
        for regimen in knowledge.contents.regimens
        for name in (regimen.id, regimen.title, *regimen.names)
    }
    drugs = {
        _folded(name): drug.id
        for drug in knowledge.contents.drugs
        for name in (drug.id, drug.title, *drug.brands, *drug.abbreviations, *drug.synonyms)
    }
    return _Names(regimens, drugs)


def _given(
    position: int, treatment: Treatment, names: _Names, operated: dt.date | None, *, over: bool
) -> Given:
    regimen = names.regimens.get(_folded(treatment.regimen or ""))
    sequence: tuple[frozenset[str], ...] = ()
    drugs: frozenset[str] | None
    if regimen is not None:
        drugs = _expanded(part.drug for part in regimen.components)
    else:
        stated = [name for name in (treatment.regimen, *treatment.drugs) if name]
        read = [_drugs(name, names) for name in stated]
        # One name that is not known leaves the whole entry unknown: it may be anything.
        drugs = None if not read or None in read else frozenset().union(*(each or () for each in read))
        sequence = (drugs and _sequence(treatment.regimen or "", names)) or ()
    before = treatment.setting is not Setting.ADJUVANT
    if treatment.setting is None and operated is not None and treatment.start is not None:
        before = treatment.start < operated
    return Given(
        f"treatment[{position}]",
        treatment,
        drugs,
        regimen,
        before,
        _ended(treatment) or (over and before),
        sequence,
    )


def _ended(treatment: Treatment) -> bool:
    complete = (
        treatment.cycles is not None
        and treatment.cycles_planned is not None
        and treatment.cycles >= treatment.cycles_planned
    )
    return treatment.end is not None or complete or isinstance(treatment.ended_because, StopReason)


def _drugs(text: str, names: _Names) -> frozenset[str] | None:
    """The drugs of a text; None where one part of it is not known."""
    if _folded(text) in names.regimens:
        return _expanded(part.drug for part in names.regimens[_folded(text)].components)
    blocks = _sequence(text, names)
    if blocks:
        return frozenset().union(*blocks)
    return _together(text, names)


def _sequence(text: str, names: _Names) -> tuple[frozenset[str], ...]:
    """The blocks of a sequence in their order; empty where the text states none, or one block is not known.

    A hyphen parts blocks only after an anthracycline and where each side has a name of two letters or more:
    T-DM1 is one drug, and the P of EC-P may be either of two.
    """
    parts = [part for part in _THEN.split(text) if part.strip()]
    if len(parts) > 1:
        return _all_known(_drugs(part, names) for part in parts)
    parts = [part for part in _HYPHEN.split(text) if part.strip()]
    if len(parts) > 1 and all(len(_folded(part)) > 1 for part in parts):
        blocks = _all_known(_together(part, names) for part in parts)
        return blocks if blocks and blocks[0] & ANTHRACYCLINES else ()
    return ()


def _all_known(blocks: Iterable[frozenset[str] | None]) -> tuple[frozenset[str], ...]:
    found = tuple(blocks)
    known = tuple(each for each in found if each)
    return known if len(known) == len(found) else ()


def _together(text: str, names: _Names) -> frozenset[str] | None:
    """The drugs of a text without a sequence; None where one part of it is not known."""
    found: set[str] = set()
    for part in _PARTS.split(_NOT_NAMES.sub(" ", text)):
        key = _folded(part)
        if not key:
            continue
        if key in _ABBREVIATIONS:
            found |= set(_ABBREVIATIONS[key])
        elif key in names.drugs:
            found |= _expanded([names.drugs[key]])
        elif key in names.regimens:
            found |= _expanded(each.drug for each in names.regimens[key].components)
        else:
            return None
    return frozenset(found) or None


def _expanded(drugs: Iterable[str]) -> frozenset[str]:
    return frozenset(_parts(drugs))


def _parts(drugs: Iterable[str]) -> Iterator[str]:
    for drug in drugs:
        yield from _ABBREVIATIONS.get(_folded(drug), (drug,))


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
