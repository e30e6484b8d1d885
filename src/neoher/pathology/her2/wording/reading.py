"""A report's wording about HER2, read to fields: each phrase with the field it gives, and what was not read.

Nothing is understood that was not said. A clause is read from its test or gene to its first unknown word;
doubt, ranges, earlier results, controls and in situ components are left alone and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from neoher.errors import InputError
from neoher.pathology.her2.wording.clause import TESTS, Reader, read_clause
from neoher.pathology.her2.wording.phrases import Understood, Value, shown
from neoher.pathology.her2.wording.vocabulary import HEDGE, NAMED, OTHER_TISSUE, SITE, normalised

__all__ = ["Her2Wording", "Understood", "read_her2_wording"]

_SENTENCE = re.compile(r"[;\n!]|\.(?!\d)")
_CLAUSE = re.compile(r"[()\[\]{}]|,(?!\d)|(?<!\d),")
_SOFT = {"intensity", "completeness", "percent", "cells"}
"""Facts beside the score: where the wording gives two, neither is taken."""


@dataclass(frozen=True, slots=True)
class Her2Wording:
    """What a report's wording says of HER2."""

    understood: tuple[Understood, ...] = ()
    not_understood: tuple[str, ...] = ()
    """Pieces near HER2 that were not read, in the order of the text."""
    pending: tuple[str, ...] = ()
    """Tests that the wording calls pending, asked for or not done: 'her2.ihc', 'her2.ish'."""

    def get(self, name: str) -> Value | None:
        """The value of a field, or None where the wording does not give it."""
        return next((each.value for each in self.understood if each.field == name), None)


def read_her2_wording(text: str) -> Her2Wording:
    """The fields that a report's wording gives for one specimen.

    Parameters: `text`: a report's HER2 wording or a whole receptor line, in any of the habits known.
    Returns: fields of Her2Facts by name, and the claims `status`, `ihc_result`, `spectrum`, `cep17`.
    Raises: InputError where two results of the same kind stand in the text, listing them.
    Source of what scores and labels mean: ASCO/CAP 2018 (PMID 29846122), Rakha 2026
    (doi 10.1016/j.modpat.2025.100925); the vocabulary is this program's own.
    Does not guess: no score from 'low', none from 'equivocal', no result from a single '+' or '-'.
    """
    plain = normalised(text)
    named = NAMED.search(plain) is not None
    reader = Reader("none" if named or "OTHER" in plain else "her2")
    if not named and re.search("OTHER", plain) and "tripl" not in plain and "tripel" not in plain:
        return Her2Wording()
    for sentence in _SENTENCE.split(plain):
        _read_sentence(sentence, reader)
    return Her2Wording(
        tuple(_without_conflict(reader)),
        tuple(dict.fromkeys(reader.left)),
        tuple(dict.fromkeys(reader.pending)),
    )


def _read_sentence(sentence: str, reader: Reader) -> None:
    hedged = HEDGE.search(sentence) is not None
    reader.recount = False
    for clause in _CLAUSE.split(sentence):
        if not re.search(r"[\w+]", clause):
            continue
        if hedged or OTHER_TISSUE.search(clause):
            if reader.context in TESTS or NAMED.search(clause):
                reader.left.append(shown(clause))
            if "OTHER" not in sentence or NAMED.search(clause):
                reader.context = "other"
            continue
        read_clause(clause, sentence, reader)


def _without_conflict(reader: Reader) -> Iterator[Understood]:
    """Each field once.

    Raises: InputError where two results differ, or stand for two pieces of tissue.
    """
    for name in dict.fromkeys(each.field for each in reader.found):
        results = [each for each in reader.found if each.field == name]
        values = {each.value for each in results}
        if len(values) > 1 and name in _SOFT:
            reader.left.append(f"{name}: {' and '.join(dict.fromkeys(each.phrase for each in results))}")
            continue
        if len(values) > 1 or _of_two_tissues(results):
            listed = " | ".join(
                dict.fromkeys(f"{name} {each.value}: “{shown(each.sentence)}”" for each in results)
            )
            raise InputError(
                f"the wording holds more than one result of the same kind: {listed}.",
                where="text",
                remedy="State the wording of one specimen and one result, or the fields themselves.",
            )
        yield results[0]


def _of_two_tissues(results: list[Understood]) -> bool:
    sites = [set(SITE.findall(sentence)) for sentence in dict.fromkeys(each.sentence for each in results)]
    return any(
        one and other and not one & other for index, one in enumerate(sites) for other in sites[index + 1 :]
    )
