"""Writing: both files, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neoher.errors import InputError, NeoherError
from neoher.report import writing
from neoher.report.content import ReportContent
from neoher.report.writing import write_report


def test_the_report_is_two_files_that_agree(content: ReportContent, tmp_path: Path) -> None:
    files = write_report(content, tmp_path / "new" / "folder")
    assert sorted(path.name for path in files.html.parent.iterdir()) == ["report.html", "report.json"]
    plain = json.loads(files.json.read_text(encoding="utf-8"))
    page = files.html.read_text(encoding="utf-8")
    assert plain["key_line"] in page
    assert plain["patient"] == "P001"


def test_equal_content_gives_equal_bytes(content: ReportContent, tmp_path: Path) -> None:
    first, second = (write_report(content, tmp_path / name) for name in ("a", "b"))
    assert first.html.read_bytes() == second.html.read_bytes()
    assert first.json.read_bytes() == second.json.read_bytes()


def test_a_report_that_cannot_be_made_leaves_the_old_one(
    content: ReportContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write_report(content, tmp_path)
    before = files.html.read_bytes()

    def fails(_: ReportContent) -> dict[str, object]:
        raise RuntimeError

    monkeypatch.setattr(writing, "as_json", fails)
    with pytest.raises(RuntimeError):
        write_report(content, tmp_path)
    assert files.html.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said_in_words(content: ReportContent, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        write_report(content, tmp_path / "file" / "report")
    assert isinstance(refused.value, NeoherError)
    assert "cannot be made" in refused.value.what
