"""Systemic treatment: regimens, cycles and single doses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.record.values.dates import Day
from neoher.record.values.fact import Fact
from neoher.record.values.text import FreeText, Text
from neoher.record.values.units import Milligrams, PlainNumber

__all__ = ["Dose", "Setting", "StopReason", "Treatment"]

Count = Annotated[int, Field(ge=0, le=200, strict=True)]


class Setting(StrEnum):
    """Before or after surgery."""

    NEOADJUVANT = "neoadjuvant"
    ADJUVANT = "adjuvant"


class StopReason(StrEnum):
    """Why a regimen ended."""

    COMPLETED = "completed"
    TOXICITY = "toxicity"
    PROGRESSION = "progression"
    PATIENT_CHOICE = "patient choice"
    OTHER = "other"


class Dose(Fact):
    """One dose of one drug. The dose as given is `mg`; what it was calculated from stands beside it."""

    drug: Text | None = None
    date: Day | None = None
    mg: Milligrams | None = None
    """Dose given, in mg."""
    mg_per_kg: PlainNumber | None = None
    mg_per_m2: PlainNumber | None = None
    auc: PlainNumber | None = None
    """Target area under the curve of carboplatin, mg/mL x min."""


class Treatment(Fact):
    """One regimen: a name of the knowledge base such as TCHP, or the drugs."""

    regimen: Text | None = None
    drugs: tuple[Text, ...] = ()
    """Drugs, where the regimen has no name."""
    setting: Setting | None = None
    start: Day | None = None
    """Day of the first dose."""
    end: Day | None = None
    """Day of the last dose."""
    cycles: Count | None = None
    """Given so far."""
    cycles_planned: Count | None = None
    ended_because: StopReason | None = None
    doses: tuple[Dose, ...] = ()
    text: FreeText | None = None
