"""Pictures of a measured exam, and the reason where there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from neoher.errors import ImageError
from neoher.measure.case import ExamResult, State, measure_case
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME as FTV
from neoher.record.case import Case
from neoher.record.exam import MrExam
from neoher.record.measurement import Measurement, Measurements
from neoher.record.reading.case_file import read_case_text
from neoher.report.exam_images import draw_exam


def test_an_exam_that_could_not_be_read_has_its_reason_in_place_of_pictures(course: Case) -> None:
    exam = course.exam("E1")
    assert isinstance(exam, MrExam)
    unreadable = ImageError("slice 12 is missing.")
    drawn = draw_exam(ExamResult(exam, "L1", FTV, State.FAILED, None, problem=unreadable))
    assert (drawn.exam, drawn.lesion, drawn.images) == ("E1", "L1", ())
    assert drawn.absent == "No pictures: slice 12 is missing."


def test_a_measurement_whose_images_were_not_read_has_no_pictures(
    course: Case, measured: Callable[..., Measurement]
) -> None:
    exam = course.exam("E1")
    assert isinstance(exam, MrExam)
    drawn = draw_exam(ExamResult(exam, "L1", FTV, State.FRESH, measured(exam, 9.0, 30.0)))
    assert drawn.absent == "No pictures: the images were not read."


@pytest.mark.shared
def test_a_real_exam_is_drawn_with_the_shares_of_its_own_count(shared_data: Path) -> None:
    """UCSF-BR-08: 42,644 voxels count, by the site's own map; 34,924 of them have an SER of at most 0.9."""
    case = read_case_text(
        "neoher: 1\npatient: {id: UCSF-BR-08}\nexams: [{id: E1, modality: MR, images: UCSF-BR-08.zip}]"
    )
    folder = shared_data / "imaging" / "breast-mri-nact-pilot"
    (result,) = measure_case(folder, case, Measurements())
    drawn = draw_exam(result)
    assert [image.title for image in drawn.images] == [
        "Subtraction, projection",
        "Slice through the tumour",
        "Signal enhancement ratio (SER)",
        "Kinetic curve",
    ]
    shares = {entry.label: entry.amount for entry in drawn.images[2].legend}
    assert shares["0–0.9, gradual"] == f"{100 * 34924 / 42644:.1f}\u202f%"
    assert shares["0 or > 3, no colour"] == "<\u202f0.1\u202f%"  # seven voxels
    # A left breast in sagittal slices: the nipple points to the picture's left, the head is up.
    assert all(f">{letter}</text>" in drawn.images[0].svg for letter in "APHF")
    assert drawn.images[0].aspect == pytest.approx(1.0)
    assert [image.over_visits for image in drawn.images] == [False, True, False, False]
