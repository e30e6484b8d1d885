"""Response by the WHO criteria (bidimensional) at each visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.exact import percent_of
from neoher.response.recist.lesions import Visit, visits_of
from neoher.response.who.facts import WhoInputs, WhoResponse, WhoVisit
from neoher.response.who.lesions import (
    LesionGroup,
    baseline_lesions,
    groups_of,
    new_lesion,
    nontarget_state,
    unevaluated,
)
from neoher.response.who.text import EXAMPLE_TABLE, EXPLANATION, WHO_1981, WHO_TABLE

__all__ = ["CALCULATOR", "who"]

SHRINKAGE = Fraction(1, 2)
GROWTH = Fraction(1, 4)
CONFIRM_DAYS = 28

CR, PR, NC = WhoResponse.CR, WhoResponse.PR, WhoResponse.NC
PD, NE = WhoResponse.PD, WhoResponse.NE

_Value = tuple[WhoVisit, ...]


def who(inputs: WhoInputs) -> Conclusion[_Value]:
    """Response at each visit after the baseline; products of two diameters in mm2, compared exactly.

    Shrinkage of the sum of products is judged against the baseline, growth of each lesion against its own
    smallest product so far.
    Returns: no value without a visit after the baseline or without a lesion at baseline. NE where a product
    is not known and what is known is not PD.
    Raises: InputError where rows contradict one another, a lesion appears later without being new, or a
    target's modality changes.
    Source: WHO criteria (PMID 7459811, unverified; its classes as reprinted in PMC2755245, table 3).
    """
    reasons: Reasoning[_Value] = Reasoning()
    reasons.cite(WHO_1981)
    reasons.cite(WHO_TABLE)
    # The criteria know no nodes: a node has a product as any other lesion, and no size at which it is normal.
    visits = visits_of([row.model_copy(update={"kind": "other"}) for row in inputs.rows])
    if not visits:
        reasons.miss("rows")
        return reasons.conclude(None)
    targets, nontargets = baseline_lesions(visits)
    if not targets and not nontargets:
        reasons.miss(f"lesions at {visits[0].name}")
        return reasons.conclude(None)
    first = groups_of(visits[:1], targets)
    reasons.miss(
        *(f"{fact} at {visits[0].name}" for group in first for fact in unevaluated(visits[0], group, 0))
    )
    if len(visits) == 1:
        reasons.miss("a visit after the baseline")
        return reasons.conclude(None)
    return reasons.conclude(_confirmed(_Course(visits, targets, nontargets, reasons).visits_told()))


@dataclass
class _Course:
    """The visits one after the other."""

    visits: Sequence[Visit]
    targets: Sequence[str]
    nontargets: Sequence[str]
    reasons: Reasoning[_Value]
    told: list[WhoVisit] = field(default_factory=list)

    def visits_told(self) -> _Value:
        """The response at each visit after the baseline."""
        for index in range(1, len(self.visits)):
            self.told.append(self._visit(index))
        return tuple(self.told)

    def _visit(self, index: int) -> WhoVisit:
        visit = self.visits[index]
        # Two lesions that merge are one from then on; before, the growth of each is its own.
        groups = groups_of(self.visits[: index + 1], self.targets)
        sums = [_sum(groups, earlier) for earlier in range(index + 1)]
        grown = self._grown(groups, index)
        target = _target(groups, sums[0], sums[index], grown)
        nontarget = nontarget_state(visit, self.nontargets, self.visits)
        new, open_ones = new_lesion(self.visits[: index + 1])
        overall = _overall(target, nontarget, new=new)
        self._explain(visit, groups, grown, target, nontarget, new, overall)
        self.reasons.miss(*(f"status of {name} at {visit.name}" for name in open_ones))
        now = sums[index] if groups else None
        known = [each for each in sums[:index] if each is not None]
        return WhoVisit(
            visit=visit.name,
            sum_mm2=None if now is None else float(now),
            change_from_baseline_percent=percent_of(now, sums[0]),
            change_from_nadir_percent=percent_of(now, min(known, default=None)),
            progressed_lesions=tuple(grown),
            target=target,
            nontarget=nontarget,
            new=new,
            overall=overall,
            confirmed=None,
            date=visit.first,
        )

    def _grown(self, groups: Sequence[LesionGroup], index: int) -> list[str]:
        """The lesions 25 % above their smallest product so far; what is not known can only add."""
        found = []
        for group in groups:
            earlier = [size for size in group.whole[:index] if size is not None]
            if not earlier:
                continue
            nadir, now = min(earlier), group.measured[index]
            if now > nadir and now - nadir >= GROWTH * nadir:
                found.append(group.name)
                if nadir == 0:
                    self.reasons.warn(
                        "reappearance",
                        f"{self.visits[index].name}: {group.name} had gone and is back. Any size is more "
                        "than 25 % above nothing, so this is PD; confirm that it had gone.",
                    )
        return found

    def _explain(
        self,
        visit: Visit,
        groups: Sequence[LesionGroup],
        grown: Sequence[str],
        target: WhoResponse | None,
        nontarget: WhoResponse | None,
        new: bool | None,
        overall: WhoResponse,
    ) -> None:
        self.reasons.step(
            f"{visit.name}: overall {overall}" + (f", {', '.join(grown)} grew" if grown else ""),
            "CR: all gone; PD: a lesion 25 % above its smallest product, or a new one; PR: sum of products "
            "50 % below the baseline; else NC (WHO)",
            products_mm2={
                group.name: None if (size := group.whole[-1]) is None else float(size) for group in groups
            },
            smallest_mm2={
                group.name: float(min(known))
                for group in groups
                if (known := [size for size in group.whole[:-1] if size is not None])
            },
            target=None if target is None else str(target),
            nontarget=None if nontarget is None else str(nontarget),
            new=new,
        )
        for group in groups:
            self.reasons.miss(*(f"{fact} at {visit.name}" for fact in unevaluated(visit, group, -1)))
        if nontarget is NE:
            self.reasons.miss(*(f"status of {name} at {visit.name}" for name in self.nontargets))
        skipped = [
            earlier.name
            for place, earlier in enumerate(self.visits)
            if earlier.first < visit.first and any(group.whole[place] is None for group in groups)
        ]
        if skipped and target in {PR, NC}:
            self.reasons.warn(
                "smallest-product-not-known",
                f"{visit.name}: not every lesion was measured at {', '.join(skipped)}; growth since then "
                "may be larger than it looks.",
            )


def _target(
    groups: Sequence[LesionGroup], first: Fraction | None, now: Fraction | None, grown: Sequence[str]
) -> WhoResponse | None:
    if not groups:
        return None
    if grown:
        return PD
    if all(group.gone[-1] for group in groups):
        return CR
    if first is None or now is None:
        return NE
    return PR if first - now >= SHRINKAGE * first else NC


def _sum(groups: Sequence[LesionGroup], index: int) -> Fraction | None:
    sizes = [group.whole[index] for group in groups]
    known = [size for size in sizes if size is not None]
    return sum(known, Fraction(0)) if len(known) == len(sizes) else None


def _overall(target: WhoResponse | None, nontarget: WhoResponse | None, *, new: bool | None) -> WhoResponse:
    if new or PD in {target, nontarget}:
        return PD
    if new is None:
        return NE
    if target is None:
        return nontarget or NE
    if target is CR and nontarget not in {None, CR}:
        return PR
    return target


def _confirmed(told: _Value) -> _Value:
    """Each CR and PR with whether a visit four weeks later or more still shows it."""
    return tuple(
        visit.model_copy(update={"confirmed": _confirmation(visit.overall, visit.date, told[place + 1 :])})
        for place, visit in enumerate(told)
    )


def _confirmation(response: WhoResponse, since: dt.date, later: Sequence[WhoVisit]) -> bool | None:
    if response not in {CR, PR}:
        return None
    holding = {CR} if response is CR else {CR, PR}
    for visit in later:
        if visit.overall in holding and (visit.date - since).days >= CONFIRM_DAYS:
            return True
        if visit.overall not in holding | {NE}:
            return False
    return None


CALCULATOR = Calculator(
    name="who",
    summary="Response by the WHO criteria (products of two diameters) at each visit from a table of lesions.",
    inputs=WhoInputs,
    output=_Value,
    compute=who,
    example="lesions.csv",
    example_table=EXAMPLE_TABLE,
    sources=(WHO_1981, WHO_TABLE),
    explanation=EXPLANATION,
)
