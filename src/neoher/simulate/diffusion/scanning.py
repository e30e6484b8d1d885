"""Diffusion-weighted signal of a breast: each tissue decays by its own coefficient, S(b) = S0 exp(-b ADC).

Neither distortion nor motion between b-values is simulated. The coefficients are chosen to look like
published ones; they are no patient's and no study's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.anatomy import Breast, Tissues
from neoher.simulate.lattice import occupancy, positions
from neoher.simulate.mr.truth import Followed
from neoher.simulate.tumour.shape import TumourShape
from neoher.volume.grid import Grid

__all__ = [
    "B_VALUES",
    "DIFFUSION_GRID",
    "DiffusionScene",
    "DiffusionTruth",
    "ScannedDiffusion",
    "region_truth",
]

Array = NDArray[np.float64]

B_VALUES = (0.0, 100.0, 600.0, 800.0)
"""In s/mm2: those of ACRIN 6698 (knowledge 02, 2.10; unverified)."""
DIRECTIONS = (0.92, 1.0, 1.08)
"""Diffusivity along the three directions against their mean; at b = 0 there is one image."""
DIFFUSION_GRID = Grid(
    shape=(30, 76, 72),
    spacing_mm=(4.0, 2.0, 2.0),
    origin_mm=(10.0, -106.0, -58.0),
    axes=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
)
SIGNAL = 1500.0
"""Signal of fibroglandular tissue at b = 0, in stored units."""
SNR = 45.0
TEXTURE = 0.07
DISTANCE_ERROR_MM = 1.2
WHOLE = 0.97
LEAST_VOXELS = 8

_TISSUES = {
    # name in Tissues: signal at b = 0 against fibroglandular tissue, ADC in 1e-6 mm2/s
    "fat": (0.05, 300.0),
    "gland": (1.0, 1850.0),
    "skin": (0.45, 1300.0),
    "muscle": (0.55, 1450.0),
    "nipple": (0.60, 1500.0),
}
_TUMOUR_SIGNAL = 1.35


@dataclass(frozen=True, slots=True)
class ScannedDiffusion:
    """Signal and truth on DIFFUSION_GRID."""

    signal: tuple[NDArray[np.int16], ...]
    """By b-value: (directions, slices, rows, columns), with Rician noise."""
    tumour_share: Array
    tumour_adc: Array
    """True coefficient of the tumour in each voxel, 1e-6 mm2/s."""

    def scanner_map(self) -> Array:
        """ADC in 1e-6 mm2/s as a scanner computes it: log-linear in b over all images, 0 without signal."""
        means = [np.exp(np.log(np.maximum(one.astype(float), 0.5)).mean(axis=0)) for one in self.signal]
        logarithms = np.log(np.stack(means)).reshape(len(B_VALUES), -1)
        slopes = -np.polyfit(np.asarray(B_VALUES), logarithms, 1)[0].reshape(means[0].shape) * 1e6
        tissue = means[0] > 0.05 * SIGNAL
        return np.where(tissue, np.clip(slopes, 0.0, 4000.0), 0.0)


@dataclass(frozen=True, slots=True)
class DiffusionTruth:
    """What is true of one lesion on one diffusion exam; coefficients in 1e-6 mm2/s."""

    form: str
    b_values: tuple[float, ...]
    directions: int
    region_voxels: int
    region_cc: float
    adc_mean: float
    adc_median: float
    adc_p15: float
    adc_p25: float


@dataclass(frozen=True)
class DiffusionScene:
    """A breast on the grid of diffusion images; what stays from visit to visit is computed once."""

    breast: Breast

    def scan(self, disease: TumourShape, adc_1e6: float, random: np.random.Generator) -> ScannedDiffusion:
        """Scan once. `adc_1e6`: mean coefficient of the tumour in 1e-6 mm2/s."""
        tumour = occupancy(DIFFUSION_GRID, self._centres, disease.distance, DISTANCE_ERROR_MM)
        coefficient = np.full(tumour.shape, adc_1e6)
        inside = tumour > 0
        coefficient[inside] *= np.exp(TEXTURE * disease.texture(self._centres[inside]) - TEXTURE**2 / 2)
        images = [
            np.stack([self._signal(tumour, coefficient, b * factor) for factor in self._factors(b)])
            for b in B_VALUES
        ]
        return ScannedDiffusion(
            tuple(_with_noise(SIGNAL * one, SIGNAL / SNR, random) for one in images), tumour, coefficient
        )

    @staticmethod
    def _factors(b_value: float) -> tuple[float, ...]:
        return DIRECTIONS if b_value > 0 else (1.0,)

    def _signal(self, tumour: Array, coefficient: Array, b_value: float) -> Array:
        others = np.zeros(tumour.shape)
        for name, (signal, adc) in _TISSUES.items():
            others += getattr(self._tissues, name) * signal * np.exp(-b_value * adc * 1e-6)
        own = _TUMOUR_SIGNAL * np.exp(-b_value * coefficient * 1e-6)
        return np.asarray((1.0 - tumour) * others + tumour * own)

    @cached_property
    def _centres(self) -> Array:
        return positions(DIFFUSION_GRID)

    @cached_property
    def _tissues(self) -> Tissues:
        return self.breast.tissues(self._centres, min(DIFFUSION_GRID.spacing_mm))


def region_truth(
    scanned: ScannedDiffusion, lesion: Followed, form: str
) -> tuple[DiffusionTruth, NDArray[np.bool_]] | None:
    """The truth of a lesion and the region it holds for: the voxels that are all tumour.

    A reader keeps off the edge, where tissues mix. None where fewer than 8 voxels are all tumour: nobody
    measures there.
    """
    inside = (scanned.tumour_share >= WHOLE) & lesion.voi.holds(positions(DIFFUSION_GRID))
    values = scanned.tumour_adc[inside]
    if values.size < LEAST_VOXELS:
        return None
    p15, p25, median = (float(one) for one in np.percentile(values, [15, 25, 50]))
    truth = DiffusionTruth(
        form=form,
        b_values=B_VALUES,
        directions=len(DIRECTIONS),
        region_voxels=int(values.size),
        region_cc=float(values.size * DIFFUSION_GRID.voxel_volume_cc),
        adc_mean=float(values.mean()),
        adc_median=median,
        adc_p15=p15,
        adc_p25=p25,
    )
    return truth, inside


def _with_noise(noise_free: Array, sd: float, random: np.random.Generator) -> NDArray[np.int16]:
    real = noise_free + sd * random.standard_normal(noise_free.shape)
    imaginary = sd * random.standard_normal(noise_free.shape)
    return np.clip(np.rint(np.hypot(real, imaginary)), 0, 32767).astype(np.int16)
