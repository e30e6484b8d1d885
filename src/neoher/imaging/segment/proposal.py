"""Tumour proposal in breast DCE-MRI from one click or box.

A proposal is no measurement: a person looks at it, corrects it where needed, and accepts it or does not. The
method is this project's own; its agreement with simulated truth is printed by scripts/proposal_table.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError, RegionError
from neoher.imaging.enhancing_voxels import Box
from neoher.imaging.phases import PhaseChoice
from neoher.imaging.segment.foci import Foci, foci_around
from neoher.imaging.segment.growing import Levels, levels_from
from neoher.imaging.segment.learned import Segmenter, probability_of
from neoher.imaging.segment.tissue import Curves, around, curves_of, depth_below_skin_mm
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

__all__ = ["METHOD", "Confidence", "Proposal", "propose_tumour"]

METHOD = "proposal/1"
REACH_MM = 70.0
"""How far from the click a lesion may reach."""
SEED_MM = 2.5
SKIN_MM = 3.0
ISLANDS_MM = 30.0
"""How far from the connected lesion islands are looked for."""
LEAST_EARLY = 0.35
"""Least early enhancement of a lesion against the tissue's brightness (PE of about 35 %)."""
EDGE_SHARES = (0.4, 0.6)
CLEAR_CONTRAST = 8.0
"""Contrast over noise from which a lesion is as distinct as can be."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far a proposal can be trusted: a design decision, no probability."""

    score: float
    """0 to 1: the least of the parts."""
    stability: float
    """Dice coefficient of the proposals that a laxer and a stricter edge would give: 1 where it is sharp."""
    distinctness: float
    """Contrast between lesion and surroundings over the noise, 1 from 8 on."""
    containment: float
    """1, or less where the proposal meets the skin or the limit of its reach."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Foci proposed, on the exam's grid."""

    extent: Mask
    """All foci taken together."""
    foci: tuple[Mask, ...]
    """Each focus a lesion; the clicked one first, then by falling volume."""
    confidence: Confidence
    made_by: str
    """Method and version, and the learned segmenter where one was used."""
    early_percent: float
    """Median early enhancement of the lesion, percent of the tissue's brightness before contrast."""
    around_percent: float
    """The same of what surrounds it."""
    warnings: tuple[tuple[str, str], ...]


def propose_tumour(
    series: DynamicSeries,
    choice: PhaseChoice,
    *,
    at_mm: Vector | None = None,
    box: Mask | None = None,
    segmenter: Segmenter | None = None,
) -> Proposal:
    """Propose the enhancing lesion at a point or in a box, with its foci.

    Parameters: `at_mm`, a point on the lesion, LPS mm; or `box`, a region that holds the whole lesion:
    nothing outside it is proposed. Exactly one of both. `segmenter`, a learned one, tells tumour from the
    rest in the place of the enhancement curves; connection, vessels and foci are judged alike.
    Raises: InputError where not exactly one is given; RegionError where the point lies outside the image, or
    nothing enhances there; ImageError where the segmenter cannot be used.
    """
    if (at_mm is None) == (box is None):
        raise InputError("a proposal starts from a point or a box.", "at, box", "Give one of both.")
    area = _area(series.grid, at_mm, box)
    spacing = series.grid.spacing_mm
    phases = [
        _signal(series, index, area) for index in (choice.pre, choice.early, choice.late) if index is not None
    ]
    curves = curves_of(phases[0], phases[1], phases[2] if len(phases) == 3 else None, spacing)
    depth = depth_below_skin_mm(np.mean(phases, axis=0, dtype=np.float32), spacing)
    allowed = depth > SKIN_MM
    if box is not None:
        allowed &= box.inside[area]
    if not allowed.any():
        raise RegionError(
            "there is no tissue below the skin.", "at, box", "Point at the lesion in the breast."
        )
    seed = _seed(curves, series.grid, area, at_mm, allowed)
    levels, grown = levels_from(curves, seed, allowed, spacing)
    if levels.lesion[0] < LEAST_EARLY or levels.contrast < 3 * curves.noise:
        raise RegionError(
            f"nothing enhances there enough to be proposed ({100 * levels.lesion[0]:.0f} % early).",
            remedy="Point at the brightest part of the lesion on the early phase, or draw the region.",
        )
    likeness = (
        levels.nearness(curves.stacked()) * (curves.early >= 0.5 * LEAST_EARLY)
        if segmenter is None
        else probability_of(segmenter, phases)
    )
    part = around(grown, ISLANDS_MM, spacing)
    assert part is not None  # what is grown holds the seed
    area = _narrowed(area, part)
    likeness, seed, depth = np.where(allowed, likeness, 0.0)[part], seed[part], depth[part]
    found, lax, strict = (foci_around(likeness >= share, seed, spacing) for share in (0.5, *EDGE_SHARES))
    if found.count == 0:
        raise RegionError(
            "no lesion is found at the point.", remedy="Point at its brightest part, or draw the region."
        )
    inside = found.labels > 0
    return _proposal(
        series.grid,
        area,
        found,
        levels,
        stability=_dice(lax.labels > 0, strict.labels > 0),
        distinctness=min(1.0, levels.contrast / max(curves.noise, 1e-9) / CLEAR_CONTRAST),
        skin=bool((inside & (depth <= SKIN_MM + max(spacing))).any()),
        limit=_meets_limit(inside, area, series.grid.shape),
        made_by=METHOD if segmenter is None else f"{METHOD} with {segmenter.name}",
    )


def _proposal(
    grid: Grid,
    area: Box,
    found: Foci,
    levels: Levels,
    *,
    stability: float,
    distinctness: float,
    skin: bool,
    limit: bool,
    made_by: str,
) -> Proposal:
    containment = 0.5 if limit else 0.8 if skin else 1.0
    return Proposal(
        extent=_mask(grid, area, found.labels > 0, "whole extent", made_by),
        foci=tuple(
            _mask(grid, area, found.labels == number, f"focus {number}", made_by)
            for number in range(1, found.count + 1)
        ),
        confidence=Confidence(
            min(stability, distinctness, containment), stability, distinctness, containment
        ),
        made_by=made_by,
        early_percent=100 * float(levels.lesion[0]),
        around_percent=100 * float(levels.around[0]),
        warnings=tuple(_warnings(found, skin=skin, limit=limit)),
    )


def _warnings(found: Foci, *, skin: bool, limit: bool) -> list[tuple[str, str]]:
    warnings = []
    if skin:
        warnings.append(
            (
                "proposal-meets-skin",
                f"The proposal reaches the skin; the outer {SKIN_MM:g} mm are never proposed: check them.",
            )
        )
    if limit:
        warnings.append(
            (
                "proposal-meets-limit",
                "The proposal reaches the limit of where it was looked for: it may go on.",
            )
        )
    if found.vessels:
        warnings.append(
            (
                "vessels-held-back",
                f"{found.vessels} long, thin enhancing parts were taken as vessels and left out.",
            )
        )
    if found.further:
        warnings.append(
            (
                "further-enhancement",
                f"{found.further} further parts enhance alike but lie apart: other lesions, or none.",
            )
        )
    return warnings


def _area(grid: Grid, at_mm: Vector | None, box: Mask | None) -> Box:
    """The part of the grid that is worked on."""
    if box is not None:
        bounds = box.bounding_box()
        if bounds is None:
            raise RegionError("the box holds no voxel.", box.name, "Give a box that lies on the image.")
        centre = [(span.start, span.stop - 1) for span in bounds]
        margin = 25.0
    else:
        index = grid.to_index(np.asarray([at_mm], dtype=np.float64))[0]
        nearest = np.rint(index).astype(int)
        if (nearest < 0).any() or (nearest >= np.asarray(grid.shape)).any():
            raise RegionError(
                "the point lies outside the image.",
                "at",
                "Give a point on the lesion in DICOM patient coordinates (x,y,z in mm).",
            )
        centre = [(int(one), int(one)) for one in nearest]
        margin = REACH_MM
    first, second, third = (
        slice(max(0, low - round(margin / step)), min(size, high + round(margin / step) + 1))
        for (low, high), step, size in zip(centre, grid.spacing_mm, grid.shape, strict=True)
    )
    return first, second, third


def _narrowed(area: Box, part: Box) -> Box:
    """A part of an area as a box of the whole grid."""
    first, second, third = (
        slice(whole.start + inner.start, whole.start + inner.stop)
        for whole, inner in zip(area, part, strict=True)
    )
    return first, second, third


def _signal(series: DynamicSeries, index: int, area: Box) -> NDArray[np.float32]:
    stored, scale = series.phase(index)
    signal: NDArray[np.float32] = stored[area].astype(np.float32) * np.float32(scale.slope)
    return signal + np.float32(scale.intercept)


def _seed(
    curves: Curves, grid: Grid, area: Box, at_mm: Vector | None, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Voxels that the reader pointed at: around the point, or the strongest part of the box."""
    if at_mm is None:
        strong = curves.early >= np.percentile(curves.early[allowed], 97)
        best = np.where(strong & allowed, curves.early, -np.inf)
        place = np.array(np.unravel_index(int(np.argmax(_mean_of(best))), best.shape), dtype=float)
    else:
        corner = np.array([span.start for span in area])
        place = grid.to_index(np.asarray([at_mm], dtype=np.float64))[0] - corner
    axes = [np.arange(size) for size in curves.early.shape]
    away = sum(
        (((axis - at) * step) ** 2).reshape([-1 if one == number else 1 for one in range(3)])
        for number, (axis, at, step) in enumerate(zip(axes, place, grid.spacing_mm, strict=True))
    )
    near: NDArray[np.bool_] = np.asarray(away) <= max(SEED_MM, 0.75 * max(grid.spacing_mm)) ** 2
    return near


def _mean_of(values: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy import ndimage

    result: NDArray[np.float32] = ndimage.uniform_filter(np.maximum(values, 0), 3)
    return result


def _meets_limit(inside: NDArray[np.bool_], area: Box, shape: tuple[int, int, int]) -> bool:
    """Whether the proposal meets a border of the working area that is no border of the image."""
    for axis, span in enumerate(area):
        if span.start > 0 and inside.take(0, axis).any():
            return True
        if span.stop < shape[axis] and inside.take(-1, axis).any():
            return True
    return False


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    total = int(one.sum()) + int(other.sum())
    return 2.0 * int((one & other).sum()) / total if total else 0.0


def _mask(grid: Grid, area: Box, inside: NDArray[np.bool_], name: str, made_by: str) -> Mask:
    whole = np.zeros(grid.shape, dtype=np.bool_)
    whole[area] = inside
    return Mask(whole, grid, name, f"proposed ({made_by})")
