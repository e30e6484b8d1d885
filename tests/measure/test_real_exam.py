"""The real exam from its archive alone, against what its makers stored (UCSF-BR-08)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from neoher.errors import RegionError
from neoher.measure.ftv import FtvInputs, compute

pytestmark = pytest.mark.shared

UCSF_VOXELS, UCSF_CC = 42644, 42.165
NEOHER = str(Path(sys.executable).with_name("neoher"))


@pytest.fixture
def exam(shared_data: Path) -> Path:
    return shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"


def test_the_sites_count_comes_from_the_raw_phases_and_the_region_object(exam: Path) -> None:
    conclusion = compute(FtvInputs(path=exam, voi=str(exam)))
    assert conclusion.value is not None
    assert conclusion.value.voxels == UCSF_VOXELS
    assert conclusion.value.volume_cc == pytest.approx(UCSF_CC, abs=0.0005)
    # The site's own phase times, from its private tags: -234.03, 137.97 and 475.97 s.
    assert [round(phase.time_s, 2) for phase in conclusion.value.phases] == [-234.03, 137.97, 475.97]
    assert sum(conclusion.value.ser_bins.values()) == UCSF_VOXELS
    assert conclusion.missing == ()
    assert all(step.inputs for step in conclusion.because)


def test_the_command_line_prints_one_json_object_and_the_time_axis_apart(exam: Path) -> None:
    done = subprocess.run(
        [NEOHER, "ftv", str(exam), "--voi", str(exam), "--json"], capture_output=True, text=True, check=True
    )
    printed = json.loads(done.stdout)
    assert printed["value"]["voxels"] == UCSF_VOXELS
    assert printed["software"]["name"] == "neoher"
    assert "Time axis" in done.stderr


def test_without_a_region_the_one_beside_the_images_is_taken_and_said(exam: Path) -> None:
    conclusion = compute(FtvInputs(path=exam))
    assert conclusion.value is not None
    assert conclusion.value.voxels == UCSF_VOXELS
    assert "region-found-beside-images" in {caution.code for caution in conclusion.warnings}


def test_without_any_region_nothing_is_said_but_the_time_axis(exam: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(exam) as archive:
        for name in archive.namelist():
            if "orig" in name:
                archive.extract(name, tmp_path)
    conclusion = compute(FtvInputs(path=tmp_path))
    assert conclusion.value is None
    assert conclusion.missing == ("voi",)
    assert len(conclusion.because) == 1


def test_a_region_of_another_patient_is_refused(exam: Path, tmp_path: Path) -> None:
    import pydicom

    with zipfile.ZipFile(exam) as archive:
        name = next(name for name in archive.namelist() if "mask" in name and name.endswith(".dcm"))
        archive.extract(name, tmp_path)
    region = pydicom.dcmread(tmp_path / name)
    region.PatientID = "SOMEBODY-ELSE"
    region.save_as(tmp_path / "other.dcm")
    with pytest.raises(RegionError, match="SOMEBODY-ELSE"):
        compute(FtvInputs(path=exam, voi=str(tmp_path / "other.dcm")))


def test_an_omitted_box_takes_exactly_its_voxels_away(exam: Path) -> None:
    whole = compute(FtvInputs(path=exam, voi=str(exam))).value
    # Left breast: x runs from 38 to 156 mm. What lies beyond x = 100 and what lies before it is the whole.
    beyond = compute(FtvInputs(path=exam, voi=str(exam), omit=("0,-300,-300,100.1,300,300",))).value
    before = compute(FtvInputs(path=exam, voi=str(exam), omit=("100.1,-300,-300,300,300,300",))).value
    assert whole is not None
    assert beyond is not None
    assert before is not None
    assert beyond.voxels + before.voxels == whole.voxels
    assert 0 < beyond.voxels < whole.voxels
