"""Stored numbers of image planes: straight from the file where they are native, by pydicom where not.

Native little-endian planes of 16 bits are read into their place in one array, without a copy between.
Compressed ones (RLE, JPEG lossless, JPEG-LS, JPEG 2000), big-endian and deflated ones are decoded by pydicom.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from neoher.errors import ImageError, SeriesError
from neoher.intake.dicom.decoders import decoder_of, refuse_unsound
from neoher.intake.dicom.element_walk import UNDEFINED_LENGTH
from neoher.intake.dicom.elements import EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN
from neoher.intake.dicom.frames import Frame
from neoher.intake.dicom.header_facts import PixelFormat
from neoher.intake.dicom.headers import Header
from neoher.intake.files.sources import FileSource

__all__ = ["read_planes", "refuse_unreadable_pixels"]

_NATIVE: Final = (IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN)
_BY_PYDICOM_NATIVE: Final = ("1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")
_LARGEST_SIDE: Final = 4096
"""A header that states more is damaged; believing it would exhaust the memory."""
_READERS: Final = 2
_PLANES_FOR_TWO: Final = 64
"""From here on a second reader gains more than starting it costs."""
_MONOCHROME: Final = ("MONOCHROME1", "MONOCHROME2")


def refuse_unreadable_pixels(frames: Iterable[Frame]) -> None:
    """Raise SeriesError where the pixels of any frame cannot be read as they are described."""
    headers = {id(frame.header): frame.header for frame in frames}.values()
    reasons: dict[str, list[Header]] = {}
    for header in headers:
        reason = _why_unreadable(header)
        if reason:
            reasons.setdefault(reason, []).append(header)
    for reason, damaged in reasons.items():
        names = ", ".join(header.source.label for header in damaged[:3])
        rest = f" and {len(damaged) - 3} more" if len(damaged) > 3 else ""
        raise SeriesError(f"{reason}.", names + rest, "Copy or export the images again.")


def read_planes(frames: Sequence[Frame], target: NDArray[np.generic]) -> None:
    """Read the stored numbers of each frame into `target`, shape (len(frames), rows, columns).

    `target` is int16, uint16 or float; numbers of fewer stored than allocated bits are masked, or
    sign-extended. Rescale slope and intercept are not applied.
    Raises ImageError where an object ends early or cannot be decoded.
    """
    direct = [index for index, frame in enumerate(frames) if _is_direct(frame.header, target)]
    straight = set(direct)
    others = [index for index in range(len(frames)) if index not in straight]
    if direct:
        _read_direct(frames, direct, target)
    decoded: dict[int, NDArray[np.generic]] = {}
    for index in sorted(others, key=lambda index: frames[index].header.source.reading_order):
        _decode(frames[index], target[index], decoded)


def _why_unreadable(header: Header) -> str:
    pixels = header.pixels
    if pixels is None or header.pixel_length is None:
        return "there is no pixel data: the file is truncated or was stripped"
    if max(pixels.rows, pixels.columns) > _LARGEST_SIDE:
        return f"an image of {pixels.rows} x {pixels.columns} pixels is no MR image"
    if pixels.bits_allocated not in (8, 16):
        return f"{pixels.bits_allocated} bits a pixel are not read (8 and 16 are)"
    if not 0 < pixels.bits_stored <= pixels.bits_allocated or pixels.high_bit >= pixels.bits_allocated:
        return f"{pixels.bits_stored} stored of {pixels.bits_allocated} allocated bits cannot be"
    if pixels.high_bit + 1 < pixels.bits_stored:
        return f"the high bit {pixels.high_bit} leaves no room for {pixels.bits_stored} bits"
    if pixels.samples != 1 or pixels.photometric not in _MONOCHROME:
        return f"the images are no grey images ({pixels.photometric})"
    if header.transfer_syntax in (*_NATIVE, *_BY_PYDICOM_NATIVE):
        need = header.frames * _frame_bytes(pixels)
        have = header.pixel_length
        if header.pixel_offset is not None:
            have = min(have, header.source.size - header.pixel_offset)
        if have < need:
            return f"the pixel data is truncated: {have} of {need} bytes are there"
        return ""
    return _why_undecodable(header)


def _why_undecodable(header: Header) -> str:
    if decoder_of(header.transfer_syntax) is None:
        name = UID(header.transfer_syntax).name or "(none)"
        return f"the transfer syntax {name} is not read"
    if header.pixel_length != UNDEFINED_LENGTH and header.pixel_offset is not None:
        return "the pixel data is said to be compressed but is not encapsulated"
    return ""


def _frame_bytes(pixels: PixelFormat) -> int:
    return pixels.rows * pixels.columns * (pixels.bits_allocated // 8)


def _is_direct(header: Header, target: NDArray[np.generic]) -> bool:
    pixels = header.pixels
    return (
        pixels is not None
        and header.transfer_syntax in _NATIVE
        and header.pixel_offset is not None
        and pixels.bits_allocated == 16
        and target.dtype == (np.int16 if pixels.signed else np.uint16)
    )


def _read_direct(frames: Sequence[Frame], indices: Sequence[int], target: NDArray[np.generic]) -> None:
    """Read native planes into their places; files by two readers, archives, which flow forwards, by one."""
    plane_bytes = target[0].nbytes
    flat = target.reshape(-1).view(np.uint8).data
    ordered = sorted(indices, key=lambda index: frames[index].header.source.reading_order)

    def read(part: Sequence[int]) -> None:
        for index in part:
            header = frames[index].header
            offset = (header.pixel_offset or 0) + frames[index].number * plane_bytes
            header.source.read_into(flat[index * plane_bytes : (index + 1) * plane_bytes], offset)
            if header.pixels is not None:
                _keep_stored_bits(target[index], header.pixels)

    if len(ordered) < _PLANES_FOR_TWO or not all(
        isinstance(frames[index].header.source, FileSource) for index in ordered
    ):
        read(ordered)
        return
    with ThreadPoolExecutor(_READERS) as readers:
        # The list asks for every result, so that an error of a reader is raised here.
        list(readers.map(read, (ordered[start::_READERS] for start in range(_READERS))))


def _keep_stored_bits(plane: NDArray[np.generic], pixels: PixelFormat) -> None:
    """In place: bring the high bit to the top and down again: clears, or sign-extends, what is above it."""
    spare = plane.dtype.itemsize * 8 - pixels.bits_stored
    if spare <= 0:
        return
    numbers = plane.view(np.dtype(f"{'i' if pixels.signed else 'u'}{plane.dtype.itemsize}"))
    numbers <<= plane.dtype.itemsize * 8 - 1 - pixels.high_bit
    numbers >>= spare


def _decode(frame: Frame, plane: NDArray[np.generic], decoded: dict[int, NDArray[np.generic]]) -> None:
    """Decode one frame into its place; the frames of one object are decoded together."""
    header = frame.header
    if id(header) not in decoded:
        decoded.clear()
        decoded[id(header)] = _decoded(header)
    numbers = decoded[id(header)]
    if numbers.ndim == 3:
        numbers = numbers[frame.number]
    if numbers.shape != plane.shape:
        raise ImageError(
            f"the compressed image has {numbers.shape} pixels where the header says {plane.shape}.",
            header.source.label,
            "Export it again.",
        )
    plane[...] = numbers


def _decoded(header: Header) -> NDArray[np.generic]:
    """The stored numbers of a whole object, shape ([frames,] rows, columns)."""
    content = header.source.read()
    pixels = header.pixels
    if pixels is None:
        raise header.source.truncated()
    if header.transfer_syntax in _NATIVE and header.pixel_offset is not None:
        kind = np.dtype(f"<{'i' if pixels.signed else 'u'}{pixels.bits_allocated // 8}")
        count = header.frames * pixels.rows * pixels.columns
        numbers = np.frombuffer(content, kind, count, header.pixel_offset).copy()
        numbers = numbers.reshape(header.frames, pixels.rows, pixels.columns)
        _keep_stored_bits(numbers, pixels)
        return numbers
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(io.BytesIO(content), force=True)
            refuse_unsound(
                dataset.PixelData,
                header.transfer_syntax,
                frames=header.frames,
                rows=pixels.rows,
                columns=pixels.columns,
            )
            numbers = pixel_array(dataset, raw=True, decoding_plugin=decoder_of(header.transfer_syntax) or "")
    except Exception as error:  # decoders raise whatever their library does
        raise ImageError(
            f"the pixel data cannot be decoded ({UID(header.transfer_syntax).name}; {error}).",
            header.source.label,
            "Export it again, without compression if possible.",
        ) from None
    if header.transfer_syntax in _BY_PYDICOM_NATIVE or pixels.high_bit + 1 == pixels.bits_stored:
        numbers = numbers.astype(numbers.dtype.newbyteorder("="), copy=True)
        _keep_stored_bits(numbers, pixels)
    return numbers
