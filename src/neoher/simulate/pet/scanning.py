"""From tissue to image: the PET scanner's point spread, the breath, and counting noise.

An image is linear in the activity, so the body is blurred on the scanner's grid and every lesion's excess
over the tissue that it replaces on a lattice of about 1 mm of its own, exactly where partial volume matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.lattice import positions
from neoher.simulate.pet.body import Organ, organ_shares
from neoher.simulate.pet.tracer import OrganUptake
from neoher.volume.grid import Grid, Vector

__all__ = ["Imaging", "PetLesion", "PetScene", "ScannedImage", "breathing_kernel"]

Array = NDArray[np.float64]
Background = Callable[[Array, float], Sequence[Organ]]
"""Organs at LPS positions, given the width of their edges in mm."""

FINE_STEPS = 4
"""Points of a lesion's own lattice per voxel and axis."""
_FWHM_PER_SD = 2.0 * np.sqrt(2.0 * np.log(2.0))


@dataclass(frozen=True, slots=True)
class Imaging:
    """What the scanner does to the activity. Widths are full widths at half maximum, mm."""

    detector_mm: float = 4.6
    """Blur before the image is counted."""
    filter_mm: float = 4.0
    """Smoothing after reconstruction: blurs image and noise."""
    counts_per_suv: float = 22.0
    """Noise-equivalent counts of a voxel of SUV 1."""
    breathing_mm: float = 0.0
    """Excursion of the diaphragm from head to foot; 0 leaves the breath out."""

    @property
    def width_mm(self) -> float:
        """Width of the whole point spread without the breath."""
        return float(np.hypot(self.detector_mm, self.filter_mm))


@dataclass(frozen=True, slots=True)
class PetLesion:
    """One lesion of uniform uptake."""

    id: str
    kind: str
    """As the record names it: primary, node, metastasis."""
    place: str
    """Organ or tissue, in words."""
    suv: float
    centre_mm: Vector
    reach_mm: float
    """No part of the lesion is farther from its centre than this."""
    distance: Callable[[Array], Array] = field(repr=False)
    """Signed distance to its surface in mm, of positions (n, 3); negative inside."""
    moves: float = 0.0
    """Share of the diaphragm's excursion by which it follows."""


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """An image in SUV (body weight), and the shapes behind it, on the scanner's grid."""

    grid: Grid
    suv: Array
    """With noise, shape (slices, rows, columns)."""
    expected: Array
    """The same without noise."""
    lesion_shares: dict[str, Array] = field(repr=False)
    """Share of each voxel that is the lesion, by lesion, where the breath is out."""
    lesion_volumes_cc: dict[str, float]
    organs: tuple[Organ, ...] = field(repr=False)


@dataclass(frozen=True)
class PetScene:
    """A body on a scanner's grid: what stays the same from scan to scan is computed once.

    The grid is axial: breathing runs along its slices.
    """

    grid: Grid
    background: Background = organ_shares

    @cached_property
    def organs(self) -> tuple[Organ, ...]:
        """Share of each voxel by tissue, where the breath is out."""
        return tuple(self.background(positions(self.grid), min(self.grid.spacing_mm)))

    def scan(
        self,
        uptake: OrganUptake,
        lesions: Sequence[PetLesion],
        imaging: Imaging,
        random: np.random.Generator,
    ) -> ScannedImage:
        """Scan the body with its lesions once.

        Parameters: `uptake`: SUV of the organs; `random` draws the noise. Lesions must not touch each other.
        """
        grid = self.grid
        pre = _blurred_body(self.organs, uptake, grid, imaging, imaging.detector_mm)
        expected = _blurred_body(self.organs, uptake, grid, imaging, imaging.width_mm)
        shares: dict[str, Array] = {}
        volumes: dict[str, float] = {}
        for lesion in lesions:
            lattice = _FineLattice.around(lesion, grid, imaging)
            inside, window = lattice.inside(lesion), lattice.window
            excess = inside * (lesion.suv - lattice.suv_of(self.background, uptake))
            for image, width in ((pre, imaging.detector_mm), (expected, imaging.width_mm)):
                image[window] += lattice.averaged(lattice.blurred(excess, imaging, width, lesion.moves))
            shares[lesion.id] = np.zeros(grid.shape)
            shares[lesion.id][window] = lattice.averaged(inside)
            volumes[lesion.id] = float(inside.sum() * lattice.grid.voxel_volume_cc)
        return ScannedImage(
            grid=grid,
            suv=np.clip(expected + _noise(pre, grid, imaging, random), 0.0, None),
            expected=expected,
            lesion_shares=shares,
            lesion_volumes_cc=volumes,
            organs=self.organs,
        )


def breathing_kernel(excursion_mm: float, step_mm: float) -> Array:
    """Shares of the time spent at displacements from head to foot, `step_mm` apart, the first at 0.

    The diaphragm goes down by the excursion times 1 - cos^4 of the phase and dwells where the breath is out.
    Source of the form: Lujan et al., Med Phys 1999;26:715 (doi 10.1118/1.598577), from memory, unverified.
    """
    phase = (np.arange(720) + 0.5) / 720 * np.pi
    down = excursion_mm * (1.0 - np.cos(phase) ** 4) / step_mm
    kernel = np.zeros(int(np.ceil(excursion_mm / step_mm)) + 2)
    below = np.floor(down).astype(int)
    np.add.at(kernel, below, (1.0 - (down - below)) / len(down))
    np.add.at(kernel, below + 1, (down - below) / len(down))
    return kernel


def _blurred_body(
    organs: Sequence[Organ], uptake: OrganUptake, grid: Grid, imaging: Imaging, width_mm: float
) -> Array:
    """Organs that move alike are moved together, then everything is blurred."""
    total = np.zeros(grid.shape)
    for moves in dict.fromkeys(organ.moves for organ in organs):
        group = sum(
            (organ.share * organ.suv(uptake) for organ in organs if organ.moves == moves), np.zeros(1)
        )
        total += _breathed(np.asarray(group), imaging.breathing_mm * moves, grid)
    return np.asarray(ndimage.gaussian_filter(total, _sd(width_mm) / np.asarray(grid.spacing_mm)))


def _breathed(image: Array, excursion_mm: float, grid: Grid) -> Array:
    if excursion_mm <= 0:
        return image
    towards_feet = -float(np.asarray(grid.axes[0]) @ np.array([0.0, 0.0, 1.0]))
    moved = np.zeros_like(image)
    for steps, share in enumerate(breathing_kernel(excursion_mm, grid.spacing_mm[0])):
        offset = steps if towards_feet > 0 else -steps
        moved += share * ndimage.shift(image, (offset, 0, 0), order=0, mode="nearest")
    return moved


def _noise(pre: Array, grid: Grid, imaging: Imaging, random: np.random.Generator) -> Array:
    """Deviation from the expected image: counts vary as Poisson's law says, then the filter smooths them."""
    counts = np.clip(pre, 0.0, None) * imaging.counts_per_suv
    deviation = random.poisson(counts) / imaging.counts_per_suv - np.clip(pre, 0.0, None)
    return np.asarray(
        ndimage.gaussian_filter(deviation, _sd(imaging.filter_mm) / np.asarray(grid.spacing_mm))
    )


def _sd(width_mm: float) -> float:
    return float(width_mm / _FWHM_PER_SD)


@dataclass(frozen=True, slots=True)
class _FineLattice:
    """A finer lattice over a window of the scanner's grid: each voxel cut into FINE_STEPS per axis."""

    window: tuple[slice, slice, slice]
    grid: Grid
    points_mm: Array = field(repr=False)

    @classmethod
    def around(cls, lesion: PetLesion, grid: Grid, imaging: Imaging) -> _FineLattice:
        reach = lesion.reach_mm + 4.0 * _sd(imaging.width_mm) + imaging.breathing_mm * lesion.moves
        centre = grid.to_index(np.asarray([lesion.centre_mm]))[0]
        half = reach / np.asarray(grid.spacing_mm)
        low = np.clip(np.floor(centre - half).astype(int), 0, grid.shape)
        high = np.clip(np.ceil(centre + half).astype(int) + 1, 0, grid.shape)
        first, second, third = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        step = tuple(spacing / FINE_STEPS for spacing in grid.spacing_mm)
        # The centre of the first fine cell lies inside the first voxel, half of what is left from its corner.
        corner = low - 0.5 + 0.5 / FINE_STEPS
        origin = grid.to_patient(corner[None, :])[0]
        fine = Grid(
            shape=tuple(int(n) * FINE_STEPS for n in high - low),  # type: ignore[arg-type]
            spacing_mm=step,  # type: ignore[arg-type]
            origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
            axes=grid.axes,
        )
        return cls((first, second, third), fine, positions(fine))

    def inside(self, lesion: PetLesion) -> Array:
        """Share of each fine cell that is lesion: its edge is as wide as a cell."""
        away = lesion.distance(self.points_mm.reshape(-1, 3)).reshape(self.grid.shape)
        return np.clip(0.5 - away / float(np.mean(self.grid.spacing_mm)), 0.0, 1.0)

    def suv_of(self, background: Background, uptake: OrganUptake) -> Array:
        """SUV of the tissue that a lesion replaces."""
        organs = background(self.points_mm, min(self.grid.spacing_mm))
        return np.asarray(sum((organ.share * organ.suv(uptake) for organ in organs), np.zeros(1)))

    def blurred(self, excess: Array, imaging: Imaging, width_mm: float, moves: float) -> Array:
        """The excess as the scanner sees it, breath and point spread."""
        moved = _breathed(excess, imaging.breathing_mm * moves, self.grid)
        return np.asarray(ndimage.gaussian_filter(moved, _sd(width_mm) / np.asarray(self.grid.spacing_mm)))

    def averaged(self, fine: Array) -> Array:
        """Mean of the fine cells of each voxel."""
        slices, rows, columns = (n // FINE_STEPS for n in self.grid.shape)
        parts = fine.reshape(slices, FINE_STEPS, rows, FINE_STEPS, columns, FINE_STEPS)
        return np.asarray(parts.mean(axis=(1, 3, 5)))
