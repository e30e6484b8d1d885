"""How an ultrasound image comes out of a scanner or a workstation: its pictures, its size, what it states.

Files whose regions were not written anew when their pixels were resized are met in exports; that regions
differ from frame to frame of a cine is stated by frame where an object has functional groups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.plane.sonogram import PICTURE, Picture, ScreenScale, Section, Sonogram, drawn

__all__ = ["Shown", "SonogramForm", "is_calibrated", "shown"]

CINE_FRAMES, CINE_DEEPER_FROM = 6, 3
SMALLER, LARGER = 0.75, 1.5


class SonogramForm(StrEnum):
    """How an ultrasound image states its scale."""

    ONE_REGION = "one-region"
    TWO_REGIONS = "two-regions"
    """The picture and, below it, a spectral trace, which has no lengths."""
    TWO_PICTURES = "two-pictures"
    """Two pictures side by side, the right one deeper."""
    CINE = "cine"
    """Several frames; from the fourth on the picture is deeper, and each frame states its own region."""
    PIXEL_SPACING = "pixel-spacing"
    """No region, a pixel spacing alone."""
    EXPORTED = "exported"
    """Made smaller with callipers and writing burned in; region and pixel spacing were scaled with it."""
    MADE_SMALLER = "made-smaller"
    """Made smaller; the region is still that of the larger screen, which it leaves."""
    MADE_LARGER = "made-larger"
    """Made larger: the pixel spacing was scaled with it, the region was not."""
    SCREENSHOT = "screenshot"
    """A colour picture of the screen with writing burned in, of which no scale is left."""
    UNSTATED = "unstated"
    """Neither region nor pixel spacing."""


_UNCALIBRATED = {
    SonogramForm.MADE_SMALLER,
    SonogramForm.MADE_LARGER,
    SonogramForm.SCREENSHOT,
    SonogramForm.UNSTATED,
}
_WRITTEN_ON = {SonogramForm.EXPORTED, SonogramForm.SCREENSHOT}
_SIZE = {
    SonogramForm.EXPORTED: SMALLER,
    SonogramForm.MADE_SMALLER: SMALLER,
    SonogramForm.MADE_LARGER: LARGER,
    SonogramForm.SCREENSHOT: SMALLER,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a file holds and what it states."""

    image: Sonogram
    """Pixels, with the pictures where they truly lie."""
    regions: tuple[Picture, ...]
    """The pictures as the file states them."""
    pixel_spacing: ScreenScale | None


def is_calibrated(form: SonogramForm) -> bool:
    """Whether the image states a scale that can be trusted."""
    return form not in _UNCALIBRATED


def shown(section: Section, form: SonogramForm, random: np.random.Generator) -> Shown:
    """The section as the form shows it."""
    original = drawn(section, _pictures(section.scale, form), random)
    image = _resized(original, _SIZE[form]) if form in _SIZE else original
    if form in _WRITTEN_ON:
        image = _written_on(image)
    regions = {
        SonogramForm.PIXEL_SPACING: (),
        SonogramForm.UNSTATED: (),
        SonogramForm.SCREENSHOT: (),
        SonogramForm.MADE_SMALLER: original.pictures,
        SonogramForm.MADE_LARGER: original.pictures,
    }.get(form, image.pictures)
    spaced = {SonogramForm.PIXEL_SPACING, SonogramForm.EXPORTED, SonogramForm.MADE_LARGER}
    return Shown(image, regions, image.pictures[0].scale if form in spaced else None)


def _pictures(scale: ScreenScale, form: SonogramForm) -> tuple[Picture, ...]:
    if form is SonogramForm.TWO_PICTURES:
        left, top, right, bottom = PICTURE
        middle = (left + right + 1) // 2
        return (
            Picture((left, top, middle - 5, bottom), scale.times(2.05), (237.5, 270.0)),
            Picture((middle + 5, top, right, bottom), scale.times(2.6), (562.0, 270.0)),
        )
    if form is SonogramForm.CINE:
        deeper = scale.times(1.4)
        return tuple(
            Picture(PICTURE, scale if frame < CINE_DEEPER_FROM else deeper, frame=frame)
            for frame in range(CINE_FRAMES)
        )
    return (Picture(PICTURE, scale),)


def _resized(image: Sonogram, factor: float) -> Sonogram:
    """Every pixel's place scales about the screen's corner, which is half a pixel off the first centre."""
    rows, columns = (round(count * factor) for count in image.pixels.shape[1:])
    # Sampled where the new pixels' centres lie on the old screen; the corners of both fall together.
    row, column = ((np.arange(count) + 0.5) / factor - 0.5 for count in (rows, columns))
    places = np.meshgrid(row, column, indexing="ij")
    pixels = [
        ndimage.map_coordinates(frame.astype(float), places, order=1, mode="nearest")
        for frame in image.pixels
    ]
    pictures = []
    for one in image.pictures:
        left, top, right, bottom = (round((edge + 0.5) * factor - 0.5) for edge in one.box)
        across, down = ((place + 0.5) * factor - 0.5 for place in one.centre_pixel)
        scale = one.scale.times(1 / factor)
        pictures.append(
            replace(one, box=(left, top, right, bottom), scale=scale, centre_pixel=(across, down))
        )
    return Sonogram(np.clip(np.rint(np.stack(pixels)), 0, 255).astype(np.uint8), tuple(pictures))


def _written_on(image: Sonogram) -> Sonogram:
    """With a scale of ticks at the side, callipers and lines of writing, as a screen shows them."""
    pixels = image.pixels.copy()
    _, rows, columns = pixels.shape
    for one in image.pictures:
        _, top, right, bottom = one.box
        for tick in np.arange(top, bottom, 10.0 / one.scale.down_mm):  # one each centimetre
            pixels[one.frame, int(tick), right + 4 : right + 14] = 235
        column, row = (int(place) for place in one.centre_pixel)
        _cross(pixels[one.frame], row, column - 60)
        _cross(pixels[one.frame], row, column + 60)
    pixels[:, rows - 40 : rows - 34, 20 : columns // 3] = _letters(columns // 3 - 20)
    pixels[:, rows - 24 : rows - 18, 20 : columns // 2] = _letters(columns // 2 - 20)
    return Sonogram(pixels, image.pictures)


def _cross(frame: NDArray[np.uint8], row: int, column: int) -> None:
    frame[row, column - 5 : column + 6] = 255
    frame[row - 5 : row + 6, column] = 255


def _letters(width: int) -> NDArray[np.uint8]:
    """A bright line broken as writing is; nothing can be read in it."""
    place = np.arange(width)
    return np.where((place % 9 < 6) & (place % 54 < 45), 220, 0).astype(np.uint8)
