"""What a user and a program see of `neoher cohort`: answers, exit statuses, JSON, files."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from neoher.cli.main import run

TABLE = "patient,her2_class,hr,pcr,age,os_days,os_event\n" + "".join(
    f"P{k},{('positive', 'low', '0')[k % 3]},{('positive', 'negative')[k % 2]},{int(k % 5 in (0, 1))},"
    f"{40 + k % 23},{200 + 7 * k},{int(k % 4 == 0)}\n"
    for k in range(60)
)


def printed(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["cohort", *words])
    return status, out.getvalue(), err.getvalue()


def answered(*words: str) -> dict[str, Any]:
    status, out, err = printed(*words, "--json")
    assert (status, err) == (0, "")
    result: dict[str, Any] = json.loads(out)
    return result


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "cohort.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


@pytest.fixture
def commands(table: str) -> dict[str, list[str]]:
    return {
        "describe": ["describe", table, "--by", "her2_class"],
        "dictionary": ["dictionary", table],
        "rates": ["rates", table, "--outcome", "pcr", "--by", "her2_class", "--strata", "hr"],
        "verify": ["verify", "source-documents"],
    }


@pytest.mark.parametrize("command", ["describe", "dictionary", "rates", "verify"])
def test_every_command_prints_the_contracts_object_and_nothing_else(
    commands: dict[str, list[str]], command: str
) -> None:
    result = answered(*commands[command])
    assert list(result)[1:7] == ["n", "excluded", "table", "estimates", "tests", "methods_text"]
    assert all({"row", "column", "reason"} <= each.keys() for each in result["excluded"])
    estimate = {"name", "value", "low", "high", "level", "method"}
    assert all(estimate <= each.keys() for each in result["estimates"])
    test = {"name", "statistic", "df", "p", "method", "convention"}
    assert all(test <= each.keys() for each in result["tests"])
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each["code"]) for each in result["warnings"])
    assert result["remake"]["command"].startswith(f"neoher cohort {command}")
    assert all(len(file["sha256"]) == 64 for file in result["remake"]["files"])


@pytest.mark.parametrize("command", ["describe", "dictionary", "rates", "verify"])
def test_every_command_answers_for_people(commands: dict[str, list[str]], command: str) -> None:
    status, out, err = printed(*commands[command])
    assert (status, err) == (0, "")
    assert "Methods" in out
    assert "research use" in out


@pytest.mark.parametrize("command", ["describe", "dictionary", "rates", "verify"])
def test_every_command_writes_one_page_the_json_and_a_csv_of_each_table(
    commands: dict[str, list[str]], command: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    status, stdout, err = printed(*commands[command], "--out", str(out), "--json")
    assert status == 0
    assert "Written" in err
    page = (out / f"{command}.html").read_text(encoding="utf-8")
    result = json.loads(stdout)
    assert json.loads((out / f"{command}.json").read_text(encoding="utf-8")) == result
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!https://(?:doi|pubmed|www\.ncbi)|#)', page)
    assert result["methods_text"][:60].replace("'", "&#39;") in page
    tables = sorted(path.name for path in out.glob("*.csv"))
    assert tables
    for name in tables:
        rows = list(csv.reader((out / name).open(encoding="utf-8", newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}


def test_figures_are_drawn_and_do_not_share_ids(commands: dict[str, list[str]], tmp_path: Path) -> None:
    printed(*commands["rates"], "--out", str(tmp_path / "out"))
    page = (tmp_path / "out" / "rates.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:xlink:)?href="#([^"]+)"', page)) <= set(ids)


def test_the_same_data_write_the_same_bytes(commands: dict[str, list[str]], tmp_path: Path) -> None:
    pages = []
    for _ in range(2):
        printed(*commands["rates"], "--out", str(tmp_path / "out"))
        pages.append((tmp_path / "out" / "rates.html").read_bytes())
    assert pages[0] == pages[1]


def test_what_a_table_says_is_shown_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text('patient,arm,pcr\nA,<script>alert(1)</script>,1\nB,"=1+1",0\n', encoding="utf-8")
    printed("rates", str(path), "--outcome", "pcr", "--by", "arm", "--out", str(tmp_path / "out"))
    page = (tmp_path / "out" / "rates.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    cells = (tmp_path / "out" / "rates-rates.csv").read_text(encoding="utf-8")
    assert ",=1+1" not in cells


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["rates", "TABLE", "--outcome", "pcrr"], "no column 'pcrr'"),
        (["rates", "TABLE", "--outcome", "age"], "not yes and no"),
        (["rates", "TABLE", "--outcome", "pcr", "--by", "patient"], "not groups"),
        (["rates", "TABLE", "--outcome", "pcr", "--by", "hr", "--reference", "weak"], "no group 'weak'"),
        (["rates", "TABLE", "--outcome", "pcr", "--level", "95"], "no confidence level"),
        (["rates", "absent.csv", "--outcome", "pcr"], "cannot be read"),
        (["rates", "TABLE", "--outcome", "pcr", "--mapping", "absent"], "Shipped mappings are ispy1, ispy2"),
        (["describe", "TABLE", "--quantile-type", "9"], "no quantile type"),
        (["describe", "TABLE", "--by", "her2"], "Did you mean her2_class"),
        (["verify", "--p", "0.05", "--counts", "3/4"], "1 counts are given"),
        (["verify", "--p", "0.05", "--counts", "5/4", "1/4"], "no count"),
        (["verify"], "nothing to check"),
        (["verify", "TABLE"], "no column claim"),
    ],
)
def test_what_cannot_be_answered_is_refused_without_output(table: str, words: list[str], what: str) -> None:
    status, out, err = printed(*[table if word == "TABLE" else word for word in words])
    assert status == 2
    assert out == ""
    assert what in err
    assert "Traceback" not in err


def test_a_single_printed_value_is_checked_from_the_command_line() -> None:
    """Ma 2025: no usual test of 13/68 v 6/49 gives p = 0.287 (knowledge file 00)."""
    result = answered("verify", "--p", "0.287", "--counts", "13/68", "6/49")
    assert result["table"][0]["verdict"] == "not-reproduced"
    assert {round(test["p"], 3) for test in result["tests"]} >= {0.320, 0.459, 0.447, 0.384, 0.314}
    assert (
        answered("verify", "--percent", "12 %", "--counts", "1/8")["table"][0]["verdict"] == "other-rounding"
    )


def test_rows_can_be_restricted_and_the_text_says_so(table: str) -> None:
    words = ["rates", table, "--outcome", "pcr", "--by", "hr"]
    result = answered(*words, "--where", "her2_class=low|0", "--where", "hr=positive")
    # Rows 0, 2, 4, ... are HR-positive; two thirds of them are low or 0.
    assert result["n"] == 20
    assert "her2_class = low or 0: 40 of 60." in result["methods_text"]
    for condition in ("her2_class", "her2_class=lo", "her2=low"):
        status, out, err = printed(*words, "--where", condition)
        assert (status, out) == (2, "")
        assert "--where" in err


@pytest.mark.shared
def test_the_public_table_is_counted_from_the_command_line(shared_data: Path) -> None:
    table = shared_data / "cohorts/ispy2/ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx"
    result = answered("rates", str(table), "--outcome", "pcr", "--by", "subtype", "--mapping", "ispy2")
    found = {row["group"]: (row["events"], row["n"]) for row in result["table"]}
    assert found["HR-HER2+"] == (55, 88)
    assert found["HR+HER2-"] == (64, 381)
    assert found["all"] == (317, 985)
    assert [file["role"] for file in result["remake"]["files"]] == ["data", "mapping"]
