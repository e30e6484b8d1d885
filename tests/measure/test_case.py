"""Measuring a case: what still holds is kept, what changed is measured again, nothing stale goes unmarked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pydicom
import pytest

from neoher.measure.case import State, measure_case, measurements_of
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.record.storing import read_measurements, write_measurements
from neoher.simulate.patient import simulate_patient


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "case"
    simulate_patient(folder, seed=11, diffusion_form=None, pet_form=None)
    # Two visits are enough here.
    text = (folder / "case.yaml").read_text()
    for visit in ("T1", "T2"):
        shutil.rmtree(folder / "imaging" / f"{visit.lower()}-mr")
        text = text.replace(f"    images: imaging/{visit.lower()}-mr\n", "")
    (folder / "case.yaml").write_text(text)
    return folder


@pytest.fixture
def case(simulated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(simulated, tmp_path / "case"))


def _states(folder: Path) -> dict[str, State]:
    results = measure_case(folder, read_case(folder), read_measurements(folder))
    write_measurements(folder, measurements_of(results))
    # Images that are gone fail for every method; only the volume had been measured before.
    return {result.exam.id: result.state for result in results if result.method.name.startswith("ftv")}


def test_the_second_run_keeps_what_the_first_measured(case: Path) -> None:
    assert set(_states(case).values()) == {State.MEASURED}
    first = (case / "measurements.json").read_bytes()
    assert set(_states(case).values()) == {State.FRESH}
    assert (case / "measurements.json").read_bytes() == first


def test_the_file_can_be_deleted_and_made_again(case: Path) -> None:
    _states(case)
    first = (case / "measurements.json").read_bytes()
    (case / "measurements.json").unlink()
    _states(case)
    assert (case / "measurements.json").read_bytes() == first


def test_one_changed_pixel_makes_that_exam_measured_again(case: Path) -> None:
    _states(case)
    file = next((case / "imaging" / "t0-mr").rglob("*.dcm"))
    dataset = pydicom.dcmread(file)
    pixels = bytearray(dataset.PixelData)
    pixels[0] ^= 1
    dataset.PixelData = bytes(pixels)
    dataset.save_as(file)
    assert _states(case) == {"MR-T0": State.MEASURED, "MR-T3": State.FRESH}


def test_a_moved_region_makes_that_exam_measured_again(case: Path) -> None:
    _states(case)
    record = case / "case.yaml"
    text = record.read_text()
    place = text.index("purpose: omit", text.index("MR-T3"))
    start = text.index("from: [", place) + len("from: [")
    end = text.index(",", start)
    moved = float(text[start:end]) - 1.0
    record.write_text(f"{text[:start]}{moved:g}{text[end:]}")
    assert _states(case) == {"MR-T0": State.FRESH, "MR-T3": State.MEASURED}


def test_images_that_went_away_leave_the_old_measurement_marked_stale(case: Path) -> None:
    _states(case)
    before = read_measurements(case)
    shutil.rmtree(case / "imaging" / "t0-mr")
    assert _states(case) == {"MR-T0": State.STALE, "MR-T3": State.FRESH}
    assert read_measurements(case) == before


def test_an_exam_never_measured_whose_images_are_missing_fails_alone(case: Path) -> None:
    shutil.rmtree(case / "imaging" / "t3-mr")
    results = measure_case(case, read_case(case), Measurements())
    by_exam = {result.exam.id: result for result in results}
    assert by_exam["MR-T0"].state is State.MEASURED
    assert by_exam["MR-T3"].state is State.FAILED
    assert by_exam["MR-T3"].measurement is None
    assert "t3-mr" in str(by_exam["MR-T3"].problem)


def test_every_quantity_has_a_unit_and_every_entry_its_hashes(case: Path) -> None:
    _states(case)
    entries = read_measurements(case).entries
    assert {entry.method for entry in entries} == {"ftv/3", "length/1"}
    for entry in entries:
        assert len(entry.images.sha256) == 64
        if entry.lesion is None:
            # The last mammograms, on which nothing was seen.
            assert (entry.exam, entry.region, entry.quantities) == ("MG-T3", None, ())
            continue
        assert entry.region is not None
        assert len(entry.region.sha256) == 64
        counted = entry.method == "ftv/3"
        units = {quantity.unit for quantity in entry.quantities}
        assert units == {"cm3", "mm", "1", "%"} if counted else "mm" in units <= {"cm3", "mm"}
        assert entry.parameters.get("pe_percent") == (70 if counted else None)
    gone = next(entry for entry in entries if entry.exam == "MR-T3")
    volume, diameter = gone.quantity("functional_tumour_volume"), gone.quantity("longest_diameter_3d")
    assert volume is not None
    assert volume.value == 0
    assert diameter is not None
    assert diameter.value is None


def test_what_a_shrinkage_pattern_needs_is_stored(case: Path) -> None:
    _states(case)
    baseline, gone = (one for one in read_measurements(case).entries if one.method == "ftv/3")
    held = {quantity.name: quantity.value for quantity in baseline.quantities}
    fragments, hull, volume = held["fragments"], held["hull_volume"], held["functional_tumour_volume"]
    assert fragments is not None
    assert hull is not None
    assert volume is not None
    assert 1 <= fragments <= (held["components"] or 0)
    # The hull spans at least the parts; the extent of the parts is at most that of all voxels.
    assert hull > 0.9 * volume
    assert (held["fragments_longest_diameter_3d"] or 0) <= (held["longest_diameter_3d"] or 0)
    # Every counted voxel enhances by 70 % or more.
    assert 70 < (held["percent_enhancement_mean"] or 0) < (held["percent_enhancement_peak"] or 0)
    assert baseline.conclusion.value is not None
    assert gone.conclusion.value is not None
    assert baseline.conclusion.value["footprint"]["voxels"] == baseline.conclusion.value["voxels"]
    assert gone.conclusion.value["footprint"] is None
    assert [gone.quantity(name).value for name in ("fragments", "hull_volume")] == [0, None]  # type: ignore[union-attr]


def test_an_entry_of_an_earlier_version_is_measured_again(case: Path) -> None:
    _states(case)
    stored = read_measurements(case)
    older = [entry.model_copy(update={"method": "ftv/1"}) for entry in stored.entries]
    write_measurements(case, Measurements(entries=tuple(older)))
    assert set(_states(case).values()) == {State.MEASURED}
    assert read_measurements(case) == stored
