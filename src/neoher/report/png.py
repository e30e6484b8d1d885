"""PNG: pixels as the bytes of one image file, losslessly."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["png_bytes"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOUR = 0, 2


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """Encode 8-bit grey pixels, shape (rows, columns), or RGB pixels, shape (rows, columns, 3).

    Source: PNG specification, third edition (W3C, 2025), sections 9 and 11. Each row is stored as its
    difference from the row above, which suits smooth images. Does not write times, texts or profiles, so
    that equal pixels give equal bytes.
    """
    rows, columns = pixels.shape[:2]
    colour_type = _COLOUR if pixels.ndim == 3 else _GREY
    lines = np.ascontiguousarray(pixels, dtype=np.uint8).reshape(rows, -1)
    difference = lines.copy()
    difference[1:] -= lines[:-1]
    filter_up = np.full((rows, 1), 2, dtype=np.uint8)
    data = zlib.compress(np.hstack([filter_up, difference]).tobytes(), 9)
    header = struct.pack(">IIBBBBB", columns, rows, 8, colour_type, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
