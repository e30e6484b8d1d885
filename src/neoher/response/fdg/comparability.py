"""Whether two FDG scans may be compared under PERCIST 1.0, rule by rule; and when a lesion is measurable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from neoher.response.exact import all_of, exact_or_none
from neoher.response.fdg.scans import Scan

__all__ = ["ComparedRule", "Reference", "compared_rules", "reference_of", "stricter_uptake_rule_met"]

UPTAKE_MIN = (Fraction(50), Fraction(70))
UPTAKE_DIFFERENCE_MIN = Fraction(15)
STRICTER_UPTAKE_MIN = (Fraction(55), Fraction(75))
STRICTER_DIFFERENCE_MIN = Fraction(10)
ACTIVITY_SHARE = Fraction(20, 100)
GLUCOSE_BELOW_MG_DL = Fraction(200)
REFERENCE_SHARE = Fraction(20, 100)
REFERENCE_SUL = Fraction(3, 10)

ReferenceKind = Literal["liver", "blood-pool"]


@dataclass(frozen=True, slots=True)
class Reference:
    """The region that sets the threshold of a scan."""

    kind: ReferenceKind | None
    """None where neither the liver nor the blood pool was recorded."""
    mean: Fraction | None
    """Mean SUL in g/mL."""
    threshold: Fraction | None
    """SULpeak from which a lesion is measurable, in g/mL; None where it cannot be said."""
    missing: tuple[str, ...]
    diseased_liver: bool = False


@dataclass(frozen=True, slots=True)
class ComparedRule:
    """One rule of comparable scans."""

    name: str
    met: bool | None
    """None where a fact is not known."""
    decisive: bool
    """Whether a scan that breaks it is not assessable; else a break is a warning."""
    words: str
    """What was found, for a reader."""
    missing: tuple[str, ...] = ()


def reference_of(scan: Scan, *, blood_pool_sd: bool) -> Reference:
    """The liver, or the blood pool where the liver is diseased or was not recorded; and the threshold.

    Threshold: 1.5 × liver SULmean + 2 SD, or 2.0 × blood-pool SULmean, by default + 2 SD (`blood_pool_sd`).
    Source: PERCIST 1.0 (PMID 19403881); its text and its table disagree on the + 2 SD of the blood pool, and
    taking the stricter is a design decision.
    """
    diseased = scan.liver is not None and scan.liver.diseased is True
    kind: ReferenceKind
    if scan.liver is not None and not diseased:
        kind, row, factor, with_sd = "liver", scan.liver, Fraction(3, 2), True
    elif scan.blood_pool is not None:
        kind, row, factor, with_sd = "blood-pool", scan.blood_pool, Fraction(2), blood_pool_sd
    else:
        wanted = "blood-pool" if diseased else "liver"
        return Reference(None, None, None, (f"sul_mean of {wanted} at {scan.name}",), diseased)
    mean, spread = exact_or_none(row.sul_mean), exact_or_none(row.sul_sd)
    missing: tuple[str, ...] = () if mean is not None else (f"sul_mean of {kind} at {scan.name}",)
    if with_sd and spread is None:
        missing += (f"sul_sd of {kind} at {scan.name}",)
    threshold = None
    if mean is not None and not with_sd:
        threshold = factor * mean
    elif mean is not None and spread is not None:
        threshold = factor * mean + 2 * spread
    return Reference(kind, mean, threshold, missing, diseased)


def compared_rules(baseline: Scan, scan: Scan, first: Reference, now: Reference) -> tuple[ComparedRule, ...]:
    """Every rule of comparable scans, from baseline to `scan`.

    Uptake 50 to 70 min on each and 15 min apart at most; the reference region 20 % of the larger value and
    0.3 SUL apart at most; the same formula; glucose below 200 mg/dL; activity within 20 % of the baseline's;
    the same scanner. Limits are included. Uptake, reference and formula are decisive; the others warn.
    Source: PERCIST 1.0 (PMID 19403881) as quoted in PMC2938069 and in a public rule file; which rules are
    decisive, and that the activity counts from the baseline's, are design decisions.
    """
    return (
        _uptake(baseline, scan),
        _reference(baseline, scan, first, now),
        _formula(baseline, scan),
        _glucose(baseline, scan),
        _activity(baseline, scan),
        _scanner(baseline, scan),
    )


def stricter_uptake_rule_met(baseline: Scan, scan: Scan) -> bool | None:
    """Whether the uptake times also meet QIBA 1.14 and EANM 2.0: 55 to 75 min, 10 min apart at most."""
    return _times(baseline, scan, STRICTER_UPTAKE_MIN, STRICTER_DIFFERENCE_MIN)


def _times(baseline: Scan, scan: Scan, window: tuple[Fraction, Fraction], apart: Fraction) -> bool | None:
    first, now = baseline.uptake_min, scan.uptake_min
    return all_of(
        (
            None if first is None else window[0] <= first <= window[1],
            None if now is None else window[0] <= now <= window[1],
            None if first is None or now is None else abs(now - first) <= apart,
        )
    )


def _uptake(baseline: Scan, scan: Scan) -> ComparedRule:
    return ComparedRule(
        "uptake-time",
        _times(baseline, scan, UPTAKE_MIN, UPTAKE_DIFFERENCE_MIN),
        decisive=True,
        words=f"uptake {_shown(baseline.uptake_min)} and {_shown(scan.uptake_min)} min; 50 to 70 min on "
        "each, 15 min apart at most",
        missing=_unknown("uptake_min", baseline, scan, lambda each: each.uptake_min),
    )


def _reference(baseline: Scan, scan: Scan, first: Reference, now: Reference) -> ComparedRule:
    kind = now.kind or first.kind or "liver"
    means = (_mean(baseline, kind), _mean(scan, kind))
    met = None
    if means[0] is not None and means[1] is not None:
        apart = abs(means[1] - means[0])
        met = apart <= REFERENCE_SUL and apart <= REFERENCE_SHARE * max(means[0], means[1])
    return ComparedRule(
        "reference-region",
        met,
        decisive=True,
        words=f"{kind} SUL {_shown(means[0])} and {_shown(means[1])}; 0.3 and 20 % of the larger apart at "
        "most",
        missing=tuple(
            f"sul_mean of {kind} at {each.name}"
            for each, mean in zip((baseline, scan), means, strict=True)
            if mean is None
        ),
    )


def _mean(scan: Scan, kind: ReferenceKind) -> Fraction | None:
    row = scan.liver if kind == "liver" else scan.blood_pool
    return None if row is None else exact_or_none(row.sul_mean)


def _formula(baseline: Scan, scan: Scan) -> ComparedRule:
    known = baseline.formula is not None and scan.formula is not None
    return ComparedRule(
        "sul-formula",
        baseline.formula == scan.formula if known else None,
        # Numbers of two formulas are two quantities; that it was not stated breaks nothing.
        decisive=known,
        words=f"lean body mass by {baseline.formula or 'a formula not stated'} and by "
        f"{scan.formula or 'a formula not stated'}",
        missing=_unknown("sul_formula", baseline, scan, lambda each: each.formula),
    )


def _glucose(baseline: Scan, scan: Scan) -> ComparedRule:
    levels = (baseline.glucose_mg_dl, scan.glucose_mg_dl)
    return ComparedRule(
        "glucose",
        all_of(None if level is None else level < GLUCOSE_BELOW_MG_DL for level in levels),
        decisive=False,
        words=f"glucose {_shown(levels[0])} and {_shown(levels[1])} mg/dL; below 200 on each",
        missing=_unknown("glucose_mg_dl", baseline, scan, lambda each: each.glucose_mg_dl),
    )


def _activity(baseline: Scan, scan: Scan) -> ComparedRule:
    first, now = baseline.injected_mbq, scan.injected_mbq
    return ComparedRule(
        "injected-activity",
        None if first is None or now is None else abs(now - first) <= ACTIVITY_SHARE * first,
        decisive=False,
        words=f"activity {_shown(first)} and {_shown(now)} MBq; 20 % of the baseline's apart at most",
        missing=_unknown("injected_mbq", baseline, scan, lambda each: each.injected_mbq),
    )


def _scanner(baseline: Scan, scan: Scan) -> ComparedRule:
    known = baseline.scanner is not None and scan.scanner is not None
    return ComparedRule(
        "scanner",
        baseline.scanner == scan.scanner if known else None,
        decisive=False,
        words=f"scanner {baseline.scanner or 'not stated'} and {scan.scanner or 'not stated'}",
        missing=_unknown("scanner", baseline, scan, lambda each: each.scanner),
    )


def _unknown(field: str, baseline: Scan, scan: Scan, read: Callable[[Scan], object]) -> tuple[str, ...]:
    return tuple(f"{field} at {each.name}" for each in (baseline, scan) if read(each) is None)


def _shown(value: Fraction | None) -> str:
    return "not known" if value is None else f"{float(value):.4g}"
