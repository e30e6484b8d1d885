"""Conditions: states of a patient that a contraindication names by its kind."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["Condition", "condition_of", "is_lung_disease"]


class Condition(StrEnum):
    """A state of the patient that decides by itself which drugs are out, whatever it is stated against."""

    PREGNANCY = "pregnancy"
    HEART_FAILURE = "heart failure"
    HEART_DISEASE = "disease of the heart muscle"
    """Without symptoms of failure now: cardiomyopathy, a reduced ejection fraction, failure in the past."""
    LUNG_DISEASE = "ILD or pneumonitis"
    MRI = "reason against MRI"


_PAST = re.compile(
    r"\b(?:prior|previous|past|former|earlier|history|resolved|recovered|recompensated)\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"\b(?:family|mother|father|sister|brother|risk of|risk for)\b|^\s*(?:no|not|without)\b", re.IGNORECASE
)
_PREGNANT = re.compile(r"\bpregnan\w*|\bgravid(?:ity)?\b|\bgestation\b", re.IGNORECASE)
_NOT_NOW = re.compile(
    r"\b(?:wish\w*|desire\w*|want\w*|plan\w*|future|prevent\w*|possib\w*|avoid\w*)\b", re.IGNORECASE
)
_FAILURE = re.compile(
    r"\bheart failure\b|\bcardiac failure\b|\bventricular failure\b|\bchf\b|\bhf[rmp]ef\b|"
    r"\b(?:heart|cardiac|myocardial) (?:insufficiency|decompensation)\b|\bdecompensated heart\b",
    re.IGNORECASE,
)
_MUSCLE = re.compile(
    r"\bcardiomyopath\w*|\bmyocarditis\b|\b(?:heart|cardiac) disease\b|"
    r"\bcardiac dysfunction\b|\bcardiotoxicity\b|"
    r"\b(?:left )?ventricular (?:systolic )?dysfunction\b|\blv(?:s)?d\b|\blv dysfunction\b|"
    r"\b(?:reduced|low|decreased|impaired) (?:ejection fraction|lvef|ef|left ventricular function)\b",
    re.IGNORECASE,
)
_MRI = re.compile(
    r"\bpace-?makers?\b|\bdefibrillator\b|\bicd\b|\bclaustrophobi\w*|\bcochlear implant\b|\bgadolinium\b|"
    r"\bcontrast[- ](?:medium |media |agent )?(?:allergy|reaction|hypersensitivity|intolerance)\b",
    re.IGNORECASE,
)
_LUNG = re.compile(r"\bild\b|interstitial|pneumonitis|lung fibrosis|pulmonary fibrosis", re.IGNORECASE)
_RADIATION = re.compile(r"radiation", re.IGNORECASE)


def is_lung_disease(kind: str | None) -> bool:
    """Whether an event or a reason is ILD or pneumonitis; radiation pneumonitis is another thing."""
    return bool(kind and _LUNG.search(kind) and not _RADIATION.search(kind))


def condition_of(kind: str) -> Condition | None:
    """The state that the wording of a contraindication names; None where it names none of these.

    What was once is told from what is now, and what runs in the family counts for nothing here.
    """
    if is_lung_disease(kind):
        return Condition.LUNG_DISEASE
    if _ELSEWHERE.search(kind):
        return None
    past = bool(_PAST.search(kind))
    if _PREGNANT.search(kind):
        return None if past or _NOT_NOW.search(kind) else Condition.PREGNANCY
    if _FAILURE.search(kind):
        return Condition.HEART_DISEASE if past else Condition.HEART_FAILURE
    if _MUSCLE.search(kind):
        return Condition.HEART_DISEASE
    return Condition.MRI if _MRI.search(kind) else None
