"""Patient: who the record is about."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from neoher.record.values.fact import Fact
from neoher.record.values.text import PatientIdentifier

__all__ = ["Menopause", "Patient", "Region", "Sex"]


class Sex(StrEnum):
    """Sex as body formulas and contraception rules need it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Menopause(StrEnum):
    """Menopausal status before therapy."""

    PREMENOPAUSAL = "premenopausal"
    PERIMENOPAUSAL = "perimenopausal"
    POSTMENOPAUSAL = "postmenopausal"


class Region(StrEnum):
    """Whose labels and guidelines apply."""

    US = "US"
    EU = "EU"
    UK = "UK"
    OTHER = "other"


class Patient(Fact):
    """The patient."""

    id: PatientIdentifier
    """Name or number under which the patient is known here; must agree with the images."""
    sex: Sex | None = None
    birth_year: int | None = Field(default=None, ge=1900, le=2200, strict=True)
    """Year of birth, four digits."""
    menopause: Menopause | None = None
    region: Region | None = None
    """Whose labels and guidelines apply: they differ, for example in cardiac limits."""
