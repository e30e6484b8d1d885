"""A small PET that every test of its writing may use, and SUV computed from the tags alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from neoher.simulate.pet.administration import Administration, PetTimes, Physique
from neoher.simulate.pet.dicom_writing import PetHeader
from neoher.simulate.pet.tracer import Tracer
from neoher.volume.grid import Grid

GRID = Grid((12, 20, 24), (4.0, 4.0, 4.0), (-46.0, -38.0, -20.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))

Array = NDArray[np.float64]
MakeHeader = Callable[..., PetHeader]
ReadSuv = Callable[[Path], "Array | None"]


def _header(tracer: Tracer, injected_at: dt.datetime, late_s: float = 0.0, **changed: Any) -> PetHeader:
    stated: dict[str, Any] = {"weight_kg": 68.0, "height_m": 1.66, "slices_per_bed": 3} | changed
    given = Administration(
        tracer, injected_at, tracer.injected_mbq, 0.9, injected_at + dt.timedelta(minutes=4)
    )
    start = injected_at + dt.timedelta(seconds=tracer.uptake_s + late_s)
    return PetHeader(
        patient="P001",
        birth_year=1976,
        seed=1,
        exam="PT",
        physique=Physique(stated["weight_kg"], stated["height_m"]),
        administration=given,
        times=PetTimes(start, tracer.bed_s, stated["slices_per_bed"]),
    )


def _suv_by_the_tags(folder: Path) -> Array | None:
    """SUV by the definitions of DICOM PS3.3 C.8.9 and of Philips's factors; None where a date is absent."""
    slices = sorted(
        (pydicom.dcmread(file) for file in folder.glob("*.dcm")),
        key=lambda one: float(one.ImagePositionPatient[2]),
    )
    injection = slices[0].RadiopharmaceuticalInformationSequence[0]
    if "RadiopharmaceuticalStartDateTime" not in injection:
        return None
    injected_at = _date_time(str(injection.RadiopharmaceuticalStartDateTime))
    half_life, dose = float(injection.RadionuclideHalfLife), float(injection.RadionuclideTotalDose)
    grams = float(slices[0].PatientWeight) * 1000
    return np.stack(
        [_plane(one, _reference(one, slices), injected_at, half_life) * grams / dose
         if one.Units == "BQML" else _given_plane(one) for one in slices]
    )  # fmt: skip


def _plane(one: Dataset, reference: dt.datetime, injected_at: dt.datetime, half_life: float) -> Array:
    """Bq/mL as at the injection."""
    assert float(one.RescaleIntercept) == 0
    becquerel = one.pixel_array.astype(float) * float(one.RescaleSlope)
    if one.DecayCorrection == "ADMIN":
        return np.asarray(becquerel)
    moment = reference if one.DecayCorrection == "START" else _moment(one, "Acquisition")
    elapsed = (moment - injected_at).total_seconds()
    return np.asarray(becquerel * 2 ** (elapsed / half_life))


def _given_plane(one: Dataset) -> Array:
    """SUV that the file holds already."""
    values = one.pixel_array.astype(float) * float(one.RescaleSlope)
    if one.Units == "CNTS":
        assert one[0x7053, 0x0010].value == "Philips PET Private Group"
        return np.asarray(values * float(one[0x7053, 0x1000].value))
    assert (one.Units, one.SUVType) == ("GML", "BW")
    return np.asarray(values)


def _reference(one: Dataset, slices: Sequence[Dataset]) -> dt.datetime:
    if one.Manufacturer.startswith("GE"):
        return _date_time(str(one[0x0009, 0x100D].value))
    series = _moment(one, "Series")
    assert series == min(_moment(other, "Acquisition") for other in slices)
    return series


def _moment(one: Dataset, of: str) -> dt.datetime:
    return _date_time(f"{one[f'{of}Date'].value}{one[f'{of}Time'].value}")


def _date_time(text: str) -> dt.datetime:
    whole, _, part = text.partition(".")
    return dt.datetime.strptime(whole, "%Y%m%d%H%M%S") + dt.timedelta(seconds=float(f"0.{part or 0}"))


@pytest.fixture
def grid() -> Grid:
    """A small axial grid whose slices rise to the head."""
    return GRID


@pytest.fixture
def make_header() -> MakeHeader:
    """Makes the header of a scan: make_header(tracer, injected_at, seconds later than usual)."""
    return _header


@pytest.fixture
def suv_by_the_tags() -> ReadSuv:
    """Computes SUV from the tags of a folder of slices, with nothing of the software."""
    return _suv_by_the_tags
