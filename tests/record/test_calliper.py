"""Callipers of a record: two points on an image, refused where they cannot be a length of that lesion."""

from __future__ import annotations

import pytest

from neoher.errors import RecordError
from neoher.record.calliper import Span
from neoher.record.case import Case
from neoher.record.exam import UsExam
from neoher.record.reading.case_file import read_case_text

RECORD = """\
neoher: 1
patient: {id: P1}
lesions: [{id: L1, kind: primary, side: left}, {id: N1, kind: node, side: left}]
exams:
  - id: U0
    modality: US
    images: imaging/t0-us
    callipers:
      - {lesion: L1, span: longest, image: breast.dcm, from: [419, 125.5], to: [401, 386]}
      - {lesion: N1, span: cortex, sop_instance: "1.2.840.5", frame: 3, from: [-0.5, 1], to: [4, 1]}
"""


def case(*pairs: tuple[str, str]) -> Case:
    text = RECORD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return read_case_text(text)


def test_points_are_pixels_of_a_named_image() -> None:
    exam = case().exams[0]
    assert isinstance(exam, UsExam)
    first, second = exam.callipers
    assert (first.lesion, first.span, first.image, first.frame) == ("L1", Span.LONGEST, "breast.dcm", 0)
    assert (first.start, first.end) == ((419.0, 125.5), (401.0, 386.0))
    assert (second.span, second.sop_instance, second.frame) == (Span.CORTEX, "1.2.840.5", 3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("to: [401, 386]", "to: [419, 125.5]", "no length between them"),
        ("image: breast.dcm", 'image: breast.dcm, sop_instance: "1.2"', "not by both"),
        ("span: longest", "span: calcifications", "not measured on ultrasound"),
        ("lesion: N1, span: cortex", "lesion: L1, span: cortex", "not measured on a primary"),
        ("lesion: L1, span: longest", "lesion: L9, span: longest", "there is no lesion L9"),
        ("    images: imaging/t0-us\n", "", "the exam names none"),
        ("modality: US", "modality: MR", "belongs to mammography and ultrasound"),
        ("from: [419, 125.5]", "from: [419, -3]", "-0.5 or more"),
        ("from: [419, 125.5]", "from: ['4 mm', 3]", "does not fit"),
        ("frame: 3", "frame: -1", "frame"),
        ("image: breast.dcm", "image: ../breast.dcm", "leaves the case folder"),
        (", to: [401, 386]", "", "`to` is missing"),
    ],
)
def test_what_cannot_be_a_length_is_refused_by_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(RecordError, match=r"callipers") as refused:
        case((old, new))
    assert said in str(refused.value)


def test_calcifications_are_measured_on_mammograms_and_never_of_a_node() -> None:
    mammogram = (
        ("modality: US", "modality: MG"),
        ("lesion: N1, span: cortex", "lesion: L1, span: calcifications"),
    )
    assert case(*mammogram).exams[0].modality == "MG"
    with pytest.raises(RecordError, match="not measured on a node"):
        case(("modality: US", "modality: MG"), ("span: cortex", "span: calcifications"))
