"""Response by RECIST 1.1 at each visit, and the best overall response."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.recist.baseline import NODE_NORMAL_BELOW_MM, Baseline, baseline_of
from neoher.response.recist.best import Protocol, best_response, conflicts
from neoher.response.recist.facts import BestResponse, RecistInputs, Response, VisitResponse
from neoher.response.recist.lesions import Visit, method_of, visits_of
from neoher.response.recist.sources import EISENHAUER_2009, RECIST_GROUP, SCHWARTZ_2016
from neoher.response.recist.targets import TargetSum, target_response, target_sums
from neoher.response.recist.visit import new_lesion, nontarget_response, nontarget_states, overall_response

__all__ = ["CALCULATOR", "recist"]

NO_TOOL = {"ultrasound", "mammography"}
LONGEST_BEFORE_START_DAYS = 28
EARLY_STABLE_DAYS, LATE_STABLE_DAYS = 42, 56

_Value = tuple[VisitResponse, ...] | BestResponse


def recist(inputs: RecistInputs) -> Conclusion[_Value]:
    """Response at each visit after the baseline, or with `best` the best overall response.

    Returns: no value while the baseline sum is not known, without a visit after it, or, for the best
    response, where visits conflict. Lengths in mm; compared exactly, without rounding.
    Raises: InputError where a target is not measurable or contradicts itself; see `baseline_of`.
    Source: RECIST 1.1 (PMID 19097774) and the RECIST group's answers (recist.eortc.org).
    A complete response on imaging is not a pathological complete response.
    """
    reasons: Reasoning[_Value] = Reasoning()
    reasons.cite(EISENHAUER_2009)
    visits = visits_of(inputs.rows)
    if not visits:
        reasons.miss("rows")
        return reasons.conclude(None)
    baseline = baseline_of(visits)
    reasons.miss(*baseline.missing)
    _warn_of_baseline(visits, inputs, reasons)
    if not baseline.targets and not baseline.nontargets:
        reasons.miss(f"lesions at {visits[0].name}")
        return reasons.conclude(None)
    if len(visits) == 1:
        reasons.miss("a visit after the baseline")
    if not baseline.computable or len(visits) == 1:
        return reasons.conclude(None)
    responses = _Course(visits, baseline, inputs, reasons).responses()
    for complete, later in conflicts(responses):
        reasons.warn(
            "response-after-complete-response",
            f"CR at {complete} and less than CR at {later}, without PD: disease after CR is PD, or the CR "
            "was wrong. A reader must decide; no best response is given.",
            RECIST_GROUP,
        )
    return _best(responses, visits, inputs, reasons) if inputs.best else reasons.conclude(responses)


@dataclass
class _Course:
    """The visits one after the other: what each adds to what is known."""

    visits: Sequence[Visit]
    baseline: Baseline
    inputs: RecistInputs
    reasons: Reasoning[_Value]
    told: list[VisitResponse] = field(default_factory=list)

    def responses(self) -> tuple[VisitResponse, ...]:
        """The response at each visit after the baseline."""
        sums = target_sums(self.visits, self.baseline)
        for index in range(1, len(self.visits)):
            self.told.append(self._response(index, sums))
        return tuple(self.told)

    def _response(self, index: int, sums: Sequence[TargetSum]) -> VisitResponse:
        visit, now = self.visits[index], sums[index]
        rows = self.inputs.rows
        first = sums[0].measured
        nadir = min(whole for each in sums[:index] if (whole := each.whole) is not None)
        target = (
            target_response(now, first, nadir, responded_before=self._responded(index))
            if self.baseline.targets
            else None
        )
        nontarget = nontarget_response(visit, self.baseline, rows)
        new, unestablished = new_lesion(self.visits, index)
        returned = now.remaining if self._last_evaluated() is Response.CR else ()
        overall = overall_response(target, nontarget, new=new, reappeared=bool(returned))
        self._explain(visit, now, first, nadir, target, nontarget, new, overall)
        self._warn(visit, now, returned, unestablished, target)
        whole = now.whole if self.baseline.targets else None
        return VisitResponse(
            visit=visit.name,
            sum_mm=None if whole is None else float(whole),
            nadir_mm=float(nadir) if self.baseline.targets else None,
            change_from_baseline_percent=_percent(whole, first),
            change_from_nadir_percent=_percent(whole, nadir),
            target=target,
            nontarget=nontarget,
            new=new,
            overall=overall,
            date=visit.first,
        )

    def _last_evaluated(self) -> Response | None:
        return next((each.overall for each in reversed(self.told) if each.overall is not Response.NE), None)

    def _responded(self, index: int) -> bool:
        """Whether a PR was assigned, and confirmed where that is asked for, and no PD since."""
        dates: list[dt.date] = []
        for told in self.told[: index - 1]:
            if told.overall is Response.PD:
                dates.clear()
            elif told.overall in {Response.PR, Response.CR} and told.target in {Response.PR, Response.CR}:
                dates.append(told.date)
            elif told.overall is Response.SD and self.inputs.confirm is not None:
                # What was not confirmed before an SD was no response.
                confirmed = dates and (dates[-1] - dates[0]).days >= self.inputs.confirm
                dates = dates if confirmed else []
        if self.inputs.confirm is None:
            return bool(dates)
        return bool(dates) and (dates[-1] - dates[0]).days >= self.inputs.confirm

    def _explain(
        self,
        visit: Visit,
        now: TargetSum,
        first: Fraction,
        nadir: Fraction,
        target: Response | None,
        nontarget: Response | None,
        new: bool | None,
        overall: Response,
    ) -> None:
        if target is not None:
            self.reasons.step(
                f"{visit.name}: targets {target}",
                "CR: masses gone, nodes below 10 mm; PD: 20 % and 5 mm above the nadir; PR: 30 % below the "
                "baseline, and stays PR until PD; else SD (RECIST 1.1)",
                diameters_mm={
                    name: None if size is None else float(size) for name, (_, size) in now.parts.items()
                },
                measured_sum_mm=float(now.measured),
                baseline_mm=float(first),
                nadir_mm=float(nadir),
            )
        self.reasons.step(
            f"{visit.name}: overall {overall}",
            "table of time-point responses of RECIST 1.1",
            target=None if target is None else str(target),
            nontarget=None if nontarget is None else str(nontarget),
            new=new,
        )

    def _warn(
        self,
        visit: Visit,
        now: TargetSum,
        returned: Sequence[str],
        unestablished: Sequence[str],
        target: Response | None,
    ) -> None:
        self.reasons.miss(*(f"diameter of {name} at {visit.name}" for name in now.unevaluated))
        states = nontarget_states(visit, self.baseline, self.inputs.rows)
        unseen = [name for name, each in states.items() if "not-evaluated" in each]
        self.reasons.miss(*(f"status of {name} at {visit.name}" for name in unseen))
        self.reasons.miss(*(f"confirmation of {name} as new" for name in unestablished))
        if now.unevaluated and target is Response.PD:
            self.reasons.step(
                f"{visit.name}: PD although {', '.join(now.unevaluated)} is not evaluated",
                "the measured targets alone fulfil PD; what is not known can only add (RECIST 1.1)",
            )
        if unestablished:
            self.reasons.warn(
                "new-lesion-not-established",
                f"{visit.name}: {', '.join(unestablished)} is recorded as new but not established. Seen on "
                "PET alone, without a PET at baseline, it counts only once another modality confirms it.",
            )
        if returned:
            single_node = len(returned) == 1 and now.parts[returned[0]][0] == "node"
            advice = (
                " Image the single node again before calling PD; an extra rule of 5 mm growth for such a "
                f"node ({SCHWARTZ_2016.id}) is unverified and not applied."
                if single_node
                else ""
            )
            self.reasons.warn(
                "reappearance-after-complete-response",
                f"{visit.name}: {', '.join(returned)} is back after CR, which is PD. Confirm the earlier CR: "
                f"if the lesion was only indistinct, PR may fit both visits.{advice}",
                RECIST_GROUP,
            )


def _best(
    responses: tuple[VisitResponse, ...],
    visits: Sequence[Visit],
    inputs: RecistInputs,
    reasons: Reasoning[_Value],
) -> Conclusion[_Value]:
    start = inputs.start or visits[0].last
    protocol = Protocol(start, inputs.stable_from, inputs.confirm)
    best = best_response(responses, protocol)
    if best is None:
        reasons.miss("a reader's decision on the visits that conflict")
        return reasons.conclude(None)
    counted = "start of therapy" if inputs.start else "baseline examination, as no start is stated"
    confirmation = "not asked for" if inputs.confirm is None else f"after {inputs.confirm} days or more"
    reasons.step(
        f"best overall response {best.best}",
        f"best from the start until PD; confirmation {confirmation}; SD from day {inputs.stable_from} after "
        f"the {counted} (RECIST 1.1)",
        overall=[f"{each.visit} {each.overall}" for each in responses],
    )
    other = replace(protocol, stable_from_days=LATE_STABLE_DAYS)
    depends = best_response(responses, other)
    if inputs.stable_from == EARLY_STABLE_DAYS and depends is not None and depends.best is not best.best:
        reasons.warn(
            "stable-disease-minimum",
            f"SD counts from 6 to 8 weeks on, by protocol: from 8 weeks the best response is {depends.best}. "
            "State the protocol's time with --stable-from.",
        )
    return reasons.conclude(best)


def _percent(now: Fraction | None, reference: Fraction) -> float | None:
    return None if now is None or reference == 0 else float((now - reference) / reference * 100)


def _warn_of_baseline(visits: Sequence[Visit], inputs: RecistInputs, reasons: Reasoning[_Value]) -> None:
    methods = {method_of(row) for row in inputs.rows if row.role == "target"}
    if used := sorted(method for method in methods if method in NO_TOOL):
        reasons.warn(
            "not-a-recist-modality",
            f"Targets are measured by {' and '.join(used)}, which RECIST 1.1 does not take as a measuring "
            "tool; MRI is preferred in the breast (unverified).",
        )
    normal = [
        row.lesion
        for row in visits[0].of("nontarget")
        if row.kind == "node" and row.short_mm is not None and row.short_mm < NODE_NORMAL_BELOW_MM
    ]
    if normal:
        reasons.warn(
            "normal-node-at-baseline",
            f"{', '.join(normal)}: a node below 10 mm short axis is normal by RECIST 1.1 and no lesion.",
        )
    if inputs.start is None:
        return
    if visits[0].first > inputs.start:
        raise InputError(
            f"the baseline of {visits[0].first} lies after the start of therapy on {inputs.start}.",
            "start",
            "Correct the date of one of the two.",
        )
    if (days := (inputs.start - visits[0].first).days) > LONGEST_BEFORE_START_DAYS:
        reasons.warn("baseline-too-early", f"The baseline lies {days} days before therapy; 28 at most.")


CALCULATOR = Calculator(
    name="recist",
    summary="Response by RECIST 1.1 at each visit from a table of lesions; best overall response.",
    inputs=RecistInputs,
    output=_Value,
    compute=recist,
    example="lesions.csv",
    example_table="""\
lesion,role,kind,organ,visit,date,longest_mm,short_mm,finding,status,modality
mass,target,other,breast,baseline,2025-01-06,40,,measured,,MRI
axilla,target,node,lymph node,baseline,2025-01-06,31,20,measured,,MRI
skin,nontarget,other,skin,baseline,2025-01-06,,,,present,
mass,target,other,breast,week 6,2025-02-17,26,,measured,,MRI
axilla,target,node,lymph node,week 6,2025-02-17,18,9,measured,,MRI
skin,nontarget,other,skin,week 6,2025-02-17,,,,present,
""",
    sources=(EISENHAUER_2009, RECIST_GROUP, SCHWARTZ_2016),
    explanation="""\
**The sum** adds the longest diameters of the targets and the short axes of target nodes. Shrinkage is judged
against the baseline, growth against the nadir, the smallest complete sum so far. Numbers are compared as they
are written, without rounding: 20 to 24 mm is exactly +20 %.

**In this order:** CR: every mass gone, every target node below 10 mm. PD: 20 % and 5 mm above the nadir.
PR: 30 % below the baseline; it stays PR until PD, even where the sum drifts back. Else SD.

**Not evaluated.** A target without a row or a diameter is never taken as gone: the visit is NE, unless the
measured targets alone fulfil PD. A visit without a row of role new had no new lesion.

**Too small to measure** counts 5 mm unless a diameter is given. **Split:** each fragment is a row whose
`parent` is the lesion that split; their diameters add up. **Merged:** the merged mass is recorded under one
name; the other target has a row without a diameter that names it as `parent`.

**Reappearance.** A target that comes back is added to the sum. After an overall CR it is PD, with the advice
to confirm that CR. CR followed by PR or SD (such as a non-target lesion present again) is a conflict: it is
flagged and no best response is given.

**Best response.** Without `--confirm` it is the best class from the start until PD. With it, a CR or PR that
is not confirmed counts as SD, or NE before the least time to SD. That time is the protocol's; 42 days where
it is not stated, with a warning where 56 would change the answer.

**Raised tumour markers** are recorded as a non-target lesion. Operation ends RECIST follow-up. A complete
response on imaging is not a pathological complete response, and in HER2-positive disease the RECIST class was
not associated with it in one cohort of 51 (PMC7416507). The paper itself was not opened: its rules are those
that reviews reprint and the RECIST group explains.""",
)
