"""Where the bytes of one DICOM object lie: a file, or a member of an archive (see archives.py)."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod

from neoher.errors import ImageError

__all__ = ["LARGEST_OBJECT_BYTES", "FileSource", "ObjectSource", "looks_like_dicom"]

LARGEST_OBJECT_BYTES = 1 << 30
"""No object larger than this is read: an enhanced breast MR exam of 6 phases has some 0.3 GiB."""

_PREAMBLE_BYTES = 128
_BARE_STARTS = (
    *(b"\x08\x00" + element for element in (b"\x00\x00", b"\x01\x00", b"\x05\x00", b"\x08\x00", b"\x16\x00")),
    b"\x02\x00\x00\x00",
)
"""First four bytes of objects written without preamble, as some old archives do."""


class ObjectSource(ABC):
    """One object: where it lies, how large it is, and its bytes.

    Reading never writes anything to disk. A read that fails raises ImageError naming the object.
    """

    __slots__ = ("label", "size")

    label: str
    """Path for a reader: 'exam.zip/series-4/1-1.dcm'."""
    size: int
    """Bytes of the object, uncompressed."""

    def __init__(self, label: str, size: int) -> None:
        self.label = label
        self.size = size

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r}, {self.size} bytes)"

    @property
    @abstractmethod
    def reading_order(self) -> tuple[str, int]:
        """Objects read in this order are read fastest (a compressed archive only flows forwards)."""

    @abstractmethod
    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset`; fewer where the object ends before."""

    def read(self) -> bytes:
        """The whole object. Raises ImageError when it is too large or shorter than stated."""
        self.refuse_too_large()
        content = self.read_range(0, self.size)
        if len(content) != self.size:
            raise self.truncated()
        return content

    def refuse_too_large(self) -> None:
        """Raise ImageError when the object is larger than any that is read."""
        if self.size > LARGEST_OBJECT_BYTES:
            raise ImageError(
                f"the object has {self.size / 2**30:.1f} GiB, more than the {LARGEST_OBJECT_BYTES >> 30} GiB"
                " that are read.",
                self.label,
                "Export the exam again as single slices, or leave this object out.",
            )

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill `buffer` (bytes) from `offset`. Raises ImageError when the object ends before."""
        content = self.read_range(offset, len(buffer))
        if len(content) != len(buffer):
            raise self.truncated()
        buffer[:] = content

    def truncated(self) -> ImageError:
        """The error of an object that ends before its content does."""
        return ImageError(
            "the file ends before its content does: it is truncated.", self.label, "Copy or export it again."
        )


class FileSource(ObjectSource):
    """An object that is a file of its own."""

    __slots__ = ("path",)

    def __init__(self, label: str, size: int, path: str | os.PathLike[str]) -> None:
        super().__init__(label, size)
        self.path = os.fspath(path)

    @property
    def reading_order(self) -> tuple[str, int]:
        """Files lie side by side: any order does."""
        return self.label, 0

    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes of the file from `offset`; fewer where it ends before."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
            try:
                return os.pread(descriptor, min(length, max(self.size - offset, 0)), offset)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unreadable(error) from None

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill `buffer` straight from the file, without a copy between."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
            try:
                count = os.preadv(descriptor, [buffer], offset)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unreadable(error) from None
        if count != len(buffer):
            raise self.truncated()

    def _unreadable(self, error: OSError) -> ImageError:
        return ImageError(
            f"the file cannot be read ({error.strerror}).", self.label, "Check that it is there and readable."
        )


def looks_like_dicom(head: bytes) -> bool:
    """Whether a file that begins with `head` (132 bytes) can be a DICOM object, with or without preamble."""
    return head[_PREAMBLE_BYTES : _PREAMBLE_BYTES + 4] == b"DICM" or head.startswith(_BARE_STARTS)
