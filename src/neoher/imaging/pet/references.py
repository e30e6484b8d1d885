"""Reference tissues: liver and blood pool, and what lesions are held against.

PERCIST 1.0 (Wahl 2009, PMID 19403881 = PMC2755245): liver in a sphere of 3 cm, blood pool in a cylinder of
1 cm across and 2 cm along the descending aorta; a lesion is measurable from 1.5 x liver mean + 2 SD, or,
where the liver is diseased, 2.0 x blood-pool mean + 2 SD (PERCIST's text and table disagree on the latter's
+ 2 SD; the stricter form is taken, a design decision).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.volume.grid import Grid, Vector
from neoher.volume.mask import Mask

__all__ = ["PercistThreshold", "aorta_cylinder", "liver_sphere", "percist_threshold"]

LIVER_RADIUS_MM = 15.0
AORTA_RADIUS_MM = 5.0
AORTA_HALF_LENGTH_MM = 10.0


@dataclass(frozen=True, slots=True)
class PercistThreshold:
    """Least SULpeak of a lesion that PERCIST measures at baseline."""

    sul: float
    rule: str


def liver_sphere(centre_mm: Vector, grid: Grid) -> Mask:
    """A sphere of 3 cm around a point of the right liver lobe (LPS, mm).

    Raises: RegionError where it reaches beyond the image.
    """
    return _around(centre_mm, grid, "liver", "sphere of 3 cm", LIVER_RADIUS_MM, None)


def aorta_cylinder(centre_mm: Vector, grid: Grid) -> Mask:
    """A cylinder of 1 cm across and 2 cm along z around a point of the descending aorta (LPS, mm).

    Raises: RegionError where it reaches beyond the image.
    """
    return _around(
        centre_mm,
        grid,
        "blood pool",
        "cylinder 1 cm across, 2 cm along z",
        AORTA_RADIUS_MM,
        AORTA_HALF_LENGTH_MM,
    )


def percist_threshold(mean: float, standard_deviation: float, tissue: str) -> PercistThreshold:
    """The threshold from the liver, or from the blood pool where `tissue` says so; values in SUL."""
    factor = 1.5 if tissue == "liver" else 2.0
    sul = factor * mean + 2 * standard_deviation
    return PercistThreshold(sul, f"{factor:g} x {tissue} mean + 2 SD (PERCIST 1.0, PMID 19403881)")


def _around(
    centre_mm: Vector, grid: Grid, name: str, form: str, radius_mm: float, half_length_mm: float | None
) -> Mask:
    centre = np.asarray(centre_mm, dtype=np.float64)
    where = f"{form} around {','.join(format(float(part), 'g') for part in centre_mm)} mm (LPS)"
    extent = np.array([radius_mm, radius_mm, half_length_mm or radius_mm])
    corners = (
        np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64) * extent
    )
    reach = grid.to_index(centre + corners)
    size = np.asarray(grid.shape, dtype=np.float64)
    if (reach.min(axis=0) < -0.5).any() or (reach.max(axis=0) > size - 0.5).any():
        raise RegionError(
            "the reference region reaches beyond the image.",
            where,
            "The point is LPS in mm: +x to the patient's left, +y back, +z to the head.",
        )
    low = np.clip(np.floor(reach.min(axis=0)), 0, size - 1).astype(int)
    high = np.clip(np.ceil(reach.max(axis=0)), 0, size - 1).astype(int)
    axes = np.meshgrid(*(np.arange(a, b + 1) for a, b in zip(low, high, strict=True)), indexing="ij")
    index = np.stack([axis.ravel() for axis in axes], axis=1)
    shift = grid.to_patient(index.astype(np.float64)) - centre
    hit = _inside(shift, radius_mm, half_length_mm)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[tuple(index[hit].T)] = True
    if not inside.any():
        raise RegionError("no voxel's centre lies in the reference region.", where)
    return Mask(inside, grid, name, where)


def _inside(
    shift_mm: NDArray[np.float64], radius_mm: float, half_length_mm: float | None
) -> NDArray[np.bool_]:
    """Which shifts from the centre, shape (n, 3), lie in the sphere, or in the cylinder along z."""
    if half_length_mm is None:
        sphere: NDArray[np.bool_] = np.linalg.norm(shift_mm, axis=1) <= radius_mm
        return sphere
    across: NDArray[np.bool_] = np.linalg.norm(shift_mm[:, :2], axis=1) <= radius_mm
    return across & (np.abs(shift_mm[:, 2]) <= half_length_mm)
