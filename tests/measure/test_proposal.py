"""`neoher propose` and `neoher accept` on the real exam: nothing is measured in a proposal before
acceptance."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from neoher.cli.main import run
from neoher.errors import InputError, RegionError
from neoher.intake.regions.proposed import accept_proposal, write_proposal
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid

GRID = Grid(
    (5, 8, 9), (2.0, 0.7, 0.8), (40.0, -30.0, 12.0), ((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
)


def labels() -> np.ndarray:
    given = np.zeros(GRID.shape, dtype=np.uint16)
    given[1:3, 2:5, 3:7], given[4, 6, 1] = 1, 2
    return given


def test_a_proposal_is_read_back_voxel_by_voxel_once_a_person_accepted_it(tmp_path: Path) -> None:
    import datetime as dt

    proposed, accepted = tmp_path / "p.nii.gz", tmp_path / "a.nii.gz"
    write_proposal(labels(), GRID, proposed, "proposal/1, confidence 0.91")
    with pytest.raises(RegionError, match="nobody has accepted"):
        read_region(f"{proposed}#1", GRID)
    stated = accept_proposal(proposed, accepted, "A. Reader", dt.date(2025, 2, 9))
    assert stated.startswith("accepted 2025-02-09 by A. Reader; proposal/1")
    for number in (1, 2):
        mask = read_region(f"{accepted}#{number}", GRID)
        assert np.array_equal(mask.inside, labels() == number)
        assert "accepted 2025-02-09 by A. Reader" in mask.source
        assert mask.warnings == ()
    with pytest.raises(RegionError, match="no proposal that waits"):
        accept_proposal(accepted, tmp_path / "b.nii.gz", "B", dt.date(2025, 2, 9))


def test_another_program_finds_the_voxels_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "p.nii"
    write_proposal(labels(), GRID, path, "proposal/1")
    image = nibabel.load(path)
    found = np.argwhere(np.asarray(image.dataobj) == 2)
    assert len(found) == 1
    left_to_right = nibabel.affines.apply_affine(image.affine, found[0]) * [-1, -1, 1]
    assert left_to_right == pytest.approx(GRID.to_patient(np.array([[4.0, 6.0, 1.0]]))[0])


def test_nothing_is_overwritten_and_a_name_is_needed(tmp_path: Path) -> None:
    import datetime as dt

    path = tmp_path / "p.nii.gz"
    write_proposal(labels(), GRID, path, "proposal/1")
    before = path.read_bytes()
    with pytest.raises(InputError, match="already"):
        write_proposal(labels(), GRID, path, "proposal/1")
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="NIfTI"):
        write_proposal(labels(), GRID, tmp_path / "p.dcm", "proposal/1")
    with pytest.raises(InputError, match="folder is not there"):
        write_proposal(labels(), GRID, tmp_path / "no" / "p.nii", "proposal/1")
    for name in (" ", "x" * 41, "Ünsal"):
        with pytest.raises(InputError, match="header"):
            accept_proposal(path, tmp_path / "a.nii", name, dt.date(2025, 2, 9))
    (tmp_path / "x.nii").write_bytes(b"no region")
    with pytest.raises(RegionError, match="cannot be read"):
        accept_proposal(tmp_path / "x.nii", tmp_path / "a.nii", "A", dt.date(2025, 2, 9))
    assert not (tmp_path / "a.nii").exists()


@pytest.mark.shared
def test_from_click_to_volume_on_the_real_exam(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exam = str(shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip")
    proposed, foci, region = (str(tmp_path / name) for name in ("p.nii.gz", "f.nii.gz", "r.nii.gz"))
    # The middle of what the site counted as tumour.
    click = "112.4,-5.1,18.0"
    assert run(["propose", exam, "--at", click, "--out", proposed, "--foci", foci, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)["value"]
    assert value["status"] == "proposed"
    # The site's own count is 42.165 cc, within its mask and without filled holes.
    assert value["volume_cc"] == pytest.approx(42.165, rel=0.2)
    assert value["foci"][0]["volume_cc"] == max(focus["volume_cc"] for focus in value["foci"])
    assert run(["ftv", exam, "--voi", proposed]) == 2
    refused = capsys.readouterr()
    assert refused.out == ""
    assert "nobody has accepted" in refused.err
    assert run(["accept", proposed, "--by", "A. Reader", "--on", "2025-02-09", "--out", region]) == 0
    capsys.readouterr()
    assert run(["ftv", exam, "--voi", region, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["value"]["volume_cc"] == pytest.approx(42.165, rel=0.2)
    assert answer["value"]["quality"]["grade"] == "good"
    assert "A. Reader" in json.dumps(answer["because"])


@pytest.mark.shared
def test_what_cannot_be_proposed_writes_nothing(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exam = str(shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip")
    out = tmp_path / "p.nii.gz"
    for start in ([], ["--at", "900,0,0"], ["--at", "1,2"], ["--box", exam], ["--at", "40,-5,18"]):
        assert run(["propose", exam, *start, "--out", str(out)]) == 2
        assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
