"""What a header states."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydicom.dataset import Dataset

from neoher.intake.dicom import headers, tags
from neoher.intake.dicom.elements import POSITION, Elements
from neoher.intake.dicom.headers import Header, read_headers
from neoher.intake.files.objects import find_objects


@pytest.fixture
def header_of(exam: Any) -> Any:
    def read(**stated: Any) -> Header:
        dataset = exam.slice(0, 0)
        for name, value in stated.items():
            setattr(dataset, name, value)
        return read_headers(find_objects(exam.save(dataset)))[0]

    return read


def with_private(exam: Any, group: int, creator: str, element: int, kind: str, value: Any) -> Header:
    dataset: Dataset = exam.slice(0, 0)
    dataset.private_block(group, creator, create=True).add_new(element, kind, value)
    return read_headers(find_objects(exam.save(dataset)))[0]


def test_a_header_states_whose_image_it_is_and_where_it_lies(header_of: Any) -> None:
    header = header_of()
    assert (header.identity.patient_id, header.identity.modality) == ("P001", "MR")
    assert header.identity.study_date == dt.date(2025, 2, 8)
    assert header.placement.position_mm == (-10, -20, 30)
    assert header.placement.pixel_spacing_mm == (0.8, 0.7)
    assert (header.pixels.rows, header.pixels.columns, header.pixels.signed) == (6, 5, True)
    assert (header.pixels.slope, header.pixels.intercept) == (1.0, 0.0)


def test_the_patients_name_is_kept_as_a_digest_only(header_of: Any) -> None:
    one, other = header_of(PatientName="DOE^JANE"), header_of(PatientName="ROE^MARY")
    assert "DOE" not in repr(one)
    assert one.identity.patient_name_digest != other.identity.patient_name_digest
    assert header_of(PatientName="").identity.patient_name_digest == ""


def test_equal_facts_of_many_headers_are_one(exam: Any, acquired_every_90_s: Any) -> None:
    headers = read_headers(find_objects(exam.phases(acquired_every_90_s)))
    assert len({id(header.identity) for header in headers}) == 1
    assert len({id(header.timing) for header in headers}) == 3


def test_progress_is_told_for_every_object(exam: Any, acquired_every_90_s: Any) -> None:
    seen: list[tuple[int, int]] = []
    read_headers(
        find_objects(exam.phases(acquired_every_90_s)), lambda done, total: seen.append((done, total))
    )
    assert seen == [(done, 12) for done in range(1, 13)]


@pytest.mark.parametrize(
    ("stated", "clock"),
    [
        ({"AcquisitionDateTime": "20250208235959.5"}, "2025-02-08 23:59:59.500000"),
        ({"AcquisitionDate": "20250209", "AcquisitionTime": "0005"}, "2025-02-09 00:05:00"),
        ({"AcquisitionTime": "101500"}, "2025-02-08 10:15:00"),
        ({"AcquisitionTime": "000500", "SeriesTime": "235500"}, "2025-02-09 00:05:00"),
    ],
    ids=["date-time", "date and time", "no date of its own", "after midnight without a date of its own"],
)
def test_the_acquisitions_clock_time(header_of: Any, stated: dict[str, str], clock: str) -> None:
    assert str(header_of(**stated).timing.acquisition.clock) == clock


@pytest.mark.parametrize("stated", [{}, {"AcquisitionTime": "noon"}, {"AcquisitionDate": "20250208"}])
def test_an_absent_or_malformed_time_is_absent(header_of: Any, stated: dict[str, str]) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert header_of(**stated).timing.acquisition is None


def test_durations_come_from_the_standard_element_first(header_of: Any) -> None:
    timing = header_of(AcquisitionDuration=61.5).timing
    assert (timing.duration_s, timing.duration_basis) == (61.5, "AcquisitionDuration (0018,9073)")


def test_ge_writes_the_duration_in_microseconds(exam: Any) -> None:
    timing = with_private(exam, 0x0019, "GEMS_ACQU_01", 0x5A, "FL", 275932480.0).timing
    assert timing.duration_s == pytest.approx(275.93248)


def test_a_private_element_of_another_creator_is_not_a_duration(exam: Any) -> None:
    assert with_private(exam, 0x0019, "SOMEONE", 0x5A, "FL", 275932480.0).timing.duration_s is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("TA 01:02", 62.0), ("TA 11:30", 690.0), ("TA 01:02*6", None), ("1.5", None)]
)
def test_siemens_writes_the_duration_as_text(exam: Any, text: str, seconds: float | None) -> None:
    header = with_private(exam, 0x0051, "SIEMENS MR HEADER", 0x0A, "LO", text)
    assert header.timing.duration_s == seconds


def test_philips_writes_the_begin_of_each_dynamic_scan(exam: Any) -> None:
    header = with_private(exam, 0x2005, "Philips MR Imaging DD 001", 0xA0, "FL", 92.5)
    assert header.timing.offset_s == 92.5


def test_headers_keep_the_order_of_the_objects(exam: Any, acquired_every_90_s: Any) -> None:
    objects = find_objects(exam.phases(acquired_every_90_s))
    assert [header.source for header in read_headers(objects[::-1])] == objects[::-1]


class _Watched(tuple[bytes | None, ...]):
    """Values that remember which of them were read."""

    def __new__(cls, values: tuple[bytes | None, ...]) -> _Watched:
        watched = super().__new__(cls, values)
        watched.read = set()
        return watched

    read: set[int]

    def __getitem__(self, position: Any) -> Any:
        self.read.add(position)
        return super().__getitem__(position)


@pytest.mark.parametrize("manufacturer", ["ACME", "GE MEDICAL SYSTEMS", "SIEMENS", "Philips"])
@pytest.mark.parametrize("text", [b"", b"1", b"20250208", b"1\\0\\0\\0\\1\\0"])
def test_a_shared_fact_is_told_apart_by_every_element_that_it_rests_on(
    manufacturer: str, text: bytes
) -> None:
    """A fact read from an element that does not tell it apart would be another patient's."""
    values = [text or None] * len(POSITION)
    values[POSITION[tags.MANUFACTURER]] = manufacturer.encode()
    for name, shared in vars(headers).items():
        if not isinstance(shared, headers._Shared):
            continue
        watched = _Watched(tuple(values))
        shared._make(Elements(watched, "", None, None))
        rests_on = watched.read - {POSITION[tags.SPECIFIC_CHARACTER_SET]}
        keys = _Watched(tuple(values))
        shared._pick(keys)
        assert rests_on <= keys.read, (name, [hex(tags.WANTED[one]) for one in rests_on - keys.read])
