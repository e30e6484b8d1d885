"""One breast DCE-MRI exam: its phases, its region, its functional tumour volume and shape, in this order."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from neoher.errors import RegionError
from neoher.imaging.align import Motion, PhaseMotion, align_phases
from neoher.imaging.dce import (
    EnhancementVolume,
    FtvParameters,
    FunctionalTumourVolume,
    KineticCurve,
    enhancement_volume,
    functional_tumour_volume,
    kinetic_curve,
)
from neoher.imaging.enhancement import PhaseSignal
from neoher.imaging.intensity import Intensity, intensity_of
from neoher.imaging.phases import PhaseChoice, choose_phases
from neoher.imaging.quality import ExamQuality, area_around, judge_quality
from neoher.imaging.shape import Shape, describe_shape
from neoher.intake.dynamic import DynamicExam, find_dynamic
from neoher.intake.regions.reading import read_region, region_digest
from neoher.measure.once import Once
from neoher.measure.region_beside import region_beside
from neoher.measure.stages import Stage, stage
from neoher.record.measurement import InputObjects
from neoher.volume.dynamic import DynamicSeries, TimeAxis
from neoher.volume.mask import Mask

__all__ = [
    "DceMeasurement",
    "DceRequest",
    "PreparedExam",
    "Silent",
    "Watch",
    "measure_dce",
    "prepare_dce",
]


class Watch(Protocol):
    """Who looks on: is told the time axis before anything is computed from it, and how far reading is."""

    def time_axis(self, axis: TimeAxis, choice: PhaseChoice) -> None:
        """The phases as found, with the roles they will be used in."""

    def progress(self, what: str, done: int, total: int) -> None:
        """`done` of `total` files or steps of `what`."""


class Silent:
    """A watch that says nothing."""

    def time_axis(self, axis: TimeAxis, choice: PhaseChoice) -> None:
        """Say nothing."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class DceRequest:
    """What to measure: an exam, its region, and how."""

    images: Path
    voi: str | None
    """Region as `neoher.intake.regions.read_region` takes it; None: the one region beside the images."""
    omit: tuple[str, ...] = ()
    near: Path | None = None
    """Folder that relative region files lie in."""
    parameters: FtvParameters = field(default_factory=FtvParameters)
    early_s: float = 150.0
    late_s: float = 450.0
    phases: tuple[int, ...] | None = None
    injected_at: dt.datetime | None = None
    series: tuple[str, ...] = ()
    """UIDs, numbers or descriptions of the series to look at; () means all."""
    align: Motion | None = None
    """Put the phases after contrast over the one before first; None measures them as acquired."""


@dataclass(frozen=True, slots=True)
class PreparedExam:
    """An exam read as far as its headers: phases chosen, region named, all hashed, nothing computed."""

    request: DceRequest
    exam: DynamicExam
    choice: PhaseChoice
    images: InputObjects
    voi: str | None
    """None: no region was given and none lies beside the images."""
    region_objects: InputObjects | None
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DceMeasurement:
    """What was measured."""

    prepared: PreparedExam
    region: Mask
    omitted: tuple[Mask, ...]
    series: DynamicSeries
    """The phases that were used."""
    volume: FunctionalTumourVolume | EnhancementVolume
    shape: Shape
    intensity: Intensity | None
    """Percent enhancement of the counted voxels, early after contrast; None where none counts."""
    quality: ExamQuality
    """Of the phases as acquired, before any alignment."""
    moved: tuple[PhaseMotion, ...]
    """How far each phase was moved back; () where they are measured as acquired."""
    warnings: tuple[tuple[str, str], ...]
    """All that a reader must know: of the time axis, the region, the count and the exam's quality."""

    def curve(self) -> KineticCurve | None:
        """Kinetic curve of the counted voxels, read one phase at a time; None where none counts.

        Where the phases were put over the one before contrast, so is every other phase of the curve.
        """
        if self.volume.voxels == 0:
            return None
        return kinetic_curve(self._phase, self.prepared.choice, self.volume.mask)

    def _phase(self, index: int) -> PhaseSignal:
        if index in self.series.loaded:
            return self.series.phase(index)
        exam, align, pre = self.prepared.exam, self.prepared.request.align, self.prepared.choice.pre
        if align is None:
            return exam.load([index]).phase(index)
        pair = exam.load([pre, index])
        return align_phases(pair, pre, motion=align, area=area_around(self.region)).series.phase(index)


def prepare_dce(request: DceRequest, watch: Watch | None = None, once: Once | None = None) -> PreparedExam:
    """Read the headers, choose the phases, find the region's objects; compute nothing from the pixels.

    `once`: what was read of the exam before.
    Raises: ImageError, PhaseOrderError or RegionError where the exam or its region cannot be trusted.
    """
    watch, once = watch or Silent(), once or Once()
    headers = once.headers(request.images, lambda done, total: watch.progress("reading headers", done, total))
    with stage(Stage.SORTING):
        exam = find_dynamic(
            request.images, injected_at=request.injected_at, series=request.series, headers=headers
        )
        choice = choose_phases(
            exam.time_axis, early_s=request.early_s, late_s=request.late_s, phases=request.phases
        )
    watch.time_axis(exam.time_axis, choice)
    voi, found = (request.voi, ()) if request.voi else region_beside(request.images)
    with stage(Stage.HASHING):
        images = once.made(("dynamic", request.images, request.series), exam.digest)
        region_objects = _region_objects(voi, request) if voi else None
    return PreparedExam(
        request=request,
        exam=exam,
        choice=choice,
        images=images,
        voi=voi,
        region_objects=region_objects,
        warnings=exam.time_axis.warnings + choice.warnings + found,
    )


def measure_dce(prepared: PreparedExam) -> DceMeasurement:
    """Place the region, load the phases that are used, count and describe.

    Raises: RegionError when there is no region or it does not fit; ImageError when pixels cannot be read.
    """
    request, exam, choice = prepared.request, prepared.exam, prepared.choice
    if prepared.voi is None:
        raise RegionError("there is no region to measure in.", str(request.images), "Give one: --voi PATH.")
    with stage(Stage.REGIONS):
        region, *omitted = (
            read_region(
                one,
                exam.grid,
                near=request.near,
                frame_of_reference_uid=exam.frame_of_reference_uid,
                patient_id=exam.patient_id,
            )
            for one in (prepared.voi, *request.omit)
        )
    with stage(Stage.PIXELS):
        series = exam.load([index for index in (choice.pre, choice.early, choice.late) if index is not None])
    if region.voxels == 0:
        raise RegionError("the region holds no voxel.", region.name, "Give a region that lies on the image.")
    with stage(Stage.QUALITY):
        quality = judge_quality(series, choice, region)
    moved: tuple[PhaseMotion, ...] = ()
    if request.align is not None:
        with stage(Stage.ALIGNMENT):
            aligned = align_phases(series, choice.pre, motion=request.align, area=area_around(region))
        series, moved = aligned.series, aligned.moved
    measure = enhancement_volume if choice.late is None else functional_tumour_volume
    with stage(Stage.VOLUME):
        volume = measure(series, choice, region, omitted, request.parameters)
        intensity = intensity_of(series.phase(choice.pre), series.phase(choice.early), volume.mask)
    with stage(Stage.SHAPE):
        shape = describe_shape(volume.mask)
    of_regions = tuple(one for mask in (region, *omitted) for one in mask.warnings)
    return DceMeasurement(
        prepared=prepared,
        region=region,
        omitted=tuple(omitted),
        series=series,
        volume=volume,
        shape=shape,
        intensity=intensity,
        quality=quality,
        moved=moved,
        warnings=prepared.warnings
        + of_regions
        + volume.warnings
        + quality.warnings
        + _aligned_warning(moved),
    )


def _aligned_warning(moved: tuple[PhaseMotion, ...]) -> tuple[tuple[str, str], ...]:
    if not moved:
        return ()
    by = ", ".join(f"phase {one.index} by {np.linalg.norm(one.displacement_mm):.1f} mm" for one in moved)
    message = (
        f"The phases were put over the one before contrast ({by}): signal was interpolated, and the "
        "volume does "
        "not compare with one measured as acquired."
    )
    return (("phases-aligned", message),)


def _region_objects(voi: str, request: DceRequest) -> InputObjects:
    """What the region and the omitted regions are made of; which is which belongs to the hash."""
    measured = region_digest(voi, near=request.near)
    omitted = [region_digest(one, near=request.near) for one in request.omit]
    if not omitted:
        return measured
    basis = "\n".join((measured.sha256, *sorted(one.sha256 for one in omitted)))
    return InputObjects(
        description=f"{measured.description}; without {'; '.join(one.description for one in omitted)}",
        count=measured.count + sum(one.count for one in omitted),
        sha256=hashlib.sha256(basis.encode()).hexdigest(),
    )
