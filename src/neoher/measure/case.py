"""A case's images to measurements: what still holds is kept, what changed is measured again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from neoher.errors import NeoherError, NoSuchImages
from neoher.measure.dce_exam import Watch
from neoher.measure.diffusion import DIFFUSION
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME
from neoher.measure.method import Method, Prepared, lesions_with_region
from neoher.measure.once import Once
from neoher.measure.pet_uptake import PET_UPTAKE
from neoher.measure.plane.callipers import CALLIPERS, PreparedLengths, lesions_with_callipers
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import Exam
from neoher.record.measurement import Measurement, Measurements, Quantity, measurement_key

__all__ = ["METHODS", "ExamResult", "ResultKey", "State", "measure_case", "measurements_of"]

METHODS: tuple[Method, ...] = (FUNCTIONAL_VOLUME, DIFFUSION, PET_UPTAKE, CALLIPERS)
"""Every way of measuring, in the order of the report."""


ResultKey = tuple[str, str | None, str]
"""Exam, lesion, and the method's name without its version."""


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
    """One exam and one lesion measured by one method, and the state of the measurement."""

    exam: Exam
    lesion: str | None
    method: Method
    state: State
    measurement: Measurement | None
    problem: NeoherError | None = None
    prepared: Prepared | None = None

    @property
    def key(self) -> ResultKey:
        """What tells the results of a case apart."""
        return self.exam.id, self.lesion, _kind(self.method.name)


def measure_case(
    folder: Path, case: Case, known: Measurements, watch: Watch | None = None
) -> tuple[ExamResult, ...]:
    """Measure every exam of a case that has images, once for each lesion with a region or callipers on it.

    Parameters: `folder` holds case.yaml; `known` is what was measured before. One exam that cannot be read
    does not stop the others: its result carries the error.
    """
    results = [
        result
        for exam in case.exams
        if exam.images is not None
        for result in _measure_exam(folder, case, exam, known, watch)
    ]
    return tuple(one for one in results if not _measured_otherwise(one, results))


def measurements_of(results: Sequence[ExamResult]) -> Measurements:
    """What to store: every measurement that was made or still stands, stale ones included."""
    return Measurements(entries=tuple(one.measurement for one in results if one.measurement is not None))


def _measured_otherwise(result: ExamResult, results: Sequence[ExamResult]) -> bool:
    """Whether the exam holds nothing for this method and something for another, such as diffusion alone."""
    if not isinstance(result.problem, NoSuchImages) or result.state is State.STALE:
        return False
    return any(one.exam is result.exam and one.measurement is not None for one in results)


def _measure_exam(
    folder: Path, case: Case, exam: Exam, known: Measurements, watch: Watch | None
) -> Iterator[ExamResult]:
    once = Once()
    for lesion in lesions_with_callipers(exam) or lesions_with_region(exam):
        for method in METHODS:
            if method.applies(exam):
                result = _measure(method, folder, case, exam, lesion, known, watch, once)
                if result is not None:
                    yield result


def _measure(
    method: Method,
    folder: Path,
    case: Case,
    exam: Exam,
    lesion: str | None,
    known: Measurements,
    watch: Watch | None,
    once: Once,
) -> ExamResult | None:
    """None where the exam holds nothing that this method measures."""
    earlier = next(
        (
            one
            for one in known.entries
            if (one.exam, one.lesion, _kind(one.method)) == (exam.id, lesion, _kind(method.name))
        ),
        None,
    )
    try:
        prepared = method.prepare(folder, exam, lesion, watch, once)
        if prepared is None:
            return None
        if isinstance(prepared, PreparedLengths):
            followed = case.lesion(lesion) if lesion else None
            prepared.refuse_other_side(lesion, case.side_of(followed) if followed else None)
        parameters = dict(prepared.stated_parameters)
        images, region = prepared.images, prepared.region_objects
        key = measurement_key(exam.id, lesion, method.name, parameters, images, region)
        fresh = known.fresh(key)
        if fresh is not None:
            return ExamResult(exam, lesion, method, State.FRESH, fresh, prepared=prepared)
        conclusion, quantities = prepared.measure()
    except NeoherError as error:
        state = State.STALE if earlier is not None else State.FAILED
        return ExamResult(exam, lesion, method, state, earlier, problem=error)
    measurement = _measurement(method, exam, lesion, prepared, conclusion, quantities)
    return ExamResult(exam, lesion, method, State.MEASURED, measurement, prepared=prepared)


def _kind(name: str) -> str:
    """'ftv' of 'ftv/1'."""
    return name.partition("/")[0]


def _measurement(
    method: Method,
    exam: Exam,
    lesion: str | None,
    prepared: Prepared,
    conclusion: Conclusion[Any],
    quantities: tuple[Quantity, ...],
) -> Measurement:
    return Measurement(
        exam=exam.id,
        visit=exam.visit,
        date=exam.date,
        modality=exam.modality.value if exam.modality else "",
        lesion=lesion,
        method=method.name,
        parameters=dict(prepared.stated_parameters),
        images=prepared.images,
        region=prepared.region_objects,
        quantities=quantities,
        conclusion=Conclusion[dict[str, Any]].model_validate(conclusion.as_json()),
    )
