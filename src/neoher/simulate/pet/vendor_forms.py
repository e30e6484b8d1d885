"""The forms in which scanners write one and the same PET: units, decay reference, time tags.

Form and meaning of the tags: DICOM PS3.3 C.8.9 (PET modules); Philips's factors and the habits of vendors as
the manual of oncoray/suv_computation describes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["VENDOR_FORMS", "InjectionTags", "StoredValues", "VendorForm"]


class StoredValues(StrEnum):
    """What a stored number times its slope is."""

    BQML_AT_START = "Bq/mL at the start of the scan"
    BQML_AT_INJECTION = "Bq/mL at the injection"
    BQML_AS_ACQUIRED = "Bq/mL when the slice was acquired"
    PHILIPS_COUNTS = "counts, with Philips's private factors"
    SUV = "SUV by body weight"


class InjectionTags(StrEnum):
    """Which tags state the time of the injection."""

    BOTH = "date-time and time"
    DATE_TIME = "date-time alone"
    TIME = "time alone, without a date"


@dataclass(frozen=True, slots=True)
class VendorForm:
    """One form."""

    manufacturer: str
    model: str
    values: StoredValues
    injection: InjectionTags = InjectionTags.BOTH
    series_time_rewritten: bool = False
    """The series carries the time of a later reconstruction; GE's private date-time holds the scan's."""


VENDOR_FORMS = {
    "bqml-start": VendorForm("SIEMENS", "Biograph mCT", StoredValues.BQML_AT_START),
    "bqml-admin": VendorForm("SIEMENS", "Biograph Vision", StoredValues.BQML_AT_INJECTION),
    "bqml-none": VendorForm("SIEMENS", "Biograph 40", StoredValues.BQML_AS_ACQUIRED),
    "philips-counts": VendorForm("Philips Medical Systems", "Ingenuity TF", StoredValues.PHILIPS_COUNTS),
    "gml-suvbw": VendorForm("SIEMENS", "Biograph mCT", StoredValues.SUV),
    "ge-rewritten-time": VendorForm(
        "GE MEDICAL SYSTEMS", "Discovery MI", StoredValues.BQML_AT_START, series_time_rewritten=True
    ),
    "date-time-tag-alone": VendorForm(
        "SIEMENS", "Biograph mCT", StoredValues.BQML_AT_START, InjectionTags.DATE_TIME
    ),
    "no-injection-date": VendorForm(
        "SIEMENS", "Biograph mCT", StoredValues.BQML_AT_START, InjectionTags.TIME
    ),
}
"""By name; all but the last hold everything that an SUV needs."""
