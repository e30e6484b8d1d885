"""The class of one FDG scan by PERCIST 1.0, from the baseline, the lesions and the comparability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.response.fdg.comparability import ComparedRule, Reference
from neoher.response.fdg.percist_facts import MetabolicResponse
from neoher.response.fdg.percist_lesions import (
    CHANGE_SHARE,
    CHANGE_SUL,
    LesionRise,
    complete,
    extent,
    hottest,
    new_lesions,
)
from neoher.response.fdg.scans import Scan

__all__ = ["PercistBaseline", "PercistClass", "classify", "unevaluated"]

CMR, PMR, SMD = MetabolicResponse.CMR, MetabolicResponse.PMR, MetabolicResponse.SMD
PMD, NE = MetabolicResponse.PMD, MetabolicResponse.NE


@dataclass(frozen=True, slots=True)
class PercistBaseline:
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
class PercistClass:
    """A class with its reason."""

    response: MetabolicResponse
    why: str
    missing: tuple[str, ...] = ()


def classify(
    scans: Sequence[Scan], first: PercistBaseline, now: Reference, rules: Sequence[ComparedRule]
) -> PercistClass:
    """The class of the last of `scans`; `now` is its reference region, `rules` how it compares to the first.

    In this order: a new lesion, what cannot be assessed, complete response, progression, what is not known,
    partial response, stable disease. Source: PERCIST 1.0 (PMID 19403881).
    """
    scan = scans[-1]
    new, open_ones = new_lesions(scans, first.avid)
    if new:
        return PercistClass(PMD, f"new lesion {', '.join(new)}")
    if (refused := _not_assessable(first, rules)) is not None:
        return refused
    assert first.hottest is not None  # a measurable baseline has its hottest lesion
    target, base = first.hottest
    resolved = complete(scan, list(first.avid | scan.lesions), target, now)
    if resolved and not open_ones:
        return PercistClass(CMR, "every lesion below the liver's mean and not above the blood pool")
    rises = [
        LesionRise(name, peak, later)
        for name, peak in first.avid.items()
        if peak is not None and (later := scan.sulpeak(name)) is not None
    ]
    if (progressed := _progression(scan, first, rises)) is not None:
        return progressed
    undecided = tuple(f"sulpeak of {name} at {scan.name}" for name in unevaluated(scan, first))
    undecided += tuple(f"new of {name} at {scan.name}" for name in open_ones)
    grown = extent(first.scan, scan, list(first.avid))
    if grown.judged and grown.increased is None:
        undecided += grown.missing
    there = hottest(scan)
    if there is None and not undecided:
        undecided = (f"sulpeak of {target} at {scan.name}",)
    if undecided or there is None:
        return PercistClass(NE, "what is not known could be progression", undecided)
    doubt = () if resolved is False else _background_facts(scan, now, target)
    fall = base - there[1]
    if fall < CHANGE_SHARE * base or fall < CHANGE_SUL:
        return PercistClass(SMD, "neither 30 % and 0.8 SUL lower nor 30 % and 0.8 SUL higher", doubt)
    if risen := [rise.name for rise in rises if rise.forbids_response]:
        return PercistClass(SMD, f"hottest lesion lower, but {', '.join(risen)} more than 30 % higher", doubt)
    return PercistClass(PMR, "30 % and 0.8 SUL lower or more", doubt)


def _background_facts(scan: Scan, now: Reference, target: str) -> tuple[str, ...]:
    """What would be needed to say whether the response is complete."""
    if scan.sulpeak(target) is None:
        return (f"sulpeak of {target} at {scan.name}",)
    missing = tuple(each for each in now.missing if each.startswith("sul_mean"))
    pool = scan.blood_pool is not None and scan.blood_pool.sul_mean is not None
    return missing if pool else (*missing, f"sul_mean of blood-pool at {scan.name}")


def unevaluated(scan: Scan, first: PercistBaseline) -> tuple[str, ...]:
    """The lesions of which nothing is known on this scan; one at background is known."""
    return tuple(
        name
        for name in first.avid | scan.lesions
        if scan.sulpeak(name) is None and scan.at_background(name) is not True
    )


def _not_assessable(first: PercistBaseline, rules: Sequence[ComparedRule]) -> PercistClass | None:
    """NE where the baseline or the comparability forbids a class; None where a class can be given."""
    if first.measurable is None:
        return PercistClass(NE, "whether the baseline is measurable is not known")
    if not first.measurable:
        return PercistClass(NE, "hottest lesion below the threshold at baseline: not evaluable")
    decisive = [rule for rule in rules if rule.decisive]
    if broken := [rule.name for rule in decisive if rule.met is False]:
        return PercistClass(NE, f"scans not comparable ({', '.join(broken)})")
    if unknown := [rule.name for rule in decisive if rule.met is None]:
        return PercistClass(NE, f"whether the scans are comparable is not known ({', '.join(unknown)})")
    return None


def _progression(scan: Scan, first: PercistBaseline, rises: Sequence[LesionRise]) -> PercistClass | None:
    """PMD by what is known; what is not known can only add."""
    assert first.hottest is not None
    assert first.reference.threshold is not None
    there = hottest(scan)
    if there is not None and LesionRise(there[0], first.hottest[1], there[1]).strong:
        return PercistClass(PMD, f"hottest lesion {there[0]} 30 % and 0.8 SUL higher or more")
    grown = [rise.name for rise in rises if rise.strong and rise.now >= first.reference.threshold]
    if grown:
        return PercistClass(PMD, f"{', '.join(grown)} 30 % and 0.8 SUL higher or more, and measurable")
    if extent(first.scan, scan, list(first.avid)).increased:
        return PercistClass(PMD, "TLG 75 % higher or more")
    return None
