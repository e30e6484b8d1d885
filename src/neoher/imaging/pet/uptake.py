"""Uptake of a region: minimum, median, mean, maximum, peak, volume and total lesion glycolysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.errors import GridMismatch, ImageError, RegionError
from neoher.imaging.pet.known import Conversion
from neoher.imaging.pet.peak import Peak, peak_of
from neoher.volume.mask import Mask
from neoher.volume.pet import PetSeries, SuvVolume

__all__ = ["Uptake", "share_of_dose", "suv_volume", "uptake_in"]


@dataclass(frozen=True, slots=True)
class Uptake:
    """Uptake of one region, in units of SUV."""

    voxels: int
    volume_cc: float
    minimum: float
    median: float
    mean: float
    maximum: float
    standard_deviation: float | None
    """Over the voxels (n - 1); None for a single voxel."""
    peak: Peak

    @property
    def total_cc(self) -> float:
        """Mean times volume: total lesion glycolysis where the tracer is FDG."""
        return self.mean * self.volume_cc


def suv_volume(series: PetSeries, conversion: Conversion) -> SuvVolume:
    """The series in units of SUV."""
    factors = np.asarray(conversion.factors, dtype=np.float64)
    suv = np.empty(series.rescaled.shape, dtype=np.float32)
    for index, factor in enumerate(factors):
        np.multiply(series.rescaled[index], factor, out=suv[index], casting="unsafe")
    return SuvVolume(series.grid, suv)


def share_of_dose(volume: SuvVolume, conversion: Conversion) -> float | None:
    """The share of the injected activity that the image shows in all: more than 1 cannot be.

    None where the body measure is not known (numbers that the scanner normalised).
    """
    if conversion.measure.measure is None:
        return None
    total = float(volume.suv.sum(dtype=np.float64)) * volume.grid.voxel_volume_cc
    return total / conversion.measure.measure


def uptake_in(volume: SuvVolume, region: Mask) -> Uptake:
    """Uptake inside a region.

    Raises: GridMismatch where the region lies on another grid; RegionError where it is empty; ImageError
    where a number is not finite.
    """
    if not region.grid.matches(volume.grid):
        raise GridMismatch("the region lies on another grid than the image.", region.source)
    values = volume.suv[region.inside].astype(np.float64)
    if values.size == 0:
        raise RegionError("the region is empty.", region.source)
    if not np.isfinite(values).all():
        raise ImageError("the region holds numbers that are not finite.", region.source)
    return Uptake(
        voxels=values.size,
        volume_cc=values.size * volume.grid.voxel_volume_cc,
        minimum=float(values.min()),
        median=float(np.median(values)),
        mean=float(values.mean()),
        maximum=float(values.max()),
        standard_deviation=float(values.std(ddof=1)) if values.size > 1 else None,
        peak=peak_of(volume, region),
    )
