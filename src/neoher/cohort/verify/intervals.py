"""Printed intervals: of a rate, a difference or a ratio against counts, and of a ratio against itself."""

from __future__ import annotations

import math

from scipy import stats

from neoher.cohort.statistics import two_by_two
from neoher.cohort.statistics.outcome import Interval
from neoher.cohort.statistics.proportions import exact_interval, wilson_interval
from neoher.cohort.verify.claims import Claim, Of, Printed, printed_number
from neoher.cohort.verify.findings import Finding, Verdict
from neoher.cohort.verify.p_values import table_of
from neoher.cohort.verify.rounding import holds

__all__ = ["check_interval", "check_ratio"]


def check_interval(claim: Claim) -> Finding:
    """Which usual interval gives both printed limits."""
    if claim.low is None or claim.high is None:
        return Finding(Verdict.UNDECIDED, "", note="both limits (low, high) are needed")
    low, high = printed_number(claim.low, claim.label), printed_number(claim.high, claim.label)
    candidates = _candidates(claim)
    if not candidates:
        return Finding(Verdict.UNDECIDED, "", note="the counts that the interval is of are not known")
    scale = 100.0 if _in_percent(claim, low, high) else 1.0
    shown, by = [], []
    for name, interval in candidates.items():
        if interval.low is None or interval.high is None:
            continue
        limits = scale * interval.low, scale * interval.high
        digits = low.decimals + 1
        shown.append(f"{name} {limits[0]:.{digits}f} to {limits[1]:.{digits}f}")
        if holds(limits[0], low) and holds(limits[1], high):
            by.append(name)
    computed = "; ".join(shown)
    if not shown:
        return Finding(Verdict.UNDECIDED, "", note="an empty cell leaves no interval")
    if by:
        return Finding(Verdict.REPRODUCED, computed, tuple(by))
    return Finding(Verdict.NOT_REPRODUCED, computed, note="no usual interval of these counts has both limits")


def check_ratio(claim: Claim) -> Finding:
    """Whether a ratio lies in the middle of its interval on the log scale, and its p follows from it."""
    if claim.printed is None or claim.low is None or claim.high is None:
        return Finding(Verdict.UNDECIDED, "", note="the ratio and both limits are needed")
    value = printed_number(claim.printed, claim.label)
    low, high = printed_number(claim.low, claim.label), printed_number(claim.high, claim.label)
    if min(low.low, high.low, value.low) <= 0 or low.value >= high.value:
        note = "a ratio and its limits are above 0, the lower limit below the upper"
        return Finding(Verdict.NOT_REPRODUCED, "", note=note)
    middle = math.sqrt(low.low * high.low), math.sqrt(low.high * high.high)
    z = float(stats.norm.isf((1 - claim.level) / 2))
    narrow = (math.log(high.low) - math.log(low.high)) / (2 * z)
    wide = (math.log(high.high) - math.log(low.low)) / (2 * z)
    computed = f"middle of the interval {middle[0]:.4g} to {middle[1]:.4g}"
    by: list[str] = []
    off: list[str] = []
    (by if value.low <= middle[1] and middle[0] <= value.high else off).append("the middle of its interval")
    far = max(abs(math.log(value.low)), abs(math.log(value.high)))
    near = 0.0 if value.low <= 1 <= value.high else min(abs(math.log(value.low)), abs(math.log(value.high)))
    p_range = 2 * float(stats.norm.sf(far / max(narrow, 1e-9))), 2 * float(stats.norm.sf(near / wide))
    computed += f"; p {p_range[0]:.3g} to {p_range[1]:.3g} by a Wald test"
    if claim.p is not None:
        printed_p = printed_number(claim.p, claim.label)
        fits = p_range[0] <= printed_p.high and p_range[1] >= printed_p.low
        if printed_p.sign == "<":
            fits = p_range[0] <= float(printed_p.value)
        (by if fits else off).append("its p value")
    if off:
        note = f"{' and '.join(off)} does not agree with the printed numbers (normal law of the log ratio)"
        return Finding(Verdict.NOT_REPRODUCED, computed, tuple(by), note=note)
    return Finding(Verdict.REPRODUCED, computed, tuple(by))


def _in_percent(claim: Claim, low: Printed, high: Printed) -> bool:
    if claim.of in (Of.RISK_RATIO, Of.ODDS_RATIO):
        return False
    return low.percent or high.percent or abs(low.value) > 1 or abs(high.value) > 1


def _candidates(claim: Claim) -> dict[str, Interval]:
    if claim.of in (None, Of.RATE):
        if claim.events_1 is None or not claim.n_1 or claim.events_1 > claim.n_1:
            return {}
        return _of_a_rate(claim.events_1, claim.n_1, claim.level)
    table = table_of(claim)
    if table is None:
        return {}
    match claim.of:
        case Of.DIFFERENCE:
            return {
                "Newcombe": two_by_two.risk_difference_newcombe(table, claim.level),
                "Wald": two_by_two.risk_difference_wald(table, claim.level),
            }
        case Of.RISK_RATIO:
            return {"log-normal (Katz)": two_by_two.risk_ratio(table, claim.level)}
    return {
        "log-normal (Woolf)": two_by_two.odds_ratio(table, claim.level),
        "conditional exact": two_by_two.conditional_odds_ratio(table, claim.level),
    }


def _of_a_rate(events: int, n: int, level: float) -> dict[str, Interval]:
    z = float(stats.norm.isf((1 - level) / 2))
    share = events / n
    wald = z * math.sqrt(share * (1 - share) / n)
    middle = (events + z * z / 2) / (n + z * z)
    coull = z * math.sqrt(middle * (1 - middle) / (n + z * z))
    tail = (1 - level) / 2
    law = stats.beta(events + 0.5, n - events + 0.5)
    jeffreys = Interval(
        share,
        0.0 if events == 0 else float(law.ppf(tail)),
        1.0 if events == n else float(law.ppf(1 - tail)),
    )
    return {
        "Wilson": wilson_interval(events, n, level),
        "Clopper-Pearson": exact_interval(events, n, level),
        "Wald": Interval(share, share - wald, share + wald),
        "Wald, within 0 and 1": Interval(share, max(0.0, share - wald), min(1.0, share + wald)),
        "Agresti-Coull": Interval(share, middle - coull, middle + coull),
        "Jeffreys": jeffreys,
    }
