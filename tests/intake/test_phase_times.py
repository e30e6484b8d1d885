"""Durations of phases and the start of the injection."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydicom.dataset import Dataset

from neoher.errors import PhaseOrderError
from neoher.intake.dynamic import DynamicExam, find_dynamic


def durations(found: DynamicExam) -> list[tuple[float | None, str]]:
    return [(phase.duration_s, phase.duration_basis) for phase in found.time_axis.phases]


@pytest.fixture
def exam_with(exam: Any, acquired_every_90_s: Any) -> Any:
    """The usual exam of three phases 90 s apart, with further values stated in every slice."""

    def write(**stated: Any) -> Any:
        def edit(dataset: Dataset, phase: int, index: int) -> None:
            acquired_every_90_s(dataset, phase, index)
            for name, value in stated.items():
                setattr(dataset, name, value[phase] if isinstance(value, tuple) else value)

        return exam.phases(edit)

    return write


def test_a_stated_duration_is_taken_where_it_fits(exam_with: Any) -> None:
    stated = "AcquisitionDuration (0018,9073)"
    assert durations(find_dynamic(exam_with(AcquisitionDuration=60.0))) == [(60.0, stated)] * 3


def test_without_a_stated_duration_a_phase_lasts_until_the_next(exam_with: Any) -> None:
    found = find_dynamic(exam_with(AcquisitionTime=("090000", "090600", "090730")))
    assert durations(found) == [
        (360.0, "interval to the next phase"),
        (90.0, "interval to the next phase"),
        (90.0, "interval between the last two phases"),
    ]


def test_the_duration_of_the_whole_dynamic_is_not_that_of_a_phase(exam_with: Any) -> None:
    found = find_dynamic(exam_with(AcquisitionDuration=270.0))
    assert [seconds for seconds, _ in durations(found)] == [90.0, 90.0, 90.0]


def test_a_duration_rounded_up_to_the_next_second_still_fits(exam_with: Any) -> None:
    found = find_dynamic(exam_with(AcquisitionDuration=91.0))
    assert [seconds for seconds, _ in durations(found)] == [91.0, 91.0, 91.0]


def test_the_injection_starts_where_the_objects_say(exam_with: Any) -> None:
    axis = find_dynamic(exam_with(ContrastBolusStartTime="090115")).time_axis
    assert axis.bolus_start_s == 75.0
    assert axis.bolus_basis == "ContrastBolusStartTime (0018,1042)"


def test_an_unstated_injection_is_absent(exam_with: Any) -> None:
    axis = find_dynamic(exam_with()).time_axis
    assert (axis.bolus_start_s, axis.bolus_basis) == (None, "")


@pytest.mark.parametrize("time", ["085900", "090000", "101500"])
def test_an_injection_outside_the_exam_is_not_used_and_said(exam_with: Any, time: str) -> None:
    axis = find_dynamic(exam_with(ContrastBolusStartTime=time)).time_axis
    assert axis.bolus_start_s is None
    assert "bolus-time-implausible" in {code for code, _ in axis.warnings}


def test_an_injection_after_midnight_belongs_to_an_exam_begun_before(exam_with: Any) -> None:
    folder = exam_with(
        AcquisitionDate=("20250208", "20250209", "20250209"),
        AcquisitionTime=("235930", "000130", "000300"),
        ContrastBolusStartTime="000100",
    )
    assert find_dynamic(folder).time_axis.bolus_start_s == 90.0


def test_a_given_injection_time_outranks_the_objects(exam_with: Any) -> None:
    folder = exam_with(ContrastBolusStartTime="090115")
    axis = find_dynamic(folder, injected_at=dt.datetime(2025, 2, 8, 9, 1, 20)).time_axis
    assert (axis.bolus_start_s, axis.bolus_basis) == (80.0, "as given by the user")


@pytest.mark.parametrize(
    "given",
    [
        dt.datetime(2025, 2, 8, 8, 59),
        dt.datetime(2025, 2, 9, 9, 1),
        dt.datetime(2025, 2, 8, 9, 1, 20, tzinfo=dt.UTC),
    ],
    ids=["before the exam", "another day", "with a zone"],
)
def test_a_given_injection_time_that_cannot_be_is_refused(exam_with: Any, given: dt.datetime) -> None:
    with pytest.raises(PhaseOrderError, match="injected_at"):
        find_dynamic(exam_with(), injected_at=given)


def test_a_given_injection_time_needs_objects_that_state_theirs(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.TriggerTime = 60_000 * phase

    with pytest.raises(PhaseOrderError, match="do not state theirs"):
        find_dynamic(exam.phases(edit), injected_at=dt.datetime(2025, 2, 8, 9))
