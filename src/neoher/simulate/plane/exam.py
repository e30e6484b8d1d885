"""The plane images of a visit: CC, MLO and a magnification view; ultrasound of the breast and the axilla."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.anatomy import Breast
from neoher.simulate.plane.line import Line, farthest_apart
from neoher.simulate.plane.mammogram import VIEWS, Mammogram, mammogram
from neoher.simulate.plane.mammogram_writing import (
    MammogramForm,
    PlaneHeader,
    stated_over_true,
    write_mammogram,
)
from neoher.simulate.plane.sonogram import Node, ScreenScale, lesion_sonogram, node_sonogram
from neoher.simulate.plane.sonogram_writing import SonogramForm, is_calibrated, write_sonogram
from neoher.simulate.tumour.shape import TumourShape

__all__ = ["PlaneExam", "write_mammography", "write_ultrasound"]

Array = NDArray[np.float64]

_MAGNIFICATION = {"contact": 1.06, "spot": 1.8}


@dataclass(frozen=True, slots=True)
class PlaneExam:
    """What was written, and every length that is true of it."""

    folder: str
    taken_at: dt.datetime
    objects: int
    lines: tuple[Line, ...]

    def longest_mm(self, lesion: str, what: str) -> float | None:
        """The longest true length over the images; None where there is none."""
        found = (line.true_mm for line in self.lines if (line.lesion, line.what) == (lesion, what))
        return max(found, default=None)


def write_mammography(
    case: Path,
    folder: str,
    header: PlaneHeader,
    breast: Breast,
    tumour: TumourShape,
    calcifications: Array,
    form: MammogramForm,
) -> PlaneExam:
    """CC, MLO and a magnification view in CC.

    Parameters: `folder`: relative to the case; `calcifications`: LPS mm, shape (n, 3).
    """
    (case / folder).mkdir(parents=True)
    random = np.random.default_rng([header.seed, 20250218])
    lines: list[Line] = []
    views = (("CC", "contact"), ("MLO", "contact"), ("CC", "spot"))
    for number, (view, kind) in enumerate(views, start=1):
        name = f"{folder}/l{view.lower()}{'-magnified' if kind == 'spot' else ''}.dcm"
        image = mammogram(breast, tumour, calcifications, VIEWS[view], _MAGNIFICATION[kind], random)
        write_mammogram(case / name, header, image, view, form, number)
        shown = view if kind == "contact" else f"{view}, magnified"
        lines += _mammogram_lines(name, shown, image, form)
    return PlaneExam(folder, header.taken_at, len(views), tuple(lines))


def _mammogram_lines(name: str, view: str, image: Mammogram, form: MammogramForm) -> list[Line]:
    scale = stated_over_true(form, image.projection.magnification)
    lines = []
    for what, points in (("mass", image.mass_mm), ("calcifications", image.calcifications_mm)):
        if len(points) < 3:
            continue
        one, other = farthest_apart(points)
        start, end = image.projection.pixel(one), image.projection.pixel(other)
        true = float(np.linalg.norm(one - other))
        stated = None if scale is None else scale * true
        lines.append(Line(name, "L1", what, view, start, end, true, stated))
    return lines


def write_ultrasound(
    case: Path, folder: str, header: PlaneHeader, tumour: TumourShape, node: Node, form: SonogramForm
) -> PlaneExam:
    """The breast, where a tumour is left, and the axilla."""
    (case / folder).mkdir(parents=True)
    random = np.random.default_rng([header.seed, 20250219])
    lines: list[Line] = []
    objects = 1
    calibrated = is_calibrated(form)
    if tumour.reach_mm > 0:
        image, points = lesion_sonogram(tumour, random)
        name = f"{folder}/breast.dcm"
        write_sonogram(case / name, header, image, "Left breast", form, 1)
        if len(points) >= 3:
            ends = farthest_apart(points)
            lines.append(_sonogram_line(name, "L1", "longest", image.scale, ends, calibrated=calibrated))
        objects = 2
    screen = node_sonogram(node, random)
    name = f"{folder}/axilla.dcm"
    write_sonogram(case / name, header, screen, "Left axilla", form, 2)
    half_long, half_short = node.long_mm / 2, node.short_mm / 2
    for what, start, end in (
        ("longest", (-half_long, 0.0), (half_long, 0.0)),
        ("short axis", (0.0, -half_short), (0.0, half_short)),
        ("cortex", (0.0, -half_short), (0.0, node.cortex_mm - half_short)),
    ):
        points_mm = (np.array(start), np.array(end))
        lines.append(_sonogram_line(name, "N1", what, screen.scale, points_mm, calibrated=calibrated))
    return PlaneExam(folder, header.taken_at, objects, tuple(lines))


def _sonogram_line(
    name: str, lesion: str, what: str, scale: ScreenScale, ends: tuple[Array, Array], *, calibrated: bool
) -> Line:
    true = float(np.linalg.norm(ends[0] - ends[1]))
    stated = true if calibrated else None
    return Line(name, lesion, what, "", scale.pixel(ends[0]), scale.pixel(ends[1]), true, stated)
