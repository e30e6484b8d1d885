"""The journal of a run: one line a finished patient, on disk before the next is taken."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from neoher.cohort.measuring.patient import PatientOutcome
from neoher.errors import InputError

__all__ = ["JOURNAL_FILE", "Journal", "open_journal", "read_journal"]

JOURNAL_FILE = "journal.jsonl"


class Journal:
    """An open journal: what was finished before, and the place to add to."""

    def __init__(self, file: BinaryIO, finished: dict[str, PatientOutcome]) -> None:
        self._file = file
        self.finished = finished
        """The last outcome of each case folder."""

    def add(self, outcome: PatientOutcome) -> None:
        """Add one outcome; on return it survives a crash."""
        self._file.write(outcome.model_dump_json(exclude_defaults=True).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.finished[outcome.case_folder] = outcome


def read_journal(content: bytes, where: str) -> tuple[dict[str, PatientOutcome], int]:
    """The last outcome of each case folder, and how many bytes are whole lines.

    A line that a crash cut short, which can only be the last, is not counted: that patient is measured again.
    Raises: InputError where another line is no outcome.
    """
    whole = content.rfind(b"\n") + 1
    found: dict[str, PatientOutcome] = {}
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            outcome = PatientOutcome.model_validate_json(line)
        except ValidationError:
            raise InputError(
                f"line {number} is no outcome of a patient.",
                where,
                "Name another folder (--out), or delete this file: everything is then looked at again.",
            ) from None
        found[outcome.case_folder] = outcome
    return found, whole


@contextlib.contextmanager
def open_journal(out: Path) -> Iterator[Journal]:
    """The journal in the folder `out`, both made where they are absent; one run at a time has it open.

    Raises: InputError where another run has it open, or it cannot be read or written.
    """
    path = out / JOURNAL_FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}.", str(path), "Name another folder: --out DIR."
        ) from None
    with file:
        _lock(file, path)
        file.seek(0)
        finished, whole = read_journal(file.read(), str(path))
        file.truncate(whole)
        yield Journal(file, finished)


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            "another run is writing here.", str(path), "Wait for its end, or name another folder: --out DIR."
        ) from None
    except OSError:
        # A file system without locks: the run goes on without this guard.
        return
