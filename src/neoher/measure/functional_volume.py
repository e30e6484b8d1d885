"""Functional tumour volume as one of a case's methods: DCE-MRI exams of the record, region by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from neoher.measure.dce_exam import (
    DceMeasurement,
    DceRequest,
    PreparedExam,
    Watch,
    measure_dce,
    prepare_dce,
)
from neoher.measure.footprint import footprint_of
from neoher.measure.ftv import METHOD, FtvValue, conclude, conclude_without_region, stated_parameters
from neoher.measure.method import images_of, region_source, regions_of
from neoher.measure.once import Once
from neoher.record.conclusion import Conclusion
from neoher.record.exam import Exam, MrExam
from neoher.record.footprint import Footprint
from neoher.record.measurement import InputObjects, Quantity

__all__ = ["FUNCTIONAL_VOLUME", "FunctionalVolume", "PreparedDce", "StoredFtvValue"]


class StoredFtvValue(FtvValue):
    """The value as measurements.json holds it, with the place of the counted voxels."""

    footprint: Footprint | None = None
    """None where no voxel counts."""


@dataclass(frozen=True, slots=True)
class PreparedDce:
    """A DCE-MRI exam of the record, read as far as its headers."""

    exam: str
    dce: PreparedExam

    @property
    def images(self) -> InputObjects:
        """The phases' objects."""
        return self.dce.images

    @property
    def region_objects(self) -> InputObjects | None:
        """The region's objects, with those left out."""
        return self.dce.region_objects

    @property
    def stated_parameters(self) -> Mapping[str, JsonValue]:
        """Thresholds, times and phases asked for."""
        request = self.dce.request
        return {
            **stated_parameters(request.parameters),
            "early_s": request.early_s,
            "late_s": request.late_s,
            "phases": list(request.phases) if request.phases else None,
            "injected_at": request.injected_at.isoformat() if request.injected_at else None,
        }

    def measure(self) -> tuple[Conclusion[Any], tuple[Quantity, ...]]:
        """Count and describe; without a region nothing is counted and the record's path is named."""
        if self.dce.voi is None:
            missing = (f"exams.{self.exam}.regions",)
            return conclude_without_region(self.dce).model_copy(update={"missing": missing}), ()
        measured = measure_dce(self.dce)
        conclusion = conclude(measured)
        return _with_footprint(conclusion, measured), _quantities(conclusion.value)

    def from_pixels(self) -> DceMeasurement | None:
        """The exam read and measured once more, for pictures; None where there is no region."""
        return None if self.dce.voi is None else measure_dce(self.dce)


@dataclass(frozen=True, slots=True)
class FunctionalVolume:
    """Functional tumour volume and shape of the enhancing voxels (`neoher.measure.ftv`)."""

    name: str = METHOD
    title: str = "Functional tumour volume"

    def applies(self, exam: Exam) -> bool:
        """Every MR exam: whether it holds a dynamic series is seen in its headers."""
        return isinstance(exam, MrExam)

    def prepare(
        self, folder: Path, exam: Exam, lesion: str | None, watch: Watch | None, once: Once
    ) -> PreparedDce:
        """Choose the phases and find the region. Raises: ImageError, PhaseOrderError, RegionError."""
        assert isinstance(exam, MrExam)  # `applies` said so
        inside, outside = regions_of(folder, exam, lesion)
        request = DceRequest(
            images=images_of(folder, exam),
            voi=region_source(inside) if inside else None,
            omit=tuple(region_source(region) for region in outside),
            near=folder,
            injected_at=exam.contrast_injected_at,
        )
        return PreparedDce(exam.id, prepare_dce(request, watch, once))


FUNCTIONAL_VOLUME = FunctionalVolume()


def _with_footprint(conclusion: Conclusion[FtvValue], measured: DceMeasurement) -> Conclusion[StoredFtvValue]:
    """The conclusion with the place of what was counted, by which a later exam can be laid over it."""
    frame = measured.prepared.exam.frame_of_reference_uid
    stored = None
    if conclusion.value is not None:
        footprint = footprint_of(measured.volume.mask, frame)
        stored = StoredFtvValue(**dict(conclusion.value), footprint=footprint)
    return Conclusion[StoredFtvValue](**(dict(conclusion) | {"value": stored}))


def _quantities(value: FtvValue | None) -> tuple[Quantity, ...]:
    if value is None:
        return ()
    largest, parts, enhancement = value.largest_component, value.fragments, value.enhancement
    return (
        Quantity(name="functional_tumour_volume", value=value.volume_cc, unit="cm3"),
        Quantity(name="longest_diameter_in_plane", value=value.longest_diameter_in_plane_mm, unit="mm"),
        Quantity(name="longest_diameter_3d", value=value.longest_diameter_3d_mm, unit="mm"),
        Quantity(
            name="largest_component_longest_diameter_in_plane",
            value=largest.longest_diameter_in_plane_mm if largest else None,
            unit="mm",
        ),
        Quantity(
            name="largest_component_longest_diameter_3d",
            value=largest.longest_diameter_3d_mm if largest else None,
            unit="mm",
        ),
        Quantity(name="components", value=float(value.components), unit="1"),
        Quantity(name="sphericity", value=value.sphericity, unit="1"),
        Quantity(name="fragments", value=float(parts.count if parts else 0), unit="1"),
        Quantity(
            name="fragments_longest_diameter_3d",
            value=parts.longest_diameter_3d_mm if parts else None,
            unit="mm",
        ),
        Quantity(name="hull_volume", value=parts.hull_volume_cc if parts else None, unit="cm3"),
        Quantity(
            name="percent_enhancement_mean", value=enhancement.mean_percent if enhancement else None, unit="%"
        ),
        Quantity(
            name="percent_enhancement_peak", value=enhancement.peak_percent if enhancement else None, unit="%"
        ),
    )
