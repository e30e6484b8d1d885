"""JPEG streams that are refused before a decoder sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.encaps import generate_frames

from neoher.intake.dicom.jpeg_stream import why_not_a_sound_jpeg

ROWS, COLUMNS = 3, 5


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def frame(rows: int = ROWS, columns: int = COLUMNS, components: int = 1, bits: int = 12) -> bytes:
    size = rows.to_bytes(2, "big") + columns.to_bytes(2, "big")
    return segment(0xC3, bytes((bits,)) + size + bytes((components, 1, 0x11, 0)))


TABLE = segment(0xC4, bytes((0, 0, 1, 2, *[0] * 13)) + bytes((0, 1, 2)))
SCAN = segment(0xDA, bytes((1, 1, 0, 1, 0, 0)))
NUMBERS = b"\x12\x34\xff\x00\x56"
START, END = b"\xff\xd8", b"\xff\xd9"
SOUND = START + frame() + TABLE + SCAN + NUMBERS + END


def test_a_sound_lossless_stream_is_let_through() -> None:
    assert why_not_a_sound_jpeg(SOUND, ROWS, COLUMNS) == ""


def test_application_data_comments_and_fill_bytes_are_stepped_over() -> None:
    dressed = START + segment(0xE0, b"JFIF") + b"\xff\xff" + segment(0xFE, b"text") + SOUND[2:]
    assert why_not_a_sound_jpeg(dressed, ROWS, COLUMNS) == ""


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"", "does not begin"),
        (START + b"f" + SOUND[2:], "belong to no segment"),
        (SOUND[:-2], "ends early"),
        (SOUND[:12], "longer than the stream"),
        (START + frame(rows=4) + TABLE + SCAN + NUMBERS + END, "4 x 5 pixels, not 3 x 5"),
        (START + frame(components=3) + TABLE + SCAN + NUMBERS + END, "one grey image"),
        (START + frame() + frame() + TABLE + SCAN + NUMBERS + END, "one grey image"),
        (START + frame(bits=17) + TABLE + SCAN + NUMBERS + END, "17 bits"),
        (START + frame() + SCAN + NUMBERS + END, "table that is not there"),
        (START + TABLE + SCAN + NUMBERS + END, "not that of its image"),
        (START + frame() + segment(0xC4, bytes((0, 3, *[0] * 15, 0, 1, 2))) + SCAN + END, "no prefix code"),
        (START + frame() + segment(0xC4, bytes((0, 0, 2, *[0] * 14, 7, 7))) + SCAN + END, "broken"),
        (START + frame() + TABLE + segment(0xDA, bytes((1, 1, 0, 9, 0, 0))) + NUMBERS + END, "parameters"),
        (START + frame() + TABLE + SCAN + b"\x12\xff\xc4\x34" + END, "inside the compressed numbers"),
        (START + segment(0xCC, b"") + SOUND[2:], "unexpected kind"),
    ],
)
def test_a_stream_that_departs_from_one_grey_lossless_image_is_refused(stream: bytes, reason: str) -> None:
    assert reason in why_not_a_sound_jpeg(stream, ROWS, COLUMNS)


LS_FRAME = segment(0xF7, frame()[4:])
LS_SCAN = segment(0xDA, bytes((1, 1, 0, 0, 0, 0)))
LS = START + LS_FRAME + LS_SCAN + b"\x12\xff\x7f\x56" + END


def test_a_sound_jpeg_ls_stream_is_let_through_and_one_without_its_end_is_not() -> None:
    assert why_not_a_sound_jpeg(LS, ROWS, COLUMNS) == ""
    assert "ends early" in why_not_a_sound_jpeg(LS[:-2], ROWS, COLUMNS)
    assert "marker" in why_not_a_sound_jpeg(LS.replace(b"\x7f", b"\x80"), ROWS, COLUMNS)
    assert "parameters" in why_not_a_sound_jpeg(LS.replace(LS_SCAN, SCAN[:-2] + b"\1\0"), ROWS, COLUMNS)


@pytest.mark.parametrize("cut", range(len(SOUND)))
def test_no_truncation_is_let_through(cut: int) -> None:
    assert why_not_a_sound_jpeg(SOUND[:cut], ROWS, COLUMNS)


@pytest.mark.shared
@pytest.mark.parametrize(
    "change", [lambda size: size, lambda size: size + 1], ids=["its-size", "another-size"]
)
def test_a_real_lossless_image_is_let_through_at_its_own_size_only(
    shared_data: Path, change: Callable[[int], int]
) -> None:
    image = pydicom.dcmread(shared_data / "imaging" / "ultrasound-generic" / "JPGLosslessP14SV1_1s_1f_8b.dcm")
    (stream,) = generate_frames(image.PixelData, number_of_frames=1)
    refused = why_not_a_sound_jpeg(stream, change(image.Rows), image.Columns)
    assert bool(refused) == (change(image.Rows) != image.Rows)
