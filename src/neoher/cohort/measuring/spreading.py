"""Handing patients to workers and taking their outcomes, each once, however many workers die on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from neoher.cohort.measuring.patient import (
    MeasuredValue,
    PatientOutcome,
    PatientState,
    measure_patient,
)

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Work", "spread"]

Work = Callable[[str, str], PatientOutcome]


def spread(
    client: Client, root: str, case_folders: Iterable[str], work: Work = measure_patient
) -> Iterator[PatientOutcome]:
    """The outcome of every case folder, in the order in which they are finished.

    No more patients are handed out than there are workers, so that a worker that dies takes one patient with
    it, and thousands wait here and not in the scheduler's memory. Dask hands a dead worker's patient to
    another; where that kills as many workers as Dask allows, the patient is a row that says so. What a
    worker stored before it died is kept: measuring that patient again finds it fresh.
    """
    from distributed import as_completed

    waiting = iter(case_folders)
    handed: dict[object, str] = {}

    def hand_out(count: int) -> list[Future[PatientOutcome]]:
        futures = []
        for case_folder in islice(waiting, count):
            future = client.submit(work, root, case_folder, pure=False)
            handed[future.key] = case_folder
            futures.append(future)
        return futures

    finished = as_completed(hand_out(_places(client)))  # type: ignore[no-untyped-call]
    for future in finished:
        case_folder = handed.pop(future.key)
        outcome = _outcome(future, case_folder)
        future.release()
        for another in hand_out(
            max(1, _places(client) - len(handed)) if len(handed) < _places(client) else 0
        ):
            finished.add(another)  # type: ignore[no-untyped-call]
        yield outcome


def _places(client: Client) -> int:
    """How many patients can be worked on at once; a cluster may grow, shrink, and be empty for a moment."""
    return max(1, sum(client.nthreads().values()))  # type: ignore[no-untyped-call]


def _outcome(future: Future[PatientOutcome], case_folder: str) -> PatientOutcome:
    from distributed import KilledWorker

    error = future.exception()  # type: ignore[no-untyped-call]
    if error is None:
        outcome = future.result()
        assert isinstance(outcome, PatientOutcome)
        return outcome
    if isinstance(error, KilledWorker):
        reason = (
            "every worker that took this patient died while measuring it, most likely for want of memory; "
            "give workers more: --memory, with fewer --workers."
        )
    else:
        reason = f"the work was lost: {type(error).__name__}: {error}"
    return PatientOutcome(
        case_folder=case_folder,
        patient=None,
        state=PatientState.FAILED,
        values=(MeasuredValue(exam=None, state="failed", reason=reason),),
    )
