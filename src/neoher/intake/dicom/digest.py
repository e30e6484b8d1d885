"""What an exam was read from: its objects as one hash, independent of file names and order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from neoher.intake.dicom.frames import Frame
from neoher.intake.files.sources import FileSource, ObjectSource
from neoher.record.measurement import InputObjects

__all__ = ["digest_of", "digest_of_sources"]

_READERS: Final = 2
_OBJECTS_FOR_TWO: Final = 64
"""From here on a second reader gains more than starting it costs."""
_PIECE_BYTES: Final = 1 << 20


def digest_of(frames: Iterable[Frame], description: str) -> InputObjects:
    """The objects of the frames, each once: how many, and the hash over their sorted hashes.

    Reads every object once more, from its first to its last byte.
    """
    headers = {id(frame.header): frame.header for frame in frames}.values()
    return digest_of_sources((header.source for header in headers), description)


def digest_of_sources(sources: Iterable[ObjectSource], description: str) -> InputObjects:
    """These objects: how many, and the hash over their sorted hashes. Reads each once more, whole."""
    ordered = sorted(sources, key=lambda source: source.reading_order)
    hashes = sorted(_hashes(ordered))
    return InputObjects(
        description=description,
        count=len(hashes),
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )


def _hashes(sources: Sequence[ObjectSource]) -> list[str]:
    """The hash of every object; files by two readers, archives, which flow forwards, by one."""
    if len(sources) < _OBJECTS_FOR_TWO or not all(isinstance(one, FileSource) for one in sources):
        return _hashed(sources)
    with ThreadPoolExecutor(_READERS) as readers:
        parts = readers.map(_hashed, (sources[start::_READERS] for start in range(_READERS)))
        return [one for part in parts for one in part]


def _hashed(sources: Sequence[ObjectSource]) -> list[str]:
    piece = bytearray(_PIECE_BYTES)
    return [_hash(one, piece) for one in sources]


def _hash(source: ObjectSource, piece: bytearray) -> str:
    """Hash of one object, a file through `piece`, so that no memory is taken for it."""
    if not isinstance(source, FileSource):
        return hashlib.sha256(source.read()).hexdigest()
    source.refuse_too_large()
    whole = hashlib.sha256()
    view = memoryview(piece)
    for offset in range(0, source.size, len(piece)):
        part = view[: min(len(piece), source.size - offset)]
        source.read_into(part, offset)
        whole.update(part)
    return whole.hexdigest()
