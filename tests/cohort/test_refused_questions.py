"""Questions that cannot be answered: one message, exit status 2, nothing on stdout, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoher.cli.main import run

HEADER = "patient,hr,pcr,mri_mm,us_cm,path,path_mm,months,died,os_days,os_event,her2_before,her2_after\n"
ROWS = [
    "P1,positive,1,12,1.1,10,11,4.5,0,300,0,3+,3+",
    "P2,negative,0,30,2.5,33,31,9.5,1,200,1,3+,low",
    "P3,positive,0,21,2.2,20,22,7.25,1,500,1,low,0",
    "P4,negative,1,15,1.4,12,14,6.5,0,100,0,0,low",
]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("survival --time months --event died --level 95", "--level: 95 is no confidence level"),
        ("agreement --measured mri_mm --reference path_mm --level 0", "--level: 0 is no confidence level"),
        ("change --visits mri_mm,path_mm --level 1", "--level: 1 is no confidence level"),
        ("her2change --before her2_before --after her2_after --level 9", "--level: 9 is no confidence level"),
        ("her2pet --level 9", "--level: 9 is no confidence level"),
        ("her2pet --window -3", "--window: a window of -3 days"),
        ("agreement --measured mri_mm --reference mri_mm", "held against itself"),
        ("agreement --measured mri_mm,us_cm --reference path", "mri_mm is in mm, us_cm is in cm"),
        ("describe --sheet Patients", "is no workbook"),
        ("rates --outcome pcr --by hr --level 95", "--level: 95 is no confidence level"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, what: str
) -> None:
    table, out = tmp_path / "cohort.csv", tmp_path / "out"
    table.write_text(HEADER + "\n".join(ROWS) + "\n")
    command, *options = words.split()
    assert run(["cohort", command, str(table), *options, "--json", "--out", str(out)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert what in printed.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("9.5,1", "-9.5,1", "row 3, column months (patient P2): the time -9.5 is negative"),
        ("9.5,1", ",1", "row 3, column months (patient P2): there is an event (died) and no time"),
    ],
)
def test_times_in_columns_of_any_name_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, what: str
) -> None:
    table = tmp_path / "cohort.csv"
    table.write_text(HEADER + "\n".join(ROWS).replace(old, new) + "\n")
    assert run(["cohort", "survival", str(table), "--time", "months", "--event", "died"]) == 2
    assert what in capsys.readouterr().err


def test_sizes_without_a_unit_beside_sizes_in_one_are_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "cohort.csv"
    table.write_text(HEADER + "\n".join(ROWS) + "\n")
    assert run(["cohort", "agreement", str(table), "--measured", "mri_mm", "--reference", "path"]) == 0
    assert "path states no unit and was taken in mm" in " ".join(capsys.readouterr().out.split())
