"""Which encoding a text file has: UTF-8, UTF-16 by its mark, as stated, or Windows-1252 with a warning."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import TableError
from neoher.record.conclusion import Caution

__all__ = ["Encoding", "encoding_of"]

ASSUMED = "windows-1252"
"""What spreadsheets of Western Europe and America write where they do not write UTF-8."""
_REMEDY = "Save it again as CSV in UTF-8, or state `encoding:` in a mapping, such as windows-1252."


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by Python's name, and whether it was assumed."""

    name: str
    assumed: bool = False

    def notes(self, path: Path, delimiter: str) -> tuple[Caution, ...]:
        """The warning that names the first cell read by an assumed encoding; none where it is known."""
        if not self.assumed:
            return ()
        where, text = _first_foreign_cell(path, self.name, delimiter)
        message = f"the file is not UTF-8 and was read as {self.name}: {where} reads {text!r}. {_REMEDY}"
        return (Caution(code="encoding-assumed", message=message),)


def encoding_of(path: Path, stated: str | None) -> Encoding:
    """The encoding of a text file.

    Raises: TableError where the file cannot be read, or is no text in the stated or the assumed encoding.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if stated is not None:
            return _as_stated(path, stated)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _as_stated(path, "utf-16")
        if _decodes(path, "utf-8"):
            return Encoding("utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8")
        if _decodes(path, ASSUMED):
            return Encoding(ASSUMED, assumed=True)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}.", str(path)) from None
    raise TableError(f"is text neither in UTF-8 nor in {ASSUMED}.", str(path), _REMEDY)


def _as_stated(path: Path, stated: str) -> Encoding:
    try:
        name = codecs.lookup(stated).name
        "".encode(name)
    except (LookupError, UnicodeError):
        raise TableError(f"there is no encoding {stated!r}.", "encoding", "Such as windows-1252.") from None
    if not _decodes(path, name):
        raise TableError(f"is not text in {stated}.", str(path), _REMEDY)
    return Encoding(name)


def _decodes(path: Path, name: str) -> bool:
    """Whether every byte is text in that encoding; a NUL is none: the reader would drop such rows unseen."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                if "\0" in decoder.decode(block):
                    return False
        return "\0" not in decoder.decode(b"", final=True)
    except UnicodeError:
        return False


def _first_foreign_cell(path: Path, name: str, delimiter: str) -> tuple[str, str]:
    with path.open(encoding=name, newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        header = next(rows, [])
        for row, cells in enumerate([header], start=1):
            for cell in cells:
                if not cell.isascii():
                    return f"row {row}", cell
        for row, cells in enumerate(rows, start=2):
            for place, cell in enumerate(cells):
                if not cell.isascii():
                    column = header[place] if place < len(header) else str(place + 1)
                    return f"row {row}, column {column}", cell
    return "nothing", ""
