"""Pictures of PET: a hot place of the patient is found at its place in every view."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.report.content import KeyImage
from neoher.report.pet.colours import HOT, hot_colours
from neoher.report.pet.figures import MOST_SLICES, PetPicture, pet_images
from neoher.volume.ct import CtVolume
from neoher.volume.grid import Grid, Vector
from neoher.volume.pet import SuvVolume

Decode = Callable[[str], NDArray[np.uint8]]

UP = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
DOWN = ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
MIRRORED = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))


def _picture(axes: tuple[Vector, Vector, Vector] = UP, **changed: object) -> PetPicture:
    """A warm body with one hot voxel; its region is the voxel and its neighbours."""
    grid = Grid((20, 30, 40), (4.0, 3.0, 3.0), (5.0, -7.0, 11.0), axes)
    suv = np.full(grid.shape, 0.5, dtype=np.float32)
    suv[4, 9, 31] = 12.0
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[3:6, 8:11, 30:33] = True
    stated: dict[str, object] = {
        "volume": SuvVolume(grid, suv),
        "lesions": {"L1": inside},
        "black_at": 8.0,
        "unit": "SUV by body weight, g/mL",
    }
    return PetPicture(**(stated | changed))  # type: ignore[arg-type]


def _shown_at(pixels: NDArray[np.floating], grid: Grid, right: Vector, down: Vector) -> tuple[float, float]:
    """Where the extreme pixel lies in the patient, along the two directions of the picture, in mm."""
    row, column = np.unravel_index(int(pixels.argmax()), pixels.shape)
    half = np.asarray(grid.shape) - 0.5
    corners = grid.to_patient(
        np.array([[a, b, c] for a in (-0.5, half[0]) for b in (-0.5, half[1]) for c in (-0.5, half[2])])
    )
    places = []
    for pixel, count, direction in ((column, pixels.shape[1], right), (row, pixels.shape[0], down)):
        along = corners @ np.asarray(direction)
        places.append(float(along.min() + (pixel + 0.5) / count * np.ptp(along)))
    return places[0], places[1]


@pytest.mark.parametrize("axes", [UP, DOWN, MIRRORED], ids=["up", "down", "mirrored"])
@pytest.mark.parametrize(
    ("view", "right", "down"),
    [(0, (1.0, 0.0, 0.0), (0.0, 0.0, -1.0)), (1, (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))],
    ids=["front", "left"],
)
def test_a_hot_voxel_is_projected_to_its_place_in_the_patient(
    axes: tuple[Vector, Vector, Vector], view: int, right: Vector, down: Vector, decoded: Decode
) -> None:
    picture = _picture(axes)
    grid = picture.volume.grid
    image = pet_images(picture).projections[view]
    dark = 255.0 - decoded(image.svg).astype(float)
    place = grid.to_patient(np.array([[4.0, 9.0, 31.0]]))[0]
    found = _shown_at(dark, grid, right, down)
    assert found[0] == pytest.approx(float(place @ np.asarray(right)), abs=2.0)
    assert found[1] == pytest.approx(float(place @ np.asarray(down)), abs=2.5)


def test_projections_are_inverted_and_grey_means_the_same_on_every_scan(decoded: Decode) -> None:
    faint, strong = _picture(), _picture()
    strong.volume.suv[4, 9, 31] = 40.0
    for picture in (faint, strong):
        picture.volume.suv[10:14, 12:18, 12:18] = 4.0
    greys = [decoded(pet_images(picture).projections[0].svg).astype(float) for picture in (faint, strong)]
    # SUV 4 of 8 is half way, whatever else is in the image.
    for grey in greys:
        assert np.abs(grey - 127.5).min() < 1.5
    assert greys[0].min() == greys[1].min() == 0
    assert greys[0].max() > 230


def _ct(grid: Grid, bright_mm: Vector) -> CtVolume:
    hounsfield = np.full(grid.shape, -100.0, dtype=np.float32)
    index = np.rint(grid.to_index(np.array([bright_mm]))[0]).astype(int)
    hounsfield[tuple(slice(max(0, at - 1), at + 2) for at in index)] = 800.0
    return CtVolume(grid, hounsfield, "CT")


def test_pet_and_ct_lie_on_each_other_by_their_places_in_the_patient(decoded: Decode) -> None:
    picture = _picture()
    grid = picture.volume.grid
    hot = grid.to_patient(np.array([[4.0, 9.0, 31.0]]))[0]
    bone: Vector = (float(hot[0]) - 60.0, float(hot[1]) + 30.0, float(hot[2]))
    # A CT with other voxels, another origin, its slices from head to foot.
    other = Grid((40, 150, 170), (2.5, 0.9, 0.9), (-10.0, -20.0, 70.0), DOWN)
    image = pet_images(_picture(ct=_ct(other, bone))).slices[0]
    assert "on CT" in image.caption
    pixels = decoded(image.svg).astype(float)
    redness = pixels[..., 0] - pixels[..., 2]
    flat = Grid((1, *grid.shape[1:]), grid.spacing_mm, grid.origin_mm, grid.axes)
    for shown, place in ((redness, hot), (pixels.min(axis=2), np.asarray(bone))):
        # The middle of what stands out: the hottest pixel of a plateau is any of them.
        rows, columns = np.nonzero(shown > 0.9 * shown.max())
        spot = np.zeros(shown.shape)
        spot[round(rows.mean()), round(columns.mean())] = 1.0
        found = _shown_at(spot, flat, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
        assert found == pytest.approx((place[0], place[1]), abs=1.6)


def test_where_the_ct_does_not_reach_pet_is_shown_alone_and_says_so() -> None:
    far = Grid((20, 30, 30), (4.0, 4.0, 4.0), (0.0, 0.0, 900.0), UP)
    for picture in (_picture(), _picture(ct=_ct(far, (10.0, 10.0, 910.0)))):
        image = pet_images(picture).slices[0]
        assert "PET alone" in image.caption
        assert "HU" not in image.caption
        assert "colour-bar" not in image.svg


def _places(image: KeyImage) -> str:
    return re.sub(r"<[^>]+>", "|", image.svg)


def test_lesions_are_outlined_by_name_in_the_projections() -> None:
    picture = _picture()
    second = np.zeros(picture.volume.grid.shape, dtype=np.bool_)
    second[15:17, 20:22, 5:8] = True
    images = pet_images(_picture(lesions={"L1": picture.lesions["L1"], "<N1>": second})).projections
    for image in images:
        assert image.svg.count('class="lesion"') == 2
        assert "&lt;N1&gt;" in image.svg
        assert "<N1>" not in image.svg
        assert "100 mm" in _places(image) or "50 mm" in _places(image) or "20 mm" in _places(image)


def test_slices_go_through_the_hottest_lesions_and_are_shared_where_they_coincide() -> None:
    picture = _picture()
    grid = picture.volume.grid
    regions = {}
    for number, place in enumerate([(4, 20, 10), (8, 20, 10), (12, 20, 10), (16, 20, 10)]):
        inside = np.zeros(grid.shape, dtype=np.bool_)
        inside[place] = True
        picture.volume.suv[place] = 9.0 - number
        regions[f"M{number}"] = inside
    images = pet_images(
        PetPicture(picture.volume, {"L1": picture.lesions["L1"], **regions}, 8.0, "SUV")
    ).slices
    assert len(images) == MOST_SLICES
    # L1 (SUV 12) and M0 lie in slice 5, counted from 1.
    assert images[0].title == "Slice through L1 and M0"
    assert "slice 5 of 20" in images[0].caption
    assert [image.title for image in images[1:]] == ["Slice through M1", "Slice through M2"]


def test_without_lesions_there_are_projections_and_no_slice() -> None:
    images = pet_images(_picture(lesions={}))
    assert len(images.projections) == 2
    assert images.slices == ()
    assert "no lesion has a region" in images.projections[0].caption


def test_colours_rise_in_brightness_and_leave_the_ct_free_where_there_is_no_uptake() -> None:
    brightness = [0.3 * red + 0.6 * green + 0.1 * blue for red, green, blue in HOT]
    assert brightness == sorted(brightness)
    _, opacity = hot_colours(np.array([0.0, 0.02, 0.3, 1.0], dtype=np.float32))
    assert opacity[0] == opacity[1] == 0
    assert 0 < opacity[2] < opacity[3] < 1
