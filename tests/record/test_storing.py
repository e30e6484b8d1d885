"""Files that are replaced whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from neoher.errors import InputError, RecordError
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
from neoher.record.storing import new_folder, read_measurements, replace_atomically, write_measurements

MEASURED = Measurements(
    entries=(
        Measurement(
            exam="E1",
            visit="T0",
            date=dt.date(2025, 2, 8),
            modality="MR",
            lesion="L1",
            method="ftv/1",
            parameters={"pe": 70},
            images=InputObjects(description="MR", count=2, sha256="0" * 64),
            region=None,
            quantities=(
                Quantity(name="functional_tumour_volume", value=42.165, unit="cm3"),
                Quantity(name="sphericity", value=None, unit="1"),
            ),
            conclusion=Conclusion(value={"volume_cc": 42.165}),
        ),
    )
)


def test_measurements_come_back_as_they_were_stored(tmp_path: Path) -> None:
    write_measurements(tmp_path, MEASURED)
    assert read_measurements(tmp_path) == MEASURED


def test_storing_twice_gives_the_same_bytes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    first = write_measurements(tmp_path, MEASURED).read_bytes()
    assert write_measurements(tmp_path, MEASURED).read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["measurements.json"]


def test_a_folder_without_measurements_has_none(tmp_path: Path) -> None:
    assert read_measurements(tmp_path) == Measurements()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"entries": [{}]}',
        b'{"neoher_measurements": 2}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"x": 1}',
    ],
)
def test_a_damaged_file_is_refused_and_says_how_to_make_it_again(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "measurements.json").write_bytes(content)
    with pytest.raises(RecordError, match="Delete it; `neoher measure` makes it again"):
        read_measurements(tmp_path)


def test_when_writing_fails_the_old_file_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    replace_atomically(target, b"old")

    def full(*_: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RecordError, match="No space left on device"):
        replace_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="absent"):
        replace_atomically(tmp_path / "absent" / "file", b"")


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "case") as folder:
        (folder / "case.yaml").write_text("neoher: 1")
        assert not (tmp_path / "case").exists()
    assert (tmp_path / "case" / "case.yaml").read_text() == "neoher: 1"
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_new_folder_whose_making_fails_does_not_appear_at_all(tmp_path: Path) -> None:
    def begin_and_fail() -> None:
        with new_folder(tmp_path / "case") as folder:
            (folder / "half").write_text("written")
            raise RecordError("the images are of two patients.")

    with pytest.raises(RecordError):
        begin_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing is overwritten"), new_folder(tmp_path):
        pytest.fail("nothing may be made")
    assert (tmp_path / "mine.txt").read_text() == "mine"
