"""From planes to a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from scipy.spatial.transform import Rotation

from neoher.errors import SeriesError
from neoher.intake.dicom.frames import frames_of
from neoher.intake.dicom.geometry import grid_of, plane_of, slice_places
from neoher.intake.dicom.headers import read_headers
from neoher.intake.dynamic import find_dynamic
from neoher.intake.files.objects import find_objects


def exam_at(exam: Any, usual: Any, place: Any) -> Any:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        usual(dataset, phase, index)
        place(dataset, index)

    return exam.phases(edit)


def test_slice_spacing_is_the_distance_between_positions_not_the_thickness(
    exam: Any, acquired_every_90_s: Any
) -> None:
    # The slices are 4 mm thick, 2 mm apart.
    grid = find_dynamic(exam.phases(acquired_every_90_s)).grid
    assert grid.spacing_mm == (2.0, 0.8, 0.7)
    assert grid.voxel_volume_cc == pytest.approx(2.0 * 0.8 * 0.7 / 1000)


@pytest.mark.parametrize(
    ("cosines", "step", "name", "slice_axis"),
    [
        ([1, 0, 0, 0, 1, 0], (0, 0, 2), "axial", (0, 0, 1)),
        ([0, 1, 0, 0, 0, -1], (-2, 0, 0), "sagittal", (-1, 0, 0)),
        ([0, 1, 0, 0, 0, -1], (2, 0, 0), "sagittal", (-1, 0, 0)),
        ([1, 0, 0, 0, 0, -1], (0, 2, 0), "coronal", (0, 1, 0)),
    ],
)
def test_slices_rise_along_row_cross_column_direction(
    exam: Any, acquired_every_90_s: Any, cosines: Any, step: Any, name: str, slice_axis: Any
) -> None:
    def place(dataset: Dataset, index: int) -> None:
        dataset.ImageOrientationPatient = cosines
        dataset.ImagePositionPatient = [5 + index * step[0], 6 + index * step[1], 7 + index * step[2]]

    found = find_dynamic(exam_at(exam, acquired_every_90_s, place))
    assert found.scanner.orientation == name
    assert found.grid.axes == (slice_axis, tuple(cosines[3:]), tuple(cosines[:3]))
    along = np.dot(step, slice_axis)
    first = 0 if along > 0 else 3
    assert found.grid.origin_mm == tuple(np.add((5, 6, 7), np.multiply(first, step)))
    expected = exam.all_signal()[:, :: 1 if along > 0 else -1]
    assert np.array_equal(found.load([0, 1, 2]).signal, expected)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angles=st.tuples(*[st.floats(-180, 180)] * 3), origin=st.tuples(*[st.floats(-300, 300)] * 3))
def test_every_voxel_lies_where_its_slice_says(exam: Any, angles: Any, origin: Any) -> None:
    # DICOM PS3.3 C.7.6.2.1.1: position + column direction x row index x row spacing + …
    turn = Rotation.from_euler("xyz", angles, degrees=True)
    row, column, normal = turn.apply(np.eye(3))
    paths = []
    for index in range(4):
        dataset = exam.slice(0, index)
        dataset.ImageOrientationPatient = [f"{value:.10f}" for value in (*row, *column)]
        dataset.ImagePositionPatient = [f"{value:.8f}" for value in np.array(origin) + 1.5 * index * normal]
        paths.append(exam.save(dataset, f"slice-{index}.dcm"))
    frames = [
        frame for path in paths for header in read_headers(find_objects(path)) for frame in frames_of(header)
    ]
    plane = plane_of(frames[0])
    grid = grid_of(slice_places(frames[::-1], plane), plane)
    index = np.array([[0, 0, 0], [3, 0, 0], [2, 5, 4]])
    expected = [np.array(origin) + 1.5 * s * normal + r * 0.8 * column + c * 0.7 * row for s, r, c in index]
    assert np.allclose(grid.to_patient(index.astype(float)), expected, atol=1e-4)


def test_a_gap_is_refused_between_the_slices_it_lies_between(exam: Any, acquired_every_90_s: Any) -> None:
    def place(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = [0, 0, (0, 2, 6, 8)[index]]

    with pytest.raises(
        SeriesError, match=r"a gap of 4\.00 mm .*: 1 slice position\(s\) are missing"
    ) as refusal:
        find_dynamic(exam_at(exam, acquired_every_90_s, place))
    assert refusal.value.where == "between exam/0002.dcm and exam/0003.dcm"


def test_irregular_spacing_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def place(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = [0, 0, (0, 2, 4, 5.2)[index]]

    with pytest.raises(SeriesError, match="irregular"):
        find_dynamic(exam_at(exam, acquired_every_90_s, place))


def test_positions_rounded_by_the_scanner_are_regular(exam: Any, acquired_every_90_s: Any) -> None:
    def place(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = [0, 0, (0, 1.88, 3.75, 5.63)[index]]

    assert find_dynamic(exam_at(exam, acquired_every_90_s, place)).grid.spacing_mm[0] == pytest.approx(
        5.63 / 3
    )


def test_slices_shifted_sideways_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def place(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = [0.3 * index, 0, 2 * index]

    with pytest.raises(SeriesError, match=r"shifted sideways by 0\.\d\d mm"):
        find_dynamic(exam_at(exam, acquired_every_90_s, place))


def test_directions_that_are_no_right_angle_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def place(dataset: Dataset, _index: int) -> None:
        dataset.ImageOrientationPatient = [1, 0, 0, 0.2, 0.98, 0]

    with pytest.raises(SeriesError, match="ImageOrientationPatient"):
        find_dynamic(exam_at(exam, acquired_every_90_s, place))


def test_a_single_slice_makes_no_volume(exam: Any, acquired_every_90_s: Any) -> None:
    for phase in range(2):
        dataset = exam.slice(phase, 0)
        acquired_every_90_s(dataset, phase, 0)
        exam.save(dataset)
    with pytest.raises(SeriesError, match="single slice position"):
        find_dynamic(exam.folder)
