"""Pixels of plane images as they are shown: polarity, window, colour, frame; damage is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from neoher.errors import ImageError
from neoher.intake.files.objects import find_objects
from neoher.intake.plane_pixels import read_display_pixels

RAMP = np.arange(0, 4096, 16, dtype=np.uint16).reshape(16, 16)


def shown(path: Path, frame: int = 0) -> NDArray[np.uint8]:
    return read_display_pixels(find_objects(path)[0], frame)


def write(path: Path, pixels: NDArray[Any], **stated: Any) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.2", "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID, image.Modality = meta.MediaStorageSOPClassUID, "1.2.3", "MG"
    image.Rows, image.Columns = RAMP.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
    image.PixelData = pixels.tobytes()
    for keyword, value in stated.items():
        setattr(image, keyword, value)
    image.save_as(path)
    return path


def test_the_images_own_window_is_used(tmp_path: Path) -> None:
    windowed = shown(write(tmp_path / "a.dcm", RAMP, WindowCenter="2048", WindowWidth="1024"))
    # DICOM PS3.3 C.11.2.1.2: from centre - 0.5 - (width - 1) / 2 to centre - 0.5 + (width - 1) / 2.
    assert (windowed[RAMP <= 1536] == 0).all()
    assert (windowed[RAMP >= 2560] == 255).all()
    middle = windowed[RAMP == 2048]
    assert abs(int(middle[0]) - 128) <= 1


def test_inverted_images_are_turned_so_that_dense_is_bright(tmp_path: Path) -> None:
    plain = shown(write(tmp_path / "a.dcm", RAMP))
    turned = shown(write(tmp_path / "a.dcm", RAMP, PhotometricInterpretation="MONOCHROME1"))
    assert (plain.astype(int) + turned == 255).all()
    assert np.diff(plain.ravel().astype(int)).min() >= 0


def test_the_frame_that_was_asked_for_is_shown(tmp_path: Path) -> None:
    both = np.stack([RAMP, RAMP[::-1]])
    path = write(tmp_path / "a.dcm", both, NumberOfFrames=2)
    assert (shown(path, 1) == shown(path, 0)[::-1]).all()
    with pytest.raises(ImageError, match="there is no frame 2"):
        shown(path, 2)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"Rows": 60_000, "Columns": 60_000}, "no plane image"),
        ({"BitsAllocated": 32}, "are not read"),
        ({"Rows": 17}, "cannot be decoded"),
        ({"SamplesPerPixel": 2}, "are not read"),
    ],
)
def test_pixels_that_do_not_fit_their_description_are_refused(
    tmp_path: Path, stated: dict[str, Any], said: str
) -> None:
    with pytest.raises(ImageError, match=said):
        shown(write(tmp_path / "a.dcm", RAMP, **stated))


@pytest.mark.parametrize(
    ("name", "shape", "place", "colour"),
    [
        # The crosses of the scanner's callipers are white, wherever the colour comes from.
        ("OBXXXX1A_rle.dcm", (600, 800, 3), (290, 459), (255, 255, 255)),
        ("JPGLosslessP14SV1_1s_1f_8b.dcm", (768, 1024), (0, 0), 0),
        ("examples_palette.dcm", (350, 800, 3), (0, 0), None),
        ("examples_ybr_color.dcm", (240, 320, 3), (0, 0), None),
        ("US1_J2KR.dcm", (480, 640, 3), (0, 0), None),
    ],
)
def test_foreign_ultrasound_files_are_shown(
    shared_data: Path, name: str, shape: tuple[int, ...], place: tuple[int, int], colour: object
) -> None:
    pixels = shown(shared_data / "imaging" / "ultrasound-generic" / name)
    assert pixels.shape == shape
    assert int(pixels.max()) - int(pixels.min()) > 150
    if colour is not None:
        assert tuple(np.atleast_1d(pixels[place])) == tuple(np.atleast_1d(np.asarray(colour)))
