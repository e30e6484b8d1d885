"""`neoher report --for`: each reader's page from the command line, and what is said of one that lay there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CASE = """\
neoher: 1
patient: {id: P1, sex: female, region: US}
cancers: [{id: C1, side: left, stage: {T: "2", N: "1", M: "0"}}]
specimens: [{id: B1, date: 2026-05-03, er_percent: 0, pr_percent: 0, her2: {ihc: "3+"}}]
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    return tmp_path


def report(case: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = "from neoher.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "report", str(case), "--today", "2026-06-01", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_is_worded_for_the_reader_and_the_other_is_kept_aloud(case: Path) -> None:
    first = report(case, "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["audience"] == "clinician"
    assert json.loads(first.stdout)["kept"] == []
    second = report(case, "--for", "patient", "--json")
    told = json.loads(second.stdout)
    assert (told["audience"], Path(told["html"]).name) == ("patient", "report.html")
    assert [Path(path).name for path in told["kept"]] == ["report-clinician.html", "report-clinician.json"]
    assert "report-clinician.html" in second.stderr
    page = (case / "report.html").read_text(encoding="utf-8")
    assert "Your treatment in plain words" in page
    assert json.loads((case / "report.json").read_text(encoding="utf-8"))["audience"] == "patient"
    assert "never orders" in (case / "report-clinician.html").read_text(encoding="utf-8")


def test_a_reader_that_there_is_not_is_refused_and_nothing_is_written(case: Path) -> None:
    refused = report(case, "--for", "nurse")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert '"patient"' in refused.stderr
    assert [path.name for path in case.iterdir()] == ["case.yaml"]
