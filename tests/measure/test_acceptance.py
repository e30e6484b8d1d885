"""`neoher accept --seg`: the accepted region as a DICOM Segmentation that other programs read as drawn."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from neoher.cli.main import run
from neoher.intake.dynamic import DynamicExam, find_dynamic
from neoher.intake.regions.proposed import write_proposal
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid


@pytest.fixture(scope="module")
def exam(shared_data: Path) -> tuple[Path, DynamicExam]:
    path = shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"
    return path, find_dynamic(path)


@pytest.fixture(scope="module")
def labels(exam: tuple[Path, DynamicExam]) -> NDArray[np.uint16]:
    """Two foci in odd places, so that a turned or shifted grid is seen."""
    drawn = np.zeros(exam[1].grid.shape, dtype=np.uint16)
    drawn[10:13, 20:40, 31:45], drawn[12, 22, 33] = 1, 0
    drawn[20, 60:63, 5:90] = 2
    return drawn


@pytest.fixture(scope="module")
def segmentation(
    exam: tuple[Path, DynamicExam], labels: NDArray[np.uint16], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("accepted")
    write_proposal(labels, exam[1].grid, folder / "p.nii.gz", "proposal/1, confidence 0.91")
    arguments = ["accept", str(folder / "p.nii.gz"), "--by", "A. Reader", "--on", "2025-02-09"]
    arguments += ["--out", str(folder / "r.nii.gz"), "--seg", str(folder / "r.dcm"), "--images", str(exam[0])]
    assert run(arguments) == 0
    return folder / "r.dcm"


def test_our_reader_finds_every_voxel_again(
    segmentation: Path, exam: tuple[Path, DynamicExam], labels: NDArray[np.uint16]
) -> None:
    images = exam[1]
    for number in (1, 2):
        mask = read_region(
            f"{segmentation}#{number}",
            images.grid,
            frame_of_reference_uid=images.frame_of_reference_uid,
            patient_id=images.patient_id,
        )
        assert np.array_equal(mask.inside, labels == number)
        assert mask.warnings == ()
    beside = read_region(f"{segmentation.with_name('r.nii.gz')}#2", images.grid)
    assert np.array_equal(beside.inside, labels == 2)


def test_another_program_finds_the_segments_on_their_images(
    segmentation: Path, exam: tuple[Path, DynamicExam], labels: NDArray[np.uint16]
) -> None:
    read = highdicom.seg.segread(segmentation)
    assert read.segmentation_type.value == "BINARY"
    assert [one.SegmentLabel for one in read.SegmentSequence] == ["Focus 1", "Focus 2"]
    frames = exam[1].frames[0]
    uids = [frame.header.sop_uid for frame in frames]
    volume = read.get_pixels_by_source_instance(uids, combine_segments=True, skip_overlap_checks=True)
    assert np.array_equal(volume, labels)
    pydicom_read = pydicom.dcmread(segmentation)
    assert pydicom_read.PatientID == exam[1].patient_id
    assert pydicom_read.StudyInstanceUID == exam[1].study_uid
    assert pydicom_read.ContentCreatorName == "A. Reader"
    assert pydicom_read.ContentDescription.startswith("accepted 2025-02-09 by A. Reader; proposal/1")


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
def test_the_validator_of_dicom3tools_finds_no_error(segmentation: Path) -> None:
    said = subprocess.run(["dciodvfy", str(segmentation)], capture_output=True, text=True, check=False)
    errors = [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")]
    assert errors == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--images": None}, "no images were given"),
        ({"--seg": "r.seg"}, "no DICOM file's name"),
        ({"--seg": "nowhere/r.dcm"}, "the folder is not there"),
        ({"--seg": "there.dcm"}, "it is kept"),
    ],
)
def test_what_cannot_be_written_leaves_nothing_behind(
    changed: dict[str, str | None],
    said: str,
    exam: tuple[Path, DynamicExam],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    grid = Grid((2, 4, 4), (1, 1, 1), (0, 0, 0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    write_proposal(np.ones(grid.shape, np.uint16), grid, tmp_path / "p.nii.gz", "proposal/1")
    (tmp_path / "there.dcm").write_bytes(b"kept")
    options = {"--seg": "r.dcm", "--images": str(exam[0])} | changed
    options["--seg"] = str(tmp_path / str(options["--seg"]))
    arguments = ["accept", str(tmp_path / "p.nii.gz"), "--by", "A", "--on", "2025-02-09"]
    arguments += ["--out", str(tmp_path / "r.nii.gz")]
    arguments += [word for name, value in options.items() if value is not None for word in (name, value)]
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert not (tmp_path / "r.nii.gz").exists()
    assert (tmp_path / "there.dcm").read_bytes() == b"kept"


def test_a_proposal_on_other_images_is_refused(
    exam: tuple[Path, DynamicExam], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = Grid((2, 4, 4), (1, 1, 1), (0, 0, 0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    write_proposal(np.ones(grid.shape, np.uint16), grid, tmp_path / "p.nii.gz", "proposal/1")
    arguments = ["accept", str(tmp_path / "p.nii.gz"), "--by", "A", "--on", "2025-02-09", "--json"]
    arguments += [
        "--out",
        str(tmp_path / "r.nii.gz"),
        "--seg",
        str(tmp_path / "r.dcm"),
        "--images",
        str(exam[0]),
    ]
    assert run(arguments) == 2
    assert "another grid" in capsys.readouterr().err
    assert not (tmp_path / "r.nii.gz").exists()
    assert run(arguments[:-4]) == 0
    assert json.loads(capsys.readouterr().out)["value"]["seg"] is None
