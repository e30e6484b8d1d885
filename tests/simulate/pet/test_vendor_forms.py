"""Every form of one scan holds the same SUV: computed from the tags by their definitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from neoher.cli.simulate import PetForm
from neoher.simulate.pet.dicom_writing import PetHeader, write_pet
from neoher.simulate.pet.tracer import FDG, PERTUZUMAB, TRASTUZUMAB, Tracer
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS
from neoher.volume.grid import Grid

Array = NDArray[np.float64]
MakeHeader = Callable[..., PetHeader]
ReadSuv = Callable[[Path], "Array | None"]

DATED = [name for name in VENDOR_FORMS if name != "no-injection-date"]
MOMENTS = {
    "in the morning": dt.datetime(2025, 2, 11, 9, 41, 20),
    "over midnight": dt.datetime(2025, 2, 28, 23, 2, 0),
    "over the end of the year": dt.datetime(2025, 12, 31, 22, 58, 30),
    "over a leap day": dt.datetime(2024, 2, 26, 11, 0, 0),
}


def _image(grid: Grid) -> Array:
    """SUV that differs from slice to slice, with a slice of nothing."""
    random = np.random.default_rng(7)
    image = random.uniform(0.05, 1.0, grid.shape) * np.linspace(0.5, 14.0, grid.shape[0])[:, None, None]
    image[2] = 0.0
    return np.asarray(image)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("tracer", [FDG, PERTUZUMAB, TRASTUZUMAB], ids=lambda one: str(one.name))
@pytest.mark.parametrize("form", DATED)
def test_the_tags_of_every_form_give_the_suv_that_was_simulated(
    form: str,
    tracer: Tracer,
    moment: dt.datetime,
    grid: Grid,
    make_header: MakeHeader,
    suv_by_the_tags: ReadSuv,
    tmp_path: Path,
) -> None:
    header, image = make_header(tracer, moment), _image(grid)
    assert write_pet(tmp_path / "pet", header, VENDOR_FORMS[form], grid, image) == grid.shape[0]
    found = suv_by_the_tags(tmp_path / "pet")
    assert found is not None
    # A stored number is off by half a step of its own slice's slope; a total dose has 14 digits.
    steps = image.max(axis=(1, 2), keepdims=True) / 32767
    assert (np.abs(found - image) <= 0.51 * steps + 1e-6 * image + 1e-9).all()


def test_the_scan_really_runs_over_midnight(grid: Grid, make_header: MakeHeader, tmp_path: Path) -> None:
    header = make_header(FDG, MOMENTS["over midnight"], late_s=-3.0 * 60)
    write_pet(tmp_path / "pet", header, VENDOR_FORMS["bqml-none"], grid, _image(grid))
    days = {pydicom.dcmread(file).AcquisitionDate for file in (tmp_path / "pet").glob("*.dcm")}
    assert days == {"20250228", "20250301"}


def test_philipss_second_factor_gives_becquerel_at_the_start_of_the_scan(
    grid: Grid, make_header: MakeHeader, tmp_path: Path
) -> None:
    header, image = make_header(PERTUZUMAB, MOMENTS["in the morning"]), _image(grid)
    write_pet(tmp_path / "pet", header, VENDOR_FORMS["philips-counts"], grid, image)
    one = pydicom.dcmread(tmp_path / "pet/0005.dcm")
    becquerel = one.pixel_array * float(one.RescaleSlope) * float(one[0x7053, 0x1009].value)
    injection = one.RadiopharmaceuticalInformationSequence[0]
    left = float(injection.RadionuclideTotalDose) * 2 ** (-6 * 86400 / 282276)
    np.testing.assert_allclose(becquerel * 68000 / left, image[4], rtol=5e-3, atol=1e-3)


def test_the_dose_in_the_file_is_what_went_into_the_patient(
    grid: Grid, make_header: MakeHeader, tmp_path: Path
) -> None:
    header = make_header(FDG, MOMENTS["in the morning"])
    write_pet(tmp_path / "pet", header, VENDOR_FORMS["bqml-start"], grid, _image(grid))
    injection = pydicom.dcmread(tmp_path / "pet/0001.dcm").RadiopharmaceuticalInformationSequence[0]
    # 0.9 MBq were left four minutes after the injection.
    expected = (248.0 - 0.9 * 2 ** (4 * 60 / 6586.2)) * 1e6
    assert float(injection.RadionuclideTotalDose) == pytest.approx(expected, rel=1e-9)


def test_case_4_2_of_the_knowledge_base() -> None:
    # C = 2500 Bq/mL, START, 72.52 MBq net, 68 kg, 144 h: SUV 8.37; at the injection (ADMIN) 2.344.
    left = PERTUZUMAB.nuclide.remaining(144 * 3600)
    assert left == pytest.approx(0.2800, abs=5e-5)
    assert 2500 * 68000 / (72.52e6 * left) == pytest.approx(8.37, abs=0.005)
    assert pytest.approx(2.344, abs=5e-4) == 2500 * 68000 / 72.52e6


@pytest.mark.parametrize(
    ("form", "date_time", "time"),
    [
        ("bqml-start", True, True),
        ("date-time-tag-alone", True, False),
        ("no-injection-date", False, True),
    ],
)
def test_the_injection_stands_in_the_tags_of_the_form(
    form: str, date_time: bool, time: bool, grid: Grid, make_header: MakeHeader, tmp_path: Path
) -> None:
    header = make_header(PERTUZUMAB, MOMENTS["in the morning"])
    write_pet(tmp_path / "pet", header, VENDOR_FORMS[form], grid, _image(grid))
    for file in (tmp_path / "pet").glob("*.dcm"):
        injection = pydicom.dcmread(file).RadiopharmaceuticalInformationSequence[0]
        assert ("RadiopharmaceuticalStartDateTime" in injection) is date_time
        assert ("RadiopharmaceuticalStartTime" in injection) is time
        stated = str(injection.get("RadiopharmaceuticalStartTime", ""))
        assert "2025" not in stated


def test_every_slice_has_a_slope_of_its_own(grid: Grid, make_header: MakeHeader, tmp_path: Path) -> None:
    header = make_header(FDG, MOMENTS["in the morning"])
    write_pet(tmp_path / "pet", header, VENDOR_FORMS["bqml-start"], grid, _image(grid))
    slopes = {float(pydicom.dcmread(file).RescaleSlope) for file in (tmp_path / "pet").glob("*.dcm")}
    assert len(slopes) == grid.shape[0]


def test_a_rewritten_series_time_lies_after_the_scan(
    grid: Grid, make_header: MakeHeader, tmp_path: Path
) -> None:
    header = make_header(FDG, MOMENTS["in the morning"])
    write_pet(tmp_path / "pet", header, VENDOR_FORMS["ge-rewritten-time"], grid, _image(grid))
    slices = [pydicom.dcmread(file) for file in (tmp_path / "pet").glob("*.dcm")]
    assert all(one.SeriesTime > max(other.AcquisitionTime for other in slices) for one in slices)


def test_the_command_line_offers_every_form() -> None:
    assert set(_choices(PetForm)) == set(VENDOR_FORMS)


def _choices(literal: object) -> tuple[str, ...]:
    assert getattr(literal, "__origin__", None) is Literal
    return tuple(getattr(literal, "__args__", ()))
