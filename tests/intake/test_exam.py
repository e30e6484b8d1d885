"""What lies below a path."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from neoher.errors import ImageError
from neoher.intake.inventory import inventory


def test_studies_are_listed_by_date_with_their_series(exam: Any, acquired_every_90_s: Any) -> None:
    def later(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.StudyInstanceUID, dataset.StudyDate = "1.2.3", "20250101"
        dataset.StudyDescription = "MR BREAST"

    exam.phases(acquired_every_90_s, series=4)
    exam.phases(acquired_every_90_s, series=2)
    exam.phases(later, series=7)
    found = inventory(exam.folder)
    assert [study.date for study in found.studies] == [dt.date(2025, 1, 1), dt.date(2025, 2, 8)]
    assert [series.number for series in found.studies[1].series] == [2, 4]
    assert found.studies[0].description == "MR BREAST"
    assert found.studies[0].modalities == ("MR",)
    entry = found.studies[0].series[0]
    assert (entry.objects, entry.folder, entry.date) == (12, "exam", dt.date(2025, 2, 8))


def test_the_folder_of_a_series_is_the_deepest_that_holds_it(exam: Any) -> None:
    for index in range(2):
        exam.save(exam.slice(0, index, series=1), f"t0/a/{index}.dcm")
        exam.save(exam.slice(0, index, series=2), f"t0/{index}/x.dcm")
    folders = [series.folder for series in inventory(exam.folder).studies[0].series]
    assert folders == ["exam/t0/a", "exam/t0"]


def test_what_cannot_be_read_is_listed_not_judged(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    (folder / "0002.dcm").write_bytes((folder / "0002.dcm").read_bytes()[:300])
    (folder / "0003.dcm").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    found = inventory(folder)
    assert found.studies[0].series[0].objects == 10
    assert [label for label, _ in found.skipped] == ["exam/0002.dcm", "exam/0003.dcm", "exam/notes.txt"]


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ImageError, match="no readable DICOM object"):
        inventory(tmp_path)


@pytest.mark.shared
def test_the_series_of_a_real_exam(shared_data: Path) -> None:
    found = inventory(shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip")
    study = found.studies[0]
    assert (study.patient_id, study.date, study.laterality) == ("UCSF-BR-08", dt.date(1992, 7, 14), "L")
    assert study.modalities == ("MR", "SEG")
    assert [(series.description, series.objects) for series in study.series] == [
        ("Dynamic-3dfgre", 180),
        ("Dynamic-3dfgre: SER", 60),
        ("Dynamic-3dfgre: PE1", 60),
        ("VOI Breast Tissue Segmentation", 1),
    ]
