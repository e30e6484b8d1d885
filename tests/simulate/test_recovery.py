"""What the software measures on simulated patients, through DICOM, against their truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neoher.measure.case import measure_case
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME
from neoher.record.checking import check_case
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.simulate.mr.scanner import SCANNERS
from neoher.simulate.patient import Vendor, simulate_patient

SEEDS = range(1, 21)
LARGE_CC = 3.0


@pytest.mark.slow
@pytest.mark.parametrize("vendor", list(Vendor), ids=str)
@pytest.mark.parametrize("seed", SEEDS)
def test_functional_tumour_volume_and_diameter_are_recovered(
    seed: int, vendor: Vendor, tmp_path: Path
) -> None:
    simulate_patient(tmp_path / "case", seed=seed, vendor=vendor, diffusion_form=None, pet_form=None)
    truth = json.loads((tmp_path / "case" / "truth.json").read_text())["visits"]
    case = read_case(tmp_path / "case")
    diagonal = SCANNERS[vendor].grid.voxel_diagonal_mm

    measured_exams = measure_case(tmp_path / "case", case, Measurements())
    results = [each for each in measured_exams if each.method is FUNCTIONAL_VOLUME]

    assert [result.exam.visit for result in results] == ["T0", "T1", "T2", "T3"]
    for result in results:
        assert result.problem is None
        assert result.measurement is not None
        measured = result.measurement.conclusion.value
        assert measured is not None
        expected = truth[str(result.exam.visit)]
        reference = expected["ftv_reference_cc"]
        codes = {caution.code for caution in result.measurement.conclusion.warnings}
        if reference == 0:
            assert measured["voxels"] == 0
            assert measured["volume_cc"] == 0
            assert measured["longest_diameter_3d_mm"] is None
            assert "no-voxel-passes" in codes
            continue
        assert "no-voxel-passes" not in codes
        limit = 0.02 if expected["tumour_cc"] >= LARGE_CC else 0.05
        assert measured["volume_cc"] == pytest.approx(reference, rel=limit)
        largest = measured["largest_component"]
        for direction in ("longest_diameter_in_plane_mm", "longest_diameter_3d_mm"):
            assert largest[direction] == pytest.approx(expected[direction], abs=diagonal)


@pytest.mark.parametrize("vendor", list(Vendor), ids=str)
def test_a_simulated_record_is_sound_and_complete(vendor: Vendor, tmp_path: Path) -> None:
    pet_form = "bqml-start" if vendor is Vendor.GE else None
    simulate_patient(tmp_path / "case", seed=3, vendor=vendor, patient="P-3", pet_form=pet_form)
    conclusion = check_case(tmp_path / "case")
    assert conclusion.value is not None
    assert conclusion.value.patient == "P-3"
    assert conclusion.value.visits == ("T0", "T1", "T2", "T3")
    assert conclusion.value.exams_with_images == (8 if pet_form is None else 11)
    assert not conclusion.value.implausible
    assert not [fact for fact in conclusion.value.missing if fact.importance == "essential"]
