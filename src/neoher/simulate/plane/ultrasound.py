"""The ultrasound of a visit: the lesion in two sections for its three axes, and the node of the axilla."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.plane.exam import AxesVolume, PlaneExam
from neoher.simulate.plane.line import Ends, Line, farthest_apart, longest_along
from neoher.simulate.plane.mammogram_writing import PlaneHeader
from neoher.simulate.plane.sonogram import (
    Node,
    Picture,
    ScreenScale,
    Section,
    lesion_section,
    node_section,
)
from neoher.simulate.plane.sonogram_forms import SonogramForm, is_calibrated, shown
from neoher.simulate.plane.sonogram_writing import write_sonogram
from neoher.simulate.tumour.shape import TumourShape

__all__ = ["write_ultrasound"]

Array = NDArray[np.float64]
_ACROSS = np.array([1.0, 0.0])
_VOLUME_STEPS = 60


def write_ultrasound(
    case: Path, folder: str, header: PlaneHeader, tumour: TumourShape, node: Node, form: SonogramForm
) -> PlaneExam:
    """The breast, where a tumour is left, and the axilla.

    Every picture of an image has its lines: two pictures side by side, or a cine's first frame and its deeper
    one. The third axis is that of the section across the one in which the first two are measured.
    """
    (case / folder).mkdir(parents=True)
    written = _Writing(case, folder, header, form, np.random.default_rng([header.seed, 20250219]))
    volumes: tuple[AxesVolume, ...] = ()
    if tumour.reach_mm > 0:
        volumes = written.breast(tumour)
    written.axilla(node)
    return PlaneExam(folder, form.value, header.taken_at, written.objects, tuple(written.lines), volumes)


class _Writing:
    """What has been written so far."""

    def __init__(
        self, case: Path, folder: str, header: PlaneHeader, form: SonogramForm, random: np.random.Generator
    ) -> None:
        self._case, self._folder, self._header, self._form, self._random = case, folder, header, form, random
        self.lines: list[Line] = []
        self.objects = 0

    def breast(self, tumour: TumourShape) -> tuple[AxesVolume, ...]:
        """Both sections; the volume where each of the three axes is seen."""
        axial, points = lesion_section(tumour)
        sagittal, points_across = lesion_section(tumour, sagittal=True)
        longest = farthest_apart(points)
        second = None
        if longest is not None:
            along = (longest[1] - longest[0]) / np.linalg.norm(longest[1] - longest[0])
            second = longest_along(points, np.array([-along[1], along[0]]), _step(axial))
        third = longest_along(points_across, _ACROSS, _step(sagittal))
        of_axial = [("longest", longest), ("across the longest", second)]
        self._image("breast", "Left breast", axial, "L1", of_axial)
        self._image("breast-sagittal", "Left breast, sagittal", sagittal, "L1", [("third axis", third)])
        if longest is None or second is None or third is None:
            return ()
        axes = (_length(longest), _length(second), _length(third))
        return (AxesVolume("L1", axes, math.pi / 6 * math.prod(axes) / 1000.0, _volume_cc(tumour)),)

    def axilla(self, node: Node) -> None:
        """The node in its longest section."""
        half_long, half_short = node.long_mm / 2, node.short_mm / 2
        ends = [
            ("longest", (-half_long, 0.0), (half_long, 0.0)),
            ("short axis", (0.0, -half_short), (0.0, half_short)),
            ("cortex", (0.0, -half_short), (0.0, node.cortex_mm - half_short)),
        ]
        lines: list[tuple[str, Ends | None]] = [
            (what, (np.array(start), np.array(end))) for what, start, end in ends
        ]
        self._image("axilla", "Left axilla", node_section(node), "N1", lines)

    def _image(
        self, name: str, described: str, section: Section, lesion: str, lines: list[tuple[str, Ends | None]]
    ) -> None:
        self.objects += 1
        image = shown(section, self._form, self._random)
        file = f"{self._folder}/{name}.dcm"
        write_sonogram(self._case / file, self._header, image, described, self._form, self.objects)
        for picture in _measured_pictures(image.image.pictures):
            for what, ends in lines:
                if ends is not None:
                    self.lines.append(self._line(file, lesion, what, picture, ends))

    def _line(self, file: str, lesion: str, what: str, picture: Picture, ends: Ends) -> Line:
        true = _length(ends)
        start, end = picture.pixel(ends[0]), picture.pixel(ends[1])
        stated = true if is_calibrated(self._form) else None
        return Line(file, lesion, what, "", start, end, true, stated, picture.frame)


def _measured_pictures(pictures: tuple[Picture, ...]) -> list[Picture]:
    """One of each scale: a reader does not measure every frame of a cine."""
    first: dict[ScreenScale, Picture] = {}
    for picture in pictures:
        first.setdefault(picture.scale, picture)
    return list(first.values())


def _step(section: Section) -> float:
    return max(section.scale.across_mm, section.scale.down_mm)


def _length(ends: Ends) -> float:
    return float(np.linalg.norm(ends[1] - ends[0]))


def _volume_cc(tumour: TumourShape) -> float:
    """Continuous volume, by the middles of small cubes."""
    step = 2 * tumour.reach_mm / _VOLUME_STEPS
    place = (np.arange(_VOLUME_STEPS) + 0.5) * step - tumour.reach_mm
    points = np.stack(np.meshgrid(place, place, place, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.count_nonzero(tumour.distance(points + tumour.centre_mm) < 0)
    return float(inside * step**3 / 1000.0)
