"""DICOM objects in folders and archives."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from neoher.errors import ImageError
from neoher.intake.files.objects import find_objects, list_objects
from neoher.intake.files.sources import FileSource

ZIPPED = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}
TARRED = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.xz": "w:xz", ".tar.bz2": "w:bz2"}


def as_zip(folder: Path, target: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(target, "w", compression) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return target


def as_tar(folder: Path, target: Path) -> Path:
    suffix = target.name.removeprefix("exam")
    with tarfile.open(target, TARRED[suffix]) as archive:
        archive.add(folder, folder.name)
    return target


def contents(path: Path) -> set[bytes]:
    return {source.read() for source in find_objects(path)}


@pytest.fixture
def folder(exam: Any, acquired_every_90_s: Any) -> Path:
    return exam.phases(acquired_every_90_s)


@pytest.mark.parametrize("compression", ZIPPED.values(), ids=ZIPPED)
def test_a_zip_holds_the_same_objects_as_the_folder(folder: Path, tmp_path: Path, compression: int) -> None:
    archive = as_zip(folder, tmp_path / "exam.zip", compression)
    assert contents(archive) == {path.read_bytes() for path in folder.iterdir()}
    assert find_objects(archive)[0].label == "exam.zip/exam/0001.dcm"


@pytest.mark.parametrize("suffix", TARRED)
def test_a_tar_holds_the_same_objects_as_the_folder(folder: Path, tmp_path: Path, suffix: str) -> None:
    archive = as_tar(folder, tmp_path / f"exam{suffix}")
    assert contents(archive) == {path.read_bytes() for path in folder.iterdir()}
    backwards = [source.read() for source in reversed(find_objects(archive))]
    assert len(set(backwards)) == 12


def test_archives_inside_a_folder_are_read_too(folder: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    (case / "t0").mkdir(parents=True)
    as_zip(folder, case / "t0" / "mr.zip")
    assert len(find_objects(case)) == 12
    assert find_objects(case)[0].label == "case/t0/mr.zip/exam/0001.dcm"


def test_reading_an_archive_writes_nothing_to_disk(folder: Path, tmp_path: Path) -> None:
    as_zip(folder, tmp_path / "exam.zip")
    before = sorted(tmp_path.rglob("*"))
    contents(tmp_path / "exam.zip")
    assert sorted(tmp_path.rglob("*")) == before


def test_other_files_are_left_out_and_named(folder: Path) -> None:
    (folder / "README.txt").write_text("notes")
    (folder / ".hidden.dcm").write_bytes(next(folder.glob("0001*")).read_bytes())
    (folder / "DICOMDIR").write_bytes(next(folder.glob("0001*")).read_bytes())
    (folder / ".git").mkdir()
    (folder / ".git" / "0001.dcm").write_bytes(b"")
    listing = list_objects(folder)
    assert len(listing.objects) == 12
    assert dict(listing.skipped) == {
        "exam/.hidden.dcm": "hidden",
        "exam/DICOMDIR": "an index of other files",
        "exam/README.txt": "no DICOM",
    }


def test_objects_need_no_name_of_their_own(folder: Path) -> None:
    (folder / "0001.dcm").rename(folder / "IM1")
    assert "exam/IM1" in {source.label for source in find_objects(folder)}


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"], ids=["empty", "html"])
def test_a_file_named_as_dicom_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "0003.dcm").write_bytes(content)
    with pytest.raises(ImageError, match=r"exam/0003\.dcm"):
        find_objects(folder)


def test_a_link_to_the_folder_itself_is_not_followed(folder: Path) -> None:
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert len(find_objects(folder)) == 12


@pytest.mark.parametrize("name", ["nothing-here", "empty"])
def test_a_path_without_objects_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError, match=name):
        find_objects(tmp_path / name)


def test_an_encrypted_member_is_refused(folder: Path, tmp_path: Path) -> None:
    content = bytearray(as_zip(folder, tmp_path / "exam.zip").read_bytes())
    entry = content.index(b"PK\x01\x02", content.index(b"0003.dcm"))
    content[entry + 8] |= 1  # general purpose bit 0 of the central directory (APPNOTE 4.4.4)
    (tmp_path / "exam.zip").write_bytes(content)
    with pytest.raises(ImageError, match="encrypted"):
        find_objects(tmp_path / "exam.zip")


@pytest.mark.parametrize(
    "name", ["../../escape.dcm", "/etc/escape.dcm", "C:\\escape.dcm", "a\\..\\..\\b.dcm"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_name_that_leaves_the_archive_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    target = tmp_path / f"exam.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), b"x")
    else:
        with tarfile.open(target, "w") as tar:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
    with pytest.raises(ImageError, match="outside the archive"):
        find_objects(target)


def test_a_zip_that_says_it_holds_terabytes_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.dcm", b"\0" * 1000)
    content = bytearray((tmp_path / "bomb.zip").read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)  # uncompressed size
    (tmp_path / "bomb.zip").write_bytes(content)
    with pytest.raises(ImageError, match="exhaust the machine"):
        find_objects(tmp_path / "bomb.zip")


def test_a_tar_that_says_it_holds_terabytes_is_refused_before_it_is_decompressed(tmp_path: Path) -> None:
    info = tarfile.TarInfo("1.dcm")
    info.size = 1 << 40
    with tarfile.open(tmp_path / "bomb.tar.xz", "w:xz") as archive:
        archive.fileobj.write(info.tobuf())  # type: ignore[union-attr]
    with pytest.raises(ImageError, match="exhaust the machine"):
        find_objects(tmp_path / "bomb.tar.xz")


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_a_damaged_archive_is_refused_by_name(folder: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"exam{suffix}"
    whole = (as_zip if suffix == ".zip" else as_tar)(folder, target).read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match=f"exam{suffix}"):
        contents(target)


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_a_file_that_is_no_archive_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"exam{suffix}").write_bytes(b"this is no archive " * 100)
    with pytest.raises(ImageError, match=f"exam{suffix}"):
        find_objects(tmp_path / f"exam{suffix}")


def test_a_tar_made_of_the_current_folder_hides_nothing(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "exam.tar", "w") as archive:
        archive.add(folder, "./exam")  # as `tar cf exam.tar ./exam` names its members
    assert find_objects(tmp_path / "exam.tar")[0].label == "exam.tar/exam/0001.dcm"


def test_a_path_may_be_the_current_folder_or_a_hidden_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert len(find_objects(Path())) == 12
    assert find_objects(Path("0001.dcm"))[0].label == "0001.dcm"
    hidden = folder.rename(tmp_path / ".exam")
    assert len(find_objects(hidden)) == 12
    as_zip(hidden, tmp_path / ".exam.zip")
    assert list_objects(tmp_path / ".exam.zip").skipped[0] == (".exam.zip/.exam/0001.dcm", "hidden")


def test_a_hidden_file_named_on_its_own_is_read(folder: Path) -> None:
    (folder / "0001.dcm").rename(folder / ".0001.dcm")
    assert len(find_objects(folder / ".0001.dcm")) == 1


def test_links_inside_an_archive_are_left_out(folder: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "exam.tar", "w") as archive:
        archive.add(folder, "exam")
        link = tarfile.TarInfo("exam/passwd.dcm")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert len(find_objects(tmp_path / "exam.tar")) == 12


def test_an_object_that_shrank_since_it_was_listed_is_refused(folder: Path) -> None:
    source = find_objects(folder)[0]
    (folder / "0001.dcm").write_bytes((folder / "0001.dcm").read_bytes()[:200])
    with pytest.raises(ImageError, match="truncated"):
        source.read()


def test_an_object_beyond_the_size_limit_is_not_read() -> None:
    with pytest.raises(ImageError, match="GiB"):
        FileSource("huge.dcm", 5 << 30, "huge.dcm").read()
