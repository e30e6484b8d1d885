"""Dynamic contrast-enhanced MRI: functional tumour volume and what goes with it.

The rule, its defaults and its bins are those of the I-SPY/UCSF reading, as in the code that the UCSF Breast
Imaging Research Group published (SlicerBreast_DCEMRI_FTV; Hylton et al., Radiology 2012;263:663, PMID
22623692). With S0, S1, S2 the signal before, early after and late after contrast, a voxel counts when

1. S0 >= 60 % of the 95th percentile of all pre-contrast voxels in the smallest box around the region,
2. PE = 100 (S1 - S0) / S0 >= 70 %,
3. SER = (S1 - S0) / (S2 - S0) >= 0,
4. at least 4 of its 26 neighbours fulfil 1 to 3, whether or not they lie in the region,
5. it lies inside the region and in no omitted region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError
from neoher.imaging import kernels
from neoher.imaging.enhancement import (
    PhaseSignal,
    percent_enhancement,
    relative_scale,
    signal_enhancement_ratio,
)
from neoher.imaging.enhancing_voxels import (
    Box,
    EnhancingVoxels,
    FtvParameters,
    cropped_phase,
    enhancing_voxels,
)
from neoher.imaging.kinetic_curve import KineticCurve, kinetic_curve
from neoher.imaging.phases import PhaseChoice
from neoher.volume.dynamic import DynamicSeries
from neoher.volume.mask import Mask

__all__ = [
    "SER_BINS",
    "SER_ZERO",
    "EnhancementVolume",
    "FtvParameters",
    "FunctionalTumourVolume",
    "KineticCurve",
    "PhaseSignal",
    "SerBin",
    "enhancement_volume",
    "functional_tumour_volume",
    "kinetic_curve",
    "percent_enhancement",
    "signal_enhancement_ratio",
]


@dataclass(frozen=True, slots=True)
class SerBin:
    """A range of the signal enhancement ratio, open below and closed above."""

    label: str
    above: float
    up_to: float


SER_BINS = (
    SerBin("0-0.9", 0.0, 0.9),
    SerBin("0.9-1.0", 0.9, 1.0),
    SerBin("1.0-1.3", 1.0, 1.3),
    SerBin("1.3-1.75", 1.3, 1.75),
    SerBin("1.75-3", 1.75, 3.0),
    SerBin(">3", 3.0, np.inf),
)
"""The bins of the UCSF colour code: blue, purple, green, red, yellow; above 3 uncoloured."""

SER_ZERO = len(SER_BINS) + 1
"""Value of `ser_class` where SER is exactly 0: the voxel counts, but lies in no bin."""


@dataclass(frozen=True, slots=True)
class FunctionalTumourVolume:
    """Functional tumour volume with its parts, and the SER range of every counted voxel."""

    voxels: int
    volume_cc: float
    ser_bins: tuple[int, ...]
    """Voxels in each of SER_BINS. With `ser_zero` they sum to `voxels`."""
    ser_zero: int
    """Counted voxels with SER = 0, uncoloured; they exist only with a PE threshold of 0."""
    ser_undefined: int
    """Voxels of the region, not omitted, that pass background and PE but are excluded for their SER: the sum
    of the two counts that follow."""
    ser_undefined_late_equals_pre: int
    """Excluded because S2 = S0: no SER."""
    ser_undefined_late_below_pre: int
    """Excluded because S2 < S0: a negative SER."""
    threshold: float
    """Background threshold in signal units: `background_percent` of `pre_percentile_95`."""
    pre_percentile_95: float
    """95th percentile, linearly interpolated, of the pre-contrast signal in the region's box."""
    region_voxels: int
    """Voxels of the region before omission."""
    omitted_voxels: int
    """Voxels of the region that the omitted regions took away."""
    parameters: FtvParameters
    choice: PhaseChoice
    mask: Mask
    """The counted voxels on the whole grid."""
    crop: Box
    """Where `ser_class` lies in the grid: the region's box and one voxel around it, within the grid."""
    ser_class: NDArray[np.uint8]
    """On the crop: 0 where the voxel is not counted, n where it counts in SER_BINS[n - 1], else SER_ZERO."""
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def ser_bins_by_label(self) -> dict[str, int]:
        """Voxels in each bin by the bin's label, in order."""
        return {one.label: count for one, count in zip(SER_BINS, self.ser_bins, strict=True)}


@dataclass(frozen=True, slots=True)
class EnhancementVolume:
    """Volume above the background and PE thresholds, where no late phase tells the SER.

    It is no functional tumour volume: it holds voxels that a late phase would exclude.
    """

    voxels: int
    volume_cc: float
    threshold: float
    pre_percentile_95: float
    region_voxels: int
    omitted_voxels: int
    parameters: FtvParameters
    choice: PhaseChoice
    mask: Mask
    crop: Box
    warnings: tuple[tuple[str, str], ...] = ()


def functional_tumour_volume(
    series: DynamicSeries,
    choice: PhaseChoice,
    region: Mask,
    omit: Sequence[Mask] = (),
    parameters: FtvParameters | None = None,
) -> FunctionalTumourVolume:
    """Functional tumour volume (FTV) of a region.

    Parameters: `series` holds at least the pre, early and late phase of `choice`; `region` and the masks of
    `omit` lie on its grid; `parameters`, None for the published defaults. Omitted regions keep their own
    signal in the percentile and count as neighbours.
    Works on the region's box and one voxel around it, which is exact for 26 neighbours. Every voxel is judged
    on the signal in float64, a few slices at a time, so that no map of the whole exam is held.
    Raises: RegionError when the region is empty or wholly omitted; GridMismatch when a mask lies on another
    grid; InputError when there is no late phase or a phase is not loaded; ImageError when signal is not
    finite. Does not correct motion between phases.
    """
    if choice.late is None:
        raise InputError(
            "there is no late phase: neither signal enhancement ratio nor functional tumour volume is known.",
            remedy="Give the late phase, or use the enhancement volume.",
        )
    found = enhancing_voxels(
        series, (choice.pre, choice.early, choice.late), region, omit, parameters or FtvParameters()
    )
    ser_class = _ser_class(series, choice.pre, choice.early, choice.late, found)
    per_class = np.bincount(ser_class[found.counted], minlength=SER_ZERO + 1)
    equal = int(np.count_nonzero(found.wanted & (found.state == kernels.LATE_EQUALS_PRE)))
    below = int(np.count_nonzero(found.wanted & (found.state == kernels.LATE_BELOW_PRE)))
    return FunctionalTumourVolume(
        voxels=found.voxels,
        volume_cc=found.voxels * series.grid.voxel_volume_cc,
        ser_bins=tuple(int(count) for count in per_class[1:SER_ZERO]),
        ser_zero=int(per_class[SER_ZERO]),
        ser_undefined=equal + below,
        ser_undefined_late_equals_pre=equal,
        ser_undefined_late_below_pre=below,
        threshold=found.threshold,
        pre_percentile_95=found.pre_percentile_95,
        region_voxels=found.region_voxels,
        omitted_voxels=found.omitted_voxels,
        parameters=found.parameters,
        choice=choice,
        mask=found.on_grid(region, "functional tumour volume"),
        crop=found.crop,
        ser_class=ser_class,
        warnings=found.warnings,
    )


def enhancement_volume(
    series: DynamicSeries,
    choice: PhaseChoice,
    region: Mask,
    omit: Sequence[Mask] = (),
    parameters: FtvParameters | None = None,
) -> EnhancementVolume:
    """Volume of the region's voxels that pass background, PE and the neighbour test on those two.

    For exams with one phase after contrast. Parameters, errors and method as functional_tumour_volume; a late
    phase is neither needed nor used.
    """
    found = enhancing_voxels(series, (choice.pre, choice.early), region, omit, parameters or FtvParameters())
    return EnhancementVolume(
        voxels=found.voxels,
        volume_cc=found.voxels * series.grid.voxel_volume_cc,
        threshold=found.threshold,
        pre_percentile_95=found.pre_percentile_95,
        region_voxels=found.region_voxels,
        omitted_voxels=found.omitted_voxels,
        parameters=found.parameters,
        choice=choice,
        mask=found.on_grid(region, "enhancement volume"),
        crop=found.crop,
        warnings=found.warnings,
    )


def _ser_class(
    series: DynamicSeries, pre: int, early: int, late: int, found: EnhancingVoxels
) -> NDArray[np.uint8]:
    """The SER bin of every counted voxel, from the signal in float64: a bin's edge is met exactly."""
    unit = series.phase(pre)[1]
    phases = [cropped_phase(series, index, found.crop) for index in (pre, early, late)]
    relative = [relative_scale(scale, unit) for _, scale in phases]
    edges = [0.0, *(one.up_to for one in SER_BINS)]
    classes = np.zeros(found.counted.shape, dtype=np.uint8)
    for index, counted in enumerate(found.counted):
        s0, s1, s2 = (
            stored[index][counted].astype(np.float64) * one.factor + one.offset
            for (stored, _), one in zip(phases, relative, strict=True)
        )
        place = np.searchsorted(edges, (s1 - s0) / (s2 - s0), side="left")
        classes[index][counted] = np.where(place == 0, SER_ZERO, place)
    return classes
