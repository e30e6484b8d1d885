"""A region of an earlier visit carried to a later one: where its tissue lies now, by rigid registration.

The breast lies otherwise at each visit, by centimetres. Its tissue around the region is first looked for as a
whole in the later image, then put in place by `neoher.imaging.align`. Registration is rigid: a bend could
follow the tumour's own change, which is what the visits are compared for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.errors import RegionError
from neoher.imaging.align import Alignment, align_volumes
from neoher.imaging.enhancing_voxels import Box
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

__all__ = ["LEAST_SIMILARITY", "METHOD", "CarriedRegion", "carry_region"]

Array = NDArray[np.float32]
Point = NDArray[np.float64]

METHOD = "carry/1"
AROUND_MM = 30.0
"""How far around the region its tissue is looked at."""
FARTHEST_MM = 60.0
"""How far from where it lay the tissue is looked for, along each axis."""
COARSE_MM = 4.0
CHANGED_MM = 5.0
"""How far around the region tissue may look otherwise only because the tumour changed."""
LEAST_SIMILARITY = 0.6
"""Correlation of the tissue below which a reader is warned. A design decision, no evidence behind it."""


@dataclass(frozen=True, slots=True)
class CarriedRegion:
    """Where a region lies at another visit."""

    inside: NDArray[np.bool_]
    """On the later visit's grid."""
    displacement_mm: Vector
    """How far the tissue in the region's middle moved from the earlier visit to the later, LPS mm."""
    similarity_before: float | None
    """Correlation (Pearson) of the signal around the region with both visits where they lie; None where the
    tissue is outside the image or has no contrast."""
    similarity: float | None
    """The same after registration."""
    outside_percent: float
    """Share of the region that lies outside the later image."""
    warnings: tuple[tuple[str, str], ...]


def carry_region(earlier: Array, region: Mask, later: Array, later_grid: Grid) -> CarriedRegion:
    """Find the tissue of the region in the later image and mark it there.

    Parameters: signal before contrast of both visits, shapes of the region's grid and of `later_grid`.
    Raises: RegionError where the region holds no voxel, or all of it lies outside the later image;
    MissingExtra without SimpleITK.
    """
    if region.voxels == 0:
        raise RegionError("the region holds no voxel.", region.name, "Give a region of the earlier exam.")
    low, high = _extent_mm(region)
    start = _coarse_shift_mm(earlier, region.grid, later, later_grid, low - AROUND_MM, high + AROUND_MM)
    shift = np.asarray(start)
    still = _part(later_grid, low + shift - AROUND_MM, high + shift + AROUND_MM)
    if still is None:
        raise _outside(region)
    wide = _part(region.grid, low - 2 * AROUND_MM, high + 2 * AROUND_MM)
    assert wide is not None  # the region lies on its own grid
    x, y, z = -shift
    found = align_volumes(
        later[still],
        _grid_of(later_grid, still),
        earlier[wide],
        _grid_of(region.grid, wide),
        start_mm=(float(x), float(y), float(z)),
    )
    whole = replace(found, fixed=later_grid, moving=region.grid)
    inside = whole.resampled(region.inside.astype(np.float32), labels=True) > 0.5
    if not inside.any():
        raise _outside(region)
    unmoved = Alignment.unmoved(later_grid, region.grid)
    before, after = (_similarity(earlier, region, later, alignment, still) for alignment in (unmoved, whole))
    outside = 100.0 * max(0.0, 1.0 - float(inside.sum()) * later_grid.voxel_volume_cc / region.volume_cc)
    # Sampling on another grid alone changes the count by a little.
    outside = outside if _meets_edge(inside) else 0.0
    return CarriedRegion(
        inside, _moved_mm(whole, low, high, shift), before, after, outside, _warnings(after, outside)
    )


def _extent_mm(region: Mask) -> tuple[Point, Point]:
    """The region's box in the patient."""
    points = region.grid.to_patient(np.argwhere(region.inside).astype(float))
    return points.min(axis=0), points.max(axis=0)


def _coarse_shift_mm(
    earlier: Array, earlier_grid: Grid, later: Array, later_grid: Grid, low: Point, high: Point
) -> Vector:
    """How far the tissue between two corners moved, to a few mm: where the later image is most like it."""
    from skimage.feature import match_template

    tissue = _upright(low, high)
    around = _upright(low - FARTHEST_MM, high + FARTHEST_MM)
    template = Alignment.unmoved(tissue, earlier_grid).resampled(earlier)
    if float(np.ptp(template)) == 0.0:
        return 0.0, 0.0, 0.0
    image = Alignment.unmoved(around, later_grid).resampled(later)
    alike = match_template(image, template)  # type: ignore[no-untyped-call]
    at = np.asarray(np.unravel_index(int(np.argmax(alike)), alike.shape), dtype=float)
    here = around.to_patient(at[None])[0] - np.asarray(tissue.origin_mm)
    x, y, z = here
    return float(x), float(y), float(z)


def _upright(low: Point, high: Point) -> Grid:
    """A coarse grid along the patient's axes between two corners."""
    columns, rows, slices = (int(count) for count in np.ceil((high - low) / COARSE_MM) + 1)
    x, y, z = (float(one) for one in low)
    axes: tuple[Vector, Vector, Vector] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    return Grid((slices, rows, columns), (COARSE_MM,) * 3, (x, y, z), axes)


def _part(grid: Grid, low: Point, high: Point) -> Box | None:
    """The part of a grid between two corners in the patient; None where it has none."""
    corners = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)
    index = grid.to_index(low + corners * (high - low))
    first = np.maximum(np.floor(index.min(axis=0)).astype(int), 0)
    last = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 1, grid.shape)
    if (last - first < 4).any():
        return None
    spans = [slice(int(a), int(b)) for a, b in zip(first, last, strict=True)]
    return spans[0], spans[1], spans[2]


def _grid_of(grid: Grid, part: Box) -> Grid:
    first = np.array([[float(span.start) for span in part]])
    x, y, z = grid.to_patient(first)[0]
    slices, rows, columns = (span.stop - span.start for span in part)
    return replace(grid, shape=(slices, rows, columns), origin_mm=(float(x), float(y), float(z)))


def _similarity(earlier: Array, region: Mask, later: Array, alignment: Alignment, part: Box) -> float | None:
    """Correlation of both signals in a part of the later image, without what the tumour may have changed."""
    here = replace(alignment, fixed=_grid_of(alignment.fixed, part))
    steps = [max(1, round(CHANGED_MM / step)) for step in region.grid.spacing_mm]
    changed = ndimage.maximum_filter(
        region.inside.astype(np.uint8), size=[2 * step + 1 for step in steps]
    ).astype(np.float32)
    covered = here.resampled(np.ones(earlier.shape, dtype=np.float32)) > 0.5
    counted = covered & (here.resampled(changed, labels=True) < 0.5)
    one, other = later[part][counted], here.resampled(earlier)[counted]
    if one.size < 2 or float(np.ptp(one)) == 0.0 or float(np.ptp(other)) == 0.0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _moved_mm(whole: Alignment, low: Point, high: Point, shift: Point) -> Vector:
    """From the earlier visit to the later: the later place whose earlier place is the region's middle."""
    middle = (low + high) / 2
    at = middle + shift
    for _ in range(20):
        # A rigid motion that turns little: each step leaves a small part of the distance.
        at = at + (middle - whole.in_moving_mm(at[None])[0])
    x, y, z = at - middle
    return float(x), float(y), float(z)


def _meets_edge(inside: NDArray[np.bool_]) -> bool:
    return any(
        bool(face.any())
        for axis in range(3)
        for face in (np.take(inside, 0, axis=axis), np.take(inside, -1, axis=axis))
    )


def _warnings(similarity: float | None, outside_percent: float) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if similarity is None or similarity < LEAST_SIMILARITY:
        how = "cannot be compared" if similarity is None else f"correlates by {similarity:.2f} only"
        found.append(
            ("visits-not-alike", f"The tissue around the region {how}: it may be marked in another place.")
        )
    if outside_percent >= 1.0:
        found.append(
            (
                "region-leaves-image",
                f"About {outside_percent:.0f} % of the region lies outside the later image.",
            )
        )
    return tuple(found)


def _outside(region: Mask) -> RegionError:
    return RegionError(
        "the tissue of this region was not found in the later exam.",
        region.name,
        "Give an exam that shows the same breast, or draw the region there.",
    )
