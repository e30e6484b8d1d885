"""Metabolic response on FDG PET by PERCIST 1.0 at each scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

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
from neoher.response.fdg.percist_facts import MetabolicResponse, PercistInputs, PercistVisit
from neoher.response.fdg.percist_lesions import (
    CHANGE_SHARE,
    CHANGE_SUL,
    LesionRise,
    avid_lesions,
    complete,
    extent,
    five_hottest,
    hottest,
    new_lesions,
)
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


@dataclass(frozen=True, slots=True)
class _Baseline:
    """What the baseline gives for every later scan."""

    scan: Scan
    avid: dict[str, Fraction | None]
    reference: Reference
    hottest: tuple[str, Fraction] | None
    """None where a lesion has no number, so that the hottest is not known."""

    @property
    def measurable(self) -> bool | None:
        """Whether the hottest lesion reaches the threshold; None where that cannot be said."""
        if self.hottest is None or self.reference.threshold is None:
            return None
        return self.hottest[1] >= self.reference.threshold


@dataclass(frozen=True, slots=True)
class _Class:
    """A class with its reason."""

    response: MetabolicResponse
    why: str
    missing: tuple[str, ...] = ()


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

    def _baseline(self) -> _Baseline:
        scan = self.scans[0]
        avid, reference = avid_lesions(scan), self._reference(scan)
        unknown = tuple(name for name, peak in avid.items() if peak is None)
        first = _Baseline(scan, avid, reference, None if unknown else hottest(scan))
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

    def _visit(self, index: int, first: _Baseline) -> PercistVisit:
        scan = self.scans[index]
        now = self._reference(scan)
        rules = compared_rules(first.scan, scan, first.reference, now)
        unevaluated = self._unevaluated(scan, first)
        there = None if unevaluated else hottest(scan)
        told = self._class(index, first, now, rules, unevaluated)
        self._explain(scan, told, rules)
        self.reasons.miss(*(f"sulpeak of {name} at {scan.name}" for name in unevaluated))
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

    def _unevaluated(self, scan: Scan, first: _Baseline) -> tuple[str, ...]:
        """The lesions of which nothing is known on this scan; one at background is known."""
        return tuple(
            name
            for name in first.avid | scan.lesions
            if scan.sulpeak(name) is None and scan.at_background(name) is not True
        )

    def _class(
        self,
        index: int,
        first: _Baseline,
        now: Reference,
        rules: Sequence[ComparedRule],
        unevaluated: tuple[str, ...],
    ) -> _Class:
        scan = self.scans[index]
        new, open_ones = new_lesions(self.scans[: index + 1], first.avid)
        if new:
            return _Class(PMD, f"new lesion {', '.join(new)}")
        if (refused := _not_assessable(first, rules)) is not None:
            return refused
        assert first.hottest is not None  # a measurable baseline has its hottest lesion
        target, base = first.hottest
        resolved = complete(scan, list(first.avid | scan.lesions), target, now)
        if resolved and not open_ones:
            return _Class(CMR, "every lesion below the liver's mean and not above the blood pool")
        rises = [
            LesionRise(name, peak, later)
            for name, peak in first.avid.items()
            if peak is not None and (later := scan.sulpeak(name)) is not None
        ]
        if (progressed := _progression(scan, first, rises)) is not None:
            return progressed
        undecided = tuple(f"sulpeak of {name} at {scan.name}" for name in unevaluated)
        undecided += tuple(f"new of {name} at {scan.name}" for name in open_ones)
        grown = extent(first.scan, scan, list(first.avid))
        if grown.judged and grown.increased is None:
            undecided += grown.missing
        there = hottest(scan)
        if there is None and not undecided:
            undecided = (f"sulpeak of {target} at {scan.name}",)
        if undecided or there is None:
            return _Class(NE, "what is not known could be progression", undecided)
        doubt = () if resolved is False else self._background_facts(scan, now, target)
        fall = base - there[1]
        if fall < CHANGE_SHARE * base or fall < CHANGE_SUL:
            return _Class(SMD, "neither 30 % and 0.8 SUL lower nor 30 % and 0.8 SUL higher", doubt)
        if risen := [rise.name for rise in rises if rise.forbids_response]:
            return _Class(SMD, f"hottest lesion lower, but {', '.join(risen)} more than 30 % higher", doubt)
        return _Class(PMR, "30 % and 0.8 SUL lower or more", doubt)

    def _background_facts(self, scan: Scan, now: Reference, target: str) -> tuple[str, ...]:
        """What would be needed to say whether the response is complete."""
        if scan.sulpeak(target) is None:
            return (f"sulpeak of {target} at {scan.name}",)
        missing = tuple(each for each in now.missing if each.startswith("sul_mean"))
        pool = scan.blood_pool is not None and scan.blood_pool.sul_mean is not None
        return missing if pool else (*missing, f"sul_mean of blood-pool at {scan.name}")

    def _explain(self, scan: Scan, told: _Class, rules: Sequence[ComparedRule]) -> None:
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

    def _warn(self, scan: Scan, told: _Class, first: _Baseline) -> None:
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
        if told.response is not CMR and any(each.response is CMR for each in self.told):
            self.reasons.warn(
                "uptake-after-complete-response",
                f"{scan.name}: FDG uptake after CMR. PERCIST compares with the baseline; whether this is "
                "progression is a reader's to say.",
            )
        self._warn_of_rise_since_lowest(scan, told)

    def _warn_of_rise_since_lowest(self, scan: Scan, told: _Class) -> None:
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


def _not_assessable(first: _Baseline, rules: Sequence[ComparedRule]) -> _Class | None:
    """NE where the baseline or the comparability forbids a class; None where a class can be given."""
    if first.measurable is None:
        return _Class(NE, "whether the baseline is measurable is not known")
    if not first.measurable:
        return _Class(NE, "hottest lesion below the threshold at baseline: not evaluable")
    decisive = [rule for rule in rules if rule.decisive]
    if broken := [rule.name for rule in decisive if rule.met is False]:
        return _Class(NE, f"scans not comparable ({', '.join(broken)})")
    if unknown := [rule.name for rule in decisive if rule.met is None]:
        return _Class(NE, f"whether the scans are comparable is not known ({', '.join(unknown)})")
    return None


def _progression(scan: Scan, first: _Baseline, rises: Sequence[LesionRise]) -> _Class | None:
    """PMD by what is known; what is not known can only add."""
    assert first.hottest is not None
    assert first.reference.threshold is not None
    there = hottest(scan)
    if there is not None and LesionRise(there[0], first.hottest[1], there[1]).strong:
        return _Class(PMD, f"hottest lesion {there[0]} 30 % and 0.8 SUL higher or more")
    grown = [rise.name for rise in rises if rise.strong and rise.now >= first.reference.threshold]
    if grown:
        return _Class(PMD, f"{', '.join(grown)} 30 % and 0.8 SUL higher or more, and measurable")
    if extent(first.scan, scan, list(first.avid)).increased:
        return _Class(PMD, "TLG 75 % higher or more")
    return None


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
