"""The wanted elements of one object, as stored: by the fast walk where it can, by pydicom elsewhere."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataelem import RawDataElement

from neoher.errors import ImageError
from neoher.intake.dicom import tags
from neoher.intake.dicom.element_walk import (
    COMPLETE,
    EXPLICIT,
    IMPLICIT,
    MORE,
    TRUNCATED,
    walk,
)
from neoher.intake.files.sources import LARGEST_OBJECT_BYTES, FileSource, ObjectSource

__all__ = ["POSITION", "Elements", "read_elements"]

_WINDOW_BYTES: Final = 8 << 10
"""A first look that holds the whole header of most slices; a file is looked at again where it does not."""
_ARCHIVE_WINDOW_BYTES: Final = 64 << 10
"""The same for a member of an archive, where every further look decompresses from the start."""
_LARGEST_WINDOW_BYTES: Final = 1 << 20
_WANTED = np.array(tags.WANTED, dtype=np.int64)
POSITION: Final = {tag: position for position, tag in enumerate(tags.WANTED)}
"""Where the value of a tag stands in Elements.values."""
_ABSENT = np.full((_WANTED.size, 2), -1, dtype=np.int64)

IMPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
DEFLATED_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1.99"


@dataclass(frozen=True, slots=True)
class Elements:
    """What one object states: values as stored (little endian), and where its pixel data lies."""

    values: tuple[bytes | None, ...]
    """Value of each of tags.WANTED but the pixel data, None where the object has none at its top level."""
    transfer_syntax: str
    pixel_offset: int | None
    """Offset of the pixel data's value in the object; None without it, or where only pydicom reads it."""
    pixel_length: int | None
    """Its length in bytes; None without pixel data; that of element_walk.UNDEFINED_LENGTH if encapsulated."""

    def stored(self, tag: int) -> bytes | None:
        """The value as stored; None where it is absent."""
        return self.values[POSITION[tag]]

    def text(self, tag: int) -> str:
        """The value as text without padding; '' where it is absent."""
        raw = self.stored(tag)
        return _text(raw, self.stored(tags.SPECIFIC_CHARACTER_SET) or b"") if raw else ""

    def texts(self, tag: int) -> tuple[str, ...]:
        """The parts of a text with several values; () where it is absent."""
        text = self.text(tag)
        return tuple(part.strip() for part in text.split("\\")) if text else ()

    def number(self, tag: int) -> float | None:
        """A decimal string; None where it is absent or no finite number."""
        raw = self.stored(tag)
        return _decimal(raw) if raw else None

    def numbers(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Exactly `count` decimal strings; None where they are not."""
        raw = self.stored(tag)
        return _decimals(raw, count) if raw else None

    def integer(self, tag: int) -> int | None:
        """An integer string; None where it is absent or none."""
        number = self.number(tag)
        return int(number) if number is not None and number == int(number) else None

    def unsigned(self, tag: int) -> int | None:
        """A 16-bit unsigned integer (US); None where it is absent."""
        raw = self.stored(tag)
        return int.from_bytes(raw, "little") if raw is not None and len(raw) == 2 else None

    def floating(self, tag: int) -> float | None:
        """A binary FL or FD, by its length; None where it is absent or not finite."""
        raw = self.stored(tag)
        if raw is None or len(raw) not in (4, 8):
            return None
        value: float = struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0]
        return value if math.isfinite(value) else None


def read_elements(source: ObjectSource) -> Elements:
    """The wanted elements of the object.

    Raises ImageError, naming the object, where its header cannot be read.
    """
    in_file = isinstance(source, FileSource)
    head = source.read_range(0, _WINDOW_BYTES if in_file else _ARCHIVE_WINDOW_BYTES)
    bare = head[128:132] != b"DICM"
    state = np.array((0 if bare else 132, _bare_encoding(head) if bare else 0, 0), dtype=np.int64)
    found = _ABSENT.copy()
    status = walk(np.frombuffer(head, dtype=np.uint8), 0, source.size, state, _WANTED, found)
    *places, (pixel_offset, pixel_length) = found.tolist()
    values = [head[offset : offset + length] if offset >= 0 else None for offset, length in places]
    if status == MORE:
        status, pixel_offset, pixel_length = _walk_on(source, state, values)
    if status == TRUNCATED:
        raise source.truncated()
    if status != COMPLETE:
        return _with_class(_by_pydicom(source), source)
    syntax = _text(values[POSITION[tags.TRANSFER_SYNTAX_UID]] or b"", b"")
    if not syntax:
        syntax = IMPLICIT_LITTLE_ENDIAN if state[1] == IMPLICIT else EXPLICIT_LITTLE_ENDIAN
    if pixel_offset < 0:
        return _with_class(Elements(tuple(values), syntax, None, None), source)
    return _with_class(Elements(tuple(values), syntax, pixel_offset, pixel_length), source)


def _with_class(elements: Elements, source: ObjectSource) -> Elements:
    if elements.stored(tags.SOP_CLASS_UID) is None:
        raise ImageError(
            "the file begins as DICOM does, but states no SOP class: it is damaged.",
            source.label,
            "Copy or export it again.",
        )
    return elements


def _walk_on(
    source: ObjectSource, state: NDArray[np.int64], values: list[bytes | None]
) -> tuple[int, int, int]:
    """Walk beyond the first window: a file in pieces, anything else read whole. Adds to `values`.

    Returns the status of the walk, and offset and length of the pixel data.
    """
    reach = _WINDOW_BYTES
    while True:
        position = int(state[0])
        window, base = source.read_range(position, reach), position
        if not isinstance(source, FileSource):
            window, base = source.read(), 0
        found = _ABSENT.copy()
        status = int(walk(np.frombuffer(window, dtype=np.uint8), base, source.size, state, _WANTED, found))
        *places, (pixel_offset, pixel_length) = found.tolist()
        for index, (offset, length) in enumerate(places):
            if offset >= 0:
                values[index] = window[offset - base : offset - base + length]
        if status != MORE:
            return status, pixel_offset, pixel_length
        reach = reach * 4 if state[0] == position else _WINDOW_BYTES
        if reach > _LARGEST_WINDOW_BYTES or len(window) == source.size:
            return TRUNCATED, -1, -1


def _bare_encoding(head: bytes) -> int:
    """Encoding of an object without preamble, by whether its first element shows a value representation."""
    if head[:2] == b"\x02\x00":
        return 0
    return EXPLICIT if head[4:6].isalpha() and head[4:6].isupper() else IMPLICIT


def _by_pydicom(source: ObjectSource) -> Elements:
    """Big-endian, deflated and irregular objects, by pydicom."""
    content = source.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _is_deflated(content):
                _refuse_inflating_beyond_measure(content, source)
            dataset = pydicom.dcmread(io.BytesIO(content), force=True)
            values = tuple(
                _stored_bytes(dataset.get_item(tag), tag) if tag in dataset else None
                for tag in tags.WANTED[:-1]
            )
            pixels = dataset.get_item(tags.PIXEL_DATA) if tags.PIXEL_DATA in dataset else None
            syntax = str(dataset.file_meta.get("TransferSyntaxUID", IMPLICIT_LITTLE_ENDIAN))
    except ImageError:
        raise
    except Exception as error:  # pydicom raises whatever its parsing stumbles over
        raise ImageError(
            f"the file is no readable DICOM object ({type(error).__name__}: {error}).",
            source.label,
            "Copy or export it again.",
        ) from None
    length = None if pixels is None else len(pixels.value or b"")
    return Elements(values, syntax, None, length)


def _stored_bytes(element: object, tag: int) -> bytes | None:
    if not isinstance(element, RawDataElement) or element.value is None:
        return None
    value = bytes(element.value)
    return value[::-1] if tag in tags.BINARY and not element.is_little_endian else value


def _is_deflated(content: bytes) -> bool:
    return DEFLATED_LITTLE_ENDIAN.encode() in content[132:1024]


def _refuse_inflating_beyond_measure(content: bytes, source: ObjectSource) -> None:
    """Inflate in small pieces, keeping nothing, before pydicom inflates in one."""
    if content[132:136] != b"\x02\x00\x00\x00":
        raise ImageError(
            "the deflated object does not state the length of its meta information.", source.label
        )
    begin = 132 + 12 + int.from_bytes(content[140:144], "little")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending, total = content[begin:], 0
    while pending and total <= LARGEST_OBJECT_BYTES and not inflater.eof:
        total += len(inflater.decompress(pending, 1 << 20))
        pending = inflater.unconsumed_tail
    if total > min(LARGEST_OBJECT_BYTES, max(64 << 20, 200 * len(content))):
        raise ImageError(
            f"the object inflates to more than {total >> 20} MiB: it was not opened.",
            source.label,
            "Export the exam again without deflating.",
        )


@lru_cache(maxsize=4096)
def _text(raw: bytes, character_set: bytes) -> str:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        text = _decoded(raw, character_set)
    return text.strip(" \0")


def _decoded(raw: bytes, character_set: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            names = [name.strip() for name in character_set.decode("ascii").strip(" \0").split("\\")]
            return decode_bytes(raw, convert_encodings(names), {ord(mark) for mark in "\r\n\t\f"})
        except (LookupError, UnicodeError, ValueError):
            return raw.decode("latin-1")


@lru_cache(maxsize=8192)
def _decimal(raw: bytes) -> float | None:
    try:
        value = float(raw.rstrip(b"\0").decode("ascii"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@lru_cache(maxsize=8192)
def _decimals(raw: bytes, count: int) -> tuple[float, ...] | None:
    parts = [_decimal(part) for part in raw.split(b"\\")]
    values = tuple(part for part in parts if part is not None)
    return values if len(values) == len(parts) == count else None
