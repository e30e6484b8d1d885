"""Functional tumour volume and signal enhancement ratio over the visits of I-SPY.

Changes with their published context. No category of response by volume is validated, and none is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Source
from neoher.record.conclusion import Conclusion, Frozen
from neoher.response.change import Change, change_between
from neoher.response.published_context import PublishedContext

__all__ = ["VISITS", "EnhancementVisit", "VolumeChange", "functional_volume_course", "washout_share"]

VISITS = MappingProxyType(
    {
        "T0": "before therapy",
        "T1": "after 3 weeks",
        "T2": "after 12 weeks, between regimens",
        "T3": "before surgery",
    }
)
"""The time points of I-SPY 2 (PMC6815231, PMC10413289)."""
WASHOUT_BINS = ("1.3-1.75", "1.75-3", ">3")
"""SER above 1.3: the bins that UCSF colours red and yellow, and what it leaves uncoloured. That these are
called washout is a design decision; UCSF's own count of high SER, above 1.1 to 3, cannot be had from bins."""
EARLY_RESPONSE_PERCENT = 30.0

I_SPY_VOLUME = Source("PMC10413289", "I-SPY 2, functional tumour volume and image quality, n=432", "in part")
I_SPY_VISITS = Source("PMC6815231", "I-SPY 2 / ACRIN 6698, volume with diffusion, n=354", "read in part")
I_SPY_2_2 = Source("NIH RePORTER 10628610", "I-SPY 2.2, grant text", "read; research only")

_CONTEXT = MappingProxyType(
    {
        "T1": (
            PublishedContext(
                text="Change of volume at 3 weeks against pathological complete response, all subtypes: AUC "
                "0.74 where image quality was high, against 0.63.",
                source=I_SPY_VOLUME.id,
                status="read in part; a cohort's figure, no threshold",
            ),
        ),
        "T2": (
            PublishedContext(
                text="Change of volume at 12 weeks against pathological complete response, all subtypes: AUC "
                "0.79 where image quality was high, against 0.62.",
                source=I_SPY_VOLUME.id,
                status="read in part; a cohort's figure, no threshold",
            ),
            PublishedContext(
                text="Volume with diffusion at 12 weeks, HR+/HER2+: AUC 0.67 with volume alone, 0.73 with "
                "both.",
                source=I_SPY_VISITS.id,
                status="read in part; a cohort's figure, no threshold",
            ),
        ),
        "T3": (
            PublishedContext(
                text="Volume with diffusion before surgery, HR+/HER2+: AUC 0.72 with volume alone, 0.76 with "
                "both.",
                source=I_SPY_VISITS.id,
                status="read in part; a cohort's figure, no threshold",
            ),
        ),
    }
)
_REPEAT_EARLY = PublishedContext(
    text="I-SPY 2.2 repeats the MRI at 6 weeks where the response at 3 weeks is below 30 %. The trial's own "
    "rule for its patients; it is no reason to change therapy outside it.",
    source=I_SPY_2_2.id,
    status="investigational; thresholds of its models are not published",
)


@dataclass(frozen=True, slots=True)
class EnhancementVisit:
    """What was measured of one lesion at one visit."""

    visit: str
    date: dt.date | None
    volume_cc: float | None
    ser_bins: Mapping[str, int] | None = None
    """Voxels by range of the signal enhancement ratio, as `neoher ftv` gives them."""
    platform: str | None = None
    """Method, version and parameters; volumes of two platforms are not compared."""


class VolumeChange(Frozen):
    """One visit against the first."""

    visit: str
    date: dt.date | None
    time_point: str | None
    """What the visit is in I-SPY; None for a visit by another name."""
    volume_cc: float | None
    change: Change | None
    """From the first visit; None where a volume is not known or the platform changed."""
    washout_share_percent: float | None
    """Share of the counted voxels with SER above 1.3; None without bins or voxels."""
    washout_share_change: float | None
    """Its change from the first visit in percentage points."""
    context: tuple[PublishedContext, ...] = ()


def functional_volume_course(visits: Sequence[EnhancementVisit]) -> Conclusion[tuple[VolumeChange, ...]]:
    """Volume (cc) and washout share (%) of one lesion at each visit after the first, in date order.

    Returns: no value with fewer than two visits. A volume that is not known is missing, never 0. A platform
    that changed gives no change and a warning.
    Raises: InputError where two visits have one name.
    Source: I-SPY 2 (PMC10413289, PMC6815231). No limit of repeatability is published, no category validated.
    """
    reasons: Reasoning[tuple[VolumeChange, ...]] = Reasoning()
    ordered = _ordered(visits)
    if len(ordered) < 2:
        reasons.miss("functional tumour volume of two visits")
        return reasons.conclude(None)
    reasons.cite(I_SPY_VISITS)
    first = ordered[0]
    unknown = (visit.visit for visit in ordered if visit.volume_cc is None)
    reasons.miss(*(f"functional_tumour_volume at {name}" for name in unknown))
    return reasons.conclude(tuple(_change(first, visit, reasons) for visit in ordered[1:]))


def washout_share(ser_bins: Mapping[str, int] | None) -> float | None:
    """Share in percent of the voxels with SER above 1.3; None without bins, or where no voxel counts."""
    if ser_bins is None or (total := sum(ser_bins.values())) == 0:
        return None
    return 100.0 * sum(ser_bins.get(name, 0) for name in WASHOUT_BINS) / total


def _ordered(visits: Sequence[EnhancementVisit]) -> list[EnhancementVisit]:
    names = [visit.visit for visit in visits]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError("there are two volumes of this visit.", twice, "Keep the one that counts.")
    return sorted(visits, key=lambda visit: (visit.date or dt.date.max, visit.visit))


def _change(
    first: EnhancementVisit, visit: EnhancementVisit, reasons: Reasoning[tuple[VolumeChange, ...]]
) -> VolumeChange:
    comparable = first.platform == visit.platform
    if not comparable:
        reasons.warn(
            "platform-changed",
            f"{visit.visit}: measured by {visit.platform or 'a platform not stated'}, at {first.visit} by "
            f"{first.platform or 'one not stated'}. Volumes of two platforms are not compared.",
        )
    earlier = first.volume_cc if comparable else None
    conclusion = change_between("functional_tumour_volume", earlier, visit.volume_cc)
    shares = washout_share(first.ser_bins), washout_share(visit.ser_bins)
    change = conclusion.value
    for step in conclusion.because:
        reasons.step(f"{visit.visit}: {step.step}", step.rule, None, **step.inputs)
    return VolumeChange(
        visit=visit.visit,
        date=visit.date,
        time_point=VISITS.get(visit.visit),
        volume_cc=visit.volume_cc,
        change=change,
        washout_share_percent=shares[1],
        washout_share_change=None
        if shares[0] is None or shares[1] is None or not comparable
        else shares[1] - shares[0],
        context=_context(visit, change, reasons),
    )


def _context(
    visit: EnhancementVisit, change: Change | None, reasons: Reasoning[tuple[VolumeChange, ...]]
) -> tuple[PublishedContext, ...]:
    if change is None or change.percent is None:
        return ()
    held = _CONTEXT.get(visit.visit, ())
    reasons.cite(I_SPY_VOLUME if held else None)
    if visit.visit == "T1" and change.percent > -EARLY_RESPONSE_PERCENT:
        reasons.cite(I_SPY_2_2)
        return (*held, _REPEAT_EARLY)
    return held
