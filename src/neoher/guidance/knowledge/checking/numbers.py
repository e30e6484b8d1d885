"""Numbers that no cited source holds, and items said to be better read than the facts behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.checking.finding import Finding, Severity
from neoher.guidance.knowledge.checking.quantities import held_numbers, is_held, stated_numbers
from neoher.guidance.knowledge.kinds.item import Item, Verification
from neoher.guidance.knowledge.kinds.limits import CardiacLimits, ToxicityLimits
from neoher.guidance.knowledge.kinds.source import Fact, Source
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.guidance.knowledge.kinds.trial import Result

__all__ = ["unheld_numbers"]

PER_HUNDRED = 100.0
"""'67 of 100 women' says a percentage in plain words."""
_STRUCTURE = {"id", "title", "since", "until", "checked", "expires", "sources", "approved_on"}


def unheld_numbers(knowledge: Knowledge) -> Iterator[Finding]:
    """Numbers of statements, trial results and limits that the facts of their sources do not hold.

    A patient's wording may round to whole numbers and count per hundred. An item must not be said to be
    better read than the facts that hold its numbers.
    """
    for statement in knowledge.contents.statements:
        facts = _facts(knowledge, statement.sources)
        years = _years(knowledge, statement)
        exact = f"{statement.clinician} {statement.researcher}"
        yield from _check(statement, "statements", stated_numbers(exact) - years, facts)
        plain = stated_numbers(statement.patient) - years - {PER_HUNDRED}
        yield from _check(statement, "statements", plain, facts, rounded=True)
    for trial in knowledge.contents.trials:
        for result in trial.results:
            facts = _facts(knowledge, result.sources)
            place = f"{result.id}: "
            numbers = frozenset(_result_numbers(result))
            yield from _check(trial, "trials", numbers, facts, verification=result.verification, place=place)
    for kind, limits in _limits(knowledge):
        facts = _facts(knowledge, limits.sources)
        numbers = frozenset(_walk(limits.model_dump(exclude=_STRUCTURE, exclude_defaults=True)))
        yield from _check(limits, kind, numbers - {0.0}, facts)


def _check(
    item: Item,
    kind: str,
    numbers: frozenset[float],
    facts: tuple[Fact, ...],
    *,
    rounded: bool = False,
    verification: Verification | None = None,
    place: str = "",
) -> Iterator[Finding]:
    said = verification or item.verification
    by_fact = [(fact, held_numbers(fact.fact)) for fact in facts]
    for number in sorted(numbers):
        holding = [fact for fact, held in by_fact if is_held(number, held, rounded=rounded)]
        if not holding:
            message = f"{place}says {number:g}, which no fact of its sources holds."
            yield _finding("number-not-held", kind, item, message)
        elif max(fact.verification.standing for fact in holding) < said.standing:
            best = max(holding, key=lambda fact: fact.verification.standing).verification
            message = f"{place}is said to be {said}, but {number:g} stands only in facts that are {best}."
            yield _finding("verification-too-high", kind, item, message)


def _facts(knowledge: Knowledge, sources: Iterable[str]) -> tuple[Fact, ...]:
    found = (knowledge.find_source(source) for source in sources)
    return tuple(fact for source in found if source is not None for fact in source.facts)


def _years(knowledge: Knowledge, statement: Statement) -> frozenset[float]:
    """Years and dates by which a source, the statement itself or what it names is known."""
    sources = [knowledge.find_source(name) for name in statement.sources]
    years = {float(source.year) for source in sources if source is not None and source.year is not None}
    dated = [statement.since, statement.checked.isoformat()]
    dated += [each.accessed.isoformat() for each in sources if each is not None]
    names = " ".join(_names(source) for source in sources if source is not None)
    for text in (*dated, names):
        years |= held_numbers(text.replace("-", " "))
    return frozenset(years)


def _names(source: Source) -> str:
    return " ".join((source.title, source.journal or "", *source.names()))


def _result_numbers(result: Result) -> Iterator[float]:
    for value in result.values:
        yield from (each for each in (value.value, value.low, value.high) if each is not None)
    for pair in result.comparisons:
        yield from (abs(each) for each in (pair.value, pair.low, pair.high) if each is not None)
        yield from stated_numbers(pair.p or "")


def _limits(knowledge: Knowledge) -> Iterator[tuple[str, CardiacLimits | ToxicityLimits]]:
    yield from (("cardiac_limits", each) for each in knowledge.contents.cardiac_limits)
    yield from (("toxicity_limits", each) for each in knowledge.contents.toxicity_limits)


def _walk(value: Any) -> Iterator[float]:
    """Every number of the tables of an item; notes say where numbers come from and are not checked."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, str):
        yield from stated_numbers(value)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in {"note", "drug", "unit", "rule_sets", "regions", "reviewers"}:
                yield from _walk(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _walk(each)


def _finding(code: str, kind: str, item: Item, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, kind=kind, item=item.id, message=message)
