"""Metabolic response on FDG PET by PERCIST 1.0 at each scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.exact import all_of, percent_of
from neoher.response.fdg.comparability import (
    ComparedRule,
    Reference,
    compared_rules,
    reference_of,
    stricter_uptake_rule_met,
)
from neoher.response.fdg.percist_class import PercistBaseline, PercistClass, classify, unevaluated
from neoher.response.fdg.percist_facts import MetabolicResponse, PercistInputs, PercistVisit
from neoher.response.fdg.percist_lesions import LesionRise, avid_lesions, extent, five_hottest, hottest
from neoher.response.fdg.percist_text import EXAMPLE_TABLE, EXPLANATION, RULES
from neoher.response.fdg.scans import Scan, scans_of
from neoher.response.fdg.sources import PERCIST_1_0, PERCIST_WORDING, PRACTICAL_PERCIST

__all__ = ["CALCULATOR", "percist"]

CMR, PMR, SMD = MetabolicResponse.CMR, MetabolicResponse.PMR, MetabolicResponse.SMD
PMD, NE = MetabolicResponse.PMD, MetabolicResponse.NE

_Value = tuple[PercistVisit, ...]


def percist(inputs: PercistInputs) -> Conclusion[_Value]:
    """Metabolic response at each scan after the baseline, against the baseline.

    SUL in g/mL, times in min, activity in MBq, glucose in mg/dL; compared exactly, without rounding.
    Returns: no value without a scan after the baseline or without a lesion at baseline. NE where the baseline
    is not measurable or not known, the scans are not comparable or that is not known, or a lesion has no
    number; a new lesion is PMD all the same.
    Raises: InputError where rows contradict one another; see `scans_of`.
    Source: PERCIST 1.0 (PMID 19403881); its tables as reprinted in PMC2938069. FDG only.
    """
    reasons: Reasoning[_Value] = Reasoning()
    reasons.cite(PERCIST_1_0)
    scans = scans_of(inputs.rows)
    if not scans:
        reasons.miss("rows")
        return reasons.conclude(None)
    if inputs.start is not None and scans[0].date > inputs.start:
        raise InputError(
            f"the baseline of {scans[0].date} lies after the start of therapy on {inputs.start}.",
            "start",
            "Correct the date of one of the two.",
        )
    if not avid_lesions(scans[0]):
        reasons.miss(f"lesions at {scans[0].name}")
        return reasons.conclude(None)
    if len(scans) == 1:
        reasons.miss("a scan after the baseline")
        return reasons.conclude(None)
    return reasons.conclude(_Course(scans, inputs, reasons).visits())


@dataclass
class _Course:
    scans: Sequence[Scan]
    inputs: PercistInputs
    reasons: Reasoning[_Value]
    told: list[PercistVisit] = field(default_factory=list)

    def visits(self) -> _Value:
        """The response at each scan after the baseline."""
        first = self._baseline()
        for index in range(1, len(self.scans)):
            self.told.append(self._visit(index, first))
        return tuple(self.told)

    def _reference(self, scan: Scan) -> Reference:
        return reference_of(scan, blood_pool_sd=self.inputs.blood_pool_form == "plus-2-sd")

    def _baseline(self) -> PercistBaseline:
        scan = self.scans[0]
        avid, reference = avid_lesions(scan), self._reference(scan)
        unknown = tuple(name for name, peak in avid.items() if peak is None)
        first = PercistBaseline(scan, avid, reference, None if unknown else hottest(scan))
        self.reasons.miss(*reference.missing, *(f"sulpeak of {name} at {scan.name}" for name in unknown))
        if reference.kind == "blood-pool":
            self._warn_of_blood_pool(reference)
        if reference.threshold is not None and first.hottest is not None:
            name, peak = first.hottest
            of_liver = reference.kind == "liver"
            form = (
                "1.5 × mean + 2 SD of the liver" if of_liver else f"{self._blood_pool_form} of the blood pool"
            )
            self.reasons.step(
                f"{scan.name}: hottest lesion {name}, {'' if first.measurable else 'not '}measurable",
                f"{form}, in SUL (PERCIST 1.0)",
                sulpeak=float(peak),
                threshold_sul=float(reference.threshold),
            )
        return first

    @property
    def _blood_pool_form(self) -> str:
        return "2.0 × mean + 2 SD" if self.inputs.blood_pool_form == "plus-2-sd" else "2.0 × mean"

    def _warn_of_blood_pool(self, reference: Reference) -> None:
        why = "The liver is stated as diseased" if reference.diseased_liver else "No liver was recorded"
        self.reasons.warn(
            "blood-pool-reference",
            f"{why}: the threshold is that of the blood pool, {self._blood_pool_form}. PERCIST's text "
            "and table disagree on the 2 SD; the stricter form is taken unless --blood-pool-form says plain.",
            PERCIST_WORDING,
        )

    def _visit(self, index: int, first: PercistBaseline) -> PercistVisit:
        scan = self.scans[index]
        now = self._reference(scan)
        rules = compared_rules(first.scan, scan, first.reference, now)
        unknown = unevaluated(scan, first)
        there = None if unknown else hottest(scan)
        told = classify(self.scans[: index + 1], first, now, rules)
        self._explain(scan, told, rules)
        self.reasons.miss(*(f"sulpeak of {name} at {scan.name}" for name in unknown))
        grown = extent(first.scan, scan, list(first.avid))
        self.reasons.miss(*(grown.missing if grown.judged and told.response is not CMR else ()))
        self._warn(scan, told, first)
        earlier = first.hottest[1] if first.hottest else None
        later = there[1] if there else None
        return PercistVisit(
            visit=scan.name,
            response=told.response,
            change_percent=percent_of(later, earlier),
            change_sul=None if later is None or earlier is None else float(later - earlier),
            threshold_sul=None if first.reference.threshold is None else float(first.reference.threshold),
            comparable=all_of(rule.met for rule in rules),
            hottest=there[0] if there else None,
            five_hottest_change_percent=percent_of(five_hottest(scan), five_hottest(first.scan)),
            weeks=None if self.inputs.start is None else (scan.date - self.inputs.start).days / 7,
            date=scan.date,
        )

    def _explain(self, scan: Scan, told: PercistClass, rules: Sequence[ComparedRule]) -> None:
        self.reasons.step(
            f"{scan.name}: {told.response}, {told.why}",
            RULES[told.response],
            sulpeak={
                name: None if (peak := scan.sulpeak(name)) is None else float(peak) for name in scan.lesions
            },
        )
        self.reasons.miss(*told.missing)
        for rule in rules:
            self.reasons.miss(*rule.missing)
            if rule.met is False:
                consequence = "PERCIST does not apply" if rule.decisive else "read the change with care"
                self.reasons.warn(
                    f"scans-differ-{rule.name}", f"{scan.name}: {rule.words}: {consequence}.", PERCIST_WORDING
                )
        self.reasons.cite(PERCIST_WORDING)

    def _warn(self, scan: Scan, told: PercistClass, first: PercistBaseline) -> None:
        if stricter_uptake_rule_met(first.scan, scan) is False:
            self.reasons.warn(
                "stricter-uptake-rule",
                f"{scan.name}: QIBA 1.14 and EANM 2.0 ask for 55 to 75 min and 10 min apart at most.",
                PERCIST_WORDING,
            )
        if not extent(first.scan, scan, list(first.avid)).judged and told.response not in {PMD, NE}:
            self.reasons.warn(
                "extent-not-judged",
                f"{scan.name}: no TLG is stated, so an increase in extent, which is PMD, was not looked for.",
            )
        if told.response not in {CMR, NE} and any(each.response is CMR for each in self.told):
            self.reasons.warn(
                "uptake-after-complete-response",
                f"{scan.name}: FDG uptake after CMR. PERCIST compares with the baseline; whether this is "
                "progression is a reader's to say.",
            )
        self._warn_of_extent(scan, told, first)
        self._warn_of_rise_since_lowest(scan, told)

    def _warn_of_extent(self, scan: Scan, told: PercistClass, first: PercistBaseline) -> None:
        there = hottest(scan)
        falls = there is not None and first.hottest is not None and there[1] < first.hottest[1]
        if told.response is PMD and falls and extent(first.scan, scan, list(first.avid)).increased:
            self.reasons.warn(
                "extent-grows-while-uptake-falls",
                f"{scan.name}: TLG is 75 % higher or more although SULpeak fell. PERCIST may ask that it did "
                "not fall (unverified, not applied): a reader must look.",
            )

    def _warn_of_rise_since_lowest(self, scan: Scan, told: PercistClass) -> None:
        index = self.scans.index(scan)
        peaks = [peak[1] for each in self.scans[1:index] if (peak := hottest(each)) is not None]
        there = hottest(scan)
        if not peaks or there is None or told.response is PMD:
            return
        if LesionRise("hottest", min(peaks), there[1]).strong:
            self.reasons.warn(
                "rise-since-lowest",
                f"{scan.name}: the hottest lesion is 30 % and 0.8 SUL or more above its lowest so far; "
                "PERCIST compares with the baseline alone.",
            )


CALCULATOR = Calculator(
    name="percist",
    summary="Metabolic response by PERCIST 1.0 at each FDG scan from a table of lesions and references.",
    inputs=PercistInputs,
    output=_Value,
    compute=percist,
    example="scans.csv",
    example_table=EXAMPLE_TABLE,
    sources=(PERCIST_1_0, PRACTICAL_PERCIST, PERCIST_WORDING),
    explanation=EXPLANATION,
)
