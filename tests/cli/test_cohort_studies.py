"""What a user and a program see of the cohort commands that study courses, agreement and PET."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from neoher.cli.main import run
from neoher.cohort.dose_response.calculator import CALCULATOR

TABLE = (
    "patient,her2_class,pcr,surgery_days,efs_days,efs_event,mri_mm,specimen_mm,ftv_t0_cc,ftv_t1_cc\n"
    + "".join(
        f"P{k},{('positive', 'low')[k % 2]},{('yes', 'no')[k % 3 == 0]},{150 + k},{100 + 31 * k},"
        f"{int(k % 4 == 0)},{20 + k % 17},{18 + k % 13},{10 + k % 7},{3 + k % 5}\n"
        for k in range(48)
    )
)
LESIONS = "patient,lesion,tracer,suvmax,her2_class,days_apart,uptake\n" + "".join(
    f"P{k},L{k},{('89Zr-trastuzumab', '89Zr-pertuzumab')[k % 2]},{4 + (k * 7) % 11},"
    f"{('positive', 'low', 'low', '0')[k % 4]},{k},positive\n"
    for k in range(24)
)
CHANGES = (
    "patient,her2_before,her2_after,pcr\nA,3+,3+,no\nB,3+,low,no\nC,3+,,yes\nD,2+/ISH+,low,no\nE,low,low,no\n"
)
COMMANDS = {
    "survival": [
        "--time",
        "efs_days",
        "--by",
        "her2_class",
        "--at",
        "365,1095",
        "--landmark",
        "surgery_days",
    ],
    "agreement": ["--measured", "mri_mm", "--reference", "specimen_mm", "--by", "her2_class"],
    "change": ["--visits", "ftv_t0_cc,ftv_t1_cc", "--outcome", "pcr", "--repeats", "2"],
    "her2pet": ["--window", "61"],
    "her2change": ["--pcr", "pcr"],
    "doseresponse": [],
}
TABLES = {"her2pet": LESIONS, "her2change": CHANGES, "doseresponse": CALCULATOR.example_table}


def printed(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["cohort", *words])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    name: str = request.param
    table = tmp_path / "table.csv"
    table.write_text(TABLES.get(name, TABLE), encoding="utf-8")
    return [name, str(table), *COMMANDS[name]]


def test_a_command_prints_the_contracts_object_and_nothing_else(command: list[str]) -> None:
    status, out, err = printed(*command, "--json")
    assert (status, err) == (0, "")
    result: dict[str, Any] = json.loads(out)
    assert {"n", "excluded", "table", "estimates", "tests", "methods_text"} <= result.keys()
    assert all({"row", "column", "reason"} <= each.keys() for each in result["excluded"])
    assert all(
        {"name", "value", "low", "high", "level", "method"} <= each.keys() for each in result["estimates"]
    )
    wanted = {"name", "statistic", "df", "p", "method", "convention"}
    assert all(wanted <= each.keys() for each in result["tests"])
    assert result["remake"]["command"].startswith(f"neoher cohort {command[0]}")
    assert len(result["remake"]["files"][0]["sha256"]) == 64


def test_a_command_is_remade_to_the_same_bytes_and_writes_its_page(
    command: list[str], tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        status, _, _ = printed(*command, "--out", str(tmp_path / folder))
        assert status == 0
    page = (tmp_path / "one" / f"{command[0]}.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 1
    assert "http-equiv" not in page
    assert "<script" not in page
    pages = [
        (tmp_path / folder / f"{command[0]}.html").read_text(encoding="utf-8") for folder in ("one", "two")
    ]
    assert pages[0].replace("/one", "/two") == pages[1]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["survival", "--time", "efs_days", "--at", "3y"], "'3y' is no number"),
        (["survival", "--time", "efs_days", "--event", "pcr_x"], "no column 'pcr_x'"),
        (["survival", "--time", "efs_days", "--landmark", "her2_class"], "not numbers"),
        (["agreement", "--measured", "her2_class", "--reference", "mri_mm"], "not numbers"),
        (["change", "--visits", "ftv_t0_cc"], "baseline and a later visit"),
        (["change", "--visits", "ftv_t0_cc,ftv_t1_cc", "--folds", "1"], "2 folds"),
        (["her2pet"], "no column 'suvmax'"),
        (["her2change"], "no column 'her2_before'"),
        (["doseresponse"], "no column curve"),
    ],
)
def test_what_a_command_does_not_take_ends_with_2_and_one_message(
    tmp_path: Path, words: list[str], what: str
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    status, out, err = printed(words[0], str(table), *words[1:], "--out", str(tmp_path / "out"))
    assert (status, out) == (2, "")
    assert what in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
