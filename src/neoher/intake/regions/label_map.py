"""NIfTI masks and label maps.

Source: NIfTI-1 and NIfTI-2 (nifti.nimh.nih.gov). Their axes are RAS; they become LPS here and nowhere else.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from numpy.typing import NDArray

from neoher.errors import RegionError
from neoher.intake.regions.part import RegionPart, choose_part
from neoher.intake.regions.placement import Lattice
from neoher.intake.regions.proposed import refuse_unaccepted
from neoher.intake.regions.region_object import refuse_what_cannot_be_read

__all__ = ["LabelMap", "is_nifti", "read_label_map"]

GZIP = b"\x1f\x8b"
HEADER_BYTES = 540
"""Length of the longer header, that of NIfTI-2."""
FIRST_DATA_BYTE = {348: 352, 540: 544}
LARGEST_DATA_BYTES = 2**29
LONGEST_AXIS = 8192
MOST_LABELS = 256
"""More different values than this are an image, not a map of labels."""
OVERSHOOT = 0.01
"""How far interpolation may have carried fractions beyond 0 and 1."""
SCALING_ERROR = 1e-5
SAME_PLACE_VOXELS = 0.1
"""How far, in voxels, the two positions a file may state can differ and still be one."""
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
UNIT_MM = {"mm": 1.0, "unknown": 1.0, "meter": 1000.0, "micron": 0.001}


@dataclass(frozen=True, slots=True)
class LabelMap:
    """One label of a NIfTI map on its own lattice."""

    labels: tuple[RegionPart, ...]
    chosen: RegionPart | None
    """None for a mask of fractions, which has no labels."""
    lattice: Lattice
    warnings: tuple[tuple[str, str], ...]
    accepted: str = ""
    """Who accepted it and when, where it was proposed by software; else empty."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The numbers of a file: `raw`, shape (i, j, k), times slope plus intercept; and where they lie."""

    raw: NDArray[Any]
    slope: float
    intercept: float
    to_patient: NDArray[np.float64]

    def planes(self) -> Iterator[NDArray[Any]]:
        """The scaled numbers, one (i, j) plane after the other."""
        for k in range(self.raw.shape[2]):
            plane = self.raw[:, :, k]
            if (self.slope, self.intercept) == (1.0, 0.0):
                yield plane
                continue
            # Slope and intercept are stored in 32 bits: 100 * 0.01 is to be label 1 again.
            scaled = plane * self.slope + self.intercept
            whole = np.rint(scaled)
            yield np.where(np.abs(scaled - whole) < SCALING_ERROR, whole, scaled)


@dataclass(frozen=True, slots=True)
class Contents:
    """What kinds of number a file holds. `labels`: its whole numbers except 0; None when it has fractions."""

    labels: tuple[int, ...] | None
    not_a_number: int


def is_nifti(data: bytes) -> bool:
    """Whether the bytes begin as a NIfTI file of one part (.nii), compressed with gzip or not."""
    return _header_class(_head(data)) is not None


def read_label_map(data: bytes, choice: str | None, where: str) -> LabelMap:
    """The label that `choice` names by number; the only one when nothing was chosen.

    Whole numbers are labels, 0 is outside. Other numbers must be fractions from 0 to 1: more than 0.5 is
    inside. A voxel that holds no number (NaN) is outside, with a warning (`region-not-a-number`).
    Raises: RegionError when the file is broken or too large, holds more than one volume, states no position
    in the patient or two that differ, holds an image rather than a mask, or the choice does not fit; or when
    it is a proposal that nobody has accepted.
    """
    with refuse_what_cannot_be_read(where, "NIfTI file"):
        stored = _stored(data)
        accepted = refuse_unaccepted(_header(data), where)
    contents = _contents(stored, where)
    chosen = None
    parts = tuple(RegionPart(label, "") for label in contents.labels or ())
    if contents.labels is not None:
        chosen = choose_part(parts, choice, term="label", where=where)
    elif choice is not None:
        raise RegionError(
            f"it is a mask of fractions without labels: there is no label '{choice}'.", where=where
        )
    inside = np.empty(stored.raw.shape, dtype=np.bool_)
    for k, plane in enumerate(stored.planes()):
        inside[:, :, k] = plane > 0.5 if chosen is None else plane == chosen.number
    notes: tuple[tuple[str, str], ...] = ()
    if contents.not_a_number:
        text = f"{contents.not_a_number:,} voxels of the mask hold no number and are taken as outside."
        notes = (("region-not-a-number", text),)
    return LabelMap(parts, chosen, Lattice(inside, stored.to_patient), notes, accepted)


def _stored(data: bytes) -> Stored:
    """The numbers and their place. Raises ValueError (or what nibabel raises) for what is not read."""
    header = _header(data)
    shape = _volume_shape(tuple(int(length) for length in header.get_data_shape()))
    kind = np.dtype(header.get_data_dtype())
    if kind.kind not in "iuf":
        raise ValueError(f"values of the kind {kind} are no mask")
    size = math.prod(shape) * kind.itemsize
    start = int(header.get_data_offset())
    if not FIRST_DATA_BYTE[int(header["sizeof_hdr"])] <= start <= LARGEST_DATA_BYTES:
        raise ValueError(f"its data cannot begin at byte {start}")
    if size > LARGEST_DATA_BYTES:
        raise ValueError(f"{' x '.join(map(str, shape))} voxels of {kind} are too many")
    content = _inflated(data, start + size) if data.startswith(GZIP) else data
    if len(content) < start + size:
        raise ValueError(f"the file ends early: {len(content):,} bytes where {start + size:,} are stated")
    raw = np.frombuffer(content, dtype=kind, count=math.prod(shape), offset=start)
    slope, intercept = header.get_slope_inter()
    slope = 1.0 if slope is None else float(slope)
    intercept = 0.0 if intercept is None else float(intercept)
    return Stored(raw.reshape(shape, order="F"), slope, intercept, RAS_TO_LPS @ _position(header, shape))


def _header(data: bytes) -> Any:
    """The file's header. Raises ValueError where it has none."""
    head = _head(data)
    header_class = _header_class(head)
    if header_class is None:
        raise ValueError("it does not begin as a NIfTI file of one part (.nii)")
    return header_class.from_fileobj(  # type: ignore[no-untyped-call]
        io.BytesIO(head), check=False
    )


def _volume_shape(stated: tuple[int, ...]) -> tuple[int, int, int]:
    while len(stated) > 3 and stated[-1] == 1:
        stated = stated[:-1]
    if len(stated) > 3:
        raise ValueError(f"it holds {math.prod(stated[3:])} volumes; give the mask as one volume")
    first, second, third = (*stated, 1, 1, 1)[:3]
    if not stated or min(first, second, third) < 1 or max(first, second, third) > LONGEST_AXIS:
        raise ValueError(f"its shape {stated} is not that of a volume")
    return first, second, third


def _position(header: Any, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """4 x 4 matrix from (i, j, k, 1) to RAS mm: the sform, or the qform where there is none."""
    by_sform, _ = header.get_sform(coded=True)
    by_qform, _ = header.get_qform(coded=True)
    if by_sform is None and by_qform is None:
        raise ValueError("it does not state where it lies in the patient (sform and qform codes are 0)")
    chosen = np.asarray(by_qform if by_sform is None else by_sform, dtype=np.float64)
    if not np.isfinite(chosen).all():
        raise ValueError("its position in the patient is not a number")
    if by_sform is not None and by_qform is not None:
        corners = np.array(
            [[i, j, k, 1] for i in (0, shape[0]) for j in (0, shape[1]) for k in (0, shape[2])]
        )
        apart_mm = np.abs(corners @ (chosen - by_qform).T).max()
        if not apart_mm <= SAME_PLACE_VOXELS * np.linalg.norm(chosen[:3, :3], axis=0).min():
            raise ValueError(f"it states two positions (sform and qform) that differ by {apart_mm:.3g} mm")
    unit = header.get_xyzt_units()[0]
    chosen[:3] *= UNIT_MM[unit]
    return chosen


def _contents(stored: Stored, where: str) -> Contents:
    """What the file holds. Raises: RegionError when that is an image and no mask."""
    labels: set[float] = set()
    fractions = False
    low, high, not_a_number = 0.0, 0.0, 0
    for plane in stored.planes():
        marked = plane[plane != 0]
        missing = np.isnan(marked) if marked.dtype.kind == "f" else np.zeros(marked.shape, dtype=np.bool_)
        not_a_number += int(missing.sum())
        marked = marked[~missing]
        if marked.size == 0:
            continue
        low, high = min(low, float(marked.min())), max(high, float(marked.max()))
        if not fractions and bool((marked == np.rint(marked)).all()) and math.isfinite(high - low):
            labels.update(np.unique(marked).tolist())
        else:
            fractions = True
        beyond = low < -OVERSHOOT or high > 1 + OVERSHOOT
        if (fractions and beyond) or (not fractions and low < 0) or len(labels) > MOST_LABELS:
            raise RegionError(
                f"it holds numbers from {low:.6g} to {high:.6g} that are neither labels nor fractions: "
                "it seems to be an image, not a mask.",
                where=where,
            )
    if fractions:
        return Contents(None, not_a_number)
    return Contents(tuple(sorted(int(label) for label in labels)), not_a_number)


def _header_class(head: bytes) -> type[Nifti1Header] | None:
    if head[344:348] == b"n+1\0" and 348 in _sizes(head):
        return Nifti1Header
    if head[4:8] == b"n+2\0" and 540 in _sizes(head):
        return Nifti2Header
    return None


def _sizes(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big")


def _head(data: bytes) -> bytes:
    try:
        return _inflated(data, HEADER_BYTES) if data.startswith(GZIP) else data[:HEADER_BYTES]
    except zlib.error:
        return b""


def _inflated(data: bytes, length: int) -> bytes:
    """At most the first `length` bytes of a gzip stream, however large it would grow."""
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, length)
