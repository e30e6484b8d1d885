"""The CT beside a PET is found by its frame of reference and read in Hounsfield units."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pydicom
import pytest

from neoher.intake.pet.companion_ct import find_companion_ct
from neoher.simulate.pet.administration import Administration, PetTimes, Physique
from neoher.simulate.pet.dicom_writing import PetHeader, write_ct, write_pet
from neoher.simulate.pet.tracer import FDG
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS
from neoher.volume.grid import Grid

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
CT_GRID = Grid((10, 24, 30), (3.0, 2.0, 2.0), (-29.0, -23.0, -15.0), AXIAL)
PET_GRID = Grid((9, 12, 14), (4.0, 4.0, 4.0), (-26.0, -22.0, -16.0), AXIAL)


def _header(exam: str = "PT") -> PetHeader:
    at = dt.datetime(2025, 2, 11, 9, 40)
    given = Administration(FDG, at, 240.0, 2.0, at + dt.timedelta(minutes=2))
    times = PetTimes(at + dt.timedelta(hours=1), 150.0, 3)
    return PetHeader("P1", 1976, 1, exam, Physique(60.0, 1.6), given, times)


@pytest.fixture
def hounsfield() -> np.ndarray:
    """Whole numbers from air to bone."""
    return np.random.default_rng(1).integers(-1000, 900, CT_GRID.shape).astype(float)


def test_the_ct_is_read_in_hounsfield_units_at_its_place(tmp_path: Path, hounsfield: np.ndarray) -> None:
    header = _header()
    write_pet(tmp_path / "exam/pet", header, VENDOR_FORMS["bqml-start"], PET_GRID, np.ones(PET_GRID.shape))
    write_ct(tmp_path / "exam/ct", header, CT_GRID, hounsfield)
    found = find_companion_ct(tmp_path / "exam", header.uid("frame of reference"))
    assert found is not None
    assert found.grid.matches(CT_GRID)
    np.testing.assert_array_equal(found.hounsfield, hounsfield)
    assert "low dose" in found.description


def test_a_ct_of_another_frame_of_reference_is_not_taken(tmp_path: Path, hounsfield: np.ndarray) -> None:
    write_ct(tmp_path / "exam/ct", _header("another"), CT_GRID, hounsfield)
    assert find_companion_ct(tmp_path / "exam", _header().uid("frame of reference")) is None
    assert find_companion_ct(tmp_path / "exam", None) is None


def test_a_scout_of_a_few_slices_is_no_ct_to_draw_on(tmp_path: Path, hounsfield: np.ndarray) -> None:
    write_ct(tmp_path / "exam/ct", _header(), CT_GRID, hounsfield)
    for file in sorted((tmp_path / "exam/ct").glob("*.dcm"))[3:]:
        file.unlink()
    assert find_companion_ct(tmp_path / "exam", _header().uid("frame of reference")) is None


def test_of_two_cts_the_one_with_more_slices_is_taken(tmp_path: Path, hounsfield: np.ndarray) -> None:
    header = _header()
    write_ct(tmp_path / "exam/ct", header, CT_GRID, hounsfield)
    shorter = tmp_path / "exam/short"
    write_ct(shorter, header, CT_GRID, hounsfield + 50)
    for file in sorted(shorter.glob("*.dcm"))[9:]:
        file.unlink()
    for file in shorter.glob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.SeriesInstanceUID += ".1"
        dataset.SOPInstanceUID += ".1"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(file)
    found = find_companion_ct(tmp_path / "exam", header.uid("frame of reference"))
    assert found is not None
    np.testing.assert_array_equal(found.hounsfield, hounsfield)
