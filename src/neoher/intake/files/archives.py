"""Archives read in place: members of .zip and .tar.* as objects, nothing unpacked to disk.

An archive is refused as a whole, with one ImageError, when a member is encrypted, its name leaves the
archive ('..', absolute), or its stated sizes are those of a decompression bomb.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from neoher.errors import ImageError
from neoher.intake.files.sources import LARGEST_OBJECT_BYTES, ObjectSource

__all__ = ["is_archive", "open_archive"]

_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
_UNSUSPICIOUS_BYTES = 256 << 20
_LARGEST_RATIO = 200
"""Exams of stored numbers shrink 2- to 10-fold; beyond this ratio and size an archive is taken for a bomb."""
_MOST_MEMBERS = 500_000

_ARCHIVE_ERRORS = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted or an unsupported (NotImplementedError) zip member
    ValueError,
    struct.error,
    OverflowError,
)


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Whether the file's name is that of an archive that is read in place."""
    return os.fspath(path).lower().endswith((".zip", *_TAR_SUFFIXES))


def open_archive(path: Path, label: str) -> Iterator[ObjectSource]:
    """The regular members of the archive at `path`, in the archive's order; `label` names it in messages.

    Links, folders and devices are left out. Raises ImageError for an archive that is damaged, encrypted,
    or built to harm.
    """
    try:
        if path.name.lower().endswith(".zip"):
            yield from _zip_members(path, label)
        else:
            yield from _tar_members(path, label)
    except _ARCHIVE_ERRORS as error:
        raise _damaged(label, error) from None


class ZipMember(ObjectSource):
    """A member of a .zip archive; the archive stays open as long as one of its members is held."""

    __slots__ = ("_archive", "_info")

    def __init__(self, label: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        super().__init__(label, info.file_size)
        self._archive = archive
        self._info = info

    @property
    def reading_order(self) -> tuple[str, int]:
        """The archive, then the place in it."""
        return self._archive.filename or "", self._info.header_offset

    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes of the member from `offset`; fewer where it ends before."""
        length = min(length, max(self.size - offset, 0))
        try:
            with self._archive.open(self._info) as member:
                if offset:
                    member.seek(offset)
                return member.read(length)
        except _ARCHIVE_ERRORS as error:
            raise _damaged(self.label, error) from None


class TarStream:
    """The decompressed bytes of a .tar.*, read at any offset; forwards is cheap, backwards starts again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stream = _decompressed(path)

    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` of the decompressed archive, fewer at its end."""
        with self._lock:
            if self._stream.tell() != offset:
                self._stream.seek(offset)
            return self._stream.read(length)

    def __del__(self) -> None:
        self._stream.close()


class TarMember(ObjectSource):
    """A member of a .tar archive, compressed or not."""

    __slots__ = ("_offset", "_stream")

    def __init__(self, label: str, size: int, stream: TarStream, offset: int) -> None:
        super().__init__(label, size)
        self._stream = stream
        self._offset = offset

    @property
    def reading_order(self) -> tuple[str, int]:
        """The archive, then the place in it."""
        return str(self._stream.path), self._offset

    def read_range(self, offset: int, length: int) -> bytes:
        """`length` bytes of the member from `offset`; fewer where it ends before."""
        length = min(length, max(self.size - offset, 0))
        try:
            return self._stream.read_range(self._offset + offset, length)
        except _ARCHIVE_ERRORS as error:
            raise _damaged(self.label, error) from None


def _zip_members(path: Path, label: str) -> Iterator[ObjectSource]:
    archive = zipfile.ZipFile(path)
    sizes = _SizeGuard(label, path.stat().st_size)
    for info in archive.infolist():
        sizes.add(info.filename, info.file_size)
        _refuse_escaping_name(label, info.filename)
        if info.flag_bits & 0x1:
            raise ImageError(
                f"the member {info.filename} is encrypted.", label, "Give the archive without a password."
            )
        if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
            continue
        yield ZipMember(f"{label}/{PurePosixPath(info.filename)}", archive, info)


def _tar_members(path: Path, label: str) -> Iterator[ObjectSource]:
    stream = TarStream(path)
    sizes = _SizeGuard(label, path.stat().st_size)
    with _decompressed(path) as content, tarfile.open(fileobj=content, mode="r:") as archive:
        for info in archive:
            sizes.add(info.name, info.size)
            _refuse_escaping_name(label, info.name)
            if info.isreg() and not info.issparse():
                yield TarMember(f"{label}/{PurePosixPath(info.name)}", info.size, stream, info.offset_data)


def _decompressed(path: Path) -> io.BufferedIOBase:
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")
    if magic.startswith(b"\xfd7zXZ"):
        return lzma.open(path, "rb")
    if magic.startswith(b"BZh"):
        return bz2.open(path, "rb")
    return path.open("rb")


class _SizeGuard:
    """Adds up what an archive says it holds and refuses it when that cannot be an exam."""

    def __init__(self, label: str, archive_bytes: int) -> None:
        self.label = label
        self.archive_bytes = archive_bytes
        self.total_bytes = 0
        self.members = 0

    def add(self, name: str, size: int) -> None:
        """Count one member."""
        self.total_bytes += size
        self.members += 1
        bomb = self.total_bytes > max(_UNSUSPICIOUS_BYTES, _LARGEST_RATIO * self.archive_bytes)
        if not bomb and size <= LARGEST_OBJECT_BYTES and self.members <= _MOST_MEMBERS:
            return
        raise ImageError(
            f"the archive says it holds {self.total_bytes / 2**20:.0f} MiB in {self.members} members up to"
            f" {os.path.basename(name)}; its own size is {self.archive_bytes / 2**20:.1f} MiB."  # noqa: PTH119
            " It was not opened, since such an archive can exhaust the machine.",
            self.label,
            "Unpack it yourself, if you trust it, and give the folder.",
        )


def _refuse_escaping_name(label: str, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":"):
        raise ImageError(
            f"the member name {name!r} points outside the archive.", label, "Make the archive again."
        )


def _damaged(label: str, error: BaseException) -> ImageError:
    return ImageError(
        f"the archive cannot be read: it is damaged, or packed in a way that is not read ({error}).",
        label,
        "Copy it again, or unpack it yourself and give the folder.",
    )
