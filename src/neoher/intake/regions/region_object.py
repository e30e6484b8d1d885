"""DICOM objects that hold regions, opened with care: foreign, broken and hostile ones are refused."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
import zlib
from collections.abc import Iterator
from enum import StrEnum

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from neoher.errors import NeoherError, RegionError

__all__ = [
    "RegionKind",
    "numbers_of",
    "open_region_object",
    "positive_number",
    "refuse_what_cannot_be_read",
    "region_kind",
]

LARGEST_INFLATED_BYTES = 2**29
"""A deflated object that grows beyond this is refused."""
FILE_META_REACH = 4096
"""The transfer syntax stands in the file meta information, within this many bytes."""
SEGMENTATION = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})
"""Segmentation Storage and Label Map Segmentation Storage (DICOM PS3.4, B.5)."""
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"


class RegionKind(StrEnum):
    """The kinds of object a region is read from."""

    SEG = "SEG"
    RTSTRUCT = "RTSTRUCT"
    NIFTI = "NIfTI"


@contextlib.contextmanager
def refuse_what_cannot_be_read(where: str, what: str) -> Iterator[None]:
    """Turn whatever a parser raises on a broken object into one RegionError.

    Only parsing stands under it, never our own arithmetic: an error of ours must stay an error of ours.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except NeoherError:
        raise
    except Exception as problem:
        words = str(problem).splitlines()
        reason = words[0][:200].rstrip(". ") if words else type(problem).__name__
        raise RegionError(
            f"this {what} cannot be read: {reason}.", where=where, remedy="Export the region again."
        ) from problem


def open_region_object(data: bytes, where: str) -> Dataset:
    """The dataset of a DICOM object, with its file meta information and a SOP class that can be read.

    Raises: RegionError when the bytes are not a DICOM object that can be read.
    """
    if data[128:132] != b"DICM":
        raise RegionError("this is not a DICOM object.", where=where)
    with refuse_what_cannot_be_read(where, "DICOM object"):
        if DeflatedExplicitVRLittleEndian.encode() in data[:FILE_META_REACH]:
            _refuse_bomb(data, where)
        dataset: Dataset = pydicom.dcmread(io.BytesIO(data))
        for keyword in ("SOPClassUID", "PatientID", "FrameOfReferenceUID"):
            dataset.get(keyword)  # pydicom decodes at the first access; a broken value fails here
        return dataset


def _refuse_bomb(data: bytes, where: str) -> None:
    """Inflate in small pieces, keeping none, to learn how large a deflated dataset is."""
    start = 144 + int.from_bytes(data[140:144], "little")  # PS3.10, 7.1: after (0002,0000) and its group
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending, size = data[start:], 0
    while pending and not inflater.eof:
        size += len(inflater.decompress(pending, 2**20))
        pending = inflater.unconsumed_tail
        if size > LARGEST_INFLATED_BYTES:
            raise RegionError(
                f"the object grows beyond {LARGEST_INFLATED_BYTES >> 20} MiB when it is inflated.",
                where=where,
                remedy="Export it without deflation.",
            )


def region_kind(dataset: Dataset) -> RegionKind | None:
    """Which kind of region object it is; None when it is none."""
    kind = str(dataset.get("SOPClassUID", ""))
    if kind in SEGMENTATION:
        return RegionKind.SEG
    return RegionKind.RTSTRUCT if kind == STRUCTURE_SET else None


def numbers_of(dataset: Dataset, keyword: str, count: int) -> NDArray[np.float64]:
    """The `count` finite numbers of an attribute. Raises: ValueError when they are not there."""
    value = dataset.get(keyword)
    try:
        numbers = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.size != count or not np.isfinite(numbers).all():
        raise ValueError(f"{keyword} does not hold {count} numbers")
    return numbers


def positive_number(dataset: Dataset, keyword: str) -> float | None:
    """A length that is stated and above 0; None otherwise."""
    try:
        value = float(dataset.get(keyword))
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) and value > 0 else None
