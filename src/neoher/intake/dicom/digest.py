"""What an exam was read from: its objects as one hash, independent of file names and order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from neoher.intake.dicom.frames import Frame
from neoher.intake.files.sources import ObjectSource
from neoher.record.measurement import InputObjects

__all__ = ["digest_of", "digest_of_sources"]


def digest_of(frames: Iterable[Frame], description: str) -> InputObjects:
    """The objects of the frames, each once: how many, and the hash over their sorted hashes.

    Reads every object once more, from its first to its last byte.
    """
    headers = {id(frame.header): frame.header for frame in frames}.values()
    return digest_of_sources((header.source for header in headers), description)


def digest_of_sources(sources: Iterable[ObjectSource], description: str) -> InputObjects:
    """These objects: how many, and the hash over their sorted hashes. Reads each once more, whole."""
    ordered = sorted(sources, key=lambda source: source.reading_order)
    hashes = sorted(hashlib.sha256(source.read()).hexdigest() for source in ordered)
    return InputObjects(
        description=description,
        count=len(hashes),
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )
