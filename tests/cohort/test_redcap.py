"""A REDCap export read by its data dictionary."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import TableError

DICTIONARY = (
    '"Variable / Field Name","Form Name","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Text Validation Type OR Show Slider Number",'
    '"Text Validation Min","Text Validation Max"\n'
    'record_id,base,text,"Record",,,,\n'
    'her2,base,radio,"HER2 class","2, positive | 1, low | 0, negative",,,\n'
    'age,base,text,"Age at diagnosis",,integer,18,110\n'
    'diagnosed,base,text,"Date of diagnosis",,date_dmy,,\n'
    'drugs,base,checkbox,"Drugs","1, trastuzumab | 2, pertuzumab",,,\n'
    'pcr,surgery,yesno,"pCR (ypT0/is ypN0)",,,,\n'
    'ftv_cc,imaging,text,"FTV",,number_comma_decimal,,\n'
    'os_days,follow,calc,"OS from start of therapy","datediff(...)",,,\n'
    'os_event,follow,radio,"Death","0, No | 1, Yes",,,\n'
    'note,base,notes,"Notes",,,,\n'
)
EXPORT = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,her2,age,diagnosed,"
    "drugs___1,drugs___2,pcr,ftv_cc,os_days,os_event,note\n"
    'A1,baseline_arm_1,,,2,51,2020-03-01,1,1,,"12,5",,,first note\n'
    "A1,surgery_arm_1,,,,,,,,1,,700,0,\n"
    'A1,mid_arm_1,imaging,1,,,,,,,"3,25",,,\n'
    "B2,baseline_arm_1,,,1,,2020-05-01,1,0,,20,,,\n"
    "B2,surgery_arm_1,,,,,,,,0,,650,1,\n"
)


def read(folder: Path, export: str = EXPORT, dictionary: str = DICTIONARY) -> Cohort:
    (folder / "export.csv").write_text(export, encoding="utf-8")
    (folder / "dictionary.csv").write_text(dictionary, encoding="utf-8")
    return read_cohort(folder / "export.csv", redcap_dictionary=folder / "dictionary.csv")


def test_events_of_a_record_come_into_one_row(tmp_path: Path) -> None:
    frame = read(tmp_path).frame
    assert frame["record_id"].tolist() == ["A1", "B2"]
    assert frame["her2"].tolist() == ["positive", "low"]
    assert list(frame["her2"].cat.categories) == ["positive", "low", "negative"]
    assert frame["age"].tolist()[0] == 51
    assert pd.isna(frame["age"].iloc[1])
    assert frame["pcr"].tolist() == [True, False]
    assert frame["os_event"].tolist() == [0, 1]


def test_a_field_of_several_events_is_a_column_each(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    assert cohort.frame["ftv_cc@baseline_arm_1"].tolist() == [12.5, 20]
    assert cohort.frame["ftv_cc@mid_arm_1.imaging.1"].iloc[0] == 3.25
    assert pd.isna(cohort.frame["ftv_cc@mid_arm_1.imaging.1"].iloc[1])
    assert "ftv_cc" not in cohort.frame


def test_the_dictionary_of_redcap_becomes_ours(tmp_path: Path) -> None:
    variables = read(tmp_path).variables
    assert variables["os_days"].kind is Kind.TIME
    assert variables["os_event"].kind is Kind.EVENT
    assert variables["drugs___2"].kind is Kind.YES_NO
    assert variables["drugs___2"].definition == "Drugs: pertuzumab"
    assert variables["pcr"].definition == "pCR (ypT0/is ypN0)"
    assert "2 = positive" in variables["her2"].conversion


def test_a_choice_that_says_unknown_is_not_known(tmp_path: Path) -> None:
    dictionary = DICTIONARY.replace("0, negative", "0, negative | -9, Unknown")
    cohort = read(tmp_path, EXPORT.replace("B2,baseline_arm_1,,,1", "B2,baseline_arm_1,,,-9"), dictionary)
    assert cohort.frame["her2"].isna().tolist() == [False, True]
    assert list(cohort.frame["her2"].cat.categories) == ["positive", "low", "negative"]


@pytest.mark.parametrize(
    ("choices", "dead"),
    [
        ("0, No | 1, Yes", [0, 1]),
        ("1, No | 0, Yes", [1, 0]),
        ("0, Alive | 1, Deceased", [0, 1]),
        ("1, Alive | 0, Dead", [1, 0]),
        ("0, Lebt | 1, Tot", [0, 1]),
    ],
)
def test_an_event_is_what_its_labels_say(tmp_path: Path, choices: str, dead: list[int]) -> None:
    """A1 has the code 0, B2 the code 1."""
    cohort = read(tmp_path, dictionary=DICTIONARY.replace("0, No | 1, Yes", choices))
    assert cohort.variables["os_event"].kind is Kind.EVENT
    assert cohort.frame["os_event"].tolist() == dead


def test_a_checkbox_of_a_negative_code_has_its_label(tmp_path: Path) -> None:
    """REDCap names the column of the code -1 drugs____1."""
    dictionary = DICTIONARY.replace("2, pertuzumab", "-1, none")
    variables = read(tmp_path, EXPORT.replace("drugs___2", "drugs____1"), dictionary).variables
    assert variables["drugs____1"].definition == "Drugs: none"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("A1,baseline_arm_1,,,2,", "A1,baseline_arm_1,,,9,", "'9' is not one of the codes"),
        (",2,51,", ",2,17,", "below 18"),
        (",2,51,", ",2,2020-01-01,", "date in a column of numbers"),
        ("2020-05-01", "01.05.2020", "no date of the form"),
        ("B2,surgery_arm_1", "B2,baseline_arm_1", "stands in several rows of one event"),
        ("B2,surgery_arm_1", ",surgery_arm_1", "names no record"),
        ("650,1", "-650,1", r"row 6, column os_days \(patient B2\): .* negative"),
        ("650,1", ",1", r"column os_days \(patient B2\): .* no time"),
        ("650,1", "650,4", r"row 6, column os_event \(patient B2\): '4' is not one of the codes"),
        ('"3,25"', '"3 mm"', r"row 4, column ftv_cc \(patient A1\): '3 mm' is in mm"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(TableError, match=what):
        read(tmp_path, EXPORT.replace(old, new))


def test_a_file_that_is_no_data_dictionary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no REDCap data dictionary"):
        read(tmp_path, dictionary="a,b\n1,2\n")
    with pytest.raises(TableError, match="no column 'study_id'"):
        read(tmp_path, dictionary=DICTIONARY.replace("record_id,base", "study_id,base"))
