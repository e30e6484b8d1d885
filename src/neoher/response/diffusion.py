"""Change of the apparent diffusion coefficient (ADC) over the visits, with its published context."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Source
from neoher.record.conclusion import Conclusion, Frozen
from neoher.response.change import Change, change_between
from neoher.response.published_context import PublishedContext

__all__ = ["AdcChange", "AdcVisit", "adc_course"]

ACRIN_6698 = Source("PMC6283325", "ACRIN 6698, ADC during neoadjuvant therapy, n=242", "read in part")
PREDICTION = PublishedContext(
    text="Change of ADC at 12 weeks against pathological complete response, all subtypes: AUC 0.60 (0.52 to "
    "0.68). It did not predict in HER2-positive subtypes. No threshold of change is published.",
    source=ACRIN_6698.id,
    status="read in part; a cohort's figure, no threshold",
)


@dataclass(frozen=True, slots=True)
class AdcVisit:
    """Mean ADC of the whole tumour at one visit."""

    visit: str
    date: dt.date | None
    adc_mean: float | None
    """In 1e-6 mm2/s."""


class AdcChange(Frozen):
    """One visit against the first."""

    visit: str
    date: dt.date | None
    adc_mean: float | None
    """In 1e-6 mm2/s."""
    change: Change | None
    """From the first visit; None where a value is not known."""
    context: tuple[PublishedContext, ...] = ()


def adc_course(visits: Sequence[AdcVisit]) -> Conclusion[tuple[AdcChange, ...]]:
    """Mean ADC (1e-6 mm2/s) of one lesion at each visit after the first, in date order.

    Returns: no value with fewer than two visits. A value that is not known is missing, never 0.
    Raises: InputError where two visits have one name.
    Source: ACRIN 6698 (PMC6283325); limit 13.3 % (PMID 30350329). A change beyond noise is no response.
    """
    reasons: Reasoning[tuple[AdcChange, ...]] = Reasoning()
    names = [visit.visit for visit in visits]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError("there are two values of this visit.", twice, "Keep the one that counts.")
    if len(visits) < 2:
        reasons.miss("mean ADC of two visits")
        return reasons.conclude(None)
    reasons.cite(ACRIN_6698)
    ordered = sorted(visits, key=lambda visit: (visit.date or dt.date.max, visit.visit))
    reasons.miss(*(f"adc_mean at {visit.visit}" for visit in ordered if visit.adc_mean is None))
    told = []
    for visit in ordered[1:]:
        conclusion = change_between("adc_mean", ordered[0].adc_mean, visit.adc_mean)
        for step in conclusion.because:
            reasons.step(f"{visit.visit}: {step.step}", step.rule, None, **step.inputs)
        told.append(
            AdcChange(
                visit=visit.visit,
                date=visit.date,
                adc_mean=visit.adc_mean,
                change=conclusion.value,
                context=(PREDICTION,) if conclusion.value else (),
            )
        )
    return reasons.conclude(tuple(told))
