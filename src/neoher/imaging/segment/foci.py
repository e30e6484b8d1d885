"""From enhancing tissue to foci: vessels are held back, islands nearby belong to the extent.

Distances, ratios and volumes are design decisions, no evidence behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.segment.tissue import within_mm
from neoher.volume.grid import Vector

__all__ = ["Foci", "foci_around"]

Inside = NDArray[np.bool_]

TOUCHING = np.ones((3, 3, 3), dtype=np.int8)
VESSEL_RADIUS_MM = 1.5
"""What is nowhere thicker than this is a vessel or noise."""
LEAST_CC = 0.03
"""A smaller island is no focus: a ball of less than 4 mm."""
LINK_MM = 12.0
"""An island at most so far from the foci already found belongs to the same extent."""
VESSEL_LENGTH = 5.0
"""A part so many times longer than it is thick is taken as a vessel."""
VESSEL_THICK_MM = 6.0


@dataclass(frozen=True, slots=True)
class Foci:
    """Labelled foci, shape (slices, rows, columns): 1 is the clicked one, then by falling volume."""

    labels: NDArray[np.uint16]
    count: int
    vessels: int
    """Parts held back as vessels within reach."""
    further: int
    """Islands that enhance alike but lie too far from the others to be taken as one extent."""


def foci_around(like: Inside, seed: Inside, spacing_mm: Vector) -> Foci:
    """The focus at the seed and the islands linked to it.

    Parameters: `like`, voxels that enhance like the lesion; `seed`, where the reader pointed.
    """
    filled = _filled(like)
    thick = _without_thin_parts(filled, seed, spacing_mm)
    labels, count = ndimage.label(thick, structure=TOUCHING)
    voxel_cc = float(np.prod(spacing_mm)) / 1000.0
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * voxel_cc
    clicked = {int(label) for label in np.unique(labels[seed])} - {0}
    vessels, islands = 0, []
    for label, place in enumerate(ndimage.find_objects(labels), start=1):
        if label in clicked or sizes[label] < LEAST_CC:
            continue
        if _is_tube(labels[place] == label, spacing_mm):
            vessels += 1
        else:
            islands.append(label)
    kept = _linked(labels, clicked, islands, spacing_mm)
    ordered = _ordered(kept, clicked, sizes)
    lookup = np.zeros(count + 1, dtype=np.uint16)
    for number, group in enumerate(ordered, start=1):
        lookup[list(group)] = number
    return Foci(lookup[labels], len(ordered), vessels, len(set(islands) - kept))


def _ordered(kept: set[int], clicked: set[int], sizes: NDArray[np.floating]) -> list[set[int]]:
    first = [clicked] if clicked else []
    return first + [{label} for label in sorted(kept - clicked, key=lambda one: -sizes[one])]


def _filled(like: Inside) -> Inside:
    """Without holes: a core that takes up less contrast is tumour all the same."""
    filled: Inside = ndimage.binary_fill_holes(like)
    return filled


def _without_thin_parts(inside: Inside, seed: Inside, spacing_mm: Vector) -> Inside:
    """Without vessels and bridges: without what a ball of the vessel radius cannot enter or lie close to."""
    padded = np.pad(inside, 1)
    depth = ndimage.distance_transform_edt(padded, sampling=spacing_mm)[1:-1, 1:-1, 1:-1]
    # The distance runs to the centre of the next voxel outside: the edge lies half a voxel nearer.
    core = depth > VESSEL_RADIUS_MM + 0.5 * min(spacing_mm)
    if not (core & within_mm(seed, 4.0, spacing_mm)).any():
        # What the reader points at stays, however small.
        core |= inside & seed
    reach = VESSEL_RADIUS_MM + 0.5 * max(spacing_mm)
    thick: Inside = inside & within_mm(core, reach, spacing_mm)
    return thick


def _is_tube(part: Inside, spacing_mm: Vector) -> bool:
    """Whether a part is long and thin."""
    points = np.argwhere(part) * np.asarray(spacing_mm)
    if len(points) < 4:
        return False
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(points.T)), 0.0))
    # A uniform bar of length l has a standard deviation of l / sqrt(12).
    length, thickness = spread[2] * np.sqrt(12), max(spread[1] * np.sqrt(12), min(spacing_mm))
    return bool(length > VESSEL_LENGTH * thickness and thickness < VESSEL_THICK_MM)


def _linked(
    labels: NDArray[np.integer], clicked: set[int], islands: list[int], spacing_mm: Vector
) -> set[int]:
    """The clicked parts and the islands that follow from them step by step."""
    kept, open_ = set(clicked), set(islands)
    fresh = set(clicked)
    while fresh and open_:
        near = within_mm(np.isin(labels, list(fresh)), LINK_MM, spacing_mm)
        fresh = {int(label) for label in np.unique(labels[near])} & open_
        kept |= fresh
        open_ -= fresh
    return kept
