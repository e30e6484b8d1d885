"""The walk over the elements of a little-endian DICOM object: jumps from header to header, reads no values.

Compiled with numba, since an exam has some hundred thousand elements. Every step moves forward by at least
8 bytes, no length is trusted before it is compared with the object's size, and nothing is allocated.
Source: DICOM PS3.5, 7.1 (elements), 7.5 (sequences).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["COMPLETE", "EXPLICIT", "IMPLICIT", "MORE", "TRUNCATED", "UNDEFINED_LENGTH", "UNUSUAL", "walk"]

COMPLETE: Final = 0
"""The walk reached the pixel data or the end of the object."""
MORE: Final = 1
"""The window ends; go on with a window at the returned position."""
TRUNCATED: Final = 2
"""An element reaches beyond the object's end."""
UNUSUAL: Final = 3
"""Something this walk does not read: big endian, deflated, or no well-formed element."""

FROM_META: Final = 0
"""Encoding not known yet: file meta information first, its transfer syntax then decides."""
EXPLICIT: Final = 1
IMPLICIT: Final = 2

UNDEFINED_LENGTH: Final = 0xFFFFFFFF
_ITEM: Final = 0xFFFEE000
_ITEM_END: Final = 0xFFFEE00D
_SEQUENCE_END: Final = 0xFFFEE0DD
Whole: TypeAlias = int | np.int64

_LONGEST_VALUE: Final = 65536
"""A wanted value longer than this is none of ours; it is stepped over."""


@njit(cache=True, nogil=True)
def walk(  # noqa: PLR0912, PLR0915 - one loop, whose every exit is a finding about the file
    window: NDArray[np.uint8],
    base: int,
    size: int,
    state: NDArray[np.int64],
    wanted: NDArray[np.int64],
    found: NDArray[np.int64],
) -> int:
    """Walk the elements in `window`, which holds the bytes of the object from `base` on.

    `size`: bytes of the whole object.
    `state`: (position, encoding, depth), updated; position is absolute.
    `wanted`: tags ascending; the last one, pixel data, ends the walk.
    `found`: shape (len(wanted), 2): absolute offset and length of each wanted top-level value; the offset
    stays as it was (-1) for what is not there.
    Returns COMPLETE, MORE, TRUNCATED or UNUSUAL.
    """
    position, encoding, depth = state[0], state[1], state[2]
    limit = base + window.size
    status = COMPLETE
    while position < size:
        if position + 8 > size:  # a few bytes of padding behind the last element
            break
        if position + 8 > limit or (position + 12 > limit and limit < size):
            status = MORE
            break
        at = position - base
        group = _unsigned16(window, at)
        tag = group << 16 | _unsigned16(window, at + 2)
        if group == 0xFFFE:
            length = _unsigned32(window, at + 4)
            if depth == 0 or tag not in (_ITEM, _ITEM_END, _SEQUENCE_END):
                status = UNUSUAL
                break
            position += 8
            if tag != _ITEM:
                depth -= 1
            elif length == UNDEFINED_LENGTH:
                depth += 1
            else:
                position += length
            if position > size:
                status = TRUNCATED
                break
            continue
        if encoding == FROM_META and group != 0x0002:
            encoding = _encoding(window, base, found)
            if encoding == FROM_META:
                status = UNUSUAL
                break
        header, length = _header(window, at, encoding == IMPLICIT and group != 0x0002)
        if header == 0:
            status = UNUSUAL
            break
        value = position + header
        if depth == 0 and tag == wanted[-1]:
            found[-1, 0] = value
            found[-1, 1] = length
            position = size
            break
        if length == UNDEFINED_LENGTH:
            if encoding != IMPLICIT and window[at + 4] != 83:  # UN of undefined length, not SQ
                status = UNUSUAL
                break
            depth += 1
            position = value
            continue
        if value + length > size:
            status = TRUNCATED
            break
        if depth == 0 and length <= _LONGEST_VALUE:
            row = np.searchsorted(wanted, tag)
            if row < wanted.size and wanted[row] == tag:
                if value + length > limit:
                    status = MORE
                    break
                found[row, 0] = value
                found[row, 1] = length
        position = value + length
    if status == COMPLETE and depth > 0:  # the object ends inside a sequence
        status = TRUNCATED
    state[0], state[1], state[2] = position, encoding, depth
    return status


@njit(cache=True, nogil=True)
def _unsigned16(window: NDArray[np.uint8], at: Whole) -> Whole:
    return np.int64(window[at]) | np.int64(window[at + 1]) << 8


@njit(cache=True, nogil=True)
def _unsigned32(window: NDArray[np.uint8], at: Whole) -> Whole:
    return _unsigned16(window, at) | _unsigned16(window, at + 2) << 16


@njit(cache=True, nogil=True)
def _header(window: NDArray[np.uint8], at: Whole, implicit: bool) -> tuple[Whole, Whole]:
    """Bytes of the element's header and length of its value; (0, 0) where it is not well-formed."""
    if implicit:
        return 8, _unsigned32(window, at + 4)
    first, second = np.int64(window[at + 4]), np.int64(window[at + 5])
    if not (65 <= first <= 90 and 65 <= second <= 90):
        return 0, 0
    if not _has_long_length(first, second):
        return 8, _unsigned16(window, at + 6)
    if at + 12 > window.size:
        return 0, 0
    return 12, _unsigned32(window, at + 8)


@njit(cache=True, nogil=True)
def _has_long_length(first: Whole, second: Whole) -> bool:
    """Whether a value representation has a 4-byte length: OB OD OF OL OV OW SQ SV UC UN UR UT UV."""
    if first == 79:  # O
        return second in (66, 68, 70, 76, 86, 87)
    if first == 83:  # S
        return second in (81, 86)
    return first == 85 and second in (67, 78, 82, 84, 86)  # U


@njit(cache=True, nogil=True)
def _encoding(window: NDArray[np.uint8], base: int, found: NDArray[np.int64]) -> int:
    """The encoding after the file meta information, by its transfer syntax (the first wanted tag)."""
    if found[0, 0] < base:
        return FROM_META
    begin = found[0, 0] - base
    end = begin + found[0, 1]
    while end > begin and window[end - 1] in (0, 32):
        end -= 1
    last = window[end - 1] if end > begin else 0
    if end - begin == 17:  # 1.2.840.10008.1.2, implicit little endian
        return IMPLICIT
    if end - begin == 19 and last == 50:  # 1.2.840.10008.1.2.2, big endian
        return FROM_META
    if end - begin == 22 and last == 57 and window[end - 3] == 46:  # ….1.2.1.99, deflated
        return FROM_META
    return EXPLICIT
