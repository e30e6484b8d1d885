"""One patient measured: the numbers of every exam, or the reason why there are none. What a worker runs."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.errors import NeoherError
from neoher.record.conclusion import Frozen, Software

if TYPE_CHECKING:
    from neoher.measure.case import ExamResult

__all__ = ["MeasuredValue", "PatientOutcome", "PatientState", "fingerprint", "measure_patient"]

MEGABYTE = 1_000_000


class PatientState(StrEnum):
    """How the work on one patient ended."""

    MEASURED = "measured"
    """Every exam that holds images was measured, now or before from the same images."""
    PARTLY = "partly measured"
    """At least one exam failed; the others are measured."""
    FAILED = "failed"
    """Nothing was measured; the reason stands in a row."""
    NO_IMAGES = "no images"
    """The record names no images that are measured."""


class MeasuredValue(Frozen):
    """One quantity of one lesion on one exam; or, with neither quantity nor value, why an exam has none."""

    exam: str | None
    visit: str | None = None
    date: str | None = None
    """ISO 8601."""
    modality: str | None = None
    lesion: str | None = None
    method: str | None = None
    """Name and version, such as ftv/2."""
    state: str
    """measured, fresh (kept: the same images, region, parameters, method), stale, failed, cannot-be-said."""
    quantity: str | None = None
    value: float | None = None
    """None: it could not be measured; never 0 in that case."""
    unit: str | None = None
    """UCUM."""
    images_sha256: str | None = None
    region_sha256: str | None = None
    reason: str | None = None
    """Why there is no value, or why it is stale."""


class PatientOutcome(Frozen):
    """What came of one patient."""

    case_folder: str
    """Relative to the folder of all cases; what tells patients' work apart."""
    patient: str | None
    """patient.id of case.yaml; None where the record cannot be read."""
    state: PatientState
    values: tuple[MeasuredValue, ...] = ()
    fingerprint: str | None = None
    """Of the record, the files below the case folder and the methods when the work began."""
    seconds: float | None = None
    peak_mb: float | None = None
    """Most memory (1e6 bytes) that the worker's process had held by then, earlier patients included."""
    worker: str = ""
    """Host and process."""

    @property
    def failures(self) -> tuple[MeasuredValue, ...]:
        """The exams (or the whole case) that have no trustworthy number, with the reason."""
        return tuple(each for each in self.values if each.state in {"failed", "stale"})


def fingerprint(case_folder: Path) -> str:
    """Hash of all that decides a patient's numbers, without reading pixels.

    The record by its content; every other file below the folder by its place, size and time of change; the
    methods by name and version, this software by its version. measurements.json is a result, not an input.
    Raises: OSError where the folder cannot be listed.
    """
    from neoher.measure.case import METHODS
    from neoher.record.reading.case_file import CASE_FILE
    from neoher.record.storing import MEASUREMENTS_FILE

    digest = hashlib.sha256("\0".join([Software().version, *(each.name for each in METHODS)]).encode())
    digest.update(hashlib.sha256((case_folder / CASE_FILE).read_bytes()).digest())
    for place, size, changed in sorted(_files(case_folder, case_folder)):
        if place != MEASUREMENTS_FILE and not place.startswith(f".{MEASUREMENTS_FILE}."):
            digest.update(f"{place}\0{size}\0{changed}\0".encode())
    return digest.hexdigest()


def _files(case_folder: Path, at: Path) -> Iterator[tuple[str, int, int]]:
    """Place, size and time of change of every file below `at`."""
    with os.scandir(at) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(case_folder, Path(entry.path))
                continue
            facts = entry.stat()
            yield str(Path(entry.path).relative_to(case_folder)), facts.st_size, facts.st_mtime_ns


def measure_patient(root: str, case_folder: str) -> PatientOutcome:
    """Measure one patient and store measurements.json in the case folder.

    Whatever goes wrong becomes a row with its reason: one patient never ends the run.
    Parameters: `root` is the folder of all cases as this worker sees it; `case_folder` lies relative to it.
    """
    from neoher.record.reading.case_file import read_case

    begin = time.perf_counter()
    folder = Path(root) / case_folder
    patient, mark = None, None
    values: tuple[MeasuredValue, ...]
    try:
        mark = fingerprint(folder)
        patient = read_case(folder).patient.id
        values = _measure(folder)
    except NeoherError as error:
        values = (MeasuredValue(exam=None, state="failed", reason=_words(error)),)
    except Exception as error:
        reason = f"our fault, not the data's: {type(error).__name__}: {error}"
        values = (MeasuredValue(exam=None, state="failed", reason=reason),)
    return PatientOutcome(
        case_folder=case_folder,
        patient=patient,
        state=_state(values),
        values=values,
        fingerprint=mark,
        seconds=time.perf_counter() - begin,
        peak_mb=_peak_mb(),
        worker=f"{os.uname().nodename}:{os.getpid()}" if hasattr(os, "uname") else str(os.getpid()),
    )


def _measure(folder: Path) -> tuple[MeasuredValue, ...]:
    from neoher.measure.case import measure_case, measurements_of
    from neoher.record.reading.case_file import read_case
    from neoher.record.storing import read_measurements, write_measurements

    known = read_measurements(folder)
    results = measure_case(folder, read_case(folder), known)
    stored = measurements_of(results)
    if stored != known:
        write_measurements(folder, stored)
    return tuple(value for result in results for value in _values(result))


def _values(result: ExamResult) -> Iterator[MeasuredValue]:
    exam, measurement = result.exam, result.measurement
    about = MeasuredValue(
        exam=exam.id,
        visit=exam.visit,
        date=exam.date.isoformat() if exam.date else None,
        modality=exam.modality.value if exam.modality else None,
        lesion=result.lesion,
        method=measurement.method if measurement else result.method.name,
        state=result.state.value,
        images_sha256=measurement.images.sha256 if measurement else None,
        region_sha256=measurement.region.sha256 if measurement and measurement.region else None,
        reason=_words(result.problem) if result.problem else None,
    )
    if measurement is None:
        yield about
        return
    if not measurement.quantities:
        needed = ", ".join(measurement.conclusion.missing) or "what the method needs"
        yield about.model_copy(update={"state": "cannot-be-said", "reason": f"missing: {needed}"})
        return
    for quantity in measurement.quantities:
        reason = about.reason or ("not measurable on this exam" if quantity.value is None else None)
        stated = {"quantity": quantity.name, "value": quantity.value, "unit": quantity.unit, "reason": reason}
        yield about.model_copy(update=stated)


def _state(values: tuple[MeasuredValue, ...]) -> PatientState:
    if not values:
        return PatientState.NO_IMAGES
    failed = [each.state in {"failed", "stale"} for each in values]
    if all(failed):
        return PatientState.FAILED
    return PatientState.PARTLY if any(failed) else PatientState.MEASURED


def _words(error: NeoherError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _peak_mb() -> float | None:
    try:
        import resource
        import sys
    except ImportError:  # not on this system
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MEGABYTE if sys.platform == "darwin" else most * 1024 / MEGABYTE
