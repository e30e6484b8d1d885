"""Truth of a PET per lesion and organ: what is there, and what such a scanner can show of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.pet.scanning import PetLesion, ScannedImage
from neoher.volume.grid import Grid, Vector

__all__ = ["LesionTruth", "OrganTruth", "RegionValues", "lesion_truth", "organ_truth", "region_values"]

Array = NDArray[np.float64]
Inside = NDArray[np.bool_]

PEAK_RADIUS_MM = 6.2
"""Radius of a ball of 1 cm3: a voxel belongs to the peak whose centre lies within it."""


@dataclass(frozen=True, slots=True)
class RegionValues:
    """SUV (body weight) of one region."""

    suvmax: float
    suvpeak: float
    """Largest mean over a ball of 1 cm3 centred on a voxel of the region."""
    suvmean: float


@dataclass(frozen=True, slots=True)
class LesionTruth:
    """What is true of one lesion in one PET."""

    lesion: str
    kind: str
    place: str
    suv: float
    """True SUV: uniform inside the lesion."""
    bq_per_ml_at_injection: float
    """True concentration as if the scan were at the injection: decay undone."""
    bq_per_ml_at_scan: float
    """True concentration at the start of the scan."""
    volume_cc: float
    """Continuous volume."""
    diameter_mm: float
    """Of the ball of that volume."""
    centre_mm: Vector
    region_voxels: int
    """Voxels that the lesion fills by half or more: the region in the SEG."""
    region_cc: float
    expected: RegionValues
    """Without noise: what the point spread and the breath leave."""
    recovery: RegionValues
    """Expected over true: 1 where nothing is lost."""
    written: RegionValues
    """With noise: what the files hold."""


@dataclass(frozen=True, slots=True)
class OrganTruth:
    """What is true of one reference region."""

    name: str
    suv: float
    region_voxels: int
    expected_mean: float
    written_mean: float
    written_sd: float


def lesion_truth(
    image: ScannedImage, lesion: PetLesion, *, at_injection: float, at_scan: float
) -> tuple[LesionTruth, Inside]:
    """Truth of one lesion and its region.

    Parameters: `at_injection`, `at_scan`: Bq/mL of SUV 1 at either time.
    """
    share = image.lesion_shares[lesion.id]
    # A lesion that fills no voxel by half has the region of the voxel that holds most of it.
    inside = share >= min(0.5, float(share.max()))
    volume = image.lesion_volumes_cc[lesion.id]
    expected = region_values(image.expected, inside, image.grid)
    truth = LesionTruth(
        lesion=lesion.id,
        kind=lesion.kind,
        place=lesion.place,
        suv=lesion.suv,
        bq_per_ml_at_injection=lesion.suv * at_injection,
        bq_per_ml_at_scan=lesion.suv * at_scan,
        volume_cc=volume,
        diameter_mm=float(np.cbrt(volume * 1000.0 * 6.0 / np.pi)),
        centre_mm=lesion.centre_mm,
        region_voxels=int(inside.sum()),
        region_cc=float(inside.sum() * image.grid.voxel_volume_cc),
        expected=expected,
        recovery=RegionValues(
            expected.suvmax / lesion.suv, expected.suvpeak / lesion.suv, expected.suvmean / lesion.suv
        ),
        written=region_values(image.suv, inside, image.grid),
    )
    return truth, inside


def organ_truth(image: ScannedImage, name: str, suv: float, inside: Inside) -> OrganTruth:
    """Truth of a reference region inside an organ."""
    return OrganTruth(
        name=name,
        suv=suv,
        region_voxels=int(inside.sum()),
        expected_mean=float(image.expected[inside].mean()),
        written_mean=float(image.suv[inside].mean()),
        written_sd=float(image.suv[inside].std(ddof=1)),
    )


def region_values(suv: Array, inside: Inside, grid: Grid) -> RegionValues:
    """Max, peak and mean of a region, by their definitions, voxel by voxel."""
    offsets = _ball(grid)
    peaks = []
    for voxel in np.argwhere(inside):
        around = voxel + offsets
        around = around[((around >= 0) & (around < grid.shape)).all(axis=1)]
        peaks.append(float(suv[tuple(around.T)].mean()))
    values = suv[inside]
    return RegionValues(float(values.max()), max(peaks), float(values.mean()))


def _ball(grid: Grid) -> NDArray[np.intp]:
    """Index offsets of the voxels whose centres lie within the peak's radius."""
    reach = [int(PEAK_RADIUS_MM // spacing) for spacing in grid.spacing_mm]
    steps = np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij")
    offsets = np.stack(steps, axis=-1).reshape(-1, 3)
    away = np.linalg.norm(offsets * np.asarray(grid.spacing_mm), axis=1)
    return np.asarray(offsets[away <= PEAK_RADIUS_MM])
