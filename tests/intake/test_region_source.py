"""How a region is named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from neoher.errors import RegionError
from neoher.intake.regions.source import BoxInPatient, BoxOfVoxels, RegionFile, parse_region_source


def test_six_numbers_are_a_box_in_patient_space_with_its_corners_in_order() -> None:
    assert parse_region_source("10,-5,3.5, 0,5,1e1") == BoxInPatient((0.0, -5.0, 3.5), (10.0, 5.0, 10.0))


def test_six_whole_numbers_after_voxels_are_a_box_of_voxels() -> None:
    assert parse_region_source("voxels:38,75,49,167,191,7") == BoxOfVoxels((38, 75, 7), (167, 191, 49))


@pytest.mark.parametrize(
    "text", ["1,2,3", "1,2,3,4,5,1e999", "voxels:1,2,3", "voxels:1,2,3,4,5,6.5", ",,,,,"]
)
def test_a_box_that_is_not_made_of_six_numbers_is_refused(text: str) -> None:
    with pytest.raises(RegionError, match="six"):
        parse_region_source(text)


@pytest.mark.parametrize("text", ["", "nothing-here.dcm", "a\0b", "x" * 5000, "nothing#2", "#"])
def test_a_file_that_is_not_there_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="no such region file"):
        parse_region_source(text, tmp_path)


def test_a_number_or_name_after_the_hash_chooses_a_part(tmp_path: Path) -> None:
    file = tmp_path / "seg.dcm"
    file.touch()
    assert parse_region_source(f"{file}#Invasive tumour, left") == RegionFile(
        file, None, "Invasive tumour, left"
    )
    assert parse_region_source("seg.dcm#2", tmp_path) == RegionFile(file, None, "2")


def test_a_hash_in_a_files_name_is_not_a_choice(tmp_path: Path) -> None:
    file = tmp_path / "reader #2.dcm"
    file.touch()
    assert parse_region_source(str(file)) == RegionFile(file, None, None)
    assert parse_region_source(f"{file}#1") == RegionFile(file, None, "1")


def test_a_path_may_go_on_inside_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "exam.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("mask/1-1.dcm", b"")
    assert parse_region_source(f"{archive}/mask/1-1.dcm#Breast") == RegionFile(
        archive, "mask/1-1.dcm", "Breast"
    )
    assert parse_region_source("mask/1-1.dcm", archive) == RegionFile(archive, "mask/1-1.dcm", None)


def test_a_relative_path_is_looked_up_near_the_case_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "seg.dcm").touch()
    (tmp_path / "case").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert parse_region_source("seg.dcm") == RegionFile(Path("seg.dcm"), None, None)
    with pytest.raises(RegionError):
        parse_region_source("seg.dcm", tmp_path / "case")
