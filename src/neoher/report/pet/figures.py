"""Pictures of a PET: projections from the front and the left, slices through lesions, on CT if any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.report.content import KeyImage
from neoher.report.drawing.frame import DARK_INK, LIGHT_INK, Ink, grey_pixels, label, outline_path, picture
from neoher.report.drawing.plane import DisplayPlane, cropped
from neoher.report.pet.colours import HOT, hot_colours
from neoher.volume.ct import CtVolume
from neoher.volume.grid import Grid
from neoher.volume.pet import SuvVolume

__all__ = ["MOST_SLICES", "PetImages", "PetPicture", "pet_images"]

Mask = NDArray[np.bool_]
Image = NDArray[np.floating]

MOST_SLICES = 3
"""Slices through lesions that are shown, the hottest lesion's first."""
_BODY_SUV, _AROUND_MM = 0.15, 16.0
_CT_WINDOW = (-160.0, 240.0)
_OUTLINE = "#b3410e"
_MARK = Ink(_OUTLINE, "#fff")
_OVERLAY_MARK = Ink("#7fe0ff", "#000")
_VIEWS = {
    # The array axis along which a projection looks, its name, and from where.
    "coronal": (1, "from the front"),
    "sagittal": (2, "from the left"),
}


@dataclass(frozen=True, slots=True)
class PetPicture:
    """One scan as it is to be drawn. The grid's slices are axial or near to it."""

    volume: SuvVolume
    lesions: Mapping[str, Mask] = field(repr=False)
    """Region of each lesion on the PET's grid, by name."""
    black_at: float
    """SUV that is shown black in projections, and in full colour on CT."""
    unit: str
    """What the SUV is relative to, in words: 'SUV by body weight, g/mL'."""
    ct: CtVolume | None = None


@dataclass(frozen=True, slots=True)
class PetImages:
    """The pictures of one scan."""

    projections: tuple[KeyImage, ...] = ()
    slices: tuple[KeyImage, ...] = ()
    """Through the hottest lesions, the hottest first."""


def pet_images(pet: PetPicture) -> PetImages:
    """Two projections, and a slice through each of the hottest lesions."""
    return PetImages(tuple(_projection(pet, name) for name in _VIEWS), tuple(_slices(pet)))


def _projection(pet: PetPicture, name: str) -> KeyImage:
    axis, whence = _VIEWS[name]
    window = _body(pet.volume)
    grid = _seen_along(cropped(pet.volume.grid, window), axis)
    plane = DisplayPlane.of(grid)
    image = pet.volume.suv[window].max(axis=axis)
    marks = [
        mark
        for lesion, inside in pet.lesions.items()
        for mark in _outlined(plane, lesion, np.asarray(inside[window].any(axis=axis)), _MARK)
    ]
    alt = f"{plane.name.capitalize()} maximum intensity projection, seen {whence}, lesions outlined"
    return KeyImage(
        title=f"Projection {whence}",
        caption=(
            f"Maximum intensity projection, {plane.name}; white is 0, black is {pet.black_at:g} and more "
            f"({pet.unit}), the same at every visit. Outlined: {_listed(pet)}."
        ),
        alt=alt,
        svg=picture(plane, _inverted(plane, image, pet.black_at), alt=alt, ink=DARK_INK, marks=marks),
        aspect=plane.size_mm[0] / plane.size_mm[1],
    )


def _slices(pet: PetPicture) -> Iterator[KeyImage]:
    """Through the hottest voxel of a lesion; lesions in one slice share a picture."""
    hottest = sorted(
        ((float(pet.volume.suv[inside].max()), name) for name, inside in pet.lesions.items() if inside.any()),
        reverse=True,
    )
    shown: dict[int, list[str]] = {}
    for highest, name in hottest:
        at = np.argwhere(pet.lesions[name] & (pet.volume.suv == np.float32(highest)))[0]
        shown.setdefault(int(at[0]), []).append(name)
    for index, names in list(shown.items())[:MOST_SLICES]:
        yield _slice(pet, index, names)


def _slice(pet: PetPicture, index: int, names: list[str]) -> KeyImage:
    window = _body(pet.volume)
    window = (slice(index, index + 1), *window[1:])
    grid = cropped(pet.volume.grid, window)
    here = {name: inside[window][0] for name, inside in pet.lesions.items()}
    drawn = None if pet.ct is None else _on_ct(pet, grid, pet.ct, window)
    plane = DisplayPlane.of(grid)
    if drawn is None:
        pixels: NDArray[np.uint8] = _inverted(plane, pet.volume.suv[window][0], pet.black_at)
        ink, marked, bar = DARK_INK, _MARK, ""
    else:
        pixels, ink, marked, bar = drawn, LIGHT_INK, _OVERLAY_MARK, _colour_bar(plane, pet.black_at)
    marks = [mark for name in here for mark in _outlined(plane, name, here[name], marked)]
    words = "on CT" if drawn is not None else "PET alone: no CT in its frame of reference"
    through = " and ".join(names)
    alt = f"{plane.name.capitalize()} slice through the hottest voxel of {through}, {words}"
    return KeyImage(
        title=f"Slice through {through}",
        caption=(
            f"{plane.name.capitalize()} slice {index + 1} of {pet.volume.grid.shape[0]}, {words}; "
            f"{'colour' if drawn is not None else 'black'} in full from {pet.black_at:g} ({pet.unit})."
            + (f" CT window {_CT_WINDOW[0]:g} to {_CT_WINDOW[1]:g} HU." if drawn is not None else "")
        ),
        alt=alt,
        svg=picture(plane, pixels, alt=alt, ink=ink, marks=[*marks, bar] if bar else marks),
        aspect=plane.size_mm[0] / plane.size_mm[1],
    )


def _on_ct(pet: PetPicture, grid: Grid, ct: CtVolume, window: tuple[slice, ...]) -> NDArray[np.uint8] | None:
    """The PET slice in colours over the CT at the same place; None where the CT does not reach there.

    The CT is put on a lattice of about a millimetre in the plane of the PET slice, by its positions.
    """
    finer = _finer(grid)
    rows, columns = finer.shape[1:]
    index = np.stack(np.meshgrid([0.0], np.arange(rows), np.arange(columns), indexing="ij"), axis=-1)
    at = finer.to_patient(index.reshape(-1, 3))
    in_ct = ct.grid.to_index(at).T
    outside = ((in_ct < -0.5) | (in_ct > np.asarray(ct.grid.shape)[:, None] - 0.5)).any(axis=0)
    if outside.all():
        return None
    grey = ndimage.map_coordinates(ct.hounsfield, in_ct, order=1, mode="nearest")
    grey[outside] = _CT_WINDOW[0]
    in_pet = grid.to_index(at).T
    uptake = ndimage.map_coordinates(pet.volume.suv[window], in_pet, order=1, mode="nearest")
    plane = DisplayPlane.of(finer)
    base = grey_pixels(plane, grey.reshape(rows, columns), _CT_WINDOW).astype(np.float32)
    heat = grey_pixels(plane, uptake.reshape(rows, columns), (0.0, pet.black_at)).astype(np.float32) / 255.0
    colours, opacity = hot_colours(heat)
    mixed = base[..., None] * (1.0 - opacity[..., None]) + colours * opacity[..., None]
    return np.asarray(np.clip(mixed + 0.5, 0, 255), dtype=np.uint8)


def _finer(grid: Grid, least_mm: float = 1.0) -> Grid:
    """The same rectangle of the patient in finer rows and columns."""
    steps = [max(1, round(grid.spacing_mm[axis] / least_mm)) for axis in (1, 2)]
    corner = np.array([[0.0, -0.5 + 0.5 / steps[0], -0.5 + 0.5 / steps[1]]])
    origin = grid.to_patient(corner)[0]
    return replace(
        grid,
        shape=(1, grid.shape[1] * steps[0], grid.shape[2] * steps[1]),
        spacing_mm=(grid.spacing_mm[0], grid.spacing_mm[1] / steps[0], grid.spacing_mm[2] / steps[1]),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
    )


def _inverted(plane: DisplayPlane, image: Image, black_at: float) -> NDArray[np.uint8]:
    return np.asarray(255 - grey_pixels(plane, image, (0.0, black_at)), dtype=np.uint8)


def _seen_along(grid: Grid, axis: int) -> Grid:
    """The grid with another array axis first: the one that a projection looks along, a single slice thick."""
    order = (axis, *(other for other in range(3) if other != axis))
    first, second, third = order
    shape, spacing, axes = grid.shape, grid.spacing_mm, grid.axes
    return replace(
        grid,
        shape=(1, shape[second], shape[third]),
        spacing_mm=(spacing[first], spacing[second], spacing[third]),
        axes=(axes[first], axes[second], axes[third]),
    )


def _body(volume: SuvVolume) -> tuple[slice, slice, slice]:
    """All slices; rows and columns of the body, with room around it."""
    warm = volume.suv > _BODY_SUV
    rows = _span(np.asarray(warm.any(axis=(0, 2))), volume.grid.spacing_mm[1])
    columns = _span(np.asarray(warm.any(axis=(0, 1))), volume.grid.spacing_mm[2])
    return slice(0, volume.grid.shape[0]), rows, columns


def _span(hit: Mask, spacing_mm: float) -> slice:
    at = np.flatnonzero(hit)
    if at.size == 0:
        return slice(0, len(hit))
    room = int(np.ceil(_AROUND_MM / spacing_mm))
    return slice(max(0, int(at[0]) - room), min(len(hit), int(at[-1]) + 1 + room))


def _outlined(plane: DisplayPlane, name: str, inside: Mask, ink: Ink) -> Iterator[str]:
    """Outline of a lesion and its name beside it; nothing where it does not reach."""
    if not inside.any():
        return
    width, height = plane.size_mm
    em = 0.042 * height
    yield (
        f'<path class="lesion" d="{outline_path(plane, inside)}" fill="none" stroke="{ink.colour}" '
        f'stroke-width="{0.1 * em:.3f}"/>'
    )
    shown = np.asarray(plane.arrange(inside))
    across, down = np.flatnonzero(shown.any(axis=0)), np.flatnonzero(shown.any(axis=1))
    wide, high = plane.pixel_mm
    y = (float(down[0] + down[-1] + 1) / 2) * high + 0.35 * em
    right = float(across[-1] + 1) * wide
    if right + 3 * em < width:
        yield label(right + 0.35 * em, y, name, em, anchor="start", ink=ink)
    else:
        yield label(float(across[0]) * wide - 0.35 * em, y, name, em, anchor="end", ink=ink)


def _colour_bar(plane: DisplayPlane, black_at: float) -> str:
    """The colours of the uptake from 0 to full, at the right edge."""
    width, height = plane.size_mm
    em = 0.042 * height
    left, top, tall, wide = width - 1.6 * em, 2.6 * em, 0.25 * height, 0.7 * em
    steps = len(HOT)
    boxes = "".join(
        f'<rect x="{left:.2f}" y="{top + tall * (1 - (at + 1) / steps):.2f}" width="{wide:.2f}" '
        f'height="{tall / steps + 0.05:.2f}" fill="rgb({red},{green},{blue})"/>'
        for at, (red, green, blue) in enumerate(HOT)
    )
    return (
        f'<g class="colour-bar">{boxes}'
        + label(left + wide, top - 0.4 * em, f"SUV {black_at:g}", em, anchor="end")
        + label(left + wide, top + tall + 1.0 * em, "0", em, anchor="end")
        + "</g>"
    )


def _listed(pet: PetPicture) -> str:
    return ", ".join(pet.lesions) if pet.lesions else "nothing, no lesion has a region"
