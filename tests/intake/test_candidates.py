"""Which series make the dynamic, and which never do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from neoher.errors import SeriesError
from neoher.intake.dynamic import find_dynamic


@pytest.fixture
def beside(exam: Any, acquired_every_90_s: Any) -> Any:
    """The usual dynamic, and beside it a series 9 of three time points on the same grid, edited."""

    def write(edit: Any) -> Any:
        exam.phases(acquired_every_90_s)

        def edited(dataset: Dataset, phase: int, index: int) -> None:
            acquired_every_90_s(dataset, phase, index)
            dataset.SeriesDescription = "another"
            edit(dataset)

        return exam.phases(edited, series=9)

    return write


NEVER_PHASES = {
    "derived": lambda d: setattr(d, "ImageType", ["DERIVED", "PRIMARY", "DCE", "PE1"]),
    "subtraction by image type": lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "M", "SUB"]),
    "projection by image type": lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "MIP"]),
    "phase image": lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "P", "ND"]),
    "fat image": lambda d: setattr(d, "ImageType", ["ORIGINAL", "PRIMARY", "DIXON", "FAT"]),
    "subtraction by name": lambda d: setattr(d, "SeriesDescription", "t1_fl3d_dyn_SUB"),
    "projection by name": lambda d: setattr(d, "SeriesDescription", "MIP sag"),
    "map by name": lambda d: setattr(d, "SeriesDescription", "Dynamic-3dfgre: SER"),
    "wash-in by name": lambda d: setattr(d, "SeriesDescription", "dyn_WashIn"),
    "localiser by name": lambda d: setattr(d, "SeriesDescription", "3-pl Loc"),
    "T2 by name": lambda d: setattr(d, "SeriesDescription", "ax T2 fs"),
    "diffusion by name": lambda d: setattr(d, "SeriesDescription", "ep2d_diff_b50_800"),
    "spin echo": lambda d: setattr(d, "ScanningSequence", "SE"),
    "long echo": lambda d: setattr(d, "EchoTime", 80),
    "diffusion by b-value": lambda d: setattr(d, "DiffusionBValue", 800.0),
    "other modality": lambda d: setattr(d, "Modality", "OT"),
    "colour": lambda d: (
        setattr(d, "SamplesPerPixel", 3),
        setattr(d, "PhotometricInterpretation", "RGB"),
        setattr(d, "PlanarConfiguration", 0),
    ),
    "without position": lambda d: delattr(d, "ImagePositionPatient"),
}


@pytest.mark.parametrize("edit", NEVER_PHASES.values(), ids=NEVER_PHASES)
def test_such_images_are_never_phases(exam: Any, beside: Any, edit: Any) -> None:
    found = find_dynamic(beside(edit))
    assert {phase.description for phase in found.time_axis.phases} == {"dynamic"}
    assert np.array_equal(found.load([0, 1, 2]).signal, exam.all_signal())
    assert len(found.left_out) == 1


USUAL_NAMES = [
    "Ax VIBRANT MultiPhase",
    "t1_fl3d_tra_dynaVIEWS_spair_1+5",
    "dyn_eTHRIVE",
    "Dynamic-3dfgre",
    "SUBMAMMARY dyn",
    "BREAST dynamic +C",
    "DISCO sag",
]


@pytest.mark.parametrize("name", USUAL_NAMES)
def test_names_that_scanners_give_to_dynamics_are_taken(
    exam: Any, acquired_every_90_s: Any, name: str
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.SeriesDescription = name

    assert find_dynamic(exam.phases(edit)).description == name


def test_a_series_of_other_flip_angle_on_the_same_grid_is_left_out_and_said(beside: Any) -> None:
    def for_t1_mapping(dataset: Dataset) -> None:
        dataset.FlipAngle = 2
        dataset.AcquisitionTime = "085000"

    folder = beside(for_t1_mapping)
    for path in sorted(folder.iterdir())[-8:]:
        path.unlink()
    found = find_dynamic(folder)
    assert [reason for _, reason in found.left_out] == [
        "other protocol than the dynamic (TR 4.6, TE 2.1 ms, flip 2.0 degrees, against 4.6, 2.1, 10.0)"
    ]
    assert "series-left-out" in {code for code, _ in found.time_axis.warnings}


def test_a_series_of_the_same_protocol_on_another_grid_is_left_out_and_said(
    exam: Any, acquired_every_90_s: Any
) -> None:
    # It may be the image before contrast, prescribed anew: a reader must know that it was not used.
    for index in range(4):
        dataset = exam.slice(7, index, series=2)
        dataset.AcquisitionTime = "085500"
        dataset.PixelSpacing = [0.9, 0.9]
        exam.save(dataset)
    found = find_dynamic(exam.phases(acquired_every_90_s))
    assert [reason for _, reason in found.left_out] == [
        "other image size, spacing or orientation than the dynamic"
    ]
    assert "series-left-out" in {code for code, _ in found.time_axis.warnings}


def test_series_elsewhere_in_the_breast_are_left_out(beside: Any) -> None:
    def edit(dataset: Dataset) -> None:
        dataset.ImagePositionPatient = [-10, -20, 500 + dataset.ImagePositionPatient[2]]

    with pytest.raises(SeriesError, match="2 sets of images could be the dynamic") as refusal:
        find_dynamic(beside(edit))
    assert "series (UID, number or description)" in refusal.value.remedy


def test_two_dynamics_are_not_guessed_between_but_can_be_named(exam: Any, beside: Any) -> None:
    def other_breast(dataset: Dataset) -> None:
        dataset.ImagePositionPatient = [190, *dataset.ImagePositionPatient[1:]]
        dataset.SeriesDescription = "dynamic right"

    folder = beside(other_breast)
    with pytest.raises(SeriesError, match="dynamic right"):
        find_dynamic(folder)
    for name in ("9", "dynamic right", "1.2.826.0.1.3680043.8.498.9.2.9"):
        assert find_dynamic(folder, series=[name]).grid.origin_mm == (190, -20, 30)
    with pytest.raises(SeriesError, match="no series is called"):
        find_dynamic(folder, series=["dynamic middle"])
    assert exam.written == 24


def test_a_pair_before_and_after_contrast_gives_way_to_the_fuller_dynamic(beside: Any) -> None:
    def finer(dataset: Dataset) -> None:
        dataset.PixelSpacing = [0.4, 0.35]
        dataset.SeriesDescription = "high resolution"

    folder = beside(finer)
    for path in sorted(folder.iterdir())[-4:]:
        path.unlink()
    found = find_dynamic(folder)
    assert found.description == "dynamic"
    assert [reason for _, reason in found.left_out] == [
        "another set with 2 time points, fewer than the dynamic"
    ]


def test_two_visits_in_one_folder_are_not_guessed_between(exam: Any, acquired_every_90_s: Any) -> None:
    exam.phases(acquired_every_90_s, series=4)

    def next_visit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.StudyInstanceUID = "1.2.3.4"
        dataset.AcquisitionDate = "20250310"

    exam.phases(next_visit, series=5)
    with pytest.raises(SeriesError, match=r"2025-02-08(.|\n)*2025-03-10"):
        find_dynamic(exam.folder)


def test_one_time_point_is_no_dynamic(exam: Any, acquired_every_90_s: Any) -> None:
    with pytest.raises(SeriesError, match="no slice position was acquired at two times"):
        find_dynamic(exam.phases(acquired_every_90_s, phases=1))


def test_the_reasons_stand_in_the_refusal_where_nothing_is_a_phase(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.ImageType = ["DERIVED", "SECONDARY"]

    with pytest.raises(SeriesError, match=r"derived \(ImageType\)"):
        find_dynamic(exam.phases(edit))


def test_a_repositioned_patient_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.FrameOfReferenceUID = "1.2.3" if phase == 0 else "1.2.4"

    with pytest.raises(SeriesError, match="repositioned"):
        find_dynamic(exam.series_per_phase(edit))


MIXED = {
    "size": lambda d: (setattr(d, "Rows", 3), setattr(d, "Columns", 10)),
    "spacing": lambda d: setattr(d, "PixelSpacing", [0.8, 0.8]),
    "orientation": lambda d: setattr(d, "ImageOrientationPatient", [0, 1, 0, 0, 0, -1]),
}


@pytest.mark.parametrize("edit", MIXED.values(), ids=MIXED)
def test_mixed_images_in_the_dynamic_are_refused(exam: Any, acquired_every_90_s: Any, edit: Any) -> None:
    def one_differs(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        if (phase, index) == (1, 2):
            edit(dataset)

    with pytest.raises(SeriesError, match="differ in size, orientation, spacing or protocol") as refusal:
        find_dynamic(exam.phases(one_differs))
    assert refusal.value.where == "exam/0007.dcm"


def test_an_unmarked_localiser_of_three_planes_is_left_out(exam: Any, acquired_every_90_s: Any) -> None:
    exam.phases(acquired_every_90_s)
    for index, cosines in enumerate(([1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [1, 0, 0, 0, 0, -1])):
        dataset = exam.slice(7, index, series=1)
        dataset.ImageOrientationPatient = cosines
        exam.save(dataset)
    found = find_dynamic(exam.folder)
    assert "different size, orientation or protocol" in found.left_out[0][1]
