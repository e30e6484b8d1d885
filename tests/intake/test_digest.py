"""The hash of what an exam was read from, against hashlib over the files themselves."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from neoher.errors import ImageError
from neoher.intake.dicom import digest
from neoher.intake.dicom.digest import digest_of
from neoher.intake.dicom.frames import Frame, frames_of
from neoher.intake.dicom.headers import read_headers
from neoher.intake.files.objects import find_objects


def frames_below(folder: Path) -> list[Frame]:
    return [frame for header in read_headers(find_objects(folder)) for frame in frames_of(header)]


def by_hashlib(folder: Path) -> str:
    hashes = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*.dcm"))
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


@pytest.mark.parametrize("piece", [1, 777, 1 << 20], ids=["a byte", "odd pieces", "one piece"])
@pytest.mark.parametrize("for_two", [1, 10_000], ids=["two readers", "one reader"])
def test_pieces_and_readers_change_no_hash(
    exam: Any, acquired_every_90_s: Any, monkeypatch: pytest.MonkeyPatch, piece: int, for_two: int
) -> None:
    folder = exam.phases(acquired_every_90_s)
    monkeypatch.setattr(digest, "_PIECE_BYTES", piece)
    monkeypatch.setattr(digest, "_OBJECTS_FOR_TWO", for_two)
    frames = frames_below(folder)
    found = digest_of(frames, "exam")
    assert found.sha256 == by_hashlib(folder)
    assert found.count == len(frames)


def test_a_file_that_became_shorter_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    frames = frames_below(folder)
    file = next(folder.rglob("*.dcm"))
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ImageError, match="truncated"):
        digest_of(frames, "exam")
