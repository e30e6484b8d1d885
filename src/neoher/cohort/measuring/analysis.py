"""`neoher cohort measure`: the images of a folder of cases measured by many workers, and what came of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.measuring.files import measured_frame, write_parquet
from neoher.cohort.measuring.journal import open_journal
from neoher.cohort.measuring.patient import PatientOutcome, PatientState, fingerprint
from neoher.cohort.measuring.spreading import spread
from neoher.cohort.result import CohortResult, DataFile, Excluded, Heading, ResultTable
from neoher.errors import InputError
from neoher.record.conclusion import Caution
from neoher.record.reading.case_file import CASE_FILE
from neoher.record.storing import MEASUREMENTS_FILE

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["MeasuredCohort", "case_folders", "measure_cohort"]

Progress = Callable[[int, int], None]
"""Called with the patients done and all patients."""


@dataclass(frozen=True, slots=True)
class MeasuredCohort:
    """The result, the files written, and what stands for the data in the result's remake."""

    result: CohortResult
    files: tuple[Path, ...]
    data: DataFile


def case_folders(root: Path) -> tuple[str, ...]:
    """Every folder with a case.yaml at or below `root`, relative to it, in order.

    Raises: InputError where there is none.
    """
    found = sorted(file.parent.relative_to(root).as_posix() for file in root.rglob(CASE_FILE))
    if not found:
        raise InputError(
            f"there is no {CASE_FILE} below this folder.", str(root), "Name a folder of cases; `neoher init`."
        )
    return tuple(found)


def measure_cohort(
    root: Path,
    out: Path,
    workers: Callable[[], AbstractContextManager[Client]],
    progress: Progress | None = None,
) -> MeasuredCohort:
    """Measure every case below `root`, going on where an earlier run into `out` stopped.

    A patient is looked at again where the record, a file below the case folder, a method or the software
    changed since, where measurements.json is gone, and where anything failed.
    Parameters: `workers` starts or finds the workers; it is not called where nothing is left to do.
    Raises: InputError where there is no case or `out` cannot be written.
    """
    root = root.resolve()
    folders = case_folders(root)
    with open_journal(out) as journal:
        left = [each for each in folders if not _still_holds(root, each, journal.finished.get(each))]
        kept = len(folders) - len(left)
        if progress is not None:
            progress(kept, len(folders))
        if left:
            with workers() as client:
                for done, outcome in enumerate(spread(client, str(root), left), start=kept + 1):
                    journal.add(outcome)
                    if progress is not None:
                        progress(done, len(folders))
        outcomes = [journal.finished[each] for each in folders]
        files = write_parquet(outcomes, out)
    return MeasuredCohort(_result(outcomes, kept), files, _data(root, outcomes))


def _still_holds(root: Path, case_folder: str, outcome: PatientOutcome | None) -> bool:
    if outcome is None or outcome.state not in {PatientState.MEASURED, PatientState.NO_IMAGES}:
        return False
    folder = root / case_folder
    if outcome.values and not (folder / MEASUREMENTS_FILE).exists():
        return False
    try:
        return outcome.fingerprint == fingerprint(folder)
    except OSError:
        return False


def _result(outcomes: Sequence[PatientOutcome], kept: int) -> CohortResult:
    states = Counter(one.state for one in outcomes)
    measured = states[PatientState.MEASURED] + states[PatientState.PARTLY]
    return CohortResult(
        title="Images measured",
        n=measured,
        excluded=tuple(_excluded(outcomes)),
        main=_table(outcomes),
        methods_text=_methods(outcomes, kept),
        warnings=tuple(_warnings(outcomes, states)),
    )


def _excluded(outcomes: Sequence[PatientOutcome]) -> list[Excluded]:
    found = []
    for place, one in enumerate(outcomes, start=1):
        # Images that are not there fail every method of their exam alike: said once.
        for exam, reason in dict.fromkeys((each.exam, each.reason) for each in one.failures):
            where = f"{one.case_folder}: exam {exam}" if exam else one.case_folder
            found.append(Excluded(row=place, column=where, reason=reason or "failed", patient=one.patient))
        if one.state is PatientState.NO_IMAGES:
            reason = "the record names no images that are measured"
            found.append(Excluded(row=place, column=one.case_folder, reason=reason, patient=one.patient))
    return found


def _table(outcomes: Sequence[PatientOutcome]) -> ResultTable:
    """Each quantity by visit: how many, how many not measurable, median and range; stale numbers left out."""
    frame = measured_frame(outcomes)
    frame = frame[frame["quantity"].notna() & (frame["state"] != "stale")]
    rows = []
    for (method, quantity, visit, unit), each in frame.groupby(
        ["method", "quantity", "visit", "unit"], dropna=False, sort=True
    ):
        values = each["value"].dropna().astype("float64")
        rows.append(
            {
                "method": method,
                "quantity": str(quantity).replace("_", " "),
                "visit": visit if isinstance(visit, str) else None,
                "unit": "" if unit == "1" else unit,
                "n": len(values),
                "not_measurable": len(each) - len(values),
                "median": float(values.median()) if len(values) else None,
                "least": float(values.min()) if len(values) else None,
                "most": float(values.max()) if len(values) else None,
            }
        )
    columns = (
        Heading(key="method", heading="method", once=True),
        Heading(key="quantity", heading="quantity", once=True),
        Heading(key="visit", heading="visit"),
        Heading(key="unit", heading="unit"),
        Heading(key="n", heading="measured"),
        Heading(key="not_measurable", heading="not measurable"),
        Heading(key="median", heading="median"),
        Heading(key="least", heading="least"),
        Heading(key="most", heading="most"),
    )
    note = "One count a lesion and exam. Every number lies in measurements.parquet, with its images' hash."
    return ResultTable(
        name="quantities", title="What was measured", columns=columns, rows=tuple(rows), note=note
    )


def _warnings(outcomes: Sequence[PatientOutcome], states: Counter[PatientState]) -> list[Caution]:
    warnings = []
    failed, partly = states[PatientState.FAILED], states[PatientState.PARTLY]
    if failed or partly:
        message = (
            f"{failed} of {len(outcomes)} patients could not be measured, {partly} only in part; each "
            "reason is a row. The same command tries them again, and only them."
        )
        warnings.append(Caution(code="not-all-measured", message=message))
    stale = sum(any(value.state == "stale" for value in one.values) for one in outcomes)
    if stale:
        message = (
            f"{stale} patients hold numbers of images that cannot be read now: marked stale, not counted."
        )
        warnings.append(Caution(code="stale-measurements", message=message))
    names = Counter(one.patient for one in outcomes if one.patient is not None)
    several = sorted(name for name, count in names.items() if count > 1)
    if several:
        message = (
            f"{len(several)} patients stand in more than one case folder ({', '.join(several[:5])}): their "
            "numbers are counted once for each folder."
        )
        warnings.append(Caution(code="patient-repeated", message=message))
    return warnings


def _methods(outcomes: Sequence[PatientOutcome], kept: int) -> str:
    from neoher.measure.case import METHODS

    named = ", ".join(f"{each.title} ({each.name})" for each in METHODS)
    return (
        f"{len(outcomes)} cases were found; {kept} were measured by an earlier run and nothing that decides "
        f"their numbers changed since (record, files, methods), {len(outcomes) - kept} were looked at now. "
        f"Methods: {named}. A patient is the unit of work; a failure is a row with its reason. The same "
        "images, region, parameters and method give the same number on any number of workers. Measuring is "
        "for research use."
    )


def _data(root: Path, outcomes: Sequence[PatientOutcome]) -> DataFile:
    """One hash over the images and regions behind every number, by case folder, exam, lesion and method."""
    stated = sorted(
        {
            "\0".join(
                str(part)
                for part in (
                    one.case_folder,
                    value.exam,
                    value.lesion,
                    value.method,
                    value.images_sha256,
                    value.region_sha256,
                )
            )
            for one in outcomes
            for value in one.values
        }
    )
    return DataFile(
        path=str(root), sha256=hashlib.sha256("\n".join(stated).encode()).hexdigest(), role="images"
    )
