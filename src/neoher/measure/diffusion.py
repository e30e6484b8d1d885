"""The apparent diffusion coefficient as one of a case's methods: MR exams of the record, lesion by lesion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from neoher.imaging.diffusion import tissue_values
from neoher.intake.diffusion.exam import DiffusionExam, find_diffusion
from neoher.intake.regions.reading import region_digest
from neoher.measure.adc import METHOD, AdcRequest, AdcValue, adc_of, measure_adc, region_of
from neoher.measure.dce_exam import Watch
from neoher.measure.method import images_of, region_source, regions_of
from neoher.measure.once import Once
from neoher.measure.stages import Stage, stage
from neoher.record.conclusion import Conclusion
from neoher.record.exam import Exam, MrExam
from neoher.record.measurement import InputObjects, Quantity
from neoher.record.region import RegionPurpose
from neoher.volume.mask import Mask

__all__ = ["DIFFUSION", "AdcSlice", "Diffusion", "PreparedAdc"]


@dataclass(frozen=True, slots=True)
class AdcSlice:
    """What is looked at of a measured diffusion exam: the slice with most of the region, and its values."""

    region: Mask
    place: int
    """Index of the slice."""
    adc: NDArray[np.floating]
    """Coefficient in that slice, 1e-6 mm2/s, shape (rows, columns); NaN where there is none."""
    weighted: NDArray[np.float32] | None
    """Signal of the highest b-value in that slice; None for a scanner's map."""
    b_value: float | None
    """That b-value, in s/mm2."""
    values: NDArray[np.floating]
    """Coefficients of all voxels of the region that have one."""


@dataclass(frozen=True, slots=True)
class PreparedAdc:
    """A diffusion exam of the record, read as far as its headers."""

    exam: str
    found: DiffusionExam
    request: AdcRequest
    images: InputObjects
    region_objects: InputObjects | None

    @property
    def stated_parameters(self) -> Mapping[str, JsonValue]:
        """How it is fitted."""
        return {"fit": self.request.fit.value, "b_values": list(self.found.b_values)}

    def from_pixels(self) -> AdcSlice | None:
        """The exam read once more, for pictures; None where there is no region or it is empty."""
        if self.request.region is None:
            return None
        region = region_of(self.found, self.request, self.request.region)
        if not region.inside.any():
            return None
        place = int(region.inside.sum(axis=(1, 2)).argmax())
        shown = np.zeros_like(region.inside)
        shown[place] = True
        slice_adc, _, _ = adc_of(self.found, self.request, shown)
        values, _, _ = adc_of(self.found, self.request, region.inside)
        is_map = self.found.is_map
        return AdcSlice(
            region=region,
            place=place,
            adc=slice_adc.reshape(region.inside.shape[1:]),
            weighted=None if is_map else self.found.load()[-1, place],
            b_value=None if is_map else self.found.b_values[-1],
            values=tissue_values(values),
        )

    def measure(self) -> tuple[Conclusion[Any], tuple[Quantity, ...]]:
        """The coefficient of the lesion's outline; without one its path in the record is missing."""
        if self.request.region is None:
            missing = (f"exams.{self.exam}.regions",)
            return Conclusion[AdcValue](value=None, missing=missing), ()
        conclusion = measure_adc(self.found, self.request)
        value = conclusion.value
        if value is None:
            return conclusion, ()
        unit = "10*-6.mm2/s"
        return conclusion, (
            Quantity(name="adc_mean", value=value.mean, unit=unit),
            Quantity(name="adc_median", value=value.median, unit=unit),
            Quantity(name="adc_p15", value=value.p15, unit=unit),
            Quantity(name="adc_p25", value=value.p25, unit=unit),
        )


@dataclass(frozen=True, slots=True)
class Diffusion:
    """ADC of a lesion as one of a case's methods.

    Only an outline of the lesion serves: a generous volume of interest holds fat and parenchyma beside it.
    """

    name: str = METHOD
    title: str = "Apparent diffusion coefficient"

    def applies(self, exam: Exam) -> bool:
        """Every MR exam: whether it holds diffusion is seen in its headers."""
        return isinstance(exam, MrExam)

    def prepare(
        self, folder: Path, exam: Exam, lesion: str | None, watch: Watch | None, once: Once
    ) -> PreparedAdc | None:
        """None where the exam holds no diffusion. Raises: ImageError, SeriesError, RegionError."""
        images = images_of(folder, exam)
        headers = once.headers(
            images, (lambda done, total: watch.progress("reading headers", done, total)) if watch else None
        )
        with stage(Stage.SORTING):
            found = once.made(("diffusion", images), lambda: find_diffusion(images, headers=headers))
        if found is None:
            return None
        inside, _ = regions_of(folder, exam, lesion, RegionPurpose.CONTOUR)
        is_outline = inside is not None and inside.purpose is RegionPurpose.CONTOUR
        source = region_source(inside) if inside is not None and is_outline else None
        with stage(Stage.HASHING):
            objects = once.made(("diffusion digest", images), found.digest)
            region = region_digest(source, near=folder) if source else None
        return PreparedAdc(exam.id, found, AdcRequest(images, source, folder), objects, region)


DIFFUSION = Diffusion()
