"""Stored values of one object: the fast walk against pydicom, and against files built to mislead it."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from neoher.errors import ImageError
from neoher.intake.dicom import tags
from neoher.intake.dicom.elements import Elements, read_elements
from neoher.intake.files.sources import ObjectSource

SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]


class InMemory(ObjectSource):
    """An object that is nowhere but here."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        super().__init__("object.dcm", len(content))
        self.content = content

    @property
    def reading_order(self) -> tuple[str, int]:
        return "", 0

    def read_range(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def written(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    if syntax == ExplicitVRBigEndian and "PixelData" in dataset:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def read(content: bytes) -> Elements:
    return read_elements(InMemory(content))


def image() -> Dataset:
    dataset = Dataset()
    dataset.SeriesDescription = "dynamic"
    dataset.PatientID = "P001"
    dataset.Rows, dataset.Columns = 4, 3
    dataset.BitsAllocated = 16
    dataset.AcquisitionDuration = 61.5
    dataset.ImagePositionPatient = [1.5, -2.25, 3]
    dataset["PixelData"] = pydicom.DataElement(0x7FE00010, "OW", np.arange(12, dtype="<u2").tobytes())
    return dataset


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_values_are_the_same_in_every_encoding(syntax: Any) -> None:
    elements = read(written(image(), syntax))
    assert elements.transfer_syntax == syntax
    assert elements.text(tags.SERIES_DESCRIPTION) == "dynamic"
    assert elements.unsigned(tags.ROWS) == 4
    assert elements.floating(tags.ACQUISITION_DURATION) == 61.5
    assert elements.numbers(tags.IMAGE_POSITION_PATIENT, 3) == (1.5, -2.25, 3.0)
    assert elements.pixel_length == 24


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_the_pixel_datas_place_is_found(syntax: Any) -> None:
    content = written(image(), syntax)
    elements = read(content)
    assert elements.pixel_offset is not None
    assert content[elements.pixel_offset :] == np.arange(12, dtype="<u2").tobytes()


@pytest.mark.parametrize("explicit", [True, False])
def test_an_object_without_preamble_and_meta_information_is_read(explicit: bool) -> None:
    syntax = ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian
    content = written(image(), syntax)
    group_length = int.from_bytes(content[140:144], "little")
    bare = content[144 + group_length :]
    elements = read(bare)
    assert elements.transfer_syntax == syntax
    assert elements.text(tags.PATIENT_ID) == "P001"


@pytest.mark.parametrize("undefined", [True, False])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_values_inside_sequences_are_not_those_of_the_object(undefined: bool, syntax: Any) -> None:
    inner, icon = Dataset(), Dataset()
    inner.PatientID = "SOMEONE ELSE"
    icon.Rows = 99
    icon["PixelData"] = pydicom.DataElement(0x7FE00010, "OW", b"\1\1")
    inner.IconImageSequence = Sequence([icon])
    inner["IconImageSequence"].is_undefined_length = undefined
    dataset = image()
    dataset.OtherPatientIDsSequence = Sequence([inner, inner])
    dataset["OtherPatientIDsSequence"].is_undefined_length = undefined
    dataset.IconImageSequence = Sequence([icon])
    dataset["IconImageSequence"].is_undefined_length = undefined
    for sequence in (dataset.OtherPatientIDsSequence, inner.IconImageSequence, dataset.IconImageSequence):
        for item in sequence:
            item.is_undefined_length_sequence_item = undefined
    elements = read(written(dataset, syntax))
    assert elements.text(tags.PATIENT_ID) == "P001"
    assert elements.unsigned(tags.ROWS) == 4
    assert elements.pixel_length == 24


@pytest.mark.parametrize("size", [9_000, 70_000, 700_000])
def test_a_large_private_element_before_the_image_is_stepped_over(tmp_path: Path, size: int) -> None:
    from neoher.intake.files.objects import find_objects

    dataset = image()
    dataset.private_block(0x0009, "VENDOR", create=True).add_new(0x01, "OB", b"\1" * size)
    path = tmp_path / "1.dcm"
    path.write_bytes(written(dataset))
    for source in (find_objects(path)[0], InMemory(path.read_bytes())):
        elements = read_elements(source)
        assert elements.unsigned(tags.ROWS) == 4
        assert elements.pixel_length == 24


@pytest.mark.parametrize(
    ("charset", "written_as", "text"),
    [
        ("ISO_IR 100", "Brüste".encode("latin-1"), "Brüste"),
        ("ISO_IR 192", "乳房 MRI".encode(), "乳房 MRI"),
        ("", "Brüste".encode("latin-1"), "Br"),
        ("NO SUCH", b"Br\xfcste", "Br"),
    ],
)
def test_a_description_is_read_in_its_character_set(charset: str, written_as: bytes, text: str) -> None:
    dataset = image()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SeriesDescription = "X" * len(written_as)
    content = written(dataset).replace(b"X" * len(written_as), written_as)
    content = content.replace(b"ISO_IR 100", charset.encode().ljust(10))
    assert read(content).text(tags.SERIES_DESCRIPTION).startswith(text)


@pytest.mark.parametrize(
    ("value", "number"),
    [("1.5", 1.5), ("-2e1", -20.0), ("  3 ", 3.0), ("", None), ("x", None), ("nan", None), ("inf", None)],
)
def test_a_decimal_string_that_is_no_finite_number_is_absent(value: str, number: float | None) -> None:
    raw = [None] * (len(tags.WANTED) - 1)
    elements = Elements(tuple(raw), "", None, None)
    assert elements.number(tags.ECHO_TIME) is None
    position = tags.WANTED.index(tags.ECHO_TIME)
    stated = Elements((*raw[:position], value.encode(), *raw[position + 1 :]), "", None, None)
    assert stated.number(tags.ECHO_TIME) == number


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_walk_finds_what_pydicom_finds(data: st.DataObject) -> None:
    dataset = image()
    names = ("StudyDescription", "PatientName", "ProtocolName", "StationName", "Manufacturer")
    for name in data.draw(st.sets(st.sampled_from(names))):
        setattr(dataset, name, data.draw(st.text("abcXYZ 09", max_size=16)).strip())
    for block in data.draw(st.lists(st.integers(0, 200), max_size=4)):
        dataset.private_block(0x0011, "V", create=True).add_new(0x10 + block % 8, "OB", b"\2" * 2 * block)
    for depth in data.draw(st.lists(st.integers(1, 4), max_size=3)):
        item = Dataset()
        item.PatientID = "INNER"
        for _ in range(depth):
            outer = Dataset()
            outer.RequestAttributesSequence = Sequence([item])
            outer["RequestAttributesSequence"].is_undefined_length = data.draw(st.booleans())
            item = outer
        dataset.RequestAttributesSequence = Sequence([item])
    content = written(dataset, data.draw(st.sampled_from(SYNTAXES)))
    elements, known = read(content), pydicom.dcmread(io.BytesIO(content))
    for tag in tags.WANTED[1:-1]:
        element = known.get(tag)
        expected = "" if element is None or element.value is None else element.value
        if isinstance(expected, str | pydicom.valuerep.PersonName):
            assert elements.text(tag) == str(expected).strip()
    assert elements.text(tags.PATIENT_ID) == "P001"


def test_an_object_that_ends_inside_an_element_is_truncated() -> None:
    content = written(image())
    at = content.index(b"dynamic")
    with pytest.raises(ImageError, match="truncated"):
        read(content[: at + 3])


def element(group: int, number: int, representation: bytes, length: int, value: bytes = b"") -> bytes:
    head = struct.pack("<HH", group, number) + representation
    if representation in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return head + b"\0\0" + struct.pack("<I", length) + value
    return head + struct.pack("<H", length) + value


META = element(2, 0x10, b"UI", 20, b"1.2.840.10008.1.2.1\0")
MISLEADING = {
    "a length beyond the file": element(8, 0x60, b"OB", 0x7FFFFFFF, b"MR"),
    "a length of almost 4 GiB": element(9, 0x1001, b"OB", 0xFFFFFFFE, b"MR"),
    "an unknown value of undefined length": element(9, 0x1001, b"UN", 0xFFFFFFFF, b"\xff" * 20),
    "a sequence that never ends": element(8, 0x1140, b"SQ", 0xFFFFFFFF) * 500,
    "items without a sequence": struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 40,
    "delimiters without a sequence": struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) * 40,
    "an item longer than the file": element(8, 0x1140, b"SQ", 0xFFFFFFFF)
    + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFF0),
    "no value representation": struct.pack("<HHHH", 8, 0x60, 0, 2) * 4,
    "nothing behind the meta information": b"",
    "only zeros": b"\0" * 400,
}


@pytest.mark.parametrize("body", MISLEADING.values(), ids=MISLEADING)
def test_a_file_built_to_mislead_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(ImageError) as refusal:
        read(b"\0" * 128 + b"DICM" + META + body)
    assert refusal.value.where == "object.dcm"


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_damage_makes_reading_fail_in_another_way_than_by_an_image_error(data: st.DataObject) -> None:
    content = bytearray(written(image(), data.draw(st.sampled_from(SYNTAXES))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    with contextlib.suppress(ImageError):
        read(bytes(content))


def test_an_object_that_inflates_beyond_measure_is_refused() -> None:
    import zlib

    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    pieces = [deflater.compress(b"\0" * (1 << 20)) for _ in range(80)]
    content = written(image(), DeflatedExplicitVRLittleEndian)
    begin = 144 + int.from_bytes(content[140:144], "little")
    with pytest.raises(ImageError, match="inflates"):
        read(content[:begin] + b"".join(pieces) + deflater.flush())
