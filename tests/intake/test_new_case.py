"""A case folder from images: what they state of the patient is taken over, and nothing that they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from neoher.intake.new_case import new_case
from neoher.record.reading.case_file import read_case


def _stated(dataset: Dataset, sex: str | None, birth_date: str | None) -> None:
    if sex is not None:
        dataset.PatientSex = sex
    if birth_date is not None:
        dataset.PatientBirthDate = birth_date


@pytest.mark.parametrize(
    ("sex", "birth_date", "read_sex", "read_year"),
    [
        ("F", "19760412", "female", 1976),
        ("M", "19500101", "male", 1950),
        # A filler of anonymised images as often as a sex.
        ("O", "", None, None),
        (None, None, None, None),
        ("", "", None, None),
        ("X", "1976", None, None),
        # What is left where a date was taken out is no date of birth.
        ("F", "19000101", "female", None),
        ("F", "20250208", "female", None),
        ("F", "00010101", "female", None),
        ("F", "20991231", "female", None),
    ],
)
def test_sex_and_year_of_birth_are_those_of_the_images(
    exam: Any,
    tmp_path: Path,
    sex: str | None,
    birth_date: str | None,
    read_sex: str | None,
    read_year: int | None,
) -> None:
    for index in range(2):
        dataset = exam.slice(0, index)
        _stated(dataset, sex, birth_date)
        exam.save(dataset)

    made = new_case(exam.folder, tmp_path / "new")

    patient = read_case(made.folder).patient
    assert patient.id == "P001"
    assert (patient.sex, patient.birth_year) == (read_sex, read_year)


def test_images_that_disagree_state_nothing(exam: Any, tmp_path: Path) -> None:
    for index, (sex, birth_date) in enumerate([("F", "19760412"), ("M", "19670412")]):
        dataset = exam.slice(0, index)
        _stated(dataset, sex, birth_date)
        exam.save(dataset)

    patient = read_case(new_case(exam.folder, tmp_path / "new").folder).patient

    assert (patient.sex, patient.birth_year) == (None, None)
