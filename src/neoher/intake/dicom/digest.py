"""What an exam was read from: its objects as one hash, independent of file names and order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from neoher.intake.dicom.frames import Frame
from neoher.record.measurement import InputObjects

__all__ = ["digest_of"]


def digest_of(frames: Iterable[Frame], description: str) -> InputObjects:
    """The objects of the frames, each once: how many, and the hash over their sorted hashes.

    Reads every object once more, from its first to its last byte.
    """
    headers = {id(frame.header): frame.header for frame in frames}.values()
    ordered = sorted(headers, key=lambda header: header.source.reading_order)
    hashes = sorted(hashlib.sha256(header.source.read()).hexdigest() for header in ordered)
    return InputObjects(
        description=description,
        count=len(hashes),
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )
