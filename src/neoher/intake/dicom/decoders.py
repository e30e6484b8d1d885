"""Which decoder reads which compression, and which streams are kept from it.

pydicom tries every decoder it finds, in its own order. Some end the whole process on a damaged stream, so
each compression is given one decoder by name, no other is tried, and streams that are not sound are refused.
"""

from __future__ import annotations

from typing import Final

from pydicom.encaps import generate_frames
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

from neoher.intake.dicom.jpeg_stream import why_not_a_sound_jpeg

__all__ = ["decoder_of", "refuse_unsound"]

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


def refuse_unsound(pixel_data: bytes, transfer_syntax: str, *, frames: int, rows: int, columns: int) -> None:
    """Raise ValueError, with the reason, for compressed pixel data that is to be kept from its decoder.

    Raises also what pydicom raises for encapsulation that is broken.
    """
    if decoder_of(transfer_syntax) not in {"gdcm", "pyjpegls"}:
        return
    for stream in generate_frames(pixel_data, number_of_frames=frames):
        reason = why_not_a_sound_jpeg(stream, rows, columns)
        if reason:
            raise ValueError(reason)
