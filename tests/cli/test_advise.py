"""`neoher advise`: a record that contradicts itself is refused, and nothing is concluded from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoher.cli.main import run

RECORD = """\
neoher: 1
patient: {id: P1, region: US, birth_year: 1976}
specimens: [{id: B1, kind: core-biopsy, date: 2026-01-03, her2: {ihc: "3+"}}]
"""


@pytest.mark.parametrize(
    ("added", "place"),
    [
        ("treatment: [{regimen: TCHP, start: 2026-03-02, end: 2025-01-01}]", "treatment[0].end"),
        ("surgery: {date: 2025-12-01}", "surgery.date"),
        ("heart: [{date: 2026-01-05, lvef_percent: 0.62}]", "lvef_percent"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    added: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.yaml").write_text(f"{RECORD}{added}\n")
    assert run(["advise", str(tmp_path), "--today", "2026-11-22", "--json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert place in told.err


def test_a_sound_record_is_advised_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.yaml").write_text(RECORD)
    assert run(["advise", str(tmp_path), "--today", "2026-11-22"]) == 0
    assert "Options" in capsys.readouterr().out
    assert run(["advise", str(tmp_path), "--today", "9999-12-31"]) == 2
    assert "too far" in capsys.readouterr().err
