"""A case's images to measurements: what still holds is kept, what changed is measured again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from neoher.errors import InputError, NeoherError, RegionError
from neoher.measure.dce_exam import (
    DceMeasurement,
    DceRequest,
    PreparedExam,
    Watch,
    measure_dce,
    prepare_dce,
)
from neoher.measure.ftv import METHOD, FtvValue, conclude, conclude_without_region, stated_parameters
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import MrExam
from neoher.record.measurement import Measurement, Measurements, Quantity, measurement_key
from neoher.record.region import Region, RegionPurpose

__all__ = ["ExamResult", "State", "measure_case", "measurements_of"]


class State(StrEnum):
    """Where a measurement stands against the images as they are now."""

    FRESH = "fresh"
    """Measured before from the same images, region, parameters and method."""
    MEASURED = "measured"
    """Measured now."""
    STALE = "stale"
    """Measured before; the images cannot be read now, so nobody can tell whether it still holds."""
    FAILED = "failed"
    """Not measured; the reason stands beside it."""


@dataclass(frozen=True, slots=True)
class ExamResult:
    """One exam and one lesion, with the measurement and its state."""

    exam: MrExam
    lesion: str | None
    state: State
    measurement: Measurement | None
    problem: NeoherError | None = None
    prepared: PreparedExam | None = None

    def from_pixels(self) -> DceMeasurement | None:
        """The exam read and measured once more, for pictures; None where that cannot be done."""
        if self.prepared is None or self.prepared.voi is None or self.measurement is None:
            return None
        return measure_dce(self.prepared)


def measure_case(
    folder: Path, case: Case, known: Measurements, watch: Watch | None = None
) -> tuple[ExamResult, ...]:
    """Measure every MR exam of a case that has images, once for each lesion that has a region on it.

    Parameters: `folder` holds case.yaml; `known` is what was measured before. One exam that cannot be read
    does not stop the others: its result carries the error.
    """
    return tuple(_measure(folder, exam, lesion, known, watch) for exam, lesion in _exams_with_lesions(case))


def measurements_of(results: tuple[ExamResult, ...]) -> Measurements:
    """What to store: every measurement that was made or still stands, stale ones included."""
    return Measurements(entries=tuple(one.measurement for one in results if one.measurement is not None))


def _exams_with_lesions(case: Case) -> Iterator[tuple[MrExam, str | None]]:
    for exam in case.exams:
        if not isinstance(exam, MrExam) or exam.images is None:
            continue
        lesions = dict.fromkeys(
            region.lesion for region in exam.regions if region.purpose is not RegionPurpose.OMIT
        )
        for lesion in lesions or (None,):
            yield exam, lesion


def _measure(
    folder: Path, exam: MrExam, lesion: str | None, known: Measurements, watch: Watch | None
) -> ExamResult:
    earlier = next((one for one in known.entries if one.exam == exam.id and one.lesion == lesion), None)
    try:
        prepared = prepare_dce(_request(folder, exam, lesion), watch)
        parameters = _parameters(prepared.request)
        key = measurement_key(exam.id, lesion, METHOD, parameters, prepared.images, prepared.region_objects)
        fresh = known.fresh(key)
        if fresh is not None:
            return ExamResult(exam, lesion, State.FRESH, fresh, prepared=prepared)
        conclusion = conclude(measure_dce(prepared)) if prepared.voi else _without_region(prepared, exam)
    except NeoherError as error:
        state = State.STALE if earlier is not None else State.FAILED
        return ExamResult(exam, lesion, state, earlier, problem=error)
    return ExamResult(
        exam, lesion, State.MEASURED, _measurement(prepared, exam, lesion, conclusion), prepared=prepared
    )


def _request(folder: Path, exam: MrExam, lesion: str | None) -> DceRequest:
    images = folder / str(exam.images)
    if not images.exists():
        raise InputError(
            f"the images of exam {exam.id} are not there.",
            str(images),
            f"Put them there, or correct `images` of exam {exam.id} in case.yaml.",
        )
    inside = [
        region
        for region in exam.regions
        if region.lesion == lesion and region.purpose is not RegionPurpose.OMIT
    ]
    if len(inside) > 1:
        raise RegionError(
            f"exam {exam.id} has {len(inside)} regions to measure lesion {lesion} in.",
            str(folder / "case.yaml"),
            "Keep one, or give them different lesions.",
        )
    outside = [
        region
        for region in exam.regions
        if region.purpose is RegionPurpose.OMIT and region.lesion in (None, lesion)
    ]
    return DceRequest(
        images=images,
        voi=_source(inside[0]) if inside else None,
        omit=tuple(_source(region) for region in outside),
        near=folder,
        injected_at=exam.contrast_injected_at,
    )


def _source(region: Region) -> str:
    if region.file is not None:
        return region.file
    assert region.box_mm is not None  # the record holds one of both
    return ",".join(repr(float(value)) for value in (*region.box_mm.lower, *region.box_mm.upper))


def _parameters(request: DceRequest) -> dict[str, JsonValue]:
    stated: dict[str, JsonValue] = dict(stated_parameters(request.parameters))
    stated.update(
        early_s=request.early_s,
        late_s=request.late_s,
        phases=list(request.phases) if request.phases else None,
        injected_at=request.injected_at.isoformat() if request.injected_at else None,
    )
    return stated


def _without_region(prepared: PreparedExam, exam: MrExam) -> Conclusion[FtvValue]:
    return conclude_without_region(prepared).model_copy(update={"missing": (f"exams.{exam.id}.regions",)})


def _measurement(
    prepared: PreparedExam, exam: MrExam, lesion: str | None, conclusion: Conclusion[FtvValue]
) -> Measurement:
    return Measurement(
        exam=exam.id,
        visit=exam.visit,
        date=exam.date,
        modality=exam.modality.value,
        lesion=lesion,
        method=METHOD,
        parameters=_parameters(prepared.request),
        images=prepared.images,
        region=prepared.region_objects,
        quantities=_quantities(conclusion.value),
        conclusion=Conclusion[dict[str, Any]].model_validate(conclusion.as_json()),
    )


def _quantities(value: FtvValue | None) -> tuple[Quantity, ...]:
    if value is None:
        return ()
    largest = value.largest_component
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
    )
