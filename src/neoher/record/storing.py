"""Storing: files that are replaced whole or not at all, folders likewise, and measurements.json."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from neoher.errors import InputError, RecordError
from neoher.record.measurement import Measurements

__all__ = [
    "MEASUREMENTS_FILE",
    "new_folder",
    "read_measurements",
    "replace_atomically",
    "write_measurements",
]

MEASUREMENTS_FILE = "measurements.json"
LARGEST_BYTES = 200_000_000


def replace_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that a reader, or a crash, finds the old file or the new one, never a part.

    The new file is written beside the old one, flushed to disk, and renamed over it.
    Raises: RecordError where the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise RecordError(
            f"cannot be written: {error.strerror}.",
            str(path),
            "Check the folder's permissions and free space.",
        ) from None


def _flush_folder(folder: Path) -> None:
    # Some file systems cannot flush a folder; the rename stands all the same.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder that appears at `out` whole or not at all: fill the one that is given; it is moved there.

    Raises: InputError where `out` already holds something, or the folder cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "the folder already holds something.", str(out), "Name a new folder; nothing is overwritten."
        )
    out = out.absolute()
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
    except OSError as error:
        raise InputError(
            f"the folder cannot be written ({error.strerror}).", str(out), "Check its place and its space."
        ) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def read_measurements(folder: Path) -> Measurements:
    """The measurements stored in a case folder; none where the file is absent.

    Raises: RecordError where the file is not a measurements.json of this form.
    """
    file = folder / MEASUREMENTS_FILE
    if not file.exists():
        return Measurements()
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise RecordError(f"the file is larger than {LARGEST_BYTES / 1e6:.0f} MB.", str(file), _REMAKE)
        return Measurements.model_validate_json(file.read_bytes())
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror}.", str(file), "Check the file's permissions."
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"])
        where = f"{file}, {place}" if place else str(file)
        raise RecordError(f"not measurements of this form: {first['msg']}.", where, _REMAKE) from None


_REMAKE = "Delete it; `neoher measure` makes it again from the images."


def write_measurements(folder: Path, measurements: Measurements) -> Path:
    """Store the measurements in a case folder, replacing what stood there; returns the file."""
    file = folder / MEASUREMENTS_FILE
    replace_atomically(file, (measurements.model_dump_json(indent=1) + "\n").encode())
    return file
