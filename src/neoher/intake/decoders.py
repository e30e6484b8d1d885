"""Which decoder reads which compression.

pydicom tries every decoder it finds, in its own order. Some end the whole process on a damaged stream, so
each compression is given one decoder by name and no other is tried.
"""

from __future__ import annotations

from typing import Final

from pydicom.uid import (
    JPEG2000,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

__all__ = ["decoder_of"]

_DECODERS: Final[dict[UID, str]] = {
    RLELossless: "pydicom",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    JPEG2000Lossless: "pylibjpeg",
    JPEG2000: "pylibjpeg",
    HTJ2KLossless: "pylibjpeg",
    HTJ2KLosslessRPCL: "pylibjpeg",
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "gdcm",
    JPEGLossless: "gdcm",
    JPEGLosslessSV1: "gdcm",
}


def decoder_of(transfer_syntax: str) -> str | None:
    """The name of pydicom's plugin for a compression; None where it is not read."""
    return _DECODERS.get(UID(transfer_syntax))
