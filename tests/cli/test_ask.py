"""`neoher ask` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from neoher.cli.main import run

WITHOUT_IMAGES = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        closed = (
            "neoher.imaging", "neoher.intake", "neoher.volume", "neoher.measure", "pydicom", "numba", "numpy"
        )
        if name in closed or name.startswith(tuple(f"{each}." for each in closed)):
            raise ModuleNotFoundError(f"{name} is off the import path", name=name)
sys.meta_path.insert(0, Refuse())
from neoher.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def test_the_json_is_one_object_with_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["ask", "Is Enhertu approved before surgery in the US?", "--json", "--today", "2026-11-22"]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["abstained"] is False
    assert answer["answer"][0]["sources"]
    assert "T-DXd" in answer["answer"][0]["text"]
    assert isinstance(answer["related"], list)


def test_for_people_it_prints_statement_sources_and_disclaimer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "When is surgery done?", "--for", "patient", "--today", "2026-11-22"]) == 0
    printed = capsys.readouterr().out
    assert "Surgery follows 3 to 6 weeks after the last treatment." in printed
    assert "surgery.timing" in printed
    assert "professional" in printed


def test_an_abstention_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "What does Enhertu cost?"]) == 0
    assert "Not answered." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", " "],
        ["ask", "x" * 2001],
        ["ask", "What is pCR?", "--case", "nowhere"],
        ["ask", "What is pCR?", "--for", "nobody"],
        ["ask", "What is pCR?", "--rephrase", "ftp://example"],
        ["ask"],
    ],
)
def test_what_it_does_not_take_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_page_and_conversation_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, talk = tmp_path / "answer.html", tmp_path / "talk.json"
    common = ["--conversation", str(talk), "--today", "2026-11-22", "--json"]
    assert run(["ask", "Boxed warnings of Herceptin", "--html", str(page), *common]) == 0
    assert "<h1>Boxed warnings of Herceptin</h1>" in page.read_text()
    capsys.readouterr()
    assert run(["ask", "And Kadcyla?", *common]) == 0
    assert json.loads(capsys.readouterr().out)["answer"][0]["item"] == "liver.boxed-tdm1"
    assert len(json.loads(talk.read_text())["turns"]) == 2


def test_it_works_where_nothing_for_images_is_installed(tmp_path: Path) -> None:
    record = tmp_path / "case.yaml"
    record.write_text(
        "neoher: 1\npatient: {id: P1}\nsurgery: {date: 2025-07-10, specimen: {bed_mm: [20, 15], "
        "cellularity_percent: 10, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0}}\n"
    )
    for question, expected in (("What is her RCB?", "1.537"), ("When is surgery done?", "3-6 weeks")):
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_IMAGES, "ask", question, "--case", str(record)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
