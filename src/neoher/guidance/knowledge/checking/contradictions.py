"""Items that contradict one another: claims on the same thing, figures of one endpoint of a trial."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.checking.finding import Finding, Severity
from neoher.guidance.knowledge.kinds.item import Item, first_day
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.guidance.knowledge.kinds.trial import Result, Trial

__all__ = ["contradictions"]


def contradictions(knowledge: Knowledge) -> Iterator[Finding]:
    """Statements whose claims differ, and results of a trial whose figures differ.

    Two claims on the same thing may differ where one supersedes the other, where they hold in different
    regions or at different times, or where each names the other in `differs_from`: then both are shown.
    """
    claims: dict[str, list[Statement]] = defaultdict(list)
    for statement in knowledge.contents.statements:
        if statement.claim is not None:
            claims[statement.claim.about].append(statement)
        yield from _one_sided(knowledge, statement)
    for about, statements in claims.items():
        for one, other in itertools.combinations(statements, 2):
            if _says(one) != _says(other) and _meet(one, other) and not _settled(one, other):
                message = f"says of {about} '{_says(one)}', {other.id} says '{_says(other)}'."
                yield _finding("statements-contradict", "statements", one, message)
    for trial in knowledge.contents.trials:
        yield from _within_trial(trial)


def _says(statement: Statement) -> str:
    return statement.claim.says if statement.claim else ""


def _meet(one: Item, other: Item) -> bool:
    """Whether both apply in one region at one time."""
    regions = not one.regions or not other.regions or bool(set(one.regions) & set(other.regions))
    return regions and not (_ended_before(one, other) or _ended_before(other, one))


def _ended_before(one: Item, other: Item) -> bool:
    return one.until is not None and first_day(one.until) <= first_day(other.since)


def _settled(one: Statement, other: Statement) -> bool:
    supersedes = other.id in one.supersedes or one.id in other.supersedes
    return supersedes or (other.id in one.differs_from and one.id in other.differs_from)


def _one_sided(knowledge: Knowledge, statement: Statement) -> Iterator[Finding]:
    """A difference that only one of the two knows of would be shown on one side alone."""
    for name in statement.differs_from:
        other = knowledge.statements.get(name)
        if other is not None and statement.id not in other.differs_from:
            message = f"says that it differs from {name}, which does not say so of it."
            yield _finding("one-sided-difference", "statements", statement, message)


def _within_trial(trial: Trial) -> Iterator[Finding]:
    for one, other in itertools.combinations(trial.results, 2):
        if _measured(one) != _measured(other):
            continue
        values = {value.arm: value.value for value in other.values}
        for value in one.values:
            there = values.get(value.arm)
            if there is not None and not _alike(value.value, there):
                message = f"{one.id} gives {value.arm} {value.value:g}, {other.id} gives {there:g}."
                yield _finding("results-contradict", "trials", trial, message)


def _measured(result: Result) -> tuple[str, str, str | None, str | None]:
    return result.endpoint, result.definition, result.at, result.subgroup


def _alike(one: float, other: float) -> bool:
    """Whether two figures are the same, or one is the other rounded."""
    return one == other or round(one) == other or round(other) == one


def _finding(code: str, kind: str, item: Item, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, kind=kind, item=item.id, message=message)
