"""Pixels of a plane image as a reader sees them: grey or colour, windowed as the image asks, 8 bits."""

from __future__ import annotations

import io
import warnings
from typing import Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from neoher.errors import ImageError, NeoherError
from neoher.intake.dicom.decoders import decoder_of, refuse_unsound
from neoher.intake.files.sources import ObjectSource

__all__ = ["read_display_pixels"]

_LARGEST_SIDE: Final = 16_384
"""A header that states more is damaged; believing it would exhaust the memory."""
_PALETTE, _INVERTED = "PALETTE COLOR", "MONOCHROME1"
_DARKEST_PERCENT, _BRIGHTEST_PERCENT = 0.5, 99.8
"""Grey values shown black and white where the image asks for no window: a design decision."""


def read_display_pixels(source: ObjectSource, frame: int = 0) -> NDArray[np.uint8]:
    """One frame, shape (rows, columns) or, in colour, (rows, columns, 3).

    The image's own window is used where it states one. For looking at, never for measuring grey values.
    Raises: ImageError for pixels that cannot be read as they are described.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a value out of its form is judged by what it gives
            dataset = pydicom.dcmread(io.BytesIO(source.read()), force=True)
            reason = _why_unreadable(dataset, frame)
            shown = None if reason else _shown(dataset, frame)
    except NeoherError:
        raise
    except Exception as error:  # pydicom and its decoders raise what their parts raise on damaged pixels
        raise ImageError(
            f"the pixels cannot be decoded ({type(error).__name__}).", source.label, "Export the image again."
        ) from error
    if shown is None:
        raise ImageError(f"{reason}.", source.label, "Copy or export the image again.")
    return shown


def _why_unreadable(dataset: Dataset, frame: int) -> str:
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    samples, allocated = int(dataset.get("SamplesPerPixel", 1)), int(dataset.BitsAllocated)
    frames = max(int(dataset.get("NumberOfFrames", 1) or 1), 1)
    if "PixelData" not in dataset:
        return "there is no pixel data: the file is truncated or was stripped"
    if not 0 < max(rows, columns) <= _LARGEST_SIDE or min(rows, columns) <= 0:
        return f"an image of {rows} x {columns} pixels is no plane image"
    if allocated not in (8, 16) or samples not in (1, 3):
        return f"{samples} samples of {allocated} bits a pixel are not read"
    if not 0 <= frame < frames:
        return f"there is no frame {frame}: the image has {frames}"
    syntax = dataset.file_meta.get("TransferSyntaxUID", "") if hasattr(dataset, "file_meta") else ""
    if not syntax:
        return "the transfer syntax is not stated"
    if UID(syntax).is_compressed and not UID(syntax).is_deflated and decoder_of(syntax) is None:
        return f"the transfer syntax {UID(syntax).name or syntax} is not read"
    return ""


def _shown(dataset: Dataset, frame: int) -> NDArray[np.uint8]:
    syntax = dataset.file_meta.TransferSyntaxUID
    frames = max(int(dataset.get("NumberOfFrames", 1) or 1), 1)
    if decoder_of(syntax) is not None:
        refuse_unsound(
            dataset.PixelData, syntax, frames=frames, rows=int(dataset.Rows), columns=int(dataset.Columns)
        )
    stored = pixel_array(dataset, index=frame, decoding_plugin=decoder_of(syntax) or "")
    photometric = str(dataset.get("PhotometricInterpretation", "")).strip().upper()
    if photometric == _PALETTE:
        return _eight_bits(apply_color_lut(stored, dataset))
    if stored.ndim == 3:
        return _eight_bits(stored)
    grey = _windowed(stored, dataset)
    return np.asarray(255 - grey if photometric == _INVERTED else grey, dtype=np.uint8)


def _windowed(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.uint8]:
    values = np.asarray(apply_modality_lut(stored, dataset))
    asked = "VOILUTSequence" in dataset or ("WindowCenter" in dataset and "WindowWidth" in dataset)
    if asked:
        values = np.asarray(apply_voi_lut(values, dataset, index=0))
    shown = values.astype(np.float32)
    finite = shown[np.isfinite(shown)]
    if finite.size == 0:
        return np.zeros(shown.shape, dtype=np.uint8)
    if asked:
        low, high = float(finite.min()), float(finite.max())
    else:
        low, high = (float(one) for one in np.percentile(finite, [_DARKEST_PERCENT, _BRIGHTEST_PERCENT]))
    share = (np.nan_to_num(shown, nan=low) - low) / max(high - low, 1e-6)
    return np.asarray(np.clip(share, 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)


def _eight_bits(colours: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Colours of 16 bits, as palettes are, to 8; those of 8 bits as they are."""
    wide = colours.dtype.itemsize == 2
    return np.asarray(np.asarray(colours, dtype=np.uint16) >> 8 if wide else colours, dtype=np.uint8)
