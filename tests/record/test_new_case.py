"""A record begun from images."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from neoher.record.exam import EXAM_CLASSES
from neoher.record.lesion import Side
from neoher.record.new_case import TO_BE_STATED, FoundExam, FoundPatient, starter_case
from neoher.record.patient import Sex
from neoher.record.reading.case_file import read_case_text

MRI = FoundExam("MR", dt.date(2025, 2, 8), "Breast dynamic", "imaging/t0-mr", Side.LEFT)


def test_what_the_images_say_is_stated_and_nothing_else() -> None:
    found = FoundPatient("P1", Sex.FEMALE, 1976)
    case = read_case_text(starter_case(found, [FoundExam("US", None, "", "imaging/us"), MRI]))
    assert (case.patient.id, case.patient.sex, case.patient.birth_year) == ("P1", "female", 1976)
    assert [(exam.modality, exam.date, exam.images) for exam in case.exams] == [
        ("MR", dt.date(2025, 2, 8), "imaging/t0-mr"),
        ("US", None, "imaging/us"),
    ]
    assert not case.lesions
    assert case.exams[0].visit is None
    assert case.adverse_events is None


def test_what_is_missing_stands_there_with_its_reason() -> None:
    text = starter_case(FoundPatient("P1"), [MRI])
    assert "# sex: female" in text
    assert "#   essential: heart (LVEF before therapy)." in text
    assert "#   essential: exams[E1].regions" in text


def test_the_examples_behind_the_hash_signs_are_themselves_a_record() -> None:
    exams = [FoundExam(modality, dt.date(2025, 2, 8), "", "imaging") for modality in EXAM_CLASSES]
    text = starter_case(FoundPatient("P1"), exams)
    assert all(f"# {line}" in text for line in TO_BE_STATED.splitlines())
    uncovered = text.replace("\n  # ", "\n  ").replace("\n    # ", "\n    ")
    case = read_case_text(uncovered + TO_BE_STATED)
    assert len(case.exams) == len(EXAM_CLASSES)
    assert all(exam.visit == "T0" for exam in case.exams)
    assert case.cancers
    assert case.contraindications == "none"


def test_a_kind_of_object_that_is_no_exam_is_named_and_left_out() -> None:
    text = starter_case(FoundPatient("P1"), [FoundExam("SR", None, "", "imaging/sr")])
    assert "# not taken over: SR imaging/sr" in text
    assert read_case_text(text).exams == ()


TEXTS = st.text(max_size=80)
PATHS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60
).filter(
    lambda path: path.strip() and not path.startswith(("/", "\\")) and ".." not in path and ":" not in path
)


@settings(deadline=None)
@given(
    name=TEXTS,
    description=TEXTS,
    path=PATHS,
    modality=st.sampled_from([*EXAM_CLASSES, "SEG", "x\ny: 1"]),
    date=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
)
def test_whatever_the_images_say_the_record_reads_back(
    name: str, description: str, path: str, modality: str, date: dt.date | None
) -> None:
    case = read_case_text(starter_case(FoundPatient(name), [FoundExam(modality, date, description, path)]))
    assert len(case.exams) == (modality in EXAM_CLASSES)
    for exam in case.exams:
        assert exam.images == path.strip()
        assert exam.date == date
