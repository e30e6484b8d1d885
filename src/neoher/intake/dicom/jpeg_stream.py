"""Whether a compressed frame is a JPEG or JPEG-LS stream that its decoder can be trusted with.

On some damaged streams GDCM (JPEG lossless) ends the whole process and CharLS (JPEG-LS) never returns. So the
stream's structure is read first, and what departs from it is refused.
Source: ITU-T T.81 (ISO/IEC 10918-1), annex B (marker segments) and annex H (lossless); ITU-T T.87
(ISO/IEC 14495-1), annex C (JPEG-LS).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

__all__ = ["why_not_a_sound_jpeg"]

_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN, _HUFFMAN_TABLES = 0xD8, 0xD9, 0xDA, 0xC4


class _Process(Enum):
    """How the numbers of a frame are compressed."""

    SEQUENTIAL = "sequential"
    LOSSLESS = "lossless"
    LS = "JPEG-LS"


_FRAMES: Final = {
    0xC0: _Process.SEQUENTIAL,
    0xC1: _Process.SEQUENTIAL,
    0xC3: _Process.LOSSLESS,
    0xF7: _Process.LS,
}
"""Start of frame: baseline, extended sequential, lossless, JPEG-LS."""
_PRECISION: Final = {
    _Process.SEQUENTIAL: (8, 12),
    _Process.LOSSLESS: range(2, 17),
    _Process.LS: range(2, 17),
}
_PLAIN_SEGMENTS: Final = frozenset({0xDB, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0)})
"""Quantization tables, restart interval, JPEG-LS parameters, comment, application data: stepped over."""
_RESTARTS: Final = range(0xD0, 0xD8)


class _Unsound(Exception):  # noqa: N818 - a finding about the stream, told as the function's answer
    pass


@dataclass(slots=True)
class _Seen:
    """What the segments before the scan have stated."""

    process: _Process | None = None
    precision: int = 0
    component: int = 0
    tables: set[int] = field(default_factory=set)
    """Classes and numbers of the Huffman tables: class * 16 + number."""


def why_not_a_sound_jpeg(stream: bytes, rows: int, columns: int) -> str:
    """Why a frame is not one grey image of `rows` x `columns` in one scan; '' when it is.

    The compressed numbers themselves are not looked at: an error there gives wrong pixels that the decoder
    reports, or nobody can tell.
    """
    try:
        _check(stream, rows, columns)
    except _Unsound as finding:
        return str(finding)
    except IndexError:
        return "the JPEG stream ends early"
    return ""


def _check(stream: bytes, rows: int, columns: int) -> None:
    if stream[:2] != bytes((0xFF, _START_OF_IMAGE)):
        raise _Unsound("the frame does not begin as a JPEG stream")
    seen = _Seen()
    at = 2
    while True:
        marker, at = _marker(stream, at)
        length = int.from_bytes(stream[at : at + 2], "big")
        body = stream[at + 2 : at + length]
        if length < 2 or len(body) != length - 2:
            raise _Unsound("a segment of the JPEG stream is longer than the stream")
        at += length
        if marker in _FRAMES:
            _read_frame(body, _FRAMES[marker], seen, rows, columns)
        elif marker == _HUFFMAN_TABLES:
            _read_tables(body, seen)
        elif marker == _START_OF_SCAN:
            _read_scan(body, seen)
            _check_end(stream, at, seen)
            return
        elif marker not in _PLAIN_SEGMENTS:
            raise _Unsound(f"the JPEG stream holds a segment of an unexpected kind (FF{marker:02X})")


def _marker(stream: bytes, at: int) -> tuple[int, int]:
    """The marker at `at`, and where its segment begins."""
    if stream[at] != 0xFF:
        raise _Unsound("bytes that belong to no segment stand in the JPEG stream")
    while stream[at] == 0xFF:
        at += 1
    return stream[at], at + 1


def _read_frame(body: bytes, process: _Process, seen: _Seen, rows: int, columns: int) -> None:
    if seen.process is not None or len(body) != 9 or body[5] != 1:
        raise _Unsound("the JPEG stream does not hold one grey image")
    stated = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if stated != (rows, columns):
        raise _Unsound(f"the JPEG stream holds {stated[0]} x {stated[1]} pixels, not {rows} x {columns}")
    if body[0] not in _PRECISION[process]:
        raise _Unsound(f"the JPEG stream states {body[0]} bits a pixel")
    if not (1 <= body[7] >> 4 <= 4 and 1 <= body[7] & 15 <= 4):
        raise _Unsound("the JPEG stream states a sampling that cannot be")
    seen.process, seen.precision, seen.component = process, body[0], body[6]


def _read_tables(body: bytes, seen: _Seen) -> None:
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        symbols = body[at + 17 : at + 17 + sum(counts)]
        # A prefix code: no more codes of a length than the shorter ones leave room for (T.81, annex C).
        room = 1
        for count in counts:
            room = room * 2 - count
            if room < 0:
                raise _Unsound("a Huffman table of the JPEG stream is no prefix code")
        if (
            len(counts) != 16
            or not symbols
            or len(symbols) != sum(counts)
            or len(set(symbols)) != len(symbols)
        ):
            raise _Unsound("a Huffman table of the JPEG stream is broken")
        if body[at] >> 4 > 1 or body[at] & 15 > 3 or (body[at] >> 4 == 0 and max(symbols) > 16):
            raise _Unsound("a Huffman table of the JPEG stream is broken")
        seen.tables.add(body[at])
        at += 17 + len(symbols)


def _read_scan(body: bytes, seen: _Seen) -> None:
    if seen.process is None or len(body) != 6 or body[:2] != bytes((1, seen.component)):
        raise _Unsound("the scan of the JPEG stream is not that of its image")
    tables, (first, second, third) = body[2], body[3:]
    if seen.process is not _Process.LS and tables >> 4 not in seen.tables:
        raise _Unsound("the scan of the JPEG stream names a Huffman table that is not there")
    if seen.process is _Process.LS:  # mapping table, greatest error, interleaving, point transform
        sound = (tables, second, third) == (0, 0, 0) and first < 2 ** (seen.precision - 1)
    elif seen.process is _Process.LOSSLESS:  # predictor, nothing, point transform
        sound = 1 <= first <= 7 and second == 0 and third < seen.precision
    else:
        sound = (first, second, third) == (0, 63, 0) and 16 + (tables & 15) in seen.tables
    if not sound:
        raise _Unsound("the scan of the JPEG stream states parameters that cannot be")


def _check_end(stream: bytes, at: int, seen: _Seen) -> None:
    """The compressed numbers hold no marker but restarts, up to the end of the image."""
    # A 0xFF among the numbers is followed by 0 in JPEG, by a bit 0 in JPEG-LS (T.87, A.1).
    stuffed = range(0x80) if seen.process is _Process.LS else range(1)
    while True:
        at = stream.find(0xFF, at)
        if at < 0:
            raise _Unsound("the JPEG stream ends early")
        following = stream[at + 1]
        if following == _END_OF_IMAGE:
            return
        if following != 0xFF and following not in stuffed and following not in _RESTARTS:
            raise _Unsound("a marker stands inside the compressed numbers of the JPEG stream")
        at += 1 if following == 0xFF else 2
