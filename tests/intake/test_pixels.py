"""Stored numbers as read, against pydicom and against what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from neoher.errors import ImageError, SeriesError
from neoher.intake.dicom.frames import Frame, frames_of
from neoher.intake.dicom.headers import read_headers
from neoher.intake.dicom.pixels import read_planes, refuse_unreadable_pixels
from neoher.intake.dynamic import find_dynamic
from neoher.intake.files.objects import find_objects
from neoher.volume.dynamic import Scale

COMPRESSED = [RLELossless, JPEG2000Lossless, JPEGLSLossless]
RIPPLES = np.add.outer(np.arange(48) * 40, np.arange(64) * 30) % 4096
"""12 bits a pixel, large and smooth enough for every encoder."""


def compressed(dataset: Dataset, planes: Any, syntax: Any) -> None:
    """Put 12-bit planes into the dataset, compressed."""
    dataset.Rows, dataset.Columns = 48, 64
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 0, 12, 11
    dataset.PixelData = np.asarray(planes, dtype="<u2").tobytes()
    dataset.compress(syntax, generate_instance_uid=False)


def only_frame(path: Path) -> Frame:
    return frames_of(read_headers(find_objects(path))[0])[0]


def plane_of(path: Path, dtype: Any = np.int16) -> Any:
    frame = only_frame(path)
    refuse_unreadable_pixels([frame])
    pixels = frame.header.pixels
    assert pixels is not None
    target = np.empty((1, pixels.rows, pixels.columns), dtype=dtype)
    read_planes([frame], target)
    return target[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_numbers_of_any_native_format_are_those_pydicom_reads(exam: Any, data: st.DataObject) -> None:
    allocated = data.draw(st.sampled_from([8, 16]))
    stored = data.draw(st.integers(2, allocated))
    signed = data.draw(st.booleans())
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    raw = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 1 << allocated, shape)
    dataset = exam.slice(0, 0)
    dataset.Rows, dataset.Columns = shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, stored, stored - 1
    dataset.PixelRepresentation = int(signed)
    syntax = data.draw(
        st.sampled_from([None, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
    )
    order = "<"
    if syntax is not None:
        dataset.file_meta.TransferSyntaxUID = syntax
        order = ">" if syntax == ExplicitVRBigEndian else "<"
    content = raw.astype(f"{order}u{allocated // 8}").tobytes()
    kind = "OB" if allocated == 8 and syntax != ImplicitVRLittleEndian else "OW"
    if kind == "OW" and allocated == 8:
        content += b"\0" * (len(content) % 2)
    dataset["PixelData"] = pydicom.DataElement(0x7FE00010, kind, content + b"\0" * (len(content) % 2))
    path = exam.save(dataset, "one.dcm")
    expected = pydicom.dcmread(path).pixel_array
    target = np.int16 if signed else np.uint16
    assert np.array_equal(plane_of(path, target), expected)
    assert np.array_equal(plane_of(path, np.float32), expected.astype(np.float32))


def test_numbers_stored_below_a_high_bit_of_their_own_are_shifted_down(exam: Any) -> None:
    # DICOM PS3.5, 8.1.1 before its 2015 restriction: 12 bits stored with high bit 15 lie 4 bits up.
    numbers = np.array([[0, 1, 5], [-3, 2047, -2048]])
    dataset = exam.slice(0, 0)
    dataset.Rows, dataset.Columns = numbers.shape
    dataset.BitsStored, dataset.HighBit = 12, 15
    dataset.PixelData = (numbers << 4 | 0b1010).astype("<i2").tobytes()
    assert np.array_equal(plane_of(exam.save(dataset)), numbers)


@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda syntax: syntax.name)
def test_compressed_phases_are_read_as_they_were(exam: Any, acquired_every_90_s: Any, syntax: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        compressed(dataset, np.roll(RIPPLES, 10 * phase + index), syntax)

    signal = find_dynamic(exam.phases(edit)).load([2, 0]).signal
    expected = [[np.roll(RIPPLES, 10 * phase + index) for index in range(4)] for phase in (2, 0)]
    assert signal.dtype == np.uint16
    assert np.array_equal(signal, expected)


@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda syntax: syntax.name)
def test_a_compressed_enhanced_object_is_read_frame_by_frame(exam: Any, syntax: Any) -> None:
    def edit(frame: Dataset, phase: int, _index: int) -> None:
        frame.FrameContentSequence[0].FrameAcquisitionDateTime = f"2025020809{phase:02d}00"

    planes = [np.roll(RIPPLES, frame) for frame in range(12)]
    dataset = exam.enhanced(edit)
    compressed(dataset, planes, syntax)
    signal = find_dynamic(exam.save(dataset)).load([0, 1, 2]).signal
    assert np.array_equal(signal.reshape(12, 48, 64), planes)


@pytest.mark.shared
def test_jpeg_lossless_is_decoded(shared_data: Path) -> None:
    path = shared_data / "imaging" / "ultrasound-generic" / "JPGLosslessP14SV1_1s_1f_8b.dcm"
    frame = only_frame(path)
    assert frame.header.transfer_syntax == JPEGLosslessSV1
    expected = pixel_array(path)
    assert np.array_equal(plane_of(path, np.uint16), expected)
    assert expected.std() > 0


def test_a_scale_that_differs_between_slices_of_a_phase_is_applied(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.RescaleSlope, dataset.RescaleIntercept = 0.5 * (1 + index), -10

    loaded = find_dynamic(exam.phases(edit)).load([0, 1])
    expected = exam.all_signal()[:2] * 0.5 * np.array([1, 2, 3, 4])[:, None, None] - 10
    assert loaded.signal.dtype == np.float32
    assert loaded.scales == (Scale(), Scale())
    assert np.allclose(loaded.signal, expected, rtol=1e-6)


def test_a_scale_of_each_phase_is_passed_on_with_the_stored_numbers(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.RescaleSlope, dataset.RescaleIntercept = 1 + phase, 0.25

    loaded = find_dynamic(exam.phases(edit)).load([2, 0])
    assert loaded.signal.dtype == np.int16
    assert loaded.scales == (Scale(3.0, 0.25), Scale(1.0, 0.25))
    assert np.array_equal(loaded.signal, exam.all_signal()[[2, 0]])


def test_signed_and_unsigned_phases_meet_without_loss(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        if phase == 1:
            dataset.PixelRepresentation = 0
            dataset.PixelData = np.full((6, 5), 60_000, dtype="<u2").tobytes()

    loaded = find_dynamic(exam.phases(edit)).load([0, 1])
    assert np.array_equal(loaded.signal[0], exam.all_signal()[0])
    assert (loaded.signal[1] == 60_000).all()


def test_an_inverted_display_does_not_turn_the_numbers_round(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.PhotometricInterpretation = "MONOCHROME1"

    found = find_dynamic(exam.phases(edit))
    assert np.array_equal(found.load([0, 1, 2]).signal, exam.all_signal())
    assert "monochrome1" in {code for code, _ in found.time_axis.warnings}


def test_loss_in_compression_is_said(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.LossyImageCompression = "01"

    warnings = find_dynamic(exam.phases(edit)).time_axis.warnings
    assert "lossy-compression" in {code for code, _ in warnings}


def as_video(dataset: Dataset) -> None:
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    dataset["PixelData"] = pydicom.DataElement(0x7FE00010, "OB", encapsulate([b"\0" * 8]))
    dataset["PixelData"].is_undefined_length = True


UNREADABLE = {
    "no pixel data": (lambda d: delattr(d, "PixelData"), "there is no pixel data"),
    "truncated": (lambda d: setattr(d, "PixelData", d.PixelData[:-10]), "truncated: 50 of 60 bytes"),
    "slope of 0": (
        lambda d: (setattr(d, "RescaleSlope", 0), setattr(d, "RescaleIntercept", 0)),
        "slope 0, intercept 0 and scale slope 1 are no scale",
    ),
    "gigantic": (
        lambda d: (setattr(d, "Rows", 60_000), setattr(d, "Columns", 60_000)),
        "differ in size",
    ),
    "32 bits": (lambda d: setattr(d, "BitsAllocated", 32), "32 bits a pixel"),
    "stored beyond allocated": (lambda d: setattr(d, "BitsStored", 17), "17 stored of 16"),
    "high bit too low": (lambda d: setattr(d, "HighBit", 7), "high bit 7 leaves no room"),
    "palette colour": (lambda d: setattr(d, "PhotometricInterpretation", "PALETTE COLOR"), "no grey images"),
    "unknown transfer syntax": (
        lambda d: setattr(d.file_meta, "TransferSyntaxUID", pydicom.uid.UID("1.2.3.4.5")),
        "transfer syntax",
    ),
    "video": (as_video, "transfer syntax MPEG2 .* is not"),
}


@pytest.mark.parametrize(("edit", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_pixels_are_refused_before_anything_is_computed(
    exam: Any, acquired_every_90_s: Any, edit: Any, reason: str
) -> None:
    exam.phases(acquired_every_90_s)
    dataset = exam.slice(1, 2)
    acquired_every_90_s(dataset, 1, 2)
    edit(dataset)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    with (exam.folder / "0007.dcm").open("wb") as file:
        pydicom.dcmwrite(file, dataset, implicit_vr=False, little_endian=True, enforce_file_format=True)
    with pytest.raises(SeriesError, match=reason) as refusal:
        find_dynamic(exam.folder)
    assert "exam/0007.dcm" in refusal.value.where


def test_a_file_cut_short_by_a_copy_is_refused_by_name(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    whole = (folder / "0007.dcm").read_bytes()
    for bytes_left in (len(whole) - 10, len(whole) - 60, 400, 140):
        (folder / "0007.dcm").write_bytes(whole[:bytes_left])
        with pytest.raises(ImageError, match=r"0007\.dcm"):
            find_dynamic(folder)


def test_compressed_pixels_that_cannot_be_decoded_are_refused_by_name(
    exam: Any, acquired_every_90_s: Any
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        compressed(dataset, RIPPLES, JPEGLSLossless)

    folder = exam.phases(edit)
    path = folder / "0007.dcm"
    content = bytearray(path.read_bytes())
    content[content.index(b"\xff\xd8\xff") + 6 :] = b"\0" * 40
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"0007\.dcm"):
        find_dynamic(folder).load([0, 1, 2])
