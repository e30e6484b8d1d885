"""`neoher knowledge`: each command as a user types it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from neoher.cli.knowledge import KNOWLEDGE_COMMANDS
from neoher.cli.main import run
from neoher.guidance.knowledge import load_knowledge


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["knowledge", *words]) == 0
    return capsys.readouterr().out


def test_the_commands_of_the_contract_are_there() -> None:
    assert list(KNOWLEDGE_COMMANDS) == ["list", "show", "check", "diff", "book"]


def test_the_list_is_narrowed_by_kind_subject_region_and_day(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["list", "--kind", "statements", "--subject", "residual", "--today", "2026-11-22", "--json"]
    here = json.loads(answered(capsys, *words, "--region", "US"))["value"]
    there = json.loads(answered(capsys, *words, "--region", "EU"))["value"]
    ids = {each["id"] for each in here["items"]}
    assert {each["subject"] for each in here["items"]} == {"residual"}
    assert "residual.high-risk-tdxd" in ids
    assert "residual.high-risk-tdxd" not in {each["id"] for each in there["items"]}
    assert here["version"] == load_knowledge().edition.version


def test_a_kind_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["knowledge", "list", "--kind", "rumours"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "statements" in printed.err


def test_an_item_is_shown_with_its_sources_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    text = answered(capsys, "show", "oracle.residual-tdm1")
    assert "superseded by residual.high-risk-tdxd" in text
    assert "submitted" in text
    shown = json.loads(answered(capsys, "show", "result.db11-pcr", "--json"))
    assert shown["value"][0]["content"]["pcr"] == "ypT0/is ypN0"
    assert "PMID:41130363" in shown["sources"]


def test_a_source_is_shown_for_a_reference_manager(capsys: pytest.CaptureFixture[str]) -> None:
    entry = answered(capsys, "show", "PMID:17785706", "--format", "bibtex")
    assert entry.startswith("@article{PMID-17785706,\n")
    assert "doi = {10.1200/JCO.2007.10.6823}" in entry
    assert "note = {secondary: not opened" in entry
    record = answered(capsys, "show", "rcb.formula", "--format", "ris").splitlines()
    assert record[0] == "TY  - JOUR"
    assert "DO  - 10.1200/JCO.2007.10.6823" in record
    assert record[-1] == "ER  -"


def test_the_check_answers_and_with_strict_refuses(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    value = json.loads(answered(capsys, "check", "--today", "2026-11-22", "--json"))["value"]
    assert (value["errors"], value["warnings"]) == (0, 0)
    overlay = tmp_path / "wrong"
    overlay.mkdir()
    (overlay / "wrong.yaml").write_text(
        "statements:\n"
        "  - {id: wrong, title: Wrong, subject: axilla, kind: evidence, verification: verified, "
        "checked: 2026-11-22, since: 2026, sources: ['PMID:999'], clinician: A., patient: A., "
        "researcher: A.}\n",
        encoding="utf-8",
    )
    assert "dangling-source" in answered(capsys, "check", "--today", "2026-11-22", "--overlay", str(overlay))
    assert run(["knowledge", "check", "--strict", "--today", "2026-11-22", "--overlay", str(overlay)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "PMID:999" in printed.err


def test_two_states_are_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from neoher.guidance.knowledge.compiled import COMPILED

    earlier = tmp_path / "earlier.json"
    stored = json.loads(COMPILED.read_text(encoding="utf-8"))
    gone = stored["contents"]["statements"].pop()["id"]
    earlier.write_text(json.dumps(stored), encoding="utf-8")
    found = json.loads(answered(capsys, "diff", str(earlier), "--json"))["value"]
    assert [each["id"] for each in found["added"]] == [gone]
    assert (found["removed"], found["changed"]) == ([], [])
    assert run(["knowledge", "diff"]) == 2


def test_the_book_holds_every_item_and_loads_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "book.html"
    answered(capsys, "book", "--out", str(out), "--today", "2026-11-22")
    page = out.read_text(encoding="utf-8")
    plain = html.unescape(page).replace("\N{NO-BREAK SPACE}", " ")
    absent = [item.id for _, item in load_knowledge().items() if item.title not in plain]
    assert absent == []
    for statement in load_knowledge().contents.statements:
        assert statement.patient in plain
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    # Every place that a link within the page leads to is there.
    body, _, _ = page.partition("<script>")
    places = set(re.findall(r'id="([^"]+)"', body))
    assert set(re.findall(r'href="#([^"]+)"', body)) <= places
