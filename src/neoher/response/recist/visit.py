"""Non-target lesions, new lesions, and the overall response at one visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from neoher.response.recist.baseline import NODE_NORMAL_BELOW_MM, Baseline
from neoher.response.recist.facts import RecistRow, Response
from neoher.response.recist.lesions import Visit, family_of, method_of

__all__ = ["NontargetState", "new_lesion", "nontarget_response", "nontarget_states", "overall_response"]

NontargetState = Literal["present", "absent", "progressed", "not-evaluated"]


def nontarget_response(visit: Visit, baseline: Baseline, rows: Sequence[RecistRow]) -> Response | None:
    """Response of the non-target lesions; None where there are none.

    CR: all gone, every node below 10 mm short axis. PD: one progressed unequivocally, as the reader stated.
    NE: one not evaluated and none progressed.
    Source: RECIST 1.1 (PMID 19097774).
    """
    if not baseline.nontargets:
        return None
    states = {state for each in nontarget_states(visit, baseline, rows).values() for state in each}
    if "progressed" in states:
        return Response.PD
    if "not-evaluated" in states:
        return Response.NE
    return Response.NON_CR_NON_PD if "present" in states else Response.CR


def nontarget_states(
    visit: Visit, baseline: Baseline, rows: Sequence[RecistRow]
) -> dict[str, tuple[NontargetState, ...]]:
    """What was found of each non-target lesion of the baseline and of its fragments."""
    held: dict[str, tuple[NontargetState, ...]] = {}
    for name, kind in baseline.nontargets.items():
        own = [row for row in visit.of("nontarget") if family_of(row.lesion, rows) == name]
        held[name] = tuple(_state(row, kind) for row in own) or ("not-evaluated",)
    return held


def _state(row: RecistRow, kind: str | None) -> NontargetState:
    """What was found of a non-target lesion, from the status or else from what was measured."""
    if row.status in {"progressed", "not-evaluated", "absent"}:
        return row.status
    if kind == "node" and row.short_mm is not None:
        return "absent" if row.short_mm < NODE_NORMAL_BELOW_MM else "present"
    if row.status == "present":
        return "present"
    if row.finding == "absent" or row.longest_mm == 0:
        return "absent"
    if row.finding == "too-small" or row.longest_mm is not None:
        return "present"
    return "not-evaluated"


def new_lesion(visits: Sequence[Visit], index: int) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a new lesion is there at a visit, and the new lesions that are not established.

    A new lesion seen at an earlier visit stays until it is stated absent. One seen on PET alone counts where
    the baseline had a PET, or where another modality shows it by then.
    Source: RECIST 1.1 (PMID 19097774).
    """
    names = dict.fromkeys(row.lesion for visit in visits[1 : index + 1] for row in visit.of("new"))
    baseline_pet = any(method_of(row) == "PET" for row in visits[0].rows)
    found = {name: _shown(name, visits[1 : index + 1], baseline_pet=baseline_pet) for name in names}
    if any(found.values()):
        return True, tuple(name for name, shown in found.items() if shown is None)
    open_ones = tuple(name for name, shown in found.items() if shown is None)
    return (None if open_ones else False), open_ones


def _shown(name: str, visits: Sequence[Visit], *, baseline_pet: bool) -> bool | None:
    """Whether a new lesion is there by the last visit that says so; None: not established."""
    there: bool | None = None
    for visit in visits:
        rows = [row for row in visit.of("new") if row.lesion == name]
        # What a reader calls a new lesion is one, also a node below 10 mm.
        states = {row: row.status if row.status == "present" else _state(row, row.kind) for row in rows}
        seen = [row for row, state in states.items() if state in {"present", "progressed"}]
        if any(method_of(row) != "PET" or baseline_pet for row in seen):
            there = True
        elif seen:
            # On PET alone it adds nothing to a lesion that is known, and does not establish another.
            there = there or None
        elif "absent" in states.values():
            there = False
    return there


def overall_response(
    target: Response | None, nontarget: Response | None, *, new: bool | None, reappeared: bool = False
) -> Response:
    """The overall response of a visit by the table of RECIST 1.1.

    `target` or `nontarget` is None where there are no such lesions. `new` is None where a new lesion is
    recorded but not established: then nothing but PD can be said. `reappeared`: a lesion is back after the
    overall response was CR, which is PD.
    Source: RECIST 1.1 (PMID 19097774; table read as reprinted in PMC3980664).
    """
    if new or reappeared or Response.PD in {target, nontarget}:
        return Response.PD
    if new is None:
        return Response.NE
    if target is None:
        return nontarget or Response.NE
    if target is Response.CR and nontarget not in {None, Response.CR}:
        return Response.PR
    return target
