"""Writing: both files, whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from neoher.errors import InputError, NeoherError
from neoher.guidance.knowledge.kinds.statement import Audience
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


def test_a_page_for_another_reader_is_kept_and_never_lost_unsaid(
    content: ReportContent, tmp_path: Path
) -> None:
    clinician = write_report(content, tmp_path)
    first = clinician.html.read_bytes()
    patient = write_report(replace(content, audience=Audience.PATIENT, sections=()), tmp_path)
    assert [path.name for path in patient.kept] == ["report-clinician.html", "report-clinician.json"]
    assert patient.kept[0].read_bytes() == first
    assert "in plain words" in patient.html.read_text(encoding="utf-8")
    assert json.loads(patient.json.read_text(encoding="utf-8"))["audience"] == "patient"


def test_each_reader_has_one_page_in_the_folder_the_newest(content: ReportContent, tmp_path: Path) -> None:
    write_report(content, tmp_path)
    write_report(replace(content, audience=Audience.PATIENT, sections=()), tmp_path)
    again = write_report(replace(content, key_line="Changed since."), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report-patient.html",
        "report-patient.json",
        "report.html",
        "report.json",
    ]
    assert "Changed since." in again.html.read_text(encoding="utf-8")


def test_the_same_readers_page_is_replaced_as_ever(content: ReportContent, tmp_path: Path) -> None:
    write_report(content, tmp_path)
    assert write_report(content, tmp_path).kept == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]


def test_a_report_from_before_readers_were_named_was_the_clinicians(
    content: ReportContent, tmp_path: Path
) -> None:
    files = write_report(content, tmp_path)
    plain = json.loads(files.json.read_text(encoding="utf-8"))
    del plain["audience"]
    files.json.write_text(json.dumps(plain), encoding="utf-8")
    kept = write_report(replace(content, audience=Audience.PATIENT, sections=()), tmp_path).kept
    assert [path.name for path in kept] == ["report-clinician.html", "report-clinician.json"]
