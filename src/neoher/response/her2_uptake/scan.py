"""HER2 PET: what the tracer says of each lesion of one scan, whether the scan fits the tracer's window, and
what may have blocked it. Never a HER2 class.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.her2_uptake.facts import (
    OCCUPANCY_DAYS,
    Her2UptakeInputs,
    Her2UptakeValue,
    Heterogeneity,
    LesionReading,
    LesionUptakeRow,
    Uptake,
)
from neoher.response.her2_uptake.lesion import Limits, read_lesion
from neoher.response.her2_uptake.sources import DEHDASHTI_2018, MILEVA_2024, SOURCES, YEH_2025
from neoher.response.her2_uptake.tracers import Tracer, load_tracers, tracer_named

__all__ = ["CALCULATOR", "her2_uptake"]

_Reasons = Reasoning[Her2UptakeValue]


def her2_uptake(inputs: Her2UptakeInputs) -> Conclusion[Her2UptakeValue]:
    """What the tracer says of each lesion.

    The value is None without a tracer: uptake means something only for a tracer that is known.
    Raises: InputError for a tracer that is not held, limits that cross, a scan before the injection, two rows
    of one lesion.
    """
    reasons = _Reasons()
    _refuse_contradictions(inputs)
    if inputs.tracer is None:
        reasons.miss("tracer")
        return reasons.conclude(None)
    tracer = _tracer(inputs)
    hours, days = _after_injection(inputs, reasons)
    in_window = _in_window(tracer, hours, days, reasons)
    blocked_by = _blocked_by(inputs, reasons)
    limits = Limits(inputs.positive_from, inputs.negative_to)
    lesions = tuple(read_lesion(row, tracer, limits, blocked_by) for row in inputs.rows)
    _explain(lesions, inputs.rows, reasons)
    heterogeneity = _heterogeneity(lesions)
    _warn_what_it_is_not(reasons)
    return reasons.conclude(
        Her2UptakeValue(
            tracer=tracer.name,
            hours_after_injection=hours,
            days_after_injection=days,
            window=tracer.window_in_words,
            in_window=in_window,
            lesions=lesions,
            heterogeneity=heterogeneity,
        )
    )


def _refuse_contradictions(inputs: Her2UptakeInputs) -> None:
    if inputs.negative_to > inputs.positive_from:
        raise InputError(
            f"negative up to {inputs.negative_to:g} crosses positive from {inputs.positive_from:g}.",
            "positive_from, negative_to",
            "The lower limit is that of negative.",
        )
    names = [row.lesion for row in inputs.rows]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"lesion {', '.join(twice)} has two rows.", "rows", "Keep one row a lesion.")
    if inputs.scanned_at and inputs.scanned_on not in {None, inputs.scanned_at.date()}:
        raise InputError("two days of the scan are stated.", "scanned_at, scanned_on", "Keep one.")
    day, injected, dose = inputs.scan_day, inputs.injected_at, inputs.her2_drug_date
    too_early = inputs.scanned_at is not None and injected is not None and inputs.scanned_at < injected
    if too_early or (day and injected and day < injected.date()):
        raise InputError(
            f"the scan ({inputs.scanned_at or day}) lies before the injection ({injected}).",
            "injected_at, scanned_at",
            "Correct one of them.",
        )
    if dose and day and dose > day:
        raise InputError(
            f"the dose of {dose} lies after the scan ({day}).",
            "her2_drug_date",
            "State the last dose before the scan.",
        )


def _tracer(inputs: Her2UptakeInputs) -> Tracer:
    tracers = load_tracers(inputs.tracers)
    found = tracer_named(inputs.tracer or "", tracers)
    if found is None:
        raise InputError(
            f"the HER2 tracer '{inputs.tracer}' is not held.",
            "tracer",
            f"Held are {', '.join(tracer.name for tracer in tracers)}; describe others in a file: --tracers.",
        )
    return found


def _after_injection(inputs: Her2UptakeInputs, reasons: _Reasons) -> tuple[float | None, int | None]:
    """Hours and calendar days from the injection to the scan, as far as they are known."""
    injected, day = inputs.injected_at, inputs.scan_day
    if injected is None or day is None:
        reasons.miss(
            *(name for name, fact in (("injected_at", injected), ("scanned_at", day)) if fact is None)
        )
        return None, None
    days = (day - injected.date()).days
    if inputs.scanned_at is None:
        return None, days
    return (inputs.scanned_at - injected).total_seconds() / 3600, days


def _in_window(tracer: Tracer, hours: float | None, days: int | None, reasons: _Reasons) -> bool | None:
    if tracer.window is None:
        reasons.warn("no-window-held", f"No imaging window of {tracer.name} is held: its time is unchecked.")
        return None
    low, high = tracer.window
    after = days if tracer.window_unit == "d" else hours
    if after is None:
        reasons.miss("scanned_at")
        return None
    inside = low <= after <= high
    unit = "calendar days" if tracer.window_unit == "d" else "h"
    reasons.step(
        f"scanned {after:.3g} {unit} after the injection, {'inside' if inside else 'outside'} the window",
        f"{tracer.name}: {tracer.window_in_words}; {', '.join(tracer.sources) or 'no source held'}",
        hours_after_injection=None if hours is None else round(hours, 3),
    )
    for source in SOURCES:
        if source.id in tracer.sources:
            reasons.cite(source)
    if not inside:
        reasons.warn(
            "outside-tracer-window",
            f"The scan lies {after:.3g} {unit} after the injection of {tracer.name}; its window is"
            f" {tracer.window_in_words}. Uptake is reported, and must be read with that in mind.",
        )
    return inside


def _blocked_by(inputs: Her2UptakeInputs, reasons: _Reasons) -> str | None:
    """The antibody or conjugate given shortly before the scan, where one was."""
    drug = (inputs.her2_drug or "").strip()
    if not drug:
        reasons.miss("her2_drug")
        return None
    if drug.casefold() == "none":
        return None
    if inputs.her2_drug_date is None:
        reasons.miss("her2_drug_date")
        reasons.warn("antibody-date-unknown", f"{drug} was given before the scan; when, is not stated.")
        return drug
    if inputs.scan_day is None:
        return drug
    days = (inputs.scan_day - inputs.her2_drug_date).days
    shortly = days <= OCCUPANCY_DAYS
    reasons.step(
        f"{drug} {days} days before the scan{': may hold the receptors' if shortly else ''}",
        f"shortly before: within {OCCUPANCY_DAYS} days (design decision)",
        her2_drug=drug,
        days_before_scan=days,
    )
    if not shortly:
        return None
    reasons.warn(
        "antibody-shortly-before",
        f"{drug} was given {days} days before the scan: low uptake may be blocked receptors, not absent.",
    )
    return f"{drug}, {days} days before,"


def _explain(lesions: Sequence[LesionReading], rows: Sequence[LesionUptakeRow], reasons: _Reasons) -> None:
    for lesion, row in zip(lesions, rows, strict=True):
        because = f" ({'; '.join(lesion.reasons)})" if lesion.reasons else ""
        reasons.step(
            f"{lesion.lesion}: {lesion.result or 'not known'}{because}",
            lesion.definition,
            MILEVA_2024 if row.uptake is not None else None,
            suvpeak=row.suvpeak,
            suvmax=row.suvmax,
            blood_pool_mean=row.blood_pool_mean,
            uptake=row.uptake,
            site=row.site,
        )
        if lesion.result is None:
            reasons.miss(
                *(["suvpeak"] if row.suvpeak is None else []),
                *(["blood_pool_mean"] if not row.blood_pool_mean else []),
            )
    unreliable = [lesion.lesion for lesion in lesions if not lesion.reliable]
    if unreliable:
        reasons.warn(
            "physiologic-uptake",
            f"{', '.join(unreliable)}: at a site where the tracer gathers without disease. Significance was"
            " found only without liver lesions (PMC5955803).",
            DEHDASHTI_2018,
        )


def _heterogeneity(lesions: Sequence[LesionReading]) -> Heterogeneity:
    reliable = [lesion for lesion in lesions if lesion.reliable]
    peaks = [lesion.suvpeak for lesion in reliable if lesion.suvpeak is not None]
    several = len(peaks) > 1
    return Heterogeneity(
        lesions=len(reliable),
        positive=_count(reliable, Uptake.POSITIVE),
        negative=_count(reliable, Uptake.NEGATIVE),
        indeterminate=_count(reliable, Uptake.INDETERMINATE),
        highest_over_lowest=max(peaks) / min(peaks) if several and min(peaks) > 0 else None,
        coefficient_of_variation_percent=100 * stdev(peaks) / mean(peaks)
        if several and mean(peaks) > 0
        else None,
    )


def _count(lesions: Sequence[LesionReading], result: Uptake) -> int | None:
    """How many lesions have the result; None where one's is not known: it could be any."""
    if any(lesion.result is None for lesion in lesions):
        return None
    return sum(lesion.result is result for lesion in lesions)


def _variation_percent(peaks: Sequence[float]) -> float | None:
    return 100 * stdev(peaks) / mean(peaks) if mean(peaks) > 0 else None


def _warn_what_it_is_not(reasons: _Reasons) -> None:
    reasons.warn(
        "no-her2-class",
        "Uptake is no HER2 class and is not turned into one: in lesions paired with a biopsy, SUVmax was"
        " higher in HER2-low (median 12.7) than in HER2-positive ones (6.4), and every lesion once called"
        " false positive was HER2-low (Yeh 2025).",
        YEH_2025,
    )


_SUMMARY = "HER2 PET: tracer-positive, negative or indeterminate per lesion; window and blocking drugs."

CALCULATOR: Calculator[Her2UptakeInputs, Her2UptakeValue] = Calculator(
    name="her2-uptake",
    summary=_SUMMARY,
    inputs=Her2UptakeInputs,
    output=Her2UptakeValue,
    compute=her2_uptake,
    example="lesions.csv --tracer 89Zr-pertuzumab --injected-at 2025-02-08T10:15"
    " --scanned-at 2025-02-14T09:05 --her2-drug none",
    example_table="""\
lesion,site,suvpeak,suvmax,blood_pool_mean,uptake
primary,breast,7.9,9.4,2.1,
axilla,axilla level I,2.6,3.3,2.1,
segment 7,liver,9.8,11.2,2.1,
""",
    sources=SOURCES,
    explanation=f"""\
Per lesion one of tracer-positive, tracer-negative, indeterminate, with the definition that decided:

1. A site where the tracer gathers without disease (liver, kidney) is indeterminate, whatever its uptake.
2. A reader's word stands: ZEPHIR read lesions against the background (PMID 38184611).
3. Else peak over blood-pool mean decides: positive from 1.5, negative up to 1.0. No cut-off is published;
   these are a design decision, and `--positive-from` and `--negative-to` change them. A maximum without a
   peak, which is at most that, can only say negative.
4. A negative lesion within {OCCUPANCY_DAYS} days after a HER2-directed antibody or conjugate is
   indeterminate (a design decision): occupied receptors look like absent ones.

The scan's time is held against the tracer's window, in calendar days for antibodies and hours for
affibodies; a scan outside is reported and flagged. Windows that were assumed, or named from memory, say so.

It never gives an IHC class: uptake was higher in HER2-low than in HER2-positive lesions (Yeh 2025). Uptake of
different tracers is never compared. The published cut-off (SUVmax 3.2 of 89Zr-trastuzumab: positive
predictive value 83 %, negative 50 %, PMC5955803) separates too poorly to be used.""",
)
