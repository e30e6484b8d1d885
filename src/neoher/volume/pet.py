"""A PET series: its numbers as stored, and the acquisition facts that turn them into SUV.

Facts stand here as the images state them: None or '' is 'not stated'. Nothing is interpreted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid

__all__ = ["PetAcquisition", "PetSeries", "ReferenceStamp", "StatedInjection", "StatedPetFacts", "SuvVolume"]


@dataclass(frozen=True, slots=True)
class ReferenceStamp:
    """A date and time that the images state as the one to which decay was corrected."""

    moment: dt.datetime
    where: str
    """The element it stands in, for a reader."""


@dataclass(frozen=True, slots=True)
class StatedInjection:
    """When the tracer was injected, as far as the images say it."""

    moment: dt.datetime | None
    """RadiopharmaceuticalStartDateTime (0018,1078)."""
    day: dt.date | None
    """Its date, where it holds a date alone."""
    clock: dt.timedelta | None
    """RadiopharmaceuticalStartTime (0018,1072): a time of day without a date, since midnight."""


@dataclass(frozen=True, slots=True)
class PetAcquisition:
    """What a PET series states of units, decay, times, dose and patient."""

    units: str
    """Units (0054,1001): BQML, GML, CM2ML, CNTS, PROPCPS …"""
    suv_type: str
    """SUVType (0054,1006); '' means body weight."""
    decay_correction: str
    """DecayCorrection (0054,1102): START, ADMIN, NONE."""
    corrections: tuple[str, ...] | None
    """CorrectedImage (0028,0051): DECY, ATTN …"""
    series_start: dt.datetime | None
    slice_starts: tuple[dt.datetime | None, ...]
    """Start of the acquisition of each slice, in the order of the grid."""
    reference_stamps: tuple[ReferenceStamp, ...]
    """Stated times of decay correction, the standard's before the vendors'."""
    frame_duration_s: float | None
    """The longest stated duration of a frame."""
    injection: StatedInjection
    dose: float | None
    """RadionuclideTotalDose (0018,1074) as written: becquerel by the standard."""
    half_life_s: float | None
    nuclide_codes: tuple[str, ...]
    """Code value and meaning of the radionuclide, as stated."""
    tracer: str
    """Name of the radiopharmaceutical, as stated."""
    weight_kg: float | None
    height_m: float | None
    """PatientSize (0010,1020) as written: metres by the standard."""
    sex: str
    """'M', 'F', 'O' or ''."""
    philips_suv_factor: float | None
    """Private (7053,1000)."""
    philips_activity_factor: float | None
    """Private (7053,1009)."""
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def earliest_acquisition(self) -> dt.datetime | None:
        """Start of the first slice acquired; None where any slice does not state its time."""
        stated = [start for start in self.slice_starts if start is not None]
        return min(stated) if stated and len(stated) == len(self.slice_starts) else None


@dataclass(frozen=True, slots=True)
class StatedPetFacts:
    """What a person states; it replaces what the images say."""

    injected_at: dt.datetime | None = None
    injected_mbq: float | None = None
    """Activity in the syringe before the injection, at the time of the injection."""
    residual_mbq: float | None = None
    """Activity left in the syringe, at `residual_at`."""
    residual_at: dt.datetime | None = None
    weight_kg: float | None = None
    height_m: float | None = None
    sex: str | None = None
    """'female', 'male' or 'other'."""
    nuclide: str | None = None
    """Such as 89Zr; also a tracer's name that begins with it."""


@dataclass(frozen=True, slots=True)
class PetSeries:
    """The numbers of a PET series on its grid.

    `rescaled`: float32, shape (slices, rows, columns): stored numbers times their own slice's rescale slope,
    in the stated units.
    """

    grid: Grid
    rescaled: NDArray[np.float32]
    acquisition: PetAcquisition


@dataclass(frozen=True, slots=True)
class SuvVolume:
    """Standardised uptake values on a grid: float32, shape (slices, rows, columns)."""

    grid: Grid
    suv: NDArray[np.float32]
