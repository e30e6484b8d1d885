"""Phases found, ordered and timed in the ways vendors state them; refused where the statements disagree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from neoher.errors import PhaseOrderError, SeriesError
from neoher.intake.dynamic import DynamicExam, find_dynamic


def starts(found: DynamicExam) -> list[float]:
    return [phase.start_s for phase in found.time_axis.phases]


def assert_in_order(found: DynamicExam, exam: Any, phases: int = 3) -> None:
    """Every phase holds the pixels that were written for it, slice by slice."""
    assert np.array_equal(found.load(range(phases)).signal, exam.all_signal(phases))


def codes(found: DynamicExam) -> set[str]:
    return {code for code, _ in found.time_axis.warnings}


def test_acquisition_times_inside_one_series_tell_phases_apart(exam: Any, acquired_every_90_s: Any) -> None:
    found = find_dynamic(exam.phases(acquired_every_90_s))
    assert starts(found) == [0.0, 90.0, 180.0]
    assert found.time_axis.told_apart_by == "AcquisitionTime inside one series"
    assert found.time_axis.first_start == dt.datetime(2025, 2, 8, 9)
    assert_in_order(found, exam)


def test_a_phase_spread_over_seconds_begins_with_its_first_slice(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        dataset.AcquisitionTime = f"09{phase:02d}{3 - index:02d}.5"

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 60.0, 120.0]
    assert found.time_axis.first_start == dt.datetime(2025, 2, 8, 9, 0, 0, 500000)
    assert_in_order(found, exam)


def test_misleading_acquisition_and_instance_numbers_play_no_part(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.AcquisitionNumber = (0, 2, 2)[phase]
        dataset.InstanceNumber = 100 - 10 * phase + index

    assert_in_order(find_dynamic(exam.phases(edit)), exam)


def test_one_series_per_phase(exam: Any, acquired_every_90_s: Any) -> None:
    found = find_dynamic(exam.series_per_phase(acquired_every_90_s))
    assert starts(found) == [0.0, 90.0, 180.0]
    assert found.time_axis.told_apart_by == "one series per phase"
    assert len({phase.series_uid for phase in found.time_axis.phases}) == 3
    assert_in_order(found, exam)


def test_the_image_before_contrast_may_be_a_series_of_its_own(exam: Any, acquired_every_90_s: Any) -> None:
    for phase in range(3):
        for index in range(4):
            dataset = exam.slice(phase, index, series=2 if phase == 0 else 7)
            acquired_every_90_s(dataset, phase, index)
            exam.save(dataset)
    found = find_dynamic(exam.folder)
    assert starts(found) == [0.0, 90.0, 180.0]
    assert found.time_axis.told_apart_by == "several series, and AcquisitionTime inside one series"
    assert_in_order(found, exam)


def test_a_series_with_trigger_times_continues_one_with_a_clock_time(exam: Any) -> None:
    # The dynamic's AcquisitionTime is that of its start; TriggerTime counts milliseconds from there.
    for phase in range(3):
        for index in range(4):
            dataset = exam.slice(phase, index, series=2 if phase == 0 else 7)
            dataset.AcquisitionTime = "090000" if phase == 0 else "090200"
            if phase:
                dataset.TriggerTime = 60_000 * (phase - 1)
            exam.save(dataset)
    found = find_dynamic(exam.folder)
    assert starts(found) == [0.0, 120.0, 180.0]
    assert_in_order(found, exam)


def test_series_numbers_do_not_order_phases(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionTime = f"09{phase:02d}00"
        dataset.SeriesNumber = 9 - phase

    assert_in_order(find_dynamic(exam.series_per_phase(edit)), exam)


def test_trigger_times_tell_phases_apart_and_time_them(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionTime = "090000"  # GE: the same in all phases
        dataset.TriggerTime = 12_000 + 75_500 * phase

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 75.5, 151.0]
    assert found.time_axis.told_apart_by == "TriggerTime inside one series"
    assert_in_order(found, exam)


def test_philips_begin_of_dynamic_scan_times_phases(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionTime = "090000"
        dataset.TemporalPositionIdentifier = phase + 1
        block = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        block.add_new(0xA0, "FL", 61.5 * phase)

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == pytest.approx([0.0, 61.5, 123.0], abs=0.01)
    assert_in_order(found, exam)


def test_temporal_positions_are_timed_by_the_temporal_resolution_with_a_warning(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.TemporalPositionIdentifier = phase + 1
        dataset.TemporalResolution = 62_000

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 62.0, 124.0]
    assert "phase-times-from-resolution" in codes(found)
    assert found.time_axis.first_start is None
    assert_in_order(found, exam)


def test_temporal_positions_without_any_time_are_refused(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.TemporalPositionIdentifier = phase + 1

    with pytest.raises(PhaseOrderError, match="nothing in the objects says when"):
        find_dynamic(exam.phases(edit))


def test_content_times_are_a_last_resort_and_say_so(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.ContentDate, dataset.ContentTime = "20250208", f"09{phase:02d}30"

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 60.0, 120.0]
    assert "phase-times-from-content-time" in codes(found)
    assert_in_order(found, exam)


def test_acquisition_times_outrank_content_times_that_run_backwards(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.ContentTime = f"14{9 - phase:02d}00"  # made again later, last phase first

    found = find_dynamic(exam.phases(edit))
    assert_in_order(found, exam)
    assert codes(found) == set()


def test_an_exam_over_midnight_goes_on(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionDate = ("20250208", "20250209", "20250209")[phase]
        dataset.AcquisitionTime = ("235930", "000030", "000130")[phase]

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 60.0, 120.0]
    assert_in_order(found, exam)


def test_a_change_of_the_zone_during_the_exam_does_not_move_a_phase(exam: Any) -> None:
    # Clocks went back an hour between phases 1 and 2.
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionDateTime = (
            "20251026025800+0200",
            "20251026025930+0200",
            "20251026020100+0100",
        )[phase]
        dataset.ContentTime = ("025800", "025930", "020100")[phase]

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 90.0, 180.0]
    assert_in_order(found, exam)


def test_identifiers_against_times_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.TemporalPositionIdentifier = (1, 3, 2)[phase]

    with pytest.raises(
        PhaseOrderError, match="TemporalPositionIdentifier put the phases in different orders"
    ):
        find_dynamic(exam.phases(edit))


def test_identifiers_against_times_are_refused_over_several_series_too(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.TemporalPositionIdentifier = (1, 3, 2)[phase]

    with pytest.raises(PhaseOrderError, match="different orders"):
        find_dynamic(exam.series_per_phase(edit))


def test_trigger_times_against_acquisition_times_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.TriggerTime = 1000 * (0, 90, 300)[phase]

    with pytest.raises(PhaseOrderError, match=r"90\.0 s by AcquisitionTime and 210\.0 s by TriggerTime"):
        find_dynamic(exam.phases(edit))


def test_phases_without_any_order_are_refused(exam: Any) -> None:
    with pytest.raises(PhaseOrderError, match="order of the phases is not known"):
        find_dynamic(exam.phases(lambda *_: None))


def test_two_phases_with_one_time_are_refused(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionTime = ("090000", "090200", "090200")[phase]

    with pytest.raises(PhaseOrderError, match="order of the phases is not known"):
        find_dynamic(exam.phases(edit))


def test_two_reconstructions_of_one_acquisition_are_refused_until_one_is_named(
    exam: Any, acquired_every_90_s: Any
) -> None:
    exam.phases(acquired_every_90_s, series=4)
    exam.phases(acquired_every_90_s, series=5)
    with pytest.raises(PhaseOrderError, match="acquired at the same time"):
        find_dynamic(exam.folder)
    found = find_dynamic(exam.folder, series=["5"])
    assert {phase.series_uid[-1] for phase in found.time_axis.phases} == {"5"}


def test_phases_whose_times_overlap_are_refused(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        dataset.AcquisitionTime = f"09{phase + 2 * index:02d}00"

    with pytest.raises(PhaseOrderError, match="overlap"):
        find_dynamic(exam.phases(edit))


def test_slices_of_two_phases_are_not_mixed_into_one(exam: Any) -> None:
    # Of three phases, one slice lost its second image and all others their third.
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        minute = 0 if phase == 0 else 4 if index == 2 else 2
        dataset.AcquisitionTime = f"09{minute:02d}00"

    with pytest.raises(PhaseOrderError, match=r"phase 1 were acquired over 120\.0 s"):
        find_dynamic(exam.phases(edit, phases=2))


def test_identifiers_that_differ_between_slices_are_refused(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        dataset.TemporalPositionIdentifier = 1 + phase + (phase > 0 and index == 2)
        dataset.TemporalResolution = 60_000

    with pytest.raises(SeriesError, match="runs 1, 2 at the first slice and 1, 3 at another"):
        find_dynamic(exam.phases(edit, phases=2))


def test_two_dimensional_slices_one_after_the_other_make_phases(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        dataset.AcquisitionTime = f"09{phase:02d}{14 * index:02d}"

    found = find_dynamic(exam.phases(edit))
    assert starts(found) == [0.0, 60.0, 120.0]
    assert_in_order(found, exam)


def test_series_without_a_clock_time_cannot_be_put_in_order(exam: Any) -> None:
    with pytest.raises(PhaseOrderError, match="does not say when it was acquired"):
        find_dynamic(exam.series_per_phase(lambda *_: None))


def test_phases_hours_apart_are_not_one_exam(exam: Any) -> None:
    def edit(dataset: Dataset, phase: int, _index: int) -> None:
        dataset.AcquisitionDate, dataset.AcquisitionTime = f"2025020{phase + 1}", "090000"

    with pytest.raises(PhaseOrderError, match=r"48\.0 hours apart"):
        find_dynamic(exam.phases(edit))


def test_a_phase_that_lacks_a_slice_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    exam.phases(acquired_every_90_s)
    (exam.folder / "0006.dcm").unlink()
    with pytest.raises(SeriesError, match="1 of 4 slice positions hold fewer images"):
        find_dynamic(exam.folder)


def test_a_series_of_one_phase_that_lacks_a_slice_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    exam.series_per_phase(acquired_every_90_s)
    (exam.folder / "0012.dcm").unlink()
    with pytest.raises(SeriesError, match="slices are missing"):
        find_dynamic(exam.folder)


def test_a_slice_that_is_there_twice_in_a_phase_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    exam.phases(acquired_every_90_s)
    twice = exam.slice(1, 2)
    acquired_every_90_s(twice, 1, 2)
    twice.SOPInstanceUID = "1.2.3.4.5"
    exam.save(twice)
    with pytest.raises(SeriesError, match="holds a slice twice"):
        find_dynamic(exam.folder)


def test_a_missing_phase_shows_in_the_number_of_temporal_positions(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.NumberOfTemporalPositions = 6

    with pytest.raises(SeriesError, match="should hold 6 temporal positions and holds 3"):
        find_dynamic(exam.phases(edit))


def frame_content(frame: Dataset, **values: Any) -> None:
    for name, value in values.items():
        setattr(frame.FrameContentSequence[0], name, value)


def by_frame_time(frame: Dataset, phase: int, _index: int) -> None:
    frame_content(frame, FrameAcquisitionDateTime=f"202502080901{10 * phase:02d}.5")


def by_offset(frame: Dataset, phase: int, _index: int) -> None:
    offset = Dataset()
    offset.TemporalPositionTimeOffset = 10.0 * phase
    frame.TemporalPositionSequence = Sequence([offset])
    frame_content(frame, TemporalPositionIndex=phase + 1)


def by_trigger_delay(frame: Dataset, phase: int, _index: int) -> None:
    delay = Dataset()
    delay.NominalCardiacTriggerDelayTime = 10_000.0 * phase
    frame.CardiacSynchronizationSequence = Sequence([delay])


@pytest.mark.parametrize("edit", [by_frame_time, by_offset, by_trigger_delay])
def test_the_phases_of_an_enhanced_object(exam: Any, edit: Any) -> None:
    found = find_dynamic(exam.save(exam.enhanced(edit)))
    assert starts(found) == [0.0, 10.0, 20.0]
    assert found.grid.shape == (4, 6, 5)
    assert found.digest().count == 1
    assert_in_order(found, exam)


def test_a_temporal_dimension_index_orders_the_frames_of_an_enhanced_object(exam: Any) -> None:
    def edit(frame: Dataset, phase: int, index: int) -> None:
        frame_content(frame, DimensionIndexValues=[1, index + 1, phase + 1])

    dataset = exam.enhanced(edit)
    pointers = [0x00209056, 0x00209057, 0x00209128]  # stack, position in stack, temporal position
    dimensions = []
    for pointer in pointers:
        item = Dataset()
        item.DimensionIndexPointer = pointer
        dimensions.append(item)
    dataset.DimensionIndexSequence = Sequence(dimensions)
    dataset.TemporalResolution = 8000
    found = find_dynamic(exam.save(dataset))
    assert starts(found) == [0.0, 8.0, 16.0]
    assert_in_order(found, exam)


def test_an_enhanced_object_whose_index_runs_against_its_times_is_refused(exam: Any) -> None:
    def edit(frame: Dataset, phase: int, index: int) -> None:
        by_frame_time(frame, phase, index)
        frame_content(frame, TemporalPositionIndex=3 - phase)

    with pytest.raises(PhaseOrderError, match="different orders"):
        find_dynamic(exam.save(exam.enhanced(edit)))


def test_one_enhanced_object_per_phase(exam: Any) -> None:
    for phase in range(3):
        dataset = exam.enhanced(lambda *_: None, phases=1)
        dataset.AcquisitionDateTime = f"2025020809{phase:02d}00"
        dataset.SeriesInstanceUID = f"1.2.3.{phase}"
        dataset.SOPInstanceUID = f"1.2.4.{phase}"
        dataset.PixelData = exam.all_signal()[phase].tobytes()
        exam.save(dataset)
    found = find_dynamic(exam.folder)
    assert starts(found) == [0.0, 60.0, 120.0]
    assert_in_order(found, exam)


def test_an_enhanced_object_that_describes_other_frames_than_it_holds_is_refused(exam: Any) -> None:
    dataset = exam.enhanced(by_offset)
    dataset.NumberOfFrames = 13
    with pytest.raises(SeriesError, match="says 13 frames and describes 12"):
        find_dynamic(exam.save(dataset))
