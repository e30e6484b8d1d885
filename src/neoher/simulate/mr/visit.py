"""From tissue maps to the signal of every phase of a visit, with and without noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.simulate.anatomy import Breast, Tissues
from neoher.simulate.lattice import occupancy, positions
from neoher.simulate.mr.contrast import TissueUptake, concentration, parker_input, spoiled_gradient_echo
from neoher.simulate.mr.scanner import Scanner
from neoher.simulate.tumour.shape import TumourShape
from neoher.volume.grid import Grid, Vector

__all__ = ["Kinetics", "Scene", "SimulatedVisit", "phase_nearest"]

Array = NDArray[np.float64]

FAT_LEFT = 0.13
"""Share of the fat signal that fat suppression leaves."""
GLAND_SIGNAL = 420.0
"""Signal of fibroglandular tissue before contrast, in stored units."""
HAEMATOCRIT = 0.42
SPECKLE = 0.30
"""Spread of the parenchyma's uptake from place to place (standard deviation of its logarithm)."""
TUMOUR_DENSITY = 1.04
"""Proton density of the tumour against fibroglandular tissue: before contrast both look alike."""
TUMOUR_KTRANS_PER_MIN = (0.055, 0.42)
"""Least and greatest transfer constant inside the tumour."""
SLOW = TissueUptake(np.array([0.010]), 0.15, 0.010)
"""Uptake of skin and muscle."""
DISTANCE_ERROR_MM = 1.2
"""How far the tumour's signed distance may be off near its surface."""


@dataclass(frozen=True, slots=True)
class Kinetics:
    """What decides how tissues take up contrast at one visit."""

    tumour_ktrans_per_min: float
    """Mean over the mass; the rim has more, the core less."""
    gland_ktrans_per_min: float
    tumour_ve: float = 0.36
    tumour_vp: float = 0.05
    gland_ve: float = 0.25
    gland_vp: float = 0.008


@dataclass(frozen=True, slots=True)
class SimulatedVisit:
    """Signal and truth of one visit, on the scanner's grid."""

    signal: NDArray[np.int16]
    """With noise, as stored: (phases, slices, rows, columns)."""
    noise_free: NDArray[np.float32]
    """The same without noise and rounding."""
    tumour_share: Array
    """Share of each voxel that is tumour."""
    gland_share: Array
    noise_sd: float
    """Standard deviation of the noise in each channel, stored units."""


@dataclass(frozen=True)
class Scene:
    """A breast on a scanner's grid: what stays the same from visit to visit is computed once."""

    breast: Breast
    scanner: Scanner

    def visit(
        self,
        disease: TumourShape,
        kinetics: Kinetics,
        snr: float,
        random: np.random.Generator,
        moved_mm: Sequence[Vector] = (),
    ) -> SimulatedVisit:
        """Scan the breast once.

        Parameters: `disease`: all tumours together; `snr`: signal-to-noise ratio of fibroglandular tissue
        before contrast; `random` draws the noise; `moved_mm`: by phase, how far the patient has moved since
        the first one, LPS; (): she lies still.
        """
        tumour = occupancy(self.scanner.grid, self.centres, disease.distance, DISTANCE_ERROR_MM)
        noise_free = self._phases(tumour, disease, kinetics)
        sd = GLAND_SIGNAL / snr
        signal = np.empty(noise_free.shape, dtype=np.int16)
        for index, still in enumerate(noise_free):
            phase = _moved(still, self.scanner.grid, moved_mm[index]) if moved_mm else still
            real = phase + sd * random.standard_normal(phase.shape, dtype=np.float32)
            imaginary = sd * random.standard_normal(phase.shape, dtype=np.float32)
            # The magnitude of a complex signal: Rician noise.
            signal[index] = np.clip(np.rint(np.hypot(real, imaginary)), 0, 32767)
        gland = self.tissues.gland * (1.0 - tumour) * (1.0 - self.vessels)
        return SimulatedVisit(signal, noise_free, tumour, gland, sd)

    @cached_property
    def centres(self) -> Array:
        """LPS positions of the voxels, mm, shape (slices, rows, columns, 3)."""
        return positions(self.scanner.grid)

    @cached_property
    def tissues(self) -> Tissues:
        """Shares by tissue as if there were neither tumour nor vessels."""
        return self.breast.tissues(self.centres, min(self.scanner.grid.spacing_mm))

    @cached_property
    def vessels(self) -> Array:
        """Share of each voxel that is vessel."""
        share = np.zeros(self.scanner.grid.shape)
        for vessel in (self.breast.feeding_vessel, *self.breast.other_vessels):
            share = np.maximum(share, occupancy(self.scanner.grid, self.centres, vessel.distance, 0.2))
        return share * np.clip(self.tissues.fat + self.tissues.gland, 0.0, 1.0)

    @cached_property
    def _coil(self) -> Array:
        """Receive sensitivity of a breast coil: it falls from the breast's tip towards the chest wall."""
        return 1.0 - 0.10 * np.tanh((self.centres[..., 1] + 0.5 * self.breast.height_mm) / 100.0)

    @cached_property
    def _gland_voxels(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.tissues.gland.reshape(-1) > 0)

    @cached_property
    def _speckle(self) -> Array:
        at = self.centres.reshape(-1, 3)[self._gland_voxels]
        return np.exp(SPECKLE * self.breast.speckle(at) - SPECKLE**2 / 2)

    def _phases(self, tumour: Array, disease: TumourShape, kinetics: Kinetics) -> NDArray[np.float32]:
        gland = TissueUptake(
            kinetics.gland_ktrans_per_min * self._speckle, kinetics.gland_ve, kinetics.gland_vp
        )
        mass = np.flatnonzero(tumour.reshape(-1) > 0)
        uptake = _tumour_uptake(self.centres.reshape(-1, 3)[mass], disease, kinetics)
        vessels = self.vessels * (1.0 - tumour)
        rest = 1.0 - tumour - vessels
        gland_share = (self.tissues.gland * rest).reshape(-1)[self._gland_voxels]
        others = [
            (share * rest, density, relaxation, uptake_of_slow)
            for share, density, relaxation, uptake_of_slow in self._slow_tissues()
        ]

        sequence, t1 = self.scanner.sequence, self.scanner.t1
        unit = GLAND_SIGNAL / float(spoiled_gradient_echo(1.0, t1.gland, np.zeros(1), sequence)[0])
        phases = np.zeros((len(self.scanner.times_s), *self.scanner.grid.shape), dtype=np.float32)
        for index, time in enumerate(self.scanner.times_s):
            blood = parker_input(np.array([time])) * (1.0 - HAEMATOCRIT)
            signal = vessels * float(spoiled_gradient_echo(1.0, t1.blood, blood, sequence)[0])
            slow = concentration(SLOW, time)
            for share, density, relaxation, times_slow in others:
                signal += share * float(
                    spoiled_gradient_echo(density, relaxation, times_slow * slow, sequence)[0]
                )
            flat = signal.reshape(-1)
            flat[self._gland_voxels] += gland_share * spoiled_gradient_echo(
                1.0, t1.gland, concentration(gland, time), sequence
            )
            flat[mass] += tumour.reshape(-1)[mass] * spoiled_gradient_echo(
                TUMOUR_DENSITY, t1.tumour, concentration(uptake, time), sequence
            )
            phases[index] = signal * self._coil * unit
        return phases

    def _slow_tissues(self) -> tuple[tuple[Array, float, float, float], ...]:
        """Share, proton density, T1, and uptake relative to SLOW of the tissues that enhance little."""
        tissues, t1 = self.tissues, self.scanner.t1
        return (
            (tissues.fat, FAT_LEFT, t1.fat, 0.1),
            (tissues.skin, 0.85, t1.skin, 1.0),
            (tissues.muscle, 0.80, t1.muscle, 1.0),
            (tissues.nipple, 0.95, t1.nipple, 2.2),
        )


def _tumour_uptake(points_mm: Array, disease: TumourShape, kinetics: Kinetics) -> TissueUptake:
    if len(points_mm) == 0:
        return TissueUptake(np.zeros(0), kinetics.tumour_ve, kinetics.tumour_vp)
    depth = disease.depth_share(points_mm)
    rim = 1.35 - 0.85 * np.clip(depth / 0.75, 0.0, 1.0)
    texture = np.exp(0.18 * disease.texture(points_mm))
    ktrans = np.clip(kinetics.tumour_ktrans_per_min * rim * texture, *TUMOUR_KTRANS_PER_MIN)
    return TissueUptake(ktrans, kinetics.tumour_ve, kinetics.tumour_vp)


def _moved(phase: NDArray[np.float32], grid: Grid, by_mm: Vector) -> NDArray[np.float32]:
    """The phase of a patient who lies elsewhere; what comes in from beyond the grid is like its edge."""
    if not any(by_mm):
        return phase
    voxels = np.asarray(by_mm) @ np.asarray(grid.axes).T / np.asarray(grid.spacing_mm)
    shifted = ndimage.shift(phase, voxels, order=3, mode="nearest", output=np.float32)
    return np.asarray(np.maximum(shifted, 0.0))


def phase_nearest(scanner: Scanner, time_s: float) -> int:
    """Index of the phase after contrast whose middle is nearest a time in seconds after the injection."""
    after = range(1, len(scanner.times_s))
    return min(after, key=lambda index: abs(scanner.times_s[index] - time_s))
