"""Best overall response over the visits, with or without confirmation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from neoher.response.recist.facts import BestResponse, Response, VisitResponse

__all__ = ["Protocol", "best_response", "conflicts"]

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
NON = Response.NON_CR_NON_PD


@dataclass(frozen=True, slots=True)
class Protocol:
    """What the protocol asks for."""

    start: dt.date
    """From here the time to a stable disease counts."""
    stable_from_days: int
    confirm_days: int | None
    """Least interval between a response and its confirmation; None: none is asked for."""


def conflicts(visits: Sequence[VisitResponse]) -> tuple[tuple[str, str], ...]:
    """Visits that say CR, each with a later one that says PR or SD (or its like) before any PD.

    Disease after CR is PD, or the CR was wrong: which of the two is the reader's to say.
    """
    found: list[tuple[str, str]] = []
    complete: str | None = None
    for visit in _until_progression(visits):
        if visit.overall is CR:
            complete = visit.visit
        elif complete is not None and visit.overall in {PR, SD, NON}:
            found.append((complete, visit.visit))
    return tuple(found)


def best_response(visits: Sequence[VisitResponse], protocol: Protocol) -> BestResponse | None:
    """The best overall response from the start until PD; None without a visit or where visits conflict.

    With confirmation, a CR needs a later CR with only CR or NE between, a PR a later CR or PR with no SD
    between; one that is not confirmed counts as SD. SD counts from the protocol's least time on.
    Source: RECIST 1.1 (PMID 19097774); confirmation as the RECIST group and admiralonco read it.
    """
    considered = _until_progression(visits)
    if not considered or conflicts(visits):
        return None
    for wanted in (CR, PR):
        for index, visit in enumerate(considered):
            if visit.overall is wanted and _confirmed(considered, index, protocol):
                return BestResponse(best=wanted, visit=visit.visit)
    # A CR may confirm a PR; an unconfirmed response is stable disease once enough time has passed.
    for visit in considered:
        late = (visit.date - protocol.start).days >= protocol.stable_from_days
        if late and visit.overall in {CR, PR, SD, NON}:
            unmeasured = visit.target is None
            return BestResponse(best=NON if unmeasured else SD, visit=visit.visit)
    last = considered[-1]
    if last.overall is PD:
        return BestResponse(best=PD, visit=last.visit)
    return BestResponse(best=NE, visit=None)


def _until_progression(visits: Sequence[VisitResponse]) -> list[VisitResponse]:
    """The visits up to and with the first PD."""
    held: list[VisitResponse] = []
    for visit in visits:
        held.append(visit)
        if visit.overall is PD:
            break
    return held


def _confirmed(visits: Sequence[VisitResponse], index: int, protocol: Protocol) -> bool:
    if protocol.confirm_days is None:
        return True
    first = visits[index]
    confirming = {CR} if first.overall is CR else {CR, PR}
    for later in visits[index + 1 :]:
        enough = (later.date - first.date).days >= protocol.confirm_days
        if later.overall in confirming and enough:
            return True
        if later.overall not in confirming | {NE}:
            return False
    return False
