"""Truth of a simulated visit: volumes and diameters from the geometry and the noise-free signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist, squareform
from skimage.measure import marching_cubes

from neoher.simulate.lattice import positions
from neoher.simulate.mr.scanner import Scanner
from neoher.simulate.mr.visit import Kinetics, SimulatedVisit, phase_nearest
from neoher.simulate.reader import BoxMm
from neoher.simulate.tumour.shape import TumourShape
from neoher.volume.grid import Grid, Vector

__all__ = ["Followed", "VisitTruth", "truth_of"]

Array = NDArray[np.float64]
REFERENCE_PE_PERCENT = 70.0
EARLY_S, LATE_S = 150.0, 450.0
FRAGMENT_CC = 0.065


@dataclass(frozen=True, slots=True)
class VisitTruth:
    """What is true of one visit. Volumes in cc, lengths in mm; None where there is no tumour."""

    tumour_cc: float
    """Continuous volume of the mass."""
    ftv_reference_cc: float
    """Voxels with tumour in them, inside the VOI, with noise-free PE of 70 % or more."""
    reference_voxels: int
    longest_diameter_3d_mm: float | None
    """Of the reference voxels' largest part: between voxel centres plus one voxel along the line."""
    longest_diameter_in_plane_mm: float | None
    """The same within one slice of the acquisition."""
    tumour_diameter_mm: float | None
    """Longest diameter of the continuous mass."""
    fragments: int
    """Parts of the reference voxels of 0.065 cc or more; voxels that touch by a corner belong together."""
    fragments_longest_diameter_3d_mm: float | None
    """Of these parts taken together, gaps included."""
    fragments_hull_cc: float | None
    """Convex hull around these parts' voxels."""
    parts: int
    """Of the reference voxels, however small."""
    reference_diameter_3d_mm: float | None
    """Of all reference voxels, gaps between parts included."""
    reference_diameter_in_plane_mm: float | None
    """The same within one slice of the acquisition."""
    sphericity: float | None
    """pi^(1/3) (6 V)^(2/3) / A of the mesh halfway between reference voxels and others."""
    reference_pe_percent: tuple[float, float] | None
    """Mean and 95th percentile of the noise-free PE of the reference voxels."""
    reference_washout_percent: float | None
    """Share of the reference voxels whose noise-free SER is above 1."""
    reference_curve_percent: tuple[float, ...] | None
    """By phase, noise-free enhancement of the reference voxels' mean signal."""
    centre_mm: Vector
    scale: float
    """Linear size against baseline; of islands the size of each against the mass it came from."""
    moved_mm: tuple[Vector, ...]
    """By phase, LPS: how far the patient has moved since the first; () for not at all. Every other number is
    that of the patient lying still."""
    kinetics: Kinetics
    phase_times_s: tuple[float, ...]
    pre: int
    early: int
    late: int
    snr: float
    tumour_pe_percent: tuple[float, float] | None
    """5th and 95th percentile of the noise-free PE in voxels that are all tumour."""
    background_pe_percent: tuple[float, float, float]
    """5th percentile, mean and 95th percentile of the noise-free PE in voxels that are all parenchyma."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One lesion as it is at a visit."""

    shape: TumourShape
    scale: float
    voi: BoxMm
    """It holds this lesion alone."""


def truth_of(
    lesion: Followed,
    scanner: Scanner,
    visit: SimulatedVisit,
    kinetics: Kinetics,
    snr: float,
    moved_mm: tuple[Vector, ...] = (),
) -> VisitTruth:
    """The truth of a lesion at a visit, computed from the geometry and the noise-free, still signal alone."""
    early, late = phase_nearest(scanner, EARLY_S), phase_nearest(scanner, LATE_S)
    pre_signal, early_signal = visit.noise_free[0].astype(float), visit.noise_free[early].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        enhancement = 100.0 * (early_signal - pre_signal) / pre_signal
    grid = scanner.grid
    share = np.where(lesion.voi.holds(positions(grid)), visit.tumour_share, 0.0)
    reference = (share > 0) & (enhancement >= REFERENCE_PE_PERCENT)
    whole, gland = share > 0.999, visit.gland_share > 0.999
    least = FRAGMENT_CC / grid.voxel_volume_cc * (1 - 1e-9)
    parts = _parts(reference, least)
    part = parts[0] if parts else reference
    large = [one for one in parts if one.sum() >= least]
    centre = lesion.shape.centre_mm
    return VisitTruth(
        tumour_cc=float(share.sum() * grid.voxel_volume_cc),
        ftv_reference_cc=float(reference.sum() * grid.voxel_volume_cc),
        reference_voxels=int(reference.sum()),
        longest_diameter_3d_mm=_diameter(part, grid),
        longest_diameter_in_plane_mm=_diameter_in_plane(part, grid),
        tumour_diameter_mm=_continuous_diameter(lesion.shape),
        fragments=len(large),
        fragments_longest_diameter_3d_mm=_diameter(np.logical_or.reduce(large), grid) if large else None,
        fragments_hull_cc=_hull_cc(np.logical_or.reduce(large), grid) if large else None,
        parts=int(ndimage.label(reference, structure=np.ones((3, 3, 3)))[1]),
        reference_diameter_3d_mm=_diameter(reference, grid),
        reference_diameter_in_plane_mm=_diameter_in_plane(reference, grid),
        sphericity=_sphericity(reference, grid),
        **_uptake(visit.noise_free, reference, enhancement, late),
        centre_mm=(float(centre[0]), float(centre[1]), float(centre[2])),
        scale=lesion.scale,
        moved_mm=moved_mm,
        kinetics=kinetics,
        phase_times_s=scanner.times_s,
        pre=0,
        early=early,
        late=late,
        snr=snr,
        tumour_pe_percent=_spread(enhancement[whole]) if whole.any() else None,
        background_pe_percent=(
            *_spread(enhancement[gland])[:1],
            float(enhancement[gland].mean()),
            *_spread(enhancement[gland])[1:],
        ),
    )


def _spread(values: Array) -> tuple[float, float]:
    low, high = np.percentile(values, [5, 95])
    return float(low), float(high)


def _parts(mask: NDArray[np.bool_], least_voxels: float) -> list[NDArray[np.bool_]]:
    """The largest connected part, then every other one of `least_voxels` or more, by size."""
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3, 3)))
    sizes = np.bincount(labels.reshape(-1))[1:]
    order = np.argsort(-sizes, kind="stable")
    return [
        np.asarray(labels == 1 + part)
        for place, part in enumerate(order)
        if place == 0 or sizes[part] >= least_voxels
    ]


class _Uptake(TypedDict):
    reference_pe_percent: tuple[float, float] | None
    reference_washout_percent: float | None
    reference_curve_percent: tuple[float, ...] | None


def _uptake(
    noise_free: NDArray[np.float32], reference: NDArray[np.bool_], enhancement: Array, late: int
) -> _Uptake:
    """How the reference voxels take up contrast; `enhancement`: early PE in percent."""
    if not reference.any():
        return {
            "reference_pe_percent": None,
            "reference_washout_percent": None,
            "reference_curve_percent": None,
        }
    signal = noise_free[:, reference].astype(float)
    percent = enhancement[reference]
    late_percent = 100.0 * (signal[late] / signal[0] - 1.0)
    means = signal.mean(axis=1)
    return {
        "reference_pe_percent": (float(percent.mean()), float(np.percentile(percent, 95))),
        # SER, the ratio of both enhancements, is above 1 where the late one is less.
        "reference_washout_percent": float(100.0 * (late_percent < percent).mean()),
        "reference_curve_percent": tuple(float(one) for one in 100.0 * (means / means[0] - 1.0)),
    }


def _diameter_in_plane(mask: NDArray[np.bool_], grid: Grid) -> float | None:
    slices = np.flatnonzero(mask.any(axis=(1, 2)))
    return max((_diameter(_one_slice(mask, int(index)), grid) or 0.0 for index in slices), default=None)


def _hull_cc(mask: NDArray[np.bool_], grid: Grid) -> float:
    """Of the corners of the voxels."""
    corners = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3), axis=-1).reshape(-1, 3)
    # A voxel inside others has no corner on the hull.
    edge = mask & ~ndimage.binary_erosion(mask)
    points = (np.argwhere(edge)[:, None, :] + corners).reshape(-1, 3) * np.asarray(grid.spacing_mm)
    return float(ConvexHull(points).volume / 1000.0)


def _sphericity(mask: NDArray[np.bool_], grid: Grid) -> float | None:
    if not mask.any():
        return None
    box = ndimage.find_objects(mask.astype(np.int8))[0]
    padded = np.pad(mask[box], 1).astype(np.float32)
    vertices, faces, _, _ = marching_cubes(padded, 0.5, spacing=grid.spacing_mm)  # type: ignore[no-untyped-call]
    corners = vertices[faces].astype(float)
    volume = abs(float(np.linalg.det(corners).sum())) / 6.0
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = float(np.linalg.norm(sides, axis=1).sum()) / 2.0
    return float(np.pi ** (1 / 3) * (6.0 * volume) ** (2 / 3) / area)


def _one_slice(mask: NDArray[np.bool_], index: int) -> NDArray[np.bool_]:
    alone = np.zeros_like(mask)
    alone[index] = mask[index]
    return alone


def _diameter(mask: NDArray[np.bool_], grid: Grid) -> float | None:
    index = np.argwhere(mask).astype(float)
    if len(index) == 0:
        return None
    points = index * np.asarray(grid.spacing_mm)
    corners = _hull(points)
    if len(corners) == 1:
        return float(max(grid.spacing_mm))
    distances = squareform(pdist(corners))
    one, two = np.unravel_index(int(distances.argmax()), distances.shape)
    direction = np.abs(corners[one] - corners[two]) / distances[one, two]
    with np.errstate(divide="ignore"):
        extent = float((np.asarray(grid.spacing_mm) / direction).min())
    return float(distances[one, two]) + extent


def _hull(points: Array) -> Array:
    varied = points[:, np.ptp(points, axis=0) > 0]
    if varied.shape[1] < 2 or len(points) < 5:
        return points
    try:
        return points[ConvexHull(varied).vertices]
    except QhullError:  # all points on one line
        return points


def _continuous_diameter(shape: TumourShape) -> float | None:
    if shape.reach_mm <= 0:
        return None
    steps = np.linspace(-shape.reach_mm, shape.reach_mm, 81)
    points = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = points[shape.distance(points + shape.centre_mm) < 0]
    return float(pdist(_hull(inside)).max()) if len(inside) > 1 else None
