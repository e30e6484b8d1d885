"""Reading a cohort: by mapping, by names and cells; refusals that name the cell; warnings counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from neoher.cohort.survival.analysis import analyse_survival
from neoher.cohort.survival.question import SurvivalQuestion
from neoher.cohort.table.building import as_cohort, read_cohort
from neoher.cohort.table.checks import check_endpoint, event_column_of
from neoher.cohort.table.mapping import read_mapping, shipped_mappings
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError, TableError

Read = Callable[[str], Cohort]

ISPY1 = "cohorts/ispy1/I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"
ISPY2 = "cohorts/ispy2/ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx"
ISPY2_MRI = "cohorts/ispy2/Multi-feature-MRI-NACT-Data.xlsx"


# The public tables: counts of ../shared/data/cohorts/README.md --------------------------------------------


@pytest.fixture(scope="module")
def ispy1(shared_data: Path) -> Cohort:
    return read_cohort(shared_data / ISPY1, mapping="ispy1")


@pytest.fixture(scope="module")
def ispy2(shared_data: Path) -> Cohort:
    return read_cohort(shared_data / ISPY2, mapping="ispy2", also=[shared_data / ISPY2_MRI])


@pytest.mark.shared
def test_ispy1_holds_the_patients_that_its_description_counts(ispy1: Cohort) -> None:
    frame = ispy1.frame
    complete = frame[frame["subtype"].notna() & frame["pcr"].notna()]
    assert len(frame) == 221
    assert len(complete) == 210
    assert int(complete["pcr"].sum()) == 56

    def rate(rows: pd.Series) -> tuple[int, int]:
        return int(complete["pcr"][rows].sum()), int(rows.sum())

    assert rate(complete["subtype"] == "HR+/HER2-") == (8, 93)
    assert rate(complete["subtype"] == "triple negative") == (18, 51)
    assert rate(complete["her2_class"] == "negative") == (26, 144)
    assert rate(complete["her2_class"] == "positive") == (30, 66)


@pytest.mark.shared
def test_ispy1_recurrence_after_survival_is_counted_and_used(ispy1: Cohort) -> None:
    (warning,) = [each for each in ispy1.warnings if each.code == "rfs-after-os"]
    assert "in 17 rows" in warning.message
    assert ispy1.frame["rfs_days"].notna().all()
    assert ispy1.variables["rfs_days"].origin == "start of neoadjuvant chemotherapy"


@pytest.mark.shared
def test_ispy1_lost_patients_are_censored_and_not_dead(ispy1: Cohort) -> None:
    lost = ispy1.frame["status"] == "lost"
    assert int(lost.sum()) == 5
    assert set(ispy1.frame["os_event"][lost]) == {0}
    assert int(ispy1.frame["os_event"].sum()) == 40


@pytest.mark.shared
def test_ispy2_holds_the_patients_that_its_description_counts(ispy2: Cohort) -> None:
    frame = ispy2.frame
    found = {
        level: (int(rows["pcr"].sum()), len(rows)) for level, rows in frame.groupby("subtype", observed=True)
    }
    assert len(frame) == 985
    assert int(frame["pcr"].sum()) == 317
    assert found == {
        "HR-HER2+": (55, 88),
        "HR+HER2+": (57, 156),
        "HR-HER2-": (141, 360),
        "HR+HER2-": (64, 381),
    }
    assert int(frame["ftv_t0_cc"].notna().sum()) == 384


@pytest.mark.shared
def test_ispy2_arms_have_their_raw_rates(ispy2: Cohort) -> None:
    positive = ispy2.frame[ispy2.frame["her2_class"] == "positive"]
    rates = {arm: (int(rows["pcr"].sum()), len(rows)) for arm, rows in positive.groupby("arm", observed=True)}
    assert rates["T-DM1 + Pertuzumab"] == (30, 52)
    assert rates["Paclitaxel + Pertuzumab + Trastuzumab"] == (26, 44)
    assert rates["Paclitaxel + Trastuzumab"] == (8, 31)


@pytest.mark.shared
def test_ispy2_diameters_come_in_centimetres_and_leave_in_millimetres(
    ispy2: Cohort, shared_data: Path
) -> None:
    raw = pd.read_excel(shared_data / ISPY2_MRI)
    ours = ispy2.frame.set_index("patient")["ld_t0_mm"].dropna()
    theirs = 10 * raw.set_index(raw["CLINICAL-TRIAL-SUBJECT-ID"].astype(str))["LD_T0"]
    assert np.allclose(ours, theirs.reindex(ours.index))


@pytest.mark.shared
def test_a_public_table_is_recognised_by_its_columns(shared_data: Path) -> None:
    cohort = read_cohort(shared_data / ISPY1)
    assert cohort.name == "I-SPY 1"
    assert "recognised by its columns" in cohort.reading


# Refusals that name the cell ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row", "column", "what"),
    [
        ("patient,age\nA,51\nB,2024-03-01\nC,47\n", 3, "age", "date in a column of numbers"),
        ("patient,size\n" + "".join(f"P{k},{k}.5\n" for k in range(20)) + "Q,3-Jan\n", 22, "size", "date"),
        ("patient,pcr\nA,1\nB,0\nC,7\n", 4, "pcr", "not one of the codes"),
        ("patient,hr\nA,positive\nB,negative\nC,postive\n", 4, "hr", "not one of the codes"),
        ("patient,os_days,os_event\nA,100,0\nB,-5,0\n", 3, "os_days", "negative"),
        ("patient,os_days,os_event\nA,100,0\nB,,1\n", 3, "os_days", "no time"),
        ("patient,os_days,os_event\nA,100,0\nB,90,yess\n", 3, "os_event", "no code of an event"),
        ("patient,ld_mm\nA,34\nB,3.4 cm\nC,20 mm\n", 3, "ld_mm", "mixed units"),
        ("patient,ld\nA,34 mm\nB,3.4 cm\n", 2, "ld", "mixed units"),
        ("patient,age\nA,51\nB,510\n", 3, "age", "above 120"),
        ("patient,ki67_percent\nA,51\nB,101\n", 3, "ki67_percent", "above 100"),
        ("patient,arm\nA,TH\nB,THP\nC,th\nD,TH\n", 4, "arm", "letters' case"),
        ("patient,suvmax\nA,5.1\nB,4,7\n", 3, "", "the row has 3 cells, the header has 2"),
        (
            "patient,suvmax\nA,5.1\nB,inf\n" + "".join(f"P{k},{k}.5\n" for k in range(20)),
            3,
            "suvmax",
            "no number",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_cell(
    cohort_of: Read, text: str, row: int, column: str, what: str
) -> None:
    with pytest.raises(TableError) as refused:
        cohort_of(text)
    message = str(refused.value)
    assert what in message
    if column:
        assert f"row {row}" in message or f"rows {row}" in message
        assert f"column {column}" in message


def test_every_wrong_cell_is_named_at_once(cohort_of: Read) -> None:
    with pytest.raises(TableError) as refused:
        cohort_of("patient,age,pcr\nA,x,0\nB,51,9\n" + "".join(f"P{k},{k + 20},1\n" for k in range(12)))
    assert "row 2, column age (patient A)" in str(refused.value)
    assert "row 3, column pcr (patient B)" in str(refused.value)


def test_codes_1_and_2_alone_do_not_say_which_is_the_event(cohort_of: Read) -> None:
    """B died at 90, A was last seen at 100: once the event is named, survival at 95 is a half."""
    cohort = cohort_of("patient,os_days,os_event\nA,100,1\nB,90,2\nC,,1\n")
    with pytest.raises(InputError, match=r"holds 2 and never 0(.|\n)*--event-is 2"):
        analyse_survival(cohort, SurvivalQuestion("os_days", "os_event"))
    result = analyse_survival(cohort, SurvivalQuestion("os_days", "os_event", event_is="2", at=(95.0,)))
    (found,) = [each.value for each in result.estimates if each.name == "survival at 95"]
    assert found == 0.5


def test_a_time_and_an_event_of_two_endpoints_are_refused(cohort_of: Read) -> None:
    cohort = cohort_of("patient,os_days,os_event,rfs_days,rfs_event\nA,100,0,90,1\nB,80,1,80,1\n")
    check_endpoint(cohort, "rfs_days", "rfs_event")
    assert event_column_of(cohort, "os_days") == "os_event"
    with pytest.raises(InputError, match="two endpoints"):
        check_endpoint(cohort, "rfs_days", "os_event")


def test_a_column_that_is_not_there_names_the_nearest(cohort_of: Read) -> None:
    cohort = cohort_of("patient,her2_class\nA,low\nB,positive\n")
    with pytest.raises(InputError, match="Did you mean her2_class"):
        cohort.groups("her2_clas")


# What an absent cell is -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "unknown", ".", "NaN"])
def test_a_missing_mark_is_not_known_and_never_a_level(cohort_of: Read, mark: str) -> None:
    cohort = cohort_of(f"patient,her2_class,age,pcr\nA,low,51,1\nB,{mark},{mark},{mark}\nC,positive,40,0\n")
    row = cohort.frame.loc[3]
    assert row[["her2_class", "age", "pcr"]].isna().all()
    assert list(cohort.groups("her2_class").cat.categories) == ["positive", "low"]


def test_rows_are_counted_as_a_spreadsheet_counts_them(cohort_of: Read) -> None:
    cohort = cohort_of("patient,age\nA,51\n,\nB,40\n")
    assert list(cohort.frame.index) == [2, 4]


def test_implausible_values_are_used_counted_and_said(cohort_of: Read) -> None:
    cohort = cohort_of("patient,age\nA,51\nB,7\nC,108\n")
    (warning,) = cohort.warnings
    assert warning.code == "implausible-value"
    assert "2 values" in warning.message
    assert "row 3: 7" in warning.message
    assert cohort.frame["age"].tolist() == [51, 7, 108]


def test_recurrence_after_survival_is_a_warning_in_any_units(cohort_of: Read) -> None:
    cohort = cohort_of("patient,os_months,rfs_days\nA,12,300\nB,10,400\n")
    (warning,) = cohort.warnings
    assert warning.code == "rfs-after-os"
    assert "in 1 rows" in warning.message


def test_a_complete_response_beside_residual_burden_is_said(cohort_of: Read) -> None:
    (warning,) = cohort_of("patient,pcr,rcb_class\nA,1,0\nB,1,II\nC,0,0\nD,0,I\nE,1,\n").warnings
    assert warning.code == "pcr-against-rcb"
    assert "in 2 rows" in warning.message
    assert "rows 3, 4" in warning.message


def test_one_patient_in_several_rows_is_said(cohort_of: Read) -> None:
    (warning,) = cohort_of("patient,suvmax\nA,5.1\nA,7.2\nB,3\n").warnings
    assert warning.code == "patient-repeated"


def test_semicolons_with_decimal_commas_are_read(cohort_of: Read) -> None:
    cohort = cohort_of("patient;size_mm\nA;1,5\nB;22\n")
    assert cohort.frame["size_mm"].tolist() == [1.5, 22]
    assert cohort.variables["size_mm"].unit == "mm"


def test_few_codes_with_letters_stay_codes(cohort_of: Read) -> None:
    cohort = cohort_of("patient,ihc\nA,0\nB,1+\nC,0\nD,3+\nE,2+\n")
    assert cohort.variables["ihc"].kind is Kind.CATEGORY
    assert list(cohort.groups("ihc").cat.categories) == ["0", "1+", "2+", "3+"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".tsv"])
def test_the_same_cohort_comes_from_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame(
        {
            "patient": ["A", "B", "C"],
            "age": [51.5, np.nan, 40],
            "pcr": [1, 0, 1],
            "her2_class": ["low", "0", None],
        }
    )
    path = tmp_path / f"cohort{suffix}"
    match suffix:
        case ".xlsx":
            frame.to_excel(path, index=False)
        case ".parquet":
            frame.to_parquet(path)
        case _:
            frame.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    cohort = read_cohort(path)
    assert cohort.frame["age"].isna().tolist() == [False, True, False]
    assert cohort.frame["pcr"].tolist() == [True, False, True]
    assert cohort.frame["her2_class"].isna().tolist() == [False, False, True]
    assert cohort.files[0].path == str(path)
    pd.testing.assert_frame_equal(
        as_cohort(frame).frame, cohort.frame, check_names=False, check_index_type=False
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,a\n1,2\n", "two columns"),
        (b"a,b\n\x81,1\n", "neither in UTF-8 nor in windows-1252"),
        (b"a,b\n\x00,1\n", "neither in UTF-8 nor in windows-1252"),
        (b"a,b\n1,2\n\xe4,1,3\n", "row 3: the row has 3 cells"),
        (b"Study of 2024\na,b\n1,2\n", "`header: ROW`"),
        (b"\na,b\n1,2\n", "first line"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=what):
        read_cohort(path)


@pytest.mark.parametrize("name", ["cohort.xlsx", "cohort.parquet"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"not a table at all")
    with pytest.raises(TableError):
        read_cohort(path)


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_cohort(tmp_path / "absent.csv")


# Mappings -------------------------------------------------------------------------------------------------

MAPPING = """
neoher_cohort: 1
name: a made-up clinic
missing: ["-99"]
decimal: ","
parts:
  - {name: patients, identifier: Nr}
  - {name: follow-up, identifier: Nr, columns: [Status]}
columns:
  patient: {from: Nr, kind: identifier}
  age_years: {from: Alter, kind: number, unit: years, possible: [0, 120]}
  age_group: {from: Alter, kind: category, cut: [40, 60]}
  her2:
    from: HER2
    kind: category
    codes: {0: negative, 1: low, 2: positive, 9: null}
    levels: [positive, low, negative]
  hr: {from: HR, kind: category, codes: {n: negative, j: positive}}
  luminal:
    kind: category
    cases:
      - {is: luminal HER2, when: {hr: positive, her2: positive}}
      - {is: other, when: {her2: [low, negative]}}
  diagnosed: {from: Datum, kind: date, date_form: "%d.%m.%Y"}
  operated: {from: OP, kind: date, date_form: "%d.%m.%Y"}
  wait_days: {kind: time, between: [diagnosed, operated]}
  os_days:
    {from: Monate, part: follow-up, kind: time, unit: months, to_unit: d, origin: diagnosis, endpoint: OS,
     event: os_event}
  os_event: {from: Status, part: follow-up, kind: event, endpoint: OS, codes: {lebt: 0, tot: 1}}
"""
PATIENTS = """Nr;Alter;HER2;HR;Datum;OP
1;39,5;2;j;01.02.2020;01.08.2020
2;40;1;n;15.03.2020;-99
3;-99;9;j;01.01.2021;02.01.2021
4;60;2;;01.01.2021;01.03.2021
"""
FOLLOW_UP = "Nr;Monate;Status\n2;24;tot\n1;12;lebt\n4;-99;lebt\n9;1;tot\n"


@pytest.fixture
def clinic(tmp_path: Path) -> Cohort:
    return read_clinic(tmp_path)


def read_clinic(
    folder: Path, mapping: str = MAPPING, patients: str = PATIENTS, later: str = FOLLOW_UP
) -> Cohort:
    files = {"mapping.yaml": mapping, "patients.csv": patients, "later.csv": later}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_cohort(
        folder / "patients.csv", mapping=str(folder / "mapping.yaml"), also=[folder / "later.csv"]
    )


def test_a_mapping_reads_units_codes_dates_cuts_and_marks(clinic: Cohort) -> None:
    frame = clinic.frame.set_index("patient")
    assert frame["age_years"].tolist()[:2] == [39.5, 40]
    assert np.isnan(frame["age_years"]["3"])
    assert frame["age_group"].astype(object).where(frame["age_group"].notna(), None).tolist() == [
        "<40",
        "40 to <60",
        None,
        ">=60",
    ]
    assert frame["her2"].isna().tolist() == [False, False, True, False]
    assert frame["wait_days"].tolist()[0] == 182
    assert frame["os_days"]["2"] == pytest.approx(24 * 365.25 / 12)
    assert frame["os_event"].tolist()[:2] == [0, 1]


def test_a_derived_category_is_unknown_where_its_facts_do_not_decide_it(clinic: Cohort) -> None:
    frame = clinic.frame.set_index("patient")
    assert frame["luminal"]["1"] == "luminal HER2"
    assert frame["luminal"]["2"] == "other"
    assert pd.isna(frame["luminal"]["3"])
    # HER2-positive with unknown HR: luminal or not cannot be said.
    assert pd.isna(frame["luminal"]["4"])


def test_patients_of_another_part_alone_are_left_out_and_said(clinic: Cohort) -> None:
    (warning,) = clinic.warnings
    assert warning.code == "patient-not-in-base"
    assert "9 (row 5)" in warning.message


def test_every_file_that_was_read_is_named_with_its_hash(clinic: Cohort) -> None:
    assert [Path(file.path).name for file in clinic.files] == ["patients.csv", "later.csv", "mapping.yaml"]
    assert all(len(file.sha256) == 64 for file in clinic.files)


def test_a_code_that_the_mapping_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"row 2, column her2.*'7' is not one of the codes"):
        read_clinic(tmp_path, patients=PATIENTS.replace("1;39,5;2", "1;39,5;7"))


def test_a_patient_twice_cannot_be_joined(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="the patient 2 stands in rows 2, 6"):
        read_clinic(tmp_path, later=FOLLOW_UP + "2;3;lebt\n")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("origin: diagnosis, ", "", "from when it is counted"),
        ("event: os_event}", "event: her2}", "no column of kind event"),
        ("kind: event, endpoint: OS", "kind: event, endpoint: DFS", "two endpoints"),
        ("from: Alter, kind: number", "kind: number", "exactly one of"),
        ("to_unit: d", "to_unit: mm", "cannot be converted"),
        ("kind: identifier", "kind: name", "Input should be"),
        ("neoher_cohort: 1", "neoher_cohort: 2", "Input should be 1"),
        ("[diagnosed, operated]", "[diagnosed, born]", "no other column 'born'"),
        ("name: a made-up clinic", "name: [", "not YAML"),
        ("from: HER2", "from: HERZ", "no column 'HERZ'"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(TableError, match=what):
        read_clinic(tmp_path, mapping=MAPPING.replace(old, new))


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_a_shipped_mapping_defines_every_endpoint_and_every_outcome(name: str) -> None:
    mapping, _ = read_mapping(name)
    for column, spec in mapping.columns.items():
        if spec.kind is not Kind.IDENTIFIER:
            assert spec.definition, column
        if spec.kind is Kind.TIME:
            assert spec.origin, column
            assert spec.endpoint, column
            assert spec.event, column


def test_an_unknown_mapping_names_those_that_are_shipped(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("patient\n1\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"ispy1, ispy2"):
        read_cohort(table, mapping="ispy3")
