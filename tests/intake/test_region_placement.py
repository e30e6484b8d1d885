"""Regions put on the image's grid by geometry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from neoher.errors import RegionError
from neoher.intake.regions.placement import Lattice, place
from neoher.volume.grid import Grid


def turned_grid(shape: tuple[int, int, int], spacing: tuple[float, float, float], seed: int) -> Grid:
    axes = Rotation.random(random_state=seed).as_matrix()
    return Grid(shape, spacing, (12.5, -40.25, 7.75), tuple(tuple(float(x) for x in axis) for axis in axes.T))


def centres(to_patient: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    index = np.array(list(np.ndindex(*shape)), dtype=np.float64)
    return index @ to_patient[:3, :3].T + to_patient[:3, 3]


@given(
    order=st.permutations([0, 1, 2]),
    signs=st.tuples(*[st.sampled_from([-1, 1])] * 3),
    corner=st.tuples(*[st.integers(-3, 6)] * 3),
    shape=st.tuples(*[st.integers(1, 6)] * 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_frames_on_the_images_own_lattice_keep_every_voxel_in_any_order_and_direction_of_axes(
    order: list[int],
    signs: tuple[int, int, int],
    corner: tuple[int, int, int],
    shape: tuple[int, int, int],
    seed: int,
) -> None:
    grid = turned_grid((5, 6, 7), (2.0, 0.7, 0.9), seed % 5)
    to_image = np.eye(4)
    to_image[:3, :3] = 0
    for lattice_axis, (image_axis, sign) in enumerate(zip(order, signs, strict=True)):
        to_image[image_axis, lattice_axis] = sign
    to_image[:3, 3] = corner
    to_patient = grid.affine() @ to_image
    inside = np.random.default_rng(seed).random(shape) < 0.5
    inside[0, 0, 0] = True
    marked = {tuple(np.round(p, 3) + 0.0) for p in centres(to_patient, shape)[inside.ravel()]}
    expected = np.array(
        [tuple(np.round(p, 3) + 0.0) in marked for p in centres(grid.affine(), grid.shape)]
    ).reshape(grid.shape)
    if not expected.any():
        with pytest.raises(RegionError, match="beside the image"):
            place(Lattice(inside, to_patient), grid, "region")
        return
    placement = place(Lattice(inside, to_patient), grid, "region")
    assert (placement.inside == expected).all()
    lost = int(inside.sum()) - int(expected.sum())
    codes = [code for code, _ in placement.warnings]
    assert codes == (["region-cut"] if lost else [])
    if lost:
        assert placement.warnings[0][1].startswith(f"{lost} of the region's {int(inside.sum())} voxels")


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_region_on_another_grid_gives_each_voxel_the_value_of_its_nearest_neighbour(seed: int) -> None:
    random = np.random.default_rng(seed)
    grid = turned_grid((6, 9, 8), (3.0, 1.0, 1.3), 1)
    own = turned_grid((7, 8, 9), tuple(random.uniform(0.8, 3.0, 3)), 2 + seed % 3).affine()
    own[:3, 3] = np.asarray(grid.origin_mm) + random.uniform(-2, 2, 3)
    inside = random.random((7, 8, 9)) < 0.6
    nodes = KDTree(centres(own, inside.shape))
    image = centres(grid.affine(), grid.shape)
    _, nearest = nodes.query(image)
    back = (image - own[:3, 3]) @ np.linalg.inv(own[:3, :3]).T
    within = ((back > -0.5) & (back < np.array(inside.shape) - 0.5)).all(axis=1)
    expected = (inside.ravel()[nearest] & within).reshape(grid.shape)
    if not expected.any():
        return
    placement = place(Lattice(inside, own), grid, "region")
    assert (placement.inside == expected).all()
    assert placement.warnings[0][0] == "region-resampled"


HALF_PIXEL_IMAGE = Grid(
    (60, 256, 256),
    (2.0, 0.703125, 0.703125),
    (156.399994, -76.099998, 101.0),
    ((-1, 0, 0), (0, 0, -1), (0, 1, 0)),
)
"""A sagittal breast exam whose SEG states pixel corners (TCIA Breast-MRI-NACT-Pilot, UCSF-BR-08)."""


def corner_lattice(inside: NDArray[np.bool_], shift: tuple[float, float, float]) -> Lattice:
    to_patient = HALF_PIXEL_IMAGE.affine()
    to_patient[:3, 3] = HALF_PIXEL_IMAGE.to_patient(np.array([shift]))[0]
    return Lattice(inside, to_patient)


def test_frames_of_the_images_own_matrix_half_a_pixel_off_are_the_images_own_pixels() -> None:
    inside = np.random.default_rng(0).random((4, 256, 256)) < 0.3
    placement = place(corner_lattice(inside, (7, 0.5, 0.5)), HALF_PIXEL_IMAGE, "region")
    assert (placement.inside[7:11] == inside).all()
    assert placement.inside.sum() == inside.sum()
    (code, message) = placement.warnings[0]
    assert code == "region-offset-half-pixel"
    assert "+0.3516 mm along the rows" in message


@pytest.mark.parametrize("shift", list(itertools.product([-0.5, 0.0, 0.3], [-0.5, 0.2, 0.5])))
def test_any_offset_up_to_half_a_pixel_keeps_the_matrix(shift: tuple[float, float]) -> None:
    inside = np.random.default_rng(0).random((1, 256, 256)) < 0.3
    placement = place(corner_lattice(inside, (0, *shift)), HALF_PIXEL_IMAGE, "region")
    assert (placement.inside[0] == inside[0]).all()
    assert [code for code, _ in placement.warnings] == ["region-offset-half-pixel"]


def test_a_flipped_matrix_half_a_pixel_off_is_put_back_too() -> None:
    inside = np.random.default_rng(0).random((1, 256, 256)) < 0.3
    to_patient = HALF_PIXEL_IMAGE.affine()
    to_patient[:3, 1] *= -1
    to_patient[:3, 3] = HALF_PIXEL_IMAGE.to_patient(np.array([[2, 255.5, 0.0]]))[0]
    placement = place(Lattice(inside, to_patient), HALF_PIXEL_IMAGE, "region")
    assert (placement.inside[2] == inside[0, ::-1]).all()


def test_an_offset_beyond_half_a_pixel_or_across_slices_is_no_half_pixel_slip() -> None:
    inside = np.zeros((3, 256, 256), dtype=bool)
    inside[:, 100:140, 100:140] = True
    for shift in ((0, 0.7, 0.0), (0.3, 0.0, 0.0)):
        placement = place(corner_lattice(inside, shift), HALF_PIXEL_IMAGE, "region")
        assert [code for code, _ in placement.warnings] == ["region-resampled"]


def test_a_cropped_matrix_half_a_pixel_off_is_resampled_not_guessed() -> None:
    inside = np.ones((3, 40, 40), dtype=bool)
    placement = place(corner_lattice(inside, (5, 20.4, 20.4)), HALF_PIXEL_IMAGE, "region")
    assert [code for code, _ in placement.warnings] == ["region-resampled"]
    assert placement.inside.sum() == inside.sum()


def test_an_empty_region_is_refused() -> None:
    with pytest.raises(RegionError, match="empty"):
        place(corner_lattice(np.zeros((2, 256, 256), dtype=bool), (0, 0, 0)), HALF_PIXEL_IMAGE, "region")


def test_a_region_that_holds_no_voxel_centre_is_refused() -> None:
    tiny = np.eye(4) * 0.01
    tiny[:3, 3] = HALF_PIXEL_IMAGE.to_patient(np.array([[3.3, 40.3, 40.3]]))[0]
    tiny[3, 3] = 1
    with pytest.raises(RegionError, match="smaller than a voxel"):
        place(Lattice(np.ones((2, 2, 2), dtype=bool), tiny), HALF_PIXEL_IMAGE, "region")


@pytest.mark.parametrize(
    "broken",
    [
        np.zeros((4, 4)),
        np.full((4, 4), np.nan),
        np.eye(4) * 1e12,
        np.array([[1, 1, 0, 0]] * 3 + [[0, 0, 0, 1.0]]),
    ],
)
def test_a_geometry_that_spans_no_space_is_refused(broken: NDArray[np.float64]) -> None:
    with pytest.raises(RegionError):
        place(Lattice(np.ones((2, 2, 2), dtype=bool), broken), HALF_PIXEL_IMAGE, "region")
