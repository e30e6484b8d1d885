"""The mammography of a visit: CC, MLO and a magnification view; the first two as tomosynthesis at will."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.anatomy import Breast
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.line import Ends, Line, farthest_apart
from neoher.simulate.plane.mammogram import VIEWS, Mammogram, mammogram, points_inside
from neoher.simulate.plane.mammogram_writing import (
    TOMOSYNTHESIS,
    MammogramForm,
    PlaneHeader,
    stated_over_true,
    write_mammogram,
)
from neoher.simulate.plane.tomosynthesis import Tomosynthesis, tomosynthesis
from neoher.simulate.plane.tomosynthesis_writing import write_tomosynthesis
from neoher.simulate.tumour.shape import TumourShape

__all__ = ["write_mammography"]

Array = NDArray[np.float64]

CONTACT, SPOT = 1.06, 1.8
"""Magnification of a contact view and of a magnification view."""


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

    Parameters: `folder`: relative to the case; `calcifications`: LPS mm, shape (n, 3). There is no
    magnification view in tomosynthesis: it is a projection beside it, with its factor stated.
    """
    (case / folder).mkdir(parents=True)
    random = np.random.default_rng([header.seed, 20250218])
    lines: list[Line] = []
    inside = points_inside(tumour)
    for number, view in enumerate(VIEWS, start=1):
        name = f"{folder}/l{view.lower()}.dcm"
        if form in TOMOSYNTHESIS:
            conical = form is MammogramForm.TOMOSYNTHESIS_PER_FRAME
            slices = tomosynthesis(breast, tumour, calcifications, VIEWS[view], random, conical=conical)
            write_tomosynthesis(case / name, header, slices, view, number)
            lines += _slice_lines(name, view, slices)
        else:
            image = mammogram(breast, inside, calcifications, VIEWS[view], CONTACT, random)
            write_mammogram(case / name, header, image, view, form, number)
            lines += _projection_lines(name, view, image, form)
    name = f"{folder}/lcc-magnified.dcm"
    image = mammogram(breast, inside, calcifications, VIEWS["CC"], SPOT, random)
    spot_form = MammogramForm.FACTOR if form in TOMOSYNTHESIS else form
    write_mammogram(case / name, header, image, "CC", spot_form, len(VIEWS) + 1)
    lines += _projection_lines(name, "CC, magnified", image, spot_form)
    return PlaneExam(folder, form.value, header.taken_at, len(VIEWS) + 1, tuple(lines))


def _projection_lines(name: str, view: str, image: Mammogram, form: MammogramForm) -> list[Line]:
    scale = stated_over_true(form, image.projection.magnification)
    lines = []
    for what, points in (("mass", image.mass_mm), ("calcifications", image.calcifications_mm)):
        ends = farthest_apart(points)
        if ends is None:
            continue
        start, end = (image.projection.pixel(one) for one in ends)
        true = _length(ends)
        lines.append(Line(name, "L1", what, view, start, end, true, None if scale is None else scale * true))
    return lines


def _slice_lines(name: str, view: str, slices: Tomosynthesis) -> list[Line]:
    """Of each extent the slice in which it is longest: a length is measured within one slice."""
    lines = []
    for what in ("mass", "calcifications"):
        found = [
            (ends, frame)
            for frame, one in enumerate(slices.slices)
            if (ends := farthest_apart(one.mass_mm if what == "mass" else one.calcifications_mm)) is not None
        ]
        if not found:
            continue
        ends, frame = max(found, key=lambda one: _length(one[0]))
        start, end = (slices.slices[frame].projection.pixel(one) for one in ends)
        true = _length(ends)
        lines.append(Line(name, "L1", what, view, start, end, true, true, frame))
    return lines


def _length(ends: Ends) -> float:
    return float(np.linalg.norm(ends[1] - ends[0]))
