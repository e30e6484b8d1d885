"""`neoher carry` on the real exam, beside a copy whose headers say that the patient lay elsewhere."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

from neoher.cli.main import run
from neoher.intake.dynamic import find_dynamic
from neoher.intake.regions.proposed import accept_proposal
from neoher.intake.regions.reading import read_region

pytest.importorskip("SimpleITK")

SHIFT = (9.0, -14.0, 21.0)


@pytest.fixture(scope="module")
def exam(shared_data: Path) -> Path:
    return shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"


@pytest.fixture(scope="module")
def elsewhere(exam: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dynamic series with each slice shifted in the patient."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(exam) as archive:
        for number, name in enumerate(archive.namelist()):
            if not name.endswith(".dcm"):
                continue
            image = pydicom.dcmread(io.BytesIO(archive.read(name)))
            if image.SeriesDescription == "Dynamic-3dfgre":
                position = np.array(image.ImagePositionPatient, dtype=float) + SHIFT
                image.ImagePositionPatient = [f"{one:.6f}" for one in position]
                image.FrameOfReferenceUID = "1.2.826.0.1.3680043.8.498.5"
                image.save_as(folder / f"{number:05d}.dcm")
    return folder


@pytest.mark.shared
def test_the_region_follows_the_patient_and_waits_for_a_person(
    exam: Path, elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "carried.nii.gz"
    box = "90,-30,0,135,20,36"
    words = ["carry", str(exam), str(elsewhere), "--region", box, "--out", str(out), "--json"]
    assert run([*words, "--earlier-series", "Dynamic-3dfgre"]) == 0
    answer = json.loads(capsys.readouterr().out)
    value = answer["value"]
    assert value["status"] == "proposed"
    assert value["displacement_mm"] == pytest.approx(SHIFT, abs=0.3)
    assert value["similarity"] > 0.99
    assert [warning["code"] for warning in answer["warnings"]] == ["proposal-not-accepted"]

    assert run(["ftv", str(elsewhere), "--voi", str(out), "--json"]) == 2
    assert "nobody has accepted" in capsys.readouterr().err
    accepted = tmp_path / "accepted.nii.gz"
    accept_proposal(out, accepted, "A. Reader", dt.date(2025, 2, 9))
    later = find_dynamic(elsewhere).grid
    carried = read_region(str(accepted), later)
    earlier = read_region(box, find_dynamic(exam, series=("Dynamic-3dfgre",)).grid)
    assert carried.voxels == pytest.approx(earlier.voxels, rel=0.01)


@pytest.mark.shared
def test_two_patients_are_refused_and_nothing_is_written(
    elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in elsewhere.iterdir():
        image = pydicom.dcmread(path)
        image.PatientID = "SOMEBODY-ELSE"
        image.save_as(other / path.name)
    out = tmp_path / "carried.nii.gz"
    words = ["carry", str(elsewhere), str(other), "--region", "90,-30,0,135,20,36", "--out", str(out)]
    assert run(words) == 2
    assert "two patients" in capsys.readouterr().err
    assert not out.exists()
