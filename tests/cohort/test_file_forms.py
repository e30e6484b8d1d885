"""Files as people save them: encodings, titles above the columns, sheets, dates, answers in two spellings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import TableError

Read = Callable[[str], Cohort]


def test_a_table_in_windows_1252_is_read_and_the_first_such_cell_shown(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_bytes("patient;Größe;Ödem\nP1;3,5;ja\nP2;4,25;später\n".encode("windows-1252"))
    cohort = read_cohort(path)
    assert cohort.frame["Größe"].tolist() == [3.5, 4.25]
    (warning,) = [each for each in cohort.warnings if each.code == "encoding-assumed"]
    assert "row 1 reads 'Größe'" in warning.message
    stated = MAPPING_OF_ONE.replace("name:", "encoding: windows-1252\nname:", 1)
    (tmp_path / "m.yaml").write_text(stated.replace("SIZE", "Größe"), encoding="utf-8")
    again = read_cohort(path, mapping=str(tmp_path / "m.yaml"))
    assert again.frame["size"].tolist() == [3.5, 4.25]
    assert not again.warnings


MAPPING_OF_ONE = """
neoher_cohort: 1
name: one column
decimal: ","
parts: [{name: all, identifier: patient}]
columns:
  patient: {from: patient, kind: identifier}
  size: {from: SIZE, kind: number}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_table_in_unicode_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cohort.csv"
    text = "patient,分类,hr\nP1,阳性,positive\nP2,阴性,negative\n"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + text).encode(encoding))
    cohort = read_cohort(path)
    assert list(cohort.frame["分类"].cat.categories) == sorted(["阳性", "阴性"])
    assert cohort.patient == "patient"
    assert not cohort.warnings


def test_an_encoding_that_does_not_fit_or_is_none_is_refused(tmp_path: Path) -> None:
    path, mapping = tmp_path / "cohort.csv", tmp_path / "m.yaml"
    path.write_bytes("patient,SIZE\nPä,1\n".encode("windows-1252"))
    for stated, what in (("utf-8", "not text in utf-8"), ("martian", "no encoding 'martian'")):
        mapping.write_text(MAPPING_OF_ONE.replace("name:", f"encoding: {stated}\nname:", 1))
        with pytest.raises(TableError, match=what):
            read_cohort(path, mapping=str(mapping))


def test_rows_are_counted_as_the_file_has_them_below_a_stated_header(tmp_path: Path) -> None:
    path, mapping = tmp_path / "cohort.csv", tmp_path / "m.yaml"
    path.write_text("A study\n\npatient,SIZE\nP1,3\n\nP2,wide\n")
    mapping.write_text(MAPPING_OF_ONE.replace("name:", "header: 3\nname:", 1))
    with pytest.raises(TableError, match=r"row 6, column size \(patient P2\): 'wide' is no number"):
        read_cohort(path, mapping=str(mapping))


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A merged title over the columns, an empty row, the table in row 3; a legend in a second sheet."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Patients"
    sheet["A1"] = "Registry 2020 to 2024"
    sheet.merge_cells("A1:C1")
    for row in (["patient", "age", "pcr"], ["P1", 51, True], ["P2", 62, False], ["P3", "old", None]):
        sheet.append(row)
    sheet.insert_rows(2)
    legend = book.create_sheet("Legend")
    legend.append(["pcr", "ypT0/is ypN0"])
    legend.append(["age", "years"])
    path = tmp_path / "registry.xlsx"
    book.save(path)
    return path


def test_a_title_above_the_columns_of_a_sheet_is_passed_over(workbook: Path) -> None:
    with pytest.raises(TableError, match=r"several tables .* no mapping"):
        read_cohort(workbook)
    with pytest.raises(TableError, match=r"row 6, column age \(patient P3\): 'old' is no number"):
        read_cohort(workbook, sheet="Patients")
    with pytest.raises(TableError, match=r"has no sheet 'patients'.*\n.*Patients, Legend"):
        read_cohort(workbook, sheet="patients")
    from openpyxl import load_workbook

    book = load_workbook(workbook)
    book["Patients"]["B6"] = 44
    book.save(workbook)
    cohort = read_cohort(workbook, sheet="Patients")
    assert cohort.frame["age"].tolist() == [51, 62, 44]
    assert cohort.frame.index.tolist() == [4, 5, 6]
    (warning,) = cohort.warnings
    assert warning.code == "title-above-the-columns"
    assert "named in row 3" in warning.message


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2020-01-31", "2021-12-01"], ["2020-01-31", "2021-12-01"]),
        (["31.01.2020", "1.12.2021"], ["2020-01-31", "2021-12-01"]),
        (["05.04.2020", "1.12.2021"], ["2020-04-05", "2021-12-01"]),
        (["31/01/2020", "01/12/2021"], ["2020-01-31", "2021-12-01"]),
        (["01/31/2020", "12/01/2021"], ["2020-01-31", "2021-12-01"]),
        (["31-01-2020", "01-12-2021"], ["2020-01-31", "2021-12-01"]),
        (["2020/01/31", "2021/12/01"], ["2020-01-31", "2021-12-01"]),
    ],
)
def test_dates_that_can_only_be_one_day_are_read(cohort_of: Read, cells: list[str], days: list[str]) -> None:
    cohort = cohort_of("patient,operated\n" + "".join(f"P{k},{cell}\n" for k, cell in enumerate(cells)))
    assert cohort.variables["operated"].kind is Kind.DATE
    assert cohort.frame["operated"].dt.strftime("%Y-%m-%d").tolist() == days


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["05/04/2020", "01/12/2021"], "'05/04/2020' is no date"),
        (["31/01/2020", "12/31/2021"], "'31/01/2020' is no date"),
        (["2020-01-31", "31.12.2021"], "row 3, column operated .*'31.12.2021' is no date"),
        (["2020-01-31", "9999-12-31"], "row 3, column operated .*'9999-12-31' is a day of the year 9999"),
        (["2020-01-31", "0202-12-31"], "'0202-12-31' is a day of the year 202"),
    ],
)
def test_dates_that_may_be_two_days_are_refused(cohort_of: Read, cells: list[str], what: str) -> None:
    with pytest.raises(TableError, match=what):
        cohort_of("patient,operated\n" + "".join(f"P{k},{cell}\n" for k, cell in enumerate(cells)))


def test_answers_as_words_and_codes_in_one_column_are_one_answer_each(cohort_of: Read) -> None:
    cohort = cohort_of("patient,recurred,code\nP1,Yes,1\nP2,0,0\nP3,no,0\nP4,1,1\n")
    assert cohort.frame["recurred"].tolist() == [True, False, False, True]
    assert cohort.variables["code"].kind is Kind.YES_NO


def test_a_class_of_her2_that_is_0_in_every_row_stays_a_class(cohort_of: Read) -> None:
    cohort = cohort_of("patient,her2_class,her2_positive\nP1,0,0\nP2,0,0\n")
    assert cohort.frame["her2_class"].tolist() == ["0", "0"]
    assert cohort.variables["her2_positive"].kind is Kind.YES_NO
