"""Drugs and regimens: what is given, how, to whom, and its status by region."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from neoher.guidance.knowledge.kinds.item import Item, ItemId, Line, PartialDate, Passage, Place, Verification
from neoher.record.conclusion import Frozen

__all__ = ["Component", "Drug", "Regimen", "RegimenSetting", "Status", "StatusKind"]


class Drug(Item):
    """One drug."""

    brands: tuple[Line, ...] = ()
    abbreviations: tuple[Line, ...] = ()
    synonyms: tuple[Line, ...] = ()
    drug_class: Line
    her2_directed: bool = False
    anthracycline: bool = False
    boxed_warnings: tuple[Line, ...] = ()
    contraception_months: int | None = None
    """Months of contraception after the last dose."""
    contraception_months_men: int | None = None
    breastfeeding_months: int | None = None
    """Months after the last dose in which she does not breast-feed."""
    never_with: tuple[ItemId, ...] = ()
    """Drugs with which it is not given at the same time."""
    dose_levels: tuple[Line, ...] = ()
    """Starting dose first, then each reduction."""
    note: Passage | None = None


class RegimenSetting(StrEnum):
    """When a regimen is given."""

    NEOADJUVANT = "neoadjuvant"
    POST_NEOADJUVANT = "post-neoadjuvant"
    UPFRONT_SURGERY = "adjuvant after upfront surgery"
    EXTENDED = "extended adjuvant"


class StatusKind(StrEnum):
    """What a regulator or a guideline says of a regimen, at a date."""

    APPROVED = "approved"
    RECOMMENDED = "recommended"
    ALTERNATIVE = "alternative"
    TRIAL_SUPPORTED = "supported by a trial"
    NOT_FOUND = "no decision found"
    HISTORICAL = "historical"


class Component(Frozen):
    """One drug of a regimen with its dose, in the order given."""

    drug: ItemId
    dose: Line | None = None
    """As the field writes it: '5.4 mg/kg', 'AUC 6', '80 mg/m2'; absent where it was not read."""
    loading_dose: Line | None = None
    days: Line | None = None
    """Days within the cycle, such as '1, 8, 15'."""
    cycle_days: int | None = Field(default=None, ge=1)
    cycles: Line | None = None
    """Number of cycles, or a range: '4', '3-4'."""
    block: int = 1
    """Which part of a sequence it belongs to."""


class Status(Frozen):
    """Status in one region, or everywhere, from a date on."""

    region: Place | None = None
    status: StatusKind
    says: Passage
    since: PartialDate
    sources: tuple[ItemId, ...] = Field(min_length=1)
    verification: Verification


class Regimen(Item):
    """A regimen: components in order, eligibility, evidence, status by region."""

    names: tuple[Line, ...] = ()
    settings: tuple[RegimenSetting, ...] = Field(min_length=1)
    components: tuple[Component, ...] = Field(min_length=1)
    cycles: Line | None = None
    eligibility: Passage
    trial_population: Passage | None = None
    """Whom the trial enrolled, where that differs from the label."""
    patient: Passage
    """What it is, in plain words."""
    trials: tuple[ItemId, ...] = ()
    status: tuple[Status, ...] = ()
    cautions: tuple[Passage, ...] = ()
