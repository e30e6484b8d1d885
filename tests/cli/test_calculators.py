"""What a user and a program see of the calculators: answers, exit statuses, JSON, tables."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from neoher.cli.calculators import CALCULATORS
from neoher.cli.main import run
from neoher.response.recist.calculator import CALCULATOR as RECIST
from neoher.response.specimen.table import CALCULATOR as SPECIMEN

NEOHER = (sys.executable, "-c", "from neoher.cli.main import main; main()")
HER2 = ["her2", "--ihc", "2+", "--ish-probe", "dual", "--ratio", "2.4", "--copies", "5.6"]
PCR = ["pcr", "--ypt", "is", "--ypn", "0"]
STAGE = ["stage", "--ypt", "2", "--ypn", "1a", "--m", "0"]
GRADE = ["grade", "--loss", "95"]
BIOSCORE = ["bioscore", "--clinical-stage", "IIIA", "--yp-stage", "IIA", "--er", "negative"]
BIOSCORE += ["--nuclear-grade", "3", "--her2", "positive"]
RECEPTORS = ["receptors", "--er", "5", "--pr", "0"]
RCB = ["rcb", "--bed", "22x18", "--cellularity", "10", "--cis", "5", "--nodes", "1", "--largest-met", "3"]
PATTERN = ["pattern", "--extent", "18", "--baseline-extent", "38", "--fragments", "1"]


def neoher(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*NEOHER, *words], capture_output=True, text=True, check=False)


def printed(words: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(words)
    return status, out.getvalue(), err.getvalue()


def answered(words: list[str]) -> dict[str, Any]:
    status, out, err = printed([*words, "--json"])
    assert (status, err) == (0, "")
    conclusion: dict[str, Any] = json.loads(out)
    return conclusion


# As its own process ---------------------------------------------------------------------------------------


def test_an_answer_in_json_is_one_object_on_stdout_and_nothing_else() -> None:
    done = neoher(*HER2, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    conclusion = json.loads(done.stdout)
    assert conclusion["value"] == {
        "status": "positive",
        "ihc": "2+",
        "ish_group": 1,
        "spectrum": "2+/ISH+",
        "three_class": "positive",
    }
    assert conclusion.keys() == {"value", "because", "missing", "warnings", "sources", "software"}
    assert all(step.keys() == {"step", "rule", "inputs"} for step in conclusion["because"])
    assert all(warning.keys() == {"code", "message"} for warning in conclusion["warnings"])
    assert conclusion["software"]["name"] == "neoher"


def test_an_answer_that_cannot_be_said_is_answered() -> None:
    done = neoher("rcb", "--bed", "22x18", "--json")
    assert done.returncode == 0
    conclusion = json.loads(done.stdout)
    assert conclusion["value"] is None
    assert conclusion["missing"] == [
        "cellularity_percent",
        "cis_percent",
        "nodes_positive",
        "largest_met_mm",
    ]


def test_a_contradiction_leaves_with_status_two_and_one_message() -> None:
    done = neoher("rcb", "--bed", "22x18", "--cellularity", "110", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --cellularity: '110' is above 100.")
    assert "Traceback" not in done.stderr


def test_a_calculator_loads_neither_arrays_nor_images(tmp_path: Path) -> None:
    program = (
        "import sys; from neoher.cli.main import run; run(sys.argv[1:]);"
        "heavy = {'numpy', 'pydicom', 'numba', 'scipy', 'matplotlib', 'skimage', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    by_rows = []
    own = ("change", "eortc", "her2pet-pairs", "percist", "phergain", "recist", "specimen", "who")
    for reference in (each for each in CALCULATORS if each.name in own):
        table = tmp_path / f"{reference.name}.csv"
        table.write_text(reference.load().example_table)
        by_rows.append([reference.name, str(table)])
    assert len(by_rows) == len(own)
    for words in (HER2, RCB, PCR, STAGE, GRADE, BIOSCORE, RECEPTORS, PATTERN, *by_rows, ["--version"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
        )
        assert done.stderr.strip() == "[]"


def test_a_complete_response_is_answered_under_each_definition() -> None:
    assert answered(PCR)["value"] == {"ypT0/is ypN0": True, "ypT0 ypN0": False, "ypT0/is": True}
    assert answered(["pcr", "--ypn", "0(i+)"])["value"] == {
        "ypT0/is ypN0": False,
        "ypT0 ypN0": False,
        "ypT0/is": None,
    }


def test_stage_grade_and_points_are_answered() -> None:
    assert answered(STAGE)["value"]["anatomic_stage"] == "IIB"
    assert answered(GRADE)["value"]["miller_payne"] == 4
    assert answered(BIOSCORE)["value"] == {"cps_eg": 4, "neo_bioscore": 4}


# Messages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["her2", "--ihc", "4+"], "--ihc: '4+' is not one of its values.\n  It takes one of 0, 1+, 2+, 3+."),
        (["her2", "--ratio", "-1"], "--ratio: '-1' is not above 0."),
        (["her2", "--ratio", "two"], "--ratio: 'two' is not a number."),
        (["her2", "--membrane-staining", "perhaps"], "--membrane-staining: 'perhaps' is neither yes nor no."),
        (["her2", "--ihc", "3+", "--intensity", "none"], "--ihc, --intensity: IHC 3+ was reported"),
        (["her2", "--ish-probe", "single", "--ratio", "2"], "--ish-probe, --ratio: a single probe"),
        (["her2", "--recount-ratio", "2"], "--recount-ratio: there is a recount without a first count."),
        (["her2", "--ihc", "3+", "--rato", "2"], "--rato"),
        (["her2", "--ihc", "2+", "--ihc", "3+"], "--ihc"),
        (["her2", "3+"], "3+"),
        (["rcb", "--bed", "22"], "--bed: '22' is not two diameters in mm joined by x."),
        (["rcb", "--nodes", "1.5"], "--nodes: '1.5' is not a whole number."),
        (["rcb", "--nodes", "0", "--largest-met", "2"], "--nodes, --largest-met: no node is positive"),
        (["rcb", "--cis", "101", "--nodes", "x"], "--cis: '101' is above 100. --nodes: 'x' is not a number."),
        (["pcr", "--ypt", "5"], "--ypt: '5' is not one of its values."),
        (["stage", "--ypt", "2", "--invasive", "14"], "--ypt, --invasive, --in-situ, --wall-or-skin: ypT2"),
        (["grade", "--effect", "100", "--near-total", "no"], "--effect, --near-total: an effect of 100 %"),
        (["bioscore", "--er", "negative", "--er-percent", "60"], "--er, --er-percent: ER 60 % is not"),
        (["rcb", "--table", "in.csv"], "--table and --out go together."),
        (["rcb", "--table", "in.csv", "--out", "out.csv", "--nodes", "1"], "a table and a single case"),
    ],
)
def test_what_is_not_taken_is_refused_by_its_option(words: list[str], message: str) -> None:
    status, out, err = printed(words)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err


def test_an_empty_option_is_not_known() -> None:
    assert answered(["rcb", "--bed", "22x18", "--cellularity", ""])["missing"][0] == "cellularity_percent"


def test_yes_and_no_are_what_the_command_takes() -> None:
    assert answered(["her2", "--ihc", "0", "--membrane-staining", "yes"])["value"]["spectrum"] == "ultralow"
    assert answered(["her2", "--ihc", "0", "--membrane-staining", "no"])["value"]["spectrum"] == "absent"


def test_for_people_the_value_comes_first_and_what_is_missing_is_named() -> None:
    _, out, _ = printed(HER2)
    assert out.splitlines()[0].startswith("HER2-positive")
    _, out, _ = printed(["her2"])
    assert out.splitlines()[0] == "Cannot be said."
    assert "her2.ihc" in out


# Two ways to the same answer ------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", CALCULATORS, ids=lambda reference: reference.name)
def test_the_list_of_commands_says_what_the_declaration_says(reference: Any) -> None:
    calculator = reference.load()
    assert (calculator.name, calculator.summary) == (reference.name, reference.summary)


@pytest.mark.parametrize("reference", CALCULATORS, ids=lambda reference: reference.name)
def test_help_shows_every_option_and_an_example(reference: Any) -> None:
    status, out, _ = printed([reference.name, "--help"])
    assert status == 0
    unwrapped = " ".join(out.split())
    for _, option in reference.load().options().values():
        assert (option.name.upper() if option.positional else f"--{option.name} ") in out
    assert f"Example: neoher {reference.name}" in unwrapped
    assert "--json" in out


# Tables ---------------------------------------------------------------------------------------------------

HEADER = "patient,bed_mm_1,bed_mm_2,cellularity_percent,cis_percent,nodes_positive,largest_met_mm"


def table_of(folder: Path, *rows: str, header: str = HEADER) -> tuple[int, list[dict[str, str]], str]:
    (folder / "in.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    status, _, err = printed(["rcb", "--table", str(folder / "in.csv"), "--out", str(folder / "out.csv")])
    if status != 0:
        return status, [], err
    with (folder / "out.csv").open(newline="", encoding="utf-8") as file:
        return status, list(csv.DictReader(file)), err


def test_a_table_comes_back_with_score_class_and_what_is_missing(tmp_path: Path) -> None:
    status, (row,), _ = table_of(tmp_path, "P1,30,20,40,10,2,6")
    assert status == 0
    assert list(row) == [*HEADER.split(","), "rcb_score", "rcb_class", "missing"]
    # knowledge of the formula: 2.0269 + 1.4914 (Symmans 2007)
    assert float(row["rcb_score"]) == pytest.approx(3.5184, abs=5e-5)
    assert (row["rcb_class"], row["missing"]) == ("III", "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("P1,30,,40,10,2,6", "bed_mm_2"),
        ("P1,,,40,10,2,6", "bed_mm_1; bed_mm_2"),
        ("P1,30,20,,10,2,", "cellularity_percent; largest_met_mm"),
        ("P1,30,20,110,10,2,6", "cellularity_percent: '110' is above 100."),
        ("P1,30,20,40,10,0,6", "nodes_positive, largest_met_mm: no node is positive"),
        ("P1,30,20,40", "the row has 4 cells, the header has 7"),
        ("P1,30,20,40,1,5,2,6", "the row has 8 cells, the header has 7"),
        ('P1,30,20,40,"1,5",2,6', "cis_percent: '1,5' is not a number."),
    ],
)
def test_a_row_that_cannot_be_computed_stays_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    status, rows, _ = table_of(tmp_path, "P0,0,0,0,0,0,0", row)
    assert status == 0
    assert [(each["patient"], each["rcb_score"], each["rcb_class"]) for each in rows] == [
        ("P0", "0.0", "0"),
        ("P1", "", ""),
    ]
    assert rows[1]["missing"].startswith(reason)


def test_further_columns_and_quoted_cells_are_copied(tmp_path: Path) -> None:
    _, rows, _ = table_of(tmp_path, '007,30,20,40,10,2,6,"left, upper"', header=HEADER + ",note")
    assert (rows[0]["patient"], rows[0]["note"]) == ("007", "left, upper")


def test_columns_may_stand_in_any_order_and_lines_may_end_in_commas(tmp_path: Path) -> None:
    header = ",".join(reversed(HEADER.split(",")))
    _, rows, _ = table_of(tmp_path, "6,2,10,40,20,30,P1,,", header=header)
    assert rows[0]["rcb_class"] == "III"


def test_a_byte_order_mark_and_empty_lines_are_read_over(tmp_path: Path) -> None:
    _, rows, _ = table_of(tmp_path, "", "P1,30,20,40,10,2,6", ",,,,,,", header="\ufeff" + HEADER)
    assert [row["patient"] for row in rows] == ["P1"]


def test_a_warning_of_a_table_names_its_rows(tmp_path: Path) -> None:
    _, _, err = table_of(tmp_path, "P1,0,0,0,0,1,0.2", "P2,30,20,40,10,2,6")
    assert "warning isolated-tumour-cells-only: 1 rows (P1)" in err


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("cis_percent", "cis"), "there is no column cis_percent"),
        (HEADER.replace(",", ";"), "separated by semicolons"),
        (HEADER + ",rcb_score", "there already is a column rcb_score"),
        (HEADER + ",cis_percent", "two columns are called 'cis_percent'"),
    ],
)
def test_a_table_of_another_form_is_refused_whole(tmp_path: Path, header: str, message: str) -> None:
    status, _, err = table_of(tmp_path, "P1,30,20,40,10,2,6", header=header)
    assert status == 2
    assert message in err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'patient,"bed', b"\n\n"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    status, out, err = printed(
        ["rcb", "--table", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
    )
    assert (status, out) == (2, "")
    assert str(tmp_path / "in.csv") in err


def test_a_table_is_never_overwritten_with_its_results(tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text(HEADER + "\n")
    status, _, err = printed(["rcb", "--table", str(table), "--out", str(tmp_path / "." / "in.csv")])
    assert status == 2
    assert "overwritten" in err
    assert table.read_text() == HEADER + "\n"


def test_a_table_in_json_counts_its_rows_and_names_those_not_computed(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEADER}\nP1,30,20,40,10,2,6\nP2,30,20,,10,2,6\n")
    words = ["rcb", "--table", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv"), "--json"]
    status, out, err = printed(words)
    summary = json.loads(out)
    assert (status, err) == (0, "")
    assert (summary["rows"], summary["computed"]) == (2, 1)
    assert summary["not_computed"] == [{"line": 3, "row": "P2", "reason": "cellularity_percent"}]


# Scans and measurements as a table ------------------------------------------------------------------------


def told(folder: Path, name: str, text: str | None = None, *more: str) -> dict[str, Any]:
    """What the calculator answers to its example table, or to another one."""
    calculator = next(each for each in CALCULATORS if each.name == name).load()
    table = folder / f"{name}.csv"
    table.write_text(calculator.example_table if text is None else text, encoding="utf-8")
    return answered([name, str(table), *more])


def test_fdg_scans_are_answered_by_each_criterion(tmp_path: Path) -> None:
    # 7.4 to 3.3: -55.4 % and -4.1 SUL, threshold 1.5 x 1.8 + 2 x 0.2.
    (visit,) = told(tmp_path, "percist")["value"]
    assert list(visit)[:6] == [
        "visit",
        "response",
        "change_percent",
        "change_sul",
        "threshold_sul",
        "comparable",
    ]
    assert (visit["response"], visit["change_sul"], visit["threshold_sul"], visit["comparable"]) == (
        "PMR",
        -4.1,
        3.1,
        True,
    )
    # 17.2 to 14.4: -16.3 % after one cycle.
    assert told(tmp_path, "eortc")["value"][0]["response"] == "PMR"
    # 11.2 to 4.1 and 6.0 to 3.6, which is exactly 40 %.
    assert told(tmp_path, "phergain")["value"][0]["responder"] is True


def test_an_empty_table_of_scans_has_no_value(tmp_path: Path) -> None:
    answer = told(tmp_path, "percist", "lesion,kind,visit,date\n")
    assert (answer["value"], answer["missing"]) == (None, ["rows"])


def test_a_table_of_scans_may_leave_out_what_was_not_recorded(tmp_path: Path) -> None:
    text = "lesion,kind,visit,date,sulpeak\nA,lesion,b,2025-01-06,8\nA,lesion,f,2025-03-06,4\n"
    answer = told(tmp_path, "percist", text)
    assert answer["value"][0]["response"] == "NE"
    assert {"sul_mean of liver at b", "uptake_min at f"} <= set(answer["missing"])


def test_products_of_diameters_and_changes_are_answered(tmp_path: Path) -> None:
    # 40 x 30 + 30 x 20 = 1800 to 26 x 20 + 20 x 12 = 760 mm2.
    (visit,) = told(tmp_path, "who")["value"]
    assert (visit["sum_mm2"], visit["overall"]) == (760, "PR")
    changes = told(tmp_path, "change")["value"]
    assert [(each["quantity"], each["visit"], each["beyond_noise"]) for each in changes] == [
        ("ADC mean", "T1", False),
        ("ADC mean", "T2", True),
        ("FDG SUVmax", "T2", True),
        ("FTV", "T1", None),
    ]
    assert [each["limit"] for each in changes] == [13.3, 13.3, 28, None]


def test_two_scans_of_one_date_are_refused_by_their_file(tmp_path: Path) -> None:
    table = tmp_path / "scans.csv"
    table.write_text("lesion,kind,visit,date\nA,lesion,b,2025-01-06\nA,lesion,f,2025-01-06\n")
    status, out, err = printed(["percist", str(table), "--json"])
    assert (status, out) == (2, "")
    assert "have the same date" in err


# Tables of rows that make one case ------------------------------------------------------------------------


def recist(folder: Path, text: str, *more: str) -> tuple[int, str, str]:
    table = folder / "lesions.csv"
    table.write_text(text, encoding="utf-8")
    return printed(["recist", str(table), *more])


def test_a_table_of_lesions_gives_a_list_of_visits(tmp_path: Path) -> None:
    # 40 + 20 to 26 + 9 mm: -41.7 %, a partial response.
    status, out, err = recist(tmp_path, RECIST.example_table, "--json")
    assert (status, err) == (0, "")
    (visit,) = json.loads(out)["value"]
    assert (visit["sum_mm"], visit["nadir_mm"], visit["overall"]) == (35, 60, "PR")
    assert visit["change_from_baseline_percent"] == pytest.approx(-41.667, abs=5e-4)
    assert visit["new"] is False


def test_for_people_each_visit_is_a_line(tmp_path: Path) -> None:
    _, out, _ = recist(tmp_path, RECIST.example_table)
    assert out.splitlines()[0].startswith("week 6, 2025-02-17: PR; sum 35 mm (-41.7 % from baseline)")


def test_the_best_response_is_asked_for_by_a_flag(tmp_path: Path) -> None:
    _, out, _ = recist(tmp_path, RECIST.example_table, "--best", "--json")
    assert json.loads(out)["value"]["best"] == "PR"
    _, out, _ = recist(tmp_path, RECIST.example_table, "--best", "--confirm", "28", "--json")
    assert json.loads(out)["value"]["best"] == "SD"


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        (",40,", ",9,", "lesions.csv: line 2: lesion mass at visit baseline: a target with a longest"),
        (",40,", ",4O,", "lesions.csv, line 2, longest_mm: '4O' is not a number."),
        ("2025-01-06", "6.1.2025", "lesions.csv, line 2, date: '6.1.2025' is not a date."),
        ("week 6,2025-02-17,26,,measured,,MRI", "week 6,2025-02-17,26,,measured,,CT", "modality changes"),
        ("lesion,role", "name,role", "lesions.csv: there is no column lesion."),
    ],
)
def test_a_table_of_lesions_that_cannot_be_is_refused(
    tmp_path: Path, was: str, becomes: str, message: str
) -> None:
    status, out, err = recist(tmp_path, RECIST.example_table.replace(was, becomes))
    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["recist"], "FILE: is not stated."),
        (["recist", "no-such.csv"], "no-such.csv: cannot be read"),
    ],
)
def test_a_table_of_lesions_must_be_there(words: list[str], message: str) -> None:
    status, out, err = printed(words)
    assert (status, out) == (2, "")
    assert message in err


def test_a_start_before_the_baseline_is_refused_by_its_option(tmp_path: Path) -> None:
    status, _, err = recist(tmp_path, RECIST.example_table, "--start", "2025-01-01")
    assert status == 2
    assert "--start: the baseline" in err


# Imaging against the specimen, and the pattern ------------------------------------------------------------


def test_a_table_of_exams_gives_a_row_each(tmp_path: Path) -> None:
    table = tmp_path / "exams.csv"
    table.write_text(SPECIMEN.example_table)
    rows = answered(["specimen", str(table)])["value"]
    assert [(row["modality"], row["false_negative"], row["error_invasive_mm"]) for row in rows] == [
        ("MRI", True, -3),
        ("US", False, 3),
        ("MG", None, 45),
    ]
    wider = answered(["specimen", str(table), "--band", "40"])["value"]
    # A false negative is under whatever the band.
    assert [row["agreement_invasive_and_in_situ"] for row in wider] == ["under", "concordant", None]


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("2025-06-28", "2025-07-28", "line 2 (P1, L1, MRI): exam_date: the exam of 2025-07-28 is later than"),
        ("2025-06-28,0,", "2025-06-28,-1,", "line 2, imaging_mm: '-1' is below 0."),
        (",3,40,", ",3,2,", "larger than invasive and in situ cancer together"),
        ("imaging_mm", "size", "there is no column imaging_mm."),
    ],
)
def test_a_table_of_exams_that_cannot_be_is_refused(
    tmp_path: Path, was: str, becomes: str, message: str
) -> None:
    table = tmp_path / "exams.csv"
    table.write_text(SPECIMEN.example_table.replace(was, becomes))
    status, out, err = printed(["specimen", str(table), "--json"])
    assert (status, out) == (2, "")
    assert message in err


def test_a_pattern_is_answered_and_a_contradiction_named_by_its_options() -> None:
    assert answered(PATTERN)["value"]["pattern"] == "concentric"
    status, out, err = printed(["pattern", "--extent", "0", "--volume", "2"])
    assert (status, out) == (2, "")
    assert err.startswith("error: --extent, --volume: the lesion is gone by one fact and there by another.")
